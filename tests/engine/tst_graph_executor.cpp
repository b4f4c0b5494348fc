// test: both-levels

#include <QTemporaryDir>
#include <QTest>

#include <cmath>
#include <functional>
#include <random>

#include "engine/graph/executor.h"
#include "engine/graph/onnx_messages.h"
#include "engine/graph/onnx_reader.h"
#include "tests/support/onnx_builder.h"

using namespace fovea;
using namespace fovea::graph;

namespace {

std::vector<float> randomValues(std::size_t count, unsigned seed) {
    std::mt19937 engine(seed);
    std::normal_distribution<float> normal;
    std::vector<float> values(count);
    for (auto& value : values) {
        value = normal(engine);
    }
    return values;
}

/// An input of a run; holds what the view leads to.
struct Input {
    Shape shape;
    std::vector<float> values;

    [[nodiscard]] View view() { return {ElementType::Float, &shape, values.data(), values.size()}; }
};

Input randomInput(Shape shape, unsigned seed) {
    const auto count = Tensor::count(shape);
    return {std::move(shape), randomValues(count, seed)};
}

std::vector<float> floats(const View& view) { return {view.data<float>(), view.data<float>() + view.count}; }

double largestDifference(const std::vector<float>& a, const std::vector<float>& b) {
    double most = a.size() == b.size() ? 0.0 : 1e30;
    for (std::size_t k = 0; k < std::min(a.size(), b.size()); ++k) {
        most = std::max(most, std::abs(static_cast<double>(a[k]) - static_cast<double>(b[k])));
    }
    return most;
}

/// A small network with everything fusions look for: normalisation, additions, each activation, a gate.
void buildNetwork(OnnxBuilder& b) {
    b.input("x", {1, 4, -1, -1});
    const auto conv = [&b](const std::string& in, const std::string& out, unsigned seed) {
        b.constant(out + ".w", {4, 4, 3, 3}, randomValues(144, seed));
        b.constant(out + ".b", {4}, randomValues(4, seed + 100));
        setIntegers(b.node("Conv", {in, out + ".w", out + ".b"}, {out}), "pads", {1, 1, 1, 1});
    };
    conv("x", "c1", 1);
    b.constant("gamma", {4}, {0.5F, 1.5F, -1.0F, 2.0F}).constant("beta", {4}, {0.1F, 0.2F, 0.3F, 0.4F});
    b.constant("mean", {4}, {0.3F, -0.3F, 0.0F, 1.0F}).constant("var", {4}, {1.0F, 0.5F, 2.0F, 3.0F});
    b.node("BatchNormalization", {"c1", "gamma", "beta", "mean", "var"}, {"n1"});
    b.node("Relu", {"n1"}, {"r1"});
    conv("r1", "c2", 2);
    b.node("Add", {"c2", "x"}, {"a2"});
    b.node("Relu", {"a2"}, {"r2"});
    conv("r2", "c3", 3);
    b.node("Sigmoid", {"c3"}, {"s3"});
    b.node("Mul", {"s3", "c3"}, {"m3"});
    conv("m3", "c4", 4);
    b.node("HardSigmoid", {"c4"}, {"h4"}).add_attribute()->CopyFrom([] {
        onnx::AttributeProto alpha;
        alpha.set_name("alpha");
        alpha.set_type(onnx::AttributeProto::FLOAT);
        alpha.set_f(1.0F / 6.0F);
        return alpha;
    }());
    b.node("Mul", {"c4", "h4"}, {"m4"});
    conv("m4", "c5", 5);
    b.constant("low", {}, {-1.0F}).constant("high", {}, {1.0F});
    b.node("Clip", {"c5", "low", "high"}, {"k5"});
    b.node("Identity", {"k5"}, {"i5"});
    b.node("GlobalAveragePool", {"i5"}, {"pool"});
    b.node("Flatten", {"pool"}, {"y"});
    b.output("y");
}

const std::vector<std::string> kAllValues{"c1", "n1", "r1", "c2", "a2", "r2", "c3", "s3",
                                          "m3", "c4", "h4", "m4", "c5", "k5", "i5"};

}  // namespace

class TestGraphExecutor final : public QObject {
    Q_OBJECT

private:
    QTemporaryDir m_folder;

