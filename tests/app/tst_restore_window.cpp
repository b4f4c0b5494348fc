// Sessions from elsewhere in the window: what is there is restored, what is not is listed and can be located by mouse.
// test: needs-bundle

#include <QApplication>
#include <QFileDialog>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLineEdit>
#include <QProcess>
#include <QSignalSpy>
#include <QTimer>
#include <QToolButton>

#include <functional>

#include "engine/attention/registry.h"
#include "engine/tensor/safetensors.h"
#include "tests/support/compare_window_fixture.h"
#include "tests/support/files.h"
#include "widgets/matrix_view.h"

using namespace fovea;
using namespace fovea::test;

namespace {

const QString kSessions = QStringLiteral(FOVEA_SOURCE_DIR "/tests/sessions/");
const QString kSamples = QStringLiteral(FOVEA_SOURCE_DIR "/resources/samples/");
constexpr const char* kSaver = "--save-a-session";

void write(const QString& path, const QByteArray& bytes) {
    QVERIFY(QDir().mkpath(QFileInfo(path).path()));
    put(path, bytes);
}

/// A window on a session, with the settings in a folder of its own.
struct RestoreWindow : CompareWindow {
    NoticeList* list() const { return area()->notices(); }
    QString said() const { return list()->isVisible() ? list()->textSummary() : QString(); }
    QList<QToolButton*> buttons(const char* text) const {
        QList<QToolButton*> found;
        for (auto* button : list()->findChildren<QToolButton*>()) {
            if (button->text() == QString::fromUtf8(text) && button->isVisible()) {
                found << button;
            }
        }
        return found;
    }
    /// Opens a window whose first file is this one, as the program does with an argument.
    void openWith(const QString& file, const std::function<void(Settings&)>& prepare = {}) {
        QTest::failOnWarning(QRegularExpression(QStringLiteral("^(?!This plugin does not support )")));
        QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, folder.path());
        settings = std::make_unique<Settings>();
        settings->setLanguage(QStringLiteral("en"));
        if (prepare) {
            prepare(*settings);
        }
        window = std::make_unique<MainWindow>(*settings);
        window->resize(1280, 800);
        window->show();
        window->start(file);
        QVERIFY(QTest::qWaitForWindowExposed(window.get()));
        activate();
    }
    /// Closes the window, and its settings are forgotten.
    void forget() {
        close();
        QFile::remove(folder.filePath(QStringLiteral("fovea/fovea.ini")));
    }
    bool shows(const QString& picture) const {
        return session().shown().result() && settled() &&
               QString::fromStdString(session().shown().result()->frame.source->path) == QFileInfo(picture).canonicalFilePath();
    }
    /// The bundle of a pane's model, or null.
    std::shared_ptr<const Bundle> bundle(int pane = 0) const { return bundleOf(session().panes()[pane].model); }
    ProvenanceKind provenance(int p = kActivePane) const { return session().shown().moduleResult(p)->source.provenance.kind; }
    /// Presses a button which opens a dialog, and chooses this file or folder in it.
    void chooseAfter(QToolButton* button, const QString& path) const {
        QVERIFY(button != nullptr);
        bool chosen = false;
        QTimer look;
        connect(look, [&] {
            auto* dialog = qobject_cast<QFileDialog*>(QApplication::activeModalWidget());
            if (dialog != nullptr && !chosen) {
                chosen = true;
                dialog->findChild<QLineEdit*>()->setText(path);
                QMetaObject::invokeMethod(dialog, "accept");
            }
        });
        QTest::mouseClick(button, Qt::LeftButton);
        QTRY_VERIFY_WITH_TIMEOUT(chosen, kPatience);
    }
    /// Presses the “Locate…” whose sentence names `name`, and chooses `path`.
    void locate(const char* name, const QString& path) const {
        for (auto* button : buttons("Locate…")) {
            if (button->accessibleDescription().contains(QLatin1String(name))) {
                chooseAfter(button, path);
                return;
            }
        }
        QFAIL(name);
    }
    QString save(const QString& path) const {
        QSignalSpy saved(&window->exports(), &Exports::exported);
        window->sessions().save(path);
        return saved.wait(kPatience) ? path : QString();
    }

private:
    static void connect(QTimer& timer, std::function<void()> look) {
        QObject::connect(&timer, &QTimer::timeout, std::move(look));
        timer.start(10);
    }
};

