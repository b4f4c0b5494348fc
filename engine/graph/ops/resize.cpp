#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include "engine/graph/ops/axes.h"
#include "engine/graph/ops/families.h"
#include "engine/graph/ops/support.h"
#include "engine/kernels/array_resize.h"

namespace fovea::graph {
namespace {

using kernels::ResizePass;

/// How places of an output axis lie in the input's, and which of the input's cells count there.
struct Sampling {
    std::string mode;         ///< "nearest", "linear", "cubic"
    std::string coordinates;  ///< as in coordinate_transformation_mode
    std::string rounding;     ///< nearest: as in nearest_mode
    double cubic = -0.75;
    bool excludeOutside = false;
};

double placeOf(const Sampling& sampling, double x, double from, double to, double scale) {
    if (sampling.coordinates == "align_corners") {
        return to == 1.0 ? 0.0 : x * (from - 1.0) / (to - 1.0);
    }
    if (sampling.coordinates == "asymmetric") {
        return x / scale;
    }
    if (sampling.coordinates == "tf_half_pixel_for_nn") {
        return (x + 0.5) / scale;
    }
    if (sampling.coordinates == "half_pixel_symmetric") {
        return from / 2.0 * (1.0 - to / (scale * from)) + (x + 0.5) / scale - 0.5;
    }
    return sampling.coordinates == "pytorch_half_pixel" && to == 1.0 ? 0.0 : (x + 0.5) / scale - 0.5;
}

double roundedPlace(const std::string& rounding, double place) {
    if (rounding == "floor") {
        return std::floor(place);
    }
    if (rounding == "ceil") {
        return std::ceil(place);
    }
    return rounding == "round_prefer_ceil" ? std::floor(place + 0.5) : std::ceil(place - 0.5);
}

/// The weights of the cells around a place which lies `t` behind its cell.
std::array<double, 4> cubicWeights(double a, double t) {
    const auto near = [a](double d) { return ((a + 2.0) * d - (a + 3.0)) * d * d + 1.0; };
    const auto far = [a](double d) { return ((a * d - 5.0 * a) * d + 8.0 * a) * d - 4.0 * a; };
    return {far(t + 1.0), near(t), near(1.0 - t), far(2.0 - t)};
}

ResizePass makePass(const Sampling& sampling, const AroundAxis& from, std::int64_t extent, double scale) {
    ResizePass pass{from, extent, sampling.mode == "nearest" ? 1U : sampling.mode == "linear" ? 2U : 4U, {}, {}};
    for (std::int64_t x = 0; x < extent; ++x) {
        const double place =
            placeOf(sampling, static_cast<double>(x), static_cast<double>(from.extent), static_cast<double>(extent), scale);
        const double cell = pass.taps == 1 ? roundedPlace(sampling.rounding, place) : std::floor(place);
        const double t = place - cell;
        std::array<double, 4> weights{1.0};
        if (pass.taps == 2) {
            weights = {1.0 - t, t};
        } else if (pass.taps == 4) {
            weights = cubicWeights(sampling.cubic, t);
        }
        const double first = cell - (pass.taps == 4 ? 1.0 : 0.0);
        const double last = static_cast<double>(from.extent - 1);
        double sum = 0.0;
        for (std::size_t tap = 0; tap < pass.taps; ++tap) {
            const double at = first + static_cast<double>(tap);
            weights[tap] = sampling.excludeOutside && pass.taps > 1 && (at < 0.0 || at > last) ? 0.0 : weights[tap];
            sum += weights[tap];
            pass.cells.push_back(static_cast<std::int64_t>(std::clamp(at, 0.0, last)));
        }
        for (std::size_t tap = 0; tap < pass.taps; ++tap) {
            pass.weights.push_back(static_cast<float>(sampling.excludeOutside ? weights[tap] / sum : weights[tap]));
        }
    }
    return pass;
}

/// Upsample (7: attribute, 9: input 1) and Resize (10: input 1; 11 and after: a region, then scales or sizes).
class Resize final : public Kernel {
public:
    Resize(const Node& node, int opset)
        : m_early(node.op == "Upsample" || opset < 11),
          m_attribute(node.op == "Upsample" && opset < 9),
          m_supported(node.integer("antialias", 0) == 0 && node.text("keep_aspect_ratio_policy", "stretch") == "stretch"),
          m_axes(node.integers("axes", {})),
          m_hasAxes(node.has("axes")) {
        const auto* scales =
            m_attribute && node.has("scales") ? std::get_if<std::vector<float>>(&node.attributes.at("scales")) : nullptr;
        m_scales = scales == nullptr ? std::vector<float>{} : *scales;
        m_sampling = {node.text("mode", "nearest"),
                      m_early ? "asymmetric" : node.text("coordinate_transformation_mode", "half_pixel"),
                      m_early ? "floor" : node.text("nearest_mode", "round_prefer_floor"),
                      static_cast<double>(node.real("cubic_coeff_a", -0.75F)), node.integer("exclude_outside", 0) != 0};
    }