    Result<std::unique_ptr<Executor>> make(const OnnxBuilder& builder, ExecutorOptions options = {}) {
        const QString path = m_folder.filePath(QStringLiteral("net.onnx"));
        builder.write(path);
        auto graph = readOnnx(path.toStdString());
        if (!graph) {
            return graph.error();
        }
        return Executor::create(*std::move(graph), std::move(options));
    }

    std::unique_ptr<Executor> made(const OnnxBuilder& builder, ExecutorOptions options = {}) {
        auto executor = make(builder, std::move(options));
        if (!executor) {
            qFatal("%s", executor.error().message().c_str());
        }
        return *std::move(executor);
    }

    static void checkRefused(const Error& error, ErrorCode code, const char* part) {
        const QString text = QString::fromStdString(error.message());
        QVERIFY2(error.code == code, qPrintable(text));
        QVERIFY2(text.contains(QString::fromUtf8(part)) && text.contains(QLatin1String("net.onnx")), qPrintable(text));
        QVERIFY2(text.endsWith(u'.'), qPrintable(text));
    }

private Q_SLOTS:
    // With every value kept nothing is fused: both ways must say the same.
    void fusionChangesNothing() {
        OnnxBuilder builder;
        buildNetwork(builder);
        const auto fused = made(builder);
        const auto plain = made(builder, {.keep = kAllValues});
        for (const Shape& shape : {Shape{1, 4, 9, 7}, Shape{1, 4, 1, 1}, Shape{1, 4, 16, 16}}) {
            Input input = randomInput(shape, 42);
            const auto a = fused->run({input.view()}, {});
            const auto b = plain->run({input.view()}, {});
            QVERIFY2(a.ok(), a ? "" : a.error().message().c_str());
            QVERIFY2(b.ok(), b ? "" : b.error().message().c_str());
            QCOMPARE(*a->front().shape, (Shape{1, 4}));
            const double difference = largestDifference(floats(a->front()), floats(b->front()));
            QVERIFY2(difference < 2e-5, qPrintable(QString::number(difference)));
        }
        QCOMPARE(fused->steps().size(), 7U);   // five convolutions, the pool, and Flatten, which costs nothing
        QCOMPARE(plain->steps().size(), 17U);  // all of them
        QVERIFY(fused->plannedBytes() < plain->plannedBytes() + 64 * 1024);
    }

    void hooksReadEveryValueOnce() {
        OnnxBuilder builder;
        buildNetwork(builder);
        const auto executor = made(builder, {.keep = {"r1", "s3"}});
        Input input = randomInput({1, 4, 5, 6}, 1);
        std::map<std::string, std::vector<float>> seen;
        RunOptions options;
        for (const char* name : {"r1", "s3"}) {
            options.hooks[name] = [&seen, name](const View& view) {
                QCOMPARE(*view.shape, (Shape{1, 4, 5, 6}));
                QVERIFY(seen.emplace(name, floats(view)).second);
            };
        }
        QVERIFY(executor->run({input.view()}, {}, options).ok());
        QCOMPARE(seen.size(), 2U);
        QVERIFY(*std::min_element(seen["r1"].begin(), seen["r1"].end()) >= 0.0F);
        QVERIFY(*std::max_element(seen["r1"].begin(), seen["r1"].end()) > 0.0F);
        QVERIFY(*std::min_element(seen["s3"].begin(), seen["s3"].end()) >= 0.0F);
        QVERIFY(*std::max_element(seen["s3"].begin(), seen["s3"].end()) <= 1.0F);
    }

    // What a hook writes is what follows: a channel of zeros equals weights of zeros behind it.
    void hooksChangeWhatFollows() {
        OnnxBuilder builder;
        builder.input("x", {1, 2, 3, 3}).constant("w", {1, 2, 1, 1}, {2.0F, 3.0F}).output("y");
        builder.node("Relu", {"x"}, {"r"});
        builder.node("Reshape", {"r", "shape"}, {"v"});
        builder.integers("shape", {1, 2, 9, 1});
        builder.node("Conv", {"v", "w"}, {"y"});
        Input input{{1, 2, 3, 3}, std::vector<float>(18, 1.0F)};
        const auto executor = made(builder, {.keep = {"v"}});
        RunOptions options;
        options.hooks["v"] = [](const View& view) { std::fill_n(view.data<float>(), 9, 0.0F); };
        const auto muted = executor->run({input.view()}, {}, options);
        QVERIFY(muted.ok());
        QCOMPARE(floats(muted->front()), std::vector<float>(9, 3.0F));
        const auto whole = executor->run({input.view()}, {});
        QCOMPARE(floats(whole->front()), std::vector<float>(9, 5.0F));
        QCOMPARE(input.values, std::vector<float>(18, 1.0F));  // the caller's memory is never written
    }

