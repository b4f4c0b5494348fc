#include <QLineEdit>
#include <QListView>
#include <QScrollBar>
#include <QSignalSpy>
#include <QTest>

#include "engine/attention/registry.h"
#include "tests/support/view_test.h"
#include "widgets/module_picker.h"
#include "widgets/theme.h"

using namespace fovea;
using namespace fovea::test;

namespace {

ModuleInfo makeInfo(const char* id, const char* title, Domain domain, int year, AttentionKind kind = AttentionKind::Soft) {
    ModuleInfo info;
    info.id = id;
    info.title = title;
    info.longTitle = std::string("Long ") + title;
    info.domain = domain;
    info.kind = kind;
    info.year = year;
    info.paper = "Paper (Somebody et al.)";
    info.summary = "Weighs a < b.";
    return info;
}

const std::vector<const ModuleInfo*>& ten() {
    static const std::vector<ModuleInfo> kInfos{
        makeInfo("se", "SE", Domain::Channel, 2018),
        makeInfo("srm", "SRM", Domain::Channel, 2019),
        makeInfo("eca", "ECA", Domain::Channel, 2020),
        makeInfo("gc", "Global context", Domain::Spatial, 2019),
        makeInfo("sagan", "SAGAN", Domain::Spatial, 2019, AttentionKind::Self),
        makeInfo("hard_topk", "Top-k", Domain::Spatial, 2020, AttentionKind::Hard),
        makeInfo("mhsa", "Multi-head self-attention", Domain::Spatial, 2020, AttentionKind::Self),
        makeInfo("cbam", "CBAM", Domain::ChannelSpatial, 2018),
        makeInfo("coord", "Coordinate", Domain::ChannelSpatial, 2021),
        makeInfo("simam", "SimAM", Domain::ChannelSpatial, 2021)};
    static const std::vector<const ModuleInfo*> kPointers = [] {
        std::vector<const ModuleInfo*> all;
        for (const auto& info : kInfos) {
            all.push_back(&info);
        }
        return all;
    }();
    return kPointers;
}

QListView* list(ModulePicker& picker) { return picker.findChild<QListView*>(); }
QLineEdit* search(ModulePicker& picker) { return picker.findChild<QLineEdit*>(); }

QStringList rows(ModulePicker& picker) {
    QStringList texts;
    const auto* model = list(picker)->model();
    for (int row = 0; row < model->rowCount(); ++row) {
        texts << model->index(row, 0).data().toString();
    }
    return texts;
}

QModelIndex rowOf(ModulePicker& picker, const QString& title) {
    return list(picker)->model()->index(static_cast<int>(rows(picker).indexOf(title)), 0);
}

void open(ModulePicker& picker) {
    picker.setModules(ten());
    showAt(picker, 176, 700);
}

}  // namespace

