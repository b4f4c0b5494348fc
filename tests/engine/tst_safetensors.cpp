#include "engine/io/atomic_file.h"
#include "engine/tensor/safetensors.h"

#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

using namespace fovea;

namespace {

/// A file of this header and data, as a hostile writer would make it.
std::string fileOf(const std::string& header, const std::string& data = {}) {
    const std::uint64_t length = header.size();
    return std::string(reinterpret_cast<const char*>(&length), 8) + header + data;
}

std::string lengthOnly(std::uint64_t length, const std::string& rest = "{}") {
    return std::string(reinterpret_cast<const char*>(&length), 8) + rest;
}

Result<SafetensorsFile> parse(const std::string& bytes) { return parseSafetensors(bytes.data(), bytes.size(), "x.safetensors"); }

template <class T>
std::string raw(const std::vector<T>& values) {
    return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

std::string tensorHeader(const char* dtype, const char* shape, const char* offsets) {
    return std::string(R"({"a":{"dtype":")") + dtype + R"(","shape":)" + shape + R"(,"data_offsets":)" + offsets + "}}";
}

}  // namespace

class TestSafetensors final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { QTest::failOnWarning(QRegularExpression(QStringLiteral(".*"))); }

    void roundTrip();
    void layoutOfWrittenBytes();
    void emptyFile();
    void goldenFiles();
    void conversions_data();
    void conversions();
    void hostile_data();
    void hostile();
    void everyTruncationIsRefused();
    void paths();
};

void TestSafetensors::roundTrip() {
    SafetensorsFile file;
    file.metadata = {{"id", "simam"}, {"quote", "a \"b\" \\ é 注意"}};
    file.tensors["scalar"] = Tensor({}, {-0.0F});
    file.tensors["one"] = Tensor({1, 1}, {std::numeric_limits<float>::denorm_min()});
    file.tensors["odd"] = Tensor({7, 13}, std::vector<float>(91, 0.1F));
    file.tensors["none"] = Tensor({3, 0, 2}, {});
    file.tensors["odd"].values[90] = std::numeric_limits<float>::infinity();
    const auto back = parse(safetensorsBytes(file));
    QVERIFY2(back.ok(), back.ok() ? "" : back.error().message().c_str());
    QCOMPARE(back->metadata, file.metadata);
    QCOMPARE(back->tensors.size(), file.tensors.size());
    for (const auto& [name, tensor] : file.tensors) {
        const Tensor& read = back->tensors.at(name);
        QCOMPARE(read.shape, tensor.shape);
        QCOMPARE(raw(read.values), raw(tensor.values));
    }
}

void TestSafetensors::layoutOfWrittenBytes() {
    for (const std::size_t length : {1U, 2U, 3U, 4U, 5U, 6U, 7U, 8U}) {
        SafetensorsFile file;
        file.tensors[std::string(length, 'n')] = Tensor({1}, {1.0F});
        const std::string bytes = safetensorsBytes(file);
        std::uint64_t header = 0;
        std::memcpy(&header, bytes.data(), 8);
        QCOMPARE(header % 8, std::uint64_t{0});
        QCOMPARE(bytes.size(), 8 + header + 4);
    }
}

void TestSafetensors::emptyFile() {
    const auto back = parse(safetensorsBytes({}));
    QVERIFY(back.ok());
    QVERIFY(back->tensors.empty());
    QVERIFY(back->metadata.empty());
}

void TestSafetensors::goldenFiles() {
    const auto file = readSafetensors(FOVEA_SOURCE_DIR "/tests/golden/simam__1.safetensors");
    QVERIFY2(file.ok(), file.ok() ? "" : file.error().message().c_str());
    QCOMPARE(file->metadata.at("id"), std::string("simam"));
    QCOMPARE(file->tensors.at("input").shape, (Shape{16, 7, 9}));
    QCOMPARE(file->tensors.at("attn.full").size(), std::size_t{16 * 7 * 9});
    for (const float v : file->tensors.at("attn.full").values) {
        QVERIFY(v > 0.62F && v <= 1.0F);  // sigmoid(1/2) and up: wrong offsets would show
    }
}

void TestSafetensors::conversions_data() {
    QTest::addColumn<QByteArray>("dtype");
    QTest::addColumn<QByteArray>("data");
    QTest::addColumn<QList<float>>("values");
    const auto row = [](const char* dtype, const std::string& data, const QList<float>& values) {
        QTest::newRow(dtype) << QByteArray(dtype) << QByteArray::fromStdString(data) << values;
    };
    const float inf = std::numeric_limits<float>::infinity();
    row("F32", raw<float>({1.5F, -inf}), {1.5F, -inf});
    row("F16", raw<std::uint16_t>({0x3C00, 0xC000, 0x0001, 0x03FF, 0x0400, 0x7BFF, 0x7C00, 0xFC00, 0x8001}),
        {1.0F, -2.0F, 0x1p-24F, 1023 * 0x1p-24F, 0x1p-14F, 65504.0F, inf, -inf, -0x1p-24F});
    row("BF16", raw<std::uint16_t>({0x3F80, 0xC049, 0x7F80, 0x0001}), {1.0F, -3.140625F, inf, 0x1p-133F});
    row("F64", raw<double>({0.1, -1e300, 3.0}), {0.1F, -inf, 3.0F});
    row("I64", raw<std::int64_t>({-5, std::numeric_limits<std::int64_t>::max()}), {-5.0F, 0x1p63F});
    row("I32", raw<std::int32_t>({-5, 16777217}), {-5.0F, 16777216.0F});
    row("I16", raw<std::int16_t>({-32768, 7}), {-32768.0F, 7.0F});
    row("I8", raw<std::int8_t>({-128, 127, 0}), {-128.0F, 127.0F, 0.0F});
    row("U64", raw<std::uint64_t>({~std::uint64_t{0}}), {0x1p64F});
    row("U32", raw<std::uint32_t>({0xFFFFFFFFU}), {0x1p32F});
    row("U16", raw<std::uint16_t>({65535}), {65535.0F});
    row("U8", raw<std::uint8_t>({255, 0, 1}), {255.0F, 0.0F, 1.0F});
    row("BOOL", raw<std::uint8_t>({0, 1, 2}), {0.0F, 1.0F, 1.0F});
}

void TestSafetensors::conversions() {
    QFETCH(QByteArray, dtype);
    QFETCH(QByteArray, data);
    QFETCH(QList<float>, values);
    const std::string shape = "[" + std::to_string(values.size()) + "]";
    const std::string offsets = "[0," + std::to_string(data.size()) + "]";
    // An odd header length: the values lie unaligned.
    const std::string header = tensorHeader(dtype.constData(), shape.c_str(), offsets.c_str());
    for (const auto* padding : {"", " ", "  ", "   "}) {
        const auto file = parse(fileOf(header + padding, data.toStdString()));
        QVERIFY2(file.ok(), file.ok() ? "" : file.error().message().c_str());
        const auto& read = file->tensors.at("a").values;
        QCOMPARE(QList<float>(read.begin(), read.end()), values);
    }
}

void TestSafetensors::hostile_data() {
    QTest::addColumn<QByteArray>("bytes");
    const auto row = [](const char* name, const std::string& bytes) { QTest::newRow(name) << QByteArray::fromStdString(bytes); };
    const std::string four(4, '\0');
    row("nothing", "");
    row("1 byte", "x");
    row("length alone", lengthOnly(0, ""));
    row("length 0", lengthOnly(0));
    row("length over file", lengthOnly(3));
    row("length huge", lengthOnly(std::uint64_t{1} << 62));
    row("length −1", lengthOnly(~std::uint64_t{0}));
    row("length wraps to the start", lengthOnly(~std::uint64_t{0} - 7));
    row("no JSON", fileOf("hello world"));
    row("open object", fileOf("{"));
    row("two documents", fileOf("{}{}"));
    row("array", fileOf("[]"));
    row("number", fileOf("12"));
    row("deep arrays", fileOf(std::string(1 << 20, '[')));
    row("deep objects", fileOf([] {
            std::string text;
            for (int k = 0; k < 100'000; ++k) {
                text += R"({"a":)";
            }
            return text;
        }()));
    row("invalid UTF-8", fileOf("{\"\xFF\xFE\":{}}"));
    row("entry no object", fileOf(R"({"a":5})"));
    row("entry empty", fileOf(R"({"a":{}})"));
    row("no dtype", fileOf(R"({"a":{"shape":[1],"data_offsets":[0,4]}})", four));
    row("no shape", fileOf(R"({"a":{"dtype":"F32","data_offsets":[0,4]}})", four));
    row("no offsets", fileOf(R"({"a":{"dtype":"F32","shape":[1]}})", four));
    row("one offset", fileOf(tensorHeader("F32", "[1]", "[4]"), four));
    row("three offsets", fileOf(tensorHeader("F32", "[1]", "[0,4,4]"), four));
    row("negative offset", fileOf(tensorHeader("F32", "[1]", "[-4,0]"), four));
    row("fractional offset", fileOf(tensorHeader("F32", "[1]", "[0,4.0]"), four));
    row("offset over 64 bits", fileOf(tensorHeader("F32", "[1]", "[0,99999999999999999999]"), four));
    row("offset beyond file", fileOf(tensorHeader("F32", "[2]", "[0,8]"), four));
    row("offset 2^64−1", fileOf(tensorHeader("F32", "[1]", "[18446744073709551611,18446744073709551615]"), four));
    row("reversed offsets", fileOf(tensorHeader("F32", "[1]", "[4,0]"), four));
    row("negative extent", fileOf(tensorHeader("F32", "[-1]", "[0,4]"), four));
    row("two negative extents", fileOf(tensorHeader("F32", "[-1,-1]", "[0,4]"), four));
    row("extent over 31 bits", fileOf(tensorHeader("U8", "[4294967297,0]", "[0,0]")));
    row("shape 2^63", fileOf(tensorHeader("F32", "[2147483647,2147483647,2]", "[0,4]"), four));
    row("shape wraps to 4 bytes", fileOf(tensorHeader("F32", "[4294967296,4294967296,1]", "[0,4]"), four));
    row("shape wraps to 0", fileOf(tensorHeader("F32", "[1073741824,1073741824,16]", "[0,0]")));
    row("text in shape", fileOf(tensorHeader("F32", "[\"1\"]", "[0,4]"), four));
    row("nested shape", fileOf(tensorHeader("F32", "[[1]]", "[0,4]"), four));
    row("rank 9", fileOf(tensorHeader("F32", "[1,1,1,1,1,1,1,1,1]", "[0,4]"), four));
    row("long shape", fileOf(tensorHeader("F32",
                                          ("[1" +
                                           [] {
                                               std::string ones;
                                               for (int k = 0; k < 1'000'000; ++k) {
                                                   ones += ",1";
                                               }
                                               return ones;
                                           }() +
                                           "]")
                                              .c_str(),
                                          "[0,4]"),
                             four));
    row("unknown dtype", fileOf(tensorHeader("F8_E4M3", "[4]", "[0,4]"), four));
    row("dtype a number", fileOf(R"({"a":{"dtype":4,"shape":[1],"data_offsets":[0,4]}})", four));
    row("size mismatch", fileOf(tensorHeader("F32", "[2]", "[0,4]"), four));
    row("data without tensor", fileOf("{}", four));
    row("data after tensor", fileOf(tensorHeader("F32", "[1]", "[0,4]"), four + "x"));
    row("gap before tensor", fileOf(tensorHeader("F32", "[1]", "[4,8]"), four + four));
    const auto two = [](const char* a, const char* b) {
        return std::string(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":)") + a +
               R"(},"b":{"dtype":"F32","shape":[1],"data_offsets":)" + b + "}}";
    };
    row("same place", fileOf(two("[0,4]", "[0,4]"), four));
    row("overlap", fileOf(two("[0,4]", "[2,6]"), four + "xx"));
    row("gap between", fileOf(two("[0,4]", "[8,12]"), four + four + four));
    row("duplicate tensor",
        fileOf(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})",
               four));
    row("duplicate key", fileOf(R"({"a":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}})", four));
    row("shape twice", fileOf(R"({"a":{"dtype":"F32","shape":[],"shape":[1],"data_offsets":[0,4]}})", four));
    row("unknown key", fileOf(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"code":"x"}})", four));
    row("metadata a list", fileOf(R"({"__metadata__":["x"]})"));
    row("metadata a number", fileOf(R"({"__metadata__":{"a":1}})"));
    row("metadata nested", fileOf(R"({"__metadata__":{"a":{"b":"c"}}})"));
    row("metadata twice", fileOf(R"({"__metadata__":{"a":"1"},"__metadata__":{"a":"2"}})"));
}

