#include <QHBoxLayout>
#include <QLabel>
#include <QScreen>
#include <QScrollArea>
#include <QScrollBar>
#include <QTest>
#include <QWindow>

#include <memory>

#include "tests/support/view_test.h"
#include "widgets/info_button.h"
#include "widgets/theme.h"

using namespace fovea;
using namespace fovea::test;

namespace {

const QString kText = QStringLiteral(
    "<b>Class activation map</b><p>Where the picture speaks for this class: the features, weighted "
    "by how much each of them raises it. It is <i>not</i> the map of the module.</p>");

// A window with the button in its middle, on the plain surface of a card.
struct Fixture {
    std::unique_ptr<QWidget> window = std::make_unique<QWidget>();
    InfoButton* button = new InfoButton(window.get());

    explicit Fixture(const QString& text = kText) {
        QPalette palette;
        palette.setColor(QPalette::Window, theme().card);
        window->setPalette(palette);
        button->setAccessibleName(QStringLiteral("About this map"));
        button->setText(text);
        button->setGeometry(60, 40, 20, 20);
        window->move(100, 100);
        showAt(*window, 200, 120);
        QTest::mouseMove(window.get(), QPoint(2, 2));
    }
    QImage grab() { return window->grab().toImage(); }
};

QWidget* popup() { return QApplication::activePopupWidget(); }

}  // namespace

