// How well maps find objects: the measure itself, the table of boxes, and the whole evaluation of the shipped bundle.
// test: both-levels

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "engine/attention/registry.h"
#include "engine/evaluation/boxes.h"
#include "engine/evaluation/evaluation.h"
#include "engine/evaluation/position_map.h"
#include "engine/models/open_bundle.h"
#include "engine/pipeline/pipeline.h"
#include "engine/runtime/source_hash.h"
#include "tests/support/made_result.h"
#include "tests/support/program_run.h"
#include "tests/support/requests.h"

using namespace fovea;
using namespace fovea::test;

namespace {

const QString kBundle = QStringLiteral(FOVEA_SOURCE_DIR "/resources/models/fovea-v1");
const QString kPictures = QStringLiteral(FOVEA_SOURCE_DIR "/tests/bundle/");
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

/// A map whose cells are the pixels of a picture.
PositionMap pixelMap(int width, int height, std::vector<float> values) {
    return {.values = std::move(values), .height = height, .width = width, .geometry = {}};
}

/// 4×4 cells of one value, but for the one in row 1, column 2.
PositionMap onePeak(float base, float peak) {
    std::vector<float> values(16, base);
    values[6] = peak;
    return pixelMap(4, 4, values);
}

bool near(double a, double b, double tolerance = 1e-9) { return std::abs(a - b) <= tolerance; }

const std::vector<ClassLabel> kClasses = {{"goldfish", "a"}, {"gas pump", "a"}, {"gas pump", "b"}, {"cat, a \"wild\" one", ""}};

/// A data folder with two pictures, and what else is written into its table.
QString writeBoxes(const QTemporaryDir& folder, const QByteArray& text) {
    QFile file(folder.filePath(QStringLiteral("boxes.csv")));
    if (!file.open(QIODevice::WriteOnly) || file.write(text) != text.size()) {
        return {};
    }
    for (const char* name : {"chelsea.png", "astronaut.png", "coffee.png"}) {
        QFile::copy(kPictures + QString::fromLatin1(name), folder.filePath(QString::fromLatin1(name)));
    }
    return folder.path();
}

const QByteArray kTable =
    "file,class,x0,y0,x1,y1\nchelsea.png,Egyptian cat,20,5,75,60\nastronaut.png,academic gown,30,3,90,40\n"
    "coffee.png,espresso,20,20,104,70\n";
/// The pictures whose grid of features needs no border at 160 px.
const QByteArray kWholeTable = kTable.left(kTable.indexOf("coffee"));

Outcome run(const QStringList& arguments) { return runProgram(QStringList{QStringLiteral("evaluate")} + arguments); }

/// Point and gain once more, with OpenCV's enlargement; the grid must cover the picture exactly.
MapScore scoredByHand(const std::vector<float>& values, int height, int width, const PixelBox& box, cv::Size picture) {
    std::vector<float> copy = values;
    cv::Mat big;
    cv::resize(cv::Mat(height, width, CV_32F, copy.data()), big, picture, 0, 0, cv::INTER_LINEAR);
    double least = 0.0;
    cv::Point peak;
    cv::minMaxLoc(big, &least, nullptr, nullptr, &peak);
    big -= least;
    const cv::Rect area(box.x0, box.y0, box.x1 - box.x0, box.y1 - box.y0);
    const double share = static_cast<double>(area.area()) / picture.area();
    return {area.contains(peak) ? 1.0 : 0.0, cv::sum(big(area))[0] / cv::sum(big)[0] / share};
}

}  // namespace

class TestEvaluation final : public QObject {
    Q_OBJECT

private:
    std::shared_ptr<const Bundle> m_bundle;