void TestSafetensors::hostile() {
    QFETCH(QByteArray, bytes);
    const auto file = parse(bytes.toStdString());
    QVERIFY(!file.ok());
    const QString message = QString::fromStdString(file.error().message());
    QVERIFY2(message.contains(QLatin1String("x.safetensors")), qPrintable(message));
    QVERIFY2(message.endsWith(QLatin1Char('.')) && !message.contains(QLatin1Char('%')) && message.size() < 300,
             qPrintable(message));
}

void TestSafetensors::everyTruncationIsRefused() {
    SafetensorsFile file;
    file.metadata["id"] = "se";
    file.tensors["a"] = Tensor({7}, std::vector<float>(7, 1.0F));
    file.tensors["b"] = Tensor({1, 13}, std::vector<float>(13, 2.0F));
    const std::string bytes = safetensorsBytes(file);
    QVERIFY(parse(bytes).ok());
    for (std::size_t length = 0; length < bytes.size(); ++length) {
        QVERIFY2(!parse(bytes.substr(0, length)).ok(), std::to_string(length).c_str());
    }
}

void TestSafetensors::paths() {
    const QTemporaryDir dir;
    const std::string folder = dir.path().toStdString();
    QCOMPARE(int(readSafetensors(folder + "/none.safetensors").error().code), int(ErrorCode::NotFound));
    QVERIFY(!readSafetensors(folder).ok());
    QVERIFY(!readSafetensors("/dev/zero").ok());
    SafetensorsFile file;
    file.tensors["w"] = Tensor({1}, {3.0F});
    QVERIFY(writeFileAtomically(folder + "/注意 1.safetensors", safetensorsBytes(file)).ok());
    const auto back = readSafetensors(folder + "/注意 1.safetensors");
    QVERIFY(back.ok());
    QCOMPARE(back->tensors.at("w").values, std::vector<float>{3.0F});
}

QTEST_GUILESS_MAIN(TestSafetensors)
#include "tst_safetensors.moc"
