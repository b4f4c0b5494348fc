#include "tests/bench/module_work.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <string>

using namespace fovea;

namespace {

/// a / b, rounded down.
double parts(double a, double b) { return std::floor(a / b); }

/// x rounded up to a multiple.
double padded(double x, double multiple) { return std::ceil(x / multiple) * multiple; }

/// Every `stride`-th of `length` places, from the first.
double strided(double length, double stride) { return parts(length - 1, stride) + 1; }

/// The sizes which multiplications are counted from.
class Sizes {
public:
    explicit Sizes(const ModuleCase& from) : m_case(from) {
        C = from.shape().channels;
        H = from.shape().height;
        W = from.shape().width;
        T = from.shape().frames;
        N = H * W;
    }

    /// Numbers in the weights whose names begin so, without those of one axis (biases, norms).
    [[nodiscard]] double w(const std::string& prefix = "") const {
        double count = 0;
        for (const auto& [name, tensor] : m_case.weights().tensors) {
            count += name.starts_with(prefix) && tensor.shape.size() > 1 ? static_cast<double>(tensor.size()) : 0.0;
        }
        return count;
    }
    /// Extent of a weight along an axis.
    [[nodiscard]] double dim(const std::string& name, std::size_t axis) const {
        return m_case.weights().tensors.at(name).dim(axis);
    }
    [[nodiscard]] bool has(const std::string& name) const { return m_case.weights().tensors.count(name) != 0; }
    [[nodiscard]] int integer(const char* key) const { return m_case.params().integer(key); }
    [[nodiscard]] const ParamSet& params() const { return m_case.params(); }
    [[nodiscard]] const InputShape& shape() const { return m_case.shape(); }
    /// Keys of a non-local block: all positions, or those of 2×2 pooling.
    [[nodiscard]] double keys() const { return params().boolean("sub_sample") ? parts(H, 2) * parts(W, 2) : N; }

