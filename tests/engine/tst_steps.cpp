// Cards of the steps: read off shapes and equations, for every mechanism; their numbers and pictures pixel by pixel.

#include "engine/render/steps.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/attention/registry.h"
#include "engine/render/render.h"
#include "tests/support/made_result.h"
#include "tests/support/numbers.h"
#include "tests/support/render_fixtures.h"

using namespace fovea;
using namespace fovea::test;

namespace {

using Needs = std::vector<std::vector<int>>;

constexpr int kChannels = 16;
constexpr int kHeight = 6;
constexpr int kWidth = 9;

std::shared_ptr<FrameResult> resultOf(const Tensor& x) {
    auto features = std::make_shared<Features>();
    features->map = FeatureMap(x.dim(0), x.dim(1), x.dim(2));
    std::copy(x.values.begin(), x.values.end(), features->map.data());
    auto result = std::make_shared<FrameResult>(madeResult({}, nullptr));
    result->frame = testFrame(12, 18);
    result->models.front().features = features;
    return result;
}

/// One module after a recorded run with random weights.
std::shared_ptr<FrameResult> ran(const ModuleInfo& info, const ParamSet& params) {
    auto result = resultOf(randomTensor({kChannels, kHeight, kWidth}, 4));
    std::map<std::string, Tensor> extras;
    if (info.needs.gate) {
        extras["gate"] = randomTensor({kChannels, (kHeight + 1) / 2, (kWidth + 1) / 2}, 8);
    }
    if (info.needs.hidden) {
        extras["hidden"] = randomTensor({kChannels}, 9);
    }
    InputShape shape{.channels = kChannels, .height = kHeight, .width = kWidth};
    ModuleInput input;
    input.frames = {&result->models.front().features->map};
    for (const auto& [name, tensor] : extras) {
        shape.extras[name] = tensor.shape;
        input.extras[name] = &tensor;
    }
    auto created = createModule(info, shape, params, randomWeights(weightSpecs(info, shape, params), 1));
    auto module = jobOf(info);
    module->source.params = params;
    if (created) {
        module->steps = Steps::recording();
        module->output = runModule(info, **created, input, module->steps);
    } else {
        module->output = created.error();
    }
    addJob(*result, module);
    return result;
}

std::shared_ptr<FrameResult> ran(const std::string& id) {
    const ModuleInfo& info = *findModule(id);
    return ran(info, ParamSet(info.params));
}

Needs needsOf(const FrameResult& result) {
    Needs out;
    for (const auto& card : stepCards(result.models.front(), *jobAt(result))) {
        out.push_back(card.needs);
    }
    return out;
}

QStringList namesOf(const FrameResult& result) {
    QStringList out;
    for (const auto& card : stepCards(result.models.front(), *jobAt(result))) {
        out << QString::fromStdString(card.name);
    }
    return out;
}

const ModuleInfo& plainInfo() {
    static const ModuleInfo kInfo = [] {
        ModuleInfo info;
        info.id = "plain";
        info.title = "Plain";
        return info;
    }();
    return kInfo;
}

/// A result with one recorded step of these numbers; card 1.
std::shared_ptr<FrameResult> withStep(const Tensor& value, const Tensor& x = Tensor({2, 2, 3}, std::vector<float>(12, 1.0F))) {
    auto result = resultOf(x);
    auto module = jobOf(plainInfo());
    module->steps = Steps::recording();
    module->steps.add("step", "s = f(x)", [&] { return value; });
    addJob(*result, module);
    return result;
}

RenderedStep rendered(const std::shared_ptr<FrameResult>& result, int width, int height, bool smooth = false) {
    StepRequest request;
    request.result = result;
    request.job.source = "plain";
    request.step = 1;
    request.width = width;
    request.height = height;
    request.style.smooth = smooth;
    request.ink = 0xFF102030;
    request.paper = 0xFFA0B0C0;
    request.axis = 0xFF506070;
    return render(request);
}

}  // namespace

