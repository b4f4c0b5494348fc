// The faithfulness of a map: curves and muting against runs of the network by hand.
// test: both-levels

#include <QSignalSpy>
#include <QTest>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <opencv2/core.hpp>

#include "engine/attention/registry.h"
#include "engine/evaluation/faithfulness.h"
#include "engine/models/open_bundle.h"
#include "engine/runtime/job_owner.h"
#include "engine/runtime/source_hash.h"
#include "tests/support/made_result.h"
#include "tests/support/requests.h"

using namespace fovea;

namespace {

/// What the network with the request's module says, on a pipeline of its own.
std::shared_ptr<const Prediction> byHand(const FaithfulnessRequest& asked, const Frame& frame, Intervention intervention = {}) {
    ModuleJob job = asked.job;
    job.predict = true;
    job.intervention = std::move(intervention);
    const PipelineRequest request = test::requestOf(frame, {job}, asked.model);
    Pipeline pipeline;
    const auto result = pipeline.run(request, {});
    return result ? test::jobAt(**result)->prediction : nullptr;
}

double probability(const Prediction& prediction, int index) {
    return classProbabilities(prediction)[static_cast<std::size_t>(index)];
}

/// Cells of a line of CSV without quoted commas.
std::vector<std::string> cellsOf(const std::string& line) {
    std::vector<std::string> cells(1);
    bool quoted = false;
    for (const char c : line) {
        quoted = c == '"' ? !quoted : quoted;
        if (c == ',' && !quoted) {
            cells.emplace_back();
        } else if (c != '"') {
            cells.back() += c;
        }
    }
    return cells;
}

/// The measurement as a job which says how far it is.
std::function<Result<FaithfulnessResult>(const JobControl&)> measuring(const FaithfulnessRequest& asked) {
    return [asked](const JobControl& control) {
        return measureFaithfulness(asked, control.stop(), [&control](int done, int total) { control.progress(done, total); });
    };
}

ScalarField fieldOf(int height, int width, std::vector<float> values) {
    ScalarField field;
    field.height = height;
    field.width = width;
    field.values = std::move(values);
    return field;
}

}  // namespace

class TestFaithfulness final : public QObject {
    Q_OBJECT

private:
    std::shared_ptr<const Bundle> m_bundle;
    Frame m_frame;

    [[nodiscard]] FaithfulnessRequest request(const char* id, int steps) const {
        FaithfulnessRequest out;
        out.frame = m_frame;
        out.model = NetworkModel{m_bundle};
        out.job = modelJob(*findModule(id), NetworkModel{m_bundle});
        out.field.job = {id, 0, m_bundle->id};
        out.steps = steps;
        return out;
    }

private Q_SLOTS:
    // What the network says without the module is not computed where nobody asks; the rest stays bit for bit.
    void plainPredictionsAreLeftOut() {
        const FaithfulnessRequest asked = request("gc", 4);
        PipelineRequest pass = test::requestOf(m_frame, {asked.job}, asked.model);
        pass.models.front().jobs.front().predict = true;
        Pipeline both;
        Pipeline alone;
        const auto with = both.run(pass, {});
        pass.plainPrediction = false;
        const auto without = alone.run(pass, {});
        QVERIFY(with.ok() && without.ok());
        QVERIFY((*with)->models.front().prediction != nullptr);
        QVERIFY((*without)->models.front().prediction == nullptr);
        QCOMPARE(test::jobAt(**with)->prediction->logits, test::jobAt(**without)->prediction->logits);
    }

    void initTestCase() {
        const auto bundle = openBundle(FOVEA_SOURCE_DIR "/resources/models/fovea-v1");
        const auto frame = loadFrame(QStringLiteral(FOVEA_SOURCE_DIR "/tests/bundle/rocket.png"));
        QVERIFY(bundle.ok() && frame.ok());
        m_bundle = *bundle;
        m_frame = *frame;
    }
    void init() { QTest::failOnWarning(QRegularExpression(QStringLiteral(".*"))); }

    void orderIsByValueThenPlace() {
        const float gap = std::numeric_limits<float>::quiet_NaN();
        QCOMPARE(cellOrder(fieldOf(2, 3, {1.0F, gap, 3.0F, 3.0F, -5.0F, 1.0F})), (std::vector<int>{2, 3, 0, 5, 4, 1}));
        ScalarField diverging = fieldOf(1, 4, {1.0F, -2.0F, 2.0F, 0.0F});
        diverging.diverging = true;
        QCOMPARE(cellOrder(diverging), (std::vector<int>{1, 2, 0, 3}));
    }

