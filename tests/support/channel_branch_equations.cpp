#include "tests/support/channel_branch_equations.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <sstream>

namespace fovea::test {
namespace {

using Values = std::vector<double>;
using Results = std::map<std::string, Values>;

/// channels × height × width.
struct Map {
    int c = 0, h = 0, w = 0;
    Values v;

    Map(int channels, int height, int width) : c(channels), h(height), w(width), v(std::size_t(channels) * height * width, 0.0) {}
    [[nodiscard]] int n() const { return h * w; }
    [[nodiscard]] double at(int k, int i, int j) const {
        return i < 0 || i >= h || j < 0 || j >= w ? 0.0 : v[(k * h + i) * w + j];
    }
    [[nodiscard]] Values means() const {
        Values z(c, 0.0);
        for (std::size_t k = 0; k < v.size(); ++k) z[k / n()] += v[k] / n();
        return z;
    }
};

struct Problem {
    const Given& given;
    const ParamSet& params;
    Map x;

    Problem(const Given& g, const ParamSet& p)
        : given(g), params(p), x(g.at("input").dim(0), g.at("input").dim(1), g.at("input").dim(2)) {
        x.v.assign(g.at("input").values.begin(), g.at("input").values.end());
    }
    [[nodiscard]] Values values(const std::string& name) const {
        const auto it = given.find(name);
        return it == given.end() ? Values() : Values(it->second.values.begin(), it->second.values.end());
    }
    [[nodiscard]] int integer(const char* key) const { return params.integer(key); }
};

double sigmoid(double v) { return 1.0 / (1.0 + std::exp(-v)); }
double relu(double v) { return std::max(0.0, v); }

Values mapped(Values values, double (*f)(double)) {
    std::transform(values.begin(), values.end(), values.begin(), f);
    return values;
}

Values softmax(const Values& l) {
    const double top = *std::max_element(l.begin(), l.end());
    Values a;
    for (const double v : l) a.push_back(std::exp(v - top));
    const double total = std::accumulate(a.begin(), a.end(), 0.0);
    for (double& v : a) v /= total;
    return a;
}

struct Grid {
    int kernel = 1, pad = 0, dilation = 1, stride = 1, groups = 1;
};

/// Cross-correlation by its definition; `kernel` in the order out, in / groups, row, column.
Map conv(const Map& x, const Values& kernel, const Values& bias, int outputs, const Grid& g) {
    const int reach = g.dilation * (g.kernel - 1), inputs = x.c / g.groups;
    Map y(outputs, (x.h + 2 * g.pad - reach - 1) / g.stride + 1, (x.w + 2 * g.pad - reach - 1) / g.stride + 1);
    for (int o = 0; o < outputs; ++o) {
        for (int n = 0; n < y.n(); ++n) {
            const int top = n / y.w * g.stride - g.pad, left = n % y.w * g.stride - g.pad;
            double sum = bias.empty() ? 0.0 : bias[o];
            for (int k = 0; k < inputs * g.kernel * g.kernel; ++k) {
                const int c = k / (g.kernel * g.kernel), u = k / g.kernel % g.kernel, v = k % g.kernel;
                sum += kernel[std::size_t(o) * inputs * g.kernel * g.kernel + k] *
                       x.at(o / (outputs / g.groups) * inputs + c, top + u * g.dilation, left + v * g.dilation);
            }
            y.v[o * y.n() + n] = sum;
        }
    }
    return y;
}

Map conv(const Problem& p, const std::string& layer, const Map& x, const Grid& g = {}) {
    return conv(x, p.values(layer + ".weight"), p.values(layer + ".bias"), p.given.at(layer + ".weight").dim(0), g);
}

/// W·x + b.
Values affine(const Problem& p, const std::string& layer, const Values& x, int groups = 1) {
    Map column(static_cast<int>(x.size()), 1, 1);
    column.v = x;
    return conv(p, layer, column, {.groups = groups}).v;
}

Values normal(const Problem& p, const std::string& layer, Values x, int cells = 1) {
    const Values weight = p.values(layer + ".weight"), bias = p.values(layer + ".bias"), mean = p.values(layer + ".running_mean"),
                 variance = p.values(layer + ".running_var");
    for (std::size_t k = 0; k < x.size(); ++k) {
        const std::size_t c = k / cells;
        x[k] = (x[k] - mean[c]) / std::sqrt(variance[c] + 1e-5) * weight[c] + bias[c];
    }
    return x;
}

Values scaled(const Map& x, const Values& gate) {
    Values y = x.v;
    for (std::size_t k = 0; k < y.size(); ++k) y[k] *= gate[k / x.n()];
    return y;
}

Results channelGate(const Problem& p, const Values& gate) { return {{"output", scaled(p.x, gate)}, {"attn.channel", gate}}; }

Results gct(const Problem& p) {
    const double epsilon = p.params.real("epsilon");
    const bool squares = p.params.choice("mode") == "l2", plain = p.params.boolean("after_relu");
    const Values alpha = p.values("alpha"), beta = p.values("beta"), gamma = p.values("gamma");
    Values e(p.x.c, 0.0), gate;
    for (std::size_t k = 0; k < p.x.v.size(); ++k) {
        const double v = p.x.v[k];
        e[k / p.x.n()] += squares ? v * v : plain ? v : std::abs(v);
    }
    double mean = 0.0;
    for (int c = 0; c < p.x.c; ++c) {
        e[c] = alpha[c] * (squares ? std::sqrt(e[c] + epsilon) : e[c]);
        mean += (squares ? e[c] * e[c] : std::abs(e[c])) / p.x.c;
    }
    for (int c = 0; c < p.x.c; ++c)
        gate.push_back(1.0 + std::tanh(e[c] * gamma[c] / (squares ? std::sqrt(mean + epsilon) : mean + epsilon) + beta[c]));
    return channelGate(p, gate);
}

Results fca(const Problem& p) {
    const int rows = p.given.at("dct_layer.weight").dim(1), columns = p.given.at("dct_layer.weight").dim(2);
    const Values filters = p.values("dct_layer.weight");
    Values d(p.x.c, 0.0);
    for (std::size_t k = 0; k < filters.size(); ++k) {
        const int c = static_cast<int>(k) / (rows * columns), u = static_cast<int>(k) / columns % rows,
                  v = static_cast<int>(k) % columns;
        const auto first = [](int bin, int length, int bins) { return bin * length / bins; };
        const auto last = [](int bin, int length, int bins) { return ((bin + 1) * length + bins - 1) / bins; };
        double sum = 0.0;
        int count = 0;
        for (int i = first(u, p.x.h, rows); i < last(u, p.x.h, rows); ++i) {
            for (int j = first(v, p.x.w, columns); j < last(v, p.x.w, columns); ++j, ++count) sum += p.x.at(c, i, j);
        }
        d[c] += sum / count * filters[k];
    }
    return channelGate(p, mapped(affine(p, "fc.2", mapped(affine(p, "fc.0", d), relu)), sigmoid));
}

/// Σ over positions of centred products, over N; c×c.
Values covariance(const Map& x) {
    const Values mean = x.means();
    Values s(std::size_t(x.c) * x.c, 0.0);
    for (std::size_t k = 0; k < s.size(); ++k) {
        const std::size_t a = k / x.c, b = k % x.c;
        for (int n = 0; n < x.n(); ++n) s[k] += (x.v[a * x.n() + n] - mean[a]) * (x.v[b * x.n() + n] - mean[b]) / x.n();
    }
    return s;
}

Results gsop(const Problem& p) {
    Map t = p.x;
    t.v = mapped(t.v, relu);
    t = conv(p, "conv_for_DR", t, {.stride = p.integer("stride")});
    t.v = mapped(normal(p, "bn_for_DR", t.v, t.n()), relu);
    const Values s = normal(p, "row_bn", covariance(t), t.c), kernel = p.values("row_conv_group.weight");
    Values rows = p.values("row_conv_group.bias");
    for (std::size_t k = 0; k < kernel.size(); ++k) rows[k / t.c] += kernel[k] * s[k / t.c / 4 * t.c + k % t.c];
    return channelGate(p, mapped(affine(p, "fc_adapt_channels", rows), sigmoid));
}

Values product(const Values& a, const Values& b, int n) {
    Values y(a.size(), 0.0);
    for (std::size_t k = 0; k < y.size() * n; ++k) y[k / n] += a[k / n / n * n + k % n] * b[k % n * n + k / n % n];
    return y;
}

/// (3I − A)/2.
Values step(Values a, int n) {
    for (std::size_t k = 0; k < a.size(); ++k) a[k] = ((k % (n + 1) == 0 ? 3.0 : 0.0) - a[k]) / 2.0;
    return a;
}

Results soca(const Problem& p) {
    const int n = p.x.c, iterations = p.integer("iters");
    Values a = covariance(p.x);
    double trace = 0.0;
    for (int k = 0; k < n; ++k) trace += a[k * (n + 1)];
    for (double& v : a) v /= trace;
    Values z = step(a, n), y = product(a, z, n);
    for (int k = 0; k < iterations - 2; ++k) {
        const Values zy = step(product(z, y, n), n);
        y = product(y, zy, n);
        z = product(zy, z, n);
    }
    const Values root = iterations == 1 ? y : product(y, step(product(z, y, n), n), n);
    Values v(n, 0.0);
    for (std::size_t k = 0; k < root.size(); ++k) v[k % n] += std::sqrt(trace) * root[k] / n;
    return channelGate(p, mapped(affine(p, "conv_du.2", mapped(affine(p, "conv_du.0", v), relu)), sigmoid));
}

Results encnet(const Problem& p) {
    const int codes = p.integer("ncodes"), n = p.x.n(), c = p.x.c;
    Map f = conv(p, "encoding.0", p.x);
    f.v = mapped(normal(p, "encoding.1", f.v, n), relu);
    const Values words = p.values("encoding.3.codewords"), scale = p.values("encoding.3.scale");
    Results r{{"attn.assign", Values(std::size_t(codes) * n)}};
    Values sums(std::size_t(codes) * c, 0.0), mean(c, 0.0);
    for (int m = 0; m < n; ++m) {
        Values logits(codes, 0.0);
        for (int k = 0; k < codes * c; ++k) logits[k / c] += scale[k / c] * std::pow(f.v[k % c * n + m] - words[k], 2);
        const Values a = softmax(logits);
        for (int k = 0; k < codes; ++k) r["attn.assign"][k * n + m] = a[k];
        for (int k = 0; k < codes * c; ++k) sums[k] += a[k / c] * (f.v[k % c * n + m] - words[k]);
    }
    sums = mapped(normal(p, "encoding.4", sums, c), relu);
    for (int k = 0; k < codes * c; ++k) mean[k % c] += sums[k] / codes;
    r["attn.channel"] = mapped(affine(p, "fc.0", mean), sigmoid);
    r["output"] = scaled(p.x, r["attn.channel"]);
    for (std::size_t k = 0; k < p.x.v.size(); ++k) r["output"][k] = relu(p.x.v[k] + r["output"][k]);
    return r;
}

Results dia(const Problem& p) {
    const int c = p.x.c;
    const auto state = [&](const char* name) { return p.given.count(name) != 0 ? p.values(name) : Values(c, 0.0); };
    const Values h = state("hidden"), cell = state("cell");
    const auto part = [&](const std::string& name, const Values& v) {
        return affine(p, name + ".0.seq.2", mapped(affine(p, name + ".0.seq.0", v), relu));
    };
    const Values a = part("lstm.w_ih", p.x.means()), b = part("lstm.w_hh", h);
    Values gate;
    for (int k = 0; k < c; ++k) {
        const auto g = [&](int chunk) { return a[chunk * c + k] + b[chunk * c + k]; };
        gate.push_back(sigmoid(g(3)) * sigmoid(sigmoid(g(1)) * cell[k] + sigmoid(g(0)) * std::tanh(g(2))));
    }
    return channelGate(p, gate);
}

/// Σ_b a[b,c]·U_b from the maps of all branches.
Results mixed(const std::vector<Map>& branches, const Values& a) {
    Results r{{"output", Values(branches[0].v.size(), 0.0)}, {"attn.branch", a}};
    for (std::size_t b = 0; b < branches.size(); ++b) {
        const Values part = scaled(branches[b], Values(a.begin() + b * branches[b].c, a.begin() + (b + 1) * branches[b].c));
        std::transform(part.begin(), part.end(), r["output"].begin(), r["output"].begin(), std::plus<>());
    }
    return r;
}

Values pooledSum(const std::vector<Map>& branches) {
    Values s(branches[0].c, 0.0);
    for (const auto& u : branches) {
        const Values m = u.means();
        std::transform(m.begin(), m.end(), s.begin(), s.begin(), std::plus<>());
    }
    return s;
}

Results sk(const Problem& p) {
    std::vector<Map> paths;
    const int groups = p.x.c / p.given.at("paths.0.conv.weight").dim(1);
    for (const int kernel : p.params.integers("kernels")) {
        const std::string name = "paths." + std::to_string(paths.size());
        const int reach = (kernel - 1) / 2;
        Map u = conv(p, name + ".conv", p.x, {.kernel = 3, .pad = reach, .dilation = reach, .groups = groups});
        u.v = mapped(normal(p, name + ".bn", u.v, u.n()), relu);
        paths.push_back(u);
    }
    const Values z = mapped(normal(p, "attn.bn", affine(p, "attn.fc_reduce", pooledSum(paths))), relu);
    const Values logits = affine(p, "attn.fc_select", z);
    Values a(logits.size());
    for (int c = 0; c < p.x.c; ++c) {
        Values l;
        for (std::size_t b = 0; b < paths.size(); ++b) l.push_back(logits[b * p.x.c + c]);
        l = softmax(l);
        for (std::size_t b = 0; b < paths.size(); ++b) a[b * p.x.c + c] = l[b];
    }
    return mixed(paths, a);
}

Results splitAttention(const Problem& p) {
    const int radix = p.integer("radix"), groups = p.integer("groups");
    Map all = conv(p, "conv", p.x, {.kernel = 3, .pad = 1, .groups = radix * groups});
    all.v = mapped(normal(p, "bn0", all.v, all.n()), relu);
    const int outputs = all.c / radix, run = outputs / groups;
    std::vector<Map> splits(radix, Map(outputs, all.h, all.w));
    for (int r = 0; r < radix; ++r) std::copy_n(all.v.begin() + r * splits[r].v.size(), splits[r].v.size(), splits[r].v.begin());
    const Values z = mapped(normal(p, "bn1", affine(p, "fc1", pooledSum(splits), groups)), relu);
    const Values logits = affine(p, "fc2", z, groups);
    Values a(logits.size());
    for (int c = 0; c < outputs; ++c) {
        Values l;
        for (int r = 0; r < radix; ++r) l.push_back(logits[(c / run * radix + r) * run + c % run]);
        l = radix == 1 ? mapped(l, sigmoid) : softmax(l);
        for (int r = 0; r < radix; ++r) a[r * outputs + c] = l[r];
    }
    return mixed(splits, a);
}

Results mixedKernel(const Problem& p, const Values& a, const std::string& weight, const std::string& bias) {
    const auto mix = [&](const Values& bank) {
        Values y(bank.size() / a.size(), 0.0);
        for (std::size_t k = 0; k < bank.size(); ++k) y[k % y.size()] += a[k / y.size()] * bank[k];
        return y;
    };
    const int outputs = p.integer("Cout") > 0 ? p.integer("Cout") : p.x.c, k = p.integer("k");
    const Map y = conv(p.x, mix(p.values(weight)), mix(p.values(bias)), outputs,
                       {.kernel = k, .pad = k / 2, .groups = p.integer("groups")});
    return {{"output", y.v}, {"attn.branch", a}};
}

Results condconv(const Problem& p) {
    return mixedKernel(p, mapped(affine(p, "routing_fn", p.x.means()), sigmoid), "conv.weight", "conv.bias");
}

Results dynamicConv(const Problem& p) {
    Values l = affine(p, "attention.fc2", mapped(affine(p, "attention.fc1", p.x.means()), relu));
    for (double& v : l) v /= p.params.real("T");
    return mixedKernel(p, softmax(l), "weight", "bias");
}

Results highway(const Problem& p) {
    const int k = p.integer("k");
    Map x = p.x;
    Results r;
    for (int l = 0; l < p.integer("layers"); ++l) {
        const Grid grid{.kernel = k, .pad = k / 2};
        const Values h = mapped(conv(p, "transform." + std::to_string(l), x, grid).v, relu);
        const Values t = mapped(conv(p, "gate." + std::to_string(l), x, grid).v, sigmoid);
        for (std::size_t n = 0; n < t.size(); ++n) x.v[n] = t[n] * h[n] + (1.0 - t[n]) * x.v[n];
        r["attn.gate"].insert(r["attn.gate"].end(), t.begin(), t.end());
    }
    r["output"] = x.v;
    return r;
}

/// Row and column frequencies by their rank.
const std::map<std::string, std::pair<const char*, const char*>> kFrequencies{
    {"top",
     {"0 0 6 0 0 1 1 4 5 1 3 0 0 0 3 2 4 6 3 5 5 2 6 5 5 3 3 4 2 2 6 1",
      "0 1 0 5 2 0 2 0 0 6 0 4 6 3 5 2 6 3 3 3 5 1 1 2 4 2 1 1 3 0 5 3"}},
    {"low",
     {"0 0 1 1 0 2 2 1 2 0 3 4 0 1 3 0 1 2 3 4 5 0 1 2 3 4 5 6 1 2 3 4",
      "0 1 0 1 2 0 1 2 2 3 0 0 4 3 1 5 4 3 2 1 0 6 5 4 3 2 1 0 6 5 4 3"}},
    {"bot",
     {"6 1 3 3 2 4 1 2 4 4 5 1 4 6 2 5 6 1 6 2 2 4 3 3 5 5 6 2 5 5 3 6",
      "6 4 4 6 6 3 1 4 4 5 6 5 2 2 5 1 4 3 5 0 3 1 1 2 4 2 1 1 5 3 3 3"}}};

}  // namespace

Tensor cosineFilters(const std::string& selection, int channels, int height, int width) {
    const auto& texts = kFrequencies.at(selection.substr(0, 3));
    std::istringstream rows(texts.first), columns(texts.second);
    const int run = channels / std::stoi(selection.substr(3));
    const auto b = [](int p, int f, int length) {
        return std::cos(std::numbers::pi * f * (p + 0.5) / length) / std::sqrt(double(length)) * (f == 0 ? 1.0 : std::sqrt(2.0));
    };
    Tensor filters({channels, height, width});
    int u = 0, v = 0;
    for (int k = 0; k < channels * height * width; ++k) {
        if (k % (run * height * width) == 0) {
            rows >> u;
            columns >> v;
        }
        filters.values[k] =
            static_cast<float>(b(k / width % height, u * (height / 7), height) * b(k % width, v * (width / 7), width));
    }
    return filters;
}

std::map<std::string, std::vector<double>> channelBranchExpected(const std::string& id, const Given& given,
                                                                 const ParamSet& params) {
    static const std::map<std::string, Results (*)(const Problem&)> kEquations{{"gct", gct},
                                                                               {"fca", fca},
                                                                               {"gsop", gsop},
                                                                               {"soca", soca},
                                                                               {"encnet", encnet},
                                                                               {"dia", dia},
                                                                               {"sk", sk},
                                                                               {"split_attention", splitAttention},
                                                                               {"condconv", condconv},
                                                                               {"dynamic_conv", dynamicConv},
                                                                               {"highway", highway}};
    return kEquations.at(id)(Problem(given, params));
}

}  // namespace fovea::test