    /// Means over the pictures of kWholeTable of one mechanism's scores and ranks, computed without the engine's evaluation.
    void measureByHand(const std::string& id, bool trained, MapScore& score, double& top5) {
        const auto table = parseBoxes(kWholeTable.toStdString(), "t", m_bundle->classes);
        QVERIFY(table.ok());
        score = {};
        top5 = 0.0;
        for (const auto& picture : *table) {
            const auto frame = loadFrame(kPictures + QString::fromStdString(picture.file));
            QVERIFY(frame.ok());
            ModuleJob job{.info = findModule(id), .params = m_bundle->modules.at(id).params, .predict = true};
            if (trained) {
                job.weights = std::shared_ptr<const Weights>(m_bundle, &m_bundle->modules.at(id).weights);
            }
            Pipeline pipeline;
            const auto result = pipeline.run(test::requestOf(*frame, {job}, NetworkModel{m_bundle}), {});
            QVERIFY(result.ok());
            const JobResult& module = *jobAt(**result);
            const auto& maps = module.output->maps;
            const AttentionMap& map = *std::find_if(maps.begin(), maps.end(), [](const AttentionMap& m) {
                return asKind<SpatialMap>(m) != nullptr || asKind<PairwiseMap>(m) != nullptr;
            });
            std::vector<float> values = map.data.values;
            const auto* spatial = asKind<SpatialMap>(map);
            const auto* pairwise = asKind<PairwiseMap>(map);
            const cv::Size grid = spatial != nullptr ? cv::Size(spatial->width, spatial->height)
                                                     : cv::Size(pairwise->queries.width, pairwise->queries.height);
            if (pairwise != nullptr) {
                const auto dense = denseTensor(map);
                QVERIFY(dense.ok());
                const auto keys = static_cast<std::size_t>(keyCount(map));
                values.assign(keys, 0.0F);
                for (std::size_t k = 0; k < dense->size(); ++k) {
                    values[k % keys] += dense->values[k];
                }
            }
            const auto one = scoredByHand(values, grid.height, grid.width, picture.box, cv::Size(frame->width, frame->height));
            score.point += one.point / 2.0;
            score.gain += one.gain / 2.0;
            std::vector<float> group;
            for (std::size_t k = 0; k < m_bundle->classes.size(); ++k) {
                if (m_bundle->classes[k].group == "tiny-imagenet-200") {
                    group.push_back(module.prediction->logits[k]);
                }
            }
            QCOMPARE(group.size(), 200U);
            std::sort(group.begin(), group.end(), std::greater<>());
            top5 += module.prediction->logits[static_cast<std::size_t>(picture.label)] >= group[4] ? 0.5 : 0.0;
        }
    }

private Q_SLOTS:
    void initTestCase() {
        auto bundle = openBundle(kBundle.toStdString());
        QVERIFY2(bundle.ok(), bundle ? "" : bundle.error().message().c_str());
        m_bundle = *bundle;
    }

    void scoresAreRight() {
        const PixelBox around{1, 0, 3, 2};
        for (const auto& map : {onePeak(0.0F, 1.0F), onePeak(-3.0F, -1.0F), onePeak(kNan, 2.0F), onePeak(-5.0F, 700.0F)}) {
            const bool flat = std::isnan(map.values[0]);  // one finite value alone is no preference
            const MapScore inside = scoreMap(map, around, {4, 4});
            QCOMPARE(inside.point, flat ? 0.25 : 1.0);
            QVERIFY(near(inside.gain, flat ? 1.0 : 4.0));
            const MapScore outside = scoreMap(map, {0, 2, 4, 4}, {4, 4});
            QCOMPARE(outside.point, flat ? 0.5 : 0.0);
            QVERIFY(near(outside.gain, flat ? 1.0 : 0.0));
            const MapScore whole = scoreMap(map, {0, 0, 4, 4}, {4, 4});
            QVERIFY(whole.point == 1.0 && near(whole.gain, 1.0));
        }
        // A gap counts as the least of the others.
        const MapScore gap = scoreMap(pixelMap(4, 1, {kNan, 1.0F, 2.0F, 4.0F}), {2, 0, 4, 1}, {4, 1});
        QVERIFY(gap.point == 1.0 && near(gap.gain, 2.0));
    }

