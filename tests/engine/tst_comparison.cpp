// Two maps against each other: the numbers SciPy gives, the pixels of their difference.
// test: both-levels

#include <QFile>
#include <QTest>

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <opencv2/core.hpp>

#include "engine/render/comparison.h"
#include "engine/render/render.h"
#include "tests/support/made_result.h"
#include "tests/support/render_fixtures.h"

using namespace fovea;

namespace {

using Json = nlohmann::json;

Json cases() {
    QFile file(QStringLiteral(FOVEA_SOURCE_DIR "/tests/comparison/cases.json"));
    return file.open(QIODevice::ReadOnly) ? Json::parse(file.readAll().toStdString()) : Json();
}

float valueOf(const Json& value) { return value.is_null() ? std::numeric_limits<float>::quiet_NaN() : value.get<float>(); }

ScalarField fieldOf(const Json& json) {
    ScalarField field;
    field.height = json["height"];
    field.width = json["width"];
    const auto& g = json["geometry"];
    field.geometry = {g[0], g[1], g[2], g[3]};
    for (const auto& value : json["values"]) {
        field.values.push_back(valueOf(value));
        field.gaps = field.gaps || value.is_null();
    }
    return field;
}

bool same(double got, const Json& expected) {
    return expected.is_null() ? std::isnan(got) : std::abs(got - expected.get<double>()) < 1e-9;
}

const ModuleInfo& infoOf(int which) {
    static const ModuleInfo kInfos[] = {{.id = "first", .title = "First"}, {.id = "second", .title = "Second"}};
    return kInfos[which];
}

std::shared_ptr<const JobResult> moduleWith(int which, int height, int width, std::vector<float> values) {
    auto module = test::jobOf(infoOf(which));
    AttentionMap map{.name = "spatial", .kind = SpatialMap{height, width}, .title = "Spatial gate"};
    map.data = Tensor({height, width}, std::move(values));
    module->output = AttentionOutput{{}, {map}};
    return module;
}

/// Two mechanisms on a picture of 8×4 pixels: First on 2×4 cells, Second on 1×2.
std::shared_ptr<const FrameResult> twoModules() {
    auto result = std::make_shared<FrameResult>(test::madeResult({}, nullptr));
    result->frame = testFrame(4, 8);
    auto features = std::make_shared<Features>();
    features->map = FeatureMap(1, 2, 4);
    features->geometry = {0.0, 0.0, 2.0, 2.0};
    result->models.front().features = features;
    test::addJob(*result, moduleWith(0, 2, 4, {1.0F, 0.0F, 0.5F, 0.25F, 0.75F, 0.5F, 0.0F, 1.0F}));
    test::addJob(*result, moduleWith(1, 1, 2, {0.5F, 0.25F}));
    return result;
}

OverlayRequest difference() {
    OverlayRequest request;
    request.result = twoModules();
    request.field = FieldSpec{.job = {"first"}};
    request.minus = FieldSpec{.job = {"second"}};
    request.style.opacity = 1.0;
    request.style.smooth = false;
    request.viewport = fullViewport(request.result->frame);
    return request;
}

}  // namespace

