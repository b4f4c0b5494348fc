// Jobs in the window: the status line shows and cancels them, and the window is closed in their middle.
// test: alone

#include <QDir>
#include <QElapsedTimer>
#include <QImage>
#include <QJsonDocument>
#include <QLabel>
#include <QMenu>
#include <QProgressBar>
#include <QPushButton>
#include <QSignalSpy>
#include <QThread>
#include <QToolButton>

#include <functional>

#include "app/job_view.h"
#include "app/language.h"
#include "tests/support/compare_window_fixture.h"
#include "tests/support/fake_modules.h"
#include "tests/support/files.h"
#include "tests/support/loop_gaps.h"
#include "tests/support/video_files.h"
#include "widgets/faithfulness_plot.h"

using namespace fovea;
using namespace fovea::test;

namespace {

const QString kClip = QStringLiteral(FOVEA_SOURCE_DIR "/resources/samples/clip.mp4");

/// Jobs which nobody sees and which take all threads, so that others wait until it goes.
class Jam final {
public:
    explicit Jam(BackgroundJobs& jobs) : m_owner(jobs) {
        for (int k = 0; k < QThread::idealThreadCount() + 8; ++k) {
            m_owner.start<void>({}, [this](const JobControl& control) {
                m_gate.pass(control.stop());
                return Result<void>();
            });
        }
    }

private:
    Gate m_gate;
    JobOwner m_owner;
};

/// Counts how often a widget appears.
class Shown final : public QObject {
public:
    explicit Shown(QObject* of) { of->installEventFilter(this); }
    bool eventFilter(QObject*, QEvent* event) override {
        count += event->type() == QEvent::Show ? 1 : 0;
        return false;
    }
    int count = 0;
};

}  // namespace

class TestJobsWindow final : public QObject {
    Q_OBJECT

    using Start = std::function<void(MainWindow&, const QString&)>;

    CompareWindow m;
    QTemporaryDir m_films;
    std::unique_ptr<QTemporaryDir> m_place;

    JobView* view() { return m.part<JobView>(); }
    QToolButton* button(const QString& name) {
        for (auto* each : view()->findChildren<QToolButton*>()) {
            if (each->accessibleName() == name) {
                return each;
            }
        }
        return nullptr;
    }
    QPushButton* plotButton(const char* text) {
        for (auto* each : m.part<FaithfulnessPlot>()->findChildren<QPushButton*>()) {
            if (each->text() == QLatin1String(text)) {
                return each;
            }
        }
        return nullptr;
    }
    QString title() { return view()->findChild<QLabel*>()->text(); }
    [[nodiscard]] QString path(const QString& name) const { return m_place->filePath(name); }
    [[nodiscard]] QStringList entries() const {
        return QDir(m_place->path()).entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot, QDir::Name);
    }
    bool isIdle() { return m.window->jobs().jobs().empty(); }
    void cancel() {
        QVERIFY(button(QStringLiteral("Cancel"))->isVisible());
        QTest::mouseClick(button(QStringLiteral("Cancel")), Qt::LeftButton);
    }
    /// Of which the recording does not end before it is cancelled.
    [[nodiscard]] QString longFilm() const { return m_films.filePath(QStringLiteral("long.mp4")); }
    void openFilm(const QString& film) {
        m.session().openFile(film);
        const auto isOpen = [this] { return m.session().source().active() && m.session().shown().map() != nullptr; };
        QTRY_VERIFY_WITH_TIMEOUT(isOpen(), CompareWindow::kPatience);
        m.session().source().setPlaying(false);
    }
    /// Each file is whole: nothing is left of how it was written.
    void verifyFiles() {
        for (const QString& name : entries()) {
            QVERIFY2(!name.startsWith(u'.') && !name.contains(QStringLiteral(".part")), qPrintable(name));
            if (name.endsWith(QStringLiteral(".png"))) {
                QVERIFY2(!QImage(path(name)).isNull(), qPrintable(name));
            } else if (name.endsWith(QStringLiteral(".json")) || name.endsWith(QStringLiteral(".fovea"))) {
                QVERIFY2(QJsonDocument::fromJson(contents(path(name))).isObject(), qPrintable(name));
            } else {
                QVERIFY2(QFileInfo(path(name)).size() > 0, qPrintable(name));
            }
        }
    }
    /// The kinds of saving which take no time to speak of.
    static void addExports() {
        QTest::addColumn<Start>("start");
        QTest::newRow("picture") << Start([](MainWindow& window, const QString& place) {
            window.exports().savePicture(place + QStringLiteral("/a.png"), false);
        });
        QTest::newRow("figure") << Start([](MainWindow& window, const QString& place) {
            window.exports().savePicture(place + QStringLiteral("/b.png"), true);
        });
        QTest::newRow("raw") << Start([](MainWindow& window, const QString& place) { window.exports().saveNumbers(place); });
        QTest::newRow("session") << Start(
            [](MainWindow& window, const QString& place) { window.sessions().save(place + QStringLiteral("/c.fovea")); });
        QTest::newRow("clipboard") << Start([](MainWindow& window, const QString&) { window.exports().copyPicture(); });
    }

