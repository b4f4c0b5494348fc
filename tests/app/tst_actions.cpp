// The table of actions and the window: every entry does something, keys are those of before, can be changed and are kept.

#include <QAction>
#include <QContextMenuEvent>
#include <QLineEdit>
#include <QMenu>

#include <map>
#include <set>

#include "app/actions/actions.h"
#include "tests/support/compare_window_fixture.h"
#include "tests/support/files.h"
#include "widgets/module_picker.h"

using namespace fovea;
using namespace fovea::test;

namespace {

const ActionSpec& named(const char* id) {
    const ActionSpec* action = findAction(id);
    return action != nullptr ? *action : actionTable().front();
}

Keys keys(const char* text) { return parseKeys(QString::fromLatin1(text)).value_or(Keys()); }

/// "text, text, -, text" of a menu; a menu in it is its own text.
QStringList texts(const QMenu* menu) {
    QStringList found;
    for (const QAction* action : menu->actions()) {
        found << (action->isSeparator() ? QStringLiteral("-") : action->text());
    }
    return found;
}

QStringList sentences(const std::vector<Error>& errors) {
    QStringList said;
    for (const Error& error : errors) {
        said << QString::fromStdString(error.message());
    }
    return said;
}

/// The keys as they have always been. Who finds this list in the way changes what hands have learned.
const std::map<std::string, std::string> kFrozenKeys{
    {"app.quit", "Ctrl+Q"},
    {"channels.show", "Ctrl+G"},
    {"channels.unmute", "Ctrl+0"},
    {"edit.redo", "Ctrl+Shift+Z; Ctrl+Y"},
    {"edit.undo", "Ctrl+Z"},
    {"export.copy", "Ctrl+C"},
    {"export.figure", "Ctrl+Shift+S"},
    {"export.numbers", "Ctrl+E"},
    {"export.picture", "Ctrl+S"},
    {"file.folder", "Ctrl+Shift+F"},
    {"file.next", "Alt+Right; PgDown"},
    {"file.open", "Ctrl+O"},
    {"file.paste", "Ctrl+V"},
    {"file.previous", "Alt+Left; PgUp"},
    {"filmstrip.1", "1"},
    {"filmstrip.2", "2"},
    {"filmstrip.3", "3"},
    {"filmstrip.4", "4"},
    {"filmstrip.5", "5"},
    {"filmstrip.6", "6"},
    {"heads.show", "Ctrl+Shift+G"},
    {"help.about", ""},
    {"help.commands", "Ctrl+Shift+P"},
    {"help.keys", "?; F1"},
    {"matter.show", "Ctrl+J"},
    {"model.open", "Ctrl+M"},
    {"pane.add", "Ctrl+D"},
    {"pane.addSame", "Ctrl+Shift+D"},
    {"pane.difference", "Ctrl+Alt+D; D"},
    {"pane.remove", "Ctrl+Backspace"},
    {"pane.swap", "Ctrl+Shift+X; X"},
    {"pin.add", ""},
    {"pin.clear", ""},
    {"pin.next", "N"},
    {"pin.remove", "Del"},
    {"query.follow", "Ctrl+Alt+H; H"},
    {"range.auto", "Ctrl+R"},
    {"range.clip", "Ctrl+Alt+R"},
    {"range.link", "Ctrl+Alt+L"},
    {"range.lock", "Ctrl+L"},
    {"range.smooth", ""},
    {"record.beside", ""},
    {"record.file", "Ctrl+Shift+E"},
    {"record.shown", "Ctrl+Shift+R"},
    {"session.save", "Ctrl+Alt+S"},
    {"source.autoSize", ""},
    {"source.open", "Ctrl+Shift+O"},
    {"source.play", "Space"},
    {"source.sample", ""},
    {"source.stepBack", ","},
    {"source.stepForward", "."},
    {"source.stop", "Ctrl+W"},
    {"view.actualSize", "Ctrl+1"},
    {"view.compare", "F7"},
    {"view.fit", "Ctrl+9; F"},
    {"view.overlay", "F5"},
    {"view.peek", "B"},
    {"view.smooth", "Ctrl+I"},
    {"view.split", "F6"},
    {"view.steps", "F8"},
    {"view.toggleCompare", "C"},
    {"view.zoomIn", "Ctrl++; Ctrl+="},
    {"view.zoomOut", "Ctrl+-"},
    {"weights.open", "Ctrl+Shift+W"},
    {"weights.trained", "Ctrl+T; T"},
    {"window.fullScreen", "F11"},
    {"window.menu", "F10"},
    {"window.panels", "F9; Tab"},
};

}  // namespace

