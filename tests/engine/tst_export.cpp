#include "engine/export/export.h"

#include <QDir>
#include <QFile>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>
#include <nlohmann/json.hpp>
#include <opencv2/core.hpp>

#include <sys/stat.h>

#include <locale>

#include "engine/export/output_places.h"
#include "engine/io/atomic_file.h"
#include "engine/kernels/level.h"
#include "engine/tensor/npy.h"
#include "engine/tensor/safetensors.h"
#include "tests/support/made_result.h"
#include "tests/support/small_disk.h"

using namespace fovea;
using fovea::test::SmallDisk;

namespace {

QByteArray contents(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray("(cannot be read)");
}

QByteArray bytesOf(const std::string& text) { return QByteArray::fromStdString(text); }

/// Exports into a run of its own.
Result<std::vector<std::string>> exported(const FrameResult& result, const std::string& module, const std::string& folder,
                                          const std::string& base) {
    OutputPlaces places;
    return exportRaw(result, {module}, folder, base, places);
}

QStringList entries(const QString& folder) {
    return QDir(folder).entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot);
}

struct GermanNumbers final : std::numpunct<char> {
    char do_decimal_point() const override { return ','; }
    char do_thousands_sep() const override { return '.'; }
    std::string do_grouping() const override { return "\3"; }
};

const ModuleInfo kInfo = {.id = "odd",
                          .version = 3,
                          .title = "Odd",
                          .longTitle = "Odd attention",
                          .domain = Domain::ChannelSpatial,
                          .kind = AttentionKind::Soft,
                          .needs = {},
                          .year = 2024,
                          .paper = "Odd (Nobody, 2024)",
                          .arxiv = "",
                          .reference = "none",
                          .summary = "",
                          .params = {{.key = "ratio", .label = "Ratio", .fallback = 0.1, .choices = {}, .unit = "", .help = ""}}};

AttentionMap mapOf(const char* name, const MapKind& kind, MapRole role, Tensor data) {
    AttentionMap map;
    map.name = name;
    map.kind = kind;
    map.role = role;
    map.title = name;
    map.data = std::move(data);
    return map;
}

AttentionOutput oddOutput() {
    AttentionOutput output;
    output.maps.push_back(mapOf("channel", ChannelMap{}, MapRole::Gate, Tensor({3}, {0.1F, 1e-20F, 16777216.0F})));
    auto spatial = mapOf("spatial", SpatialMap{2, 3}, MapRole::Mask, Tensor({2, 3}, {-1.5F, 0, 1, 0, 0.3F, 0.2F}));
    output.maps.push_back(std::move(spatial));
    FeatureMap features(3, 2, 3);
    for (std::size_t k = 0; k < features.size(); ++k) {
        features.data()[k] = static_cast<float>(k) / 3.0F;
    }
    output.frames.push_back(std::move(features));
    return output;
}

FrameResult resultOf(Result<AttentionOutput> output) {
    auto module = test::jobOf(kInfo, {.kind = ProvenanceKind::Random, .source = "", .seed = 7});
    module->output = std::move(output);
    module->milliseconds = 12.5;
    auto features = std::make_shared<Features>();
    features->map = FeatureMap(3, 2, 3);
    features->channelNames = {"red–green, coarse", "say \"hello\"", "a,b"};
    features->geometry = {.originX = 0.5, .originY = -1.0, .stepX = 8.0, .stepY = 1.0 / 3.0};
    features->model = "Retina";
    features->layer = "stride 8";
    auto source = std::make_shared<SourceInfo>();
    source->name = "photo.png";
    source->path = "/pictures/photo.png";
    source->sha256 = "abc123";
    source->description = "24 × 16, 8-bit RGB";
    FrameResult result = test::madeResult({}, nullptr);
    result.epoch = 5;
    result.frame.width = 24;
    result.frame.height = 16;
    result.frame.timestamp = 1234.5;
    result.frame.source = std::move(source);
    result.models.front().features = std::move(features);
    test::addUnfinished(result, "unfinished");  // one which has not finished
    test::addJob(result, module);
    return result;
}

