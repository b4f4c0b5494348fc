// All channels and all heads in the window: tiles, clicks and keys, each compared with a pass of the engine and numbers made
// here.
// test: needs-bundle

#include <QLineEdit>

#include <cmath>
#include <numeric>

#include "engine/attention/registry.h"
#include "engine/models/bundle.h"
#include "tests/support/channels_fixture.h"
#include "widgets/card_parts.h"
#include "widgets/engine_text.h"

using namespace fovea;
using namespace fovea::test;

namespace {

/// Factors of `count` channels: 1 but for these.
std::vector<float> factorsOf(int count, const std::map<int, float>& others) {
    std::vector<float> factors(static_cast<std::size_t>(count), 1.0F);
    for (const auto& [index, factor] : others) {
        factors[static_cast<std::size_t>(index)] = factor;
    }
    return factors;
}

double pearson(const float* a, const std::vector<float>& b) {
    const double n = static_cast<double>(b.size());
    const double meanA = std::accumulate(a, a + b.size(), 0.0) / n;
    const double meanB = std::accumulate(b.begin(), b.end(), 0.0) / n;
    double aa = 0.0, bb = 0.0, ab = 0.0;
    for (std::size_t k = 0; k < b.size(); ++k) {
        const double da = static_cast<double>(a[k]) - meanA;
        const double db = static_cast<double>(b[k]) - meanB;
        aa += da * da;
        bb += db * db;
        ab += da * db;
    }
    return ab / std::sqrt(aa * bb);
}

/// Whether `order` is all of `keys` and descends, to within what single precision loses; without a number last.
bool descends(const std::vector<int>& order, const std::vector<double>& keys) {
    auto sorted = order;
    std::sort(sorted.begin(), sorted.end());
    std::vector<int> all(keys.size());
    std::iota(all.begin(), all.end(), 0);
    const auto later = [&](int a, int b) {
        const double left = keys[static_cast<std::size_t>(a)];
        const double right = keys[static_cast<std::size_t>(b)];
        return std::isnan(left) ? !std::isnan(right) : left < right - 1e-6;
    };
    return sorted == all && std::adjacent_find(order.begin(), order.end(), later) == order.end();
}

}  // namespace

class TestChannelsWindow final : public QObject {
    Q_OBJECT

    using Window = ChannelsWindow;
    Window m;

    ChannelGrid* grid() { return m.grid(); }
    int count() { return m.features().channels(); }
    /// Opens the window on this model with mechanisms side by side, the first one active, and the tiles of the channels or heads.
    void begin(const QString& model, const std::vector<const char*>& panes, bool heads = false) {
        m.open(model);
        m.session().paneControl().setModule(QString::fromLatin1(panes.front()));
        for (std::size_t k = 1; k < panes.size(); ++k) {
            m.session().paneControl().add(findModule(panes[k]));
        }
        if (panes.size() > 1) {
            m.window->workspaces().setView(kCompareView);
            m.canvas(0)->setFocus();
        }
        QTRY_VERIFY_WITH_TIMEOUT(m.settled(), Window::kPatience);
        QVERIFY(!grid()->isVisible());
        m.press(Qt::Key_G, heads ? Qt::ControlModifier | Qt::ShiftModifier : Qt::ControlModifier);
        QVERIFY(grid()->isVisible());
        QVERIFY(grid()->subject() == (heads ? GridSubject::Heads : GridSubject::Channels));
        QTRY_VERIFY_WITH_TIMEOUT(m.settled() && !grid()->order().empty(), Window::kPatience);
    }
    void chooseMode(GridMode mode) {
        QTest::mouseClick(grid()->findChild<SegmentSwitch*>()->button(static_cast<int>(mode)), Qt::LeftButton);
    }
    /// Every pane has the numbers and pixels of a pass of the engine in which the first has these factors and the others none.
    void gives(const Intervention& chosen) {
        QTRY_VERIFY_WITH_TIMEOUT(m.settled() && m.module(0)->intervention == chosen, Window::kPatience);
        QCOMPARE(grid()->factors(), grid()->subject() == GridSubject::Heads ? chosen.heads : chosen.channels);
        std::vector<Intervention> all(static_cast<std::size_t>(m.session().panes().count()));
        all.front() = chosen;
        const auto made = m.byHand(all);
        QVERIFY(made != nullptr);
        for (int pane = 0; pane < m.session().panes().count(); ++pane) {
            QCOMPARE(m.unlike(*made, pane), QString());
        }
    }
    void givesChannels(const std::map<int, float>& factors) {
        gives({.channels = factors.empty() ? std::vector<float>() : factorsOf(count(), factors), .heads = {}});
    }
    void sortBy(GridSort sort) {
        auto* sorts = m.boxNamed("Order of the tiles");
        sorts->setFocus();
        while (sorts->currentIndex() != static_cast<int>(sort)) {
            QTest::keyClick(sorts, sorts->currentIndex() < static_cast<int>(sort) ? Qt::Key_Down : Qt::Key_Up);
        }
        QVERIFY(grid()->sort() == sort);
    }
    /// What the tiles are sorted by, from the gate, the features and the field on the canvas.
    std::vector<double> keysOf(GridSort sort) {
        const auto gate = m.module(0)->output->maps.front().data.values;
        const auto canvas = m.canvas()->rendered().field->values;
        std::vector<double> keys;
        for (int c = 0; c < count(); ++c) {
            const float* x = m.features().row(c);
            const double w = static_cast<double>(gate[static_cast<std::size_t>(c)]);
            const auto cells = static_cast<double>(canvas.size());
            const double change = std::accumulate(x, x + canvas.size(), 0.0, [w](double sum, float v) {
                return sum + std::abs((w - 1.0) * static_cast<double>(v));
            });
            keys.push_back(sort == GridSort::Weight   ? w
                           : sort == GridSort::Index  ? -static_cast<double>(c)
                           : sort == GridSort::Change ? change / cells
                                                      : pearson(x, canvas));
        }
        return keys;
    }

private Q_SLOTS:
    void cleanup() { m.close(); }