private Q_SLOTS:
    void initTestCase() {
        QGuiApplication::setQuitOnLastWindowClosed(false);
        QVERIFY(writeVideo(longFilm().toStdString(), {.width = 480, .height = 288, .frames = 1500}));
    }
    void init() {
        m_place = std::make_unique<QTemporaryDir>();
        m.open();
        QTRY_VERIFY_WITH_TIMEOUT(isIdle(), CompareWindow::kPatience);  // what the start asked for
    }
    void cleanup() {
        m.close();
        m_place.reset();
        setLanguage(QStringLiteral("en"));
    }

    void aJobAppearsWhenItTakesLong();
    void shortJobsDoNotFlash();
    void severalAreCounted();
    void theLineSpeaksChinese();
    void exportsAreCancelled_data() { addExports(); }
    void exportsAreCancelled();
    void exportsEndBeforeTheWindow_data() { addExports(); }
    void exportsEndBeforeTheWindow();
    void openingASessionIsCancelled();
    void aRecordingIsCancelled();
    void aRecordingEndsWithTheWindow_data();
    void aRecordingEndsWithTheWindow();
    void aMeasurementIsCancelled();
    void aMeasurementEndsWithTheWindow();
    void theEventLoopStaysQuick();
};

void TestJobsWindow::aJobAppearsWhenItTakesLong() {
    Gate gate;
    QElapsedTimer watch;
    watch.start();
    JobOwner owner(m.window->jobs());
    owner.start<void>({.title = QStringLiteral("Waiting")}, [&gate](const JobControl& control) {
        control.progress(1, 4);
        return gate.pass(control.stop()) ? Result<void>() : Result<void>(jobStopped());
    });
    QVERIFY(!view()->isVisible());
    QTRY_VERIFY_WITH_TIMEOUT(view()->isVisible(), CompareWindow::kPatience);
    QVERIFY(watch.elapsed() >= 400);
    QCOMPARE(title(), QStringLiteral("Waiting"));
    auto* bar = view()->findChild<QProgressBar*>();
    QTRY_VERIFY_WITH_TIMEOUT(bar->maximum() > 0 && bar->value() * 4 == bar->maximum(), CompareWindow::kPatience);
    QCOMPARE(bar->accessibleName(), QStringLiteral("Waiting"));
    QVERIFY(button(QStringLiteral("Cancel"))->toolTip().contains(QStringLiteral("Waiting")));
    QVERIFY(button(QStringLiteral("Everything that runs now"))->isHidden());
    // By the keyboard, too.
    button(QStringLiteral("Cancel"))->setFocus();
    QTest::keyClick(button(QStringLiteral("Cancel")), Qt::Key_Space);
    QTRY_VERIFY_WITH_TIMEOUT(!view()->isVisible() && isIdle(), CompareWindow::kPatience);
}

