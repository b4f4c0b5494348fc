// The bundle which comes with the program opens and every mechanism of it runs; every kind of damage is refused by file and key.

#include "engine/models/bundle.h"

#include <QRegularExpression>
#include <QTest>
#include <filesystem>
#include <limits>

#include "engine/attention/registry.h"
#include "tests/support/bundle_copy.h"
#include "tests/support/numbers.h"

using namespace fovea;
using namespace fovea::test;
namespace fs = std::filesystem;
using Json = nlohmann::json;

namespace {

Result<std::shared_ptr<const Bundle>> load(const std::string& folder) { return loadBundle(folder, std::stop_token()); }

/// One kind of damage, and what its sentence must name.
struct Damage {
    const char* name;
    std::function<void(BundleCopy&)> make;
    std::vector<const char*> named;
    ErrorCode code = ErrorCode::BadFormat;
};

/// A wrong value in the manifest.
Damage wrong(const char* name, const char* pointer, Json value, const char* key) {
    return {name,
            [pointer, value = std::move(value)](BundleCopy& copy) {
                copy.manifest()[Json::json_pointer(pointer)] = value;
                copy.save();
            },
            {"manifest.json", key}};
}

Damage missing(const char* name, const char* parent, const char* child, const char* key) {
    return {name,
            [parent, child](BundleCopy& copy) {
                copy.manifest()[Json::json_pointer(parent)].erase(child);
                copy.save();
            },
            {"manifest.json", key, "missing"}};
}

Damage inWeights(const char* name, const char* id, std::function<void(SafetensorsFile&)> change, std::vector<const char*> named,
                 ErrorCode code) {
    return {name, [id, change = std::move(change)](BundleCopy& copy) { copy.changeWeights(id, change); }, std::move(named), code};
}

std::vector<Damage> manifestDamages() {
    const std::string deep = std::string(100000, '[');
    Json many = Json::object();
    for (int k = 0; k < 501; ++k) {
        many["m" + std::to_string(k)] = Json::object();
    }
    return {
        missing("no channels", "/tap", "channels", "“tap.channels”"),
        missing("no stride", "/tap", "stride", "“tap.stride”"),
        missing("no tap", "", "tap", "“tap”"),
        missing("no modules", "", "modules", "“modules”"),
        missing("no file", "/modules/gc", "file", "“modules.gc.file”"),
        wrong("channels as text", "/tap/channels", "128", "“tap.channels” should be a whole number."),
        wrong("broken channels", "/tap/channels", 128.5, "“tap.channels” should be a whole number."),
        wrong("no channels at all", "/tap/channels", 0, "“tap.channels” should be a whole number from 1 to 4096."),
        wrong("endless channels", "/tap/channels", std::numeric_limits<std::uint64_t>::max(), "“tap.channels”"),
        wrong("negative stride", "/tap/stride", -8, "“tap.stride”"),
        wrong("tap is a list", "/tap", Json::array(), "“tap” should be an object"),
        wrong("name is a number", "/name", 1, "“name” should be a text"),
        wrong("name too long", "/name", std::string(5000, 'x'), "“name”"),
        wrong("name with a zero", "/name", std::string(1, '\0'), "“name”"),
        wrong("fixed is a number", "/input/fixed", 1, "“input.fixed” should be true or false."),
        wrong("fill too short", "/input/fill", Json{0.5, 0.5}, "“input.fill” should be a list of 3 numbers"),
        wrong("fill out of range", "/input/fill", Json{0.5, 0.5, 1.5}, "“input.fill”"),
        wrong("size too large", "/input/size", 100000, "“input.size”"),
        wrong("one output is a number", "/tail/outputs", Json{"logits", 3}, "“tail.outputs[1]”"),
        wrong("no outputs", "/tail/outputs", Json::array(), "“tail.outputs”"),
        wrong("newer format", "/format", 2, "“format” is newer"),
        wrong("too many modules", "/modules", many, "“modules” has more than 500"),
        wrong("module is a text", "/modules/gc", "gc", "“modules.gc”"),
        wrong("unknown tail input", "/modules/gc/tail_input", "twice", "“modules.gc.tail_input” should be one of"),
        wrong("unknown judgement", "/modules/gc/meaningful", "very", "“modules.gc.meaningful”"),
        wrong("metric is a text", "/modules/gc/metrics/map_trained/gain", "2", "“modules.gc.metrics.map_trained.gain”"),
        wrong("hyperparams is a list", "/modules/gc/hyperparams", Json{1}, "“modules.gc.hyperparams”"),
        wrong("recommends a stranger", "/recommended_module", "cbam", "“recommended_module”"),
        wrong("other channels", "/modules/se/hyperparams/C", 64, "“modules.se.hyperparams.C” should be 128"),
        {"out of range",
         [](BundleCopy& copy) {
             copy.manifest()["modules"]["gc"]["hyperparams"]["ratio"] = -3.0;
             copy.save();
         },
         {"manifest.json", "modules.gc.hyperparams.ratio” takes a number from"},
         ErrorCode::BadParameter},
        {"parameter of another type",
         [](BundleCopy& copy) {
             copy.manifest()["modules"]["gc"]["hyperparams"]["ratio"] = "much";
             copy.save();
         },
         {"manifest.json", "modules.gc.hyperparams.ratio"},
         ErrorCode::BadParameter},
        {"unknown parameter",
         [](BundleCopy& copy) {
             copy.manifest()["modules"]["gc"]["hyperparams"]["speed"] = 3;
             copy.save();
         },
         {"manifest.json", "modules.gc.hyperparams.speed"},
         ErrorCode::BadParameter},
        {"parameters which fit no features",
         [](BundleCopy& copy) {
             copy.manifest()["modules"]["se"]["hyperparams"]["reduction"] = 200;
             copy.save();
         },
         {"manifest.json", "“modules.se.hyperparams” does not fit the features: "},
         ErrorCode::BadParameter},
        {"not JSON",
         [](BundleCopy& copy) { writeFile(copy.folder() / "manifest.json", "{\"tap\": "); },
         {"manifest.json", "not JSON"}},
        {"a list", [](BundleCopy& copy) { writeFile(copy.folder() / "manifest.json", "[]"); }, {"manifest.json", "object"}},
        {"empty", [](BundleCopy& copy) { writeFile(copy.folder() / "manifest.json", ""); }, {"manifest.json", "not JSON"}},
        {"endless number",
         [](BundleCopy& copy) { writeFile(copy.folder() / "manifest.json", "{\"tap\": 1e999}"); },
         {"manifest.json", "not JSON"}},
        {"deep",
         [deep](BundleCopy& copy) { writeFile(copy.folder() / "manifest.json", deep); },
         {"manifest.json", "levels deep"}},
        {"too long",
         [](BundleCopy& copy) { writeFile(copy.folder() / "manifest.json", copy.manifest().dump() + std::string(5 << 20, ' ')); },
         {"manifest.json", "bytes"},
         ErrorCode::TooLarge},
    };
}

Damage leads(const char* name, const char* pointer, const char* path, const char* key) {
    Damage damage = wrong(name, pointer, path, key);
    damage.named.push_back("leads out of the folder");
    return damage;
}

std::vector<Damage> fileDamages() {
    const auto linkOut = [](BundleCopy& copy, const char* name) {
        fs::rename(copy.folder() / name, copy.outside() / "elsewhere");
        fs::create_symlink(copy.outside() / "elsewhere", copy.folder() / name);
    };
    return {
        leads("absolute path", "/modules/gc/file", "/etc/hostname", "“modules.gc.file”"),
        leads("path outside", "/modules/gc/file", "../elsewhere", "“modules.gc.file”"),
        leads("path outside and in again", "/modules/gc/file", "../mine/modules/gc.safetensors", "“modules.gc.file”"),
        leads("tail outside", "/tail/file", "../tail.onnx", "“tail.file”"),
        leads("backbone outside", "/backbone/file", "../backbone.onnx", "“backbone.file”"),
        {"module links out",
         [linkOut](BundleCopy& copy) { linkOut(copy, "modules/gc.safetensors"); },
         {"manifest.json", "“modules.gc.file”", "leads out of the folder"}},
        {"tail links out",
         [linkOut](BundleCopy& copy) { linkOut(copy, "tail.onnx"); },
         {"“tail.file”", "leads out of the folder"}},
        {"classes link out",
         [linkOut](BundleCopy& copy) { linkOut(copy, "classes.json"); },
         {"“classes”", "leads out of the folder"}},
        {"manifest links out",
         [linkOut](BundleCopy& copy) { linkOut(copy, "manifest.json"); },
         {"manifest.json", "leads out of the folder"}},
        {"folder of modules links out",
         [](BundleCopy& copy) {
             fs::rename(copy.folder() / "modules", copy.outside() / "elsewhere");
             fs::create_directory_symlink(copy.outside() / "elsewhere", copy.folder() / "modules");
         },
         {"manifest.json", "“modules.gc.file”", "leads out of the folder"}},
        {"link in a circle",
         [](BundleCopy& copy) {
             fs::remove(copy.folder() / "tail.onnx");
             fs::create_symlink("tail.onnx", copy.folder() / "tail.onnx");
         },
         {"“tail.file”"}},
        {"missing module",
         [](BundleCopy& copy) { fs::remove(copy.folder() / "modules/gc.safetensors"); },
         {"manifest.json", "“modules.gc.file”", "no such file"},
         ErrorCode::NotFound},
        {"missing backbone",
         [](BundleCopy& copy) { fs::remove(copy.folder() / "backbone.onnx"); },
         {"manifest.json", "“backbone.file”", "backbone.onnx"},
         ErrorCode::NotFound},
        {"missing classes",
         [](BundleCopy& copy) { fs::remove(copy.folder() / "classes.json"); },
         {"manifest.json", "“classes”", "classes.json"},
         ErrorCode::NotFound},
        {"missing manifest",
         [](BundleCopy& copy) { fs::remove(copy.folder() / "manifest.json"); },
         {"manifest.json", "mine"},
         ErrorCode::NotFound},
        {"a folder as module",
         [](BundleCopy& copy) {
             fs::remove(copy.folder() / "modules/gc.safetensors");
             fs::create_directory(copy.folder() / "modules/gc.safetensors");
         },
         {"manifest.json", "“modules.gc.file”"},
         ErrorCode::NotFound},
        {"classes are not JSON",
         [](BundleCopy& copy) { writeFile(copy.folder() / "classes.json", "cat, dog"); },
         {"classes.json", "not JSON"}},
        {"no classes",
         [](BundleCopy& copy) { writeFile(copy.folder() / "classes.json", "[]"); },
         {"classes.json", "list of 1 to 10000"}},
        {"too many classes",
         [](BundleCopy& copy) { writeFile(copy.folder() / "classes.json", Json(std::vector<int>(10001)).dump()); },
         {"classes.json", "list of 1 to 10000"}},
        {"a class without name",
         [](BundleCopy& copy) { writeFile(copy.folder() / "classes.json", R"([{"name": "cat"}, {"index": 1}])"); },
         {"classes.json", "“[1].name”", "missing"}},
        {"a class out of place",
         [](BundleCopy& copy) { writeFile(copy.folder() / "classes.json", R"([{"name": "cat"}, {"name": "dog", "index": 0}])"); },
         {"classes.json", "“[1].index” should be 1"}},
        {"a class is a number",
         [](BundleCopy& copy) { writeFile(copy.folder() / "classes.json", "[3]"); },
         {"classes.json", "“[0]”"}},
    };
}

std::vector<Damage> weightDamages() {
    const auto first = [](SafetensorsFile& file) -> Tensor& { return file.tensors.begin()->second; };
    return {
        {"truncated weights",
         [](BundleCopy& copy) {
             const fs::path path = copy.folder() / "modules/gc.safetensors";
             fs::resize_file(path, fs::file_size(path) - 8);
         },
         {"modules/gc.safetensors", "cut off"}},
        {"empty weights",
         [](BundleCopy& copy) { fs::resize_file(copy.folder() / "modules/gc.safetensors", 0); },
         {"modules/gc.safetensors"}},
        inWeights(
            "misshapen tensor", "gc",
            [](SafetensorsFile& file) {
                file.tensors["conv_mask.weight"] = Tensor(Shape{1, 64, 1, 1});
            },
            {"modules/gc.safetensors: conv_mask.weight", "1×64×1×1", "1×128×1×1"}, ErrorCode::BadShape),
        inWeights(
            "missing tensor", "gc", [](SafetensorsFile& file) { file.tensors.erase("conv_mask.weight"); },
            {"modules/gc.safetensors: conv_mask.weight"}, ErrorCode::NotFound),
        inWeights(
            "tensor too many", "se", [](SafetensorsFile& file) { file.tensors["more"] = Tensor(Shape{1}); },
            {"modules/se.safetensors: more"}, ErrorCode::BadFormat),
        inWeights(
            "NaN", "se", [first](SafetensorsFile& file) { first(file).values[0] = std::numeric_limits<float>::quiet_NaN(); },
            {"modules/se.safetensors: ", "not finite"}, ErrorCode::BadValue),
        inWeights(
            "infinite", "gc", [first](SafetensorsFile& file) { first(file).values[0] = std::numeric_limits<float>::infinity(); },
            {"modules/gc.safetensors: ", "not finite"}, ErrorCode::BadValue),
        {"weights of other parameters",
         [](BundleCopy& copy) {
             copy.manifest()["modules"]["se"]["hyperparams"]["reduction"] = 8;
             copy.save();
         },
         {"modules/se.safetensors: fc.0.weight", "16×128"},
         ErrorCode::BadShape},
    };
}

}  // namespace

