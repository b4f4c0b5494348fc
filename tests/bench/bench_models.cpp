// Whole networks beside PyTorch and OpenCV's dnn: one thread, batch 1, processor time, all in turn, so that what else the machine
// does meets all alike. It measures; nothing can fail but numbers which do not agree.

#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QTemporaryDir>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <opencv2/core.hpp>
#include <opencv2/core/utils/logger.hpp>
#include <opencv2/dnn.hpp>
#include <optional>
#include <string>
#include <vector>

#include "engine/api.h"
#include "engine/graph/executor.h"
#include "engine/graph/onnx_reader.h"
#include "engine/kernels/level.h"
#include "engine/models/bundle.h"
#include "tests/bench/reference_process.h"

using namespace fovea;
using namespace fovea::graph;

namespace {

constexpr double kAgreement = 1e-3;

double processorMilliseconds() {
    timespec now{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return 1e3 * static_cast<double>(now.tv_sec) + 1e-6 * static_cast<double>(now.tv_nsec);
}

template <class Work>
double timed(Work&& work) {
    const double start = processorMilliseconds();
    work();
    return processorMilliseconds() - start;
}

double median(std::vector<double> values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

std::vector<float> readFloats(const QString& path) {
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly)) {
        return {};
    }
    const QByteArray bytes = file.readAll();
    const auto* values = reinterpret_cast<const float*>(bytes.constData());
    return {values, values + static_cast<std::size_t>(bytes.size()) / sizeof(float)};
}

/// OpenCV's network, where it loads the file and runs it.
class OpenCvNetwork {
public:
    OpenCvNetwork(const std::string& path, const Shape& shape, const std::vector<float>& input) {
        try {
            m_net = cv::dnn::readNetFromONNX(path);
            m_net.setPreferableBackend(cv::dnn::DNN_BACKEND_OPENCV);
            const int sizes[] = {1, 3, static_cast<int>(shape[2]), static_cast<int>(shape[3])};
            m_input = cv::Mat(4, sizes, CV_32F, const_cast<float*>(input.data())).clone();
            run();
            m_good = true;
        } catch (const cv::Exception&) {
            m_good = false;
        }
    }
    [[nodiscard]] bool good() const { return m_good; }
    void run() {
        m_net.setInput(m_input);
        m_net.forward();
    }

private:
    cv::dnn::Net m_net;
    cv::Mat m_input;
    bool m_good = false;
};

std::unique_ptr<Executor> executorOf(const std::string& path) {
    auto graph = readOnnx(path);
    auto executor = graph ? Executor::create(*std::move(graph)) : Result<std::unique_ptr<Executor>>(graph.error());
    if (!executor) {
        std::printf("%s\n", executor.error().message().c_str());
        return nullptr;
    }
    return *std::move(executor);
}

std::string ratio(double ours, const std::vector<double>& others) {
    if (others.empty()) {
        return "      –      –";
    }
    char text[64];
    std::snprintf(text, sizeof text, "%7.1f %6.2f", median(others), ours / median(others));
    return text;
}

/// Ours, PyTorch's and OpenCV's times in turn; PyTorch has loaded the network, or is null.
void measure(const std::string& label, Executor& ours, const std::string& path, const Shape& shape, std::vector<float> input,
             ReferenceProcess* torch, int rounds) {
    const View view{ElementType::Float, &shape, input.data(), input.size()};
    OpenCvNetwork openCv(path, shape, input);
    if (const auto first = ours.run({view}, {}); !first) {
        std::printf("%-22s %s\n", label.c_str(), first.error().message().c_str());
        return;
    }
    std::vector<double> mine;
    std::vector<double> torchs;
    std::vector<double> openCvs;
    for (int round = 0; round < rounds; ++round) {
        mine.push_back(timed([&] { static_cast<void>(ours.run({view}, {})); }));
        if (torch != nullptr) {
            if (const auto nanoseconds = torch->run(1)) {
                torchs.push_back(*nanoseconds / 1e6);
            }
        }
        if (openCv.good()) {
            openCvs.push_back(timed([&] { openCv.run(); }));
        }
    }
    const double own = median(mine);
    std::printf("%-22s %8.2f  %s   %s\n", label.c_str(), own, ratio(own, torchs).c_str(), ratio(own, openCvs).c_str());
    std::fflush(stdout);
}

bool agrees(Executor& ours, const QString& stem) {
    const Shape shape{1, 3, 224, 224};
    auto input = readFloats(stem + QStringLiteral(".224x224.input"));
    const auto expected = readFloats(stem + QStringLiteral(".224x224.logits"));
    const auto logits = ours.run({{ElementType::Float, &shape, input.data(), input.size()}}, {});
    if (!logits || logits->front().count != expected.size()) {
        std::printf("%s\n", logits ? "The logits have another size." : logits.error().message().c_str());
        return false;
    }
    float difference = 0.0F;
    float largest = 0.0F;
    for (std::size_t k = 0; k < expected.size(); ++k) {
        difference = std::max(difference, std::abs(expected[k] - logits->front().data<float>()[k]));
        largest = std::max(largest, std::abs(expected[k]));
    }
    return static_cast<double>(difference) <= kAgreement * static_cast<double>(largest);
}

void measureTorchvision(ReferenceProcess& torch, int rounds) {
    for (const char* name : {"resnet18", "mobilenet_v2", "mobilenet_v3_small", "efficientnet_b0", "vit_b_16"}) {
        const QTemporaryDir folder;
        const QString stem = folder.filePath(QLatin1String(name));
        if (!torch.load(std::string(name) + " " + folder.path().toStdString())) {
            std::printf("%-22s %s\n", name, torch.problem().c_str());
            continue;
        }
        const std::string path = (stem + QStringLiteral(".onnx")).toStdString();
        const auto ours = executorOf(path);
        if (!ours) {
            continue;
        }
        if (!agrees(*ours, stem)) {
            std::printf("%-22s does not agree with PyTorch and is not timed\n", name);
            continue;
        }
        const bool large = std::string(name) == "vit_b_16";
        measure(name, *ours, path, {1, 3, 224, 224}, readFloats(stem + QStringLiteral(".224x224.input")), &torch,
                large ? std::max(3, rounds / 4) : rounds);
    }
}

void measureBundle(int rounds) {
    const auto bundle = loadBundle(bundledModelFolder(), {});
    const auto ours = bundle ? executorOf((*bundle)->backbonePath) : nullptr;
    for (const Shape& shape : {Shape{1, 3, 160, 160}, Shape{1, 3, 160, 240}, Shape{1, 3, 320, 480}}) {
        if (ours) {
            const std::string label = "fovea-v1 " + std::to_string(shape[2]) + "×" + std::to_string(shape[3]);
            measure(label, *ours, (*bundle)->backbonePath, shape, std::vector<float>(Tensor::count(shape), 0.5F), nullptr,
                    rounds);
        }
    }
}

}  // namespace

int main(int argc, char** argv) {
    for (const char* variable : {"OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"}) {
        qputenv(variable, "1");
    }
    const QCoreApplication application(argc, argv);
    const QStringList arguments = QCoreApplication::arguments();
    const auto option = arguments.indexOf(QStringLiteral("--rounds"));
    const int rounds = std::max(3, option < 0 ? 15 : arguments.value(option + 1).toInt());
    cv::setNumThreads(1);
    cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT);  // what it cannot load is said by a dash
    ReferenceProcess torch(QStringLiteral(FOVEA_SOURCE_DIR "/tests/torchvision/networks.py"), {QStringLiteral("serve")});
    std::printf("engine for %s; %s; OpenCV %s; 224×224, one thread, medians of %d rounds in turn, processor time\n",
                kernelLevel(), torch.running() ? torch.version().c_str() : torch.problem().c_str(), CV_VERSION, rounds);
    std::printf("%-24s ours ms   PyTorch  ratio    OpenCV  ratio\n", "");
    if (torch.running()) {
        measureTorchvision(torch, rounds);
    }
    measureBundle(rounds);
    return 0;
}
