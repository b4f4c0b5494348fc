// Saving from the window: what is written, where, and what the window says of it.

#include <QApplication>
#include <QFile>
#include <QFileDialog>
#include <QLineEdit>
#include <QProcess>
#include <QSignalSpy>
#include <QTest>
#include <QTimer>

#include "app/save_dialog.h"
#include "tests/support/compare_window_fixture.h"
#include "tests/support/files.h"

using namespace fovea;
using namespace fovea::test;

namespace {

const QString kPicture = QStringLiteral(FOVEA_SOURCE_DIR "/resources/samples/chelsea.png");

}  // namespace

class TestExportWindow : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() {
        m.emplace();
        m->open();
        m_exported = std::make_unique<QSignalSpy>(&m->window->exports(), &Exports::exported);
    }

    void cleanup() {
        m_exported.reset();
        m->close();
        m.reset();
    }

    void exportsEqualTheCommandLine() {
        m->session().paneControl().setModule(QStringLiteral("cbam"));
        QTRY_VERIFY_WITH_TIMEOUT(m->settled(), CompareWindow::kPatience);
        m->window->exports().saveNumbers(path("window"));
        QVERIFY(saved(1));
        const QStringList files = m_exported->first().first().toStringList();
        QVERIFY(files.size() > 3);
        QProcess program;
        program.start(QStringLiteral(FOVEA_BINARY_DIR "/bin/fovea"),
                      {QStringLiteral("render"), kPicture, QStringLiteral("-o"), path("out.png"), QStringLiteral("--module"),
                       QStringLiteral("cbam"), QStringLiteral("--stride"), QString::number(m->session().models().retina().stride),
                       QStringLiteral("--raw"), path("shell")});
        QVERIFY(program.waitForFinished(60000));
        QCOMPARE(program.exitCode(), 0);
        for (const auto& file : files) {
            QVERIFY2(!contents(file).isEmpty(), qPrintable(file));
            QCOMPARE(contents(file), contents(path("shell/") + QFileInfo(file).fileName()));
        }
    }

    void thePictureIsSavedAtItsOwnSize() {
        m->window->exports().savePicture(path("overlay.png"), false);
        QVERIFY(saved(1));
        const QImage picture(path("overlay.png"));
        QCOMPARE(picture.size(), QImage(kPicture).size());
        QVERIFY(QFile::exists(path("overlay.json")));
        const auto what = m->window->findChild<Canvas*>()->rendered().request;
        const auto again =
            render(OverlayRequest{what.result, what.field, what.style, fullViewport(what.result->frame), 0xFFFFFFFF});
        QCOMPARE(picture.convertToFormat(QImage::Format_RGB32), matImage(again.pixels));
    }

    void anUnwritablePlaceIsOneSentence() {
        m->window->exports().savePicture(QStringLiteral("/proc/no/such/place.png"), false);
        QVERIFY(saved(1));
        QVERIFY(message().contains(QStringLiteral("/proc/no/such")));
    }

    void aSavedNameHasAnEndingOfTheFilter() {
        for (const auto& [typed, given] :
             {std::pair("run.1", "run.1.fovea"), std::pair("a.png", "a.png.fovea"), std::pair("b.fovea", "b.fovea"),
              std::pair("c", "c.fovea"), std::pair("D.FOVEA", "D.FOVEA")}) {
            QTimer look;
            QObject::connect(&look, &QTimer::timeout, &look, [&look, typed = QString::fromLatin1(typed)] {
                if (auto* dialog = qobject_cast<QFileDialog*>(QApplication::activeModalWidget())) {
                    look.stop();
                    dialog->findChild<QLineEdit*>()->setText(typed);
                    QMetaObject::invokeMethod(dialog, "accept");
                }
            });
            look.start(10);
            const QString chosen =
                askWhereToSave(m->window.get(), QStringLiteral("Save"), m->folder.path(), {QStringLiteral("Sessions (*.fovea)")});
            QCOMPARE(QFileInfo(chosen).fileName(), QLatin1String(given));
        }
    }

    void theOpenedPictureIsNeverReplaced() {
        QVERIFY(QFile::copy(kPicture, path("mine.png")));
        const QByteArray before = contents(path("mine.png"));
        m->session().openFile(path("mine.png"));
        const auto opened = [&] { return m->session().shown().result()->frame.source->path == path("mine.png").toStdString(); };
        QTRY_VERIFY_WITH_TIMEOUT(m->settled() && opened(), CompareWindow::kPatience);
        m->window->exports().savePicture(path("mine.png"), true);
        QVERIFY(saved(1));
        QVERIFY(message().contains(path("mine.png")));
        m->window->sessions().save(path("mine.png"));
        QVERIFY(saved(2));
        QVERIFY(message().contains(path("mine.png")));
        QCOMPARE(contents(path("mine.png")), before);
    }

    void aNeighbourOfAnotherProgramIsKept() {
        QFile json(path("photo.json"));
        QVERIFY(json.open(QIODevice::WriteOnly) && json.write("{\"shapes\": []}") > 0);
        json.close();
        m->window->exports().savePicture(path("photo.jpg"), false);
        QVERIFY(saved(1));
        QVERIFY(message().contains(QStringLiteral("photo.fovea.json")));
        QVERIFY(QFile::exists(path("photo.fovea.json")));
        QCOMPARE(contents(path("photo.json")), QByteArray("{\"shapes\": []}"));
    }

    void anotherEndingIsOneSentence() {
        m->window->exports().savePicture(path("overlay.svg"), false);
        QVERIFY(saved(1));
        QVERIFY(message().contains(QStringLiteral("overlay.svg")) && message().contains(QStringLiteral(".png")));
        QVERIFY(!QFile::exists(path("overlay.svg")));
    }

private:
    [[nodiscard]] QString path(const char* name) const { return m->folder.filePath(QLatin1String(name)); }
    [[nodiscard]] QString message() const { return m->window->findChild<CanvasArea*>()->message(); }
    /// Waits until so many exports have ended.
    [[nodiscard]] bool saved(int count) const {
        return QTest::qWaitFor([&] { return m_exported->size() >= count; }, CompareWindow::kPatience);
    }

    std::optional<CompareWindow> m;
    std::unique_ptr<QSignalSpy> m_exported;
};

QTEST_MAIN(TestExportWindow)
#include "tst_export_window.moc"