    void blurKeepsSizeAndMean() {
        const Frame blurred = blurredFrame(m_frame);
        QCOMPARE(blurred.pixels->size(), m_frame.pixels->size());
        cv::Scalar mean;
        cv::Scalar before;
        cv::Scalar after;
        cv::meanStdDev(*m_frame.pixels, mean, before);
        cv::meanStdDev(*blurred.pixels, mean, after);
        QVERIFY(after[0] < 0.8 * before[0]);
        // Neighbours hardly differ, so nothing is left of edges.
        cv::Mat difference;
        const cv::Mat& p = *blurred.pixels;
        cv::absdiff(p.colRange(1, p.cols), p.colRange(0, p.cols - 1), difference);
        double most = 0.0;
        cv::minMaxLoc(difference.reshape(1), nullptr, &most);
        QVERIFY(most < 12.0);
    }

    void endsAreIndependentRuns() {
        FaithfulnessRequest asked = request("cbam", 4);
        asked.channels = asked.heads = false;
        std::vector<int> dones;
        int total = 0;
        const auto got = measureFaithfulness(asked, {}, [&](int done, int all) {
            dones.push_back(done);
            total = all;
        });
        QVERIFY2(got.ok(), got ? "" : got.error().message().c_str());
        const auto whole = byHand(asked, m_frame);
        const auto blurred = byHand(asked, blurredFrame(m_frame));
        QCOMPARE(got->classIndex, topGuesses(*whole, 1).front().index);
        QCOMPARE(got->className, m_bundle->classes[static_cast<std::size_t>(got->classIndex)].name);
        QCOMPARE(got->probability, probability(*whole, got->classIndex));
        QCOMPARE(got->orders.size(), 3U);
        for (const auto& order : got->orders) {
            for (const auto* curve : {&order.removed, &order.shown}) {
                QCOMPARE(curve->shares.size(), 5U);
                QCOMPARE(curve->shares.front(), 0.0);
                QCOMPARE(curve->shares.back(), 1.0);
                QVERIFY(std::is_sorted(curve->shares.begin(), curve->shares.end()));
                double area = 0.0;
                for (std::size_t k = 0; k < 5; ++k) {
                    QVERIFY(curve->shares[k] >= static_cast<double>(k) / 4.0 - 1e-12);
                    area += k == 0 ? 0.0
                                   : (curve->shares[k] - curve->shares[k - 1]) *
                                         (curve->probabilities[k] + curve->probabilities[k - 1]) / 2;
                }
                QVERIFY(std::abs(curve->area - area) < 1e-12);
                QVERIFY(curve->area >= 0.0 && curve->area <= 1.0);
            }
            const double p = probability(*whole, got->classIndex);
            const double q = probability(*blurred, got->classIndex);
            QVERIFY(std::abs(order.removed.probabilities.front() - p) < 1e-12 &&
                    std::abs(order.shown.probabilities.back() - p) < 1e-12);
            QVERIFY(std::abs(order.removed.probabilities.back() - q) < 1e-12 &&
                    std::abs(order.shown.probabilities.front() - q) < 1e-12);
        }
        std::vector<int> counted(static_cast<std::size_t>(total));
        std::iota(counted.begin(), counted.end(), 1);
        QCOMPARE(dones, counted);
        QCOMPARE(total, 2 + 10 * 3);
        const auto again = measureFaithfulness(asked);
        QCOMPARE(faithfulnessCsv(*again), faithfulnessCsv(*got));
    }