    void foldsWhatDependsOnShapesAlone() {
        OnnxBuilder builder;
        builder.input("x", {1, 2, -1, -1}).output("y");
        builder.node("Shape", {"x"}, {"s"});
        builder.integers("from", {2}).integers("to", {4}).integers("front", {1, -1});
        builder.node("Slice", {"s", "from", "to"}, {"hw"});
        builder.node("Concat", {"front", "hw"}, {"all"});
        setInteger(*builder.model().mutable_graph()->mutable_node(2), "axis", 0);
        builder.node("Reshape", {"x", "all"}, {"v"});
        builder.node("Relu", {"v"}, {"y"});
        const auto executor = made(builder);
        Input input = randomInput({1, 2, 3, 5}, 3);
        const auto y = executor->run({input.view()}, {});
        QVERIFY2(y.ok(), y ? "" : y.error().message().c_str());
        QCOMPARE(*y->front().shape, (Shape{1, 2, 3, 5}));
        QCOMPARE(executor->steps().size(), 2U);  // Reshape and Relu
        Input other = randomInput({1, 2, 4, 1}, 3);
        QCOMPARE(*executor->run({other.view()}, {})->front().shape, (Shape{1, 2, 4, 1}));
    }

    // Shapes which depend on the data: here, how much of the input is asked for.
    void runsShapesThatDependOnData() {
        OnnxBuilder builder;
        builder.input("x", {6}).input("n", {1}).output("y");
        builder.integers("zero", {0});
        auto* to = builder.node("Cast", {"n"}, {"count"}).add_attribute();
        to->set_name("to");
        to->set_type(onnx::AttributeProto::INT);
        to->set_i(onnx::TensorProto::INT64);
        builder.node("Slice", {"x", "zero", "count"}, {"part"});
        builder.node("Relu", {"part"}, {"y"});
        const auto executor = made(builder);
        Input x{{6}, {1, -2, 3, -4, 5, -6}};
        for (const float count : {4.0F, 1.0F, 6.0F, 0.0F}) {
            Input n{{1}, {count}};
            const auto y = executor->run({x.view(), n.view()}, {});
            QVERIFY2(y.ok(), y ? "" : y.error().message().c_str());
            QCOMPARE(y->front().count, static_cast<std::size_t>(count));
            for (std::size_t k = 0; k < y->front().count; ++k) {
                QCOMPARE(y->front().data<float>()[k], std::max(0.0F, x.values[k]));
            }
        }
    }

    void boundsDataDependentMemory() {
        OnnxBuilder builder;
        builder.input("x", {1}).output("y");
        auto* to = builder.node("Cast", {"x"}, {"count"}).add_attribute();
        to->set_name("to");
        to->set_type(onnx::AttributeProto::INT);
        to->set_i(onnx::TensorProto::INT64);
        builder.node("Expand", {"x", "count"}, {"y"});
        const auto executor = made(builder, {.memory = std::size_t{1} << 20});
        Input small{{1}, {1000.0F}};
        QCOMPARE(executor->run({small.view()}, {})->front().count, 1000U);
        for (const float count : {1e6F, 1e9F, 1e18F}) {
            Input large{{1}, {count}};
            const auto y = executor->run({large.view()}, {});
            QVERIFY(!y);
            checkRefused(y.error(), ErrorCode::TooLarge, "Expand");
        }
        QVERIFY(executor->run({small.view()}, {}).ok());
    }

    void refusesPlansOverTheBudgetBeforeRunning() {
        OnnxBuilder builder;
        buildNetwork(builder);
        auto executor = made(builder, {.memory = std::size_t{1} << 20});
        QVERIFY(executor->prepare({{ElementType::Float, {1, 4, 32, 32}}}).ok());
        QVERIFY(executor->plannedBytes() <= std::size_t{1} << 20);
        const auto large = executor->prepare({{ElementType::Float, {1, 4, 512, 512}}});
        QVERIFY(!large);
        checkRefused(large.error(), ErrorCode::TooLarge, "MiB");
        const auto huge = executor->prepare({{ElementType::Float, {1, 4, std::int64_t{1} << 40, std::int64_t{1} << 30}}});
        QVERIFY(!huge);
        QVERIFY(executor->prepare({{ElementType::Float, {1, 4, 32, 32}}}).ok());  // what was refused left nothing behind
    }

