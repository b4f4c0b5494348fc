// The honest scale in the window: ranges, clipping, threshold, lines and overlay against the engine's own pixels and numbers.

#include <QAction>
#include <QCheckBox>
#include <QDir>
#include <QDoubleSpinBox>
#include <QLineEdit>
#include <QRadioButton>
#include <QSignalSpy>

#include <algorithm>
#include <cmath>

#include "engine/attention/registry.h"
#include "tests/support/compare_window_fixture.h"
#include "tests/support/fake_modules.h"
#include "tests/support/scale_fixture.h"
#include "widgets/card_parts.h"
#include "widgets/colour_scale_panel.h"
#include "widgets/statistics_view.h"

using namespace fovea;
using namespace fovea::test;

class TestScaleWindow final : public QObject {
    Q_OBJECT

    CompareWindow m;

    ColourScale* scale() { return m.area()->colourScale(); }
    template <class T>
    T* inPanel(const char* name) {
        scale()->openPanel();
        return scale()->findChild<T*>(QLatin1String(name));
    }
    void closePanel() {
        if (QWidget* panel = scale()->findChild<ColourScalePanel*>()) {
            panel->close();
            m.activate();
        }
    }
    void settle() {
        QCoreApplication::processEvents();
        QTRY_VERIFY_WITH_TIMEOUT(m.settled(), CompareWindow::kPatience);
    }
    static void type(QLineEdit* line, const QString& text) {
        line->selectAll();
        QTest::keyClicks(line, text);
        QTest::keyClick(line, Qt::Key_Return);
    }
    /// The canvas' pixels are the engine's with this style.
    void painted(const OverlayStyle& style) {
        settle();
        QVERIFY(CompareWindow::pixels(m.canvas()) == CompareWindow::engine(m.canvas(), style));
    }
    OverlayStyle ranged(ValueRange range) {
        OverlayStyle style = m.session().display().style();
        style.autoRange = style.clipped = false;
        style.range = range;
        return style;
    }
    QImage bare() {
        OverlayRequest request = m.canvas()->rendered().request;
        request.field.reset();
        return matImage(render(request).pixels).copy();
    }
    /// Row of an end of the bar, from the colours which are painted.
    std::pair<int, int> barRows() {
        const QImage image = scale()->grab().toImage().convertToFormat(QImage::Format_RGB32);
        const ColorTable& table = findColormap(m.session().display().style().colormap)->table;
        int first = -1;
        int last = -1;
        for (int y = 0; y < image.height(); ++y) {
            if (indexOfColor(table, image.pixel(kBarColumn, y)) >= 0) {
                first = first < 0 ? y : first;
                last = y;
            }
        }
        return {first, last};
    }
    /// Every file of the raw export.
    std::map<QString, QByteArray> rawFiles() {
        QTemporaryDir folder;
        QSignalSpy exported(&m.window->exports(), &Exports::exported);
        m.window->exports().saveNumbers(folder.path());
        std::map<QString, QByteArray> files;
        [&] { QTRY_COMPARE_WITH_TIMEOUT(exported.size(), 1, CompareWindow::kPatience); }();
        for (const QString& name : QDir(folder.path()).entryList(QDir::Files)) {
            QFile file(folder.filePath(name));
            files[name] = file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
        }
        return files;
    }

private Q_SLOTS:
    void init() {
        resetFakeModules();
        m.open();
        m.session().paneControl().setModule(QStringLiteral("simam"));
        settle();
    }
    void cleanup() { m.close(); }