class TestInfoButton : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { applyTheme(*qApp, ThemeName::Dark); }
    void init() {
        // The offscreen platform can neither raise a popup nor give it the keyboard.
        QTest::failOnWarning(QRegularExpression(
            QStringLiteral("^(?!.*(propagateSizeHints|XDG_RUNTIME_DIR|runtime directory|raise\\(\\)|grabbing the keyboard))")));
    }
    void cleanup() {
        if (themeName() != ThemeName::Dark) {
            applyTheme(*qApp, ThemeName::Dark);
        }
    }

    void isHiddenWithoutText() {
        Fixture f{QString()};
        QVERIFY(!f.button->isVisible());
        f.window->hide();
        f.window->show();
        f.button->show();  // its owner shows it, and it still has nothing to say
        QVERIFY(!f.button->isVisible());
        f.button->setText(kText);
        QVERIFY(f.button->isVisible());
        QCOMPARE(f.button->text(), kText);
        f.button->setText(QString());
        QVERIFY(!f.button->isVisible());
    }

    void aLayoutDoesNotShowItWithoutText() {
        QWidget window;
        auto* row = new QHBoxLayout(&window);
        auto* silent = new InfoButton;
        auto* speaking = new InfoButton;
        speaking->setText(kText);
        QVERIFY(!speaking->isVisible());  // no window of its own
        row->addWidget(silent);
        row->addWidget(speaking);
        speaking->show();
        showAt(window, 100, 40);
        QVERIFY(!silent->isVisible());
        QVERIFY(speaking->isVisible());
        QCOMPARE(speaking->size(), QSize(20, 20));
    }

    void isASmallCircle_data() {
        QTest::addColumn<int>("name");
        QTest::newRow("dark") << static_cast<int>(ThemeName::Dark);
        QTest::newRow("light") << static_cast<int>(ThemeName::Light);
    }

    void isASmallCircle() {
        QFETCH(int, name);
        applyTheme(*qApp, static_cast<ThemeName>(name));
        Fixture f;
        f.button->clearFocus();
        const Theme& t = theme();
        QTRY_COMPARE(f.grab().pixel(66, 50), t.card.rgb());  // no surface while nothing points at it
        const QImage image = f.grab();
        // The circle's pixels begin and end 16 px apart in both directions, and nothing lies outside.
        QRect ink;
        for (int y = 0; y < image.height(); ++y) {
            for (int x = 0; x < image.width(); ++x) {
                ink |= image.pixel(x, y) != t.card.rgb() ? QRect(x, y, 1, 1) : QRect();
            }
        }
        QCOMPARE(ink, QRect(62, 42, 16, 16));
        QCOMPARE(image.pixel(63, 43), t.card.rgb());
        QVERIFY(countColour(image, ink, t.secondary.rgb(), 24) > 15);
        QTest::mouseMove(f.button);
        QTRY_COMPARE(f.grab().pixel(66, 50), t.control.rgb());
        QVERIFY(countColour(f.grab(), ink, t.text.rgb(), 24) > 15);
        QTest::mouseMove(f.window.get(), QPoint(150, 100));
        QTRY_COMPARE(f.grab(), image);
    }

    void focusIsSeen() {
        Fixture f;
        f.button->clearFocus();
        QCOMPARE(countColour(f.grab(), f.button->geometry(), theme().focus.rgb()), 0);
        f.window->activateWindow();
        f.button->setFocus(Qt::TabFocusReason);
        QTRY_VERIFY(f.button->hasFocus());
        QVERIFY(countColour(f.grab(), f.button->geometry(), theme().focus.rgb()) > 40);
    }

    void clickOpensAndEscapeCloses() {
        Fixture f;
        QVERIFY(popup() == nullptr);
        QTest::mouseClick(f.button, Qt::LeftButton);
        QVERIFY(popup() != nullptr);
        QCOMPARE(popup()->accessibleName(), QStringLiteral("About this map"));
        QVERIFY(countColour(f.grab(), f.button->geometry(), theme().selection.rgb()) > 80);
        QTest::keyClick(popup()->findChild<QLabel*>(), Qt::Key_Escape);
        QVERIFY(popup() == nullptr);
        QTRY_VERIFY(f.button->findChild<QLabel*>() == nullptr);
        QTRY_COMPARE(countColour(f.grab(), f.button->geometry(), theme().selection.rgb()), 0);
    }

    void keysOpen_data() {
        QTest::addColumn<int>("key");
        QTest::newRow("Return") << static_cast<int>(Qt::Key_Return);
        QTest::newRow("Enter") << static_cast<int>(Qt::Key_Enter);
        QTest::newRow("Space") << static_cast<int>(Qt::Key_Space);
    }

    void keysOpen() {
        QFETCH(int, key);
        Fixture f;
        QTest::keyClick(f.button, static_cast<Qt::Key>(key));
        QVERIFY(popup() != nullptr);
        QTest::keyClick(popup(), Qt::Key_Escape);
        QVERIFY(popup() == nullptr);
    }

    // A click on its own button closes it, too, instead of opening it again.
    void aClickBesideCloses() {
        Fixture f;
        for (const QPoint& beside : {QPoint(150, 10), f.button->geometry().center()}) {
            QTest::mouseClick(f.button, Qt::LeftButton);
            QVERIFY(popup() != nullptr);
            QTest::mouseClick(f.window->windowHandle(), Qt::LeftButton, {}, beside);
            QVERIFY(popup() == nullptr);
            QTRY_VERIFY(f.button->findChild<QLabel*>() == nullptr);
        }
        QTest::mouseClick(f.window->windowHandle(), Qt::LeftButton, {}, f.button->geometry().center());
        QVERIFY(popup() != nullptr);
        popup()->close();
    }

    void textWrapsAndCanBeSelected() {
        Fixture f;
        QTest::mouseClick(f.button, Qt::LeftButton);
        QVERIFY(popup()->width() <= 300);
        auto* label = popup()->findChild<QLabel*>();
        QCOMPARE(label->text(), kText);
        QVERIFY(label->height() > 3 * label->fontMetrics().height());
        QVERIFY(label->height() >= label->heightForWidth(label->width()));
        QTest::mouseDClick(label, Qt::LeftButton, {}, QPoint(10, 8));
        QCOMPARE(label->selectedText(), QStringLiteral("Class"));
        const QImage image = popup()->grab().toImage();
        QCOMPARE(image.pixel(0, 0), theme().border.rgb());
        QCOMPARE(image.pixel(5, 5), theme().card.rgb());
        QVERIFY(countColour(image, image.rect(), theme().text.rgb(), 30) > 200);
        popup()->close();
    }

    void aShortTextMakesASmallPopup() {
        Fixture f{QStringLiteral("动物")};
        QTest::mouseClick(f.button, Qt::LeftButton);
        QVERIFY(popup()->width() < 100);
        QVERIFY(popup()->height() < 60);
        popup()->close();
    }

    void staysOnTheScreen_data() {
        QTest::addColumn<QPoint>("corner");
        QTest::newRow("top left") << QPoint(0, 0);
        QTest::newRow("top right") << QPoint(1, 0);
        QTest::newRow("bottom left") << QPoint(0, 1);
        QTest::newRow("bottom right") << QPoint(1, 1);
    }

    void staysOnTheScreen() {
        QFETCH(QPoint, corner);
        Fixture f;
        const QRect screen = f.window->screen()->availableGeometry();
        f.window->move(screen.left() + corner.x() * (screen.width() - 200), screen.top() + corner.y() * (screen.height() - 120));
        QCoreApplication::processEvents();
        QTest::mouseClick(f.button, Qt::LeftButton);
        const QRect box = popup()->geometry();
        QVERIFY(screen.contains(box));
        QVERIFY(!box.intersects(QRect(f.button->mapToGlobal(QPoint(0, 0)), f.button->size())));
        popup()->close();
    }

    // More than a screen of text can be moved through, also by key.
    void aVeryLongTextScrolls() {
        Fixture f{QStringLiteral("<p>A sentence of some length.</p>").repeated(200)};
        QTest::mouseClick(f.button, Qt::LeftButton);
        QVERIFY(f.window->screen()->availableGeometry().contains(popup()->geometry()));
        auto* area = popup()->findChild<QScrollArea*>();
        QVERIFY(area->verticalScrollBar()->isVisible());
        QVERIFY(area->verticalScrollBar()->maximum() > 1000);
        QTest::keyClick(popup()->findChild<QLabel*>(), Qt::Key_Down);
        QVERIFY(area->verticalScrollBar()->value() > 0);
        popup()->close();
    }

    void anotherTextClosesAndNothingOutlivesTheButton() {
        Fixture f;
        QTest::mouseClick(f.button, Qt::LeftButton);
        f.button->setText(kText);
        QVERIFY(popup() != nullptr);  // the same text
        f.button->setText(QStringLiteral("Something else."));
        QVERIFY(popup() == nullptr);
        QTest::mouseClick(f.button, Qt::LeftButton);
        QVERIFY(popup() != nullptr);
        f.window.reset();
        QVERIFY(popup() == nullptr);
    }
};

QTEST_MAIN(TestInfoButton)
#include "tst_info_button.moc"