    // Half of the picture is replaced: the very picture, made here pixel by pixel, gives the same probability.
    void aStepIsTheMixedPicture() {
        FaithfulnessRequest asked = request("cbam", 2);
        asked.channels = asked.heads = false;
        const auto got = measureFaithfulness(asked);
        QVERIFY(got.ok());
        const PipelineRequest plain = test::requestOf(m_frame, {asked.job}, asked.model);
        Pipeline pipeline;
        const auto field = makeField(**pipeline.run(plain, {}), asked.field);
        QVERIFY(field.ok());
        const auto order = cellOrder(*field);
        std::vector<std::size_t> pixelsOf(field->values.size(), 0);
        const auto cellOf = [&](int x, int y) {
            const Cell cell = cellAt(*field, x + 0.5, y + 0.5);
            return static_cast<std::size_t>(cell.i * field->width + cell.j);
        };
        for (int y = 0; y < m_frame.height; ++y) {
            for (int x = 0; x < m_frame.width; ++x) {
                ++pixelsOf[cellOf(x, y)];
            }
        }
        const auto pixels = static_cast<std::size_t>(m_frame.width) * static_cast<std::size_t>(m_frame.height);
        std::vector<bool> replaced(field->values.size(), false);
        std::size_t covered = 0;
        for (std::size_t k = 0; 2 * covered < pixels; ++k) {
            replaced[static_cast<std::size_t>(order[k])] = true;
            covered += pixelsOf[static_cast<std::size_t>(order[k])];
        }
        const Frame blurred = blurredFrame(m_frame);
        cv::Mat mixed = m_frame.pixels->clone();
        for (int y = 0; y < m_frame.height; ++y) {
            for (int x = 0; x < m_frame.width; ++x) {
                if (replaced[cellOf(x, y)]) {
                    mixed.at<cv::Vec3b>(y, x) = blurred.pixels->at<cv::Vec3b>(y, x);
                }
            }
        }
        Frame frame = m_frame;
        frame.pixels = std::make_shared<const cv::Mat>(mixed);
        const FaithfulnessCurve& curve = got->orders.front().removed;
        QVERIFY(std::abs(curve.shares[1] - static_cast<double>(covered) / static_cast<double>(pixels)) < 1e-12);
        QVERIFY(std::abs(curve.probabilities[1] - probability(*byHand(asked, frame), got->classIndex)) < 1e-12);
    }

    void rankingIsMutingByHand() {
        FaithfulnessRequest asked = request("mhsa", 2);
        asked.curves = false;
        asked.classIndex = 3;
        const auto got = measureFaithfulness(asked);
        QVERIFY2(got.ok(), got ? "" : got.error().message().c_str());
        QVERIFY(got->orders.empty());
        QCOMPARE(got->classIndex, 3);
        const int heads = asked.job.params.integer("heads");
        QCOMPARE(got->effects.size(), static_cast<std::size_t>(m_bundle->tapChannels + heads));
        QCOMPARE(std::count_if(got->effects.begin(), got->effects.end(), [](const FaithfulnessEffect& e) { return e.head; }),
                 heads);
        const auto plain = byHand(asked, m_frame);
        for (const std::size_t k : {std::size_t{0}, got->effects.size() / 2, got->effects.size() - 1}) {
            const FaithfulnessEffect& effect = got->effects[k];
            std::vector<float> factors(static_cast<std::size_t>(effect.index) + 1, 1.0F);
            factors.back() = 0.0F;
            const auto muted =
                byHand(asked, m_frame, effect.head ? Intervention{.heads = factors} : Intervention{.channels = factors});
            QVERIFY(std::abs(effect.logit - (static_cast<double>(muted->logits[3]) - static_cast<double>(plain->logits[3]))) <
                    1e-12);
            QVERIFY(std::abs(effect.probability - (probability(*muted, 3) - probability(*plain, 3))) < 1e-12);
        }
        const auto larger = [](const FaithfulnessEffect& a, const FaithfulnessEffect& b) {
            return std::abs(a.probability) > std::abs(b.probability);
        };
        QVERIFY(std::is_sorted(got->effects.begin(), got->effects.end(), larger));
    }

    void cancelStops() {
        std::stop_source source;
        int last = 0;
        const auto got = measureFaithfulness(request("cbam", 20), source.get_token(), [&](int done, int) {
            last = done;
            if (done == 3) {
                source.request_stop();
            }
        });
        QVERIFY(!got.ok());
        QCOMPARE(got.error().code, ErrorCode::Cancelled);
        QCOMPARE(last, 3);
    }

    void whatCannotBeMeasuredIsSaid() {
        FaithfulnessRequest asked = request("cbam", 4);
        asked.model = RetinaOptions{};
        QVERIFY(measureFaithfulness(asked).error().message().find("trained network") != std::string::npos);
        asked = request("cbam", 4);
        asked.frame = {};
        QCOMPARE(measureFaithfulness(asked).error().code, ErrorCode::NotFound);
        asked = request("cbam", 0);
        QCOMPARE(measureFaithfulness(asked).error().code, ErrorCode::BadParameter);
        asked = request("cbam", 4);
        asked.field.map = "absent";
        QCOMPARE(measureFaithfulness(asked).error().code, ErrorCode::NotFound);
        asked = request("cbam", 4);
        asked.job = modelJob(*findModule("divided_st"), NetworkModel{m_bundle});
        QCOMPARE(measureFaithfulness(asked).error().code, ErrorCode::Unsupported);
    }