class TestActions final : public QObject {
    Q_OBJECT

    CompareWindow m;

    Actions& actions() const { return m.window->actions(); }
    QString ini() const { return m.folder.filePath(QStringLiteral("fovea/fovea.ini")); }
    QByteArray written() const { return contents(ini()); }
    QStringList notices() const { return {m.area()->notices()->textSummary()}; }

    /// Ends the window and begins anew with what it has kept, and with these lines besides.
    void restart(const QByteArray& lines = {}) {
        m.close();
        if (!lines.isEmpty()) {
            QFile file(ini());
            QVERIFY(file.open(QIODevice::Append) && file.write(lines) == lines.size());
        }
        m.settings = std::make_unique<Settings>();
        m.window = std::make_unique<MainWindow>(*m.settings);
        m.window->resize(1280, 800);
        m.window->show();
        m.window->start({});
        QVERIFY(QTest::qWaitForWindowExposed(m.window.get()));
        m.activate();
        QTRY_VERIFY_WITH_TIMEOUT(m.settled(), CompareWindow::kPatience);
    }
    /// The menu of a canvas, asked for at a place of the picture.
    QMenu* canvasMenu(double x, double y) {
        const QPoint at = CompareWindow::place(m.canvas(), x, y);
        QContextMenuEvent event(QContextMenuEvent::Mouse, at, m.canvas()->mapToGlobal(at));
        QCoreApplication::sendEvent(m.canvas(), &event);
        const auto menus = m.window->findChildren<QMenu*>(QStringLiteral("canvasMenu"));
        return menus.isEmpty() ? nullptr : menus.last();
    }
    static QAction* entry(const QMenu* menu, const char* id) {
        for (QAction* action : menu->actions()) {
            if (action->objectName() == QLatin1String(id)) {
                return action;
            }
        }
        return nullptr;
    }

private Q_SLOTS:
    void cleanup() { m.close(); }

    void idsAndKeysOfTheTableAreSound() {
        std::set<std::string> ids;
        const KeyBindings bindings;
        for (const ActionSpec& action : actionTable()) {
            QVERIFY2(ids.insert(action.id).second, action.id);
            const auto read = parseKeys(QString::fromLatin1(action.keys));
            QVERIFY2(read.has_value(), action.id);
            QCOMPARE(writtenKeys(*read), QString::fromLatin1(action.keys));
            QVERIFY2(!bindings.conflict(action, bindings.keys(action)), action.id);
        }
        for (const FixedGesture& gesture : fixedGestures()) {
            QVERIFY2(parseKeys(QString::fromLatin1(gesture.keys)).has_value(), gesture.text);
        }
    }

    void theKeysAreThoseOfBefore() {
        std::map<std::string, std::string> now;
        for (const ActionSpec& action : actionTable()) {
            now[action.id] = action.keys;
        }
        QCOMPARE(now, kFrozenKeys);
    }

    void bareKeysActOnTheCanvasAlone() {
        for (const char* key : {"Ctrl+O", "Alt+Right", "F5", "Shift+F5", "?", "Ctrl+Shift+Z", "Meta+A"}) {
            QCOMPARE(contextOf(keys(key).front()), KeyContext::Window);
        }
        for (const char* key : {"C", "1", "Space", ",", "PgDown", "Del", "Tab", "Shift+C", "Return"}) {
            QCOMPARE(contextOf(keys(key).front()), KeyContext::Canvas);
        }
        for (const char* wrong : {"Ctrl+Blah", "Ctrl+K, Ctrl+C", "perhaps", "Ctrl+O;Ctrl+P"}) {
            QVERIFY2(!parseKeys(QString::fromLatin1(wrong)), wrong);
        }
        QCOMPARE(parseKeys({}), std::optional(Keys()));
    }