/// Weights for se on 64 channels, other than those of any seed.
void writeWeights(const QString& path, int channels) {
    const ModuleInfo& se = *findModule("se");
    SafetensorsFile file;
    file.tensors = randomWeights(se.weights({.channels = channels, .height = 8, .width = 8}, ParamSet(se.params)), 4711).tensors;
    write(path, QByteArray::fromStdString(safetensorsBytes(file)));
}

/// The other process, in another place of installation: saves a session of two panes on a picture beside it.
int saveASession(const QString& folder) {
    const QString installed = QFileInfo(QCoreApplication::applicationDirPath() + QStringLiteral("/../data")).canonicalFilePath();
    if (!QString::fromStdString(bundledModelFolder()).startsWith(installed + u'/')) {
        return 5;
    }
    RestoreWindow w;
    w.openWith(folder + QStringLiteral("/pictures/rocket.jpg"));
    if (!QTest::qWaitFor([&] { return w.shows(folder + QStringLiteral("/pictures/rocket.jpg")); }, 60000)) {
        return 1;
    }
    w.session().paneControl().setModule(QStringLiteral("mhsa"));
    if (!QTest::qWaitFor([&] { return w.settled() && w.session().shown().moduleResult(); }, 60000)) {
        return 2;
    }
    w.session().fieldControl().ask({0.3, 0.6}, QueryGesture::Add);
    w.session().fieldControl().ask({0.7, 0.4}, QueryGesture::Add);
    w.session().paneControl().add(findModule("gc"));
    w.window->workspaces().setView(kCompareView);
    if (!QTest::qWaitFor([&] { return w.settled(); }, 60000)) {
        return 3;
    }
    const bool isOwn = w.settings->model().isEmpty();  // the settings keep no path of the model which comes with the program
    return !isOwn || w.save(folder + QStringLiteral("/a.fovea")).isEmpty() ? 4 : 0;
}

}  // namespace

class TestRestoreWindow final : public QObject {
    Q_OBJECT

    RestoreWindow m;
    std::unique_ptr<QTemporaryDir> m_place;
    QString m_root;

    QString at(const QString& path) const { return m_root + u'/' + path; }
    QString copyPicture(const QString& name) const {
        QDir().mkpath(QFileInfo(at(name)).path());
        QFile::copy(kSamples + QStringLiteral("rocket.jpg"), at(name));
        return at(name);
    }
    /// Copies the bundled model to a folder and chooses the copy.
    void useOwnModel(const QString& folder) {
        QVERIFY(QDir().mkpath(QFileInfo(folder).path()) && QDir().rename(m.copyModel(), folder));
        m.session().openBundle(folder);
        QTRY_COMPARE_WITH_TIMEOUT(QString::fromStdString(m.bundle()->folder), folder, RestoreWindow::kPatience);
    }
    /// Writes weights for se and chooses them.
    void useOwnWeights(const QString& path) {
        writeWeights(path, 128);
        m.session().paneControl().setWeightsFile(path);
        QTRY_VERIFY_WITH_TIMEOUT(m.settled() && m.provenance() == ProvenanceKind::File, RestoreWindow::kPatience);
    }
    /// A session of the window as it is now, on a picture of its own, and then other things in the window.
    QString saved(const QString& picture, const std::function<void()>& prepare) {
        m.session().openFile(picture);
        [&] { QTRY_VERIFY_WITH_TIMEOUT(m.shows(picture), RestoreWindow::kPatience); }();
        prepare();
        [&] { QTRY_VERIFY_WITH_TIMEOUT(m.settled(), RestoreWindow::kPatience); }();
        const QString path = m.save(at(QStringLiteral("work/a.fovea")));
        m.session().paneControl().setModule(QStringLiteral("simam"));
        m.session().fieldControl().clearPins();
        m.session().openFile(kSamples + QStringLiteral("chelsea.png"));
        [&] { QTRY_VERIFY_WITH_TIMEOUT(m.shows(kSamples + QStringLiteral("chelsea.png")), RestoreWindow::kPatience); }();
        m.area()->clearMessage();
        return path;
    }

private Q_SLOTS:
    void init() {
        m_place = std::make_unique<QTemporaryDir>();
        m_root = QFileInfo(m_place->path()).canonicalFilePath();
        QDir().mkpath(at(QStringLiteral("work")));
    }
    void cleanup() { m.forget(); }

