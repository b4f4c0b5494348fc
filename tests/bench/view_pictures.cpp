// The pictures of resources/docs/views.md and of the README: every view, dark and light, English and Chinese, as the program
// shows it now. An argument of QTest, such as “compare:dark-zh”, takes one of them alone.

#include <QPainter>
#include <QPushButton>

#include "app/language.h"
#include "engine/attention/registry.h"
#include "tests/support/compare_window_fixture.h"
#include "widgets/colour_scale.h"
#include "widgets/faithfulness_plot.h"

using namespace fovea;
using namespace fovea::test;

namespace {

const QString kFolder = QStringLiteral(FOVEA_SOURCE_DIR "/resources/docs/");
constexpr int kQuality = 90;
constexpr int kStablePictures = 4;
constexpr std::uint64_t kClipFrame = 170;

}  // namespace

class ViewPictures : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void cleanup() {
        if (QWidget* popup = QApplication::activePopupWidget()) {
            popup->close();
        }
        m.close();
        setLanguage(QStringLiteral("en"));
    }

    void window_data() { addLooks(); }
    void window() {
        begin("gc");
        finish("window");
    }

    void pins_data() { addLooks(); }
    void pins() {
        begin("mhsa");
        for (const QPointF at : {QPointF(0.35, 0.4), QPointF(0.55, 0.75), QPointF(0.75, 0.35)}) {
            m.session().fieldControl().ask(at, QueryGesture::Add);
        }
        finish("pins");
    }

    void compare_data() { addLooks(); }
    void compare() {
        begin("se");
        m.session().paneControl().add(findModule("cbam"));
        m.session().paneControl().add(findModule("gc"));
        m.window->workspaces().setView(kCompareView);
        m.press(Qt::Key_D);
        finish("compare");
    }

    void models_data() { addLooks(); }
    void models() {
        begin("gc");
        m.session().paneControl().add(findModule("gc"));
        m.window->workspaces().setView(kCompareView);
        m.session().paneControl().setModel(m.session().models().retina());
        finish("models");
    }

    void split_data() { addLooks(); }
    void split() {
        begin("cbam");
        m.session().paneControl().add(findModule("coord"));
        m.window->workspaces().setView(kSplitView);
        finish("split");
    }

    void steps_data() { addLooks(); }
    void steps() {
        begin("cbam");
        m.press(Qt::Key_F8);
        finish("steps");
    }

    void channels_data() { addLooks(); }
    void channels() {
        begin("cbam");
        Intervention muted;
        muted.channels = {1.0F, 1.0F, 0.0F};
        m.session().paneControl().setIntervention(muted);
        m.session().fieldControl().setPinned(false, {2});
        m.press(Qt::Key_G, Qt::ControlModifier);
        finish("channels");
    }

    void heads_data() { addLooks(); }
    void heads() {
        begin("mhsa");
        m.press(Qt::Key_G, Qt::ControlModifier | Qt::ShiftModifier);
        m.session().fieldControl().setHead(1);
        finish("heads");
    }

    void scale_data() { addLooks(); }
    void scale() {
        begin("gc");
        m.area()->colourScale()->openPanel();
        finish("scale");
    }

    void faithfulness_data() { addLooks(); }
    void faithfulness() {
        begin("gc");
        m.press(Qt::Key_J, Qt::ControlModifier);
        auto* plot = m.part<FaithfulnessPlot>();
        auto* start = plot->findChild<QPushButton*>();
        QTRY_VERIFY(start->isEnabled());
        QTest::mouseClick(start, Qt::LeftButton);
        QTRY_VERIFY(!start->isVisible());
        QTRY_VERIFY_WITH_TIMEOUT(start->isVisible(), 10 * CompareWindow::kPatience);
        finish("faithfulness");
    }

    void live_data() { addLooks(); }
    void live() {
        begin("spacetime_nonlocal");
        MovingSource& source = m.session().source();
        m.session().openSource({.kind = SourceKind::Video, .location = FOVEA_SOURCE_DIR "/resources/samples/clip.mp4"});
        QTRY_VERIFY_WITH_TIMEOUT(source.active(), CompareWindow::kPatience);
        source.setPlaying(false);
        source.seek(kClipFrame - 7);  // the mechanism looks at eight frames
        for (std::uint64_t frame = kClipFrame - 7; frame <= kClipFrame; ++frame) {
            QTRY_COMPARE_WITH_TIMEOUT(m.session().shown().result()->frame.index, frame, CompareWindow::kPatience);
            if (frame < kClipFrame) {
                source.stepForward();
            }
        }
        m.session().fieldControl().ask({0.42, 0.2}, QueryGesture::Add);
        finish("live");
    }

private:
    static void addLooks() {
        QTest::addColumn<ThemeName>("theme");
        QTest::addColumn<QString>("language");
        for (const auto theme : {ThemeName::Dark, ThemeName::Light}) {
            for (const char* language : {"en", "zh_CN"}) {
                QTest::addRow("%s-%.2s", theme == ThemeName::Dark ? "dark" : "light", language)
                    << theme << QString::fromLatin1(language);
            }
        }
    }

    /// The window with this mechanism on the sample photograph, in the look of the row.
    void begin(const char* module) {
        QFETCH(ThemeName, theme);
        QFETCH(QString, language);
        applyFont(language == QLatin1String("zh_CN"));
        applyTheme(*qApp, theme);
        m.open({});
        setLanguage(language);
        m.session().paneControl().setModule(QLatin1String(module));
        QTRY_VERIFY_WITH_TIMEOUT(m.settled(), CompareWindow::kPatience);
    }

    QImage grabbed() const {
        QImage shown = m.window->grab().toImage();
        if (QWidget* popup = QApplication::activePopupWidget()) {
            QPainter(&shown).drawPixmap(m.window->mapFromGlobal(popup->mapToGlobal(QPoint())), popup->grab());
        }
        return shown;
    }

    /// Saves the window once nothing moves any more.
    void finish(const char* view) {
        QImage last;
        int same = 0;
        const auto still = [&] {
            const QImage now = grabbed();
            same = m.settled() && now == last ? same + 1 : 0;
            last = now;
            return same >= kStablePictures;
        };
        QVERIFY(QTest::qWaitFor(still, CompareWindow::kPatience));
        const QString name = QStringLiteral("%1-%2").arg(QLatin1String(view), QLatin1String(QTest::currentDataTag()));
        QVERIFY(last.save(kFolder + QStringLiteral("views/%1.jpg").arg(name), "jpg", kQuality));
        if (name == QLatin1String("window-dark-en")) {
            QVERIFY(last.save(kFolder + name + QStringLiteral(".png")));
        }
    }

    CompareWindow m;
};

QTEST_MAIN(ViewPictures)
#include "view_pictures.moc"
