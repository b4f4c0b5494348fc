// Sheets of maps: the sample pictures, mechanism by mechanism, trained beside random, drawn by the program's own composer.
//   fovea_sheets BUNDLE SAMPLES OUT      writes OUT/contact-1.png …

#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "engine/attention/registry.h"
#include "engine/evaluation/position_map.h"
#include "engine/io/read_file.h"
#include "engine/models/open_bundle.h"
#include "engine/pipeline/pipeline.h"
#include "engine/render/compose.h"
#include "engine/source/image_source.h"

using namespace fovea;

namespace {

constexpr const char* kSamples[] = {"astronaut.png", "chelsea.png", "coffee.png", "rocket.jpg"};
constexpr std::size_t kRows = 4;  // mechanisms of one sheet
constexpr int kHeight = 96;       // of a picture
constexpr int kLabel = 124;       // width of the names
constexpr int kHead = 18;         // height of the line with column names
constexpr int kGap = 3;           // between pictures
constexpr double kText = 0.36;    // size of letters
constexpr std::uint64_t kSeed = 1;

[[noreturn]] void fail(const Error& error) {
    std::fprintf(stderr, "%s\n", error.message().c_str());
    std::exit(1);
}

template <class T>
T must(Result<T> result) {
    if (!result) {
        fail(result.error());
    }
    return *std::move(result);
}

void write(cv::Mat& sheet, const std::string& text, int x, int y, bool dim = false) {
    cv::putText(sheet, text, {x, y}, cv::FONT_HERSHEY_SIMPLEX, kText, dim ? cv::Scalar::all(160) : cv::Scalar::all(255), 1,
                cv::LINE_AA);
}

/// The judged map of one job on one picture as the program draws a field, with a clipped range, over a grey picture.
cv::Mat drawn(const FrameResult& all, const JobId& job) {
    const auto judged = must(judgedMap(all, job));
    cv::Mat grey;
    cv::cvtColor(*all.frame.pixels, grey, cv::COLOR_BGR2GRAY);
    cv::cvtColor(grey, grey, cv::COLOR_GRAY2BGR);
    const Frame under = must(frameFromPixels(grey, "sample"));
    const double zoom = static_cast<double>(kHeight) / under.height;
    const Viewport view{.zoom = zoom, .width = static_cast<int>(under.width * zoom), .height = kHeight};
    ScalarField field{.values = judged->map.values, .height = judged->map.height, .width = judged->map.width};
    field.geometry = judged->map.geometry;
    std::vector<float> sorted(field.values);
    std::sort(sorted.begin(), sorted.end());
    field.min = field.scaleMin = sorted.front();
    field.max = field.scaleMax = sorted.back();
    field.clippedMax = sorted[static_cast<std::size_t>((1.0 - kClippedShare) * static_cast<double>(sorted.size() - 1))];
    cv::Mat picture;
    cv::cvtColor(composeOverlay(under, &field, {.opacity = 0.7, .clipped = true}, view, 0xFF000000), picture, cv::COLOR_BGRA2BGR);
    return picture;
}

/// Mechanisms with a map, those with the better judgement first.
std::vector<std::string> withMaps(const Bundle& bundle, const FrameResult& all) {
    std::vector<std::string> ids;
    for (const char* judgement : {"yes", "weak", "no", "gate"}) {
        for (const AskedJob& job : all.models.front().jobs) {
            const std::string& id = job.id.source;
            const auto& known = bundle.modules.at(id);
            if (known.meaningful == judgement && must(judgedMap(all, job.id))) {
                ids.push_back(id);
            }
        }
    }
    return ids;
}

std::shared_ptr<const FrameResult> computed(const std::shared_ptr<const Bundle>& bundle, const std::string& path, bool trained) {
    const auto bytes = must(readFile(path, kMaxImageBytes));
    ModelJobs asked{.model = NetworkModel{bundle}, .jobs = {}};
    for (const auto& [id, module] : bundle->modules) {
        ModuleJob job{.info = findModule(id), .params = module.params, .seed = kSeed};
        if (trained && job.info->weights != nullptr) {
            job.weights = std::shared_ptr<const Weights>(bundle, &module.weights);
        }
        asked.jobs.push_back(std::move(job));
    }
    Pipeline pipeline;
    return must(pipeline.run({.epoch = 1, .frame = must(decodeImage(bytes, path)), .models = {std::move(asked)}}, {}));
}

/// Trained and random results of each sample.
using Columns = std::vector<std::shared_ptr<const FrameResult>>;

cv::Mat makeSheet(const Bundle& bundle, const Columns& columns, const std::vector<std::string>& ids) {
    std::vector<cv::Mat> rows;
    for (const auto& id : ids) {
        cv::Mat label = cv::Mat::zeros(kHeight, kLabel, CV_8UC3);
        write(label, id, 4, kHeight / 2);
        write(label, bundle.modules.at(id).meaningful, 4, kHeight / 2 + 16, true);
        std::vector<cv::Mat> cells{label};
        for (std::size_t k = 0; k < columns.size(); ++k) {
            cells.push_back(drawn(*columns[k], {id, 0, bundle.id}));
            if (k % 2 == 1 && findModule(id)->weights == nullptr) {
                cells.back().setTo(cv::Scalar::all(0));
                write(cells.back(), "no weights", 8, kHeight / 2, true);
            }
            cells.push_back(cv::Mat::zeros(kHeight, kGap, CV_8UC3));
        }
        if (rows.empty()) {
            cv::Mat head = cv::Mat::zeros(kHead, kLabel, CV_8UC3);
            for (std::size_t k = 0; k < columns.size(); ++k) {
                cv::Mat name = cv::Mat::zeros(kHead, cells[2 * k + 1].cols + kGap, CV_8UC3);
                write(name, k % 2 == 0 ? "trained" : "random", 2, kHead - 5);
                cv::hconcat(head, name, head);
            }
            rows.push_back(head);
        }
        cv::Mat row;
        cv::hconcat(cells, row);
        rows.push_back(row);
        rows.push_back(cv::Mat::zeros(kGap, row.cols, CV_8UC3));
    }
    cv::Mat sheet;
    cv::vconcat(rows, sheet);
    return sheet;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 4) {
        std::fprintf(stderr, "usage: fovea_sheets BUNDLE SAMPLES OUT\n");
        return 2;
    }
    const auto bundle = must(openBundle(argv[1]));
    Columns columns;
    for (const char* sample : kSamples) {
        for (const bool trained : {true, false}) {
            columns.push_back(computed(bundle, std::string(argv[2]) + "/" + sample, trained));
        }
    }
    const auto ids = withMaps(*bundle, *columns.front());
    for (std::size_t first = 0; first < ids.size(); first += kRows) {
        const auto begin = ids.begin() + static_cast<std::ptrdiff_t>(first);
        const auto end = begin + static_cast<std::ptrdiff_t>(std::min(kRows, ids.size() - first));
        const std::string path = std::string(argv[3]) + "/contact-" + std::to_string(first / kRows + 1) + ".png";
        if (!cv::imwrite(path, makeSheet(*bundle, columns, {begin, end}), {cv::IMWRITE_PNG_COMPRESSION, 9})) {
            std::fprintf(stderr, "“%s” could not be written.\n", path.c_str());
            return 1;
        }
        std::printf("%s\n", path.c_str());
    }
    return 0;
}