    void everyEntryIsBoundAndNothingElse() {
        m.open();
        QCOMPARE(actions().mistakes(), QStringList());
        QWidget bare;
        Actions unbound(*m.settings, &bare);
        QCOMPARE(unbound.mistakes().size(), static_cast<qsizetype>(actionTable().size()));
        unbound.bind("no.such", {.run = [] {}});
        unbound.bind("file.open", {.run = [] {}});
        QVERIFY(unbound.mistakes().contains(QStringLiteral("no.such")));
        QVERIFY(!unbound.mistakes().contains(QStringLiteral("file.open")));
    }

    void menusAreInTheirOrder() {
        m.open();
        const auto menus = m.window->findChildren<QMenu*>(QString(), Qt::FindDirectChildrenOnly);
        const QString first =
            QStringLiteral("Open a picture or video…, Open a folder as a sequence…, Camera or stream…, Play the sample clip, ") +
            QStringLiteral("Stop the camera or video, Sample photographs, Recent files, Paste a picture, ") +
            QStringLiteral("Next picture in the folder, Previous picture in the folder, Open weights…, Open a model…, ") +
            QStringLiteral(
                "Trained or random weights, Undo, Redo, -, Views and panes, Fit the picture, Show at 100 %, Zoom in, ") +
            QStringLiteral("Zoom out, Smooth cells, Lock the range, Automatic range, Range without the highest 2 %, ") +
            QStringLiteral("Smooth the range over time, Lower the input to keep 10 overlays a second, -, Language, Theme, -, ") +
            QStringLiteral("Full screen, Hide or show the panels, -, Find a command…, Keys, About Fovea, Quit");
        QCOMPARE(texts(menus.at(0)).join(QStringLiteral(", ")), first);
        const QString saved =
            QStringLiteral("Save the overlay…, Save a figure with colour bar and caption…, Save the numbers…, ") +
            QStringLiteral("Save the session…, -, Record what is shown, Save every frame as a video…, ") +
            QStringLiteral("Record the original beside it, -, Copy the overlay");
        QCOMPARE(texts(menus.at(1)).join(QStringLiteral(", ")), saved);
        QVERIFY(!actions().action("window.menu")->associatedObjects().contains(menus.at(0)));
    }

    void whatCannotBeDoneIsDisabled() {
        m.open();
        QVERIFY(!actions().action("pane.remove")->isEnabled());
        QVERIFY(!actions().action("source.stop")->isEnabled());
        QVERIFY(!actions().action("pin.clear")->isEnabled());
        QVERIFY(actions().action("view.overlay")->isChecked());
        m.press(Qt::Key_C);
        QVERIFY(actions().action("pane.remove")->isEnabled());
        QVERIFY(actions().action("view.compare")->isChecked() && !actions().action("view.overlay")->isChecked());
        actions().action("view.compare")->trigger();  // a view which is shown stays so
        QVERIFY(actions().action("view.compare")->isChecked());
        m.press(Qt::Key_I, Qt::ControlModifier);
        QCOMPARE(actions().action("view.smooth")->isChecked(), m.session().display().style().smooth);
    }

    void anotherKeyIsTakenAndKept() {
        m.open();
        QVERIFY(!written().contains("[keys]"));
        QCOMPARE(actions().rebind(named("pane.add"), keys("Ctrl+K")), QString());
        m.press(Qt::Key_D, Qt::ControlModifier);
        QCOMPARE(m.session().panes().count(), 1);
        m.press(Qt::Key_K, Qt::ControlModifier);
        QCOMPARE(m.session().panes().count(), 2);
        restart();
        QVERIFY(written().contains("pane.add=Ctrl+K"));
        QCOMPARE(m.settings->problems().size(), std::size_t{0});
        m.press(Qt::Key_D, Qt::ControlModifier);
        QCOMPARE(m.session().panes().count(), 1);
        m.press(Qt::Key_K, Qt::ControlModifier);
        QCOMPARE(m.session().panes().count(), 2);
        QCOMPARE(actions().reset(named("pane.add")), QString());
        m.press(Qt::Key_D, Qt::ControlModifier);
        QCOMPARE(m.session().panes().count(), 3);
        restart();
        QVERIFY(!written().contains("[keys]"));
    }