// Some tries: a busy machine may make any job long.
void TestJobsWindow::shortJobsDoNotFlash() {
    JobOwner owner(m.window->jobs());
    for (int attempt = 0; attempt < 5; ++attempt) {
        Shown shown(view());
        QElapsedTimer watch;
        watch.start();
        owner.start<void>({.title = QStringLiteral("Quick")}, [](const JobControl&) { return Result<void>(); });
        QTRY_VERIFY_WITH_TIMEOUT(isIdle(), CompareWindow::kPatience);
        if (watch.elapsed() < 300) {
            // A view of the short job would appear before that of the long one, which starts later.
            Gate gate;
            owner.start<void>({.title = QStringLiteral("Long")}, [&gate](const JobControl& control) {
                return gate.pass(control.stop()) ? Result<void>() : Result<void>(jobStopped());
            });
            QTRY_VERIFY_WITH_TIMEOUT(view()->isVisible(), CompareWindow::kPatience);
            QCOMPARE(shown.count, 1);
            QCOMPARE(title(), QStringLiteral("Long"));
            gate.open();
            QTRY_VERIFY_WITH_TIMEOUT(isIdle(), CompareWindow::kPatience);
            return;
        }
    }
    QSKIP("The machine is too busy.");
}

void TestJobsWindow::severalAreCounted() {
    QSignalSpy exported(&m.window->exports(), &Exports::exported);
    {
        const Jam jam(m.window->jobs());
        m.window->exports().savePicture(path(QStringLiteral("first & last.png")), false);
        m.window->exports().savePicture(path(QStringLiteral("second.png")), false);
        m.window->sessions().save(path(QStringLiteral("third.fovea")));
        auto* more = button(QStringLiteral("Everything that runs now"));
        QTRY_VERIFY_WITH_TIMEOUT(view()->isVisible() && more->text() == QStringLiteral("+2"), CompareWindow::kPatience);
        QCOMPARE(title(), QStringLiteral("Saving third.fovea"));
        Q_EMIT more->menu()->aboutToShow();
        const auto actions = more->menu()->actions();
        QCOMPARE(actions.size(), 3);
        QCOMPARE(actions[0]->text(), QStringLiteral("Cancel: Saving third.fovea"));
        QCOMPARE(actions[2]->text(), QStringLiteral("Cancel: Saving first && last.png"));
        actions[1]->trigger();
        QTRY_COMPARE_WITH_TIMEOUT(exported.size(), 1, CompareWindow::kPatience);
        QTRY_COMPARE_WITH_TIMEOUT(more->text(), QStringLiteral("+1"), CompareWindow::kPatience);
    }
    QTRY_COMPARE_WITH_TIMEOUT(exported.size(), 3, CompareWindow::kPatience);
    QCOMPARE(entries(), (QStringList{QStringLiteral("first & last.json"), QStringLiteral("first & last.png"),
                                     QStringLiteral("third.fovea")}));
    verifyFiles();
    QTRY_VERIFY_WITH_TIMEOUT(!view()->isVisible(), CompareWindow::kPatience);
}

void TestJobsWindow::theLineSpeaksChinese() {
    const Jam jam(m.window->jobs());
    m.window->exports().savePicture(path(QStringLiteral("a.png")), false);
    QTRY_VERIFY_WITH_TIMEOUT(view()->isVisible(), CompareWindow::kPatience);
    setLanguage(QStringLiteral("zh_CN"));
    QTRY_VERIFY_WITH_TIMEOUT(button(QStringLiteral("取消")) != nullptr, CompareWindow::kPatience);
    QTest::mouseClick(button(QStringLiteral("取消")), Qt::LeftButton);
    QTRY_VERIFY_WITH_TIMEOUT(!view()->isVisible(), CompareWindow::kPatience);
}