    Inferred infer(const std::vector<InputInfo>& inputs) override {
        if (auto wrong = m_attribute ? wrongInputs(inputs, 1, 1)
                         : m_early   ? wrongInputs(inputs, 2, 2)
                                     : wrongInputs(inputs, 1, 4)) {
            return *wrong;
        }
        if (auto refused = refusedAttribute(inputs[0].info.type)) {
            return *refused;
        }
        const std::size_t scalesAt = m_early ? 1 : 2;
        if (unknown(inputs, scalesAt) || (!m_early && unknown(inputs, 3))) {
            return std::vector<ArrayInfo>{};
        }
        const std::size_t rank = inputs[0].info.shape.size();
        auto axes = readAxes(rank);
        auto scales = given(inputs, scalesAt) ? realsOf(inputs[scalesAt]) : Result(m_scales);
        auto sizes = !m_early && given(inputs, 3) ? integersOf(inputs[3]) : Result(std::vector<std::int64_t>{});
        if (!axes || !scales || !sizes) {
            return !axes ? axes.error() : !scales ? scales.error() : sizes.error();
        }
        if (std::max(scales->size(), sizes->size()) != axes->size() || (!scales->empty() && !sizes->empty())) {
            return inputError(scalesAt);
        }
        return resized(inputs[0].info, *axes, *scales, *sizes);
    }

    [[nodiscard]] std::size_t scratchBytes() const override { return 2 * m_half; }
    [[nodiscard]] std::size_t heldBytes() const override {
        std::size_t bytes = 0;
        for (const auto& pass : m_passes) {
            bytes += pass.cells.size() * sizeof(std::int64_t) + pass.weights.size() * sizeof(float);
        }
        return bytes;
    }

    Result<void> run(const std::vector<View>& inputs, const std::vector<View>& outputs, std::byte* scratch,
                     const std::stop_token&) override {
        if (outputs[0].count == 0) {
            return {};
        }
        withType(inputs[0].type, [&]<class T>(std::type_identity<T>) {
            const T* from = inputs[0].data<T>();
            if (m_passes.empty()) {
                std::copy_n(from, inputs[0].count, outputs[0].data<T>());
            }
            for (std::size_t i = 0; i < m_passes.size(); ++i) {
                std::byte* const half = scratch + (i % 2) * m_half;
                T* const to = i + 1 == m_passes.size() ? outputs[0].data<T>() : static_cast<T*>(static_cast<void*>(half));
                kernels::resize(m_passes[i], from, to);
                from = to;
            }
        });
        return {};
    }

private:
    [[nodiscard]] std::optional<Error> refusedAttribute(ElementType type) const {
        static constexpr std::array kCoordinates{"half_pixel", "pytorch_half_pixel",   "align_corners",
                                                 "asymmetric", "tf_half_pixel_for_nn", "half_pixel_symmetric"};
        static constexpr std::array kRoundings{"floor", "ceil", "round_prefer_floor", "round_prefer_ceil"};
        if (!m_supported) {
            return attributeError("antialias");
        }
        if (m_sampling.mode != "nearest" && m_sampling.mode != "linear" && m_sampling.mode != "cubic") {
            return attributeError("mode");
        }
        if (m_sampling.mode != "nearest" && type != ElementType::Float) {
            return typeError(type);
        }
        if (std::find(kCoordinates.begin(), kCoordinates.end(), m_sampling.coordinates) == kCoordinates.end()) {
            return attributeError("coordinate_transformation_mode");
        }
        if (std::find(kRoundings.begin(), kRoundings.end(), m_sampling.rounding) == kRoundings.end()) {
            return attributeError("nearest_mode");
        }
        return std::nullopt;
    }