    // Mechanism, trained weights and pins are there at once; the picture, and the view on it, when it is located.
    void aSessionOfAnotherComputer() {
        m.openWith(kSessions + QStringLiteral("other-machine.fovea"));
        QTRY_VERIFY_WITH_TIMEOUT(m.said().contains(QStringLiteral("/home/alice/pictures/harbour.png")), RestoreWindow::kPatience);
        QTRY_VERIFY_WITH_TIMEOUT(m.bundle() != nullptr, RestoreWindow::kPatience);
        QCOMPARE(m.session().panes().current().module->id, "axial");
        QCOMPARE(m.bundle()->folder, bundledModelFolder());
        QCOMPARE(m.session().shown().provenance().kind, ProvenanceKind::Trained);
        QCOMPARE(m.session().questions().pins().size(), std::size_t{9});
        QCOMPARE(m.buttons("Locate…").size(), 1);
        const QString picture = copyPicture(QStringLiteral("found/port.jpg"));
        m.chooseAfter(m.buttons("Locate…").first(), picture);
        QTRY_VERIFY_WITH_TIMEOUT(m.shows(picture), RestoreWindow::kPatience);
        QCOMPARE(m.said(), QString());
        QCOMPARE(m.provenance(), ProvenanceKind::Trained);
        QCOMPARE(m.session().questions().pins().size(), std::size_t{9});
        QCOMPARE(m.session().questions().activePin(), 9);
        QCOMPARE(m.canvas()->view().place().zoom, 2.0);
        QVERIFY(!m.canvas()->view().place().fitted);
        QCOMPARE(m.session().display().style().colormap, "viridis");
    }

    void anUnknownMechanismIsListed() {
        m.openWith(kSessions + QStringLiteral("unknown-mechanism.fovea"));
        QTRY_VERIFY_WITH_TIMEOUT(m.said().contains(QStringLiteral("attention_of_tomorrow")), RestoreWindow::kPatience);
        QVERIFY(m.said().contains(QStringLiteral("/home/bob/base.png")));
        QTRY_VERIFY_WITH_TIMEOUT(m.bundle() != nullptr, RestoreWindow::kPatience);
        QCOMPARE(m.session().panes().current().module->id, "gc");  // of the first start
        QCOMPARE(m.session().shown().provenance().kind, ProvenanceKind::Trained);
        QCOMPARE(m.session().questions().pins().size(), std::size_t{9});
        const QString picture = copyPicture(QStringLiteral("base.jpg"));
        m.chooseAfter(m.buttons("Locate…").first(), picture);
        QTRY_VERIFY_WITH_TIMEOUT(m.shows(picture), RestoreWindow::kPatience);
        QVERIFY(m.said().contains(QStringLiteral("attention_of_tomorrow")) && !m.said().contains(QStringLiteral("base.png")));
        QVERIFY(m.session().shown().moduleResult()->output.ok());
        QTest::mouseClick(m.list()->findChild<QToolButton*>(QStringLiteral("closeNotices")), Qt::LeftButton);
        QCOMPARE(m.said(), QString());
    }

    void aViewOfALaterVersionIsListed() {
        QFile file(kSessions + QStringLiteral("unknown-mechanism.fovea"));
        QVERIFY(file.open(QIODevice::ReadOnly));
        QJsonObject json = QJsonDocument::fromJson(file.readAll()).object();
        QJsonObject view = json[QStringLiteral("view")].toObject();
        view[QStringLiteral("name")] = QStringLiteral("holograms");
        json[QStringLiteral("view")] = view;
        write(at(QStringLiteral("later.fovea")), QJsonDocument(json).toJson());
        m.openWith(at(QStringLiteral("later.fovea")));
        QTRY_VERIFY_WITH_TIMEOUT(m.said().contains(QStringLiteral("“holograms”")), RestoreWindow::kPatience);
        QCOMPARE(m.window->workspaces().view(), kOverlayView);
    }

