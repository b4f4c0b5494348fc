#include "engine/graph/executor.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <exception>
#include <new>
#include <optional>
#include <set>
#include <utility>

#include "engine/graph/onnx_reader.h"
#include "engine/graph/passes/passes.h"
#include "engine/graph/plan.h"
#include "engine/thrown.h"

namespace fovea::graph {
namespace {

using Clock = std::chrono::steady_clock;

/// The one place where what a kernel throws becomes an error.
template <class Work>
auto guarded(const Graph& graph, Work&& work) -> decltype(work()) {
    try {
        return work();
    } catch (const std::exception& failure) {
        if (outOfMemory(failure)) {
            return makeError(ErrorCode::TooLarge,
                             FOVEA_TEXT("engine", "%1 needs more memory than there is; open a smaller model."), {graph.name});
        }
        return makeError(ErrorCode::BadFormat, FOVEA_TEXT("engine", "%1 could not be run (%2); export it again."),
                         {graph.name, reasonOf(failure)});
    }
}

View viewOf(const Array& array) { return {array.type(), &array.shape(), const_cast<void*>(array.raw()), array.count()}; }

bool accepts(const Port& port, const ArrayInfo& info) {
    const auto fits = [](std::int64_t wanted, std::int64_t given) { return given > 0 && (wanted < 0 || wanted == given); };
    return port.info.type == info.type && port.info.shape.size() == info.shape.size() &&
           std::equal(port.info.shape.begin(), port.info.shape.end(), info.shape.begin(), fits) &&
           checkedBytes(info.type, info.shape).has_value();  // kernels multiply extents
}

}  // namespace

struct Executor::State {
    Graph graph;
    ExecutorOptions options;
    std::set<std::string> keep;
    std::unique_ptr<Plan> plan;
    Array arena;
    Array scratch;
    std::vector<Array> dynamic;  ///< by value; empty where a value is planned
    std::size_t dynamicBytes = 0;
    std::vector<View> inputs;
    std::vector<View> in;  ///< of the running step
    std::vector<View> out;

