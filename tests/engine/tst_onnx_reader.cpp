#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <sys/stat.h>

#include <functional>

#include "engine/graph/onnx_messages.h"
#include "engine/graph/onnx_reader.h"
#include "tests/support/onnx_builder.h"

using namespace fovea;
using namespace fovea::graph;

using Change = std::function<void(OnnxBuilder&)>;
Q_DECLARE_METATYPE(Change)

namespace {

/// x + c, with c a constant of three numbers.
OnnxBuilder& addition(OnnxBuilder& builder) {
    builder.input("x", {1, 3}).constant("c", {3}, {1.0F, 2.0F, 3.0F}).output("y");
    builder.node("Add", {"x", "c"}, {"y"});
    return builder;
}

void writeFile(const QString& path, const QByteArray& bytes) {
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    QCOMPARE(file.write(bytes), bytes.size());
}

void setExternal(onnx::TensorProto& tensor, const std::string& location, const std::string& offset, const std::string& length) {
    tensor.clear_raw_data();
    tensor.set_data_location(onnx::TensorProto::EXTERNAL);
    for (const auto& [key, value] : {std::pair("location", location), std::pair("offset", offset), std::pair("length", length)}) {
        if (!value.empty()) {
            auto* entry = tensor.add_external_data();
            entry->set_key(key);
            entry->set_value(value);
        }
    }
}

}  // namespace

class TestOnnxReader final : public QObject {
    Q_OBJECT

private:
    QTemporaryDir m_folder;

    QString path(const char* name) const { return m_folder.filePath(QString::fromLatin1(name)); }
    Result<Graph> read(const char* name, const ReaderLimits& limits = {}) const {
        return readOnnx(path(name).toStdString(), limits);
    }
    Result<Graph> readBytes(const std::string& bytes, const ReaderLimits& limits = {}) const {
        writeFile(path("bytes.onnx"), QByteArray::fromStdString(bytes));
        return read("bytes.onnx", limits);
    }

    /// One sentence with the file's name.
    static void checkRefused(const Result<Graph>& graph, ErrorCode code, const char* part = "") {
        QVERIFY(!graph);
        const QString text = QString::fromStdString(graph.error().message());
        QVERIFY2(graph.error().code == code, qPrintable(text));
        QVERIFY2(text.contains(QString::fromUtf8(part)), qPrintable(text));
        QVERIFY2(text.endsWith(u'.') && text.count(QLatin1String(". ")) <= 1, qPrintable(text));
        QVERIFY2(text.contains(QLatin1String(".onnx")) || text.contains(QLatin1String(".bin")), qPrintable(text));
    }

private Q_SLOTS:
    void readsNodesPortsAndConstants() {
        OnnxBuilder builder;
        addition(builder);
        setInteger(builder.node("Softmax", {"y"}, {"z"}), "axis", -1);
        setIntegers(builder.node("Transpose", {"z"}, {"t"}), "perm", {1, 0});
        builder.write(path("good.onnx"));
        const auto graph = read("good.onnx");
        QVERIFY2(graph.ok(), graph ? "" : graph.error().message().c_str());
        QCOMPARE(graph->opset, 13);
        QCOMPARE(graph->inputs.size(), 1U);
        QCOMPARE(graph->inputs[0].info.shape, (Shape{1, 3}));
        QCOMPARE(graph->nodes.size(), 3U);
        QCOMPARE(graph->nodes[1].integer("axis", 7), -1);
        QCOMPARE(graph->nodes[2].integers("perm", {}), (std::vector<std::int64_t>{1, 0}));
        QCOMPARE(graph->nodes[2].integer("perm", 7), 7);  // of another kind
        QCOMPARE(graph->constants.at("c").data<float>()[2], 3.0F);
        QCOMPARE(graph->constantBytes(), 12U);
    }