class TestBundle final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { QTest::failOnWarning(QRegularExpression(QStringLiteral(".*"))); }

    void theShippedBundleOpens();
    void itsNumbersAreThoseOfTheManifest();
    void everyModuleRuns_data();
    void everyModuleRuns();
    void whatIsLeftOutHasDefaults();
    void unknownModulesAreSkipped();
    void linksInsideAreFollowed();
    void damageIsRefused_data();
    void damageIsRefused();
    void aStopEndsIt();
    void theBundleOfTheBuildTreeIsFound();
    void itIsSmall();
};

void TestBundle::theShippedBundleOpens() {
    const auto bundle = load(kShippedBundle);
    QVERIFY2(bundle.ok(), bundle.ok() ? "" : bundle.error().message().c_str());
    const Bundle& b = **bundle;
    QCOMPARE(b.name, std::string("fovea-v1"));
    QCOMPARE(b.tapChannels, 128);
    QCOMPARE(b.tapStride, 8);
    QCOMPARE(b.inputName + " " + b.tapName + " " + b.featuresName + " " + b.logitsName + " " + b.featName,
             std::string("image tap features logits feat"));
    QCOMPARE(b.input.size, 160);
    QCOMPARE(b.input.fine, 320);
    QCOMPARE(b.input.multiple, 8);
    QVERIFY(!b.input.fixed);
    QCOMPARE(b.input.fill[1], 0.448);
    QCOMPARE(b.classes.size(), std::size_t{210});
    QCOMPARE(b.classes[0].name, std::string("goldfish"));
    QCOMPARE(b.classes[209].name, std::string("parachute"));
    QVERIFY(b.classes[0].group != b.classes[209].group && !b.classes[0].group.empty());
    QCOMPARE(b.modules.size(), std::size_t{32});
    QVERIFY(b.skipped.empty());
    QCOMPARE(b.recommendedModule, std::string("gc"));
    QVERIFY(b.terms.find("non-commercial") != std::string::npos);
    QVERIFY(fs::is_regular_file(b.backbonePath) && fs::is_regular_file(b.tailPath));
    QCOMPARE(static_cast<int>(b.modules.at("mhsa").tailInput), static_cast<int>(TailInput::Add));
    QCOMPARE(static_cast<int>(b.modules.at("danet").tailInput), static_cast<int>(TailInput::Half));
    QCOMPARE(static_cast<int>(b.modules.at("sa").tailInput), static_cast<int>(TailInput::Unshuffle));
    QCOMPARE(static_cast<int>(b.modules.at("gc").tailInput), static_cast<int>(TailInput::Replace));
    QVERIFY(!b.modules.at("nonlocal_embedded").params.boolean("sub_sample"));
}