    void draggedEndsAreTheRange() {
        const ScalarField field = *m.canvas()->rendered().field;
        const auto [top, bottom] = barRows();
        QVERIFY(top > 0 && bottom > top + 50);
        const double perRow = (static_cast<double>(field.scaleMax) - field.scaleMin) / (bottom - top);
        const int rows = (bottom - top) / 4;
        CompareWindow::drag(scale(), {kBarColumn, top - 4}, {kBarColumn, top - 4 + rows});
        QCOMPARE(m.session().display().rangeMode(), RangeMode::Typed);
        ValueRange range = m.session().display().style().range;
        QCOMPARE(range.lo, field.scaleMin);
        QVERIFY(std::abs(range.hi - (field.scaleMax - rows * perRow)) <= 1.01 * perRow);
        QCOMPARE(scale()->range(), range);
        painted(ranged(range));
        // The lower end, on the bar as it is now.
        const auto [newTop, newBottom] = barRows();
        const double now = (static_cast<double>(range.hi) - range.lo) / (newBottom - newTop);
        CompareWindow::drag(scale(), {kBarColumn, newBottom + 4}, {kBarColumn, newBottom + 4 - rows});
        const ValueRange both = m.session().display().style().range;
        QCOMPARE(both.hi, range.hi);
        QVERIFY(std::abs(both.lo - (range.lo + rows * now)) <= 1.01 * now);
        painted(ranged(both));
        QVERIFY(scale()->textSummary().contains(QStringLiteral("typed")));
    }

    void typedEnds() {
        type(inPanel<QLineEdit>("rangeLow"), QStringLiteral("0.25"));
        type(inPanel<QLineEdit>("rangeHigh"), QStringLiteral("0.75"));
        closePanel();
        QCOMPARE(m.session().display().rangeMode(), RangeMode::Typed);
        QCOMPARE(m.session().display().style().range, (ValueRange{0.25F, 0.75F}));
        painted(ranged({0.25F, 0.75F}));
    }

    // Undone, the range is the old one for the panel as well.
    void anUndoneRangeStaysUndone() {
        type(inPanel<QLineEdit>("rangeHigh"), QStringLiteral("0.75"));
        closePanel();
        settle();
        m.press(Qt::Key_I, Qt::ControlModifier);  // between them, so that they are two steps
        QCoreApplication::processEvents();
        type(inPanel<QLineEdit>("rangeHigh"), QStringLiteral("0.5"));
        closePanel();
        settle();
        QTest::keyClick(m.window.get(), Qt::Key_Z, Qt::ControlModifier);
        QCOMPARE(m.session().display().style().range.hi, 0.75F);
        settle();
        inPanel<SegmentSwitch>("contours")->button(5)->click();
        closePanel();
        QCOMPARE(m.session().display().style().range.hi, 0.75F);
        QCOMPARE(scale()->range().hi, 0.75F);
    }

    void theClippedShare() {
        m.session().paneControl().setModule(QStringLiteral("cbam"));
        settle();
        inPanel<QRadioButton>("rangeClipped")->click();
        inPanel<QDoubleSpinBox>("clipPercent")->setValue(10.0);
        closePanel();
        settle();
        const OverlayStyle style = m.session().display().style();
        QVERIFY(style.clipped && style.autoRange);
        QCOMPARE(style.clipShare, 0.1);
        painted(style);
        const ScalarField& field = *m.canvas()->rendered().field;
        const ValueRange range = effectiveRange(field, style);
        const auto above = std::count_if(field.values.begin(), field.values.end(), [&](float v) { return v > range.hi; });
        const double share = static_cast<double>(above) / static_cast<double>(field.values.size());
        QVERIFY(std::abs(share - 0.1) <= 1.0 / static_cast<double>(field.values.size()));
        QVERIFY(scale()->textSummary().contains(QStringLiteral("clipped")));
        const auto actions = m.window->findChildren<QAction*>();
        QVERIFY(std::any_of(actions.begin(), actions.end(), [](const QAction* action) {
            return action->text() == QLatin1String("Range without the highest 10 %");
        }));
    }

