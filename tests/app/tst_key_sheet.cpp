// The sheet of keys: searched, changed, refused, given back; it follows language and theme.

#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QTreeWidget>

#include "app/actions/actions.h"
#include "app/actions/key_edit.h"
#include "app/actions/key_sheet.h"
#include "app/language.h"
#include "tests/support/compare_window_fixture.h"
#include "tests/support/view_test.h"

using namespace fovea;
using namespace fovea::test;

namespace {

/// A sheet over actions which do nothing, with settings of their own.
struct Rig {
    QTemporaryDir folder;
    std::unique_ptr<Settings> settings;
    QWidget window;
    std::unique_ptr<Actions> actions;
    std::unique_ptr<KeySheet> sheet;

    Rig() {
        QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, folder.path());
        settings = std::make_unique<Settings>();
        actions = std::make_unique<Actions>(*settings, &window);
        sheet = std::make_unique<KeySheet>(*actions);
        sheet->show();
    }
    template <class T>
    T* part(const char* name) const {
        return sheet->findChild<T*>(QLatin1String(name));
    }
    QTreeWidget* list() const { return part<QTreeWidget>("keyList"); }
    QLineEdit* search() const { return part<QLineEdit>("searchKeys"); }
    QString sentence() const { return part<QLabel>("keySentence")->text(); }
    KeyEdit* edit() const { return part<KeyEdit>("keyEdit"); }
    QPushButton* button(const char* name) const { return part<QPushButton>(name); }

    QTreeWidgetItem* row(const QString& text) const {
        for (QTreeWidgetItem* item : list()->findItems(text, Qt::MatchExactly | Qt::MatchRecursive)) {
            if (item->parent() != nullptr) {
                return item;
            }
        }
        return nullptr;
    }
    QString keys(const QString& text) const { return row(text) == nullptr ? QString() : row(text)->text(1); }
    void choose(const QString& text) const {
        QVERIFY2(row(text) != nullptr, qPrintable(text));
        list()->setCurrentItem(row(text));
    }
    /// Rows which are seen, without headings.
    QStringList seen() const {
        QStringList texts;
        for (int k = 0; k < list()->topLevelItemCount(); ++k) {
            const QTreeWidgetItem* heading = list()->topLevelItem(k);
            for (int n = 0; n < heading->childCount() && !heading->isHidden(); ++n) {
                if (!heading->child(n)->isHidden()) {
                    texts << heading->child(n)->text(0);
                }
            }
        }
        return texts;
    }
    void change(const QString& text, Qt::Key key, Qt::KeyboardModifiers modifiers) const {
        choose(text);
        button("changeKey")->click();
        QVERIFY(edit()->isVisible());
        QTest::keyClick(edit(), key, modifiers);
    }
};

}  // namespace

