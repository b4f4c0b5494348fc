#include "tests/fuzz/trial.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <numeric>
#include <thread>
#include <vector>

#include "engine/graph/executor.h"
#include "engine/graph/onnx_reader.h"
#include "engine/models/open_bundle.h"
#include "engine/tensor/safetensors.h"

namespace fovea::mutate {
namespace {

using namespace fovea::graph;

constexpr auto kPatience = std::chrono::seconds(5);
constexpr std::size_t kLargestInput = std::size_t{32} << 20;

/// Asks a computation to stop when it takes too long.
class StopAfter {
public:
    explicit StopAfter(std::chrono::milliseconds time)
        : m_timer([this, time](const std::stop_token& done) {
              std::unique_lock lock(m_mutex);
              m_wake.wait_for(lock, done, time, [] { return false; });
              if (!done.stop_requested()) {
                  m_stop.request_stop();
              }
          }) {}

    [[nodiscard]] std::stop_token token() const { return m_stop.get_token(); }

private:
    std::mutex m_mutex;
    std::condition_variable_any m_wake;
    std::stop_source m_stop;
    std::jthread m_timer;
};

/// A refusal must be one sentence, and be cancelled only when it was asked to.
Verdict refused(Outcome outcome, const Error& error, const std::stop_token& stop = {}) {
    const std::string text = error.message();
    std::string fault;
    if (text.empty() || std::string(".!?").find(text.back()) == std::string::npos) {
        fault = "its error is no sentence: “" + text + "”";
    } else if (error.code == ErrorCode::Cancelled && !stop.stop_requested()) {
        fault = "it says that it was stopped";
    }
    return {outcome, fault, text};
}

struct Input {
    Array array;
    Shape shape;
};

/// Shapes an input accepts, free extents small.
std::vector<ArrayInfo> sizesFor(const Graph& graph, Random& random) {
    constexpr std::int64_t kExtents[] = {1, 2, 3, 4, 7, 8, 16, 33};
    std::vector<ArrayInfo> infos;
    for (const auto& port : graph.inputs) {
        ArrayInfo info = port.info;
        for (auto& extent : info.shape) {
            extent = extent < 0 ? random.pick(kExtents) : extent;
        }
        infos.push_back(std::move(info));
    }
    return infos;
}

void fill(Array& array, Random& random) {
    const bool wild = random.chance(10);
    for (std::size_t k = 0; k < array.count(); ++k) {
        const auto small = static_cast<std::int64_t>(random.below(9)) - 3;
        switch (array.type()) {
            case ElementType::Float:
                array.data<float>()[k] = wild ? random.extremeFloat() : static_cast<float>(small) * 0.37F;
                break;
            case ElementType::Int64:
                array.data<std::int64_t>()[k] = wild ? random.extreme() : small;
                break;
            case ElementType::Int32:
                array.data<std::int32_t>()[k] = static_cast<std::int32_t>(wild ? random.extreme() : small);
                break;
            case ElementType::Bool:
                array.data<bool>()[k] = small > 0;
                break;
        }
    }
}

std::vector<std::string> someValues(const Graph& graph, Random& random) {
    std::vector<std::string> names;
    for (const auto& node : graph.nodes) {
        for (const auto& output : node.outputs) {
            if (!output.empty() && random.chance(20)) {
                names.push_back(output);
            }
        }
    }
    return names;
}

/// Every byte is read, so that a view which leads astray is found.
std::string lookAt(const std::vector<View>& outputs, std::size_t expected) {
    if (outputs.size() != expected) {
        return "the number of its outputs";
    }
    volatile unsigned sum = 0;
    for (const auto& view : outputs) {
        if (view.absent() || checkedBytes(view.type, *view.shape) != view.count * elementSize(view.type)) {
            return "an output's size";
        }
        const auto* bytes = static_cast<const unsigned char*>(view.memory);
        sum = sum + std::accumulate(bytes, bytes + view.count * elementSize(view.type), 0U);
    }
    return {};
}

Verdict runOnce(Executor& executor, const RunOptions& options, Random& random, const std::stop_token& stop) {
    const auto infos = sizesFor(executor.graph(), random);
    std::size_t bytes = 0;
    for (const auto& info : infos) {
        bytes = std::min(kLargestInput + 1,
                         bytes + std::min(kLargestInput + 1, checkedBytes(info.type, info.shape).value_or(SIZE_MAX)));
    }
    if (auto prepared = executor.prepare(infos); !prepared) {
        return refused(Outcome::Accepted, prepared.error(), stop);
    }
    if (bytes > kLargestInput) {
        return {Outcome::Accepted};
    }
    std::vector<Array> arrays;
    std::vector<View> views;
    for (const auto& info : infos) {
        arrays.emplace_back(info.type, info.shape);
        fill(arrays.back(), random);
    }
    for (auto& array : arrays) {
        views.push_back({array.type(), &array.shape(), array.raw(), array.count()});
    }
    const auto outputs = executor.run(views, stop, options);
    if (!outputs) {
        return refused(Outcome::Accepted, outputs.error(), stop);
    }
    return {Outcome::Run, lookAt(*outputs, executor.graph().outputs.size())};
}

Verdict useNetwork(const std::string& path, Random& random) {
    auto graph = readOnnx(path, {.memory = kBudget});
    if (!graph) {
        return refused(Outcome::Refused, graph.error());
    }
    ExecutorOptions options{.memory = kBudget};
    RunOptions run;
    std::string hookFault;
    if (random.chance(30)) {
        options.keep = someValues(*graph, random);
        for (const auto& name : options.keep) {
            run.hooks[name] = [&hookFault](const View& view) { hookFault += lookAt({view}, 1); };
        }
    }
    auto executor = Executor::create(*std::move(graph), std::move(options));
    if (!executor) {
        return refused(Outcome::Refused, executor.error());
    }
    const StopAfter stop(kPatience);
    Verdict verdict = runOnce(**executor, run, random, stop.token());
    if (verdict.fault.empty() && random.chance(50)) {  // another size, another plan
        const Verdict second = runOnce(**executor, run, random, stop.token());
        verdict.fault = second.fault;
        verdict.outcome = std::max(verdict.outcome, second.outcome);
    }
    verdict.fault += hookFault;
    return verdict;
}

Verdict useWeights(const std::string& path) {
    const auto file = readSafetensors(path);
    if (!file) {
        return refused(Outcome::Refused, file.error());
    }
    for (const auto& [name, tensor] : file->tensors) {
        if (tensor.size() != Tensor::count(tensor.shape)) {
            return {Outcome::Accepted, "the size of “" + name + "”"};
        }
    }
    const std::string bytes = safetensorsBytes(*file);
    const auto again = parseSafetensors(bytes.data(), bytes.size(), "again");
    if (!again) {
        return {Outcome::Accepted, "written again it is refused: " + again.error().message()};
    }
    const bool same = again->tensors.size() == file->tensors.size() && again->metadata == file->metadata;
    return {Outcome::Run, same ? "" : "it changes when it is written again"};
}

Verdict useBundle(const std::string& folder) {
    const StopAfter stop(kPatience);
    const auto bundle = openBundle(folder, stop.token());
    return bundle ? Verdict{Outcome::Run} : refused(Outcome::Refused, bundle.error(), stop.token());
}

template <class Use>
Verdict guarded(Use&& use) {
    try {
        return use();
    } catch (const std::exception& problem) {
        return {Outcome::Refused, std::string("an exception escapes: ") + problem.what()};
    } catch (...) {
        return {Outcome::Refused, "an exception escapes"};
    }
}

}  // namespace

Verdict tryNetwork(const std::string& path, Random& random) {
    return guarded([&] { return useNetwork(path, random); });
}

Verdict tryWeights(const std::string& path) {
    return guarded([&] { return useWeights(path); });
}

Verdict tryBundle(const std::string& folder) {
    return guarded([&] { return useBundle(folder); });
}

}  // namespace fovea::mutate
