#pragma once

#include <QComboBox>
#include <QDir>
#include <QFile>
#include <QGuiApplication>
#include <QImage>
#include <QRegularExpression>
#include <QSettings>
#include <QTemporaryDir>
#include <QTest>
#include <QWheelEvent>

#include <memory>

#include "app/canvas_area.h"
#include "app/main_window.h"
#include "app/top_bar.h"
#include "widgets/figure/mat_image.h"

namespace fovea::test {

/// The whole window on the first sample photograph, for tests which do what a person does.
struct CompareWindow {
    static constexpr int kPatience = 30000;

    QTemporaryDir folder;
    std::unique_ptr<Settings> settings;
    std::unique_ptr<MainWindow> window;

    /// Opens it with this model ("retina"; empty: the network which comes with the program) and waits for the first overlay.
    void open(const QString& model = QStringLiteral("retina")) {
        // All but what the offscreen platform itself prints about sizes, popups and the keyboard.
        QTest::failOnWarning(QRegularExpression(QStringLiteral("^(?!This plugin does not support )")));
        QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, folder.path());
        QFile::remove(folder.filePath(QStringLiteral("fovea/fovea.ini")));
        settings = std::make_unique<Settings>();
        settings->setLanguage(QStringLiteral("en"));
        settings->setModel(model);
        window = std::make_unique<MainWindow>(*settings);
        window->resize(1280, 800);
        window->show();
        window->start({});
        QVERIFY(QTest::qWaitForWindowExposed(window.get()));
        activate();
        QTRY_VERIFY_WITH_TIMEOUT(settled(), kPatience);
    }
    /// The offscreen platform gives no window the place of a popup which was closed, and without one no shortcut is heard.
    void activate() const {
        QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
        window->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(window.get()));
    }
    void close() {
        window.reset();
        settings.reset();
    }

    Session& session() const { return window->session(); }
    CanvasArea* area() const { return window->findChild<CanvasArea*>(); }
    Canvas* canvas() const { return area()->canvas(); }
    Canvas* canvas(int pane) const { return area()->canvas(pane); }
    template <class T>
    T* part(const char* name = "") const {
        return window->findChild<T*>(QLatin1String(name));
    }

    /// Whether the canvas of a pane shows what the session has chosen for it: map, style and numbers.
    bool settled(int pane) const {
        const Canvas* shows = canvas(pane);
        if (shows == nullptr || !session().shown().result() || session().isBusy() || !session().shown().moduleResult(pane)) {
            return false;
        }
        const auto& shown = shows->rendered();
        if (!shown.request.field || shown.request.field != session().shown().pictureField(pane) ||
            shown.request.viewport.width != qRound(shows->width() * shows->devicePixelRatioF()) ||
            shown.request.viewport.height != qRound(shows->height() * shows->devicePixelRatioF()) ||
            shown.request.result->find(shown.request.field->job) != session().shown().moduleResult(pane)) {
            return false;
        }
        OverlayStyle style = shown.request.style;  // with one range for all panes the canvas has it instead of the automatic one
        style.autoRange = session().display().style().autoRange;
        style.range = session().display().style().range;
        return style == session().display().style() && shown.request.style.autoRange <= style.autoRange &&
               (style.autoRange || shown.request.style.range == style.range);
    }
    bool settled() const {
        for (int pane = 0; pane < session().panes().count(); ++pane) {
            const bool shown = window->workspaces().view() == kCompareView || window->workspaces().view() == kSplitView;
            if ((shown || pane == session().panes().active()) && !settled(pane)) {
                return false;
            }
        }
        return true;
    }

    /// A key on the active canvas.
    void press(Qt::Key key, Qt::KeyboardModifiers modifiers = Qt::NoModifier) const {
        canvas()->setFocus();
        QTest::keyClick(canvas(), key, modifiers);
    }
    /// Holds Alt down, or lets go of it, as the window system says it.
    void holdAlt(bool held) const {
        if (held) {
            QTest::keyPress(window->windowHandle(), Qt::Key_Alt, Qt::AltModifier);
        } else {
            QTest::keyRelease(window->windowHandle(), Qt::Key_Alt, Qt::NoModifier);
        }
    }
    /// A place of the picture, as fractions of it, on a canvas.
    static QPoint place(const Canvas* shows, double x, double y) {
        return shows->view().positionOf(shows->view().atFraction({x, y})).toPoint();
    }
    /// One notch of the wheel; with Alt held the window systems turn it sideways.
    static void wheel(Canvas* over, QPointF at, int notch, Qt::KeyboardModifiers modifiers = Qt::NoModifier) {
        const QPoint angle = modifiers.testFlag(Qt::AltModifier) ? QPoint(notch, 0) : QPoint(0, notch);
        QWheelEvent event(at, over->mapToGlobal(at), {}, angle, Qt::NoButton, modifiers, Qt::NoScrollPhase, false);
        QCoreApplication::sendEvent(over, &event);
    }
    static void drag(QWidget* over, QPoint from, QPoint to, Qt::KeyboardModifiers modifiers = Qt::NoModifier) {
        QTest::mousePress(over, Qt::LeftButton, modifiers, from);
        for (const QPoint at : {(from + to) / 2, to}) {  // QTest::mouseMove() lets go of the keys
            QMouseEvent move(QEvent::MouseMove, at, over->mapToGlobal(at), Qt::NoButton, Qt::LeftButton, modifiers);
            QCoreApplication::sendEvent(over, &move);
        }
        QTest::mouseRelease(over, Qt::LeftButton, modifiers, to);
    }
    /// The list of models in the top bar.
    QComboBox* models() const { return part<TopBar>()->findChild<QComboBox*>(); }
    /// Chooses an entry of it.
    void chooseModel(const char* text) const {
        const int index = models()->findText(QString::fromUtf8(text));
        QVERIFY2(index >= 0, text);
        models()->setCurrentIndex(index);
        Q_EMIT models()->activated(index);
    }
    /// The folder of a copy of the network which comes with the program.
    QString copyModel() const {
        const QString to = QDir(folder.path()).canonicalPath() + QStringLiteral("/other");
        const QString from = QString::fromStdString(bundledModelFolder());
        for (const QString& inner : {QStringLiteral("/"), QStringLiteral("/modules/")}) {
            QDir().mkpath(to + inner);
            for (const QString& name : QDir(from + inner).entryList(QDir::Files)) {
                QFile::copy(from + inner + name, to + inner + name);
            }
        }
        return to;
    }
    /// The pixels a canvas paints.
    static QImage pixels(const Canvas* shows) { return matImage(shows->rendered().pixels).copy(); }
    /// What the engine paints for the same view in another style.
    static QImage engine(const Canvas* shows, const OverlayStyle& style) {
        OverlayRequest request = shows->rendered().request;
        request.style = style;
        return matImage(render(request).pixels).copy();
    }
};

}  // namespace fovea::test
