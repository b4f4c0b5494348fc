// The list of commands: found by their words in both languages, run by Return, closed by Escape.

#include <QAction>
#include <QLineEdit>
#include <QListWidget>

#include "app/actions/actions.h"
#include "app/actions/command_palette.h"
#include "app/language.h"
#include "tests/support/compare_window_fixture.h"
#include "tests/support/view_test.h"

using namespace fovea;
using namespace fovea::test;

namespace {

PaletteEntry offered(const char* text, const char* english, std::function<void()> run, bool isEnabled = true) {
    return {.text = QString::fromUtf8(text),
            .english = QString::fromUtf8(english),
            .keys = QStringLiteral("F4"),
            .isEnabled = isEnabled,
            .run = std::move(run)};
}

}  // namespace

class TestCommandPalette final : public QObject {
    Q_OBJECT

    CompareWindow m;

    CommandPalette* palette() const { return m.part<CommandPalette>("palette"); }
    static QLineEdit* field(const QWidget* palette) { return palette->findChild<QLineEdit*>(); }
    static QListWidget* list(const QWidget* palette) { return palette->findChild<QListWidget*>(); }
    static QStringList rows(const QWidget* palette) {
        QStringList texts;
        for (int row = 0; row < list(palette)->count(); ++row) {
            texts << list(palette)->item(row)->text();
        }
        return texts;
    }
    /// Opens the list as a person does and types.
    void find(const QString& words) {
        m.press(Qt::Key_P, Qt::ControlModifier | Qt::ShiftModifier);
        QVERIFY(palette() != nullptr && palette()->isVisible());
        QTRY_VERIFY(field(palette())->hasFocus());
        QTest::keyClicks(field(palette()), words);
    }
    void enter() { QTest::keyClick(field(palette()), Qt::Key_Return); }

private Q_SLOTS:
    void init() { applyTheme(*qApp, ThemeName::Dark); }
    void cleanup() {
        m.close();
        setLanguage(QStringLiteral("en"));
    }

    void allWordsAreLookedForInBothLanguages() {
        failOnWarnings();
        QWidget window;
        showAt(window, 800, 600);
        CommandPalette list(&window);
        list.offer({offered("Zoom out", "Zoom out", [] {}), offered("区域放大", "Zoom in", [] {}),
                    offered("Lock the zoom", "Lock the zoom", [] {}), offered("Room", "Room", [] {})});
        QVERIFY(list.isVisible());
        QCOMPARE(rows(&list).size(), 4);
        QTest::keyClicks(field(&list), QStringLiteral("zoom"));
        // What begins with the word comes first.
        QCOMPARE(rows(&list),
                 QStringList({QStringLiteral("Zoom out"), QStringLiteral("区域放大"), QStringLiteral("Lock the zoom")}));
        QTest::keyClicks(field(&list), QStringLiteral(" th"));
        QCOMPARE(rows(&list), QStringList(QStringLiteral("Lock the zoom")));
        field(&list)->setText(QStringLiteral("oom"));
        QCOMPARE(rows(&list).size(), 4);
        field(&list)->setText(QStringLiteral("放大"));
        QCOMPARE(rows(&list), QStringList(QStringLiteral("区域放大")));
        field(&list)->setText(QStringLiteral("nothing of it"));
        QVERIFY(rows(&list).isEmpty());
        enterNothing(&list);
        QVERIFY(list.isVisible());
    }

    void arrowsPassOverWhatIsDisabled() {
        QWidget window;
        showAt(window, 800, 600);
        CommandPalette list(&window);
        QStringList ran;
        const auto run = [&ran](const char* name) { return [&ran, name] { ran << QLatin1String(name); }; };
        list.offer({offered("a", "a", run("a"), false), offered("b", "b", run("b")), offered("c", "c", run("c"), false),
                    offered("d", "d", run("d"))});
        auto* shown = TestCommandPalette::list(&list);
        QCOMPARE(shown->currentRow(), 1);
        QTest::keyClick(field(&list), Qt::Key_Down);
        QCOMPARE(shown->currentRow(), 3);
        QTest::keyClick(field(&list), Qt::Key_Down);
        QCOMPARE(shown->currentRow(), 3);
        QTest::keyClick(field(&list), Qt::Key_Up);
        QCOMPARE(shown->currentRow(), 1);
        QTest::keyClick(field(&list), Qt::Key_PageDown);
        QCOMPARE(shown->currentRow(), 3);
        QVERIFY(!shown->item(0)->flags().testFlag(Qt::ItemIsEnabled));
        QVERIFY(shown->item(3)->data(Qt::AccessibleTextRole).toString().contains(QStringLiteral("F4")));
        QTest::mouseClick(shown->viewport(), Qt::LeftButton, {}, shown->visualItemRect(shown->item(0)).center());
        QVERIFY(ran.isEmpty() && list.isVisible());
        QTest::keyClick(field(&list), Qt::Key_Return);
        QCOMPARE(ran, QStringList(QStringLiteral("d")));
        QVERIFY(!list.isVisible());
    }

