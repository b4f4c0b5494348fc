#include "engine/models/graph_backbone.h"

#include <algorithm>
#include <utility>

#include "engine/graph/executor.h"
#include "engine/graph/onnx_reader.h"

namespace fovea {
namespace {

using graph::ElementType;
using graph::View;

class GraphBackbone final : public Backbone {
public:
    explicit GraphBackbone(NetworkModel model) : m_model(std::move(model)) {}

    Result<Features> run(const Frame& frame, const std::stop_token& stop) override {
        if (!m_executor) {
            if (auto opened = open(); !opened) {
                return opened.error();
            }
        }
        auto input = makeNetworkInput(frame, m_model.bundle->input, m_model.input.fit, m_model.side(), m_model.bundle->tapStride);
        if (!input) {
            return input.error();
        }
        const Shape shape{1, input->pixels.channels(), input->pixels.height(), input->pixels.width()};
        const View view{ElementType::Float, &shape, input->pixels.data(), input->pixels.size()};
        auto outputs = m_executor->run({view}, stop);
        if (!outputs) {
            return outputs.error();
        }
        return features((*outputs)[m_tap], input->geometry);
    }

    void reset() override {}

    [[nodiscard]] std::string key() const override {
        return "network " + m_model.bundle->folder + ", side " + std::to_string(m_model.side()) +
               (m_model.input.fit == Fit::Crop ? ", cropped" : "");
    }

private:
    Result<void> open() {
        auto graph = graph::readOnnx(m_model.bundle->backbonePath);
        if (!graph) {
            return graph.error();
        }
        const auto tap = std::find_if(graph->outputs.begin(), graph->outputs.end(),
                                      [this](const auto& port) { return port.name == m_model.bundle->tapName; });
        if (graph->inputs.size() != 1 || tap == graph->outputs.end()) {
            return makeError(ErrorCode::BadFormat,
                             FOVEA_TEXT("engine", "%1 should have one input, and an output named “%2” as its manifest says."),
                             {graph->name, m_model.bundle->tapName});
        }
        m_tap = static_cast<std::size_t>(tap - graph->outputs.begin());
        auto executor = graph::Executor::create(*std::move(graph));
        if (!executor) {
            return executor.error();
        }
        m_executor = *std::move(executor);
        return {};
    }

    [[nodiscard]] Result<Features> features(const View& tap, const CellGeometry& geometry) const {
        const Bundle& bundle = *m_model.bundle;
        if (tap.type != ElementType::Float || tap.rank() != 4 || tap.dim(0) != 1 || tap.dim(1) != bundle.tapChannels ||
            tap.count == 0) {
            return makeError(ErrorCode::BadShape,
                             FOVEA_TEXT("engine", "%1 gives features of %2, not of %3 channels as its manifest says."),
                             {m_executor->graph().name, shapeText(*tap.shape), std::to_string(bundle.tapChannels)});
        }
        Features features{.map = FeatureMap(bundle.tapChannels, static_cast<int>(tap.dim(2)), static_cast<int>(tap.dim(3))),
                          .channelNames = {},
                          .geometry = geometry,
                          .model = bundle.name,
                          .layer = bundle.tapName};
        std::copy_n(tap.data<float>(), tap.count, features.map.data());
        if (!features.map.allFinite()) {
            return makeError(ErrorCode::BadValue, FOVEA_TEXT("engine", "The features of %1 are not finite; use other weights."),
                             {bundle.name});
        }
        return features;
    }

    NetworkModel m_model;
    std::unique_ptr<graph::Executor> m_executor;
    std::size_t m_tap = 0;
};

}  // namespace

std::unique_ptr<Backbone> makeGraphBackbone(NetworkModel model) { return std::make_unique<GraphBackbone>(std::move(model)); }

}  // namespace fovea