class TestKeySheet final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() {
        failOnWarnings();
        applyTheme(*qApp, ThemeName::Dark);
        setLanguage(QStringLiteral("en"));
    }

    void everyActionAndGestureIsThere() {
        const Rig rig;
        QCOMPARE(rig.seen().size(), static_cast<qsizetype>(actionTable().size() + fixedGestures().size()));
        QCOMPARE(rig.keys(QStringLiteral("Undo")), QStringLiteral("Ctrl+Z"));
        QCOMPARE(rig.keys(QStringLiteral("Redo")), QStringLiteral("Ctrl+Shift+Z; Ctrl+Y"));
        QCOMPARE(rig.keys(QStringLiteral("Move the picture")), QStringLiteral("Drag"));
        QVERIFY(rig.row(QStringLiteral("Undo"))->data(0, Qt::AccessibleTextRole).toString().contains(QStringLiteral("Ctrl+Z")));
    }

    void theSearchLooksForAllWords() {
        const Rig rig;
        rig.search()->setText(QStringLiteral("add pane"));
        QCOMPARE(rig.seen(), QStringList({QStringLiteral("Add a pane"), QStringLiteral("Add a pane of the same mechanism")}));
        rig.search()->setText(QStringLiteral("ctrl+g"));
        QCOMPARE(rig.seen(), QStringList(QStringLiteral("All channels")));
        rig.search()->setText(QStringLiteral("export copy"));  // the heading counts
        QCOMPARE(rig.seen(), QStringList(QStringLiteral("Copy the overlay")));
        rig.search()->setText(QStringLiteral("nothing of it"));
        QVERIFY(rig.seen().isEmpty());
        rig.search()->clear();
        QVERIFY(rig.seen().size() > 60);
    }

    void aKeyIsChangedAndGivenBack() {
        const Rig rig;
        const QString pane = QStringLiteral("Add a pane");
        QVERIFY(!rig.button("changeKey")->isEnabled() && !rig.edit()->isVisible());
        rig.change(pane, Qt::Key_K, Qt::ControlModifier);
        QCOMPARE(rig.keys(pane), QStringLiteral("Ctrl+K"));
        QVERIFY(!rig.edit()->isVisible() && rig.sentence().isEmpty());
        QCOMPARE(rig.list()->currentItem()->text(0), pane);
        QCOMPARE(writtenKeys(rig.settings->keys().keys(*findAction("pane.add"))), QStringLiteral("Ctrl+K"));
        QVERIFY(rig.button("resetKey")->isEnabled());
        rig.button("resetKey")->click();
        QCOMPARE(rig.keys(pane), QStringLiteral("Ctrl+D"));
        QVERIFY(!rig.button("resetKey")->isEnabled());
        rig.button("removeKey")->click();
        QCOMPARE(rig.keys(pane), QString());
        QVERIFY(!rig.button("removeKey")->isEnabled());
        rig.change(QStringLiteral("Undo"), Qt::Key_Tab, Qt::ControlModifier);
        rig.change(QStringLiteral("Redo"), Qt::Key_U, Qt::NoModifier);
        QCOMPARE(rig.keys(QStringLiteral("Undo")), QStringLiteral("Ctrl+Tab"));
        QCOMPARE(rig.keys(QStringLiteral("Redo")), QStringLiteral("U"));
        rig.button("resetKeys")->click();
        QCOMPARE(rig.keys(pane), QStringLiteral("Ctrl+D"));
        QCOMPARE(rig.keys(QStringLiteral("Undo")), QStringLiteral("Ctrl+Z"));
    }

    void aConflictIsSaidAndAnotherKeyMayFollow() {
        const Rig rig;
        const QString pane = QStringLiteral("Add a pane");
        rig.change(pane, Qt::Key_S, Qt::ControlModifier);
        QVERIFY2(rig.sentence().contains(QStringLiteral("“Save the overlay…”")), qPrintable(rig.sentence()));
        QCOMPARE(rig.part<QLabel>("keySentence")->palette().color(QPalette::WindowText), theme().error);
        QCOMPARE(rig.keys(pane), QStringLiteral("Ctrl+D"));
        QVERIFY(rig.edit()->isVisible());
        QTest::keyClick(rig.edit(), Qt::Key_Left);
        QVERIFY(rig.sentence().contains(QStringLiteral("Move the pin")));
        QTest::keyClick(rig.edit(), Qt::Key_Tab);
        QVERIFY(rig.sentence().contains(QStringLiteral("“Hide or show the panels”")));
        QTest::keyClick(rig.edit(), Qt::Key_K, Qt::ControlModifier);
        QCOMPARE(rig.keys(pane), QStringLiteral("Ctrl+K"));
        QVERIFY(!rig.edit()->isVisible() && rig.sentence().isEmpty());
    }

    void whatIsAlwaysTheSameCannotBeChanged() {
        const Rig rig;
        rig.choose(QStringLiteral("Move the picture"));
        for (const char* name : {"changeKey", "removeKey", "resetKey"}) {
            QVERIFY2(!rig.button(name)->isEnabled(), name);
        }
        rig.change(QStringLiteral("Look at the picture without the overlay (hold)"), Qt::Key_B, Qt::ControlModifier);
        QVERIFY(rig.sentence().contains(QStringLiteral("held")));
    }

    void escapeLeavesTheFieldThenTheSheet() {
        const Rig rig;
        rig.choose(QStringLiteral("Add a pane"));
        rig.button("changeKey")->click();
        QTest::keyClick(rig.edit(), Qt::Key_Escape);
        QVERIFY(!rig.edit()->isVisible() && rig.sheet->isVisible() && rig.sentence().isEmpty());
        QCOMPARE(rig.keys(QStringLiteral("Add a pane")), QStringLiteral("Ctrl+D"));
        QTest::keyClick(rig.list(), Qt::Key_Escape);
        QVERIFY(!rig.sheet->isVisible());
    }

    void itFollowsLanguageAndTheme() {
        const Rig rig;
        rig.change(QStringLiteral("Add a pane"), Qt::Key_S, Qt::ControlModifier);
        applyTheme(*qApp, ThemeName::Light);
        QTRY_COMPARE(rig.part<QLabel>("keySentence")->palette().color(QPalette::WindowText), theme(ThemeName::Light).error);
        setLanguage(QStringLiteral("zh_CN"));
        QTRY_COMPARE(rig.sheet->windowTitle(), QStringLiteral("快捷键"));
        QCOMPARE(rig.keys(QStringLiteral("撤销")), QStringLiteral("Ctrl+Z"));
        rig.search()->setText(QStringLiteral("undo"));
        QCOMPARE(rig.seen(), QStringList(QStringLiteral("撤销")));
        setLanguage(QStringLiteral("en"));
        QTRY_COMPARE(rig.sheet->windowTitle(), QStringLiteral("Keys"));
    }

    void theWindowOpensItBesideItself() {
        CompareWindow m;
        m.open();
        m.press(Qt::Key_F1);
        const auto sheets = [&m] { return m.window->findChildren<KeySheet*>(); };
        QCOMPARE(sheets().size(), 1);
        QVERIFY(sheets().first()->isVisible() && !sheets().first()->isModal());
        m.activate();
        m.press(Qt::Key_Question);
        QCOMPARE(sheets().size(), 1);
        // What is changed there acts at once.
        QTreeWidget* list = sheets().first()->findChild<QTreeWidget*>();
        list->setCurrentItem(list->findItems(QStringLiteral("Add a pane"), Qt::MatchExactly | Qt::MatchRecursive).value(0));
        sheets().first()->findChild<QPushButton*>(QStringLiteral("changeKey"))->click();
        QTest::keyClick(sheets().first()->findChild<KeyEdit*>(), Qt::Key_K, Qt::ControlModifier);
        m.activate();
        m.press(Qt::Key_K, Qt::ControlModifier);
        QCOMPARE(m.session().panes().count(), 2);
        sheets().first()->close();
        QTRY_VERIFY(sheets().isEmpty());
        m.close();
    }
};

QTEST_MAIN(TestKeySheet)
#include "tst_key_sheet.moc"
