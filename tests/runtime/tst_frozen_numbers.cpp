// Exported files of every mechanism, byte for byte as they were: only what is meant to change the numbers changes them.
// FOVEA_FREEZE=1 writes tests/frozen/numbers.json anew.
// test: both-levels

#include <QCryptographicHash>
#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include "engine/attention/registry.h"
#include "engine/export/export.h"
#include "engine/export/output_places.h"
#include "engine/kernels/level.h"
#include "engine/models/open_bundle.h"
#include "engine/pipeline/pipeline.h"
#include "engine/render/render.h"
#include "engine/runtime/source_hash.h"
#include "tests/support/made_result.h"

using namespace fovea;

namespace {

using Json = nlohmann::ordered_json;

const QString kFrozen = QStringLiteral(FOVEA_SOURCE_DIR "/tests/frozen/numbers.json");
const bool kFreezing = qEnvironmentVariableIsSet("FOVEA_FREEZE");
constexpr int kClipFrames = 4;

/// The sample at a size which keeps the test quick, moved by some pixels for each frame of a clip.
Frame sampleFrame(const char* name, int index) {
    const auto loaded = loadFrame(QStringLiteral(FOVEA_SOURCE_DIR "/resources/samples/") + QLatin1String(name));
    if (!loaded) {
        return {};
    }
    auto pixels = std::make_shared<cv::Mat>();
    const cv::Mat& whole = *loaded->pixels;
    const cv::Rect part(6 * index, 4 * index, whole.cols - 6 * kClipFrames, whole.rows - 4 * kClipFrames);
    cv::resize(whole(part), *pixels, cv::Size(224, 160), 0.0, 0.0, cv::INTER_NEAREST);
    Frame frame = *loaded;
    frame.pixels = pixels;
    frame.width = pixels->cols;
    frame.height = pixels->rows;
    frame.index = static_cast<std::uint64_t>(index);
    frame.sequence = static_cast<std::uint64_t>(index) + 1;
    frame.timestamp = index / 25.0;
    frame.source = std::make_shared<const SourceInfo>(
        SourceInfo{std::string("/samples/") + name, name, loaded->source->sha256, loaded->source->description});
    return frame;
}

/// One way to run a mechanism, with the name it has in numbers.json.
struct Variant {
    const char* name;
    ModelSpec model;
    ModuleJob job;
    FieldSpec field;
};

/// Whether a query and a head choose what is shown of the mechanism.
bool isPairwise(const FrameResult& result) {
    const auto& output = test::jobAt(result)->output;
    return output && std::any_of(output->maps.begin(), output->maps.end(),
                                 [](const AttentionMap& map) { return asKind<PairwiseMap>(map) != nullptr; });
}

/// The newest frame's result, with those before it for a mechanism which compares several.
Result<std::shared_ptr<const FrameResult>> resultOf(const Variant& variant, const std::vector<Frame>& frames) {
    Pipeline pipeline;
    Result<std::shared_ptr<const FrameResult>> result = makeError(ErrorCode::NotFound, "There is no frame.");
    for (const Frame& frame : frames) {
        result =
            pipeline.run({.epoch = 1, .frame = frame, .models = {{variant.model, {variant.job}}}, .clipFrames = kClipFrames}, {});
        if (!result) {
            break;
        }
    }
    return result;
}

std::vector<Variant> variantsOf(const ModuleInfo& info, const std::shared_ptr<const Bundle>& bundle,
                                const std::vector<Frame>& frames) {
    ModuleJob random{.info = &info, .params = ParamSet(info.params), .weightsFile = {}, .weights = {}};
    FieldSpec field;
    field.job.source = info.id;
    std::vector<Variant> all{{"random", RetinaOptions{.stride = 16}, random, field}};
    Variant muted = all.front();
    muted.name = "muted";
    muted.job.intervention.channels = {1.0F, 1.0F, 1.0F, 0.0F};
    all.push_back(muted);
    const auto result = resultOf(all.front(), frames);
    if (result && isPairwise(**result)) {
        Variant asked = all.front();
        asked.name = "query";
        asked.field.queryX = 0.3;
        asked.field.queryY = 0.7;
        all.push_back(asked);
        asked.name = "head";
        asked.field.head = 0;
        asked.field.toQuery = true;
        all.push_back(asked);
    }
    if (bundle && bundle->modules.count(info.id) > 0) {
        Variant trained = all.front();
        trained.name = "trained";
        trained.model = NetworkModel{bundle};
        trained.job = modelJob(info, trained.model);
        trained.field.job.model = bundle->id;
        all.push_back(trained);
    }
    return all;
}

std::string hashed(const QByteArray& bytes) {
    return QCryptographicHash::hash(bytes, QCryptographicHash::Sha256).toHex().left(16).toStdString();
}

/// The description without its entry “program”, which holds the version and the engine's level.
QByteArray comparable(const std::string& description) {
    Json json = Json::parse(description);
    json.erase("program");
    return QByteArray::fromStdString(json.dump(1));
}

/// The hash of every file of an export, by its name, or the sentence of the failure.
Json exportsOf(const Variant& variant, const std::vector<Frame>& frames) {
    const auto computed = resultOf(variant, frames);
    if (!computed) {
        return computed.error().message();
    }
    const auto& result = *computed;
    const QTemporaryDir folder;
    OutputPlaces places;
    const auto written = exportRaw(*result, variant.field.job, folder.path().toStdString(), "x", places);
    if (!written) {
        return written.error().message();
    }
    Json hashes = Json::object();
    for (const std::string& path : *written) {
        QFile file(QString::fromStdString(path));
        if (file.open(QIODevice::ReadOnly)) {
            const QByteArray bytes = file.readAll();
            const bool isText = path.ends_with(".json");
            hashes[QFileInfo(file).fileName().toStdString()] = hashed(isText ? comparable(bytes.toStdString()) : bytes);
        }
    }
    const auto drawn = render(OverlayRequest{
        .result = result, .field = variant.field, .style = {}, .viewport = fullViewport(shownFrame(*result, variant.field))});
    if (drawn.field) {
        const OverlayStyle style;
        hashes["sidecar"] = hashed(comparable(sidecarJson(*result, variant.field.job, drawn.field.get(), &style)));
        hashes["pixels"] = hashed(QByteArray(reinterpret_cast<const char*>(drawn.pixels->data),
                                             static_cast<qsizetype>(drawn.pixels->total() * drawn.pixels->elemSize())));
    } else {
        hashes["error"] = drawn.error ? drawn.error->message() : std::string();
    }
    return hashes;
}

}  // namespace