    void tilesAreTheEnginesPictures() {
        begin(QStringLiteral("retina"), {"se"});
        for (const GridMode mode : {GridMode::Changed, GridMode::After, GridMode::Before}) {
            chooseMode(mode);
            QCOMPARE(grid()->mode(), mode);
            int seen = 0;
            for (const int c : grid()->order()) {
                if (!grid()->tileRect(c).isNull() && grid()->rect().contains(grid()->tileRect(c))) {
                    QTRY_VERIFY_WITH_TIMEOUT(m.shows(c, mode), Window::kPatience);
                    ++seen;
                }
            }
            QVERIFY(seen > 8);
        }
        m.press(Qt::Key_G, Qt::ControlModifier);
        QVERIFY(!grid()->isVisible());
    }

    // Flat cells: every pixel is the colour of x_c, w_c·x_c or (w_c − 1)·x_c in the range of all channels.
    void tilesAreColouredNumbers() {
        begin(QStringLiteral("retina"), {"se"});
        m.press(Qt::Key_I, Qt::ControlModifier);
        QVERIFY(!m.session().display().style().smooth);
        const auto gate = m.module(0)->output->maps.front().data.values;
        const int cells = m.features().cells();
        const int at = grid()->order()[1];
        for (const GridMode mode : {GridMode::Before, GridMode::After, GridMode::Changed}) {
            chooseMode(mode);
            const auto value = [&](int c, int cell) {
                const float w = gate[static_cast<std::size_t>(c)];
                const float x = m.features().row(c)[cell];
                return mode == GridMode::Before ? x : mode == GridMode::After ? w * x : w * x - x;
            };
            ValueRange range{value(0, 0), value(0, 0)};
            for (int c = 0; c < count(); ++c) {
                for (int cell = 0; cell < cells; ++cell) {
                    range = {std::min(range.lo, value(c, cell)), std::max(range.hi, value(c, cell))};
                }
            }
            const bool diverging = mode == GridMode::Changed || (range.lo < 0.0F && range.hi > 0.0F);
            const float reach = std::max(-range.lo, range.hi);
            range = diverging ? ValueRange{-reach, reach} : range;
            const OverlayStyle& style = m.session().display().style();
            const ColorTable& table = findColormap(diverging ? style.divergingColormap : style.colormap)->table;
            QImage expected(grid()->tileRect(at).size(), QImage::Format_RGB32);
            QVERIFY(expected.width() >= m.features().width() && expected.height() >= m.features().height());
            for (int y = 0; y < expected.height(); ++y) {
                for (int x = 0; x < expected.width(); ++x) {
                    const int i = y * m.features().height() / expected.height();
                    const int j = x * m.features().width() / expected.width();
                    const int entry = colorIndex(value(at, i * m.features().width() + j), range);
                    expected.setPixel(x, y, table[static_cast<std::size_t>(entry)]);
                }
            }
            QTRY_VERIFY_WITH_TIMEOUT(m.painted(at) == expected, Window::kPatience);
        }
    }

