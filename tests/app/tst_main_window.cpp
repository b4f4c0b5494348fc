// The window as a person uses it: open, switch, click, change, export; pixels and numbers are compared.
// test: alone

#include <QAccessible>
#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QDir>
#include <QDropEvent>
#include <QElapsedTimer>
#include <QFile>
#include <QMimeData>
#include <QSlider>
#include <QTemporaryDir>
#include <QTest>
#include <QTimer>
#include <QToolButton>

#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>

#include <algorithm>
#include <cmath>

#include "app/canvas_area.h"
#include "app/cards_panel.h"
#include "app/language.h"
#include "app/main_window.h"
#include "app/top_bar.h"
#include "engine/attention/registry.h"
#include "tests/support/fake_modules.h"
#include "widgets/channel_bars.h"
#include "widgets/figure/mat_image.h"
#include "widgets/filmstrip.h"
#include "widgets/matrix_view.h"
#include "widgets/module_picker.h"
#include "widgets/statistics_view.h"

using namespace fovea;

namespace {

const QString kSamples = QStringLiteral(FOVEA_SOURCE_DIR "/resources/samples/");

int g_warnings = 0;

void countWarnings(QtMsgType type, const QMessageLogContext&, const QString& message) {
    if (type != QtDebugMsg && type != QtInfoMsg && !message.contains(QStringLiteral("propagateSizeHints"))) {
        ++g_warnings;
        std::fprintf(stderr, "stray message: %s\n", qPrintable(message));
    }
}

}  // namespace

class TestMainWindow : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    std::unique_ptr<Settings> m_settings;
    std::unique_ptr<MainWindow> m_window;

    Canvas* canvas() { return m_window->findChild<Canvas*>(); }
    Session& session() { return m_window->session(); }

    /// True when the canvas shows the field which the session asks for, and the pass has ended.
    bool settled() {
        const auto& shown = canvas()->rendered();
        return session().shown().result() && !session().isBusy() && session().shown().field().has_value() && shown.field &&
               shown.request.field == session().shown().field() &&
               shown.request.result->find(session().panes().current().jobId()) == session().shown().moduleResult() &&
               shown.request.style == session().display().style();
    }

    void choose(const char* id) {
        session().paneControl().setModule(QLatin1String(id));
        QTRY_VERIFY_WITH_TIMEOUT(settled(), 30000);
    }

private Q_SLOTS:
    void init() {
        g_warnings = 0;
        qInstallMessageHandler(countWarnings);
        QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, m_folder.path());
        QFile::remove(m_folder.filePath(QStringLiteral("fovea/fovea.ini")));
        m_settings = std::make_unique<Settings>();
        m_settings->setModel(QStringLiteral("retina"));
        m_settings->setLanguage(QStringLiteral("en"));
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
        m_settings->setRetina({.stride = 16});  // a sixteenth of the pairs