    void belowTheThresholdThePictureIsBare() {
        m.press(Qt::Key_I, Qt::ControlModifier);  // flat cells; the pixels are still to come when the panel opens
        inPanel<QCheckBox>("thresholdOn")->click();
        const float level = (m.canvas()->rendered().field->min + m.canvas()->rendered().field->max) / 2.0F;
        type(inPanel<QLineEdit>("threshold"), QString::number(static_cast<double>(level), 'g', 9));
        closePanel();
        settle();
        QCOMPARE(m.session().display().style().threshold, level);
        QVERIFY(!m.session().display().style().smooth);
        const QImage shown = CompareWindow::pixels(m.canvas());
        const QImage plain = bare();
        OverlayStyle without = m.session().display().style();
        without.thresholded = false;
        const QImage all = CompareWindow::engine(m.canvas(), without);
        const RenderedOverlay& drawn = m.canvas()->rendered();
        const ScalarField& field = *drawn.field;
        int hidden = 0;
        int kept = 0;
        for (int y = 0; y < shown.height(); y += 3) {
            for (int x = 0; x < shown.width(); x += 3) {
                const Viewport& view = drawn.request.viewport;
                const double px = view.originX + (x + 0.5) / view.zoom;
                const double py = view.originY + (y + 0.5) / view.zoom;
                if (px < 0 || py < 0 || px >= m.canvas()->view().picture.width() || py >= m.canvas()->view().picture.height()) {
                    continue;
                }
                const Cell cell = cellAt(field, px, py);
                const bool below = field.values[static_cast<std::size_t>(cell.i * field.width + cell.j)] < level;
                (below ? hidden : kept) += 1;
                QCOMPARE(shown.pixel(x, y), below ? plain.pixel(x, y) : all.pixel(x, y));
            }
        }
        QVERIFY(hidden > 100 && kept > 100);
    }

    void linesChangeTheirPixelsOnly() {
        const QImage without = CompareWindow::pixels(m.canvas());
        inPanel<SegmentSwitch>("contours")->button(5)->click();
        closePanel();
        settle();
        const QImage with = CompareWindow::pixels(m.canvas());
        const int changed = test::differences(with, without);
        QVERIFY(changed > 100 && changed < with.width() * with.height() / 3);
        painted(m.session().display().style());
        inPanel<SegmentSwitch>("contours")->button(0)->click();
        closePanel();
        settle();
        QVERIFY(CompareWindow::pixels(m.canvas()) == without);
    }

    // As brightness the map never makes a pixel lighter, nor gives it a colour.
    void overlayAsBrightness() {
        const QImage blended = CompareWindow::pixels(m.canvas());
        inPanel<SegmentSwitch>("overlayMode")->button(static_cast<int>(OverlayMode::Brightness))->click();
        closePanel();
        painted(m.session().display().style());
        const QImage shown = CompareWindow::pixels(m.canvas());
        QVERIFY(shown != blended);
        const QImage plain = bare();
        int darker = 0;
        for (int y = 0; y < shown.height(); y += 2) {
            for (int x = 0; x < shown.width(); x += 2) {
                const QColor a = shown.pixelColor(x, y);
                const QColor b = plain.pixelColor(x, y);
                QVERIFY(a.red() <= b.red() && a.green() <= b.green() && a.blue() <= b.blue());
                darker += a != b ? 1 : 0;
            }
        }
        QVERIFY(darker > 1000);
        inPanel<SegmentSwitch>("overlayMode")->button(static_cast<int>(OverlayMode::Blend))->click();
        closePanel();
        settle();
        QVERIFY(CompareWindow::pixels(m.canvas()) == blended);
    }

