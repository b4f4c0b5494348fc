// Display is not data: whatever is drawn, and however, the same bytes are exported.

#include <QDir>
#include <QFile>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>

#include <opencv2/core.hpp>

#include "engine/export/export.h"
#include "engine/export/output_places.h"
#include "engine/render/render.h"
#include "tests/support/made_result.h"
#include "tests/support/render_fixtures.h"

using namespace fovea;

namespace {

const ModuleInfo kInfo = {.id = "shown",
                          .title = "Shown",
                          .longTitle = "Shown attention",
                          .needs = {},
                          .paper = "",
                          .arxiv = "",
                          .reference = "",
                          .summary = "",
                          .params = {}};

AttentionMap mapOf(const char* name, const MapKind& kind, MapRole role, Tensor data) {
    AttentionMap map;
    map.name = name;
    map.kind = kind;
    map.role = role;
    map.title = name;
    map.data = std::move(data);
    return map;
}

/// A module with a channel gate and a spatial map over a small picture.
std::shared_ptr<FrameResult> smallResult() {
    AttentionOutput output;
    output.maps.push_back(mapOf("channel", ChannelMap{}, MapRole::Gate, Tensor({3}, {0.1F, 0.7F, 0.9F})));
    auto spatial =
        mapOf("spatial", SpatialMap{2, 3}, MapRole::Distribution, Tensor({2, 3}, {0.02F, 0.03F, 0.4F, 0.05F, 0.2F, 0.3F}));
    output.maps.push_back(std::move(spatial));
    auto features = std::make_shared<Features>();
    features->map = FeatureMap(3, 2, 3);
    for (std::size_t k = 0; k < features->map.size(); ++k) {
        features->map.data()[k] = static_cast<float>(k) / 3.0F - 1.0F;
    }
    features->channelNames = {"a", "b", "c"};
    features->geometry = {.stepX = 8.0, .stepY = 8.0};
    output.frames.push_back(features->map);
    auto module = test::jobOf(kInfo);
    module->output = std::move(output);
    return std::make_shared<FrameResult>(test::madeResult(testFrame(16, 24), std::move(features), {module}));
}

/// Every option away from its default, one at a time, and many at once.
std::vector<OverlayStyle> styles() {
    std::vector<OverlayStyle> all(14);
    all[1].colormap = "grey";
    all[2].divergingColormap = "purple-green";
    all[3].opacity = 1.0;
    all[4].smooth = false;
    all[5].autoRange = false;
    all[6].autoRange = false;
    all[6].range = {-4.0F, 0.25F};
    all[7].clipped = true;
    all[8].clipped = true;
    all[8].clipShare = 0.3;
    all[9].rangeSmoothing = 0.5;
    all[10].mode = OverlayMode::Brightness;
    all[11].thresholded = true;
    all[11].threshold = 0.2F;
    all[12].contours = 9;
    all[13] = {.opacity = 0.9,
               .smooth = false,
               .clipped = true,
               .clipShare = 0.4,
               .mode = OverlayMode::Brightness,
               .thresholded = true,
               .threshold = 0.1F,
               .contours = 5};
    return all;
}

QMap<QString, QByteArray> exported(const FrameResult& result, const QString& folder) {
    QMap<QString, QByteArray> bytes;
    OutputPlaces places;
    const auto paths = exportRaw(result, {"shown"}, folder.toStdString(), "x", places);
    if (paths.ok()) {
        for (const auto& path : *paths) {
            QFile file(QString::fromStdString(path));
            bytes[QFileInfo(file).fileName()] = file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
        }
    }
    return bytes;
}

}  // namespace

class TestDisplay final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QTest::failOnWarning(QRegularExpression(QStringLiteral(".*"))); }

    void noOptionChangesARawExport() {
        const QTemporaryDir dir;
        const auto result = smallResult();
        const auto before = exported(*result, dir.filePath(QStringLiteral("before")));
        QVERIFY(before.size() >= 6);
        const std::vector<FieldSpec> specs = {{.job = {"shown"}, .map = "spatial"},
                                              {.job = {"shown"}, .map = "channel"},
                                              {.job = {"shown"}, .map = "channel", .channelMode = ChannelMode::Changed}};
        int n = 0;
        for (const FieldSpec& spec : specs) {
            const auto field = makeField(*result, spec);
            QVERIFY2(field.ok(), field.ok() ? "" : field.error().message().c_str());
            std::vector<cv::Mat> pictures;
            for (const OverlayStyle& style : styles()) {
                const auto out = render(
                    OverlayRequest{.result = result, .field = spec, .style = style, .viewport = fullViewport(result->frame)});
                QVERIFY(!out.error && out.pixels);
                pictures.push_back(*out.pixels);
                QVERIFY(out.field->values == field->values);
                QCOMPARE(out.statistics->histogram, fieldStatistics(*field).histogram);
                QVERIFY(exported(*result, dir.filePath(QStringLiteral("after%1").arg(n++))) == before);
            }
            // The options do something all the same.
            QVERIFY(cv::norm(pictures.front(), pictures.back(), cv::NORM_INF) > 0.0);
            QVERIFY(cv::norm(pictures.front(), pictures[10], cv::NORM_INF) > 0.0);
        }
    }
};

QTEST_GUILESS_MAIN(TestDisplay)
#include "tst_display.moc"