#endif
        applyTheme(*qApp, ThemeName::Dark);
        m_window = std::make_unique<MainWindow>(*m_settings);
        m_window->resize(1280, 800);
        m_window->show();
        m_window->start(kSamples + QStringLiteral("chelsea.png"));
        QVERIFY(QTest::qWaitForWindowExposed(m_window.get()));
        QTRY_VERIFY_WITH_TIMEOUT(settled(), 30000);
    }

    void cleanup() {
        m_window.reset();
        m_settings.reset();
        setLanguage(QStringLiteral("en"));
        qInstallMessageHandler(nullptr);
        QCOMPARE(g_warnings, 0);
    }

    void opensOnSimamWithAnOverlay() {
        QCOMPARE(session().panes().current().module->id, "simam");
        QCOMPARE(session().shown().provenance().kind, ProvenanceKind::ParameterFree);
        QVERIFY(canvas()->rendered().field->max > canvas()->rendered().field->min);
    }

    void theCanvasIsTheHero_data() {
        QTest::addColumn<QSize>("size");
        QTest::addColumn<double>("share");
        QTest::newRow("1280×800") << QSize(1280, 800) << 0.55;
        QTest::newRow("1920×1080") << QSize(1920, 1080) << 0.65;
    }

    void theCanvasIsTheHero() {
        QFETCH(QSize, size);
        QFETCH(double, share);
        m_window->resize(size);
        QTRY_COMPARE(m_window->size(), size);
        for (const char* id : {"simam", "cbam", "mhsa"}) {
            choose(id);
            QTRY_VERIFY(canvas()->width() > 0);
            const double area = static_cast<double>(canvas()->width()) * canvas()->height();
            QVERIFY2(area / (size.width() * size.height()) >= share,
                     qPrintable(QString::number(area / (size.width() * size.height()))));
        }
        const auto* bar = m_window->findChild<TopBar*>();
        int controls = 0;
        for (const auto* child : bar->findChildren<QWidget*>(QString(), Qt::FindDirectChildrenOnly)) {
            const bool ofSwitch = child->objectName() == QLatin1String("segment");  // the four views are one control
            controls += child->focusPolicy() != Qt::NoFocus && child->isVisible() && !ofSwitch ? 1 : 0;
        }
        ++controls;
        QVERIFY(controls >= 4 && controls <= 7);
    }

    void aPaintedColourGivesItsValue() {
        OverlayStyle style = session().display().style();
        style.opacity = 1.0;
        style.smooth = false;
        session().display().setStyle(style);
        QTRY_VERIFY(settled());
        QTRY_VERIFY(canvas()->rendered().request.style.opacity == 1.0);
        const ScalarField& field = *canvas()->rendered().field;
        const ValueRange range = effectiveRange(field, style);
        const ColorTable& table = effectiveColormap(field, style).table;
        const QImage shot = canvas()->grab().toImage();
        int seen = 0;
        for (int i = 2; i < field.height - 2; i += 3) {
            for (int j = 2; j < field.width - 2; j += 3) {
                const QPointF centre(field.geometry.originX + (j + 0.5) * field.geometry.stepX,
                                     field.geometry.originY + (i + 0.5) * field.geometry.stepY);
                const QPoint at = canvas()->view().positionOf(centre).toPoint();
                const int index = indexOfColor(table, shot.pixel(at) | 0xFF000000U);
                if (index < 0) {
                    continue;  // under the chip, the pin or the scale
                }
                const float value = field.values[static_cast<std::size_t>(i * field.width + j)];
                QVERIFY(std::abs(indexValue(index, range) - value) <= (range.hi - range.lo) / 255.0F);
                ++seen;
            }
        }
        QVERIFY(seen > 20);
    }

    void keysAndThumbnailsChooseMechanisms() {
        const auto& strip = m_window->findChild<Filmstrip*>()->modules();
        QCOMPARE(strip.size(), std::size_t{6});
        for (int i = 5; i >= 0; --i) {
            canvas()->setFocus();
            QTest::keyClick(canvas(), static_cast<Qt::Key>(Qt::Key_1 + i));
            QCOMPARE(session().panes().current().module, strip[static_cast<std::size_t>(i)]);
            QCOMPARE(m_window->findChild<ModulePicker*>()->current().toStdString(), strip[static_cast<std::size_t>(i)]->id);
            QTRY_VERIFY_WITH_TIMEOUT(settled(), 30000);
        }
    }

    void everyModuleIsShownWithItsProvenance() {
        for (const auto* info : modules()) {
            if (info->needs.clip) {  // a picture has no frames to compare, and the result says so
                session().paneControl().setModule(QString::fromStdString(info->id));
                QTRY_VERIFY_WITH_TIMEOUT(session().shown().moduleResult() && !session().isBusy(), 30000);
                QCOMPARE(session().shown().moduleResult()->output.error().code, ErrorCode::Unsupported);
                continue;
            }
            choose(info->id.c_str());
            const auto& field = *canvas()->rendered().field;
            // Some have learned weights only with certain parameters.
            const FeatureMap& x = session().shown().modelResult()->features->map;
            const bool learned =
                !weightSpecs(*info, {x.channels(), x.height(), x.width(), 1, {}}, session().choice().params).empty();
            QCOMPARE(field.provenance.kind, learned ? ProvenanceKind::Random : ProvenanceKind::ParameterFree);
        }
    }

    void aClickSetsTheQuery() {
        choose("mhsa");
        const auto before = canvas()->rendered().field->values;
        const Frame& frame = session().frame();
        const QPointF target(frame.width * 0.25, frame.height * 0.25);
        QTest::mouseClick(canvas(), Qt::LeftButton, {}, canvas()->view().positionOf(target).toPoint());
        QVERIFY(std::abs(session().shown().field()->queryX - 0.25) < 0.05);
        QVERIFY(std::abs(session().shown().field()->queryY - 0.25) < 0.05);
        QTRY_VERIFY_WITH_TIMEOUT(settled(), 30000);
        QVERIFY(canvas()->rendered().field->values != before);
        // The row on the canvas is the row of the matrix, and sums to 1.
        double sum = 0.0;
        for (const float v : canvas()->rendered().field->values) {
            sum += v;
        }
        QVERIFY(std::abs(sum - 1.0) < 1e-3);
        QVERIFY(m_window->findChild<MatrixView*>()->isVisible());
        canvas()->setFocus();
        const double x = session().shown().field()->queryX;
        QTest::keyClick(canvas(), Qt::Key_Right);
        QVERIFY(session().shown().field()->queryX > x);
        QTRY_VERIFY_WITH_TIMEOUT(settled(), 30000);
    }

    void aParameterChangesTheNumbers() {
        const auto before = canvas()->rendered().field->values;
        ParamSet params = session().choice().params;
        QVERIFY(params.set(session().panes().current().module->params, "e_lambda", 0.5).ok());
        session().paneControl().setParams(params);
        QTRY_VERIFY_WITH_TIMEOUT(
            session().shown().moduleResult() && session().shown().moduleResult()->source.params == params && settled(), 30000);
        QVERIFY(canvas()->rendered().field->values != before);
    }

    void styleNeverRunsTheModel() {
        const auto result = session().shown().result();
        const auto epoch = session().epoch();
        auto* opacity = m_window->findChild<TopBar*>()->findChild<QSlider*>();
        opacity->setValue(20);
        QTRY_VERIFY(settled());
        QCOMPARE(canvas()->rendered().request.style.opacity, 0.2);
        QCOMPARE(session().shown().result(), result);
        QCOMPARE(session().epoch(), epoch);
    }

    void channelBarsShowOneChannelAndBack() {
        choose("se");
        auto* bars = m_window->findChild<ChannelBars*>();
        QVERIFY(bars->isVisible());
        const auto modes = {ChannelMode::Before, ChannelMode::After, ChannelMode::Changed};
        for (const auto mode : modes) {
            session().fieldControl().setChannelMode(mode, -1);
            QTRY_VERIFY_WITH_TIMEOUT(settled(), 30000);
            QCOMPARE(canvas()->rendered().field->diverging, mode == ChannelMode::Changed);
        }
        session().fieldControl().setChannelMode(ChannelMode::Single, 3);
        QTRY_VERIFY_WITH_TIMEOUT(settled(), 30000);
        const auto& features = *session().shown().modelResult()->features;
        QCOMPARE(canvas()->rendered().field->values,
                 std::vector<float>(features.map.row(3), features.map.row(3) + features.map.cells()));
    }

    void theRangeStaysWhenLocked() {
        session().display().setRange(RangeMode::Locked, {0.25F, 0.75F});
        QTRY_VERIFY(settled());
        choose("hard_topk");
        const auto& shown = canvas()->rendered();
        QCOMPARE(effectiveRange(*shown.field, shown.request.style), (ValueRange{0.25F, 0.75F}));
        session().display().setRange(RangeMode::Auto, {});
        QTRY_VERIFY(settled());
        QCOMPARE(effectiveRange(*canvas()->rendered().field, canvas()->rendered().request.style), (ValueRange{0.0F, 1.0F}));
    }

    void aStaleResultIsNeverShown() {
        test::resetFakeModules();
        auto& slow = test::fakeModule(0);
        slow.behaviour = test::FakeBehaviour::Gated;
        QStringList shown;
        const QObject noting;  // ends the connections with the test
        const auto note = [&shown](const FieldSpec& field) { shown << QString::fromStdString(field.job.source); };
        connect(canvas(), &Canvas::overlayPainted, &noting, [&](const RenderedOverlay& overlay) {
            if (overlay.field) {
                note(*overlay.request.field);
            }
        });
        const auto noteField = [&] {
            if (const auto field = session().shown().field()) {
                note(*field);
            }
        };
        connect(&session().paneControl(), &PaneControl::mechanismChanged, &noting, noteField);
        connect(&session(), &Session::resultChanged, &noting, noteField);
        session().paneControl().setModule(&slow.info);
        QVERIFY(slow.gate.waitForArrivals(1));
        QVERIFY(!session().shown().field().has_value());  // nothing of SimAM stands under the new name
        session().paneControl().setModule(QStringLiteral("eca"));
        slow.gate.open();
        QTRY_VERIFY_WITH_TIMEOUT(settled(), 30000);
        QCOMPARE(QString::fromStdString(canvas()->rendered().request.field->job.source), QStringLiteral("eca"));
        QTRY_VERIFY_WITH_TIMEOUT(shown.contains(QStringLiteral("eca")), 30000);
        QVERIFY(!shown.contains(QString::fromStdString(slow.info.id)));
    }

    void theEventLoopStaysFreeWhileSlowModulesAreSwitched() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
        QSKIP("Instrumented code is too slow for a time which a person feels.");