    void aClickShowsTheChannel_data() {
        QTest::addColumn<QByteArray>("id");
        for (const char* id : {"se", "cbam", "simam", "sagan", "sk"}) {
            QTest::newRow(id) << QByteArray(id);
        }
    }
    void aClickShowsTheChannel() {
        QFETCH(QByteArray, id);
        begin(QStringLiteral("retina"), {id.constData()});
        const QImage drawn = Window::pixels(m.canvas());
        const int chosen = grid()->order()[3];
        m.click(chosen);
        QCOMPARE(m.session().shown().field()->channel, chosen);
        QCOMPARE(grid()->chosen(), chosen);
        QTRY_VERIFY_WITH_TIMEOUT(m.settled(), Window::kPatience);
        QVERIFY(Window::pixels(m.canvas()) != drawn);
        const auto made = m.byHand({{}});
        QCOMPARE(m.unlike(*made, 0), QString());
        // Of a gate it is the channel of the features, of a map with channels the map's own.
        const auto& maps = m.module(0)->output->maps;
        const float* row =
            id == "simam" ? maps.front().data.values.data() + chosen * m.features().cells() : m.features().row(chosen);
        QCOMPARE(m.canvas()->rendered().field->values, std::vector<float>(row, row + m.features().cells()));
        m.key(Qt::Key_Escape);
        QCOMPARE(grid()->chosen(), -1);
        QTRY_VERIFY_WITH_TIMEOUT(m.settled(), Window::kPatience);
        QVERIFY(Window::pixels(m.canvas()) == drawn);
        // And so does a question: whoever asks sees the answer.
        if (id == "sagan") {
            m.click(chosen);
            QTest::mouseClick(m.canvas(), Qt::LeftButton, {}, Window::place(m.canvas(), 0.3, 0.3));
            QCOMPARE(grid()->chosen(), -1);
            QTRY_VERIFY_WITH_TIMEOUT(m.settled(), Window::kPatience);
            QCOMPARE(m.unlike(*made, 0), QString());
        }
    }

    void factorsAreTheEngines_data() {
        QTest::addColumn<QString>("model");
        QTest::addColumn<QByteArray>("id");
        for (const char* id : {"se", "cbam", "mhsa"}) {
            QTest::addRow("%s of the retina", id) << QStringLiteral("retina") << QByteArray(id);
        }
        if (!bundledModelFolder().empty()) {
            QTest::newRow("se of the network") << QString() << QByteArray("se");
        }
    }
    void factorsAreTheEngines() {
        QFETCH(QString, model);
        QFETCH(QByteArray, id);
        begin(model, {id.constData(), "simam"});
        const int a = grid()->order()[2];
        const int b = grid()->order()[0];
        const int c = grid()->order()[4];
        const QImage first = Window::pixels(m.canvas(0));
        const QImage other = Window::pixels(m.canvas(1));
        givesChannels({});
        QTest::mouseDClick(grid(), Qt::LeftButton, {}, grid()->tileRect(a).center());
        givesChannels({{a, 0.0F}});
        m.key(Qt::Key_Escape);  // the first press had shown it
        givesChannels({{a, 0.0F}});
        QVERIFY(Window::pixels(m.canvas(0)) != first);
        m.click(b);
        m.key(Qt::Key_M);
        givesChannels({{a, 0.0F}, {b, 0.0F}});
        m.key(Qt::Key_M);
        givesChannels({{a, 0.0F}});
        m.click(c);
        m.key(Qt::Key_Plus);
        m.key(Qt::Key_Plus);
        givesChannels({{a, 0.0F}, {c, 1.5F}});
        for (int k = 0; k < 3; ++k) {
            m.key(Qt::Key_Minus);
        }
        givesChannels({{a, 0.0F}, {c, 0.75F}});
        m.key(Qt::Key_S);
        std::map<int, float> alone;
        for (int k = 0; k < count(); ++k) {
            alone[k] = k == c ? 1.0F : 0.0F;
        }
        givesChannels(alone);
        m.key(Qt::Key_S);
        givesChannels({});
        m.key(Qt::Key_Minus);
        givesChannels({{c, 0.75F}});
        m.key(Qt::Key_R);
        givesChannels({});
        m.key(Qt::Key_M);
        givesChannels({{c, 0.0F}});
        QTest::keyClick(grid(), Qt::Key_0, Qt::ControlModifier);
        givesChannels({});
        m.key(Qt::Key_Escape);
        givesChannels({});
        QVERIFY(Window::pixels(m.canvas(0)) == first);
        QVERIFY(Window::pixels(m.canvas(1)) == other);
    }