    void csvReadsBack() {
        FaithfulnessResult result{.classIndex = 4, .className = "a \"b\", c", .logit = 1.0 / 3.0, .probability = 0.1};
        result.orders = {{"map", {{0.0, 0.5, 1.0}, {0.9, 0.2 / 3.0, 0.05}, 0.25}, {{0.0, 1.0}, {0.05, 0.9}, 0.475}}};
        result.effects = {{true, 2, "", -1e-17, 5e-324}, {false, 7, "red–green", 2.5, -0.125}};
        const QStringList lines = QString::fromStdString(faithfulnessCsv(result)).split(QLatin1Char('\n'));
        QCOMPARE(lines.size(), 1 + 1 + 3 + 1 + 2 + 1 + 2 + 1);  // header, class, curves with areas, effects, and the end
        QVERIFY(lines.last().isEmpty());
        const auto header = cellsOf(lines[0].toStdString());
        const auto cell = [&](int line, const char* column) {
            const auto at = std::find(header.begin(), header.end(), column) - header.begin();
            const auto cells = cellsOf(lines[line].toStdString());
            return cells.size() == header.size() ? cells[static_cast<std::size_t>(at)] : std::string("misshapen");
        };
        const auto number = [&](int line, const char* column) { return QString::fromStdString(cell(line, column)).toDouble(); };
        QCOMPARE(cell(1, "name"), std::string("a b, c"));
        QCOMPARE(number(1, "logit"), 1.0 / 3.0);
        QCOMPARE(cell(3, "kind"), std::string("deletion"));
        QCOMPARE(number(3, "probability"), 0.2 / 3.0);
        QCOMPARE(number(5, "area"), 0.25);
        QCOMPARE(cell(8, "kind"), std::string("insertion_area"));
        QCOMPARE(cell(9, "kind"), std::string("head"));
        QVERIFY(number(9, "probability_change") == 5e-324 && number(9, "logit_change") == -1e-17);
        QCOMPARE(cell(10, "name"), std::string("red–green"));
        QCOMPARE(number(10, "index"), 7.0);
    }

    void aJobBringsTheResult() {
        FaithfulnessRequest asked = request("simam", 2);
        asked.channels = asked.heads = false;
        BackgroundJobs jobs;
        QSignalSpy progress(&jobs, &BackgroundJobs::progressed);
        QString csv;
        JobOwner owner(jobs);
        owner.start<FaithfulnessResult>({}, measuring(asked), [&csv](const Result<FaithfulnessResult>& result) {
            csv = result ? QString::fromStdString(faithfulnessCsv(*result)) : QStringLiteral("error");
        });
        QTRY_VERIFY_WITH_TIMEOUT(!csv.isEmpty(), 60000);
        QCOMPARE(csv, QString::fromStdString(faithfulnessCsv(*measureFaithfulness(asked))));
        QCOMPARE(progress.last().at(1).toInt(), 12);  // the last report comes in any case
        QCOMPARE(progress.last().at(2).toInt(), 12);
    }

    void aJobIsCancelledAndReplaced() {
        const FaithfulnessRequest endless = request("cbam", 200);
        FaithfulnessRequest quick = request("simam", 1);
        quick.channels = quick.heads = false;
        std::vector<bool> results;
        const auto note = [&results](const Result<FaithfulnessResult>& result) { results.push_back(result.ok()); };
        const JobSpec newest{.lane = "faithfulness", .order = JobOrder::ReplacesAll};
        BackgroundJobs jobs;
        QObject::connect(&jobs, &BackgroundJobs::progressed, &jobs, [&jobs](JobNumber job, qint64, qint64 total) {
            if (total > 1000) {
                jobs.cancel(job);
            }
        });
        JobOwner owner(jobs);
        owner.start<FaithfulnessResult>(newest, measuring(endless), note);
        QTRY_COMPARE_WITH_TIMEOUT(results, std::vector<bool>{false}, 60000);
        owner.start<FaithfulnessResult>(newest, measuring(endless), note);
        owner.start<FaithfulnessResult>(newest, measuring(quick), note);  // nobody hears of the one before
        QTRY_COMPARE_WITH_TIMEOUT(results, (std::vector<bool>{false, true}), 60000);
        owner.start<FaithfulnessResult>(newest, measuring(endless), note);
        owner.end();
        QCoreApplication::processEvents();
        QCOMPARE(results.size(), std::size_t{2});
    }
};

QTEST_GUILESS_MAIN(TestFaithfulness)
#include "tst_faithfulness.moc"