    void convertsElementTypes() {
        OnnxBuilder builder;
        addition(builder);
        const auto add = [&builder](const char* name, int type) -> onnx::TensorProto& {
            builder.constant(name, {2}, {});
            builder.lastConstant().clear_raw_data();
            builder.lastConstant().set_data_type(type);
            return builder.lastConstant();
        };
        const double doubles[] = {0.5, -2.0};
        add("double", onnx::TensorProto::DOUBLE).set_raw_data(doubles, sizeof doubles);
        const std::uint16_t halves[] = {0x3C00, 0xC000};  // 1, −2
        add("half", onnx::TensorProto::FLOAT16).set_raw_data(halves, sizeof halves);
        auto& lists = add("half list", onnx::TensorProto::FLOAT16);
        lists.add_int32_data(0x3C00);
        lists.add_int32_data(0xC000);
        const std::uint16_t brains[] = {0x3F80, 0xC000};
        add("bfloat", onnx::TensorProto::BFLOAT16).set_raw_data(brains, sizeof brains);
        const char flags[] = {1, 0};
        add("bool", onnx::TensorProto::BOOL).set_raw_data(flags, sizeof flags);
        const auto graph = readBytes(builder.bytes());
        QVERIFY2(graph.ok(), graph ? "" : graph.error().message().c_str());
        QCOMPARE(graph->constants.at("double").data<float>()[1], -2.0F);
        for (const char* name : {"half", "half list", "bfloat"}) {
            QCOMPARE(graph->constants.at(name).data<float>()[0], 1.0F);
            QCOMPARE(graph->constants.at(name).data<float>()[1], -2.0F);
        }
        QVERIFY(graph->constants.at("bool").data<bool>()[0]);
        QVERIFY(!graph->constants.at("bool").data<bool>()[1]);
        add("text", onnx::TensorProto::STRING);
        checkRefused(readBytes(builder.bytes()), ErrorCode::Unsupported, "STRING");
    }

    void refusesWhatIsNoModel() {
        checkRefused(read("absent.onnx"), ErrorCode::NotFound, "absent.onnx");
        checkRefused(readBytes(""), ErrorCode::BadFormat);
        checkRefused(readBytes(std::string(1000, 'x')), ErrorCode::BadFormat);
        OnnxBuilder builder;
        const std::string good = addition(builder).bytes();
        for (std::size_t cut = 1; cut < good.size(); cut += 3) {
            const auto graph = readBytes(good.substr(0, cut));
            if (graph) {  // a whole field may end just there; then something is missing, or nothing of note was cut off
                QVERIFY(!graph->outputs.empty());
            }
        }
        QVERIFY(mkfifo(path("pipe.onnx").toLocal8Bit().constData(), 0600) == 0);
        checkRefused(read("pipe.onnx"), ErrorCode::BadFormat);
        QVERIFY(QDir(m_folder.path()).mkdir(QStringLiteral("folder.onnx")));
        checkRefused(read("folder.onnx"), ErrorCode::BadFormat);
    }

    void refusesDamage_data() {
        QTest::addColumn<Change>("change");
        QTest::addColumn<ErrorCode>("code");
        QTest::addColumn<QByteArray>("part");
        const auto row = [](const char* name, ErrorCode code, const char* part, Change change) {
            QTest::newRow(name) << change << code << QByteArray(part);
        };
        row("read before made", ErrorCode::BadFormat, "“later”", [](auto& b) { b.node("Relu", {"later"}, {"z"}); });
        row("made twice", ErrorCode::BadFormat, "“y”", [](auto& b) { b.node("Relu", {"x"}, {"y"}); });
        row("constant made twice", ErrorCode::BadFormat, "“c”", [](auto& b) { b.constant("c", {1}, {1.0F}); });
        row("input and output", ErrorCode::BadFormat, "“x”", [](auto& b) { b.node("Relu", {"y"}, {"x"}); });
        row("output unmade", ErrorCode::BadFormat, "“never”", [](auto& b) { b.output("never"); });
        row("too few bytes", ErrorCode::BadFormat, "“d”", [](auto& b) { b.constant("d", {4}, {1.0F}); });
        row("too many bytes", ErrorCode::BadFormat, "“d”", [](auto& b) { b.constant("d", {1}, {1.0F, 2.0F}); });
        row("negative extent", ErrorCode::BadFormat, "“d”", [](auto& b) { b.constant("d", {-1}, {1.0F}); });
        row("extents overflow", ErrorCode::BadFormat, "“d”", [](auto& b) {
            b.constant("d", {std::int64_t{1} << 33, std::int64_t{1} << 33}, {1.0F});
        });
        row("overflow hidden by zero", ErrorCode::BadFormat, "“d”", [](auto& b) {
            b.constant("d", {0, std::int64_t{1} << 40, std::int64_t{1} << 40}, {});
        });
        row("claims much", ErrorCode::BadFormat, "“d”", [](auto& b) { b.constant("d", {100'000'000}, {1.0F}); });
        row("claims too much", ErrorCode::TooLarge, "“d”", [](auto& b) { b.constant("d", {std::int64_t{1} << 40}, {1.0F}); });
        row("complex numbers", ErrorCode::Unsupported, "COMPLEX64", [](auto& b) {
            b.constant("d", {1}, {1.0F});
            b.lastConstant().set_data_type(onnx::TensorProto::COMPLEX64);
        });
        row("type 1000", ErrorCode::Unsupported, "“d”", [](auto& b) {
            b.constant("d", {1}, {1.0F});
            b.lastConstant().set_data_type(1000);
        });
        row("sparse", ErrorCode::Unsupported, "sparse", [](auto& b) { b.model().mutable_graph()->add_sparse_initializer(); });
        row("sequence input", ErrorCode::Unsupported, "“s”", [](auto& b) {
            auto* value = b.model().mutable_graph()->add_input();
            value->set_name("s");
            value->mutable_type()->mutable_sequence_type();
        });
        row("no output", ErrorCode::BadFormat, "", [](auto& b) { b.model().mutable_graph()->clear_output(); });
        row("no graph", ErrorCode::BadFormat, "", [](auto& b) { b.model().clear_graph(); });
    }

