// The trained network in the window: it is there at the first start, is switched off and on, predicts, and explains itself.
// test: needs-bundle

#include <QAbstractScrollArea>
#include <QComboBox>
#include <QDir>
#include <QFile>
#include <QLabel>
#include <QRadioButton>
#include <QScrollBar>
#include <QSettings>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>

#include "app/canvas_area.h"
#include "app/language.h"
#include "app/main_window.h"
#include "app/top_bar.h"
#include "engine/attention/registry.h"
#include "widgets/info_button.h"
#include "widgets/module_picker.h"
#include "widgets/prediction_view.h"

using namespace fovea;

namespace {

const QString kSource = QStringLiteral(FOVEA_SOURCE_DIR);

}  // namespace

class TestModelWindow final : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    std::unique_ptr<Settings> m_settings;
    std::unique_ptr<MainWindow> m_window;

    Session& session() { return m_window->session(); }
    Canvas* canvas() { return m_window->findChild<Canvas*>(); }
    PredictionView* guesses() { return m_window->findChild<PredictionView*>(); }
    QComboBox* models() {
        const auto boxes = m_window->findChild<TopBar*>()->findChildren<QComboBox*>();
        const auto it = std::find_if(boxes.begin(), boxes.end(),
                                     [](const QComboBox* box) { return box->accessibleName() == QLatin1String("Model"); });
        return it == boxes.end() ? nullptr : *it;
    }

    /// True when the canvas shows what the session asks for and the pass has ended.
    bool settled() {
        const auto& shown = canvas()->rendered();
        return session().shown().result() && !session().isBusy() && session().shown().moduleResult() && shown.field &&
               shown.request.field == session().shown().field() &&
               shown.request.result->find(session().panes().current().jobId()) == session().shown().moduleResult() &&
               shown.request.style == session().display().style();
    }

    void chooseModel(const QString& text) {
        const int index = models()->findText(text);
        QVERIFY2(index >= 0, qPrintable(text));
        models()->setCurrentIndex(index);
        Q_EMIT models()->activated(index);
    }

    void open() {
        m_settings = std::make_unique<Settings>();
        m_settings->setLanguage(QStringLiteral("en"));
        m_window = std::make_unique<MainWindow>(*m_settings);
        m_window->resize(1280, 800);
        m_window->show();
        m_window->start({});
        QVERIFY(QTest::qWaitForWindowExposed(m_window.get()));
        QTRY_VERIFY_WITH_TIMEOUT(settled(), 30000);
    }