    void flatMapsPreferNothing() {
        for (const float value : {0.0F, 0.1F, -7.3F}) {
            PositionMap map = pixelMap(3, 3, std::vector<float>(9, value));
            map.geometry = {.originX = 0.0, .originY = 0.0, .stepX = 11.0 / 3.0, .stepY = 7.0 / 3.0};
            const MapScore score = scoreMap(map, {2, 1, 9, 3}, {11, 7});
            QVERIFY(near(score.point, 14.0 / 77.0) && score.gain == 1.0);
        }
        const MapScore rounded = scoreMap(pixelMap(4, 1, {1.0F, 1.0F, 1.0000001F, 1.0F}), {2, 0, 3, 1}, {4, 1});
        QVERIFY(rounded.point == 0.25 && rounded.gain == 1.0);
        const MapScore tie = scoreMap(pixelMap(4, 1, {1.0F, 0.0F, 0.0F, 1.0F}), {0, 0, 1, 1}, {4, 1});
        QVERIFY(tie.point == 0.5 && near(tie.gain, 2.0));
    }

    void mapsAreEnlargedBilinearly() {
        // Two cells over four pixels: 0, ¼, ¾, 1.
        PositionMap map = pixelMap(2, 1, {0.0F, 1.0F});
        map.geometry.stepX = 2.0;
        QVERIFY(near(scoreMap(map, {2, 0, 4, 1}, {4, 1}).gain, 1.75));
        QVERIFY(near(scoreMap(map, {1, 0, 2, 1}, {4, 1}).gain, 0.5));
        // In a border of two pixels the cells' centres are at 0 and 4: 1/8, 3/8, 5/8, 7/8, and the least is subtracted.
        map.geometry = {.originX = -2.0, .originY = 0.0, .stepX = 4.0, .stepY = 1.0};
        QVERIFY(near(scoreMap(map, {3, 0, 4, 1}, {4, 1}).gain, 2.0));
        // Of a picture larger than the samples even the smallest box has one.
        const MapScore large = scoreMap(centredGaussian({5000, 40}), {2500, 20, 2501, 21}, {5000, 40});
        QVERIFY(large.gain > 2.0 && std::isfinite(large.gain));
        QVERIFY(scoreMap(centredGaussian({5000, 40}), {4999, 39, 5000, 40}, {5000, 40}).gain < 0.1);
    }

    void boxesAreJudged() {
        const PictureSize size{100, 50};
        for (const PixelBox& bad :
             {PixelBox{5, 5, 5, 9}, {5, 9, 6, 9}, {-1, 0, 5, 5}, {0, 0, 101, 5}, {0, 0, 5, 51}, {9, 0, 5, 5}}) {
            QVERIFY(!fits(bad, size));
        }
        QVERIFY(fits({0, 0, 100, 50}, size) && fits({99, 49, 100, 50}, size));
        QVERIFY(!isSmall({0, 0, 70, 25}, size) && isSmall({0, 0, 69, 25}, size));  // 35 % and less
        QVERIFY(!isOff({20, 10, 80, 40}, size) && isOff({20, 10, 80, 24}, size) && isOff({0, 0, 60, 50}, size));
        QVERIFY(!isOff({15, 0, 100, 50}, size));
    }

    void boxesAreRead() {
        for (const std::string mark : {"", "\xEF\xBB\xBF"}) {  // as spreadsheets write it
            const auto read = parseBoxes(mark +
                                             "file,class,x0,y0,x1,y1\r\n\"a, b.png\",\"cat, a \"\"wild\"\" one\",0,1,2,3\r\n\r\n"
                                             "sub/c.png,b/gas pump,4,5,6,7",
                                         "t", kClasses);
            QVERIFY2(read.ok(), read ? "" : read.error().message().c_str());
            QCOMPARE(read->size(), 2U);
            QCOMPARE((*read)[0].file, std::string("a, b.png"));
            QCOMPARE((*read)[0].label, 3);
            QVERIFY(((*read)[0].box == PixelBox{0, 1, 2, 3}));
            QCOMPARE((*read)[1].label, 2);
            QCOMPARE((*read)[1].line, 4);
        }
    }