class TestSteps : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { QTest::failOnWarning(QRegularExpression(QStringLiteral(".?"))); }

    void everyMechanismHasItsSteps_data() {
        QTest::addColumn<QString>("id");
        for (const auto* info : modules()) {
            if (!info->needs.clip) {
                QTest::newRow(info->id.c_str()) << QString::fromStdString(info->id);
            }
        }
    }

    // Every step needs something before it, so there is no cycle, and the input is behind everything.
    void everyMechanismHasItsSteps() {
        QFETCH(QString, id);
        const auto result = ran(id.toStdString());
        const JobResult& module = *jobAt(*result);
        QVERIFY2(module.output.ok(), module.output ? "" : qPrintable(QString::fromStdString(module.output.error().message())));
        const auto cards = stepCards(result->models.front(), module);
        QVERIFY(cards.size() >= 3);
        QCOMPARE(cards.front().name, std::string("x"));
        QVERIFY(cards.front().needs.empty());
        for (std::size_t k = 1; k < cards.size(); ++k) {
            QVERIFY(!cards[k].needs.empty());
            QVERIFY(std::is_sorted(cards[k].needs.begin(), cards[k].needs.end()));
            QVERIFY(cards[k].needs.front() >= 0);
            QVERIFY(cards[k].needs.back() < static_cast<int>(k));
            const auto values = stepValues(result->models.front(), module, static_cast<int>(k));
            QCOMPARE(values.count, Tensor::count(cards[k].shape));
        }
        // The last card holds the output of the module.
        const auto last = stepValues(result->models.front(), module, static_cast<int>(cards.size()) - 1);
        const FeatureMap& out = module.output->frames.back();
        QCOMPARE(last.count, out.size());
        QVERIFY(std::equal(last.data, last.data + last.count, out.data()));
    }

    void readByHand_data() {
        QTest::addColumn<QString>("id");
        QTest::addColumn<QStringList>("names");
        QTest::addColumn<Needs>("needs");
        const auto row = [](const char* id, const char* names, const Needs& needs) {
            QTest::newRow(id) << QString::fromLatin1(id) << QString::fromLatin1(names).split(u',') << needs;
        };
        row("se", "x,squeeze,reduce,excite,scale", {{}, {0}, {1}, {2}, {0, 3}});
        row("cbam", "x,mean,maximum,excite,channel gate,refine,compress,spatial gate,scale",
            {{}, {0}, {0}, {1, 2}, {3}, {0, 4}, {5}, {6}, {5, 7}});
        row("coord", "x,pool,mix,rows,columns,scale", {{}, {0}, {1}, {2}, {2}, {0, 3, 4}});
        row("gc", "x,mask,context,add,fuse", {{}, {0}, {0, 1}, {2}, {0, 3}});
        row("simam", "x,mean,variance,energy,output", {{}, {0}, {0, 1}, {0, 1, 2}, {3}});
        row("triplet", "x,cw,hc,hw,mean,scale", {{}, {0}, {0}, {0}, {1, 2, 3}, {0, 4}});
        row("strip_pooling", "x,rows,columns,join,gate,scale", {{}, {0}, {0}, {1, 2}, {3}, {0, 4}});
    }

    void readByHand() {
        QFETCH(QString, id);
        QFETCH(QStringList, names);
        QFETCH(Needs, needs);
        const auto result = ran(id.toStdString());
        QCOMPARE(namesOf(*result), names);
        QCOMPARE(needsOf(*result), needs);
    }

    void selfAttentionReadByHand() {
        const auto result = ran("mhsa");
        const auto cards = stepCards(result->models.front(), *jobAt(*result));
        QCOMPARE(needsOf(*result), (Needs{{}, {0}, {1}, {2}}));
        QCOMPARE(cards[1].equation, std::string("[q; k; v] = W·t + b"));
        QCOMPARE(cards[1].shape, (Shape{3 * kChannels, kHeight, kWidth}));
    }

    void equations_data() {
        QTest::addColumn<QStringList>("equations");
        QTest::addColumn<Needs>("needs");
        const auto row = [](const char* name, const QStringList& equations, const Needs& needs) {
            QTest::newRow(name) << equations << needs;
        };
        const auto u = [](const char* text) { return QString::fromUtf8(text); };
        row("none", {}, {{}});
        row("whole symbols only", {u("xy = x"), u("y = xy"), u("z = max(y)")}, {{}, {0}, {1}, {2}});
        row("the latest of a symbol", {u("a = x"), u("b = a"), u("a = b"), u("c = a")}, {{}, {0}, {1}, {2}, {3}});
        row("both of a symbol nobody has read", {u("a = x"), u("a = f(x)"), u("c = a")}, {{}, {0}, {0}, {1, 2}});
        row("its own symbol before", {u("y = x"), u("y = f(y)"), u("z = y")}, {{}, {0}, {1}, {2}});
        row("indices", {u("a_h = x"), u("a_w = x"), u("b = a_h"), u("c = a_w"), u("d = a_h·a_w"), u("e = a_q")},
            {{}, {0}, {0}, {1}, {2}, {1, 2}, {2}});
        row("brackets and superscripts", {u("A[c,t] = x_{c+t}"), u("B = Aᵀ·A_(k/2)"), u("C = (B)_row")}, {{}, {0}, {1}, {2}});
        row("several on the left", {u("[q; k; v] = W·x"), u("o = softmax(qᵀ·k)·v")}, {{}, {0}, {1}});
        row("primes", {u("c' = x"), u("h' = f(c')"), u("o = h'_c")}, {{}, {0}, {1}, {2}});
        row("Greek", {u("μ_c = mean of x_c"), u("σ = f(μ)")}, {{}, {0}, {1}});
        row("no equals sign", {u("a = x"), u("√a by Newton"), u("b = mean of a column")}, {{}, {0}, {1}, {1}});
        row("names nothing", {u("p = pooled"), u("q = something")}, {{}, {0}, {1}});
        row("names nothing beside one which is read", {u("r = rows"), u("k = columns"), u("s = r + k")}, {{}, {0}, {0}, {1, 2}});
        row("nothing at all", {QString(), QString()}, {{}, {0}, {1}});
        row("odd", {u("x = x_"), u("[[ = ((x"), u("a[ = _"), u("=x"), u("λ' =")}, {{}, {0}, {1}, {2}, {1}, {4}});
    }

    void equations() {
        QFETCH(QStringList, equations);
        QFETCH(Needs, needs);
        std::vector<std::string> texts;
        for (const QString& text : equations) {
            texts.push_back(text.toStdString());
        }
        QCOMPARE(stepDependencies(texts), needs);
    }

    void shapesDecide_data() {
        QTest::addColumn<Shape>("shape");
        QTest::addColumn<StepPicture>("picture");
        QTest::newRow("[C]") << Shape{16} << StepPicture::Bars;
        QTest::newRow("[1×C]") << Shape{1, 16} << StepPicture::Bars;
        QTest::newRow("[C×1×1]") << Shape{16, 1, 1} << StepPicture::Bars;
        QTest::newRow("scalar") << Shape{1} << StepPicture::Bars;
        QTest::newRow("[H×W]") << Shape{kHeight, kWidth} << StepPicture::Map;
        QTest::newRow("[1×H×W]") << Shape{1, 4, 5} << StepPicture::Map;
        QTest::newRow("[C×H×W]") << Shape{16, kHeight, kWidth} << StepPicture::MeanMap;
        QTest::newRow("[C×H×1]") << Shape{16, kHeight, 1} << StepPicture::MeanMap;
        QTest::newRow("[N×M]") << Shape{kWidth, kHeight} << StepPicture::Matrix;
        QTest::newRow("[T×C×H×W]") << Shape{2, 3, kHeight, kWidth} << StepPicture::Histogram;
    }

    void shapesDecide() {
        QFETCH(Shape, shape);
        QFETCH(StepPicture, picture);
        QCOMPARE(stepPicture(shape, {kHeight, kWidth}), picture);
    }

    void numbersOfAStep() {
        const float nan = std::numeric_limits<float>::quiet_NaN();
        const auto result = withStep(Tensor({5}, {0.5F, -1.25F, nan, 4.0F, 0.75F}));
        const auto numbers = stepNumbers(stepValues(result->models.front(), *jobAt(*result), 1));
        QCOMPARE(numbers.min, -1.25F);
        QCOMPARE(numbers.max, 4.0F);
        QCOMPARE(numbers.mean, 1.0);
        QCOMPARE(numbers.count, std::size_t{5});
        QCOMPARE(numbers.notFinite, std::size_t{1});
    }

    // Four bars on twelve pixels: each two wide with a gap, as tall as its value's share of the largest.
    void barsStandOnZero() {
        const auto out = rendered(withStep(Tensor({4}, {1.0F, 0.5F, 0.0F, 0.1F})), 12, 11);
        QVERIFY(!out.error);
        QCOMPARE(out.picture, StepPicture::Bars);
        QCOMPARE(out.numbersPerBar, 1);
        const auto height = [&](int u) {
            int count = 0;
            for (int v = 0; v < 11; ++v) count += at(*out.pixels, u, v) == 0xFF102030 ? 1 : 0;
            return count;
        };
        QCOMPARE(height(0), 10);
        QCOMPARE(height(1), 10);
        QCOMPARE(height(2), 0);  // the gap
        QCOMPARE(height(3), 5);
        QCOMPARE(height(6), 0);
        QCOMPARE(height(9), 1);
        QCOMPARE(at(*out.pixels, 6, 10), 0xFF506070U);
        QCOMPARE(at(*out.pixels, 6, 0), 0xFFA0B0C0U);
    }

    void negativeBarsHang() {
        const auto out = rendered(withStep(Tensor({2}, {1.0F, -1.0F})), 6, 21);
        QCOMPARE(at(*out.pixels, 0, 10), 0xFF506070U);  // 0 is in the middle
        QCOMPARE(at(*out.pixels, 0, 0), 0xFF102030U);
        QCOMPARE(at(*out.pixels, 0, 11), 0xFFA0B0C0U);
        QCOMPARE(at(*out.pixels, 3, 9), 0xFFA0B0C0U);
        QCOMPARE(at(*out.pixels, 3, 20), 0xFF102030U);
    }

    // Of ten channels of which five share a bar the one of the largest magnitude is shown, sign and all.
    void manyChannelsShareABar() {
        const auto out = rendered(withStep(Tensor({10}, {0.1F, 0.2F, 1.0F, 0.0F, 0.3F, 0.1F, -1.0F, 0.9F, 0.0F, 0.5F})), 2, 21);
        QCOMPARE(out.numbersPerBar, 5);
        QCOMPARE(at(*out.pixels, 0, 0), 0xFF102030U);
        QCOMPARE(at(*out.pixels, 1, 0), 0xFFA0B0C0U);
        QCOMPARE(at(*out.pixels, 1, 20), 0xFF102030U);
    }

    void mapsHaveTheirOwnColours() {
        const auto out = rendered(withStep(Tensor({2, 3}, {0.0F, 1.0F, 2.0F, 3.0F, 4.0F, 5.0F})), 6, 4);
        QCOMPARE(out.picture, StepPicture::Map);
        const auto& table = findColormap("inferno")->table;
        for (int k = 0; k < 6; ++k) {
            QCOMPARE(at(*out.pixels, k % 3 * 2 + 1, k / 3 * 2), table[static_cast<std::size_t>(51 * k)]);
        }
    }

    void bothSignsDivergeAboutZero() {
        const auto out = rendered(withStep(Tensor({2, 3}, {-1.0F, 0.0F, 2.0F, 0.0F, 0.0F, 0.0F})), 3, 2);
        const auto& table = findColormap("blue-red")->table;
        QCOMPARE(at(*out.pixels, 2, 0), table[255]);
        QCOMPARE(at(*out.pixels, 0, 0), table[64]);  // −1 of −2…2
        QCOMPARE(at(*out.pixels, 1, 0), table[128]);
    }

    void channelsAreAveraged() {
        const auto result = withStep(Tensor({2, 1, 2}, {1.0F, -3.0F, 1.0F, 1.0F}));
        const auto values = stepValues(result->models.front(), *jobAt(*result), 1);
        QCOMPARE(*readStep(values, StepPicture::MeanMap, 0.25, 0.5), (StepReading{0, 0, 1.0F}));
        QCOMPARE(*readStep(values, StepPicture::MeanMap, 0.75, 0.5), (StepReading{0, 1, 2.0F}));
        const auto out = rendered(result, 2, 1);
        const auto& table = findColormap("inferno")->table;
        QCOMPARE(at(*out.pixels, 0, 0), table[0]);
        QCOMPARE(at(*out.pixels, 1, 0), table[255]);
    }

    void histogramsCount() {
        Tensor value(Shape{1, 1, 2, 5, 10});
        for (std::size_t k = 0; k < value.size(); ++k) value.values[k] = k < 75 ? 0.0F : 1.0F;
        const auto out = rendered(withStep(value), 64, 31);
        QCOMPARE(out.picture, StepPicture::Histogram);
        QCOMPARE(out.bins.size(), std::size_t{64});
        QCOMPARE(out.bins.front(), 75);
        QCOMPARE(out.bins.back(), 25);
        const auto height = [&](int u) {
            int count = 0;
            for (int v = 0; v < 31; ++v) count += at(*out.pixels, u, v) == 0xFF102030 ? 1 : 0;
            return count;
        };
        QCOMPARE(height(0), 30);
        QCOMPARE(height(63), 10);
        QCOMPARE(height(30), 0);
    }

    void theOutputIsAddedWhereTheStepsEndEarlier() {
        auto result = withStep(Tensor({3}, {1.0F, 2.0F, 3.0F}));
        auto module = std::make_shared<JobResult>(*jobAt(*result));
        AttentionOutput output;
        output.frames.emplace_back(2, 2, 3);
        module->output = std::move(output);
        result->models.front().jobs.clear();
        addJob(*result, module);
        QCOMPARE(namesOf(*result), (QStringList{QStringLiteral("x"), QStringLiteral("step"), QStringLiteral("output")}));
        module->steps.add("end", "out = s", [] { return Tensor(Shape{2, 2, 3}); });
        QCOMPARE(namesOf(*result), (QStringList{QStringLiteral("x"), QStringLiteral("step"), QStringLiteral("end")}));
    }

    void readingsUnderTheCursor() {
        const auto result = withStep(Tensor({4}, {1.0F, 2.0F, 3.0F, 4.0F}));
        const auto values = stepValues(result->models.front(), *jobAt(*result), 1);
        QCOMPARE(*readStep(values, StepPicture::Bars, 0.6, 0.1), (StepReading{0, 2, 3.0F}));
        QVERIFY(!readStep(values, StepPicture::Bars, 1.0, 0.1));
        QVERIFY(!readStep(values, StepPicture::Bars, -0.1, 0.1));
        QVERIFY(!readStep(values, StepPicture::Bars, std::nan(""), 0.1));
        QVERIFY(!readStep({}, StepPicture::Bars, 0.5, 0.5));
        const auto matrix = withStep(Tensor({2, 4}, {0, 1, 2, 3, 4, 5, 6, 7}));
        QCOMPARE(*readStep(stepValues(matrix->models.front(), *jobAt(*matrix), 1), StepPicture::Matrix, 0.9, 0.9),
                 (StepReading{1, 3, 7.0F}));
    }

    void whatCannotBeShownIsSaid() {
        QVERIFY(render(StepRequest{}).error.has_value());
        auto result = withStep(Tensor({3}, {1.0F, 2.0F, 3.0F}));
        auto failed = std::make_shared<JobResult>(*jobAt(*result));
        failed->output = makeError(ErrorCode::BadShape, "It does not fit; choose another.");
        result->models.front().jobs.clear();
        addJob(*result, failed);
        QCOMPARE(rendered(result, 4, 4).error->text, std::string("It does not fit; choose another."));
        QCOMPARE(stepCards(result->models.front(), *failed).size(), std::size_t{1});
        std::stop_source stop;
        stop.request_stop();
        StepRequest request;
        request.result = withStep(Tensor({3}, {1.0F, 2.0F, 3.0F}));
        request.job.source = "plain";
        request.width = request.height = 4;
        const auto stopped = render(request, stop.get_token());
        QVERIFY(stopped.pixels == nullptr && !stopped.error);
    }
};

QTEST_GUILESS_MAIN(TestSteps)
#include "tst_steps.moc"