    // Installed elsewhere, the pictures elsewhere: nothing is lost, and nothing is said.
    void anotherPlaceOfInstallation() {
        QVERIFY(QDir().mkpath(at(QStringLiteral("opt/bin"))) && QDir().mkpath(at(QStringLiteral("opt/data/fovea/models"))));
        QVERIFY(QFile::link(at(QStringLiteral("opt/data")), at(QStringLiteral("opt/share"))));  // the model lies behind a link
        const QString program = at(QStringLiteral("opt/bin/") + QFileInfo(QCoreApplication::applicationFilePath()).fileName());
        QVERIFY(QFile::copy(QCoreApplication::applicationFilePath(), program));
        QVERIFY(QFile::link(QFileInfo(QCoreApplication::applicationDirPath()).dir().filePath(QStringLiteral("lib")),
                            at(QStringLiteral("opt/lib"))));
        m.openWith(kSamples + QStringLiteral("chelsea.png"));
        const QString model = m.copyModel();
        QVERIFY(QDir().rename(model, at(QStringLiteral("opt/share/fovea/models/fovea-v1"))));
        copyPicture(QStringLiteral("mine/pictures/rocket.jpg"));
        QProcess other;
        other.setProcessChannelMode(QProcess::ForwardedChannels);
        other.start(program, {QLatin1String(kSaver), at(QStringLiteral("mine"))});
        QVERIFY(other.waitForFinished(240000));
        QCOMPARE(other.exitCode(), 0);
        QVERIFY(!contents(at(QStringLiteral("mine/a.fovea"))).contains(at(QStringLiteral("opt")).toUtf8()));
        QVERIFY(QDir(at(QStringLiteral("opt"))).removeRecursively());
        QVERIFY(QDir().rename(at(QStringLiteral("mine")), at(QStringLiteral("yours"))));

        m.window->sessions().open(at(QStringLiteral("yours/a.fovea")));
        QTRY_VERIFY_WITH_TIMEOUT(m.shows(at(QStringLiteral("yours/pictures/rocket.jpg"))), RestoreWindow::kPatience);
        QCOMPARE(m.said(), QString());
        QCOMPARE(m.window->workspaces().view(), kCompareView);
        QCOMPARE(m.session().panes().count(), 2);
        QCOMPARE(m.session().panes()[0].module->id, "mhsa");
        QCOMPARE(m.session().panes()[1].module->id, "gc");
        QCOMPARE(m.session().questions().pins().size(), std::size_t{2});
        for (int pane = 0; pane < 2; ++pane) {
            QTRY_VERIFY_WITH_TIMEOUT(m.session().shown().moduleResult(pane), RestoreWindow::kPatience);
            QCOMPARE(m.provenance(pane), ProvenanceKind::Trained);
        }
        QCOMPARE(m.said(), QString());  // choices are checked with the results
    }