private Q_SLOTS:
    void init() {
        QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, m_folder.path());
        QFile::remove(m_folder.filePath(QStringLiteral("fovea/fovea.ini")));
        applyTheme(*qApp, ThemeName::Dark);
        open();
    }

    void cleanup() {
        m_window.reset();
        m_settings.reset();
    }

    void theFirstStartShowsTrainedAttention() {
        QCOMPARE(session().panes().current().module->id, "gc");
        QCOMPARE(session().shown().provenance().kind, ProvenanceKind::Trained);
        QCOMPARE(canvas()->rendered().field->provenance, (Provenance{.kind = ProvenanceKind::Trained, .source = "fovea-v1"}));
        QCOMPARE(models()->currentText(), QStringLiteral("fovea-v1 · 160 px"));
        QCOMPARE(session().shown().modelResult()->features->model, "fovea-v1");
        // The range shows more than the single peak: what is drawn as the brightest colour is far below the largest value.
        const ScalarField& field = *canvas()->rendered().field;
        const ValueRange range = effectiveRange(field, canvas()->rendered().request.style);
        QCOMPARE(range.hi, field.clippedMax);
        QVERIFY(range.hi < 0.5F * field.max);
        const auto above = std::count_if(field.values.begin(), field.values.end(), [&](float v) { return v > range.hi; });
        QVERIFY(above > 0 && static_cast<double>(above) <= 1.5 * kClippedShare * static_cast<double>(field.values.size()));
        QVERIFY(guesses()->isVisible());
        QVERIFY(guesses()->textSummary().contains(QStringLiteral("golf ball")));
        QVERIFY(canvas()->width() * canvas()->height() >= 0.55 * 1280 * 800);
    }

    void noPanelNeedsAScrollBarAtFirstStart() {
        for (const auto* area : m_window->findChildren<QAbstractScrollArea*>()) {
            if (area->parentWidget() == m_window->findChild<ModulePicker*>()) {
                continue;  // the list of mechanisms is longer than any column
            }
            for (auto* bar : area->findChildren<QScrollBar*>()) {
                QVERIFY2(!bar->isVisible(), area->metaObject()->className());
            }
        }
    }

    void oneKeySwitchesTrainingOffAndOn() {
        canvas()->setFocus();
        const auto features = session().shown().modelResult()->features;
        const auto trained = canvas()->rendered().field->values;
        const auto guess = session().shown().moduleResult()->prediction->logits;
        QTest::keyClick(canvas(), Qt::Key_T);
        QTRY_VERIFY(settled() && session().shown().moduleResult()->source.provenance.kind == ProvenanceKind::Random);
        QVERIFY(canvas()->rendered().field->values != trained);
        QVERIFY(session().shown().moduleResult()->prediction->logits != guess);
        QCOMPARE(session().shown().modelResult()->features, features);  // the network did not run again
        auto* about = m_window->findChild<InfoButton*>(QStringLiteral("weightsInfo"));
        QVERIFY(about->text().contains(QStringLiteral("the pattern shows the mechanism, not the image")));
        QTest::keyClick(canvas(), Qt::Key_T);
        QTRY_VERIFY(settled() && session().shown().moduleResult()->source.provenance.kind == ProvenanceKind::Trained);
        QCOMPARE(canvas()->rendered().field->values, trained);
        QVERIFY(about->text().contains(QStringLiteral("89.1 %")));  // the manifest's accuracy
        QVERIFY(about->text().contains(QStringLiteral("1.94")));    // and gain
        // The same by the mouse.
        QTest::mouseClick(m_window->findChild<QWidget*>(QStringLiteral("trainedSwitch"))->findChildren<QRadioButton*>().at(1),
                          Qt::LeftButton);
        QTRY_VERIFY(settled() && session().shown().moduleResult()->source.provenance.kind == ProvenanceKind::Random);
    }

    void weakMapsSaySo() {
        for (const char* id : {"bam", "coord", "sge", "sa", "lka", "highway"}) {
            const Pane pane{.module = findModule(id), .model = session().panes().current().model};
            const BundleModule* module = pane.bundleModule();
            QVERIFY(module != nullptr);
            QCOMPARE(module->meaningful, "no");
            session().paneControl().setModule(QString::fromLatin1(id));
            QTRY_VERIFY(settled());
            const QString text = m_window->findChild<InfoButton*>(QStringLiteral("weightsInfo"))->text();
            QVERIFY2(text.contains(QString::fromStdString(module->noteEn).toHtmlEscaped()), qPrintable(text));
        }
    }

    void aModuleWithoutTrainedWeightsIsSaidToBeRandom() {
        session().paneControl().setModule(QStringLiteral("hamburger"));
        QTRY_VERIFY(settled());
        QCOMPARE(session().shown().provenance().kind, ProvenanceKind::Random);
        QVERIFY(m_window->findChild<QWidget*>(QStringLiteral("trainedSwitch")) == nullptr);
        canvas()->setFocus();
        QTest::keyClick(canvas(), Qt::Key_T);
        QVERIFY(m_window->findChild<CanvasArea*>()->message().contains(QStringLiteral("no trained weights")));
    }

    // A click on a guess shows where the network sees that class; the numbers are those of the linear layer.
    void guessesAreExplained() {
        const auto prediction = session().shown().moduleResult()->prediction;
        const int top = topGuesses(*prediction, 1).front().index;
        QTest::mouseClick(guesses(), Qt::LeftButton, {}, guesses()->rowRect(top).center() - QPoint(60, 0));
        QTRY_VERIFY(settled() && session().shown().field()->activationClass == top);
        const FeatureMap map = classActivation(*prediction, top);
        const ScalarField& field = *canvas()->rendered().field;
        QCOMPARE(field.values, std::vector<float>(map.data(), map.data() + map.size()));
        QCOMPARE(QString::fromStdString(field.what), QStringLiteral("golf ball"));
        session().paneControl().setModule(QStringLiteral("mhsa"));  // the question stays
        QTRY_VERIFY(settled() && session().shown().field()->activationClass == top);
        QTest::mouseClick(guesses(), Qt::LeftButton, {}, guesses()->plainRect(top).center());
        QTRY_VERIFY(settled() && session().shown().field()->plainActivation);
        const FeatureMap plain = classActivation(*session().shown().modelResult()->prediction, top);
        QCOMPARE(canvas()->rendered().field->values, std::vector<float>(plain.data(), plain.data() + plain.size()));
        QTest::mouseClick(guesses(), Qt::LeftButton, {}, guesses()->plainRect(top).center());
        QTRY_VERIFY(settled() && session().shown().field()->activationClass == -1);
    }

    void sizesCropAndTheRetinaAreOneChoice() {
        const int rows = session().shown().modelResult()->features->map.height();
        chooseModel(QStringLiteral("fovea-v1 · fine, 320 px"));
        QTRY_VERIFY(settled() && session().shown().modelResult()->features->map.height() == 2 * rows);
        chooseModel(QStringLiteral("fovea-v1 · 160 px, centre"));
        QTRY_VERIFY(settled() && session().shown().modelResult()->features->map.height() ==
                                     session().shown().modelResult()->features->map.width());
        QVERIFY(session().shown().modelResult()->features->geometry.originX > 0.0);  // what lies beside the square has no cells
        chooseModel(QStringLiteral("Retina · stride 8"));
        QTRY_VERIFY(settled() && session().shown().modelResult()->features->model == "Retina");
        QVERIFY(!guesses()->isVisible());
        chooseModel(QStringLiteral("Retina · stride 4"));
        QTRY_VERIFY(settled() && session().shown().modelResult()->features->geometry.stepX == 4.0);
        QCOMPARE(models()->currentText(), QStringLiteral("Retina · stride 4"));
        QCOMPARE(session().shown().provenance().kind, ProvenanceKind::Random);
        QCOMPARE(m_settings->model(), QStringLiteral("retina"));
        chooseModel(QStringLiteral("fovea-v1 · 160 px"));
        QTRY_VERIFY(settled() && session().shown().modelResult()->features->model == "fovea-v1");
        QCOMPARE(session().shown().provenance().kind, ProvenanceKind::Trained);
        QCOMPARE(m_settings->model(), QString());
    }

    void theChoiceOutlivesTheProgram() {
        chooseModel(QStringLiteral("fovea-v1 · fine, 320 px"));
        QTRY_VERIFY(settled());
        const int rows = session().shown().modelResult()->features->map.height();
        m_window.reset();
        open();
        QCOMPARE(models()->currentText(), QStringLiteral("fovea-v1 · fine, 320 px"));
        QCOMPARE(session().shown().modelResult()->features->map.height(), rows);
    }

    // A folder of a person's own opens the same way; a broken one is named by file and key, and the work so far stays.
    void ownFoldersOpenAndBrokenOnesAreRefused() {
        QTemporaryDir parent;
        const QString folder = parent.filePath(QStringLiteral("mine"));
        QVERIFY(QDir().mkpath(folder + QStringLiteral("/modules")));
        const QDir shipped(kSource + QStringLiteral("/resources/models/fovea-v1"));
        for (const char* sub : {"", "modules/"}) {
            const QDir from(shipped.filePath(QString::fromLatin1(sub)));
            for (const QString& name : from.entryList(QDir::Files)) {
                QVERIFY(QFile::copy(from.filePath(name), folder + u'/' + QString::fromLatin1(sub) + name));
            }
        }
        const auto before = bundleOf(session().panes().current().model);
        session().openBundle(folder);
        QTRY_VERIFY(bundleOf(session().panes().current().model) != before);
        QCOMPARE(session().models().bundles().size(), std::size_t{2});
        QTRY_VERIFY(settled() && session().shown().provenance().kind == ProvenanceKind::Trained);
        QCOMPARE(m_settings->model(), QDir(folder).canonicalPath());

        QFile manifest(folder + QStringLiteral("/manifest.json"));
        QVERIFY(manifest.open(QIODevice::ReadOnly));
        QByteArray text = manifest.readAll();
        manifest.close();
        QVERIFY(manifest.setPermissions(QFile::ReadOwner | QFile::WriteOwner) && manifest.open(QIODevice::WriteOnly));
        manifest.write(text.replace("\"channels\": 128", "\"channels\": \"many\""));
        manifest.close();
        const auto result = session().shown().result();
        session().openBundle(folder);
        auto* area = m_window->findChild<CanvasArea*>();
        QTRY_VERIFY(area->message().contains(QStringLiteral("manifest.json")));
        QVERIFY2(area->message().contains(QStringLiteral("channels")), qPrintable(area->message()));
        QCOMPARE(session().shown().result(), result);
        // A network whose file is cut off is found when the folder is opened, not with the first picture.
        manifest.open(QIODevice::WriteOnly);
        manifest.write(text.replace("\"channels\": \"many\"", "\"channels\": 128"));
        manifest.close();
        QFile tail(folder + QStringLiteral("/tail.onnx"));
        QVERIFY(tail.setPermissions(QFile::ReadOwner | QFile::WriteOwner) && tail.resize(tail.size() / 2));
        session().openBundle(folder);
        QTRY_VERIFY(area->message().contains(QStringLiteral("tail.onnx")));
        QCOMPARE(session().shown().result(), result);
    }
};

QTEST_MAIN(TestModelWindow)
#include "tst_model_window.moc"
