// Recordings whose program is told to end, or whose display goes away.

#include <QApplication>
#include <QStandardPaths>

#include "tests/support/recording_program.h"

using namespace fovea;
using namespace fovea::test;

class TestEndedRecording final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void endedRecordingsAreWhole_data() {
        QTest::addColumn<int>("signal");
        QTest::newRow("SIGTERM") << SIGTERM;
        QTest::newRow("SIGHUP") << SIGHUP;
        QTest::newRow("SIGINT") << SIGINT;
    }

    void endedRecordingsAreWhole() {
        QFETCH(int, signal);
        const Place place;
        Program program(place, {QLatin1String(kLive), place.film()});
        QVERIFY(program.records());
        QCOMPARE(place.left(QStringLiteral(".recording")).size(), 1);
        program.end(signal);
        QVERIFY(program.ended());
        QCOMPARE(program.process.exitStatus(), QProcess::NormalExit);
        QCOMPARE(program.process.exitCode(), 0);
        QCOMPARE(place.files().size(), 3);
        compareParts(place.visible(QStringLiteral(".mkv")), kFramesBeforeTheEnd);
        // That was no crash.
        QCOMPARE(QDir(place.recovery()).entryList(QDir::Files), QStringList());
        const Opened opened(place);
        QTRY_VERIFY_WITH_TIMEOUT(opened.settled(), kPatience);
        QTRY_VERIFY_WITH_TIMEOUT(opened.window->jobs().jobs().empty(), kPatience);
        QCOMPARE(opened.area()->message(), QString());
        QCOMPARE(opened.area()->announcement(), QString());
    }

    void aDisplayWhichGoesLeavesAWholeRecording() {
        if (QStandardPaths::findExecutable(QStringLiteral("Xvfb")).isEmpty()) {
            QSKIP("There is no Xvfb.");
        }
        QProcess server;
        server.start(QStringLiteral("Xvfb"),
                     {QStringLiteral("-displayfd"), QStringLiteral("1"), QStringLiteral("-screen"), QStringLiteral("0"),
                      QStringLiteral("1280x800x24"), QStringLiteral("-nolisten"), QStringLiteral("tcp")});
        QVERIFY(server.waitForStarted());
        while (!server.canReadLine()) {
            QVERIFY(server.waitForReadyRead(kPatience));
        }
        const Place place;
        Program program(place, {QLatin1String(kLive), place.film()}, u':' + QString::fromLatin1(server.readLine()).trimmed());
        QVERIFY(program.records());
        server.kill();
        QVERIFY(server.waitForFinished(kPatience));
        QVERIFY(program.ended());
        QCOMPARE(program.process.exitStatus(), QProcess::NormalExit);
        QCOMPARE(program.process.exitCode(), 1);
        QCOMPARE(place.files().size(), 3);
        compareParts(place.visible(QStringLiteral(".mkv")), kFramesBeforeTheEnd);
        QCOMPARE(place.left(QStringLiteral(".recording")), QStringList());
    }

    void endedRecordingsOfAFileLeaveNothing() {
        const Place place(kLongFilm);
        const QString path = place.out() + QStringLiteral("/all.mkv");
        QFile old(path);
        QVERIFY(old.open(QIODevice::WriteOnly) && old.write("old and whole") == 13);
        old.close();
        Program program(place, {QLatin1String(kFile), place.film(), path});
        QVERIFY(program.records());
        QVERIFY(program.stopped());
        QVERIFY(place.files().size() > 1);
        program.end(SIGTERM);
        program.end(SIGCONT);
        QVERIFY(program.ended());
        QCOMPARE(program.process.exitStatus(), QProcess::NormalExit);
        QCOMPARE(program.process.exitCode(), 0);
        QCOMPARE(place.files(), QStringList{QStringLiteral("all.mkv")});
        QCOMPARE(contents(path), QByteArray("old and whole"));
        QCOMPARE(QDir(place.recovery()).entryList(QDir::Files), QStringList());
    }

    // What the session manager waits for.
    void theEndOfTheSessionFindsAWholeRecording() {
        const Place place;
        const Opened opened(place);
        opened.window->session().openFile(place.film());
        recordWhatIsShown(*opened.window);
        qint64 written = 0;
        QObject scope;
        connect(&opened.window->live().recording(), &RecordingControl::progressed, &scope,
                [&](double, qint64 frames) { written = frames; });
        QTRY_VERIFY_WITH_TIMEOUT(written > 3, kPatience);
        opened.area()->canvas()->disconnect(opened.window.get());  // records no second time
        opened.window->ending().waitForRecording();
        QVERIFY(!opened.window->live().recording().busy());
        QCOMPARE(place.files().size(), 3);
        compareParts(place.visible(QStringLiteral(".mkv")), 4);
    }
};

int main(int argc, char** argv) {
    if (const auto status = runAsOtherProcess(argc, argv)) {
        return *status;
    }
    const QApplication app(argc, argv);
    TestEndedRecording test;
    return QTest::qExec(&test, argc, argv);
}

#include "tst_ended_recording.moc"