    // Only the mark at the beginning is one: anywhere else it belongs to the name.
    void aMarkInsideBelongsToTheName() {
        const auto read = parseBoxes(
            "file,class,x0,y0,x1,y1\n\xEF\xBB\xBF"
            "a.png,goldfish,0,0,5,5\n",
            "t", kClasses);
        QVERIFY2(read.ok(), read ? "" : read.error().message().c_str());
        QCOMPARE((*read)[0].file, std::string("\xEF\xBB\xBF"
                                              "a.png"));
    }

    void brokenBoxesAreRefused_data() {
        QTest::addColumn<QString>("lines");
        QTest::addColumn<QString>("expected");
        const QString head = QStringLiteral("file,class,x0,y0,x1,y1\na.png,goldfish,0,0,5,5\n");
        const auto row = [&](const char* name, const QString& line, const char* expected) {
            QTest::newRow(name) << head + line << QString::fromUtf8(expected);
        };
        QTest::newRow("header") << QStringLiteral("file,x0\n") << QStringLiteral("“t” line 1:");
        QTest::newRow("empty") << QString() << QStringLiteral("“t” line 1:");
        QTest::newRow("a mark and nothing else") << QStringLiteral("\uFEFF") << QStringLiteral("“t” line 1:");
        QTest::newRow("no picture") << QStringLiteral("file,class,x0,y0,x1,y1\n") << QStringLiteral("names no picture");
        row("few", QStringLiteral("b.png,goldfish,0,0,5"), "“t” line 3: there should be six values");
        row("many", QStringLiteral("b.png,goldfish,0,0,5,5,5"), "“t” line 3: there should be six values");
        row("quote", QStringLiteral("\"b.png,goldfish,0,0,5,5"), "“t” line 3: there should be six values");
        row("class", QStringLiteral("b.png,dragon,0,0,5,5"), "“t” line 3: there is no class “dragon”");
        row("ambiguous", QStringLiteral("b.png,gas pump,0,0,5,5"), "“t” line 3: several classes are named “gas pump”");
        row("twice", QStringLiteral("a.png,goldfish,0,0,5,5"), "“t” line 3: “a.png” stands here for the second time");
        row("outside", QStringLiteral("../b.png,goldfish,0,0,5,5"), "“t” line 3: “../b.png” is no name");
        row("absolute", QStringLiteral("/b.png,goldfish,0,0,5,5"), "“t” line 3: “/b.png” is no name");
        row("text", QStringLiteral("b.png,goldfish,0,zero,5,5"), "“t” line 3: “zero” is no whole number");
        row("fraction", QStringLiteral("b.png,goldfish,0,0,5.5,5"), "“t” line 3: “5.5” is no whole number");
        row("huge", QStringLiteral("b.png,goldfish,0,0,5,99999999999"), "“t” line 3: “99999999999” is no whole number");
        row("negative", QStringLiteral("b.png,goldfish,-1,0,5,5"), "“t” line 3: “-1” is no whole number");
        row("zero size", QStringLiteral("b.png,goldfish,3,0,3,5"), "“t” line 3: the box has no area");
    }

    void brokenBoxesAreRefused() {
        QFETCH(QString, lines);
        QFETCH(QString, expected);
        const auto read = parseBoxes(lines.toStdString(), "t", kClasses);
        QVERIFY(!read.ok());
        QVERIFY2(QString::fromStdString(read.error().message()).contains(expected), read.error().message().c_str());
    }