    Result<void> check(const std::vector<ArrayInfo>& infos) const;
    Result<void> prepare(const std::vector<ArrayInfo>& infos);
    Result<std::vector<View>> run(const std::stop_token& stop, const RunOptions& run);
    Result<void> step(Step& step, const std::stop_token& stop);
    Result<void> dynamicStep(Step& step, const std::stop_token& stop);
    void release(int step);
    View view(int value);
    [[nodiscard]] std::byte* bytes(Array& array) const { return static_cast<std::byte*>(array.raw()); }
};

Result<void> Executor::State::check(const std::vector<ArrayInfo>& infos) const {
    if (infos.size() != graph.inputs.size()) {
        return makeError(ErrorCode::BadShape, FOVEA_TEXT("engine", "%1 has %2 inputs; %3 were given."),
                         {graph.name, std::to_string(graph.inputs.size()), std::to_string(infos.size())});
    }
    for (std::size_t k = 0; k < infos.size(); ++k) {
        if (!accepts(graph.inputs[k], infos[k])) {
            std::string wanted = shapeText(graph.inputs[k].info.shape);
            return makeError(ErrorCode::BadShape, FOVEA_TEXT("engine", "%1: the input “%2” takes %3 (−1: any), not %4."),
                             {graph.name, graph.inputs[k].name, wanted, shapeText(infos[k].shape)});
        }
    }
    return {};
}

Result<void> Executor::State::prepare(const std::vector<ArrayInfo>& infos) {
    if (plan && plan->inputs == infos) {
        return {};
    }
    if (auto checked = check(infos); !checked) {
        return checked.error();
    }
    plan.reset();  // two plans at once would take twice the memory
    arena = {};
    scratch = {};
    dynamic.clear();
    auto made = makePlan(graph, infos, keep, options.memory);
    if (!made) {
        return made.error();
    }
    arena = Array(ElementType::Bool, {static_cast<std::int64_t>((*made)->arenaBytes)});
    scratch = Array(ElementType::Bool, {static_cast<std::int64_t>((*made)->scratchBytes)});
    dynamic.resize((*made)->values.size());
    plan = *std::move(made);
    return {};
}

View Executor::State::view(int index) {
    if (index < 0) {
        return {};
    }
    PlannedValue& value = plan->values[index];
    switch (value.place) {
        case PlannedValue::Place::Input: {
            View view = inputs[value.slot];
            view.shape = &value.info.shape;
            return view;
        }
        case PlannedValue::Place::Constant:
            return {value.info.type, &value.info.shape, value.constant.raw(), value.count};
        case PlannedValue::Place::Arena:
            return {value.info.type, &value.info.shape, bytes(arena) + value.offset, value.count};
        case PlannedValue::Place::Dynamic:
            return viewOf(dynamic[index]);
        case PlannedValue::Place::Nowhere:
            break;
    }
    return {};
}

Result<void> Executor::State::step(Step& step, const std::stop_token& stop) {
    if (step.dynamic) {
        return dynamicStep(step, stop);
    }
    if (step.alias) {
        return {};
    }
    in.clear();
    out.clear();
    for (const int input : step.inputs) {
        in.push_back(view(input));
    }
    for (const int output : step.outputs) {
        out.push_back(view(output));
    }
    if (step.kernel->aliases()) {  // its output is looked at and so has memory of its own
        std::memcpy(out.front().memory, in.front().memory, out.front().count * elementSize(out.front().type));
        return {};
    }
    return step.kernel->run(in, out, bytes(scratch), stop);
}

// Shapes which depend on data: the kernel is asked anew, with all values, and everything is counted against the budget.
Result<void> Executor::State::dynamicStep(Step& step, const std::stop_token& stop) {
    const auto spend = [this](std::size_t more) {
        return !__builtin_add_overflow(dynamicBytes, more, &dynamicBytes) && dynamicBytes <= options.memory - plan->peakBytes;
    };
    const Error tooLarge =
        makeError(ErrorCode::TooLarge, FOVEA_TEXT("engine", "its result takes more than the %1 MiB a model may use"),
                  {std::to_string(options.memory >> 20)});
    std::vector<Array> copies(step.inputs.size());
    std::vector<InputInfo> infos(step.inputs.size());
    std::vector<View> views;
    std::size_t temporary = 0;
    for (std::size_t k = 0; k < step.inputs.size(); ++k) {
        views.push_back(view(step.inputs[k]));
        if (step.inputs[k] < 0) {
            continue;
        }
        const std::size_t size = views[k].count * elementSize(views[k].type);
        if (!spend(size)) {
            return tooLarge;
        }
        temporary += size;
        copies[k] = Array(views[k].type, *views[k].shape);
        std::memcpy(copies[k].raw(), views[k].memory, size);
        infos[k] = {.present = true, .info = copies[k].info(), .constant = &copies[k]};
    }
    auto outputs = step.kernel->infer(infos);
    if (!outputs) {
        return outputs.error();
    }
    if (outputs->size() < step.outputs.size()) {
        return makeError(ErrorCode::Unsupported, FOVEA_TEXT("engine", "its sizes cannot be worked out"));
    }
    const std::size_t wanted = step.kernel->scratchBytes();
    temporary += wanted;
    bool fits = spend(wanted);
    for (std::size_t k = 0; fits && k < step.outputs.size(); ++k) {
        const auto size = checkedBytes((*outputs)[k].type, (*outputs)[k].shape);
        fits = size && spend(*size);
    }
    if (!fits) {
        return tooLarge;
    }
    Array memory(ElementType::Bool, {static_cast<std::int64_t>(wanted)});
    std::vector<View> results;
    for (std::size_t k = 0; k < step.outputs.size(); ++k) {
        auto& array = dynamic[static_cast<std::size_t>(step.outputs[k])];
        array = Array((*outputs)[k].type, (*outputs)[k].shape);
        results.push_back(viewOf(array));
    }
    dynamicBytes -= temporary;
    if (step.kernel->aliases()) {
        std::memcpy(results.front().memory, views.front().memory, dynamic[static_cast<std::size_t>(step.outputs[0])].bytes());
        return {};
    }
    return step.kernel->run(views, results, bytes(memory), stop);
}

void Executor::State::release(int step) {
    for (const auto* list : {&plan->steps[step].inputs, &plan->steps[step].outputs}) {
        for (const int index : *list) {
            if (index >= 0 && plan->values[index].place == PlannedValue::Place::Dynamic && plan->values[index].lastUse <= step) {
                dynamicBytes -= dynamic[index].bytes();
                dynamic[index] = {};
            }
        }
    }
}

Result<std::vector<View>> Executor::State::run(const std::stop_token& stop, const RunOptions& run) {
    dynamicBytes = 0;
    std::fill(dynamic.begin(), dynamic.end(), Array());
    for (std::size_t k = 0; k < plan->steps.size(); ++k) {
        Step& now = plan->steps[k];
        if (stop.stop_requested()) {
            return makeError(ErrorCode::Cancelled, FOVEA_TEXT("engine", "The computation was stopped."));
        }
        const auto start = run.times == nullptr ? Clock::time_point() : Clock::now();
        if (auto done = step(now, stop); !done) {
            return nodeError(graph, now.node, done.error());
        }
        if (run.times != nullptr && !now.alias) {
            run.times->push_back({now.node.label(), std::chrono::duration<double, std::milli>(Clock::now() - start).count()});
        }
        for (std::size_t o = 0; !run.hooks.empty() && o < now.outputs.size(); ++o) {
            const auto hook = run.hooks.find(now.node.outputs[o]);
            if (hook != run.hooks.end()) {
                hook->second(view(now.outputs[o]));
            }
        }
        release(static_cast<int>(k));
    }
    if (stop.stop_requested()) {
        return makeError(ErrorCode::Cancelled, FOVEA_TEXT("engine", "The computation was stopped."));
    }
    std::vector<View> views;
    std::transform(plan->outputs.begin(), plan->outputs.end(), std::back_inserter(views),
                   [this](int value) { return view(value); });
    return views;
}

Executor::Executor(std::unique_ptr<State> state) : m_state(std::move(state)) {}
Executor::~Executor() = default;

Result<std::unique_ptr<Executor>> Executor::create(Graph graph, ExecutorOptions options) {
    if (auto checked = checkOperators(graph); !checked) {
        return checked.error();
    }
    auto state = std::make_unique<State>();
    state->graph = std::move(graph);
    state->keep = {options.keep.begin(), options.keep.end()};
    state->options = std::move(options);
    return std::unique_ptr<Executor>(new Executor(std::move(state)));
}

const Graph& Executor::graph() const noexcept { return m_state->graph; }

Result<void> Executor::prepare(const std::vector<ArrayInfo>& inputs) {
    return guarded(m_state->graph, [&] { return m_state->prepare(inputs); });
}

Result<std::vector<View>> Executor::run(const std::vector<View>& inputs, const std::stop_token& stop, const RunOptions& options) {
    return guarded(m_state->graph, [&]() -> Result<std::vector<View>> {
        std::vector<ArrayInfo> infos;
        std::transform(inputs.begin(), inputs.end(), std::back_inserter(infos), [](const View& view) {
            return ArrayInfo{view.type, *view.shape};
        });
        if (auto prepared = m_state->prepare(infos); !prepared) {
            return prepared.error();
        }
        m_state->inputs = inputs;
        return m_state->run(stop, options);
    });
}

std::size_t Executor::plannedBytes() const noexcept { return m_state->plan ? m_state->plan->peakBytes : 0; }

std::vector<std::string> Executor::steps() const {
    std::vector<std::string> labels;
    for (std::size_t k = 0; m_state->plan && k < m_state->plan->steps.size(); ++k) {
        labels.push_back(m_state->plan->steps[k].node.label());
    }
    return labels;
}

}  // namespace fovea::graph
