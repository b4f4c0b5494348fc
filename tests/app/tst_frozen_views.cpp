// The window as it was: a picture of every view, the session which each view saves, and the settings.
// FOVEA_FREEZE=1 writes tests/frozen/ anew.
// test: both-levels, needs-bundle

#include <QFontInfo>
#include <QJsonDocument>
#include <QJsonObject>
#include <QPainter>
#include <QSignalSpy>

#include <algorithm>
#include <cstdlib>

#include "app/language.h"
#include "app/status_line.h"
#include "engine/attention/registry.h"
#include "engine/kernels/level.h"
#include "tests/support/compare_window_fixture.h"
#include "tests/support/files.h"

using namespace fovea;
using namespace fovea::test;

namespace {

const QString kFrozen = QStringLiteral(FOVEA_SOURCE_DIR "/tests/frozen/");
const bool kFreezing = qEnvironmentVariableIsSet("FOVEA_FREEZE");
constexpr int kStablePictures = 4;

/// The same session wherever the source tree and the files of this run lie.
QByteArray withoutPlaces(const QByteArray& text) {
    QJsonObject json = QJsonDocument::fromJson(text).object();
    QJsonObject source = json[QStringLiteral("source")].toObject();
    source.remove(QStringLiteral("relative"));  // from the folder of the session, which differs with every run
    json[QStringLiteral("source")] = source;
    return QJsonDocument(json).toJson().replace(QByteArray(FOVEA_SOURCE_DIR), "SOURCE");
}

/// The session but for the zoom of a picture which fills its view: that follows from the size of the view.
QJsonObject comparable(const QByteArray& text) {
    QJsonObject json = QJsonDocument::fromJson(text).object();
    QJsonObject view = json[QStringLiteral("view")].toObject();
    if (view[QStringLiteral("fitted")].toBool()) {
        for (const auto* key : {"zoom", "centreX", "centreY"}) {
            view.remove(QLatin1String(key));
        }
    }
    json[QStringLiteral("view")] = view;
    return json;
}

/// Whether no channel of any pixel differs by more than rounding, which another processor's instructions may change.
bool looksTheSame(const QImage& a, const QImage& b) {
    if (a.size() != b.size()) {
        return false;
    }
    for (int y = 0; y < a.height(); ++y) {
        for (int x = 0; x < a.width(); ++x) {
            const QRgb p = a.pixel(x, y);
            const QRgb q = b.pixel(x, y);
            if (std::max({std::abs(qRed(p) - qRed(q)), std::abs(qGreen(p) - qGreen(q)), std::abs(qBlue(p) - qBlue(q))}) > 1) {
                return false;
            }
        }
    }
    return true;
}

}  // namespace

