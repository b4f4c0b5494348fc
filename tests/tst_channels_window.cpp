// Channels and heads in the whole window: looked at, sorted, searched, pinned, muted, soloed and scaled by mouse and keys.

#include <QLineEdit>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "engine/attention/registry.h"
#include "tests/support/compare_window_fixture.h"
#include "widgets/card_parts.h"
#include "widgets/channel_bars.h"
#include "widgets/channel_grid.h"
#include "widgets/matrix_view.h"
#include "widgets/theme.h"

using namespace fovea;
using namespace fovea::test;

namespace {

using FullResult = std::shared_ptr<const FrameResult>;

QComboBox* boxNamed(QWidget* in, const char* name) {
    const auto boxes = in->findChildren<QComboBox*>();
    const auto it =
        std::find_if(boxes.begin(), boxes.end(), [name](auto* b) { return b->accessibleName() == QLatin1String(name); });
    return it == boxes.end() ? nullptr : *it;
}

/// Correlation of two vectors of cells.
double pearson(const std::vector<float>& a, const float* b) {
    const auto n = static_cast<double>(a.size());
    double ma = 0.0;
    double mb = 0.0;
    for (std::size_t k = 0; k < a.size(); ++k) {
        ma += static_cast<double>(a[k]) / n;
        mb += static_cast<double>(b[k]) / n;
    }
    double ab = 0.0;
    double aa = 0.0;
    double bb = 0.0;
    for (std::size_t k = 0; k < a.size(); ++k) {
        const double x = static_cast<double>(a[k]) - ma;
        const double y = static_cast<double>(b[k]) - mb;
        ab += x * y;
        aa += x * x;
        bb += y * y;
    }
    return aa > 0.0 && bb > 0.0 ? ab / std::sqrt(aa * bb) : std::nan("");
}

}  // namespace

class TestChannelsWindow final : public QObject {
    Q_OBJECT

    CompareWindow m;

    ChannelGrid* grid() const { return m.part<ChannelGrid>(); }
    const FrameResult& result() const { return *m.session().result(); }
    int channels() const { return result().features->map.channels(); }

    void settle() {
        QCoreApplication::processEvents();
        QTRY_VERIFY_WITH_TIMEOUT(m.settled(), CompareWindow::kPatience);
        QCoreApplication::processEvents();
    }
    void choose(const char* module) {
        m.session().setModule(QString::fromLatin1(module));
        settle();
    }
    void openGrid(Qt::KeyboardModifiers modifiers = Qt::ControlModifier) {
        m.press(Qt::Key_G, modifiers);
        QVERIFY(grid()->isVisible());
        QTRY_VERIFY_WITH_TIMEOUT(!grid()->order().empty(), CompareWindow::kPatience);
    }
    QImage tile(int channel) const {
        return grid()->grab(grid()->tileRect(channel)).toImage().convertToFormat(QImage::Format_RGB32);
    }
    /// What the engine paints for the same tile alone.
    QImage enginesTile(int channel) const {
        const QRect at = grid()->tileRect(channel);
        ChannelGridRequest request{.result = m.session().result(), .field = *m.session().field()};
        request.subject = grid()->subject();
        request.mode = grid()->mode();
        request.among = std::vector<int>{channel};
        request.rows = 1;
        request.tileWidth = at.width();
        request.tileHeight = at.height();
        request.style = m.session().style();
        request.background = theme().control.rgb();
        const auto drawn = renderChannelGrid(request);
        return drawn.pixels ? matImage(drawn.pixels).convertToFormat(QImage::Format_RGB32).copy() : QImage();
    }
    /// A pane's module with this intervention, computed apart from the window.
    FullResult apart(int pane, const Intervention& intervention) {
        PipelineRequest request{.epoch = 1, .frame = m.session().controller().frame()};
        request.retina = m.session().retina();
        request.network = m.session().network(pane);
        request.jobs = {m.session().paneJob(pane)};
        request.jobs.front().intervention = intervention;
        Pipeline pipeline;
        const auto done = pipeline.run(request, {});
        return done ? *done : nullptr;
    }
    /// The window shows exactly what a module gives under this intervention: output, maps, prediction, field and pixels.
    void follows(const Intervention& intervention, int pane = 0) {
        settle();
        const FullResult expected = apart(pane, intervention);
        QVERIFY(expected);
        const auto& want = *expected->modules.front();
        const auto got = m.session().moduleResult(pane);
        QVERIFY(want.output.ok() && got->output.ok());
        QVERIFY(got->intervention == intervention);
        const auto& frame = want.output->frames.back();
        QVERIFY(std::equal(frame.data(), frame.data() + frame.size(), got->output->frames.back().data()));
        for (std::size_t k = 0; k < want.output->maps.size(); ++k) {
            QCOMPARE(got->output->maps[k].data.values, want.output->maps[k].data.values);
        }
        QCOMPARE(got->prediction != nullptr, want.prediction != nullptr);
        if (want.prediction) {
            QCOMPARE(got->prediction->logits, want.prediction->logits);
        }
        const auto field = makeField(*expected, *m.session().pictureField(pane));
        QVERIFY(field.ok());
        QCOMPARE(m.canvas(pane)->rendered().field->values, field->values);
        QCOMPARE(CompareWindow::pixels(m.canvas(pane)),
                 CompareWindow::engine(m.canvas(pane), m.canvas(pane)->rendered().request.style));
    }
    /// Factors of one kind: 1 but at these places.
    std::vector<float> factors(std::initializer_list<std::pair<int, float>> of, float rest = 1.0F) const {
        std::vector<float> out(static_cast<std::size_t>(channels()), rest);
        for (const auto& [channel, factor] : of) {
            out[static_cast<std::size_t>(channel)] = factor;
        }
        return out;
    }
    void click(int channel) { QTest::mouseClick(grid(), Qt::LeftButton, {}, grid()->tileRect(channel).center()); }
    void sortBy(GridSort sort) {
        auto* box = boxNamed(grid(), "Order of the tiles");
        QVERIFY(box != nullptr);
        box->setFocus();
        QTest::keyClick(box, Qt::Key_Home);
        for (int k = 0; k < static_cast<int>(sort); ++k) {
            QTest::keyClick(box, Qt::Key_Down);
        }
        QCOMPARE(grid()->sort(), sort);
        QTRY_COMPARE_WITH_TIMEOUT(grid()->order().size(), static_cast<std::size_t>(channels()), CompareWindow::kPatience);
    }

private Q_SLOTS:
    void cleanup() { m.close(); }