    /// The axes which scales and sizes speak of: all, or from opset 18 on those which are named.
    [[nodiscard]] Result<std::vector<std::size_t>> readAxes(std::size_t rank) const {
        std::vector<std::size_t> axes;
        if (m_hasAxes) {
            if (const auto chosen = axesOf(m_axes, rank); !chosen) {
                return chosen.error();
            }
        }
        for (std::size_t i = 0; i < (m_hasAxes ? m_axes.size() : rank); ++i) {
            axes.push_back(m_hasAxes ? *axisOf(m_axes[i], rank) : i);
        }
        return axes;
    }

    Inferred resized(const ArrayInfo& from, const std::vector<std::size_t>& axes, const std::vector<float>& scales,
                     const std::vector<std::int64_t>& sizes) {
        constexpr std::int64_t kLongest = 1 << 24;  // bounds the tables, before anything else is known about memory
        Shape shape = from.shape;
        std::vector<double> factors(shape.size(), 1.0);
        for (std::size_t i = 0; i < axes.size(); ++i) {
            const std::int64_t extent = from.shape[axes[i]];
            std::int64_t& wanted = shape[axes[i]];
            double& factor = factors[axes[i]];
            if (sizes.empty()) {
                factor = static_cast<double>(scales[i]);
                const double product = std::floor(static_cast<double>(scales[i] * static_cast<float>(extent)));
                wanted = factor > 0.0 && product <= static_cast<double>(kLongest) ? static_cast<std::int64_t>(product) : -1;
                wanted = factor == 1.0 ? extent : wanted;
            } else {
                wanted = sizes[i];
                factor = static_cast<double>(wanted) / static_cast<double>(std::max<std::int64_t>(extent, 1));
            }
            const bool changes = factor != 1.0;
            if (wanted < 0 || (changes && wanted > kLongest) || (extent == 0 && wanted > 0)) {
                return shapeError(from.shape, shape);
            }
        }
        auto outputs = oneOutput(from.type, shape);
        if (outputs && !preparePasses(from, shape, factors)) {
            return shapeError(from.shape, shape);
        }
        return outputs;
    }

    /// The last axis first: what is between the passes is then small when the picture grows.
    bool preparePasses(const ArrayInfo& from, const Shape& shape, const std::vector<double>& factors) {
        m_passes.clear();
        m_half = 0;
        if (checkedBytes(from.type, shape) == std::size_t{0}) {
            return true;
        }
        Shape now = from.shape;
        std::size_t before = 0;  // what the pass before this one leaves in the scratch
        for (std::size_t axis = shape.size(); axis-- > 0;) {
            if (factors[axis] == 1.0) {
                continue;
            }
            const AroundAxis around = aroundAxis(now, axis);
            now[axis] = shape[axis];
            const auto bytes = checkedBytes(from.type, now);
            if (!bytes) {
                return false;
            }
            m_half = std::max(m_half, before);
            before = (*bytes + 63) / 64 * 64;
            m_passes.push_back(makePass(m_sampling, around, shape[axis], factors[axis]));
        }
        return true;
    }

    bool m_early;
    bool m_attribute;
    bool m_supported;
    std::vector<std::int64_t> m_axes;
    bool m_hasAxes;
    std::vector<float> m_scales;
    Sampling m_sampling;
    std::vector<ResizePass> m_passes;
    std::size_t m_half = 0;
};

}  // namespace

std::vector<Operator> resizeOperators() { return {{"Resize", 10, create<Resize>}, {"Upsample", 7, create<Resize>}}; }

}  // namespace fovea::graph
