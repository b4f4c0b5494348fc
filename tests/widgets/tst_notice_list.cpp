// A list of sentences over the picture: what it shows, how high it wants to be, what its buttons do.

#include <QLabel>
#include <QScrollArea>
#include <QScrollBar>
#include <QSignalSpy>
#include <QTest>
#include <QToolButton>

#include "tests/support/view_test.h"
#include "widgets/notice_list.h"
#include "widgets/theme.h"

using namespace fovea;
using namespace fovea::test;

namespace {

std::vector<NoticeSection> manySections() {
    NoticeSection files{.heading = QStringLiteral("Not everything could be restored"), .notices = {}};
    for (const char* path : {"/home/alice/pictures/harbour.png", "/home/alice/models/flowers of the alps"}) {
        files.notices.push_back(
            {QStringLiteral("The file “%1” is not there.").arg(QLatin1String(path)), QStringLiteral("Locate…"), [] {}});
    }
    NoticeSection values{.heading = QStringLiteral("Values"), .notices = {}};
    for (int k = 0; k < 8; ++k) {
        values.notices.push_back({.text = QStringLiteral("“number %1” takes a number from 0 to 1, not “nan”.").arg(k)});
    }
    return {files, {.heading = QStringLiteral("Nothing here"), .notices = {}}, values};
}

}  // namespace

class TestNoticeList final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { applyTheme(*qApp, ThemeName::Dark); }
    void init() { failOnWarnings(); }

    void nothingToSayIsHidden() {
        QWidget window;
        NoticeList list(&window);
        window.show();
        QVERIFY(list.isEmpty() && !list.isVisible());
        list.setSections({{.heading = QStringLiteral("Nothing"), .notices = {}}});
        QVERIFY(list.isEmpty() && !list.isVisible());
        list.setSections(manySections());
        QVERIFY(list.isVisible());
        QVERIFY(list.textSummary().contains(QStringLiteral("harbour.png")) &&
                list.textSummary().contains(QStringLiteral("“number 7”")));
        QVERIFY(!list.textSummary().contains(QStringLiteral("Nothing here")));
    }

    void itIsAsHighAsItsSentences_data() {
        QTest::addColumn<int>("width");
        QTest::addColumn<bool>("chinese");
        for (const int width : {300, 460, 640}) {
            QTest::addRow("%d, Latin font", width) << width << false;
            QTest::addRow("%d, Chinese font", width) << width << true;
        }
    }

    // With that height nothing scrolls, and a little less does.
    void itIsAsHighAsItsSentences() {
        QFETCH(int, width);
        QFETCH(bool, chinese);
        applyFont(chinese);
        QWidget window;
        window.resize(800, 1200);
        NoticeList list(&window);
        window.show();
        list.setSections(manySections());
        QCoreApplication::processEvents();
        const auto* bar = list.findChild<QScrollArea*>()->verticalScrollBar();
        list.setGeometry(0, 0, width, list.wantedHeight(width));
        QCoreApplication::processEvents();
        QCOMPARE(bar->maximum(), 0);
        for (const auto* label : list.findChildren<QLabel*>()) {
            QVERIFY2(label->height() >= label->heightForWidth(label->width()), qPrintable(label->text()));
        }
        list.setGeometry(0, 0, width, list.wantedHeight(width) - 12);
        QCoreApplication::processEvents();
        QVERIFY(bar->maximum() > 0);
        applyFont(false);
    }

    void aButtonMayChangeTheList() {
        QWidget window;
        window.resize(640, 480);
        NoticeList list(&window);
        window.show();
        int pressed = 0;
        const Notice one{
            QStringLiteral("One."), QStringLiteral("Do it"), [&] {
                ++pressed;
                list.setSections({{.heading = QStringLiteral("Now"), .notices = {{.text = QStringLiteral("Two.")}}}});
            }};
        list.setSections({{.heading = QStringLiteral("First"), .notices = {one}}});
        list.setGeometry(0, 0, 600, list.wantedHeight(600));
        QToolButton* button = nullptr;
        for (auto* each : list.findChildren<QToolButton*>()) {
            button = each->text() == QLatin1String("Do it") ? each : button;
        }
        QVERIFY(button != nullptr);
        QCOMPARE(button->accessibleDescription(), QStringLiteral("One."));
        QTest::mouseClick(button, Qt::LeftButton);
        QTRY_COMPARE(pressed, 1);
        QCOMPARE(list.textSummary(), QStringLiteral("Now Two."));
        QSignalSpy closed(&list, &NoticeList::closed);
        QTest::mouseClick(list.findChild<QToolButton*>(QStringLiteral("closeNotices")), Qt::LeftButton);
        QCOMPARE(closed.size(), 1);
        QVERIFY(!list.isVisible());
    }
};

QTEST_MAIN(TestNoticeList)
#include "tst_notice_list.moc"