    void receivedAttentionIsAMean() {
        AttentionMap map{.name = "matrix",
                         .kind = PairwiseMap{.queries = {.height = 1, .width = 2}, .keys = {.height = 1, .width = 3}},
                         .role = MapRole::Distribution};
        map.data = Tensor({2, 2, 3}, {1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0.5F, 0.5F});
        QCOMPARE(receivedAttention(map), (std::vector<float>{0.25F, 0.375F, 0.375F}));
        // Two windows, the second with one cell and one place of padding, which nobody sees.
        const auto layout = std::make_shared<const PairwiseLayout>(PairwiseLayout::grouped(1, 3, 2, 1, {0, 1, 2, -1}));
        AttentionMap windows = layoutMap("matrix", "", layout);
        windows.data = Tensor(layout->shape, {0.25F, 0.75F, 0.75F, 0.25F, 0.5F, 0.5F, 0.5F, 0.5F});
        QCOMPARE(receivedAttention(windows), (std::vector<float>{0.5F, 0.5F, 0.5F}));
        // Criss-cross on 2×2 cells: every cell is seen by itself (in its row), its column and its row.
        const auto criss = std::make_shared<const PairwiseLayout>(PairwiseLayout::criss(2, 2, 1));
        AttentionMap cross = layoutMap("criss", "", criss);
        cross.data = Tensor({1, 2, 2, 4}, {0, 1, 2, 3, 0, 4, 5, 6, 7, 0, 8, 9, 10, 0, 11, 12});
        const std::vector<float> expected{(2 + 5 + 7) / 3.0F, (3 + 6 + 10) / 3.0F, (1 + 8 + 11) / 3.0F, (4 + 9 + 12) / 3.0F};
        const auto got = receivedAttention(cross);
        for (std::size_t k = 0; k < 4; ++k) {
            QVERIFY(near(static_cast<double>(got[k]), static_cast<double>(expected[k]), 1e-5));
        }
    }

    void numbersAreThoseOfAnotherComputation() {
        QTemporaryDir folder;
        EvaluationRequest request{.bundle = m_bundle, .folder = writeBoxes(folder, kWholeTable).toStdString()};
        request.modules = {"gc", "mhsa", "se"};
        const auto found = evaluate(request, {});
        QVERIFY2(found.ok(), found ? "" : found.error().message().c_str());
        QVERIFY(found->problems.empty());
        QCOMPARE(found->pictures, 2);
        QCOMPARE(found->rows.size(), 5U);
        for (std::size_t k : {2U, 3U}) {
            const EvaluationRow& row = found->rows[k];
            for (const bool trained : {true, false}) {
                MapScore score;
                double top5 = -1.0;
                measureByHand(request.modules[k - 2], trained, score, top5);
                const EvaluationShares& shares = trained ? row.trained : row.untrained;
                QVERIFY2(near(*shares.map.point, score.point), row.name.c_str());
                QVERIFY2(near(*shares.map.gain, score.gain, 1e-4 * score.gain), row.name.c_str());
                QVERIFY2(near(*shares.top5, top5), row.name.c_str());
            }
            QVERIFY(*row.trained.map.gain != *row.untrained.map.gain);
        }
        QCOMPARE(found->rows[2].map, std::string("spatial"));
        QVERIFY(found->rows[4].map.empty() && !found->rows[4].trained.map.gain && found->rows[4].trained.top1);
        QVERIFY(found->rows[0].trained.map.point && !found->rows[0].untrained.top1);
        QVERIFY(found->rows[1].trained.map.point && !found->rows[1].trained.top1);
        const auto again = evaluate(request, {});
        QVERIFY(again.ok());
        QCOMPARE(evaluationCsv(*again), evaluationCsv(*found));
    }

    void picturesAreSpacedEvenlyAndBadOnesLeftOut() {
        QTemporaryDir folder;
        const QByteArray bad = "gone.png,goldfish,0,0,5,5\nboxes.csv,goldfish,0,0,5,5\nrocket.png,goldfish,0,0,500,5\n";
        EvaluationRequest request{.bundle = m_bundle, .folder = writeBoxes(folder, kTable + bad).toStdString()};
        QVERIFY(QFile::copy(kPictures + QStringLiteral("rocket.png"), folder.filePath(QStringLiteral("rocket.png"))));
        request.modules = {"simam"};
        request.size = 64;
        auto found = evaluate(request, {});
        QVERIFY2(found.ok(), found ? "" : found.error().message().c_str());
        QCOMPARE(found->pictures, 3);
        QCOMPARE(found->problems.size(), 3U);
        QVERIFY(found->problems[0].message().starts_with("“gone.png” (line 5) is left out: "));
        QVERIFY(found->problems[1].message().starts_with("“boxes.csv” (line 6) is left out: "));
        QVERIFY(found->problems[2].message().starts_with("“rocket.png” (line 7) is left out: The box reaches beyond"));
        QVERIFY(found->rows[2].trained.map.point && !found->rows[2].untrained.map.point);  // no weights, nothing random
        request.limit = 2;  // the first and the last, which does not fit
        found = evaluate(request, {});
        QVERIFY(found.ok());
        QVERIFY(found->pictures == 1 && found->problems.size() == 1U);
        request.modules = {"dragon"};
        QVERIFY(!evaluate(request, {}).ok());
        std::stop_source stopped;
        stopped.request_stop();
        request.modules = {"simam"};
        const auto none = evaluate(request, stopped.get_token());
        QVERIFY(!none.ok() && none.error().code == ErrorCode::Cancelled);
    }