#endif
        // The one absolute time: a person feels a window which does not answer for two frames. A busy machine gets three tries.
        double p99 = 1e9;
        for (int attempt = 0; attempt < 3 && p99 >= 33.0; ++attempt) {
            test::resetFakeModules();
            std::vector<double> delays;
            QElapsedTimer clock;
            QTimer beat;
            beat.setTimerType(Qt::PreciseTimer);
            connect(&beat, &QTimer::timeout, this, [&] {
                delays.push_back(static_cast<double>(clock.nsecsElapsed()) / 1e6 - 5.0);
                clock.restart();
            });
            int switches = 0;
            QTimer chooser;
            connect(&chooser, &QTimer::timeout, this, [&] {
                auto& fake = test::fakeModule(switches++ % 3);
                fake.behaviour = test::FakeBehaviour::Busy;
                session().paneControl().setModule(&fake.info);
            });
            clock.start();
            beat.start(5);
            chooser.start(40);
            QTRY_VERIFY_WITH_TIMEOUT(delays.size() > 500, 30000);
            chooser.stop();
            std::sort(delays.begin(), delays.end());
            p99 = delays[delays.size() * 99 / 100];
            session().paneControl().setModule(QStringLiteral("simam"));
            QTRY_VERIFY_WITH_TIMEOUT(settled(), 30000);
        }
        QVERIFY2(p99 < 33.0, qPrintable(QString::number(p99)));
    }

    void aBadPictureLeavesTheWindowAsItWas() {
        const auto shown = session().shown().result();
        const QString path = m_folder.filePath(QStringLiteral("letter.png"));
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("Dear reader,");
        file.close();
        session().openFile(path);
        QTRY_VERIFY(m_window->findChild<CanvasArea*>()->message().contains(QStringLiteral("letter.png")));
        QCOMPARE(session().shown().result(), shown);
        QVERIFY(settled());
    }

    void badWeightsLeaveTheGoodOnes() {
        choose("se");
        const auto before = session().shown().moduleResult();
        session().paneControl().setWeightsFile(QStringLiteral(FOVEA_SOURCE_DIR "/tests/golden/cbam__1.safetensors"));
        QTRY_VERIFY_WITH_TIMEOUT(!m_window->findChild<CanvasArea*>()->message().isEmpty(), 30000);
        QTRY_VERIFY_WITH_TIMEOUT(settled(), 30000);
        QCOMPARE(session().shown().moduleResult()->source.provenance, before->source.provenance);
        QVERIFY(session().shown().moduleResult()->output.ok());
    }

    void droppedAndPastedPicturesOpen() {
        QMimeData data;
        data.setUrls({QUrl::fromLocalFile(kSamples + QStringLiteral("rocket.jpg"))});
        QDropEvent drop(QPointF(400, 300), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QDragEnterEvent enter(QPoint(400, 300), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(m_window.get(), &enter);
        QVERIFY(enter.isAccepted());
        QApplication::sendEvent(m_window.get(), &drop);
        QTRY_COMPARE(QString::fromStdString(session().frame().source->name), QStringLiteral("rocket.jpg"));
        QTRY_VERIFY_WITH_TIMEOUT(settled(), 30000);
        QCOMPARE(session().shown().result()->frame.source->name, "rocket.jpg");

        QImage image(33, 17, QImage::Format_RGB32);
        image.fill(Qt::darkCyan);
        QApplication::clipboard()->setImage(image);
        QTest::keyClick(canvas(), Qt::Key_V, Qt::ControlModifier);
        QTRY_COMPARE(session().frame().width, 33);
        QTRY_VERIFY_WITH_TIMEOUT(settled(), 30000);
        QCOMPARE(session().shown().result()->frame.source->sha256.size(), std::size_t{64});
    }

    void languageAndThemeSwitchWhileRunning() {
        auto* open = m_window->findChild<TopBar*>()->findChild<QToolButton*>();
        const QString english = open->text();
        setLanguage(QStringLiteral("zh_CN"));
        QTRY_VERIFY(open->text() != english);
        QVERIFY(open->text().contains(QStringLiteral("打开")));
        const QColor dark = m_window->grab().toImage().pixelColor(4, 4);
        applyTheme(*qApp, ThemeName::Light);
        QTRY_VERIFY(m_window->grab().toImage().pixelColor(4, 4).lightness() > dark.lightness() + 100);
        setLanguage(QStringLiteral("en"));
        QTRY_COMPARE(open->text(), english);
    }

    void paintedViewsTakeFocusAndSpeak() {
        choose("cbam");
        QList<QWidget*> views{canvas(), m_window->findChild<ColourScale*>(), m_window->findChild<ChannelBars*>(),
                              m_window->findChild<StatisticsView*>(), m_window->findChild<Filmstrip*>()};
        views[3]->parentWidget()->findChild<QToolButton*>()->click();  // statistics are one click away
        for (auto* view : views) {
            QVERIFY2(view->isVisible(), view->metaObject()->className());
            QVERIFY2(view->focusPolicy() & Qt::TabFocus, view->metaObject()->className());
            auto* accessible = QAccessible::queryAccessibleInterface(view);
            QVERIFY(accessible != nullptr);
            QVERIFY2(!accessible->text(QAccessible::Name).isEmpty(), view->metaObject()->className());
            QVERIFY2(accessible->text(QAccessible::Description).size() > 10, view->metaObject()->className());
            m_window->setFocus();
            const QImage without = view->grab().toImage();
            view->setFocus(Qt::TabFocusReason);
            QTRY_VERIFY2(view->grab().toImage() != without, view->metaObject()->className());
        }
        QVERIFY(canvas()->textSummary().contains(QStringLiteral("%")));
    }

    void pagesGoThroughTheFolder() {
        canvas()->setFocus();
        QTest::keyClick(canvas(), Qt::Key_PageDown);
        QTRY_COMPARE(session().frame().source->name, "coffee.png");
        QTRY_VERIFY_WITH_TIMEOUT(settled(), 30000);
        QTest::keyClick(canvas(), Qt::Key_PageUp);
        QTRY_COMPARE(session().frame().source->name, "chelsea.png");
        QTRY_VERIFY_WITH_TIMEOUT(settled(), 30000);
    }

    void panelsHideAndReturn() {
        canvas()->setFocus();
        const int before = canvas()->width();
        QTest::keyClick(canvas(), Qt::Key_Tab);
        QTRY_VERIFY(canvas()->width() == m_window->width());
        QTest::keyClick(canvas(), Qt::Key_Tab);
        QTRY_COMPARE(canvas()->width(), before);
    }

    void settingsPersist() {
        choose("eca");
        OverlayStyle style = session().display().style();
        style.opacity = 0.35;
        style.colormap = "viridis";
        session().display().setStyle(style);
        m_window->close();
        m_window.reset();
        m_settings = std::make_unique<Settings>();
        m_window = std::make_unique<MainWindow>(*m_settings);
        QCOMPARE(session().panes().current().module->id, "eca");
        QCOMPARE(session().display().style().colormap, "viridis");
        QCOMPARE(session().display().style().opacity, 0.35);
    }
};

QTEST_MAIN(TestMainWindow)
#include "tst_main_window.moc"