void TestBundle::itsNumbersAreThoseOfTheManifest() {
    const auto bundle = load(kShippedBundle);
    QVERIFY(bundle.ok());
    const BundleMetrics& gc = (*bundle)->modules.at("gc").metrics;
    QCOMPARE(gc.accuracy.value(), 0.891);
    QCOMPARE(gc.tinyTop1.value(), 0.365);
    QCOMPARE(gc.tinyTop5.value(), 0.6435);
    QCOMPARE(gc.trained.point.value(), 0.741);
    QCOMPARE(gc.trained.gain.value(), 1.939);
    QCOMPARE(gc.trained.gainSmall.value(), 3.198);
    QCOMPARE(gc.trained.gainOff.value(), 2.558);
    QCOMPARE(gc.untrained.gain.value(), 1.119);
    QCOMPARE(gc.activation.gain.value(), 1.373);
    QCOMPARE(gc.mapMost.value(), 0.96805);
    QCOMPARE((*bundle)->plain.accuracy.value(), 0.8931);
    QCOMPARE((*bundle)->gaussian.point.value(), 0.782);
    QCOMPARE((*bundle)->gaussian.gainOff.value(), 1.217);
    QVERIFY(!(*bundle)->modules.at("se").metrics.trained.gain.has_value());
    // What is said of a map follows its numbers: nothing is called meaningful which does not beat the Gaussian. Axial attention
    // does with the product of its two axes, but not with the one which is shown first.
    for (const auto& [id, module] : (*bundle)->modules) {
        const auto& gain = module.metrics.trained.gain;
        const bool beats = gain.has_value() && *gain > (*bundle)->gaussian.gain.value();
        QCOMPARE(module.meaningful == "yes", beats && id != "axial");
        QCOMPARE(module.meaningful == "gate", !gain.has_value());
        QVERIFY2(module.noteEn.ends_with('.') && module.noteZh.ends_with("。"), id.c_str());
    }
}