    void theProgramWritesEveryRow() {
        QTemporaryDir folder;
        const QString data = writeBoxes(folder, kTable);
        const QString csv = folder.filePath(QStringLiteral("out.csv"));
        const QStringList base{QStringLiteral("--bundle"), kBundle, QStringLiteral("--data"), data};
        const auto all = run(base + QStringList{QStringLiteral("--size"), QStringLiteral("64"), QStringLiteral("--limit"),
                                                QStringLiteral("2"), QStringLiteral("-o"), csv});
        QVERIFY2(all.status == 0, qPrintable(all.err));
        QVERIFY2(all.err.isEmpty(), qPrintable(all.err));
        QFile file(csv);
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QStringList lines = QString::fromUtf8(file.readAll()).split(u'\n', Qt::SkipEmptyParts);
        QCOMPARE(lines.size(), 3 + static_cast<qsizetype>(m_bundle->modules.size()));
        QVERIFY(lines[0].startsWith(QStringLiteral("module,map,n,n_small,n_off,top1,top5,point,point_small,point_off,gain,")));
        QVERIFY(lines[1].startsWith(QStringLiteral("none,\"class activation")));
        qsizetype k = 3;
        for (const auto& [id, module] : m_bundle->modules) {
            QVERIFY2(lines[k].startsWith(QString::fromStdString(id) + u','), qPrintable(lines[k]));
            QVERIFY2(lines[k].contains(QStringLiteral(",2,")), qPrintable(lines[k]));
            ++k;
        }
        const auto some = run(base + QStringList{QStringLiteral("--modules"), QStringLiteral("se,gct"), QStringLiteral("--size"),
                                                 QStringLiteral("64")});
        QCOMPARE(some.out.count(u'\n'), 5);
        QVERIFY(some.out.contains(QStringLiteral("\nse,\"\",3,")));
    }

    void theProgramSaysWhatIsWrong() {
        QTemporaryDir folder;
        const QString data = writeBoxes(folder, kTable + "b.png,dragon,0,0,5,5\n");
        const QStringList base{QStringLiteral("--bundle"), kBundle, QStringLiteral("--data")};
        const auto broken = run(base + QStringList{data});
        QCOMPARE(broken.status, 1);
        QVERIFY2(broken.err.contains(QStringLiteral("boxes.csv” line 5: ")) && broken.err.count(u'\n') == 1,
                 qPrintable(broken.err));
        const auto missing = run(base + QStringList{folder.filePath(QStringLiteral("nowhere"))});
        QCOMPARE(missing.status, 1);
        QVERIFY2(missing.err.contains(QStringLiteral("nowhere/boxes.csv")) && missing.err.count(u'\n') == 1,
                 qPrintable(missing.err));
        QCOMPARE(run({}).status, 2);
        QCOMPARE(run(base + QStringList{data, QStringLiteral("--limit"), QStringLiteral("0")}).status, 2);
        QCOMPARE(run(base + QStringList{data, QStringLiteral("--size"), QStringLiteral("big")}).status, 2);
    }
};

QTEST_GUILESS_MAIN(TestEvaluation)
#include "tst_evaluation.moc"