    void refusesDamage() {
        QFETCH(Change, change);
        QFETCH(ErrorCode, code);
        QFETCH(QByteArray, part);
        OnnxBuilder builder;
        change(addition(builder));
        checkRefused(readBytes(builder.bytes()), code, part.constData());
    }

    void boundsTheNodes() {
        OnnxBuilder builder;
        addition(builder);
        QVERIFY(readBytes(builder.bytes(), {.nodes = 1}).ok());
        builder.node("Relu", {"y"}, {"z"});
        checkRefused(readBytes(builder.bytes(), {.nodes = 1}), ErrorCode::TooLarge, "nodes");
        // Nodes of subgraphs count, too.
        OnnxBuilder nested;
        auto* attribute = addition(nested).node("If", {"y"}, {"z"}).add_attribute();
        attribute->set_type(onnx::AttributeProto::GRAPH);
        for (int k = 0; k < 10; ++k) {
            attribute->mutable_g()->add_node();
        }
        checkRefused(readBytes(nested.bytes(), {.nodes = 11}), ErrorCode::TooLarge, "nodes");
        QVERIFY(readBytes(nested.bytes(), {.nodes = 12}).ok());
        const std::string empty("\x0a\x00", 2);  // a node without anything
        std::string many;
        for (int k = 0; k < 100'001; ++k) {
            many += empty;
        }
        std::string file("\x3a", 1);
        for (std::size_t rest = many.size(); rest != 0; rest >>= 7) {
            file += static_cast<char>((rest & 0x7F) | (rest > 0x7F ? 0x80U : 0U));
        }
        checkRefused(readBytes(file + many), ErrorCode::TooLarge, "100000");
    }