    void tilesAreTheEnginesPictures() {
        m.open();
        choose("se");
        openGrid();
        const int first = grid()->order().front();
        const int second = grid()->order()[1];
        QTRY_VERIFY_WITH_TIMEOUT(tile(first) == enginesTile(first), CompareWindow::kPatience);
        QCOMPARE(tile(second), enginesTile(second));
        QVERIFY(tile(first) != tile(second));
        const QImage before = tile(first);
        for (const GridMode mode : {GridMode::After, GridMode::Changed}) {
            grid()->findChild<SegmentSwitch*>()->button(static_cast<int>(mode))->click();
            QCOMPARE(grid()->mode(), mode);
            QTRY_VERIFY_WITH_TIMEOUT(tile(first) == enginesTile(first) && tile(first) != before, CompareWindow::kPatience);
            QCOMPARE(tile(second), enginesTile(second));
        }
        // A click puts that channel on the canvas; Escape gives the map back.
        const auto whole = m.canvas()->rendered().field->values;
        click(second);
        settle();
        QCOMPARE(m.session().field()->channel, second);
        QCOMPARE(int(m.session().field()->channelMode), int(ChannelMode::Single));
        const float* own = result().features->map.row(second);
        QVERIFY(std::equal(m.canvas()->rendered().field->values.begin(), m.canvas()->rendered().field->values.end(), own));
        QTest::keyClick(grid(), Qt::Key_Escape);
        settle();
        QCOMPARE(m.canvas()->rendered().field->values, whole);
        m.press(Qt::Key_G, Qt::ControlModifier);
        QVERIFY(!grid()->isVisible());
    }

    // By key and by mouse, on the trained network, with another pane beside it which stays as it is.
    void everythingFollowsMuting() {
        m.open({});
        choose("se");
        m.press(Qt::Key_C);
        settle();
        m.canvas(0)->setFocus();
        settle();
        QCOMPARE(m.session().activePane(), 0);
        openGrid();
        follows({});
        const auto plain = m.session().moduleResult(0);
        const auto other = m.session().moduleResult(1);
        const auto field = m.canvas(0)->rendered().field->values;
        const QImage pixels = CompareWindow::pixels(m.canvas(0));
        const int a = grid()->order()[0];
        const int b = grid()->order()[1];

        grid()->setFocus();
        click(a);
        QTest::keyClick(grid(), Qt::Key_M);
        follows({factors({{a, 0.0F}}), {}});
        QVERIFY(m.session().moduleResult(0)->prediction->logits != plain->prediction->logits);
        QCOMPARE(m.session().moduleResult(1), other);
        QTest::keyClick(grid(), Qt::Key_M);
        follows({});
        QTest::mouseDClick(grid(), Qt::LeftButton, {}, grid()->tileRect(b).center());
        follows({factors({{b, 0.0F}}), {}});
        QTest::mouseDClick(grid(), Qt::LeftButton, {}, grid()->tileRect(b).center());
        follows({});
        click(a);
        QTest::keyClick(grid(), Qt::Key_S);
        follows({factors({{a, 1.0F}}, 0.0F), {}});
        QTest::keyClick(grid(), Qt::Key_S);
        follows({});
        QTest::keyClick(grid(), Qt::Key_Minus);
        QTest::keyClick(grid(), Qt::Key_Minus);
        follows({factors({{a, 0.5F}}), {}});
        click(b);
        QTest::keyClick(grid(), Qt::Key_Plus);
        follows({factors({{a, 0.5F}, {b, 1.25F}}), {}});
        QTest::keyClick(grid(), Qt::Key_R);
        follows({});
        QTest::keyClick(grid(), Qt::Key_M);
        settle();
        QTest::keyClick(grid(), Qt::Key_Escape);
        settle();
        m.press(Qt::Key_0, Qt::ControlModifier);
        follows({});
        // The very first numbers and pixels, bit for bit.
        QCOMPARE(m.session().moduleResult(0)->prediction->logits, plain->prediction->logits);
        QCOMPARE(m.canvas(0)->rendered().field->values, field);
        QCOMPARE(CompareWindow::pixels(m.canvas(0)), pixels);
        QCOMPARE(m.session().moduleResult(1), other);
    }