    // The tiles follow as well: of a channel which is scaled, and of its neighbours.
    void tilesFollowTheFactors() {
        begin(QStringLiteral("retina"), {"se"});
        chooseMode(GridMode::After);
        const int scaled = grid()->order()[0];
        const int beside = grid()->order()[1];
        m.click(scaled);
        const QImage before = m.painted(beside, 4);
        for (int k = 0; k < 12; ++k) {
            m.key(Qt::Key_Plus);
        }
        givesChannels({{scaled, 4.0F}});
        const auto made = m.byHand({{.channels = factorsOf(count(), {{scaled, 4.0F}}), .heads = {}}});
        const auto upper = [](const QImage& tile) { return tile.copy(0, 0, tile.width(), tile.height() / 2); };  // no chip there
        QTRY_VERIFY_WITH_TIMEOUT(m.painted(beside, 4) == m.expected(*made, beside, GridMode::After, 4), Window::kPatience);
        QVERIFY(upper(m.painted(scaled, 4)) == upper(m.expected(*made, scaled, GridMode::After, 4)));
        QVERIFY(m.painted(beside, 4) != before);
    }

    void ordersAreThoseOfTheNumbers() {
        begin(QStringLiteral("retina"), {"se"});
        for (const GridSort sort : {GridSort::Index, GridSort::Change, GridSort::Likeness, GridSort::Weight}) {
            sortBy(sort);
            const auto keys = keysOf(sort);
            QTRY_VERIFY_WITH_TIMEOUT(descends(grid()->order(), keys), Window::kPatience);
        }
    }

    void aNameFindsChannels() {
        begin(QStringLiteral("retina"), {"se"});
        const auto& names = m.session().shown().modelResult()->features->channelNames;
        const QString word = QStringLiteral("blue");
        std::vector<int> expected;
        for (std::size_t c = 0; c < names.size(); ++c) {
            if (engineText(names[c]).contains(word, Qt::CaseInsensitive)) {
                expected.push_back(static_cast<int>(c));
            }
        }
        QVERIFY(!word.isEmpty() && !expected.empty() && expected.size() < names.size());
        auto* search = grid()->findChild<QLineEdit*>();
        search->setFocus();
        QTest::keyClicks(search, word);
        const auto found = [&] {
            auto order = grid()->order();
            std::sort(order.begin(), order.end());
            return order;
        };
        QTRY_COMPARE_WITH_TIMEOUT(found(), expected, Window::kPatience);
        QTRY_VERIFY_WITH_TIMEOUT(m.shows(expected.front(), GridMode::Before), Window::kPatience);
        QTest::keyClick(search, Qt::Key_Escape);
        QTRY_COMPARE_WITH_TIMEOUT(grid()->order().size(), names.size(), Window::kPatience);
        QVERIFY(m.session().choice().intervention.empty());
    }

    void aPinnedChannelStaysInFront() {
        begin(QStringLiteral("retina"), {"se"});
        const int pinned = grid()->order()[6];
        m.click(pinned);
        m.key(Qt::Key_P);
        QTRY_COMPARE_WITH_TIMEOUT(grid()->order().front(), pinned, Window::kPatience);
        QCOMPARE(grid()->pinned(), std::vector<int>{pinned});
        m.key(Qt::Key_Escape);
        QTRY_VERIFY_WITH_TIMEOUT(m.settled(), Window::kPatience);
        for (const GridSort sort : {GridSort::Index, GridSort::Change, GridSort::Likeness, GridSort::Weight}) {
            sortBy(sort);
            auto keys = keysOf(sort);
            keys[static_cast<std::size_t>(pinned)] = 1e9;
            QTRY_VERIFY_WITH_TIMEOUT(descends(grid()->order(), keys), Window::kPatience);
            QCOMPARE(grid()->order().front(), pinned);
        }
        grid()->setFocus();
        m.key(Qt::Key_Home);
        m.key(Qt::Key_P);
        QTRY_VERIFY_WITH_TIMEOUT(descends(grid()->order(), keysOf(GridSort::Weight)), Window::kPatience);
        QVERIFY(grid()->pinned().empty());
    }

