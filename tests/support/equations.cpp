#include "tests/support/equations.h"

#include <algorithm>
#include <cmath>

#include "engine/attention/registry.h"
#include "tests/support/numbers.h"

namespace fovea::test {

Grid::Grid(int channels, int height, int width)
    : c(channels), h(height), w(width), v(static_cast<std::size_t>(channels) * height * width, 0.0) {}

Grid gridOf(const Tensor& t) {
    Grid g(t.dim(0), t.dim(1), t.dim(2));
    g.v.assign(t.values.begin(), t.values.end());
    return g;
}

Grid mapped(Grid g, const std::function<double(double)>& f) {
    std::transform(g.v.begin(), g.v.end(), g.v.begin(), f);
    return g;
}

Grid relu(Grid g) {
    return mapped(std::move(g), [](double v) { return std::max(0.0, v); });
}

double sigmoid(double v) { return 1.0 / (1.0 + std::exp(-v)); }

Grid conv(const Problem& p, const std::string& layer, const Grid& x, int stride, int pad) {
    const auto& w = p.weight(layer + ".weight");
    const Shape& shape = p.weights.at(layer + ".weight").shape;
    const int outputs = static_cast<int>(shape[0]), inputs = static_cast<int>(shape[1]);
    const int kernelH = shape.size() == 4 ? static_cast<int>(shape[2]) : 1,
              kernelW = shape.size() == 4 ? static_cast<int>(shape[3]) : 1;
    Grid y(outputs, (x.h + 2 * pad - kernelH) / stride + 1, (x.w + 2 * pad - kernelW) / stride + 1);
    for (int o = 0; o < outputs; ++o) {
        for (int place = 0; place < y.n(); ++place) {
            double sum = p.weights.count(layer + ".bias") != 0 ? p.weight(layer + ".bias")[o] : 0.0;
            for (int k = 0; k < inputs * kernelH * kernelW; ++k) {
                const int c = inputs == 1 && x.c > 1 ? o : k / (kernelH * kernelW);
                const int i = place / y.w * stride - pad + k / kernelW % kernelH, j = place % y.w * stride - pad + k % kernelW;
                if (i >= 0 && i < x.h && j >= 0 && j < x.w)
                    sum += static_cast<double>(w[static_cast<std::size_t>(o) * inputs * kernelH * kernelW + k]) * x.at(c, i, j);
            }
            y.cell(o, place) = sum;
        }
    }
    return y;
}

Grid norm(const Problem& p, const std::string& layer, Grid x) {
    for (int k = 0; k < x.c; ++k) {
        const auto at = [&](const char* key) { return static_cast<double>(p.weight(layer + key)[k]); };
        for (int n = 0; n < x.n(); ++n)
            x.cell(k, n) =
                (x.cell(k, n) - at(".running_mean")) / std::sqrt(at(".running_var") + 1e-5) * at(".weight") + at(".bias");
    }
    return x;
}

Grid sum(Grid a, const Grid& b) {
    std::transform(a.v.begin(), a.v.end(), b.v.begin(), a.v.begin(), std::plus<>());
    return a;
}

void softmax(Values& v, std::size_t first, std::size_t step, int count) {
    double top = v[first], total = 0.0;
    for (int k = 0; k < count; ++k) top = std::max(top, v[first + k * step]);
    for (int k = 0; k < count; ++k) total += v[first + k * step] = std::exp(v[first + k * step] - top);
    for (int k = 0; k < count; ++k) v[first + k * step] /= total;
}

Grid overCells(Grid g) {
    for (int k = 0; k < g.c; ++k) softmax(g.v, static_cast<std::size_t>(k) * g.n(), 1, g.n());
    return g;
}

Grid overChannels(Grid g) {
    for (int n = 0; n < g.n(); ++n) softmax(g.v, n, g.n(), g.c);
    return g;
}

Grid bilinear(const Grid& x, int h, int w, bool align) {
    const auto tap = [align](int k, int from, int to) {
        return align ? (to == 1 ? 0.0 : static_cast<double>(k) * (from - 1) / (to - 1))
                     : std::max(0.0, (k + 0.5) * from / to - 0.5);
    };
    Grid y(x.c, h, w);
    for (int place = 0; place < y.n(); ++place) {
        const double u = tap(place / w, x.h, h), v = tap(place % w, x.w, w);
        const int i = static_cast<int>(u), j = static_cast<int>(v), i2 = std::min(i + 1, x.h - 1), j2 = std::min(j + 1, x.w - 1);
        for (int c = 0; c < x.c; ++c)
            y.cell(c, place) = (1 - u + i) * ((1 - v + j) * x.at(c, i, j) + (v - j) * x.at(c, i, j2)) +
                               (u - i) * ((1 - v + j) * x.at(c, i2, j) + (v - j) * x.at(c, i2, j2));
    }
    return y;
}

Grid pooled(const Grid& x, int h, int w) {
    Grid y(x.c, h, w);
    for (int c = 0; c < x.c; ++c) {
        for (int i = 0; i < h; ++i) {
            for (int j = 0; j < w; ++j) {
                const int top = i * x.h / h, bottom = ((i + 1) * x.h + h - 1) / h, left = j * x.w / w;
                const int right = ((j + 1) * x.w + w - 1) / w;
                for (int k = 0; k < (bottom - top) * (right - left); ++k)
                    y.at(c, i, j) +=
                        x.at(c, top + k / (right - left), left + k % (right - left)) / (bottom - top) / (right - left);
            }
        }
    }
    return y;
}

SafetensorsFile caseFor(const ModuleInfo& info, const std::string& json, const QString& kind, const Shape& shape,
                        const std::map<std::string, Tensor>& extras) {
    SafetensorsFile file;
    file.metadata = {{"id", info.id}, {"hyperparams", json}};
    file.tensors = extras;
    file.tensors["input"] = randomTensor(shape, 77, kind == QLatin1String("large") ? 50.0F : 2.0F);
    auto& values = file.tensors["input"].values;
    if (kind == QLatin1String("constant")) std::fill(values.begin(), values.end(), 0.7F);
    InputShape sizes{static_cast<int>(shape[0]), static_cast<int>(shape[1]), static_cast<int>(shape[2]), 1, {}};
    for (const auto& [name, tensor] : extras) sizes.extras[name] = tensor.shape;
    const auto specs = weightSpecs(info, sizes, *ParamSet::fromJson(info.params, json));
    auto tensors = randomWeights(specs, 9).tensors;
    std::uint64_t seed = 100;
    for (const auto& spec : specs) {
        auto& weight = tensors[spec.name].values;
        const auto noise = randomValues(weight.size(), ++seed, 0.4F);
        const bool fixed = spec.init == WeightInit::One || spec.init == WeightInit::Zero;
        for (std::size_t k = 0; k < weight.size() && fixed; ++k) weight[k] += noise[k];
        file.tensors["param." + spec.name] = tensors[spec.name];
    }
    return file;
}

Problem problemOf(const ModuleInfo& info, const SafetensorsFile& file) {
    Problem p;
    p.x = gridOf(file.tensors.at("input"));
    p.params = *ParamSet::fromJson(info.params, file.metadata.at("hyperparams"));
    for (const auto& [name, tensor] : file.tensors) {
        (name.starts_with("param.") ? p.weights[name.substr(6)] : p.extras[name]) = tensor;
    }
    return p;
}

QString mismatch(const std::map<std::string, Tensor>& tensors, const Results& expected, double tolerance) {
    if (tensors.size() != expected.size()) {
        return QStringLiteral("%1 tensors instead of %2").arg(tensors.size()).arg(expected.size());
    }
    for (const auto& [name, values] : expected) {
        if (tensors.count(name) == 0) return QString::fromStdString(name) + QStringLiteral(" is missing");
        double peak = 1e-2;
        for (const double v : values) peak = std::max(peak, std::abs(v));
        const QString problem = difference(tensors.at(name).values, values, tolerance * peak);
        if (!problem.isEmpty()) return QString::fromStdString(name) + QLatin1Char(' ') + problem;
    }
    return {};
}

QString refusal(const char* id, const InputShape& shape, const char* json) {
    const ModuleInfo& info = *findModule(id);
    const auto module = createModule(info, shape, *ParamSet::fromJson(info.params, json), {});
    return module ? QString() : QString::fromStdString(module.error().message());
}

}  // namespace fovea::test