/// A pairwise map of one head given by factors, each query looking at every key alike.
AttentionMap factoredMap(int queries, int keys) {
    auto factors = std::make_shared<PairwiseFactors>();
    factors->queries = FeatureMap(1, 1, queries);
    factors->keys = FeatureMap(1, 1, keys);
    factors->rowMax.assign(static_cast<std::size_t>(queries), 0.0F);
    factors->rowSum.assign(static_cast<std::size_t>(queries), static_cast<float>(keys));
    const PairwiseMap matrix{
        .queries = {.height = 1, .width = queries}, .keys = {.height = 1, .width = keys}, .factors = std::move(factors)};
    return mapOf("matrix", matrix, MapRole::Distribution, {});
}

nlohmann::json parsed(const QByteArray& text) { return nlohmann::json::parse(text.toStdString()); }

}  // namespace

class TestExport final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { QTest::failOnWarning(QRegularExpression(QStringLiteral(".*"))); }

    void writesAndReplaces();
    void followsLinks();
    void refusesWhatIsNoFile();
    void unwritable_data();
    void unwritable();
    void fullDisk();
    void rawFiles();
    void severalChannelMapsAndFrames();
    void sidecar();
    void sidecarOfWhatIsDrawn();
    void sidecarSaysWhatWasMuted();
    void sidecarOfFailure();
    void factors();
    void sameBytesEveryTime();
    void failuresLeaveNothing();
    void wrongNames();
};

void TestExport::writesAndReplaces() {
    const QTemporaryDir dir;
    const QString path = dir.filePath(QStringLiteral("注意 out.png"));
    QVERIFY(writeFileAtomically(path.toStdString(), "first").ok());
    QCOMPARE(contents(path), QByteArray("first"));
    QVERIFY(QFile::setPermissions(path, QFile::ReadOwner | QFile::WriteOwner));
    std::string large(3'000'000, 'x');
    large[5] = '\0';
    QVERIFY(writeFileAtomically(path.toStdString(), large).ok());
    QCOMPARE(contents(path), bytesOf(large));
    struct stat info = {};
    QCOMPARE(::stat(path.toUtf8().constData(), &info), 0);
    QCOMPARE(info.st_mode & 0777U, 0600U);
    QVERIFY(writeFileAtomically(path.toStdString(), "").ok());
    QCOMPARE(contents(path), QByteArray());
    QCOMPARE(entries(dir.path()).size(), 1);

    const QString longest = dir.filePath(QString(250, QLatin1Char('n')) + QStringLiteral(".csv"));
    QVERIFY(writeFileAtomically(longest.toStdString(), "long").ok());
    QCOMPARE(contents(longest), QByteArray("long"));
    QVERIFY(QFile::remove(longest));

    const QString before = QDir::currentPath();
    QVERIFY(QDir::setCurrent(dir.path()));
    const bool bare = writeFileAtomically("bare", "name").ok();
    QVERIFY(QDir::setCurrent(before));
    QVERIFY(bare);
    QCOMPARE(contents(dir.filePath(QStringLiteral("bare"))), QByteArray("name"));
}

void TestExport::followsLinks() {
    const QTemporaryDir dir;
    const QString link = dir.filePath(QStringLiteral("link"));
    QVERIFY(QDir(dir.path()).mkdir(QStringLiteral("below")));
    const QString target = dir.filePath(QStringLiteral("below/target"));
    QVERIFY(writeFileAtomically(target.toStdString(), "old").ok());
    QVERIFY(QFile::link(target, link));
    QVERIFY(writeFileAtomically(link.toStdString(), "new").ok());
    QVERIFY(QFileInfo(link).isSymLink());
    QCOMPARE(contents(target), QByteArray("new"));
}

void TestExport::refusesWhatIsNoFile() {
    const QTemporaryDir dir;
    const auto pipe = dir.filePath(QStringLiteral("pipe")).toStdString();
    QCOMPARE(::mkfifo(pipe.c_str(), 0600), 0);
    for (const std::string& path : {dir.path().toStdString(), pipe}) {
        const auto written = writeFileAtomically(path, "x");
        QVERIFY(!written.ok());
        QCOMPARE(int(written.error().code), int(ErrorCode::Unwritable));
        QVERIFY(written.error().message().find(path) != std::string::npos);
    }
    QCOMPARE(entries(dir.path()).size() + QDir(dir.path()).entryList(QDir::System).size(), 1);
    for (const char* device : {"/dev/null", "/dev/full"}) {  // asked, never written to
        QVERIFY(!AtomicFile::check(device).ok());
    }
}