    // A model and weights of one's own, and the picture, all somewhere else now: each is located, one after the other.
    void everythingIsLocated() {
        m.open({});
        const QString model = at(QStringLiteral("work/mine"));
        const QString picture = copyPicture(QStringLiteral("work/rocket.jpg"));
        const QString file = saved(picture, [&] {
            useOwnModel(model);
            m.session().paneControl().setModule(QStringLiteral("gc"));
            m.session().paneControl().add(findModule("se"));
            useOwnWeights(at(QStringLiteral("work/w.safetensors")));
            m.window->workspaces().setView(kCompareView);
        });
        m.forget();
        QVERIFY(QDir().mkpath(at(QStringLiteral("new"))));
        for (const char* name : {"mine", "rocket.jpg", "w.safetensors"}) {
            QVERIFY(QDir().rename(at(QStringLiteral("work/") + QLatin1String(name)),
                                  at(QStringLiteral("new/") + QLatin1String(name))));
        }
        m.openWith(file);
        QTRY_COMPARE_WITH_TIMEOUT(m.buttons("Locate…").size(), 3, RestoreWindow::kPatience);
        QCOMPARE(m.session().panes().count(), 2);
        for (const char* name : {"rocket.jpg", "mine", "w.safetensors"}) {
            QVERIFY2(m.said().contains(QStringLiteral("“%1”").arg(at(QStringLiteral("work/") + QLatin1String(name)))),
                     qPrintable(m.said()));
        }
        QVERIFY(m.said().contains(QStringLiteral("fovea-v1 stands in")));
        // Saved now, while the model which stands in may still be read, nothing of it is forgotten.
        const QByteArray again = contents(m.save(at(QStringLiteral("work/again.fovea"))));
        for (const char* name : {"work/rocket.jpg", "work/mine", "work/w.safetensors"}) {
            QVERIFY2(again.contains(at(QLatin1String(name)).toUtf8()), name);
        }
        m.locate("work/mine", at(QStringLiteral("new/mine")));
        QTRY_VERIFY_WITH_TIMEOUT(m.bundle(0) && QString::fromStdString(m.bundle(0)->folder) == at(QStringLiteral("new/mine")),
                                 RestoreWindow::kPatience);
        QCOMPARE(m.bundle(1), m.bundle(0));  // both panes waited for it
        m.locate("w.safetensors", at(QStringLiteral("new/w.safetensors")));
        QTRY_COMPARE_WITH_TIMEOUT(m.buttons("Locate…").size(), 1, RestoreWindow::kPatience);
        m.locate("rocket.jpg", at(QStringLiteral("new/rocket.jpg")));
        QTRY_VERIFY_WITH_TIMEOUT(m.shows(at(QStringLiteral("new/rocket.jpg"))), RestoreWindow::kPatience);
        QCOMPARE(m.said(), QString());
        QTRY_VERIFY_WITH_TIMEOUT(m.session().shown().moduleResult(1) && m.provenance(1) == ProvenanceKind::File,
                                 RestoreWindow::kPatience);
        QCOMPARE(m.provenance(0), ProvenanceKind::Trained);
        QCOMPARE(m.window->workspaces().view(), kCompareView);
    }

    // There, but not what they should be: a folder without a model, weights which do not fit, a picture which is none.
    void whatIsThereButBrokenIsListed() {
        m.open({});
        const QString model = at(QStringLiteral("work/mine"));
        const QString picture = copyPicture(QStringLiteral("work/rocket.jpg"));
        const QString file = saved(picture, [&] {
            useOwnModel(model);
            m.session().paneControl().setModule(QStringLiteral("se"));
            useOwnWeights(at(QStringLiteral("work/w.safetensors")));
        });
        m.forget();
        write(model + QStringLiteral("/manifest.json"), "{");
        write(picture, "no picture");
        writeWeights(at(QStringLiteral("work/w.safetensors")), 64);
        m.openWith(file);
        QTRY_VERIFY_WITH_TIMEOUT(
            m.said().contains(QStringLiteral("manifest.json")) && m.said().contains(QStringLiteral("rocket.jpg")),
            RestoreWindow::kPatience);
        QTRY_VERIFY_WITH_TIMEOUT(m.session().panes().current().module->id == "se", RestoreWindow::kPatience);
        QCOMPARE(m.buttons("Locate…").size(), 2);
        m.locate("rocket.jpg", kSamples + QStringLiteral("coffee.png"));
        QTRY_VERIFY_WITH_TIMEOUT(!m.said().contains(QStringLiteral("rocket.jpg")) && m.buttons("Locate…").size() == 2,
                                 RestoreWindow::kPatience);
        writeWeights(at(QStringLiteral("work/w.safetensors")), 128);
        m.locate("fc", at(QStringLiteral("work/w.safetensors")));
        QTRY_VERIFY_WITH_TIMEOUT(m.settled() && m.session().shown().moduleResult()->output.ok(), RestoreWindow::kPatience);
        QCOMPARE(m.provenance(), ProvenanceKind::File);
        QVERIFY2(m.buttons("Locate…").size() == 1, qPrintable(m.said()));
    }

    void whatTheResultDoesNotHaveIsListed_data() {
        QTest::addColumn<QString>("module");
        QTest::addColumn<QString>("key");
        QTest::addColumn<QVariant>("value");
        QTest::addColumn<QString>("says");
        const auto row = [](const char* module, const char* key, const QVariant& value, const char* says) {
            QTest::newRow(key) << QString::fromLatin1(module) << QString::fromLatin1(key) << value << QString::fromUtf8(says);
        };
        row("mhsa", "map", QStringLiteral("nothing"), "has no map “nothing”");
        row("mhsa", "head", 1000, "“panes[0].field.head” takes a whole number from 0 to");
        row("gc", "channel", 5000, "“panes[0].field.channel” takes a whole number from 0 to 127");
        row("gc", "class", 999999, "“panes[0].field.class” takes a whole number from 0 to");
    }

