#include "tests/support/mixed_equations.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

namespace fovea::test {
namespace {

/// C×H×W in double.
struct Map {
    int c = 0, h = 0, w = 0;
    std::vector<double> v;

    Map() = default;
    Map(int channels, int height, int width)
        : c(channels), h(height), w(width), v(static_cast<std::size_t>(channels) * height * width) {}
    [[nodiscard]] int n() const { return h * w; }
    double& at(int k, int i, int j) { return v[(static_cast<std::size_t>(k) * h + i) * w + j]; }
    [[nodiscard]] double at(int k, int i, int j) const { return v[(static_cast<std::size_t>(k) * h + i) * w + j]; }
    [[nodiscard]] double cell(int k, int p) const { return v[static_cast<std::size_t>(k) * n() + p]; }
    double& cell(int k, int p) { return v[static_cast<std::size_t>(k) * n() + p]; }
};

using Results = std::map<std::string, std::vector<double>>;

struct Problem {
    Map x;
    std::map<std::string, Tensor> weights;
    ParamSet params;

    [[nodiscard]] const Tensor& weight(const std::string& name) const { return weights.at(name); }
    [[nodiscard]] double value(const std::string& name, int k) const { return weights.at(name).values.at(k); }
};

double sigmoid(double v) { return 1.0 / (1.0 + std::exp(-v)); }
double relu(double v) { return std::max(0.0, v); }
double gelu(double v) { return 0.5 * v * (1.0 + std::erf(v / std::sqrt(2.0))); }

Map mapped(Map m, double (*f)(double)) {
    std::transform(m.v.begin(), m.v.end(), m.v.begin(), f);
    return m;
}

/// Every value of the result by channel and cell.
template <class Of>
Map made(int c, int h, int w, Of&& of) {
    Map m(c, h, w);
    for (int k = 0; k < c; ++k) {
        for (int p = 0; p < m.n(); ++p) m.cell(k, p) = of(k, p);
    }
    return m;
}

template <class Of>
Map madeLike(const Map& x, Of&& of) {
    return made(x.c, x.h, x.w, of);
}

struct Taps {
    int padH = 0, padW = 0, dilation = 1, groups = 1;
};

Map conv(const Problem& p, const std::string& layer, const Map& x, const Taps& o = {}) {
    const Tensor& weight = p.weight(layer + ".weight");
    const int kh = weight.shape.size() == 4 ? weight.dim(2) : 1;
    const int kw = weight.shape.size() == 4 ? weight.dim(3) : 1;
    const int inputs = weight.dim(1), outputs = weight.dim(0);
    Map y(outputs, x.h + 2 * o.padH - o.dilation * (kh - 1), x.w + 2 * o.padW - o.dilation * (kw - 1));
    for (int k = 0; k < outputs; ++k) {
        const int first = k / (outputs / o.groups) * inputs;
        for (int i = 0; i < y.h; ++i) {
            for (int j = 0; j < y.w; ++j) {
                double sum = p.weights.count(layer + ".bias") != 0 ? p.value(layer + ".bias", k) : 0.0;
                for (int t = 0; t < inputs * kh * kw; ++t) {
                    const int row = i + t / kw % kh * o.dilation - o.padH, column = j + t % kw * o.dilation - o.padW;
                    if (row >= 0 && row < x.h && column >= 0 && column < x.w) {
                        sum += weight.values[k * inputs * kh * kw + t] * x.at(first + t / (kh * kw), row, column);
                    }
                }
                y.at(k, i, j) = sum;
            }
        }
    }
    return y;
}

Map normal(const Problem& p, const std::string& layer, const Map& x) {
    return madeLike(x, [&](int k, int n) {
        return (x.cell(k, n) - p.value(layer + ".running_mean", k)) / std::sqrt(p.value(layer + ".running_var", k) + 1e-5) *
                   p.value(layer + ".weight", k) +
               p.value(layer + ".bias", k);
    });
}

/// Reduces the cells of every channel to one value.
Map squeezed(const Map& x, const std::function<double(const double*, int)>& of) {
    return made(x.c, 1, 1, [&](int k, int) { return of(x.v.data() + static_cast<std::size_t>(k) * x.n(), x.n()); });
}

double meanOf(const double* v, int n) { return std::accumulate(v, v + n, 0.0) / n; }
double maxOf(const double* v, int n) { return *std::max_element(v, v + n); }
Map means(const Map& x) { return squeezed(x, meanOf); }

Map softmaxed(const Map& x) {
    const Map top = squeezed(x, maxOf);
    Map y = madeLike(x, [&](int k, int n) { return std::exp(x.cell(k, n) - top.v[k]); });
    const Map mean = means(y);
    return madeLike(y, [&](int k, int n) { return y.cell(k, n) / (mean.v[k] * y.n()); });
}

Map product(const Map& x, const Map& gate) {
    return madeLike(x, [&](int k, int n) { return x.cell(k, n) * gate.cell(gate.c == 1 ? 0 : k, gate.n() == 1 ? 0 : n); });
}

Map sum(const Map& x, const Map& y) {
    return madeLike(x, [&](int k, int n) { return x.cell(k, n) + y.cell(k, n); });
}

/// A map whose axes are those of x in another order: 0 channel, 1 row, 2 column.
Map permuted(const Map& x, const std::array<int, 3>& axes) {
    const std::array<int, 3> size{x.c, x.h, x.w};
    Map y(size[axes[0]], size[axes[1]], size[axes[2]]);
    std::array<int, 3> at{};
    for (at[0] = 0; at[0] < x.c; ++at[0]) {
        for (at[1] = 0; at[1] < x.h; ++at[1]) {
            for (at[2] = 0; at[2] < x.w; ++at[2]) y.at(at[axes[0]], at[axes[1]], at[axes[2]]) = x.at(at[0], at[1], at[2]);
        }
    }
    return y;
}

Results bam(const Problem& p) {
    const std::string channelPart = "channel_att.gate_c.gate_c_", spatialPart = "spatial_att.gate_s.gate_s_";
    Map channel = means(p.x);
    for (int i = 0; i < p.params.integer("num_layers"); ++i) {
        channel = conv(p, channelPart + "fc_" + std::to_string(i), channel);
        channel = mapped(normal(p, channelPart + "bn_" + std::to_string(i + 1), channel), relu);
    }
    channel = conv(p, channelPart + "fc_final", channel);
    Map spatial = mapped(normal(p, spatialPart + "bn_reduce0", conv(p, spatialPart + "conv_reduce0", p.x)), relu);
    const int d = p.params.integer("dilation");
    for (int i = 0; i < p.params.integer("dilation_conv_num"); ++i) {
        spatial = conv(p, spatialPart + "conv_di_" + std::to_string(i), spatial, {d, d, d});
        spatial = mapped(normal(p, spatialPart + "bn_di_" + std::to_string(i), spatial), relu);
    }
    spatial = conv(p, spatialPart + "conv_final", spatial);
    const bool adds = p.params.choice("combine") == "add";
    const Map full = madeLike(
        p.x, [&](int k, int n) { return 1.0 + sigmoid(adds ? channel.v[k] + spatial.v[n] : channel.v[k] * spatial.v[n]); });
    return {{"output", product(p.x, full).v}, {"attn.channel", channel.v}, {"attn.spatial", spatial.v}, {"attn.full", full.v}};
}

Results scse(const Problem& p) {
    const Map channel = mapped(conv(p, "cSE.fc2", mapped(conv(p, "cSE.fc1", means(p.x)), relu)), sigmoid);
    const Map spatial = mapped(conv(p, "sSE.conv", p.x), sigmoid);
    const Map a = product(p.x, channel), b = product(p.x, spatial);
    const bool adds = p.params.choice("combine") == "add";
    const Map out =
        madeLike(p.x, [&](int k, int n) { return adds ? a.cell(k, n) + b.cell(k, n) : std::max(a.cell(k, n), b.cell(k, n)); });
    return {{"output", out.v}, {"attn.channel", channel.v}, {"attn.spatial", spatial.v}};
}

Results triplet(const Problem& p) {
    const auto gate = [&](const std::string& branch, const Map& t) {
        Map pooled(2, t.h, t.w);
        for (int n = 0; n < t.n(); ++n) {
            for (int k = 0; k < t.c; ++k) {
                pooled.cell(0, n) = k == 0 ? t.cell(0, n) : std::max(pooled.cell(0, n), t.cell(k, n));
                pooled.cell(1, n) += t.cell(k, n) / t.c;
            }
        }
        return mapped(normal(p, branch + ".conv.bn", conv(p, branch + ".conv.conv", pooled, {3, 3})), sigmoid);
    };
    const bool spatial = !p.params.boolean("no_spatial");
    const Map cw = gate("cw", permuted(p.x, {1, 0, 2}));
    const Map hc = gate("hc", permuted(p.x, {2, 1, 0}));
    const Map hw = spatial ? gate("hw", p.x) : Map();
    const Map full = madeLike(p.x, [&](int k, int n) {
        const double pair = cw.at(0, k, n % p.x.w) + hc.at(0, n / p.x.w, k);
        return spatial ? (pair + hw.v[n]) / 3.0 : pair / 2.0;
    });
    Results r{{"output", product(p.x, full).v}, {"attn.cw", cw.v}, {"attn.hc", hc.v}, {"attn.full", full.v}};
    if (spatial) r["attn.spatial"] = hw.v;
    return r;
}

/// A·x of weights [row×cell].
Map gathered(const Map& weights, const Map& values) {
    return madeLike(values, [&](int k, int n) {
        double total = 0.0;
        for (int m = 0; m < values.n(); ++m) total += weights.cell(n, m) * values.cell(k, m);
        return total;
    });
}

Results danet(const Problem& p) {
    const Map &x = p.x, q = conv(p, "sa.query_conv", x), k = conv(p, "sa.key_conv", x), v = conv(p, "sa.value_conv", x);
    const Map matrix = softmaxed(made(x.n(), 1, x.n(), [&](int n, int m) {
        double dot = 0.0;
        for (int c = 0; c < q.c; ++c) dot += q.cell(c, n) * k.cell(c, m);
        return dot;
    }));
    const Map position = gathered(matrix, v);
    const Map energy = made(x.c, 1, x.c, [&](int a, int b) {
        double dot = 0.0;
        for (int n = 0; n < x.n(); ++n) dot += x.cell(a, n) * x.cell(b, n);
        return dot;
    });
    const Map channels = softmaxed(madeLike(energy, [&](int a, int b) {
        double top = energy.cell(a, 0);
        for (int e = 0; e < x.c; ++e) top = std::max(top, energy.cell(a, e));
        return top - energy.cell(a, b);
    }));
    const Map out = madeLike(x, [&](int a, int n) {
        double mixed = 0.0;
        for (int b = 0; b < x.c; ++b) mixed += channels.cell(a, b) * x.cell(b, n);
        return p.value("sa.gamma", 0) * position.cell(a, n) + p.value("sc.gamma", 0) * mixed + 2.0 * x.cell(a, n);
    });
    return {{"output", out.v}, {"attn.matrix", matrix.v}, {"attn.channel_matrix", channels.v}};
}

Results stripPooling(const Problem& p) {
    const Map& x = p.x;
    const Map lines = made(x.c, x.h, 1, [&](int k, int i) { return meanOf(&x.v[(k * x.h + i) * x.w], x.w); });
    const Map turned = permuted(x, {0, 2, 1});
    const Map bars = made(x.c, 1, x.w, [&](int k, int j) { return meanOf(&turned.v[(k * x.w + j) * x.h], x.h); });
    const Map rows = normal(p, "bn1", conv(p, "conv1", lines, {1, 0}));
    const Map columns = normal(p, "bn2", conv(p, "conv2", bars, {0, 1}));
    const Map joined = madeLike(x, [&](int k, int n) { return relu(rows.cell(k, n / x.w) + columns.cell(k, n % x.w)); });
    const Map gate = mapped(conv(p, "conv3", joined), sigmoid);
    return {{"output", product(x, gate).v}, {"attn.full", gate.v}};
}

Results lka(const Problem& p) {
    const bool wrapped = p.params.boolean("wrap");
    const std::string prefix = wrapped ? "spatial_gating_unit." : "";
    const Map u = wrapped ? mapped(conv(p, "proj_1", p.x), gelu) : p.x;
    const Map far = conv(p, prefix + "conv_spatial", conv(p, prefix + "conv0", u, {2, 2, 1, u.c}), {9, 9, 3, u.c});
    const Map gate = conv(p, prefix + "conv1", far);
    const Map y = product(u, gate);
    return {{"output", wrapped ? sum(conv(p, "proj_2", y), p.x).v : y.v}, {"attn.full", gate.v}};
}

Results psa(const Problem& p) {
    const Map& x = p.x;
    const bool sequential = p.params.choice("mode") == "sequential";
    const Map query = softmaxed(conv(p, "conv_q_right", x)), value = conv(p, "conv_v_right", x);
    Map channel = made(value.c, 1, 1, [&](int k, int) {
        double total = 0.0;
        for (int n = 0; n < x.n(); ++n) total += value.cell(k, n) * query.v[n];
        return total;
    });
    if (sequential) {
        const Map t = conv(p, "conv_up.0", channel);
        const double mean = meanOf(t.v.data(), t.c);
        double variance = 0.0;
        for (const double v : t.v) variance += (v - mean) * (v - mean) / t.c;
        channel = madeLike(t, [&](int k, int) {
            return relu((t.v[k] - mean) / std::sqrt(variance + 1e-5) * p.value("conv_up.1.weight", k) +
                        p.value("conv_up.1.bias", k));
        });
    }
    channel = mapped(conv(p, sequential ? "conv_up.3" : "conv_up", channel), sigmoid);
    const Map refined = product(x, channel), seen = sequential ? refined : x;
    const Map g = means(conv(p, "conv_q_left", seen)), plain = conv(p, "conv_v_left", seen);
    const Map keys = sequential ? softmaxed(plain) : plain;
    const Map dots = made(1, x.h, x.w, [&](int, int n) {
        double total = 0.0;
        for (int k = 0; k < keys.c; ++k) total += g.v[k] * keys.cell(k, n);
        return total;
    });
    const Map spatial = mapped(sequential ? dots : softmaxed(dots), sigmoid);
    const Map out = sequential ? product(refined, spatial) : sum(refined, product(x, spatial));
    return {{"output", out.v}, {"attn.channel", channel.v}, {"attn.spatial", spatial.v}};
}

Results sge(const Problem& p) {
    const Map &x = p.x, mean = means(x);
    const int groups = p.weight("weight").dim(1), size = x.c / groups;
    const Map t = made(groups, x.h, x.w, [&](int g, int n) {
        double total = 0.0;
        for (int k = g * size; k < (g + 1) * size; ++k) total += x.cell(k, n) * mean.v[k];
        return total;
    });
    const Map centre = means(t);
    const Map squares = means(madeLike(t, [&](int g, int n) { return std::pow(t.cell(g, n) - centre.v[g], 2); }));
    const Map gate = madeLike(t, [&](int g, int n) {
        const double deviation = std::sqrt(squares.v[g] * x.n() / (x.n() - 1));
        return sigmoid((t.cell(g, n) - centre.v[g]) / (deviation + 1e-5) * p.value("weight", g) + p.value("bias", g));
    });
    const Map out = madeLike(x, [&](int k, int n) { return x.cell(k, n) * gate.cell(k / size, n); });
    return {{"output", out.v}, {"attn.group", gate.v}};
}

Results sa(const Problem& p) {
    const Map &x = p.x, mean = means(x);
    const Map squares = means(madeLike(x, [&](int k, int n) { return std::pow(x.cell(k, n) - mean.v[k], 2); }));
    const int half = p.weight("gn.weight").dim(0);
    const Map gate = madeLike(x, [&](int k, int n) {
        const int e = k % half;
        if (k / half % 2 == 0) return sigmoid(p.value("cweight", e) * mean.v[k] + p.value("cbias", e));
        const double u = (x.cell(k, n) - mean.v[k]) / std::sqrt(squares.v[k] + 1e-5) * p.value("gn.weight", e);
        return sigmoid(p.value("sweight", e) * (u + p.value("gn.bias", e)) + p.value("sbias", e));
    });
    const Map y = product(x, gate);
    const Map out = madeLike(x, [&](int k, int n) { return y.cell(k % 2 * (x.c / 2) + k / 2, n); });
    return {{"output", out.v}, {"attn.full", gate.v}};
}

Results ran(const Problem& p) {
    const auto active = [&](const std::string& norm, const Map& m) { return mapped(normal(p, norm, m), relu); };
    const auto block = [&](const std::string& b, const Map& m) {
        const Map inner = conv(p, b + ".conv1", active(b + ".bn1", m));
        const Map wide = conv(p, b + ".conv2", active(b + ".bn2", inner), {1, 1});
        return sum(conv(p, b + ".conv3", active(b + ".bn3", wide)), m);
    };
    const Map first = block("first_residual_blocks", p.x);
    const Map trunk = block("trunk_branches.1", block("trunk_branches.0", first));
    Map pooled = made(first.c, (first.h - 1) / 2 + 1, (first.w - 1) / 2 + 1, [](int, int) { return -1e300; });
    for (int k = 0; k < first.c; ++k) {
        for (int i = 0; i < first.h; ++i) {
            for (int j = 0; j < first.w; ++j) {  // the windows around 2a which hold i are those of a = ⌊i/2⌋ and ⌈i/2⌉
                for (const int a : {i / 2, (i + 1) / 2}) {
                    for (const int b : {j / 2, (j + 1) / 2}) {
                        if (a < pooled.h && b < pooled.w) pooled.at(k, a, b) = std::max(pooled.at(k, a, b), first.at(k, i, j));
                    }
                }
            }
        }
    }
    const Map small = block("softmax1_blocks.1", block("softmax1_blocks.0", pooled));
    const auto tap = [](int k, int from, int to) { return to > 1 ? static_cast<double>(k) * (from - 1) / (to - 1) : 0.0; };
    const Map up = madeLike(first, [&](int k, int n) {
        const double y = tap(n / first.w, small.h, first.h), x = tap(n % first.w, small.w, first.w);
        double total = 0.0;
        for (int i = 0; i < small.h; ++i) {
            for (int j = 0; j < small.w; ++j) {
                total += std::max(0.0, 1.0 - std::abs(y - i)) * std::max(0.0, 1.0 - std::abs(x - j)) * small.at(k, i, j);
            }
        }
        return total;
    });
    const Map mixed = conv(p, "softmax2_blocks.2", active("softmax2_blocks.0", sum(up, trunk)));
    const Map mask = mapped(conv(p, "softmax2_blocks.5", active("softmax2_blocks.3", mixed)), sigmoid);
    return {{"output", block("last_blocks", sum(trunk, product(trunk, mask))).v}, {"attn.full", mask.v}};
}

Results rga(const Problem& p) {
    const auto embedded = [&](const std::string& layer, const Map& m) {
        return mapped(normal(p, layer + ".1", conv(p, layer + ".0", m)), relu);
    };
    const auto gate = [&](const std::string& kind, const Map& m) {
        const Map own = embedded("gx_" + kind, m), th = embedded("theta_" + kind, m), ph = embedded("phi_" + kind, m);
        const auto relation = [&](int a, int b) {
            double dot = 0.0;
            for (int k = 0; k < th.c; ++k) dot += th.cell(k, a) * ph.cell(k, b);
            return dot;
        };
        const Map pairs =
            made(2 * m.n(), m.h, m.w, [&](int r, int n) { return r < m.n() ? relation(n, r) : relation(r - m.n(), n); });
        const Map described = embedded("gg_" + kind, pairs);
        const Map joined = made(1 + described.c, m.h, m.w, [&](int k, int n) {
            double mean = 0.0;
            for (int e = 0; e < own.c; ++e) mean += own.cell(e, n) / own.c;
            return k == 0 ? mean : described.cell(k - 1, n);
        });
        return mapped(normal(p, "W_" + kind + ".4", conv(p, "W_" + kind + ".3", embedded("W_" + kind, joined))), sigmoid);
    };
    const Map spatial = gate("spatial", p.x), refined = product(p.x, spatial);
    Map turned = permuted(refined, {1, 2, 0});
    turned = made(refined.n(), 1, refined.c, [&](int n, int k) { return turned.v[n * refined.c + k]; });
    Map channel = gate("channel", turned);
    std::swap(channel.c, channel.w);
    return {{"output", product(refined, channel).v}, {"attn.spatial", spatial.v}, {"attn.channel", channel.v}};
}

const std::map<std::string, Results (*)(const Problem&)> kEquations{
    {"bam", bam}, {"scse", scse}, {"triplet", triplet}, {"danet", danet}, {"strip_pooling", stripPooling},
    {"lka", lka}, {"psa", psa},   {"sge", sge},         {"sa", sa},       {"ran", ran},
    {"rga", rga}};

}  // namespace

std::map<std::string, std::vector<double>> expectedOf(const std::string& id, const Tensor& x,
                                                      const std::map<std::string, Tensor>& weights, const ParamSet& params) {
    Problem problem{Map(x.dim(0), x.dim(1), x.dim(2)), weights, params};
    std::copy(x.values.begin(), x.values.end(), problem.x.v.begin());
    return kEquations.at(id)(problem);
}

}  // namespace fovea::test