    void oneRangeForAllPanes() {
        m.session().paneControl().add(findModule("cbam"));
        m.window->workspaces().setView(kCompareView);
        settle();
        const auto range = [&](int pane) {
            const auto& shown = m.canvas(pane)->rendered();
            return effectiveRange(*shown.field, shown.request.style);
        };
        const ValueRange a = range(0);
        const ValueRange b = range(1);
        const QImage drawnA = CompareWindow::pixels(m.canvas(0));
        const QImage drawnB = CompareWindow::pixels(m.canvas(1));
        QVERIFY(a != b);
        m.press(Qt::Key_L, Qt::ControlModifier | Qt::AltModifier);
        const ValueRange all{std::min(a.lo, b.lo), std::max(a.hi, b.hi)};
        QTRY_VERIFY_WITH_TIMEOUT(m.settled() && range(0) == all && range(1) == all, CompareWindow::kPatience);
        for (int pane = 0; pane < 2; ++pane) {
            QVERIFY(CompareWindow::pixels(m.canvas(pane)) == CompareWindow::engine(m.canvas(pane), ranged(all)));
        }
        // Another map in one of them: both follow.
        m.session().paneControl().setModule(QStringLiteral("sagan"));
        const auto both = [&] {
            const auto& one = *m.canvas(0)->rendered().field;
            const auto& other = *m.canvas(1)->rendered().field;
            return ValueRange{std::min(one.scaleMin, other.scaleMin), std::max(one.scaleMax, other.scaleMax)};
        };
        QTRY_VERIFY_WITH_TIMEOUT(m.settled() && range(0) == both() && range(1) == both(), CompareWindow::kPatience);
        m.session().paneControl().setModule(QStringLiteral("cbam"));
        QTRY_VERIFY_WITH_TIMEOUT(m.settled() && range(0) == all && range(1) == all, CompareWindow::kPatience);
        m.press(Qt::Key_L, Qt::ControlModifier | Qt::AltModifier);
        QTRY_VERIFY_WITH_TIMEOUT(m.settled() && range(0) == a && range(1) == b, CompareWindow::kPatience);
        QVERIFY(CompareWindow::pixels(m.canvas(0)) == drawnA);
        QVERIFY(CompareWindow::pixels(m.canvas(1)) == drawnB);
    }

    void aConstantMapIsNamedFlat() {
        m.session().paneControl().setModule(&fakeModule(0).info);
        settle();
        QCOMPARE(m.canvas()->rendered().field->min, m.canvas()->rendered().field->max);
        QTRY_VERIFY(scale()->textSummary().contains(QStringLiteral("flat: 0.5 everywhere")));
        const QImage shown = CompareWindow::pixels(m.canvas());
        // One colour over everything: the low end of the table, at every cell alike.
        QVERIFY(shown == CompareWindow::engine(m.canvas(), m.session().display().style()));
    }

    void aMapWithNaNIsAnErrorNotAPicture() {
        fakeModule(1).behaviour = FakeBehaviour::NotFinite;
        m.session().paneControl().setModule(&fakeModule(1).info);
        QTRY_VERIFY_WITH_TIMEOUT(m.session().shown().moduleResult() && !m.session().isBusy(), CompareWindow::kPatience);
        QVERIFY(!m.session().shown().moduleResult()->output.ok());
        QTRY_VERIFY_WITH_TIMEOUT(m.canvas()->rendered().request.field == m.session().shown().pictureField() &&
                                     m.canvas()->rendered().request.result == m.session().shown().result(),
                                 CompareWindow::kPatience);
        QVERIFY(m.canvas()->rendered().error);
        QVERIFY(m.canvas()->rendered().field == nullptr);
        QVERIFY(CompareWindow::pixels(m.canvas()) == bare());
        QCOMPARE(scale()->textSummary(), QStringLiteral("No map is shown."));
    }

    void howItIsDrawnChangesNoNumber() {
        const auto before = rawFiles();
        QVERIFY(before.size() > 1);
        const auto same = [&] {
            closePanel();
            settle();
            const auto now = rawFiles();
            QVERIFY(now == before);
        };
        type(inPanel<QLineEdit>("rangeHigh"), QStringLiteral("0.75"));
        same();
        inPanel<QRadioButton>("rangeClipped")->click();
        inPanel<QDoubleSpinBox>("clipPercent")->setValue(10.0);
        same();
        inPanel<QCheckBox>("thresholdOn")->click();
        same();
        inPanel<SegmentSwitch>("contours")->button(5)->click();
        same();
        inPanel<SegmentSwitch>("overlayMode")->button(static_cast<int>(OverlayMode::Brightness))->click();
        same();
        m.press(Qt::Key_L, Qt::ControlModifier | Qt::AltModifier);
        same();
    }
};

QTEST_MAIN(TestScaleWindow)
#include "tst_scale_window.moc"