    // Each pane has an intervention of its own, and the grid shows that of the active one.
    void eachPaneHasItsOwn() {
        m.open();
        choose("se");
        m.press(Qt::Key_D, Qt::ControlModifier | Qt::ShiftModifier);
        settle();
        openGrid();
        grid()->setFocus();
        click(5);
        QTest::keyClick(grid(), Qt::Key_M);
        settle();
        QVERIFY(m.canvas(0)->rendered().field->values != m.canvas(1)->rendered().field->values);
        follows({factors({{5, 0.0F}}), {}}, 1);
        follows({}, 0);
        m.canvas(0)->setFocus();
        settle();
        QVERIFY(grid()->factors().empty());
        m.canvas(1)->setFocus();
        settle();
        QCOMPARE(grid()->factors(), factors({{5, 0.0F}}));
    }

    void sortedByEachNumber() {
        m.open();
        choose("se");
        openGrid();
        const auto& gate = m.session().moduleResult()->output->maps.front().data.values;
        const FeatureMap& x = result().features->map;
        const std::size_t cells = static_cast<std::size_t>(x.height()) * static_cast<std::size_t>(x.width());
        const auto descends = [this](const auto& number) {
            const auto order = grid()->order();
            for (std::size_t k = 1; k < order.size(); ++k) {
                QVERIFY2(number(order[k - 1]) >= number(order[k]) - 1e-6, qPrintable(QString::number(k)));
            }
            QVERIFY(number(order.front()) > number(order.back()));
        };
        descends([&](int c) { return static_cast<double>(gate[static_cast<std::size_t>(c)]); });
        sortBy(GridSort::Index);
        QTRY_COMPARE_WITH_TIMEOUT(grid()->order().front(), 0, CompareWindow::kPatience);
        descends([](int c) { return -static_cast<double>(c); });
        const auto waitFor = [this](const std::vector<int>& before) {
            QTRY_VERIFY_WITH_TIMEOUT(grid()->order() != before, CompareWindow::kPatience);
        };
        auto before = grid()->order();
        sortBy(GridSort::Change);
        waitFor(before);
        descends([&](int c) {
            const float* of = x.row(c);
            const double sum = std::accumulate(of, of + cells, 0.0, [&](double s, float v) {
                return s + std::abs((static_cast<double>(gate[static_cast<std::size_t>(c)]) - 1.0) * static_cast<double>(v));
            });
            return sum / static_cast<double>(cells);
        });
        before = grid()->order();
        sortBy(GridSort::Likeness);
        waitFor(before);
        const auto& field = m.canvas()->rendered().field->values;
        QCOMPARE(field.size(), cells);
        descends([&](int c) {
            const double likeness = pearson(field, x.row(c));
            return std::isnan(likeness) ? -2.0 : likeness;
        });
    }

