// Recordings whose program is killed.

#include <QApplication>
#include <QSignalSpy>

#include <sys/file.h>

#include "app/recording_rescue.h"
#include "tests/support/recording_program.h"

using namespace fovea;
using namespace fovea::test;

namespace {

void copyFolder(const QString& from, const QString& to) {
    QDir(to).mkpath(QStringLiteral("."));
    for (const QFileInfo& entry : QDir(from).entryInfoList(QDir::Files | QDir::Dirs | QDir::Hidden | QDir::NoDotAndDotDot)) {
        const QString target = to + u'/' + entry.fileName();
        if (entry.isDir()) {
            copyFolder(entry.filePath(), target);
        } else {
            QFile::copy(entry.filePath(), target);
        }
    }
}

}  // namespace

class TestLostRecording final : public QObject {
    Q_OBJECT

    std::unique_ptr<Place> m_killed;  // what a killed program has left

    /// A copy of that, with its notes.
    std::unique_ptr<Place> killedPlace() {
        auto place = std::make_unique<Place>();
        copyFolder(m_killed->folder.path(), place->folder.path());
        for (const QString& name : place->left(QStringLiteral(".recording"))) {
            QFile note(place->recovery() + u'/' + name);
            if (note.open(QIODevice::ReadWrite)) {
                const QByteArray text = note.readAll().replace(m_killed->folder.path().toUtf8(), place->folder.path().toUtf8());
                note.resize(0);
                note.seek(0);
                note.write(text);
            }
        }
        return place;
    }

private Q_SLOTS:
    void aKilledRecordingIsKept() {
        m_killed = std::make_unique<Place>();
        Program program(*m_killed, {QLatin1String(kLive), m_killed->film()});
        QVERIFY(program.records());
        program.end(SIGKILL);
        QVERIFY(program.ended());
        QCOMPARE(program.process.exitStatus(), QProcess::CrashExit);
        QCOMPARE(m_killed->files().size(), 2);
        for (const QString& name : m_killed->files()) {
            QVERIFY2(name.startsWith(u'.') && name.contains(QStringLiteral(".part.")), qPrintable(name));
        }
        QCOMPARE(m_killed->left(QStringLiteral(".recording")).size(), 1);
    }

    void itIsFinishedOnDemand() {
        QVERIFY(m_killed);
        const auto place = killedPlace();
        const Opened opened(*place);
        QVERIFY(opened.offersRecording());
        QVERIFY(opened.area()->announcement().contains(place->out()));
        QSignalSpy exported(&opened.window->exports(), &Exports::exported);
        QVERIFY(opened.button(QStringLiteral("Finish it")) != nullptr);
        QTest::mouseClick(opened.button(QStringLiteral("Finish it")), Qt::LeftButton);
        QTRY_COMPARE_WITH_TIMEOUT(exported.size(), 1, kPatience);
        QVERIFY2(opened.area()->message().startsWith(QStringLiteral("Saved ")), qPrintable(opened.area()->message()));
        QVERIFY(!opened.area()->announcement().contains(QStringLiteral("while it recorded")));
        QCOMPARE(place->files().size(), 3);
        const QString video = place->visible(QStringLiteral(".mkv"));
        QCOMPARE(exported.first().first().toStringList().first(), video);
        compareParts(video, 1);
        const auto description = parsed(video.chopped(4) + QStringLiteral(".json"));
        QVERIFY(description["recording"]["recovered"].get<bool>());
        QVERIFY(description["recording"]["note"].get<std::string>().find("recovered") != std::string::npos);
        QVERIFY(description["recording"]["dropped"].is_null());
        QCOMPARE(place->left(QStringLiteral(".recording")), QStringList());
        // The program's own reader finds no fault in it and knows its length.
        const auto source = openSource({.kind = SourceKind::Video, .location = video.toStdString()});
        QVERIFY(source.ok());
        QVERIFY((*source)->traits().note.empty());
        QCOMPARE((*source)->traits().frames, description["recording"]["frames"].get<std::int64_t>());
    }

    void itTakesNobodysName() {
        QVERIFY(m_killed);
        const auto place = killedPlace();
        QString name = place->files().filter(QStringLiteral(".mkv")).first().mid(1);
        name.truncate(name.lastIndexOf(u'.', name.indexOf(QStringLiteral(".part."), 0) - 1));
        QFile other(place->out() + u'/' + name + QStringLiteral(".csv"));  // of the three names only this one is taken
        QVERIFY(other.open(QIODevice::WriteOnly) && other.write("mine") == 4);
        other.close();
        const Opened opened(*place);
        QVERIFY(opened.offersRecording());
        QSignalSpy exported(&opened.window->exports(), &Exports::exported);
        QTest::mouseClick(opened.button(QStringLiteral("Finish it")), Qt::LeftButton);
        QTRY_COMPARE_WITH_TIMEOUT(exported.size(), 1, kPatience);
        QCOMPARE(contents(other.fileName()), QByteArray("mine"));
        const QString video = place->out() + u'/' + name + QStringLiteral(" (2).mkv");
        QCOMPARE(place->visible(QStringLiteral(".mkv")), video);
        compareParts(video, 1);
        QCOMPARE(place->files().size(), 4);
    }