class TestModulePicker : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { applyTheme(*qApp, ThemeName::Dark); }
    void init() { failOnWarnings(); }

    void groupsByDomain() {
        ModulePicker picker;
        open(picker);
        QCOMPARE(rows(picker), (QStringList{QStringLiteral("CHANNEL — what"), QStringLiteral("SE"), QStringLiteral("SRM"),
                                            QStringLiteral("ECA"), QStringLiteral("SPATIAL — where"),
                                            QStringLiteral("Global context"), QStringLiteral("SAGAN"), QStringLiteral("Top-k"),
                                            QStringLiteral("Multi-head self-attention"), QStringLiteral("CHANNEL + SPATIAL"),
                                            QStringLiteral("CBAM"), QStringLiteral("Coordinate"), QStringLiteral("SimAM")}));
        QVERIFY(!rowOf(picker, QStringLiteral("CHANNEL + SPATIAL")).flags().testFlag(Qt::ItemIsEnabled));
        QCOMPARE(search(picker)->placeholderText(), QStringLiteral("Search 10 mechanisms"));
    }

    void tenFitWithoutScrolling() {
        ModulePicker picker;
        open(picker);
        QVERIFY(!list(picker)->verticalScrollBar()->isVisible());
        QVERIFY(!list(picker)->horizontalScrollBar()->isVisible());
        QVERIFY(list(picker)->visualRect(rowOf(picker, QStringLiteral("SimAM"))).bottom() < 600);
        QFont font = search(picker)->font();
        QVERIFY(QFontMetrics(font).horizontalAdvance(search(picker)->placeholderText()) <= search(picker)->width() - 12);
    }

    void clickChooses() {
        ModulePicker picker;
        open(picker);
        QSignalSpy chosen(&picker, &ModulePicker::chosen);
        const auto click = [&picker](const QString& title) {
            QTest::mouseClick(list(picker)->viewport(), Qt::LeftButton, {},
                              list(picker)->visualRect(rowOf(picker, title)).center());
        };
        click(QStringLiteral("CBAM"));
        QCOMPARE(chosen.size(), 1);
        QCOMPARE(chosen.at(0).at(0).toString(), QStringLiteral("cbam"));
        QCOMPARE(picker.current(), QStringLiteral("cbam"));
        click(QStringLiteral("SPATIAL — where"));
        QCOMPARE(chosen.size(), 1);
        QCOMPARE(picker.current(), QStringLiteral("cbam"));
    }

    void setCurrentMarksWithoutTelling() {
        ModulePicker picker;
        open(picker);
        QSignalSpy chosen(&picker, &ModulePicker::chosen);
        picker.setCurrent(QStringLiteral("coord"));
        QCOMPARE(list(picker)->currentIndex(), rowOf(picker, QStringLiteral("Coordinate")));
        QCOMPARE(chosen.size(), 0);
        picker.setCurrent(QStringLiteral("unknown"));
        QVERIFY(!list(picker)->currentIndex().isValid());
    }

    void arrowsSkipCaptions() {
        ModulePicker picker;
        open(picker);
        picker.setCurrent(QStringLiteral("eca"));
        QSignalSpy chosen(&picker, &ModulePicker::chosen);
        QTest::keyClick(list(picker), Qt::Key_Down);
        QCOMPARE(picker.current(), QStringLiteral("gc"));
        QTest::keyClick(list(picker), Qt::Key_Up);
        QCOMPARE(picker.current(), QStringLiteral("eca"));
        picker.setCurrent(QStringLiteral("se"));
        QTest::keyClick(list(picker), Qt::Key_Up);
        QCOMPARE(picker.current(), QStringLiteral("se"));
        QCOMPARE(chosen.size(), 2);
    }

    void typingSearches() {
        ModulePicker picker;
        open(picker);
        QSignalSpy chosen(&picker, &ModulePicker::chosen);
        list(picker)->setFocus();
        QTest::keyClick(list(picker), Qt::Key_C);
        QCOMPARE(search(picker)->text(), QStringLiteral("c"));
        search(picker)->setText(QStringLiteral("coord"));
        QCOMPARE(rows(picker), (QStringList{QStringLiteral("CHANNEL + SPATIAL"), QStringLiteral("Coordinate")}));
        QCOMPARE(chosen.size(), 0);
        QTest::keyClick(search(picker), Qt::Key_Return);
        QCOMPARE(chosen.size(), 1);
        QCOMPARE(picker.current(), QStringLiteral("coord"));
        QTest::keyClick(search(picker), Qt::Key_Escape);
        QCOMPARE(rows(picker).size(), 13);
        search(picker)->setText(QStringLiteral("hard"));
        QCOMPARE(rows(picker).last(), QStringLiteral("Top-k"));
        search(picker)->setText(QStringLiteral("2018 channel"));
        QCOMPARE(rows(picker).size(), 4);
    }

    void sayWhenNothingMatches() {
        ModulePicker picker;
        open(picker);
        search(picker)->setText(QStringLiteral("xyzzy"));
        QCOMPARE(rows(picker), QStringList{QStringLiteral("Nothing matches “xyzzy”.")});
        QTest::keyClick(search(picker), Qt::Key_Return);
        QTest::keyClick(search(picker), Qt::Key_Down);
        QCOMPARE(picker.current(), QString());
    }

    void focusSearchTakesTheKeys() {
        ModulePicker picker;
        open(picker);
        picker.activateWindow();
        picker.focusSearch();
        QTRY_VERIFY(search(picker)->hasFocus());
        QTest::keyClick(search(picker), Qt::Key_Down);
        QCOMPARE(picker.current(), QStringLiteral("se"));
    }

    // A full dot in the domain's colour for soft attention; a broken ring around the row's surface for hard.
    void dotsHaveTheColourOfTheDomain() {
        ModulePicker picker;
        open(picker);
        const QImage image = picker.grab().toImage();
        const auto dot = [&](const QString& title) {
            const QRect row = list(picker)->visualRect(rowOf(picker, title));
            return QRect(list(picker)->viewport()->mapTo(&picker, row.topLeft()) + QPoint(4, 0), QSize(12, row.height()));
        };
        QVERIFY(countColour(image, dot(QStringLiteral("SE")), theme().channel.rgb(), 8) > 30);
        QVERIFY(countColour(image, dot(QStringLiteral("CBAM")), theme().channelSpatial.rgb(), 8) > 30);
        const int hard = countColour(image, dot(QStringLiteral("Top-k")), theme().spatial.rgb(), 60);
        QVERIFY(hard > 3 && hard < 30);
        QCOMPARE(countColour(image, QRect(dot(QStringLiteral("Top-k")).center() - QPoint(0, 1), QSize(2, 2)),
                             theme().spatial.rgb(), 60),
                 0);
    }

    void selectionIsPainted() {
        ModulePicker picker;
        open(picker);
        picker.setCurrent(QStringLiteral("se"));
        const QImage image = picker.grab().toImage();
        QVERIFY(countColour(image, image.rect(), theme().selection.rgb()) > 1000);
    }

    void screenReaderHearsDomainAndKind() {
        ModulePicker picker;
        open(picker);
        const QModelIndex hard = rowOf(picker, QStringLiteral("Top-k"));
        QCOMPARE(hard.data(Qt::AccessibleTextRole).toString(), QStringLiteral("Top-k, spatial · hard, 2020"));
        QVERIFY(hard.data(Qt::ToolTipRole).toString().contains(QStringLiteral("Weighs a &lt; b.")));
        QVERIFY(hard.data(Qt::ToolTipRole).toString().contains(QStringLiteral("Paper (Somebody et al.)")));
    }

    void theRegistryFits() {
        ModulePicker picker;
        picker.setModules(modules());
        showAt(picker, 176, 700);
        for (const auto* info : modules()) {
            QVERIFY(rows(picker).contains(QString::fromStdString(info->title)));
        }
        picker.setModules({});
        QVERIFY(rows(picker).isEmpty());
    }

    void speaksAnotherLanguage() {
        ModulePicker picker;
        open(picker);
        picker.setCurrent(QStringLiteral("cbam"));
        BracketTranslator brackets;
        QApplication::installTranslator(&brackets);
        QTRY_COMPARE(rows(picker).first(), QStringLiteral("[CHANNEL — what]"));
        QCOMPARE(list(picker)->currentIndex().data().toString(), QStringLiteral("CBAM"));
        QApplication::removeTranslator(&brackets);
        QTRY_COMPARE(rows(picker).first(), QStringLiteral("CHANNEL — what"));
    }
};

QTEST_MAIN(TestModulePicker)
#include "tst_module_picker.moc"