    void searchedAndPinned() {
        m.open();
        choose("se");
        openGrid();
        auto* search = grid()->findChild<QLineEdit*>();
        search->setFocus();
        QTest::keyClicks(search, QStringLiteral("10-12, 40"));
        QTRY_COMPARE_WITH_TIMEOUT(grid()->order().size(), std::size_t{4}, CompareWindow::kPatience);
        auto found = grid()->order();
        std::sort(found.begin(), found.end());
        QCOMPARE(found, (std::vector<int>{10, 11, 12, 40}));
        search->clear();
        QTest::keyClicks(search, QStringLiteral("EDGES"));
        const auto& names = result().features->channelNames;
        const auto isEdge = [&names](int c) { return names[static_cast<std::size_t>(c)].find("edges") != std::string::npos; };
        const auto count = [&] {
            int edges = 0;
            for (int c = 0; c < channels(); ++c) {
                edges += isEdge(c) ? 1 : 0;
            }
            return static_cast<std::size_t>(edges);
        }();
        QVERIFY(count > 1);
        QTRY_COMPARE_WITH_TIMEOUT(grid()->order().size(), count, CompareWindow::kPatience);
        const auto edges = grid()->order();
        QVERIFY(std::all_of(edges.begin(), edges.end(), isEdge));
        QTest::keyClick(search, Qt::Key_Escape);
        QTRY_COMPARE_WITH_TIMEOUT(grid()->order().size(), static_cast<std::size_t>(channels()), CompareWindow::kPatience);

        const int third = grid()->order()[2];
        grid()->setFocus();
        click(third);
        QTest::keyClick(grid(), Qt::Key_P);
        QTRY_COMPARE_WITH_TIMEOUT(grid()->order().front(), third, CompareWindow::kPatience);
        QCOMPARE(m.session().pinned(false), std::vector<int>{third});
        sortBy(GridSort::Index);
        QTRY_COMPARE_WITH_TIMEOUT(grid()->order()[1], third == 0 ? 1 : 0, CompareWindow::kPatience);
        QCOMPARE(grid()->order().front(), third);
        // The bars list it first, too; and what is done in them shows in the grid.
        auto* bars = m.part<ChannelBars>();
        QCOMPARE(bars->order().front(), third);
        bars->setFocus();
        QTest::keyClick(bars, Qt::Key_Home);
        QTest::keyClick(bars, Qt::Key_M);
        QTest::keyClick(bars, Qt::Key_P);
        follows({factors({{third, 0.0F}}), {}});
        QCOMPARE(grid()->factors(), factors({{third, 0.0F}}));
        QVERIFY(grid()->pinned().empty());
        // Each pane keeps its own.
        m.press(Qt::Key_D, Qt::ControlModifier);
        settle();
        QVERIFY(grid()->factors().empty());
    }

    void headsAreTiles() {
        m.open({});
        choose("mhsa");
        const auto shown = [this] { return m.canvas()->rendered().field->values; };
        const auto mean = shown();
        openGrid(Qt::ControlModifier | Qt::ShiftModifier);
        const AttentionMap& map = *m.session().shownMap();
        const int heads = headCount(map);
        QVERIFY(heads > 1);
        QCOMPARE(grid()->order().size(), static_cast<std::size_t>(heads));
        QTRY_VERIFY_WITH_TIMEOUT(tile(1) == enginesTile(1), CompareWindow::kPatience);
        const FieldSpec asked = *m.session().field();
        const auto cell = [](double fraction, int count) { return std::min(static_cast<int>(fraction * count), count - 1); };
        const int position = cell(asked.queryY, map.gridHeight) * map.gridWidth + cell(asked.queryX, map.gridWidth);
        std::vector<std::vector<float>> rows;
        for (int head = 0; head < heads; ++head) {
            rows.push_back(pairwiseRow(map, head, position, false));
            click(head);
            settle();
            QCOMPARE(m.session().field()->head, head);
            QCOMPARE(shown(), rows.back());
        }
        // Mean and maximum, by the list beside the matrix.
        auto* box = boxNamed(m.part<MatrixView>(), "Head");
        QVERIFY(box != nullptr && box->isVisible());
        box->setFocus();
        QTest::keyClick(box, Qt::Key_Home);
        settle();
        QCOMPARE(m.session().field()->head, -1);
        QCOMPARE(shown(), mean);
        for (std::size_t k = 0; k < mean.size(); ++k) {
            double sum = 0.0;
            for (const auto& row : rows) {
                sum += static_cast<double>(row[k]);
            }
            QVERIFY(std::abs(static_cast<double>(mean[k]) - sum / heads) < 1e-6);
        }
        QTest::keyClick(box, Qt::Key_End);
        settle();
        QCOMPARE(m.session().field()->head, kMaxOverHeads);
        const auto most = shown();
        for (std::size_t k = 0; k < most.size(); ++k) {
            float largest = 0.0F;
            for (const auto& row : rows) {
                largest = std::max(largest, row[k]);
            }
            QCOMPARE(most[k], largest);
        }
        // A head which is muted is left out of what the mechanism gives, and the network hears of it.
        const auto logits = m.session().moduleResult()->prediction->logits;
        grid()->setFocus();
        click(1);
        QTest::keyClick(grid(), Qt::Key_M);
        std::vector<float> factors(static_cast<std::size_t>(heads), 1.0F);
        factors[1] = 0.0F;
        follows({{}, factors});
        QVERIFY(m.session().moduleResult()->prediction->logits != logits);
        m.press(Qt::Key_0, Qt::ControlModifier);
        follows({});
        QCOMPARE(m.session().moduleResult()->prediction->logits, logits);
    }
};

QTEST_MAIN(TestChannelsWindow)
#include "tst_channels_window.moc"