class TestFrozenViews : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() {
        if (qEnvironmentVariable("LD_LIBRARY_PATH").contains(QLatin1String("lib-base"))) {
            QCOMPARE(std::string(kernelLevel()), std::string("x86-64"));
        }
    }
    void init() { applyTheme(*qApp, ThemeName::Dark); }
    void cleanup() { m.close(); }

    void overlay() {
        m.open({});
        compare("overlay");
    }
    void pins() {
        open("sagan");
        for (const QPointF at : {QPointF(0.3, 0.4), QPointF(0.6, 0.7), QPointF(0.8, 0.2)}) {
            m.session().fieldControl().ask(at, QueryGesture::Add);
        }
        compare("pins");
    }
    void compared() {
        open("se");
        m.session().paneControl().add(moduleNamed("cbam"));
        m.session().paneControl().add(moduleNamed("gc"));
        m.window->workspaces().setView(kCompareView);
        m.press(Qt::Key_D);
        compare("compare");
    }
    void zoomed() {
        m.open({});
        m.canvas()->setPlace({.fitted = false, .zoom = 4.0, .centre = {120.0, 90.0}});
        compare("zoomed");
    }
    void split() {
        open("cbam");
        m.session().paneControl().add(moduleNamed("coord"));
        m.window->workspaces().setView(kSplitView);
        compare("split");
    }
    void models() {
        open("gc");
        m.session().paneControl().add(moduleNamed("gc"));
        m.window->workspaces().setView(kCompareView);
        m.session().paneControl().setModel(m.session().models().retina());
        compare("models");
    }
    void steps() {
        open("cbam");
        m.press(Qt::Key_F8);
        compare("steps");
    }
    void channels() {
        open("cbam");
        Intervention muted;
        muted.channels = {1.0F, 1.0F, 0.0F, 0.5F};
        m.session().paneControl().setIntervention(muted);
        m.press(Qt::Key_G, Qt::ControlModifier);
        compare("channels");
    }
    void heads() {
        open("mhsa");
        m.press(Qt::Key_G, Qt::ControlModifier | Qt::ShiftModifier);
        compare("heads");
    }
    void faithfulness() {
        open("gc");
        m.press(Qt::Key_J, Qt::ControlModifier);
        compare("matter");
    }
    void retina() {
        m.open();
        m.window->resize(900, 600);
        compare("retina");
    }
    void chinese() {
        m.open({});
        setLanguage(QStringLiteral("zh_CN"));
        applyTheme(*qApp, ThemeName::Light);
        compare("chinese");
        setLanguage(QStringLiteral("en"));
        applyTheme(*qApp, ThemeName::Dark);
    }

    void sessionsOpenAsTheyWereSaved_data() {
        QTest::addColumn<QString>("name");
        for (const QString& name : QDir(kFrozen).entryList({QStringLiteral("*.fovea")})) {
            QTest::newRow(qPrintable(name)) << name;
        }
    }
    void sessionsOpenAsTheyWereSaved() {
        QFETCH(QString, name);
        m.open();
        QFile file(m.folder.filePath(name));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(contents(kFrozen + name).replace("SOURCE", FOVEA_SOURCE_DIR));
        file.close();
        const QByteArray frozen = contents(kFrozen + name);
        m.session().paneControl().setModule(QStringLiteral("scse"));  // no frozen session has it
        QTRY_VERIFY_WITH_TIMEOUT(m.settled(), CompareWindow::kPatience);
        QVERIFY(comparable(savedSession()) != comparable(frozen));
        m.window->sessions().open(file.fileName());
        const auto same = [&] { return m.settled() && comparable(savedSession()) == comparable(frozen); };
        if (!QTest::qWaitFor(same, CompareWindow::kPatience)) {
            QFile now(QStringLiteral(FOVEA_BINARY_DIR "/frozen-") + name);
            QVERIFY(now.open(QIODevice::WriteOnly) && now.write(savedSession()) > 0);
            QFAIL(qPrintable(now.fileName()));
        }
        QVERIFY2(m.area()->notices()->isEmpty(), qPrintable(m.area()->notices()->textSummary()));
        const QJsonObject view = QJsonDocument::fromJson(frozen).object()[QStringLiteral("view")].toObject();
        if (!view[QStringLiteral("fitted")].toBool()) {
            const CanvasPlace place = m.canvas()->view().place();
            QCOMPARE(place.zoom, view[QStringLiteral("zoom")].toDouble());
            QCOMPARE(place.centre.x(), view[QStringLiteral("centreX")].toDouble());
        }
    }

    void settingsAreReadAndWrittenAsTheyWere() {
        const QString path = kFrozen + QStringLiteral("fovea.ini");
        m.open();
        const QString own = m.folder.filePath(QStringLiteral("fovea/fovea.ini"));
        m.close();
        {
            QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, m.folder.path());
            QFile::remove(own);
            if (!kFreezing) {
                QVERIFY(QFile::copy(path, own));
            }
            Settings settings;
            if (kFreezing) {
                setAll(settings);
            }
            QCOMPARE(settings.theme(), ThemeName::Light);
            QCOMPARE(settings.language(), QStringLiteral("zh_CN"));
            QCOMPARE(settings.style().opacity, 0.25);
            QCOMPARE(settings.style().colormap, std::string("viridis"));
            QCOMPARE(settings.style().smooth, false);
            QCOMPARE(settings.retina().stride, 16);
            QCOMPARE(settings.model(), QStringLiteral("retina"));
            QCOMPARE(settings.input().fine, true);
            QCOMPARE(settings.input().fit, Fit::Crop);
            QCOMPARE(settings.autoSize(), false);
            QCOMPARE(settings.module(), QStringLiteral("coord"));
            QCOMPARE(settings.folder(QStringLiteral("export")), QStringLiteral("/tmp"));
            QCOMPARE(settings.recentFiles().entries(), QStringList({QStringLiteral("/b.png"), QStringLiteral("/a.png")}));
            QCOMPARE(settings.recentAddresses().entries(), QStringList(QStringLiteral("http://camera/video")));
            if (!kFreezing) {
                QFile::remove(own);
            }
        }
        if (!kFreezing) {
            Settings again;
            setAll(again);
        }
        if (kFreezing) {
            QFile::remove(path);
            QVERIFY(QFile::copy(own, path));
        }
        QCOMPARE(contents(own), contents(path));
    }