    void aKeyOfTheCanvasActsThereAlone() {
        m.open();
        QCOMPARE(actions().rebind(named("view.toggleCompare"), keys("K")), QString());
        m.press(Qt::Key_C);
        QCOMPARE(m.window->workspaces().view(), kOverlayView);
        auto* field = m.part<ModulePicker>()->findChild<QLineEdit*>();
        field->setFocus();
        QTest::keyClicks(field, QStringLiteral("k"));
        QCOMPARE(m.window->workspaces().view(), kOverlayView);
        QCOMPARE(field->text(), QStringLiteral("k"));
        m.press(Qt::Key_K);
        QCOMPARE(m.window->workspaces().view(), kCompareView);
        actions().resetAll();
        m.press(Qt::Key_C);
        QCOMPARE(m.window->workspaces().view(), kOverlayView);
    }

    // An entry without a shortcut shows its key in a menu all the same.
    void menusShowKeysOfTheCanvas() {
        m.open();
        QCOMPARE(actions().rebind(named("view.fit"), keys("K")), QString());
        QCOMPARE(actions().action("view.fit")->text(), QStringLiteral("Fit the picture\tK"));
        QVERIFY(actions().action("view.fit")->shortcuts().isEmpty());
        QCOMPARE(actions().text(named("view.fit")), QStringLiteral("Fit the picture"));
    }

    void aConflictIsRefusedByName() {
        m.open();
        const QString refusal = actions().rebind(named("pane.add"), keys("Ctrl+S"));
        QVERIFY2(refusal.contains(QStringLiteral("“Save the overlay…”")) && refusal.contains(QStringLiteral("Ctrl+S")),
                 qPrintable(refusal));
        QVERIFY(actions().rebind(named("pane.add"), keys("Left")).contains(QStringLiteral("Move the pin")));
        QVERIFY(!actions().rebind(named("view.peek"), keys("Ctrl+B")).isEmpty());
        QCOMPARE(actions().keys(named("pane.add")), keys("Ctrl+D"));
        // What has no key any more can be had by another one, and is then not given back.
        QCOMPARE(actions().rebind(named("export.picture"), {}), QString());
        QCOMPARE(actions().rebind(named("pane.add"), keys("Ctrl+S")), QString());
        QVERIFY(actions().reset(named("export.picture")).contains(QStringLiteral("“Add a pane”")));
        restart();
        QCOMPARE(m.settings->problems().size(), std::size_t{0});
        QVERIFY(actions().keys(named("export.picture")).isEmpty());
        QCOMPARE(actions().keys(named("pane.add")), keys("Ctrl+S"));
    }

    void wrongValuesAreRefusedWithANotice() {
        m.open();
        restart(
            "\n[keys]\nfile.open=Ctrl+S\nno.such=F2\npane.add=Blah\npin.next=Left\nview.fit=\"Ctrl+K, Ctrl+C\"\n"
            "view.peek=Ctrl+B\nview.smooth=F4\n");
        const QStringList said = sentences(m.settings->problems());
        QCOMPARE(said.size(), 6);
        for (const char* name : {"file.open", "no.such", "pane.add", "pin.next", "view.fit", "view.peek"}) {
            const QString key = QStringLiteral("“keys/%1”").arg(QLatin1String(name));
            QCOMPARE(said.filter(key).size(), 1);
            QVERIFY2(notices().filter(key).size() == 1, qPrintable(notices().join(u'\n')));
        }
        QVERIFY(said.filter(QStringLiteral("“keys/export.picture”")).size() == 1);  // the other one
        for (const char* name : {"file.open", "pane.add", "pin.next", "view.fit", "view.peek"}) {
            QCOMPARE(actions().keys(named(name)), defaultKeys(named(name)));
        }
        QCOMPARE(actions().keys(named("view.smooth")), keys("F4"));
        // The next change writes what holds.
        QCOMPARE(actions().rebind(named("pane.swap"), keys("F2")), QString());
        restart();
        QCOMPARE(sentences(m.settings->problems()).size(), 1);  // an id of another version is left alone
        QVERIFY(!written().contains("file.open") && written().contains("no.such"));
    }

    void keysMayBeExchanged() {
        std::vector<Error> problems;
        const auto both = readBindings({{QStringLiteral("file.open"), QStringLiteral("Ctrl+E")},
                                        {QStringLiteral("export.numbers"), QStringLiteral("Ctrl+O")}},
                                       problems);
        QVERIFY(problems.empty());
        QCOMPARE(both.keys(named("file.open")), keys("Ctrl+E"));
        // One of them alone takes what the other has; refusing it may refuse the next.
        const auto one = readBindings(
            {{QStringLiteral("file.open"), QStringLiteral("Ctrl+E")}, {QStringLiteral("model.open"), QStringLiteral("Ctrl+O")}},
            problems);
        QCOMPARE(problems.size(), std::size_t{2});
        QCOMPARE(one.keys(named("file.open")), keys("Ctrl+O"));
        QCOMPARE(one.keys(named("model.open")), keys("Ctrl+M"));
    }