class TestFrozenNumbers : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() {
        if (qEnvironmentVariable("LD_LIBRARY_PATH").contains(QLatin1String("lib-base"))) {
            QCOMPARE(std::string(kernelLevel()), std::string("x86-64"));
        }
        if (std::string(kernelLevel()) != "x86-64") {
            QSKIP("The files were frozen with the x86-64 level, whose numbers are the same on every machine.");
        }
        QFile file(kFrozen);
        if (file.open(QIODevice::ReadOnly)) {
            m_frozen = Json::parse(file.readAll().toStdString());
        }
        if (!bundledModelFolder().empty()) {
            const auto bundle = openBundle(bundledModelFolder());
            QVERIFY(bundle.ok());
            m_bundle = *bundle;
        }
    }

    void theFilesAreAsTheyWere_data() {
        QTest::addColumn<QString>("sample");
        QTest::addColumn<QString>("id");
        for (const char* sample : {"chelsea.png", "rocket.jpg"}) {
            for (const ModuleInfo* info : modules()) {
                QTest::addRow("%s, %s", info->id.c_str(), sample)
                    << QString::fromUtf8(sample) << QString::fromStdString(info->id);
            }
        }
    }

    void theFilesAreAsTheyWere() {
        QFETCH(QString, sample);
        QFETCH(QString, id);
        const ModuleInfo& info = *findModule(id.toStdString());
        std::vector<Frame> frames;
        for (int index = 0; index < (info.needs.clip ? kClipFrames : 1); ++index) {
            frames.push_back(sampleFrame(qPrintable(sample), index));
            QVERIFY(frames.back().valid());
            frames.back().source = frames.front().source;  // or each would begin another film
        }
        const std::string prefix = (sample + u'/' + id + u'/').toStdString();
        const auto variants = variantsOf(info, m_bundle, frames);
        if (m_bundle && !kFreezing) {
            const auto frozen = std::count_if(m_frozen.items().begin(), m_frozen.items().end(),
                                              [&prefix](const auto& entry) { return entry.key().starts_with(prefix); });
            QCOMPARE(frozen, static_cast<std::ptrdiff_t>(variants.size()));
        }
        for (const Variant& variant : variants) {
            const std::string key = prefix + variant.name;
            const Json now = exportsOf(variant, frames);
            QVERIFY2(now.is_object() && now.contains("pixels"), (key + now.dump()).c_str());
            m_now[key] = now;
            if (!kFreezing) {
                QVERIFY2(m_frozen.contains(key), key.c_str());
                QVERIFY2(m_frozen[key] == now, (key + "\n" + m_frozen[key].dump(1) + "\n" + now.dump(1)).c_str());
            }
        }
    }

    void cleanupTestCase() {
        if (kFreezing) {
            for (const auto& [key, hashes] : m_now.items()) {
                m_frozen[key] = hashes;  // entries of rows which did not run stay
            }
            QFile file(kFrozen);
            QVERIFY(file.open(QIODevice::WriteOnly) && file.write(QByteArray::fromStdString(m_frozen.dump(1)) + '\n') > 0);
        }
    }

private:
    std::shared_ptr<const Bundle> m_bundle;
    Json m_frozen = Json::object();
    Json m_now = Json::object();
};

QTEST_GUILESS_MAIN(TestFrozenNumbers)
#include "tst_frozen_numbers.moc"