void TestBundle::everyModuleRuns_data() {
    QTest::addColumn<QString>("id");
    const auto bundle = load(kShippedBundle);
    QVERIFY(bundle.ok());
    for (const auto& [id, module] : (*bundle)->modules) {
        QTest::newRow(id.c_str()) << QString::fromStdString(id);
    }
}

void TestBundle::everyModuleRuns() {
    QFETCH(QString, id);
    const auto bundle = load(kShippedBundle);
    QVERIFY(bundle.ok());
    const BundleModule& module = (*bundle)->modules.at(id.toStdString());
    const ModuleInfo& info = *findModule(module.id);
    const FeatureMap features = randomMap(128, 10, 15, 3);
    const auto instance = createModule(info, InputShape{128, 10, 15}, module.params, module.weights);
    QVERIFY2(instance.ok(), instance.ok() ? "" : instance.error().message().c_str());
    Steps steps;
    const auto output = runModule(info, **instance, ModuleInput{.frames = {&features}}, steps);
    QVERIFY2(output.ok(), output.ok() ? "" : output.error().message().c_str());
    QCOMPARE(output->frames.size(), std::size_t{1});
    QCOMPARE(output->frames[0].channels(), 128);
    QVERIFY(!output->maps.empty());
    const auto expected = info.weights == nullptr ? ProvenanceKind::ParameterFree : ProvenanceKind::Trained;
    QCOMPARE(static_cast<int>(module.weights.provenance.kind), static_cast<int>(expected));
    if (expected == ProvenanceKind::Trained) {
        QCOMPARE(provenanceText(module.weights.provenance), std::string("trained (fovea-v1)"));
        QVERIFY(!module.weights.tensors.empty());
    }
}

