#pragma once

#include <QString>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "engine/attention/module.h"
#include "engine/tensor/safetensors.h"

/// What the equations of mechanisms are made of, plainly and in double.
namespace fovea::test {

using Values = std::vector<double>;
using Results = std::map<std::string, Values>;

/// C×H×W.
struct Grid {
    int c = 0, h = 0, w = 0;
    Values v;

    Grid(int channels, int height, int width);
    [[nodiscard]] int n() const { return h * w; }
    double& at(int k, int i, int j) { return v[(static_cast<std::size_t>(k) * h + i) * w + j]; }
    [[nodiscard]] double at(int k, int i, int j) const { return v[(static_cast<std::size_t>(k) * h + i) * w + j]; }
    double& cell(int k, int place) { return v[static_cast<std::size_t>(k) * n() + place]; }
    [[nodiscard]] double cell(int k, int place) const { return v[static_cast<std::size_t>(k) * n() + place]; }
};

/// Everything an equation needs.
struct Problem {
    Grid x{1, 1, 1};
    std::map<std::string, Tensor> weights;
    std::map<std::string, Tensor> extras;
    ParamSet params;

    [[nodiscard]] const std::vector<float>& weight(const std::string& name) const { return weights.at(name).values; }
    [[nodiscard]] int integer(const char* key) const { return params.integer(key); }
};

Grid gridOf(const Tensor& t);
Grid mapped(Grid g, const std::function<double(double)>& f);
Grid relu(Grid g);
double sigmoid(double v);
Grid sum(Grid a, const Grid& b);
/// Cross-correlation; one input channel per output channel where the weight has a single one.
Grid conv(const Problem& p, const std::string& layer, const Grid& x, int stride = 1, int pad = 0);
Grid norm(const Problem& p, const std::string& layer, Grid x);
/// In place over `count` values, `step` apart.
void softmax(Values& v, std::size_t first, std::size_t step, int count);
Grid overCells(Grid g);
Grid overChannels(Grid g);
Grid bilinear(const Grid& x, int h, int w, bool alignCorners);
/// Adaptive means.
Grid pooled(const Grid& x, int h, int w);

/// A case with weights as after training: nothing left at 0 or 1, variances positive. `kind` is "signed", "large" (×50) or
/// "constant".
SafetensorsFile caseFor(const ModuleInfo& info, const std::string& json, const QString& kind, const Shape& shape,
                        const std::map<std::string, Tensor>& extras = {});
Problem problemOf(const ModuleInfo& info, const SafetensorsFile& file);
/// Empty when `tensors` are the expected ones within `tolerance` of each one's peak.
QString mismatch(const std::map<std::string, Tensor>& tensors, const Results& expected, double tolerance);

/// The message with which an instance is refused; empty when it is made.
QString refusal(const char* id, const InputShape& shape, const char* json = "{}");

}  // namespace fovea::test