    // What is small in a file and large in memory is refused before protobuf makes anything of it.
    void boundsTheMemory() {
        constexpr std::size_t kLimit = std::size_t{8} << 20;
        OnnxBuilder names;
        addition(names);
        for (int k = 0; k < 200'000; ++k) {
            names.model().mutable_graph()->mutable_node(0)->add_output();
        }
        QVERIFY(names.bytes().size() < 500'000);
        checkRefused(readBytes(names.bytes(), {.memory = kLimit}), ErrorCode::TooLarge, "8 MiB");
        OnnxBuilder dims;
        addition(dims);
        auto* shape = dims.model().mutable_graph()->add_value_info()->mutable_type()->mutable_tensor_type()->mutable_shape();
        for (int k = 0; k < 200'000; ++k) {
            shape->add_dim();
        }
        checkRefused(readBytes(dims.bytes(), {.memory = kLimit}), ErrorCode::TooLarge, "8 MiB");
        OnnxBuilder deep;
        addition(deep);
        auto* graph = deep.model().mutable_graph();
        for (int k = 0; k < 80; ++k) {
            auto* attribute = graph->add_node()->add_attribute();
            attribute->set_type(onnx::AttributeProto::GRAPH);
            graph = attribute->mutable_g();
        }
        checkRefused(readBytes(deep.bytes()), ErrorCode::BadFormat);
        OnnxBuilder sum;
        addition(sum);
        for (int k = 0; k < 3; ++k) {
            sum.constant("d" + std::to_string(k), {1 << 20}, std::vector<float>(1 << 20));
        }
        QVERIFY(readBytes(sum.bytes(), {.memory = std::size_t{16} << 20}).ok());
        checkRefused(readBytes(sum.bytes(), {.memory = std::size_t{11} << 20}), ErrorCode::TooLarge);
    }

    void readsExternalDataInsideTheFolder() {
        const float values[] = {7.0F, 8.0F, 9.0F, 10.0F};
        writeFile(path("weights.bin"), QByteArray(reinterpret_cast<const char*>(values), sizeof values));
        OnnxBuilder builder;
        addition(builder);
        setExternal(builder.lastConstant(), "weights.bin", "4", "12");
        const auto graph = readBytes(builder.bytes());
        QVERIFY2(graph.ok(), graph ? "" : graph.error().message().c_str());
        QCOMPARE(graph->constants.at("c").data<float>()[0], 8.0F);
        QCOMPARE(graph->constants.at("c").data<float>()[2], 10.0F);
    }

    void refusesExternalData_data() {
        QTest::addColumn<QString>("location");
        QTest::addColumn<QString>("offset");
        QTest::addColumn<QString>("length");
        QTest::newRow("absent") << "none.bin"
                                << ""
                                << "12";
        QTest::newRow("no name") << ""
                                 << ""
                                 << "12";
        QTest::newRow("absolute") << "/etc/passwd"
                                  << ""
                                  << "12";
        QTest::newRow("above") << "../outside.bin"
                               << ""
                               << "12";
        QTest::newRow("above in the middle") << "inner/../../outside.bin"
                                             << ""
                                             << "12";
        QTest::newRow("link out") << "link.bin"
                                  << ""
                                  << "12";
        QTest::newRow("folder") << "."
                                << ""
                                << "12";
        QTest::newRow("pipe") << "pipe.bin"
                              << ""
                              << "12";
        QTest::newRow("device by link") << "zero.bin"
                                        << ""
                                        << "12";
        QTest::newRow("offset behind the end") << "weights.bin"
                                               << "16"
                                               << "12";
        QTest::newRow("offset overflows") << "weights.bin"
                                          << "18446744073709551612"
                                          << "12";
        QTest::newRow("length behind the end") << "weights.bin"
                                               << "5"
                                               << "12";
        QTest::newRow("length is not the tensor's") << "weights.bin"
                                                    << ""
                                                    << "8";
        QTest::newRow("offset is no number") << "weights.bin"
                                             << "four"
                                             << "12";
        QTest::newRow("negative offset") << "weights.bin"
                                         << "-4"
                                         << "12";
    }

    void refusesExternalData() {
        QFETCH(QString, location);
        QFETCH(QString, offset);
        QFETCH(QString, length);
        QTemporaryDir parent;
        const QString folder = parent.filePath(QStringLiteral("model"));
        QVERIFY(QDir(parent.path()).mkpath(QStringLiteral("model/inner")));
        writeFile(parent.filePath(QStringLiteral("outside.bin")), QByteArray(64, 'o'));
        writeFile(folder + QStringLiteral("/weights.bin"), QByteArray(16, 'w'));
        QVERIFY(QFile::link(parent.filePath(QStringLiteral("outside.bin")), folder + QStringLiteral("/link.bin")));
        QVERIFY(QFile::link(QStringLiteral("/dev/zero"), folder + QStringLiteral("/zero.bin")));
        QVERIFY(mkfifo((folder + QStringLiteral("/pipe.bin")).toLocal8Bit().constData(), 0600) == 0);
        OnnxBuilder builder;
        addition(builder);
        setExternal(builder.lastConstant(), location.toStdString(), offset.toStdString(), length.toStdString());
        builder.write(folder + QStringLiteral("/model.onnx"));
        const auto graph = readOnnx((folder + QStringLiteral("/model.onnx")).toStdString());
        checkRefused(graph, ErrorCode::BadFormat, "“c”");
    }

    void namesAllMissingOperatorsAtOnce() {
        OnnxBuilder builder;
        addition(builder);
        builder.node("FancyAttention", {"y"}, {"z"}).set_name("block/attention");
        builder.node("FancyAttention", {"z"}, {"z2"});
        builder.node("Relu", {"z2"}, {"r"}).set_domain("com.other");
        const auto graph = readBytes(builder.bytes());
        QVERIFY(graph.ok());
        const auto checked = checkOperators(*graph);
        QVERIFY(!checked);
        const QString text = QString::fromStdString(checked.error().message());
        for (const char* part : {"FancyAttention", "“block/attention”", "opset 13", "com.other.Relu", "“r”"}) {
            QVERIFY2(text.contains(QString::fromUtf8(part)), qPrintable(text));
        }
        QCOMPARE(text.count(QLatin1String("FancyAttention")), 1);
    }
};

QTEST_GUILESS_MAIN(TestOnnxReader)
#include "tst_onnx_reader.moc"