void TestBundle::whatIsLeftOutHasDefaults() {
    BundleCopy copy;
    copy.manifest() = {{"tap", {{"channels", 128}, {"stride", 8}}},
                       {"modules", {{"gc", {{"file", "modules/gc.safetensors"}, {"hyperparams", {{"ratio", 0.0625}}}}}}}};
    copy.save();
    const auto bundle = load(copy.folder().string());
    QVERIFY2(bundle.ok(), bundle.ok() ? "" : bundle.error().message().c_str());
    const Bundle& b = **bundle;
    QCOMPARE(b.name, std::string("mine"));
    QCOMPARE(b.input.size, 160);
    QCOMPARE(b.input.fine, 320);
    QCOMPARE(b.input.multiple, 8);
    QCOMPARE(b.inputName + " " + b.tapName + " " + b.featuresName + " " + b.logitsName + " " + b.featName,
             std::string("image tap features logits feat"));
    QVERIFY(b.recommendedModule.empty() && b.terms.empty() && !b.plain.accuracy);
    QVERIFY(b.modules.at("gc").meaningful.empty() && b.modules.at("gc").noteEn.empty());

    copy.manifest()["input"] = {{"recommended_size", {224, 192}}, {"fixed", true}};
    copy.manifest()["tail"] = {{"outputs", {"scores"}}};
    copy.save();
    const auto other = load(copy.folder().string());
    QVERIFY2(other.ok(), other.ok() ? "" : other.error().message().c_str());
    QCOMPARE((*other)->input.size, 192);
    QCOMPARE((*other)->input.fine, 192);
    QCOMPARE((*other)->logitsName, std::string("scores"));
    QVERIFY((*other)->featName.empty());
}