    void whatTheResultDoesNotHaveIsListed() {
        QFETCH(QString, module);
        QFETCH(QString, key);
        QFETCH(QVariant, value);
        QFETCH(QString, says);
        m.open({});
        const QString picture = copyPicture(QStringLiteral("work/rocket.jpg"));
        const QString file = saved(picture, [&] { m.session().paneControl().setModule(module); });
        QJsonObject json = QJsonDocument::fromJson(contents(file)).object();
        QJsonArray panes = json[QStringLiteral("panes")].toArray();
        QJsonObject pane = panes[0].toObject();
        QJsonObject field = pane[QStringLiteral("field")].toObject();
        field[key] = QJsonValue::fromVariant(value);
        field[QStringLiteral("channelMode")] = key == QLatin1String("channel") ? 3 : 1;
        pane[QStringLiteral("field")] = field;
        pane[QStringLiteral("pinnedChannels")] = QJsonArray{3, 4000};
        panes[0] = pane;
        json[QStringLiteral("panes")] = panes;
        write(file, QJsonDocument(json).toJson());
        m.window->sessions().open(file);
        QTRY_VERIFY_WITH_TIMEOUT(m.shows(picture) && !m.said().isEmpty(), RestoreWindow::kPatience);
        QVERIFY2(m.said().contains(says), qPrintable(m.said()));
        QVERIFY(m.said().contains(QStringLiteral("“panes[0].pinnedChannels” takes a whole number from 0 to 127, not “4000”")));
        QVERIFY(m.buttons("Locate…").isEmpty());
        // The map itself is there in its place, and the session has nothing any more which is not.
        const auto& shown = m.canvas()->rendered();
        QVERIFY(shown.field && !shown.error);
        const SessionState state = m.session().state();
        QCOMPARE(state.panes[0].pinnedChannels, std::vector<int>{3});
        const FieldSpec plain{.queryX = state.panes[0].field.queryX, .queryY = state.panes[0].field.queryY};
        QCOMPARE(state.panes[0].field, plain);
        // Undo leads to what was before the session, not to what does not exist.
        QTest::keyClick(m.window.get(), Qt::Key_Z, Qt::ControlModifier);
        QVERIFY(m.session().panes().current().module->id == "simam");
    }

    void theOtherModelOfTheSameNameIsSaid() {
        m.open({});
        const QString picture = copyPicture(QStringLiteral("work/rocket.jpg"));
        const QString file = saved(picture, [&] { m.session().paneControl().setModule(QStringLiteral("se")); });
        QByteArray json = contents(file);
        const auto model = json.indexOf("\"name\": \"fovea-v1\"");
        const auto hash = json.indexOf("\"sha256\": \"", model);
        QVERIFY(model > 0 && hash > 0);
        json[hash + 11] = json[hash + 11] == '0' ? '1' : '0';
        write(file, json);
        m.window->sessions().open(file);
        QTRY_VERIFY_WITH_TIMEOUT(m.shows(picture), RestoreWindow::kPatience);
        QVERIFY(m.said().contains(QStringLiteral("fovea-v1")) && m.said().contains(QStringLiteral("numbers may differ")));
        QCOMPARE(m.provenance(), ProvenanceKind::Trained);
    }

    void aChangedPictureIsSaid() {
        m.open({});
        const QString picture = copyPicture(QStringLiteral("work/rocket.jpg"));
        const QString file = saved(picture, [] {});
        QVERIFY(QFile::remove(picture) && QFile::copy(kSamples + QStringLiteral("coffee.png"), picture));
        m.window->sessions().open(file);
        QTRY_VERIFY_WITH_TIMEOUT(
            m.said().contains(QStringLiteral("rocket.jpg")) && m.said().contains(QStringLiteral("numbers may differ")),
            RestoreWindow::kPatience);
    }