    void toolTipsSayThePresentKey() {
        m.open();
        const auto tips = [this] {
            QStringList found;
            for (const QWidget* part : m.part<TopBar>()->findChildren<QWidget*>()) {
                found << part->toolTip();
            }
            return found;
        };
        QVERIFY(tips().contains(QStringLiteral("Two maps and a line between them (F6)")));
        QVERIFY(tips().contains(QStringLiteral("Open a picture or a video (Ctrl+O)")));
        QCOMPARE(actions().rebind(named("view.split"), keys("F2")), QString());
        QVERIFY(tips().contains(QStringLiteral("Two maps and a line between them (F2)")));
        QCOMPARE(actions().rebind(named("view.split"), {}), QString());
        QVERIFY(tips().contains(QStringLiteral("Two maps and a line between them")));
    }

    void peekLastsAsLongAsItsKey() {
        m.open();
        m.canvas()->setFocus();
        QTest::keyPress(m.canvas(), Qt::Key_B);
        QTRY_VERIFY(!m.canvas()->rendered().field);
        QTest::keyRelease(m.canvas(), Qt::Key_B);
        QTRY_VERIFY(m.canvas()->rendered().field);
        QCOMPARE(actions().rebind(named("view.peek"), keys("K")), QString());
        QTest::keyPress(m.canvas(), Qt::Key_K);
        QTRY_VERIFY(!m.canvas()->rendered().field);
        QTest::keyRelease(m.canvas(), Qt::Key_K);
        QTRY_VERIFY(m.canvas()->rendered().field);
    }

    void theMenuOfACanvasOffersWhatCanBeDone() {
        m.open();
        m.session().paneControl().setModule(QStringLiteral("simam"));
        QTRY_VERIFY_WITH_TIMEOUT(m.settled(), CompareWindow::kPatience);
        QMenu* menu = canvasMenu(0.5, 0.5);
        QVERIFY(menu != nullptr);
        for (const char* id : {"view.fit", "view.actualSize", "export.picture", "export.copy", "pane.add", "pane.difference",
                               "view.smooth", "range.lock", "range.auto", "range.clip"}) {
            QVERIFY2(entry(menu, id) != nullptr, id);
        }
        for (const char* id : {"pin.add", "pin.clear", "pane.remove", "file.open"}) {
            QVERIFY2(entry(menu, id) == nullptr, id);
        }
        menu->close();
        m.activate();
    }

    void theMenuOfACanvasSetsPins() {
        m.open();
        m.session().paneControl().setModule(QStringLiteral("sagan"));
        QTRY_VERIFY_WITH_TIMEOUT(m.settled(), CompareWindow::kPatience);
        QMenu* menu = canvasMenu(0.25, 0.75);
        QVERIFY(menu != nullptr && entry(menu, "pin.add") != nullptr && entry(menu, "pin.clear") == nullptr);
        menu->close();
        entry(menu, "pin.add")->trigger();
        QCOMPARE(m.session().questions().pins().size(), std::size_t{1});
        QVERIFY(std::abs(m.session().questions().pins().front().x - 0.25) < 0.01 &&
                std::abs(m.session().questions().pins().front().y - 0.75) < 0.01);
        m.activate();
        QCoreApplication::processEvents();
        actions().action("pin.add")->trigger();  // from elsewhere: in the middle of what is seen
        QCOMPARE(m.session().questions().pins().size(), std::size_t{2});
        QVERIFY(std::abs(m.session().questions().pins().back().y - 0.5) < 0.01);
        menu = canvasMenu(0.5, 0.5);
        QVERIFY(menu != nullptr && entry(menu, "pin.clear") != nullptr);
        entry(menu, "pin.clear")->trigger();
        QVERIFY(m.session().questions().pins().empty());
        menu->close();
        m.activate();
    }
};

QTEST_MAIN(TestActions)
#include "tst_actions.moc"