    void itIsDeletedOnDemand() {
        QVERIFY(m_killed);
        const auto place = killedPlace();
        {
            const Opened opened(*place);
            QVERIFY(opened.offersRecording());
            // Who closes the notice is asked again the next time.
            QTest::mouseClick(opened.button(QStringLiteral("×")), Qt::LeftButton);
            QVERIFY(!opened.area()->announcement().contains(QStringLiteral("while it recorded")));
        }
        QCOMPARE(place->files().size(), 2);
        const Opened opened(*place);
        QVERIFY(opened.offersRecording());
        QSignalSpy exported(&opened.window->exports(), &Exports::exported);
        QTest::mouseClick(opened.button(QStringLiteral("Delete it")), Qt::LeftButton);
        QTRY_COMPARE_WITH_TIMEOUT(exported.size(), 1, kPatience);
        QCOMPARE(place->files(), QStringList());
        QCOMPARE(place->left(QStringLiteral(".recording")), QStringList());
    }

    // One recording is offered once: what another window finishes, or another program still writes, is nobody else's.
    void whatIsInUseIsNotOffered() {
        QVERIFY(m_killed);
        const auto place = killedPlace();
        const auto lost = lostRecordings(place->recovery().toStdString());
        QCOMPARE(lost.size(), std::size_t{1});
        QVERIFY(lost.front().playable);
        QFile part(QString::fromStdString(lost.front().recording.video));
        QVERIFY(part.open(QIODevice::ReadOnly));
        QCOMPARE(::flock(part.handle(), LOCK_EX | LOCK_NB), 0);
        QVERIFY(lostRecordings(place->recovery().toStdString()).empty());
        QVERIFY(!finishRecording(lost.front().recording).ok());
        QVERIFY(!deleteRecording(lost.front().recording).ok());
        QCOMPARE(place->files().size(), 2);
    }

    // A table of which the disk kept less than of the video, as after a power cut.
    void missingRowsAreEmpty() {
        QVERIFY(m_killed);
        const auto place = killedPlace();
        const auto lost = lostRecordings(place->recovery().toStdString());
        QCOMPARE(lost.size(), std::size_t{1});
        QFile csv(QString::fromStdString(lost.front().recording.csv));
        QVERIFY(csv.open(QIODevice::ReadWrite));
        qint64 end = 0;
        for (int line = 0; line < 6; ++line) {
            end += csv.readLine().size();
        }
        QVERIFY(csv.resize(end + 5));  // within a row
        csv.close();
        const auto outcome = finishRecording(lost.front().recording);
        QVERIFY2(outcome.ok(), outcome.ok() ? "" : outcome.error().message().c_str());
        compareParts(QString::fromStdString(outcome->video.path), 7);
        const auto rows = table(QString::fromStdString(outcome->csvPath));
        QVERIFY(!rows.at(5).at(kColumn.sourceTime).isEmpty());
        QVERIFY(rows.at(6).at(kColumn.sourceTime).isEmpty());
    }

    // A note from elsewhere may name any file; only neighbours such as a recording writes are touched.
    void notesNameNoOtherFiles() {
        const Place place;
        const QString other = place.out() + QStringLiteral("/.precious.mkv");
        QFile file(other);
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write("mine") == 4);
        file.close();
        QDir(place.folder.path()).mkpath(QStringLiteral("config/fovea/recovery"));
        for (const QString& video : {other, place.out() + QStringLiteral("/../out/.a.1-0.part.mkv")}) {
            QFile note(place.recovery() + QStringLiteral("/a.recording"));
            QVERIFY(note.open(QIODevice::WriteOnly));
            note.write(QByteArray::fromStdString(nlohmann::json{
                {"foveaRecording", 1},
                {"path", (place.out() + QStringLiteral("/a.mkv")).toStdString()},
                {"video", video.toStdString()},
                {"description", "{}"}}.dump()));
            note.close();
            QVERIFY(lostRecordings(place.recovery().toStdString()).empty());
        }
        QCOMPARE(contents(other), QByteArray("mine"));
        for (const char* broken :
             {"", "[]", "{\"foveaRecording\": 1}", "{\"foveaRecording\": \"x\"}", "{\"foveaRecording\": 1, \"path\": 7}"}) {
            QFile note(place.recovery() + QStringLiteral("/a.recording"));
            QVERIFY(note.open(QIODevice::WriteOnly));
            note.write(broken);
            note.close();
            QVERIFY(readNotes(place.recovery().toStdString()).empty());
        }
    }

    // An .mp4 has its table of frames at its end.
    void aKilledMp4CanOnlyBeDeleted() {
        const Place place(kLongFilm);
        Program program(place, {QLatin1String(kFile), place.film(), place.out() + QStringLiteral("/all.mp4")});
        QVERIFY(program.records());
        program.end(SIGKILL);
        QVERIFY(program.ended());
        QCOMPARE(place.files().size(), 2);
        const Opened opened(place);
        QVERIFY(opened.offersRecording());
        QVERIFY(opened.area()->announcement().contains(QStringLiteral("cannot be played")));
        QVERIFY(opened.button(QStringLiteral("Finish it")) == nullptr);
        QSignalSpy exported(&opened.window->exports(), &Exports::exported);
        QTest::mouseClick(opened.button(QStringLiteral("Delete it")), Qt::LeftButton);
        QTRY_COMPARE_WITH_TIMEOUT(exported.size(), 1, kPatience);
        QCOMPARE(place.files(), QStringList());
    }
};

int main(int argc, char** argv) {
    if (const auto status = runAsOtherProcess(argc, argv)) {
        return *status;
    }
    const QApplication app(argc, argv);
    TestLostRecording test;
    return QTest::qExec(&test, argc, argv);
}

#include "tst_lost_recording.moc"