void TestBundle::unknownModulesAreSkipped() {
    BundleCopy copy;
    copy.manifest()["modules"]["of_tomorrow"] = "in a form nobody knows yet";
    copy.manifest()["recommended_module"] = "of_tomorrow";
    copy.save();
    const auto bundle = load(copy.folder().string());
    QVERIFY2(bundle.ok(), bundle.ok() ? "" : bundle.error().message().c_str());
    QCOMPARE((*bundle)->modules.size(), std::size_t{2});
    QCOMPARE((*bundle)->skipped, std::vector<std::string>{"of_tomorrow"});
    QVERIFY((*bundle)->recommendedModule.empty());
}

void TestBundle::linksInsideAreFollowed() {
    BundleCopy copy;
    fs::rename(copy.folder() / "modules/gc.safetensors", copy.folder() / "gc-3.safetensors");
    fs::create_symlink("../gc-3.safetensors", copy.folder() / "modules/gc.safetensors");
    fs::create_directory_symlink(copy.folder(), copy.outside() / "alias");
    const auto bundle = load((copy.outside() / "alias").string());
    QVERIFY2(bundle.ok(), bundle.ok() ? "" : bundle.error().message().c_str());
    QCOMPARE((*bundle)->folder, fs::canonical(copy.folder()).string());
}

void TestBundle::damageIsRefused_data() {
    QTest::addColumn<int>("list");
    QTest::addColumn<int>("row");
    const std::vector<std::vector<Damage>> lists{manifestDamages(), fileDamages(), weightDamages()};
    for (std::size_t list = 0; list < lists.size(); ++list) {
        for (std::size_t row = 0; row < lists[list].size(); ++row) {
            QTest::newRow(lists[list][row].name) << static_cast<int>(list) << static_cast<int>(row);
        }
    }
}

void TestBundle::damageIsRefused() {
    QFETCH(int, list);
    QFETCH(int, row);
    const auto all = list == 0 ? manifestDamages() : list == 1 ? fileDamages() : weightDamages();
    const Damage& damage = all[static_cast<std::size_t>(row)];
    BundleCopy copy;
    QVERIFY2(load(copy.folder().string()).ok(), "the copy itself must open");
    damage.make(copy);
    const auto bundle = load(copy.folder().string());
    QVERIFY(!bundle.ok());
    const std::string message = bundle.error().message();
    for (const char* name : damage.named) {
        QVERIFY2(message.find(name) != std::string::npos, message.c_str());
    }
    QVERIFY2(message.ends_with('.') && message.find('\n') == std::string::npos, message.c_str());
    QVERIFY2(bundle.error().code == damage.code, message.c_str());
}

void TestBundle::aStopEndsIt() {
    std::stop_source stop;
    stop.request_stop();
    const auto bundle = loadBundle(kShippedBundle, stop.get_token());
    QVERIFY(!bundle.ok());
    QCOMPARE(static_cast<int>(bundle.error().code), static_cast<int>(ErrorCode::Cancelled));
}

void TestBundle::theBundleOfTheBuildTreeIsFound() {
    const std::string folder = bundledModelFolder();
    if (folder.empty()) {
        QSKIP("built without the bundle");
    }
    QVERIFY(load(folder).ok());
}

void TestBundle::itIsSmall() {
    std::uintmax_t bytes = 0;
    for (const auto& entry : fs::recursive_directory_iterator(kShippedBundle)) {
        bytes += entry.is_regular_file() ? entry.file_size() : 0;
    }
    QVERIFY(bytes < 12'000'000);
}

QTEST_GUILESS_MAIN(TestBundle)
#include "tst_bundle.moc"
