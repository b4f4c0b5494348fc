// Settings whose file is none, and folders in which nothing can be kept.

#include "app/settings.h"

#include <QApplication>
#include <QDir>
#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QToolButton>

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/canvas_area.h"
#include "app/main_window.h"
#include "tests/support/view_test.h"

using namespace fovea;
using namespace fovea::test;

namespace {

constexpr int kPatience = 60000;

QString iniIn(const QTemporaryDir& folder) { return folder.filePath(QStringLiteral("fovea/fovea.ini")); }

void useFolder(const QString& folder) { QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, folder); }

/// A window whose settings lie in a folder.
struct Opened {
    std::unique_ptr<Settings> settings;
    std::unique_ptr<MainWindow> window;

    explicit Opened(const QString& folder) {
        useFolder(folder);
        settings = std::make_unique<Settings>();
        settings->setLanguage(QStringLiteral("en"));
        settings->setModel(QStringLiteral("retina"));
        settings->setRetina({.stride = 32});
        window = std::make_unique<MainWindow>(*settings);
        window->show();
        window->start({});
    }
    CanvasArea* area() const { return window->findChild<CanvasArea*>(); }
    bool settled() const { return window->session().shown().field().has_value() && !window->session().isBusy(); }
};

}  // namespace

class TestSettings final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void whatIsSetIsThereTheNextTime() {
        const QTemporaryDir folder;
        useFolder(folder.path());
        QCOMPARE(Settings::file(), iniIn(folder));
        QCOMPARE(Settings::recoveryFolder(), folder.filePath(QStringLiteral("fovea/recovery")));
        {
            Settings settings;
            QCOMPARE(settings.trouble(), Settings::Trouble::None);
            settings.setModule(QStringLiteral("gc"));
        }
        QVERIFY(QFile::exists(iniIn(folder)));
        QCOMPARE(Settings().module(), QStringLiteral("gc"));
    }

    void recentEntriesStandOnceAndNewestFirst() {
        const QTemporaryDir folder;
        useFolder(folder.path());
        Settings settings;
        for (int k = 0; k < 12; ++k) {
            settings.recentFiles().add(QStringLiteral("/%1.png").arg(k));
        }
        settings.recentFiles().add(QStringLiteral("/5.png"));
        const QStringList files = settings.recentFiles().entries();
        QCOMPARE(files.size(), 10);
        QCOMPARE(files.mid(0, 3), (QStringList{QStringLiteral("/5.png"), QStringLiteral("/11.png"), QStringLiteral("/10.png")}));
        QCOMPARE(files.count(QStringLiteral("/5.png")), 1);
        settings.recentAddresses().add(QStringLiteral("rtsp://me:secret@camera/video"));
        settings.recentFiles().clear();
        QCOMPARE(settings.recentFiles().entries(), QStringList());
        QCOMPARE(settings.recentAddresses().entries(), QStringList(QStringLiteral("rtsp://me@camera/video")));
    }

    void whatIsNoFileIsRefused_data() {
        QTest::addColumn<QString>("kind");
        for (const char* kind : {"pipe", "folder", "device", "link which leads nowhere", "link to a pipe", "huge"}) {
            QTest::newRow(kind) << QString::fromLatin1(kind);
        }
    }

    void whatIsNoFileIsRefused() {
        QFETCH(QString, kind);
        const QTemporaryDir folder;
        QVERIFY(QDir(folder.path()).mkpath(QStringLiteral("fovea")));
        const QByteArray path = QFile::encodeName(iniIn(folder));
        const QString pipe = folder.filePath(QStringLiteral("pipe"));
        if (kind == QLatin1String("pipe")) {
            QCOMPARE(::mkfifo(path, 0600), 0);
        } else if (kind == QLatin1String("folder")) {
            QVERIFY(QDir().mkdir(iniIn(folder)));
        } else if (kind == QLatin1String("device")) {
            QVERIFY(QFile::link(QStringLiteral("/dev/zero"), iniIn(folder)));
        } else if (kind == QLatin1String("link which leads nowhere")) {
            QVERIFY(QFile::link(QStringLiteral("/none/fovea.ini"), iniIn(folder)));
        } else if (kind == QLatin1String("link to a pipe")) {
            QCOMPARE(::mkfifo(QFile::encodeName(pipe), 0600), 0);
            QVERIFY(QFile::link(pipe, iniIn(folder)));
        } else {
            QFile huge(iniIn(folder));
            QVERIFY(huge.open(QIODevice::WriteOnly) && huge.resize(qint64{1} << 34));  // a hole
        }
        struct stat before = {};
        QCOMPARE(::lstat(path, &before), 0);
        {
            const Opened opened(folder.path());
            QCOMPARE(opened.settings->trouble(), Settings::Trouble::Refused);
            QCOMPARE(opened.settings->model(), QStringLiteral("retina"));  // what is set lasts until the end
            QTRY_VERIFY_WITH_TIMEOUT(opened.settled(), kPatience);
            QVERIFY2(opened.area()->announcement().contains(iniIn(folder)), qPrintable(opened.area()->announcement()));
            QVERIFY(opened.area()->announcement().contains(QStringLiteral("saves no settings")));
            opened.window->close();
        }
        struct stat after = {};
        QCOMPARE(::lstat(path, &after), 0);
        QCOMPARE(after.st_ino, before.st_ino);
        QCOMPARE(after.st_mode, before.st_mode);
        QCOMPARE(after.st_size, before.st_size);
        QCOMPARE(QDir(folder.filePath(QStringLiteral("fovea")))
                     .entryList(QDir::AllEntries | QDir::System | QDir::Hidden | QDir::NoDotAndDotDot),
                 (QStringList{QStringLiteral("fovea.ini"), QStringLiteral("recovery")}));
    }

    // Root may read and write everything, so that this is done by nobody in a process of its own.
    void permissionsAreHeeded() {
        const QTemporaryDir folder;
        QVERIFY(QDir(folder.path()).mkpath(QStringLiteral("fovea")));
        QFile ini(iniIn(folder));
        QVERIFY(ini.open(QIODevice::WriteOnly) && ini.write("[attention]\nmodule=gc\n") > 0);
        ini.close();
        ::chmod(QFile::encodeName(folder.path()), 0755);
        ::chmod(QFile::encodeName(folder.filePath(QStringLiteral("fovea"))), 0777);
        useFolder(folder.path());
        const auto asNobody = [&](mode_t mode) {
            ::chmod(QFile::encodeName(iniIn(folder)), mode);
            const pid_t child = ::fork();
            if (child == 0) {
                [[maybe_unused]] const bool dropped = ::geteuid() != 0 || ::setuid(65534) == 0;
                Settings settings;
                settings.setLanguage(QStringLiteral("xx"));
                const bool reads = settings.module() == QLatin1String("gc");
                ::_exit(static_cast<int>(settings.trouble()) * 2 + (reads ? 1 : 0));
            }
            int status = 0;
            ::waitpid(child, &status, 0);
            return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
        };
        QCOMPARE(asNobody(0000), static_cast<int>(Settings::Trouble::Refused) * 2);
        QCOMPARE(asNobody(0444), static_cast<int>(Settings::Trouble::ReadOnly) * 2 + 1);
        QFile after(iniIn(folder));
        QVERIFY(after.open(QIODevice::ReadOnly));
        QCOMPARE(after.readAll(), QByteArray("[attention]\nmodule=gc\n"));
    }

    void aFolderInWhichNothingCanBeKeptIsSaidOnce() {
        const QTemporaryDir folder;
        QFile file(folder.filePath(QStringLiteral("file")));
        QVERIFY(file.open(QIODevice::WriteOnly));
        const QString below = file.fileName() + QStringLiteral("/config");
        const Opened opened(below);
        QTRY_VERIFY_WITH_TIMEOUT(opened.settled(), kPatience);
        const QString said = opened.area()->announcement();
        QVERIFY2(said.contains(below) && said.contains(QStringLiteral("settings are not saved")) &&
                     said.contains(QStringLiteral("brought back")),
                 qPrintable(said));
        // Other pictures and messages leave it; it is not said twice.
        opened.window->session().openFile(QStringLiteral(FOVEA_SOURCE_DIR "/resources/samples/coffee.png"));
        QTRY_VERIFY_WITH_TIMEOUT(
            opened.settled() && opened.window->session().shown().result()->frame.source->name == "coffee.png", kPatience);
        QCOMPARE(opened.area()->announcement(), said);
        for (auto* button : opened.area()->findChildren<QToolButton*>()) {
            if (button->isVisible() && button->text() == QStringLiteral("×")) {
                QTest::mouseClick(button, Qt::LeftButton);
            }
        }
        QCOMPARE(opened.area()->announcement(), QString());
    }

    void recoveryAloneMayBeOff() {
        const QTemporaryDir folder;
        QVERIFY(QDir(folder.path()).mkpath(QStringLiteral("fovea")));
        QFile file(folder.filePath(QStringLiteral("fovea/recovery")));
        QVERIFY(file.open(QIODevice::WriteOnly));
        const Opened opened(folder.path());
        QVERIFY2(opened.area()->announcement().contains(file.fileName()), qPrintable(opened.area()->announcement()));
        QVERIFY(!opened.area()->announcement().contains(QStringLiteral("settings are not saved")));
    }

    void aFolderWhereAllIsWellSaysNothing() {
        const QTemporaryDir folder;
        const Opened opened(folder.path());
        QTRY_VERIFY_WITH_TIMEOUT(opened.settled(), kPatience);
        QCOMPARE(opened.area()->announcement(), QString());
        QCOMPARE(opened.area()->message(), QString());
    }

    // Where the next dialog opens is where something was saved or opened, not where it was tried.
    void failuresDoNotMoveTheDialogs() {
        const QTemporaryDir folder;
        const QTemporaryDir good;
        const Opened opened(folder.path());
        QTRY_VERIFY_WITH_TIMEOUT(opened.settled(), kPatience);
        const auto place = [&](const char* purpose) { return opened.settings->folder(QString::fromLatin1(purpose)); };
        for (const char* purpose : {"export", "open", "weights", "models"}) {
            opened.settings->setFolder(QString::fromLatin1(purpose), QStringLiteral("/before"));
        }
        QSignalSpy exported(&opened.window->exports(), &Exports::exported);
        opened.window->exports().savePicture(QStringLiteral("/none/out.png"), false);
        QTRY_COMPARE_WITH_TIMEOUT(exported.size(), 1, kPatience);
        opened.window->exports().saveNumbers(QStringLiteral("/proc/none"));
        QTRY_COMPARE_WITH_TIMEOUT(exported.size(), 2, kPatience);
        opened.window->sessions().save(QStringLiteral("/none/a.fovea"));
        QTRY_COMPARE_WITH_TIMEOUT(exported.size(), 3, kPatience);
        opened.window->live().recording().startFile(QStringLiteral("/none/out.mkv"), false);
        QTRY_COMPARE_WITH_TIMEOUT(exported.size(), 4, kPatience);
        QCOMPARE(place("export"), QStringLiteral("/before"));
        QSignalSpy failed(&opened.window->session(), &Session::failed);
        opened.window->session().openFile(QStringLiteral("/none/a.png"));
        QTRY_COMPARE_WITH_TIMEOUT(failed.size(), 1, kPatience);
        opened.window->session().openBundle(QStringLiteral("/none"));
        QTRY_COMPARE_WITH_TIMEOUT(failed.size(), 2, kPatience);
        opened.window->session().paneControl().setModule(QStringLiteral("se"));
        opened.window->session().paneControl().setWeightsFile(QStringLiteral("/none/a.safetensors"));
        QTRY_COMPARE_WITH_TIMEOUT(failed.size(), 3, kPatience);
        QCOMPARE(place("open"), QStringLiteral("/before"));
        QCOMPARE(place("models"), QStringLiteral("/before"));
        QCOMPARE(place("weights"), QStringLiteral("/before"));

        QTRY_VERIFY_WITH_TIMEOUT(opened.window->session().shown().map() != nullptr, kPatience);
        opened.window->exports().savePicture(good.filePath(QStringLiteral("out.png")), false);
        QTRY_COMPARE_WITH_TIMEOUT(exported.size(), 5, kPatience);
        QCOMPARE(place("export"), good.path());
    }
};

QTEST_MAIN(TestSettings)
#include "tst_settings.moc"