private:
    static const ModuleInfo* moduleNamed(const char* id) { return findModule(id); }

    void open(const char* id) {
        m.open({});
        m.session().paneControl().setModule(QLatin1String(id));
        QTRY_VERIFY_WITH_TIMEOUT(m.settled(), CompareWindow::kPatience);
    }

    static void setAll(Settings& settings) {
        settings.setTheme(ThemeName::Light);
        settings.setLanguage(QStringLiteral("zh_CN"));
        OverlayStyle style;
        style.opacity = 0.25;
        style.colormap = "viridis";
        style.smooth = false;
        settings.setStyle(style);
        settings.setRetina({.stride = 16});
        settings.setModel(QStringLiteral("retina"));
        settings.setInput({.fit = Fit::Crop, .fine = true});
        settings.setAutoSize(false);
        settings.setModule(QStringLiteral("coord"));
        settings.setFolder(QStringLiteral("export"), QStringLiteral("/tmp"));
        settings.recentFiles().add(QStringLiteral("/a.png"));
        settings.recentFiles().add(QStringLiteral("/b.png"));
        settings.recentAddresses().add(QStringLiteral("http://camera/video"));
    }

    /// The window without its line of times, once nothing moves any more.
    QImage picture() {
        QImage last;
        int same = 0;
        const auto still = [&] {
            QImage now = m.window->grab().toImage().convertToFormat(QImage::Format_RGB32);
            const auto* status = m.part<StatusLine>();
            QPainter(&now).fillRect(QRect(status->mapTo(m.window.get(), QPoint()), status->size()), Qt::black);
            same = m.settled() && now == last ? same + 1 : 0;
            last = now;
            return same >= kStablePictures;
        };
        return QTest::qWaitFor(still, CompareWindow::kPatience) ? last : QImage();
    }

    QByteArray savedSession() {
        const QString path = m.folder.filePath(QStringLiteral("saved.fovea"));
        QSignalSpy saved(&m.window->exports(), &Exports::exported);
        m.window->sessions().save(path);
        return saved.wait(CompareWindow::kPatience) ? withoutPlaces(contents(path)) : QByteArray();
    }

    void compare(const char* name) {
        if (std::string(kernelLevel()) != "x86-64") {
            QSKIP("The pictures were frozen with the x86-64 level, whose numbers are the same on every machine.");
        }
        if (QFontInfo(QApplication::font()).family() != QLatin1String("DejaVu Sans")) {
            QSKIP("The pictures were frozen with another font than this machine's.");
        }
        const QString file = kFrozen + QLatin1String(name);
        const QImage now = picture();
        QVERIFY(!now.isNull());
        const QByteArray session = savedSession();
        if (kFreezing) {
            QVERIFY(now.save(file + QStringLiteral(".png")));
            QFile out(file + QStringLiteral(".fovea"));
            QVERIFY(out.open(QIODevice::WriteOnly) && out.write(session) > 0);
        }
        const QImage then = QImage(file + QStringLiteral(".png")).convertToFormat(QImage::Format_RGB32);
        const bool isSame = looksTheSame(now, then);
        if (!isSame) {
            now.save(QStringLiteral(FOVEA_BINARY_DIR "/frozen-%1-now.png").arg(QLatin1String(name)));
        }
        QVERIFY2(isSame, name);
        QCOMPARE(session, contents(file + QStringLiteral(".fovea")));
    }

    CompareWindow m;
};

QTEST_MAIN(TestFrozenViews)
#include "tst_frozen_views.moc"