    double C, H, W, T, N;

private:
    const ModuleCase& m_case;
};

double nonlocal(const Sizes& s) {
    const double inner = s.dim(s.has("g.0.weight") ? "g.0.weight" : "g.weight", 0);
    return s.T * s.N * s.w() + s.T * s.N * s.T * s.keys() * 2 * inner;
}

double positionAttention(const Sizes& s) { return s.N * s.w() + s.N * s.N * (parts(s.C, 8) + s.C); }

double secondOrderPooling(const Sizes& s) {
    const int stride = s.integer("stride");
    const double n = strided(s.H, stride) * strided(s.W, stride);
    const double d = s.dim("conv_for_DR.weight", 0);
    return n * s.w("conv_for_DR") + d * d * n + s.w("row_conv") + s.w("fc_adapt");
}

double squareRoot(const Sizes& s) { return s.C * s.C * s.N + s.C * s.C * s.C * (3 * s.integer("iters") - 3) + s.w(); }

double nmf(const Sizes& s) {
    const double groups = s.dim("ham.bases", 0);
    const double depth = groups * s.dim("ham.bases", 1);
    const double codes = s.dim("ham.bases", 2);
    const double update = depth * codes * s.N + depth * codes * codes + groups * s.N * codes * codes;
    return s.N * (s.w("lower") + s.w("upper")) + depth * codes * s.N + (2 * s.integer("steps") + 1) * update;
}

double windows(const Sizes& s) {
    const int side = s.integer("window");
    const double n = padded(s.H, side) * padded(s.W, side);
    return n * (s.w("qkv") + s.w("proj")) + 2 * n * side * side * s.C;
}

double interlaced(const Sizes& s) {
    const auto& down = s.params().integers("down");
    const double cell = down.at(0) * down.at(1);
    const double n = padded(s.H, down.at(0)) * padded(s.W, down.at(1));
    const double pair = s.dim("long_range_sa.f_key.0.weight", 0) + s.dim("long_range_sa.f_value.weight", 0);
    return n * s.w() + n * (n / cell + cell) * pair;
}

double attentionGate(const Sizes& s) {
    const double side = s.dim("theta.weight", 2);
    const double n = parts(s.H, side) * parts(s.W, side);
    const Shape& gate = s.shape().extras.at("gate");
    return n * (s.w("theta") + s.w("psi")) + static_cast<double>(gate[1] * gate[2]) * s.w("phi") + s.N * s.w("W.0");
}

double hourglass(const Sizes& s) {
    const double pooled = strided(s.H, 2) * strided(s.W, 2);
    return s.N * (s.w() - s.w("softmax1")) + pooled * s.w("softmax1");
}

double relations(const Sizes& s) {
    double count = 0;
    for (const char* kind : {"spatial", "channel"}) {
        const double places = kind[0] == 's' ? s.N : s.C;
        const std::string suffix = std::string("_") + kind;
        for (const char* part : {"gx", "theta", "phi", "gg", "W"}) {
            count += places * s.w(part + suffix);
        }
        count += places * places * s.dim("theta" + suffix + ".0.weight", 0);
    }
    return count;
}

double read(const Sizes& s) {
    const double n = s.integer("N");
    return s.w() + s.C * (n * s.H * s.W + n * n * s.W);
}

/// How many multiplications the mechanism `id` takes.
struct Entry {
    const char* id;
    double (*count)(const Sizes&);
};

/// Multiplications by mechanism.
constexpr Entry kCounts[] = {
    {"se", [](const Sizes& s) { return s.w(); }},
    {"eca", [](const Sizes& s) { return s.C * s.w(); }},
    {"fca", [](const Sizes& s) { return s.w(); }},
    {"gsop", secondOrderPooling},
    {"soca", squareRoot},
    {"encnet", [](const Sizes& s) { return s.N * s.w("encoding.0") + 2 * s.N * s.w("encoding.3.codewords") + s.w("fc"); }},
    {"dia", [](const Sizes& s) { return s.w(); }},
    {"nonlocal_embedded", nonlocal},
    {"nonlocal_dot", nonlocal},
    {"nonlocal_gaussian",
     [](const Sizes& s) {
         return s.N * s.w() + s.N * s.keys() * (s.C + s.dim(s.has("g.0.weight") ? "g.0.weight" : "g.weight", 0));
     }},
    {"gc",
     [](const Sizes& s) { return s.N * s.w("conv_mask") + s.N * s.C + s.w("channel_add_conv.0") + s.w("channel_add_conv.3"); }},
    {"sagan", positionAttention},
    {"danet", [](const Sizes& s) { return positionAttention(s) + 2 * s.C * s.C * s.N; }},
    {"mhsa", [](const Sizes& s) { return s.N * s.w() + 2 * s.N * s.N * s.C; }},
    {"ccnet", [](const Sizes& s) { return s.integer("recurrence") * s.N * (s.w() + (s.H + s.W) * (parts(s.C, 8) + s.C)); }},
    {"axial", [](const Sizes& s) { return s.N * (s.w() + 2 * s.C * (s.H + s.W)); }},
    {"emanet", [](const Sizes& s) { return s.N * s.w("conv") + (2 * s.integer("stages") + 1) * s.N * s.w("mu"); }},
    {"a2", [](const Sizes& s) { return s.N * (s.w() + 2 * s.dim("convA.weight", 0) * s.dim("convB.weight", 0)); }},
    {"external", [](const Sizes& s) { return s.N * s.w(); }},
    {"attention_gate", attentionGate},
    {"window_msa", windows},
    {"hamburger", nmf},
    {"isa", interlaced},
    {"cbam",
     [](const Sizes& s) {
         return static_cast<double>(s.params().choiceSet("pool_types").size()) * s.w("ChannelGate") + s.N * s.w("Spatial");
     }},
    {"bam", [](const Sizes& s) { return s.w("channel") + s.N * s.w("spatial"); }},
    {"scse", [](const Sizes& s) { return s.w("cSE") + s.N * s.w("sSE"); }},
    {"coord", [](const Sizes& s) { return (s.H + s.W) * s.w("conv1") + s.H * s.w("conv_h") + s.W * s.w("conv_w"); }},
    {"triplet", [](const Sizes& s) { return s.C * s.W * s.w("cw") + s.H * s.C * s.w("hc") + s.N * s.w("hw"); }},
    {"strip_pooling", [](const Sizes& s) { return s.H * s.w("conv1") + s.W * s.w("conv2") + s.N * s.w("conv3"); }},
    {"lka", [](const Sizes& s) { return s.N * s.w(); }},
    {"psa",
     [](const Sizes& s) {
         const double once = s.w("conv_up");
         return once + s.N * (s.w() - once) + s.N * (s.dim("conv_v_right.weight", 0) + s.dim("conv_v_left.weight", 0));
     }},
    {"ran", hourglass},
    {"rga", relations},
    {"sk", [](const Sizes& s) { return s.N * s.w("paths") + s.w("attn"); }},
    {"split_attention", [](const Sizes& s) { return s.N * s.w("conv") + s.w("fc"); }},
    {"condconv", [](const Sizes& s) { return s.w() + s.N * s.w("conv.weight") / s.dim("conv.weight", 0); }},
    {"dynamic_conv", [](const Sizes& s) { return s.w() + s.N * s.w("weight") / s.dim("weight", 0); }},
    {"highway", [](const Sizes& s) { return s.N * s.w(); }},
    {"tam", [](const Sizes& s) { return s.C * s.w("G") + s.T * s.w("L") + s.C * s.N * s.T * s.dim("G.3.weight", 0); }},
    {"temporal_se", [](const Sizes& s) { return s.w(); }},
    {"gltr", [](const Sizes& s) { return s.T * s.w() + 2 * s.T * s.T * s.dim("q.weight", 0); }},
    {"spacetime_nonlocal", nonlocal},
    {"divided_st", [](const Sizes& s) { return s.T * s.N * (s.w() + 2 * s.C * (s.T + s.N)); }},
    {"st_gumbel", [](const Sizes& s) { return s.N * s.w(); }},
    {"draw_attention", read},
};

}  // namespace

std::optional<double> operations(const ModuleCase& from) {
    const auto* entry =
        std::find_if(std::begin(kCounts), std::end(kCounts), [&](const Entry& e) { return e.id == from.info().id; });
    return entry == std::end(kCounts) ? std::nullopt : std::optional(2 * entry->count(Sizes(from)));
}