    void constantsThatExplodeAreRefused() {
        OnnxBuilder builder;
        builder.input("x", {1}).constant("c", {1}, {1.0F}).output("y");
        builder.integers("size", {1'000'000, 1'000'000});
        builder.node("Expand", {"c", "size"}, {"big"});
        builder.node("Add", {"x", "big"}, {"y"});
        const auto executor = made(builder);
        const auto prepared = executor->prepare({{ElementType::Float, {1}}});
        QVERIFY(!prepared);
        checkRefused(prepared.error(), ErrorCode::TooLarge, "Expand");
    }

    void refusesInputsOfOtherKinds() {
        OnnxBuilder builder;
        buildNetwork(builder);
        const auto executor = made(builder);
        const Shape overflowing{1, 4, std::int64_t{1} << 40, std::int64_t{1} << 30};
        for (const Shape& shape :
             {Shape{1, 3, 8, 8}, Shape{1, 4, 8}, Shape{2, 4, 8, 8}, Shape{1, 4, 0, 8}, Shape{1, 4, -5, 8}, overflowing}) {
            const auto prepared = executor->prepare({{ElementType::Float, shape}});
            QVERIFY(!prepared);
            checkRefused(prepared.error(), ErrorCode::BadShape, "“x”");
        }
        QVERIFY(!executor->prepare({{ElementType::Int64, {1, 4, 8, 8}}}));
        QVERIFY(!executor->prepare({}));
    }

    void namesTheNodeWhoseShapesDoNotFit() {
        OnnxBuilder builder;
        builder.input("x", {1, 3}).constant("w", {4, 2}, std::vector<float>(8)).output("y");
        builder.node("MatMul", {"x", "w"}, {"y"}).set_name("head/product");
        const auto executor = made(builder);
        const auto prepared = executor->prepare({{ElementType::Float, {1, 3}}});
        QVERIFY(!prepared);
        checkRefused(prepared.error(), ErrorCode::BadShape, "MatMul “head/product”");
    }

    void stopsBetweenNodes() {
        OnnxBuilder builder;
        buildNetwork(builder);
        const auto executor = made(builder, {.keep = {"r1"}});
        Input input = randomInput({1, 4, 8, 8}, 1);
        std::stop_source stop;
        RunOptions options;
        std::vector<NodeTime> times;
        options.times = &times;
        options.hooks["r1"] = [&stop](const View&) { stop.request_stop(); };
        const auto stopped = executor->run({input.view()}, stop.get_token(), options);
        QVERIFY(!stopped && stopped.error().code == ErrorCode::Cancelled);
        QVERIFY(!times.empty() && times.size() < executor->steps().size());
        QVERIFY(executor->run({input.view()}, {}).ok());
    }

    void timesEveryNode() {
        OnnxBuilder builder;
        buildNetwork(builder);
        const auto executor = made(builder);
        Input input = randomInput({1, 4, 64, 64}, 1);
        std::vector<NodeTime> times;
        RunOptions options;
        options.times = &times;
        QVERIFY(executor->run({input.view()}, {}, options).ok());
        QCOMPARE(times.size(), executor->steps().size() - 1);  // Flatten has nothing to do
        QVERIFY(times.front().milliseconds > 0.0);
    }

    // Memory of values is used again: a long chain takes little more than a short one.
    void memoryIsUsedAgain() {
        const auto planned = [this](int length) {
            OnnxBuilder builder;
            builder.input("x", {1, 1, 256, 256}).output("v" + std::to_string(length));
            std::string from = "x";
            for (int k = 1; k <= length; ++k) {
                const std::string to = "v" + std::to_string(k);
                builder.node("Relu", {from}, {to});
                from = to;
            }
            const auto executor = made(builder);
            Input input = randomInput({1, 1, 256, 256}, 1);
            const auto y = executor->run({input.view()}, {});
            if (!y || y->front().data<float>()[77] != std::max(0.0F, input.values[77])) {
                qFatal("wrong result");
            }
            return executor->plannedBytes();
        };
        QCOMPARE(planned(50), planned(3));
    }
};

QTEST_GUILESS_MAIN(TestGraphExecutor)
#include "tst_graph_executor.moc"