    // The network of the first start, which is still being read, does not take the place of the session's Retina.
    void aSessionOfTheRetinaStaysOne() {
        m.open(QStringLiteral("retina"));
        const QString picture = copyPicture(QStringLiteral("work/rocket.jpg"));
        const QString file = saved(picture, [&] { m.session().paneControl().setModule(QStringLiteral("se")); });
        m.forget();
        m.openWith(file);
        QTRY_VERIFY_WITH_TIMEOUT(!m.session().models().bundles().empty() && m.shows(picture), RestoreWindow::kPatience);
        QCOMPARE(m.bundle(), nullptr);
        QCOMPARE(m.session().panes().current().module->id, "se");
        QCOMPARE(m.said(), QString());
    }

    // What a person opens instead ends the search for the picture; what was saved then has the new one.
    void anotherPictureInstead() {
        m.openWith(kSessions + QStringLiteral("other-machine.fovea"));
        QTRY_VERIFY_WITH_TIMEOUT(!m.said().isEmpty(), RestoreWindow::kPatience);
        m.session().openFile(kSamples + QStringLiteral("coffee.png"));
        QTRY_VERIFY_WITH_TIMEOUT(m.shows(kSamples + QStringLiteral("coffee.png")), RestoreWindow::kPatience);
        QCOMPARE(m.said(), QString());
        QVERIFY(contents(m.save(at(QStringLiteral("work/b.fovea")))).contains("coffee.png"));
    }

    // One which cannot be read now may be read another time.
    void aKeptSessionIsRemovedOnceItWasRead() {
        m.open();
        const QString kept = at(QStringLiteral("work/kept.fovea"));
        write(kept, QByteArray(5 << 20, ' '));
        m.window->sessions().open(kept, true);
        QTRY_VERIFY_WITH_TIMEOUT(m.area()->message().contains(QStringLiteral("kept.fovea")), RestoreWindow::kPatience);
        QVERIFY(QFile::exists(kept));
        write(kept, "{}");
        m.window->sessions().open(kept, true);
        QTRY_VERIFY_WITH_TIMEOUT(m.area()->message().contains(QStringLiteral("not a session")), RestoreWindow::kPatience);
        QVERIFY(!QFile::exists(kept));
    }

    void settingsAreSaidOnceAfterTheStart() {
        write(m.folder.filePath(QStringLiteral("fovea/fovea.ini")),
              "[overlay]\nopacity=nan\ncolormap=jet\n[features]\nstride=5\nmodel=/home/carol/"
              "no-such-model\n[attention]\nmodule=nope\n");
        m.openWith({});
        QTRY_VERIFY_WITH_TIMEOUT(m.settled(), RestoreWindow::kPatience);
        QTRY_VERIFY_WITH_TIMEOUT(m.said().contains(QStringLiteral("features/model")), RestoreWindow::kPatience);
        for (const char* key : {"overlay/opacity", "overlay/colormap", "features/stride", "attention/module"}) {
            QVERIFY2(m.said().contains(QStringLiteral("“%1”").arg(QLatin1String(key))), qPrintable(m.said()));
        }
        QVERIFY(m.said().contains(QStringLiteral("/home/carol/no-such-model")));
        QCOMPARE(m.session().display().style().opacity, OverlayStyle().opacity);
        QCOMPARE(m.session().display().style().colormap, OverlayStyle().colormap);
        QTRY_VERIFY_WITH_TIMEOUT(m.bundle() && m.settled(), RestoreWindow::kPatience);
        QCOMPARE(m.bundle()->folder, bundledModelFolder());
        QTest::mouseClick(m.list()->findChild<QToolButton*>(QStringLiteral("closeNotices")), Qt::LeftButton);
        QCOMPARE(m.said(), QString());
        m.session().openFile(kSamples + QStringLiteral("coffee.png"));
        QTRY_VERIFY_WITH_TIMEOUT(m.shows(kSamples + QStringLiteral("coffee.png")), RestoreWindow::kPatience);
        QCOMPARE(m.said(), QString());
    }
};

int main(int argc, char** argv) {
    QApplication app(argc, argv);
    if (argc == 3 && QLatin1String(argv[1]) == QLatin1String(kSaver)) {
        return saveASession(QString::fromLocal8Bit(argv[2]));
    }
    TestRestoreWindow test;
    return QTest::qExec(&test, argc, argv);
}

#include "tst_restore_window.moc"