void TestJobsWindow::exportsAreCancelled() {
    QFETCH(Start, start);
    QSignalSpy exported(&m.window->exports(), &Exports::exported);
    {
        const Jam jam(m.window->jobs());
        start(*m.window, m_place->path());
        QTRY_VERIFY_WITH_TIMEOUT(view()->isVisible(), CompareWindow::kPatience);
        cancel();
        QTRY_COMPARE_WITH_TIMEOUT(exported.size(), 1, CompareWindow::kPatience);
        QCOMPARE(exported.first().first().toStringList(), QStringList());
    }
    QTRY_VERIFY_WITH_TIMEOUT(isIdle() && !view()->isVisible(), CompareWindow::kPatience);
    QCOMPARE(entries(), QStringList());
    QCOMPARE(m.area()->message(), QString());
    // The next one is not cancelled.
    start(*m.window, m_place->path());
    QTRY_COMPARE_WITH_TIMEOUT(exported.size(), 2, CompareWindow::kPatience);
    QVERIFY(m.area()->message().startsWith(QStringLiteral("Saved ")) ||
            m.area()->message().startsWith(QStringLiteral("Copied ")));
    verifyFiles();
}

// What a person has saved is there, whenever the window is closed.
void TestJobsWindow::exportsEndBeforeTheWindow() {
    QFETCH(Start, start);
    start(*m.window, m_place->path());
    m.window->close();
    m.close();
    QVERIFY(!entries().isEmpty() || QLatin1String(QTest::currentDataTag()) == QLatin1String("clipboard"));
    verifyFiles();
}

void TestJobsWindow::openingASessionIsCancelled() {
    QSignalSpy exported(&m.window->exports(), &Exports::exported);
    const QString file = path(QStringLiteral("a.fovea"));
    m.window->sessions().save(file);
    QTRY_COMPARE_WITH_TIMEOUT(exported.size(), 1, CompareWindow::kPatience);
    m.session().paneControl().setModule(QStringLiteral("cbam"));
    QTRY_VERIFY_WITH_TIMEOUT(m.settled(), CompareWindow::kPatience);
    {
        const Jam jam(m.window->jobs());
        m.window->sessions().open(file, true);
        QTRY_VERIFY_WITH_TIMEOUT(view()->isVisible(), CompareWindow::kPatience);
        QCOMPARE(title(), QStringLiteral("Opening a.fovea"));
        cancel();
    }
    QTRY_VERIFY_WITH_TIMEOUT(isIdle(), CompareWindow::kPatience);
    QCOMPARE(m.session().panes().current().module->id, "cbam");
    QCOMPARE(entries(), QStringList{QStringLiteral("a.fovea")});  // for another time
}

void TestJobsWindow::aRecordingIsCancelled() {
    openFilm(longFilm());
    QSignalSpy ended(&m.window->live().recording(), &RecordingControl::ended);
    m.window->live().recording().startFile(path(QStringLiteral("all.mkv")), false);
    QTRY_VERIFY_WITH_TIMEOUT(view()->isVisible(), CompareWindow::kPatience);
    QCOMPARE(title(), QStringLiteral("Recording all.mkv"));
    QTRY_VERIFY_WITH_TIMEOUT(view()->findChild<QProgressBar*>()->value() > 0, CompareWindow::kPatience);
    cancel();
    QTRY_COMPARE_WITH_TIMEOUT(ended.size(), 1, CompareWindow::kPatience);
    QVERIFY(!m.window->live().recording().busy());
    QCOMPARE(entries(), QStringList());
    QCOMPARE(m.area()->message(), QString());
    QTRY_VERIFY_WITH_TIMEOUT(!view()->isVisible(), CompareWindow::kPatience);
}