    void headsAreTilesShownAndMuted() {
        begin(QStringLiteral("retina"), {"mhsa", "simam"}, true);
        const int heads = headCount(*m.session().shown().map());
        QVERIFY(heads > 1);
        QCOMPARE(static_cast<int>(grid()->order().size()), heads);
        for (int head = 0; head < heads; ++head) {
            QTRY_VERIFY_WITH_TIMEOUT(m.shows(head, GridMode::Before), Window::kPatience);
            // Few as they are, they are large, and none lies out of sight.
            QVERIFY(grid()->tileRect(head).width() > 100 && grid()->rect().contains(grid()->tileRect(head)));
        }
        const QImage first = Window::pixels(m.canvas(0));
        const int last = grid()->order().back();
        m.click(last);
        QCOMPARE(m.session().shown().field()->head, last);
        QCOMPARE(m.boxNamed("Head")->currentText(), QString::number(last));  // the number under the tile
        gives({});
        QVERIFY(m.canvas(0)->textSummary().contains(QStringLiteral(", head %1: ").arg(last)));
        QVERIFY(Window::pixels(m.canvas(0)) != first);
        m.key(Qt::Key_M);
        gives({.channels = {}, .heads = factorsOf(heads, {{last, 0.0F}})});
        m.key(Qt::Key_Plus);
        gives({.channels = {}, .heads = factorsOf(heads, {{last, 0.25F}})});
        m.key(Qt::Key_S);
        std::vector<float> alone(static_cast<std::size_t>(heads), 0.0F);
        alone[static_cast<std::size_t>(last)] = 1.0F;
        gives({.channels = {}, .heads = alone});
        m.key(Qt::Key_P);
        QTRY_COMPARE_WITH_TIMEOUT(grid()->order().front(), last, Window::kPatience);
        m.key(Qt::Key_Escape);
        QTest::keyClick(grid(), Qt::Key_0, Qt::ControlModifier);
        gives({});
        QVERIFY(Window::pixels(m.canvas(0)) == first);
    }

    // Chosen in the list of the matrix, each weight from the whole tensor.
    void meanAndMostOfHeads() {
        begin(QStringLiteral("retina"), {"mhsa"}, true);
        const AttentionMap& map = *m.session().shown().map();
        const Tensor all = *denseTensor(map);
        const int heads = headCount(map);
        const auto size = static_cast<std::size_t>(queryCount(map)) * static_cast<std::size_t>(keyCount(map));
        QCOMPARE(all.size(), size * static_cast<std::size_t>(heads));
        const PairwiseSide& queries = std::get<PairwiseMap>(map.kind).queries;
        const auto asked = static_cast<std::size_t>(queries.height / 2 * queries.width + queries.width / 2);  // the middle
        std::vector<double> mean(static_cast<std::size_t>(keyCount(map)), 0.0);
        std::vector<double> most(mean.size(), 0.0);
        std::vector<double> least(mean.size(), 2.0);
        for (std::size_t key = 0; key < mean.size(); ++key) {
            for (int h = 0; h < heads; ++h) {
                const auto at = static_cast<std::size_t>(h) * size + asked * mean.size() + key;
                mean[key] += static_cast<double>(all.values[at]) / heads;
                most[key] = std::max(most[key], static_cast<double>(all.values[at]));
                least[key] = std::min(least[key], static_cast<double>(all.values[at]));
            }
        }
        QComboBox* list = m.boxNamed("Head");
        QVERIFY(list != nullptr && list->isVisible());
        list->setFocus();
        const auto shows = [&](const std::vector<double>& expected) {
            return m.settled() && difference(m.canvas()->rendered().field->values, expected, 1e-6).isEmpty();
        };
        QTest::keyClick(list, Qt::Key_End);
        QCOMPARE(m.session().shown().field()->head, kMinOverHeads);
        QTRY_VERIFY_WITH_TIMEOUT(shows(least), Window::kPatience);
        QTest::keyClick(list, Qt::Key_Up);
        QCOMPARE(m.session().shown().field()->head, kMaxOverHeads);
        QTRY_VERIFY_WITH_TIMEOUT(shows(most), Window::kPatience);
        QVERIFY(!shows(mean));
        QTest::keyClick(list, Qt::Key_Home);
        QCOMPARE(m.session().shown().field()->head, -1);
        QTRY_VERIFY_WITH_TIMEOUT(shows(mean), Window::kPatience);
        QVERIFY(!shows(most));
    }
};

QTEST_MAIN(TestChannelsWindow)
#include "tst_channels_window.moc"