    void itStaysInAnyWindow() {
        QWidget window;
        showAt(window, 300, 200);
        CommandPalette list(&window);
        std::vector<PaletteEntry> many;
        for (int k = 0; k < 50; ++k) {
            many.push_back(offered("a command with a rather long name which does not fit", "a", [] {}));
        }
        list.offer(std::move(many));
        QVERIFY(window.rect().contains(list.geometry()));
        window.resize(1000, 700);
        QTRY_COMPARE(list.geometry().center().x(), window.rect().center().x());
        QVERIFY(list.width() < 600 && list.height() < 400);
        const QImage dark = list.grab().toImage();
        applyTheme(*qApp, ThemeName::Light);
        QTRY_VERIFY(list.grab().toImage().pixelColor(4, 20).lightness() > dark.pixelColor(4, 20).lightness() + 100);
    }

    void returnRunsAndTheFocusGoesBack() {
        m.open();
        find(QStringLiteral("pane add"));
        QCOMPARE(rows(palette()).value(0), QStringLiteral("Add a pane"));
        QVERIFY(rows(palette()).contains(QStringLiteral("Add a pane of the same mechanism")));
        enter();
        QCOMPARE(m.session().panes().count(), 2);
        QVERIFY(!palette()->isVisible());
        QTRY_VERIFY(m.canvas()->hasFocus());
        // It is offered as things are now.
        find(QStringLiteral("Compare"));
        QVERIFY(list(palette())->item(0)->data(Qt::AccessibleTextRole).toString().contains(QStringLiteral("on, F7")));
    }

    void escapeAndAnotherPlaceCloseIt() {
        m.open();
        find(QStringLiteral("overlay"));
        QTest::keyClick(field(palette()), Qt::Key_Escape);
        QVERIFY(!palette()->isVisible());
        QTRY_VERIFY(m.canvas()->hasFocus());
        find(QStringLiteral("overlay"));
        m.models()->setFocus();
        QVERIFY(!palette()->isVisible());
        QVERIFY(m.models()->hasFocus());
        find({});
        QVERIFY(field(palette())->text().isEmpty());
        QTest::keyClick(field(palette()), Qt::Key_P, Qt::ControlModifier | Qt::ShiftModifier);
        QVERIFY(!palette()->isVisible());
    }

    void whatCannotBeDoneNowIsNotRun() {
        m.open();
        find(QStringLiteral("remove this pane"));
        QCOMPARE(rows(palette()).size(), 1);
        QVERIFY(!list(palette())->item(0)->flags().testFlag(Qt::ItemIsEnabled));
        enter();
        QVERIFY(palette()->isVisible());
        QCOMPARE(m.session().panes().count(), 1);
    }

    void mechanismsAndSamplesAreOffered() {
        m.open();
        find(QStringLiteral("mechanism: cbam"));
        enter();
        QCOMPARE(m.session().panes().current().module->id, std::string("cbam"));
        QTRY_VERIFY_WITH_TIMEOUT(m.settled(), CompareWindow::kPatience);
        find(QStringLiteral("coffee"));
        enter();
        QTRY_COMPARE_WITH_TIMEOUT(m.session().shown().result()->frame.source->name, std::string("coffee.png"),
                                  CompareWindow::kPatience);
    }

    void chineseTextsAreFoundByBothLanguages() {
        m.open();
        setLanguage(QStringLiteral("zh_CN"));
        QTRY_COMPARE(m.window->actions().action("view.smooth")->text(), QStringLiteral("平滑单元格"));
        find(QStringLiteral("smooth cells"));
        QCOMPARE(rows(palette()).value(0), QStringLiteral("平滑单元格"));
        QTest::keyClick(field(palette()), Qt::Key_Escape);
        find({});
        field(palette())->setText(QStringLiteral("平滑 单元格"));
        QCOMPARE(rows(palette()), QStringList(QStringLiteral("平滑单元格")));
        const bool before = m.session().display().style().smooth;
        enter();
        QCOMPARE(m.session().display().style().smooth, !before);
    }

private:
    static void enterNothing(QWidget* palette) { QTest::keyClick(field(palette), Qt::Key_Return); }
};

QTEST_MAIN(TestCommandPalette)
#include "tst_command_palette.moc"