void TestJobsWindow::aRecordingEndsWithTheWindow_data() {
    QTest::addColumn<bool>("closed");
    QTest::newRow("closed") << true;
    QTest::newRow("destroyed") << false;
}

void TestJobsWindow::aRecordingEndsWithTheWindow() {
    QFETCH(bool, closed);
    openFilm(kClip);
    bool isUnderWay = false;
    connect(&m.window->live().recording(), &RecordingControl::fileProgressed, this, [&isUnderWay] { isUnderWay = true; });
    m.window->live().recording().startFile(path(QStringLiteral("all.mkv")), false);
    QTRY_VERIFY_WITH_TIMEOUT(isUnderWay, CompareWindow::kPatience);
    QVERIFY(!entries().isEmpty());
    if (closed) {
        m.window->close();
        QVERIFY(!m.window->live().recording().busy());
    }
    m.close();
    QVERIFY2(entries().isEmpty() || entries().size() == 3, qPrintable(entries().join(u' ')));  // 3 when it was quicker
    verifyFiles();
}

void TestJobsWindow::aMeasurementIsCancelled() {
    if (bundledModelFolder().empty()) {
        QSKIP("built without the bundle");
    }
    m.close();
    m.open({});
    m.press(Qt::Key_J, Qt::ControlModifier);
    QTest::mouseClick(plotButton("Start"), Qt::LeftButton);
    QTRY_VERIFY_WITH_TIMEOUT(view()->isVisible(), CompareWindow::kPatience);
    QTRY_VERIFY_WITH_TIMEOUT(view()->findChild<QProgressBar*>()->value() > 0, CompareWindow::kPatience);
    cancel();
    QTRY_VERIFY_WITH_TIMEOUT(plotButton("Start")->isVisible() && !plotButton("Cancel")->isVisible(), CompareWindow::kPatience);
    QCOMPARE(m.area()->message(), QString());
    QTRY_VERIFY_WITH_TIMEOUT(isIdle(), CompareWindow::kPatience);
}

void TestJobsWindow::aMeasurementEndsWithTheWindow() {
    if (bundledModelFolder().empty()) {
        QSKIP("built without the bundle");
    }
    m.close();
    m.open({});
    m.press(Qt::Key_J, Qt::ControlModifier);
    QTest::mouseClick(plotButton("Start"), Qt::LeftButton);
    const QRegularExpression running(QStringLiteral("Running: [1-9][0-9]* of [1-9]"));
    QTRY_VERIFY_WITH_TIMEOUT(m.part<FaithfulnessPlot>()->textSummary().contains(running), CompareWindow::kPatience);
    m.window->close();
    m.close();
}

// While a film is recorded and all kinds of files are saved. Some tries: the machine is not ours alone.
void TestJobsWindow::theEventLoopStaysQuick() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    QSKIP("times are not judged in instrumented builds");
#endif
    openFilm(kClip);
    QTRY_VERIFY_WITH_TIMEOUT(!m.session().isBusy(), CompareWindow::kPatience);
    double p99 = 0.0;
    for (int attempt = 0; attempt < 5; ++attempt) {
        LoopGaps gaps;
        m.window->live().recording().startFile(path(QStringLiteral("all.mkv")), false);
        m.window->exports().savePicture(path(QStringLiteral("a.png")), true);
        m.window->exports().saveNumbers(m_place->path());
        m.window->sessions().save(path(QStringLiteral("c.fovea")));
        QTRY_VERIFY_WITH_TIMEOUT(gaps.count() >= 300, CompareWindow::kPatience);
        p99 = gaps.p99();
        m.window->live().recording().stop();
        QTRY_VERIFY_WITH_TIMEOUT(isIdle() && !m.window->live().recording().busy(), CompareWindow::kPatience);
        if (p99 < 33.0) {
            return;
        }
    }
    QVERIFY2(false, qPrintable(QString::number(p99)));
}

QTEST_MAIN(TestJobsWindow)
#include "tst_jobs_window.moc"