void TestExport::unwritable_data() {
    QTest::addColumn<QString>("path");
    QTest::newRow("no folder") << QStringLiteral("%1/none/out.png");
    QTest::newRow("below a file") << QStringLiteral("%1/file/out.png");
    QTest::newRow("proc") << QStringLiteral("/proc/out.png");
    QTest::newRow("long name") << QStringLiteral("%1/") + QString(300, QLatin1Char('n'));
    QTest::newRow("empty") << QString();
}

void TestExport::unwritable() {
    QFETCH(QString, path);
    const QTemporaryDir dir;
    QVERIFY(writeFileAtomically(dir.filePath(QStringLiteral("file")).toStdString(), "kept").ok());
    const auto written =
        writeFileAtomically(path.contains(QLatin1Char('%')) ? path.arg(dir.path()).toStdString() : path.toStdString(), "x");
    QVERIFY(!written.ok());
    QCOMPARE(int(written.error().code), int(ErrorCode::Unwritable));
    QVERIFY(written.error().message().back() == '.');
    QCOMPARE(entries(dir.path()), QStringList{QStringLiteral("file")});
    QCOMPARE(contents(dir.filePath(QStringLiteral("file"))), QByteArray("kept"));
}

void TestExport::fullDisk() {
    const QTemporaryDir dir;
    const QString path = dir.filePath(QStringLiteral("out.png"));
    QVERIFY(writeFileAtomically(path.toStdString(), "old and whole").ok());
    Result<void> written;
    {
        const SmallDisk disk(4096);
        written = writeFileAtomically(path.toStdString(), std::string(100'000, 'x'));
    }
    QVERIFY(!written.ok());
    QCOMPARE(int(written.error().code), int(ErrorCode::Unwritable));
    QCOMPARE(QString::fromStdString(written.error().message()),
             QStringLiteral("There is no room for “%1”; free some space or choose another folder.").arg(path));
    QCOMPARE(contents(path), QByteArray("old and whole"));
    QCOMPARE(entries(dir.path()), QStringList{QStringLiteral("out.png")});
}

void TestExport::rawFiles() {
    const QTemporaryDir dir;
    const QString folder = dir.filePath(QStringLiteral("new/folder"));
    const auto paths = exported(resultOf(oddOutput()), "odd", folder.toStdString(), "photo.odd");
    QVERIFY2(paths.ok(), paths.ok() ? "" : paths.error().message().c_str());
    QCOMPARE(entries(folder), (QStringList{QStringLiteral("photo.odd.channel.npy"), QStringLiteral("photo.odd.channels.csv"),
                                           QStringLiteral("photo.odd.json"), QStringLiteral("photo.odd.output.npy"),
                                           QStringLiteral("photo.odd.safetensors"), QStringLiteral("photo.odd.spatial.npy")}));
    QCOMPARE(paths->size(), std::size_t{6});
    for (const auto& path : *paths) {
        QVERIFY(QFile::exists(QString::fromStdString(path)));
    }
    const auto file = [&](const char* ending) {
        return contents(folder + QStringLiteral("/photo.odd.") + QLatin1String(ending));
    };
    const AttentionOutput output = oddOutput();
    QCOMPARE(file("channel.npy"), bytesOf(npyBytes({3}, output.maps[0].data.values.data())));
    QCOMPARE(file("spatial.npy"), bytesOf(npyBytes({2, 3}, output.maps[1].data.values.data())));
    QCOMPARE(file("output.npy"), bytesOf(npyBytes({3, 2, 3}, output.frames[0].data())));
    QCOMPARE(file("channels.csv"), QByteArray("index,name,weight\n"
                                              "0,\"red–green, coarse\",0.1\n"
                                              "1,\"say \"\"hello\"\"\",1e-20\n"
                                              "2,\"a,b\",16777216\n"));
    const auto tensors = readSafetensors((folder + QStringLiteral("/photo.odd.safetensors")).toStdString());
    QVERIFY2(tensors.ok(), tensors.ok() ? "" : tensors.error().message().c_str());
    QCOMPARE(tensors->tensors.size(), std::size_t{3});
    QCOMPARE(tensors->tensors.at("attn.channel").values, output.maps[0].data.values);
    QCOMPARE(tensors->tensors.at("attn.spatial").shape, (Shape{2, 3}));
    QCOMPARE(tensors->tensors.at("output").shape, (Shape{3, 2, 3}));
    QCOMPARE(tensors->metadata.at("id"), std::string("odd"));
    QCOMPARE(tensors->metadata.at("weights"), std::string("random (seed 7)"));
}

void TestExport::severalChannelMapsAndFrames() {
    const QTemporaryDir dir;
    AttentionOutput output = oddOutput();
    output.maps.push_back(mapOf("channel_add", ChannelMap{}, MapRole::Additive, Tensor({4}, {1, 2, 3, 4})));
    output.frames.push_back(output.frames.front());
    const auto paths = exported(resultOf(std::move(output)), "odd", dir.path().toStdString(), "x");
    QVERIFY2(paths.ok(), paths.ok() ? "" : paths.error().message().c_str());
    QVERIFY(contents(dir.filePath(QStringLiteral("x.channel.channels.csv"))).contains("2,\"a,b\",16777216"));
    // Four weights, three names: no name is better than a wrong one.
    QCOMPARE(contents(dir.filePath(QStringLiteral("x.channel_add.channels.csv"))),
             QByteArray("index,name,weight\n0,\"\",1\n1,\"\",2\n2,\"\",3\n3,\"\",4\n"));
    QVERIFY(contents(dir.filePath(QStringLiteral("x.output.npy"))).contains("'shape': (2, 3, 2, 3), "));
}

void TestExport::sidecar() {
    const FrameResult result = resultOf(oddOutput());
    const std::string text = sidecarJson(result, {"odd"}, nullptr, nullptr);
    const auto json = parsed(bytesOf(text));
    QCOMPARE(json["program"]["version"].get<std::string>(), std::string(version()));
    QCOMPARE(json["program"]["engine"].get<std::string>(), std::string(kernelLevel()));
    QCOMPARE(json["source"]["name"].get<std::string>(), std::string("photo.png"));
    QCOMPARE(json["source"]["path"].get<std::string>(), std::string("/pictures/photo.png"));
    QCOMPARE(json["source"]["sha256"].get<std::string>(), std::string("abc123"));
    QCOMPARE(json["source"]["description"].get<std::string>(), std::string("24 × 16, 8-bit RGB"));
    QCOMPARE(json["features"]["model"].get<std::string>(), std::string("Retina"));
    QCOMPARE(json["features"]["layer"].get<std::string>(), std::string("stride 8"));
    QCOMPARE(json["features"]["geometry"]["stepY"].get<double>(), 1.0 / 3.0);
    QCOMPARE(json["module"]["id"].get<std::string>(), std::string("odd"));
    QCOMPARE(json["module"]["version"].get<int>(), 3);
    QCOMPARE(json["module"]["paper"].get<std::string>(), std::string("Odd (Nobody, 2024)"));
    QCOMPARE(json["parameters"]["ratio"].get<double>(), 0.1);
    QCOMPARE(json["weights"]["kind"].get<std::string>(), std::string("random"));
    QCOMPARE(json["weights"]["seed"].get<int>(), 7);
    QCOMPARE(json["weights"]["text"].get<std::string>(), std::string("random (seed 7)"));
    QCOMPARE(json["maps"].size(), std::size_t{2});
    QCOMPARE(json["maps"][0]["kind"].get<std::string>(), std::string("channel"));
    QCOMPARE(json["maps"][0]["role"].get<std::string>(), std::string("gate"));
    QCOMPARE(json["maps"][0]["min"].get<float>(), 1e-20F);
    QCOMPARE(json["maps"][0]["max"].get<float>(), 16777216.0F);
    QCOMPARE(json["maps"][1]["role"].get<std::string>(), std::string("mask"));
    QCOMPARE(json["maps"][1]["min"].get<float>(), -1.5F);
    QCOMPARE(json["maps"][1]["max"].get<float>(), 1.0F);
    QVERIFY(json["maps"][1]["grid"] == nlohmann::json({2, 3}));
    QVERIFY(json["output"]["shape"] == nlohmann::json({3, 2, 3}));
    QCOMPARE(json["output"]["max"].get<float>(), 17.0F / 3.0F);
    QVERIFY(!json.contains("field") && !json.contains("style"));
    // Neither how long it took nor when: the same numbers give the same bytes.
    QVERIFY(text.find("12.5") == std::string::npos && text.find("1234") == std::string::npos);
}

void TestExport::sidecarOfWhatIsDrawn() {
    const FrameResult result = resultOf(oddOutput());
    ScalarField field;
    field.values = {0.25F, 0.1F};
    field.height = 1;
    field.width = 2;
    field.min = 0.1F;
    field.max = 0.25F;
    field.scaleMin = 0.1F;
    field.scaleMax = 0.25F;
    field.module = "Odd";
    field.what = "after";
    OverlayStyle style;
    style.opacity = 0.35;
    const auto json = parsed(bytesOf(sidecarJson(result, {"odd"}, &field, &style)));
    QCOMPARE(json["field"]["what"].get<std::string>(), std::string("after"));
    QCOMPARE(json["field"]["min"].get<float>(), 0.1F);
    for (const char* part : {"channel", "head", "asked"}) {  // of what the map does not have nothing is said
        QVERIFY(!json["field"].contains(part));
    }
    QCOMPARE(json["style"]["colormap"].get<std::string>(), std::string("inferno"));
    QCOMPARE(json["style"]["opacity"].get<double>(), 0.35);
    QCOMPARE(json["style"]["range"][0].get<float>(), 0.1F);
    QCOMPARE(json["style"]["range"][1].get<float>(), 0.25F);
    // A diverging field is drawn with the other table: that one is named.
    field.diverging = true;
    const auto diverging = parsed(bytesOf(sidecarJson(result, {"odd"}, &field, &style)));
    QCOMPARE(diverging["style"]["colormap"].get<std::string>(), std::string("blue-red"));
    // A plain style says that nothing more was asked for, and another what was.
    QCOMPARE(json["style"]["mode"].get<std::string>(), std::string("blend"));
    QVERIFY(json["style"]["threshold"].is_null());
    QCOMPARE(json["style"]["contours"].get<int>(), 0);
    QCOMPARE(json["style"]["clipShare"].get<double>(), 0.0);
    style.mode = OverlayMode::Brightness;
    style.thresholded = true;
    style.threshold = 0.3F;
    style.contours = 5;
    style.clipped = true;
    style.clipShare = 0.125;
    const auto rich = parsed(bytesOf(sidecarJson(result, {"odd"}, &field, &style)));
    QCOMPARE(rich["style"]["mode"].get<std::string>(), std::string("brightness"));
    QCOMPARE(rich["style"]["threshold"].get<float>(), 0.3F);
    QCOMPARE(rich["style"]["contours"].get<int>(), 5);
    QCOMPARE(rich["style"]["clipShare"].get<double>(), 0.125);
}

void TestExport::sidecarSaysWhatWasMuted() {
    FrameResult result = resultOf(oddOutput());
    QVERIFY(!parsed(bytesOf(sidecarJson(result, {"odd"}, nullptr, nullptr))).contains("intervention"));
    JobResult module = *result.find(JobId{"odd"});
    module.intervention = {.channels = {1.0F, 0.0F}, .heads = {0.5F}};
    result.models.front().jobs.clear();
    test::addJob(result, std::make_shared<const JobResult>(module));
    const auto made = parsed(bytesOf(sidecarJson(result, {"odd"}, nullptr, nullptr)))["intervention"];
    QCOMPARE(made["channels"].get<std::vector<float>>(), module.intervention.channels);
    QCOMPARE(made["heads"].get<std::vector<float>>(), module.intervention.heads);
}

void TestExport::sidecarOfFailure() {
    const FrameResult result = resultOf(makeError(ErrorCode::BadValue, "It did not work with %1.", {"this"}));
    const auto json = parsed(bytesOf(sidecarJson(result, {"odd"}, nullptr, nullptr)));
    QCOMPARE(json["error"].get<std::string>(), std::string("It did not work with this."));
    const QTemporaryDir dir;
    const auto paths = exported(result, "odd", dir.path().toStdString(), "x");
    QVERIFY(!paths.ok());
    QCOMPARE(paths.error().message(), std::string("It did not work with this."));
    QVERIFY(entries(dir.path()).isEmpty());
}

void TestExport::factors() {
    const QTemporaryDir dir;
    AttentionOutput output = oddOutput();
    output.maps.push_back(factoredMap(3, 5));
    auto small = exported(resultOf(std::move(output)), "odd", dir.path().toStdString(), "small");
    QVERIFY2(small.ok(), small.ok() ? "" : small.error().message().c_str());
    const std::vector<float> expected(15, 0.2F);
    QCOMPARE(contents(dir.filePath(QStringLiteral("small.matrix.npy"))), bytesOf(npyBytes({1, 3, 5}, expected.data())));
    const auto json = parsed(contents(dir.filePath(QStringLiteral("small.json"))));
    QVERIFY(json["maps"][2]["keyGrid"] == nlohmann::json({1, 5}));
    QCOMPARE(json["maps"][2]["min"].get<float>(), 0.2F);
    QCOMPARE(json["maps"][2]["max"].get<float>(), 0.2F);

    // 16400² numbers are more than a gigabyte: said in the sidecar with their ends, and everything else is written.
    output = oddOutput();
    output.maps.push_back(factoredMap(16'400, 16'400));
    const auto large = exported(resultOf(std::move(output)), "odd", dir.path().toStdString(), "large");
    QVERIFY2(large.ok(), large.ok() ? "" : large.error().message().c_str());
    QVERIFY(!QFile::exists(dir.filePath(QStringLiteral("large.matrix.npy"))));
    QVERIFY(QFile::exists(dir.filePath(QStringLiteral("large.spatial.npy"))));
    const auto refused = parsed(contents(dir.filePath(QStringLiteral("large.json"))))["maps"][2];
    QVERIFY(refused["refused"].get<std::string>().back() == '.');
    QVERIFY(refused["shape"] == nlohmann::json({1, 16'400, 16'400}));
    QCOMPARE(refused["min"].get<float>(), 1.0F / 16'400.0F);
    QCOMPARE(refused["max"].get<float>(), 1.0F / 16'400.0F);
}

void TestExport::sameBytesEveryTime() {
    const QTemporaryDir dir;
    QVERIFY(exported(resultOf(oddOutput()), "odd", dir.filePath(QStringLiteral("a")).toStdString(), "x").ok());
    auto second = resultOf(oddOutput());
    second.epoch = 99;
    second.frame.timestamp = 5678.25;
    // Nobody need have a German locale installed: this one writes 0,1 and 16.777.216 too.
    const std::locale before = std::locale::global(std::locale(std::locale::classic(), new GermanNumbers));
    const auto written = exported(second, "odd", dir.filePath(QStringLiteral("b")).toStdString(), "x");
    std::locale::global(before);
    QVERIFY(written.ok());
    const QStringList names = entries(dir.filePath(QStringLiteral("a")));
    QCOMPARE(names, entries(dir.filePath(QStringLiteral("b"))));
    for (const auto& name : names) {
        QCOMPARE(contents(dir.filePath(QStringLiteral("a/") + name)), contents(dir.filePath(QStringLiteral("b/") + name)));
    }
}

void TestExport::failuresLeaveNothing() {
    const QTemporaryDir dir;
    AttentionOutput output = oddOutput();
    output.frames.front() = FeatureMap(3, 100, 100);  // the maps fit onto the small disk, the output does not
    const FrameResult result = resultOf(std::move(output));
    const QString old = dir.filePath(QStringLiteral("x.channel.npy"));
    QVERIFY(writeFileAtomically(old.toStdString(), "old and whole").ok());
    Result<std::vector<std::string>> written = std::vector<std::string>();
    {
        const SmallDisk disk(4096);
        written = exported(result, "odd", dir.path().toStdString(), "x");
    }
    QVERIFY(!written.ok());
    QCOMPARE(int(written.error().code), int(ErrorCode::Unwritable));
    QCOMPARE(entries(dir.path()), QStringList{QStringLiteral("x.channel.npy")});
    QCOMPARE(contents(old), QByteArray("old and whole"));

    for (const QString& folder : {old + QStringLiteral("/below"), QStringLiteral("/proc/none/here"), old}) {
        const auto refused = exported(result, "odd", folder.toStdString(), "x");
        QVERIFY(!refused.ok());
        QVERIFY2(refused.error().message().find(folder.toStdString()) != std::string::npos, refused.error().message().c_str());
    }
    QCOMPARE(contents(old), QByteArray("old and whole"));
}

void TestExport::wrongNames() {
    const QTemporaryDir dir;
    const FrameResult result = resultOf(oddOutput());
    QCOMPARE(int(exported(result, "none", dir.path().toStdString(), "x").error().code), int(ErrorCode::NotFound));
    QVERIFY(!exported(result, "odd", dir.path().toStdString(), "").ok());
    QVERIFY(!exported(result, "odd", dir.path().toStdString(), "../x").ok());
    QVERIFY(!exported(result, "odd", "", "x").ok());
    QVERIFY(entries(dir.path()).isEmpty());
}

QTEST_GUILESS_MAIN(TestExport)
#include "tst_export.moc"