class TestComparison final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { QTest::failOnWarning(QRegularExpression(QStringLiteral(".*"))); }

    void numbersAreSciPys_data() {
        QTest::addColumn<int>("index");
        const Json all = cases();
        QVERIFY(all.size() >= 14);
        for (std::size_t k = 0; k < all.size(); ++k) {
            QTest::newRow(all[k]["name"].get<std::string>().c_str()) << static_cast<int>(k);
        }
    }

    void numbersAreSciPys() {
        QFETCH(int, index);
        const Json one = cases()[static_cast<std::size_t>(index)];
        const Json& expected = one["expected"];
        const ScalarField a = fieldOf(one["a"]);
        const ScalarField b = fieldOf(one["b"]);
        const MapComparison got = compareFields(a, b);
        QVERIFY2(same(got.pearson, expected["pearson"]), qPrintable(QString::number(got.pearson)));
        QVERIFY2(same(got.spearman, expected["spearman"]), qPrintable(QString::number(got.spearman)));
        QVERIFY2(same(got.iouTop, expected["iouTop"]), qPrintable(QString::number(got.iouTop)));
        QVERIFY2(same(got.jensenShannon, expected["jensenShannon"]), qPrintable(QString::number(got.jensenShannon)));
        QCOMPARE(got.cells, expected["cells"].get<int>());
        const auto field = differenceField(a, b);
        QVERIFY(field.ok());
        QCOMPARE(field->height, expected["height"].get<int>());
        QCOMPARE(field->values.size(), expected["difference"].size());
        float reach = 0.0F;
        for (std::size_t n = 0; n < field->values.size(); ++n) {
            const float wanted = valueOf(expected["difference"][n]);
            QVERIFY(std::isnan(wanted) ? std::isnan(field->values[n]) : field->values[n] == wanted);
            reach = std::isnan(wanted) ? reach : std::max(reach, std::abs(wanted));
        }
        QVERIFY(field->diverging);
        QCOMPARE(field->scaleMax, reach);
        QCOMPARE(field->scaleMin, -reach);
    }

    void comparisonDoesNotDependOnTheSide() {
        for (const auto& one : cases()) {
            const MapComparison ab = compareFields(fieldOf(one["a"]), fieldOf(one["b"]));
            const MapComparison ba = compareFields(fieldOf(one["b"]), fieldOf(one["a"]));
            QCOMPARE(ab.cells, ba.cells);
            QVERIFY(std::isnan(ab.spearman) ? std::isnan(ba.spearman) : std::abs(ab.spearman - ba.spearman) < 1e-12);
        }
    }

    void nothingInCommonIsAnError() {
        const float gap = std::numeric_limits<float>::quiet_NaN();
        ScalarField a;
        a.height = 1;
        a.width = 2;
        a.values = {1.0F, gap};
        ScalarField b = a;
        b.values = {gap, 1.0F};
        QVERIFY(!differenceField(a, b).ok());
        QCOMPARE(compareFields(a, b).cells, 0);
        QVERIFY(std::isnan(compareFields(a, b).pearson));
    }

    void differenceIsPainted() {
        const OverlayRequest request = difference();
        const auto drawn = render(request);
        QVERIFY(!drawn.error && drawn.field && drawn.comparison);
        QCOMPARE(drawn.field->module, std::string("First − Second"));
        QCOMPARE(drawn.field->map, std::string("Spatial gate"));
        QCOMPARE(drawn.field->what, std::string("A − B"));
        const std::vector<float> values{0.5F, -0.5F, 0.25F, 0.0F, 0.25F, 0.0F, -0.25F, 0.75F};
        QCOMPARE(drawn.field->values, values);
        QCOMPARE(drawn.comparison->cells, 8);
        const ColorTable& table = effectiveColormap(*drawn.field, request.style).table;
        for (int y = 0; y < 4; ++y) {
            for (int x = 0; x < 8; ++x) {
                const float value = values[static_cast<std::size_t>(y / 2 * 4 + x / 2)];
                const auto wanted = table[static_cast<std::size_t>(colorIndex(value, {-0.75F, 0.75F}))];
                QCOMPARE(at(*drawn.pixels, x, y), wanted);
            }
        }
    }

    void errorOfEitherSideIsSaid() {
        for (const bool first : {true, false}) {
            OverlayRequest request = difference();
            (first ? request.field : request.minus)->job.source = "absent";
            const auto drawn = render(request);
            QVERIFY(drawn.error && !drawn.field && !drawn.comparison);
            QVERIFY(drawn.error->message().find("absent") != std::string::npos);
            QCOMPARE(at(*drawn.pixels, 3, 2), pictureColor(3, 2));
        }
    }
};

QTEST_GUILESS_MAIN(TestComparison)
#include "tst_comparison.moc"
