#include "engine/models/open_bundle.h"

#include <opencv2/core/mat.hpp>

#include "engine/models/model_spec.h"
#include "engine/models/tail.h"

namespace fovea {
namespace {

constexpr int kTrialSide = 64;

Frame greyFrame() {
    Frame frame;
    frame.pixels = std::make_shared<const cv::Mat>(kTrialSide, kTrialSide, CV_8UC3, cv::Scalar::all(128));
    frame.width = kTrialSide;
    frame.height = kTrialSide;
    frame.source = std::make_shared<const SourceInfo>();
    return frame;
}

}  // namespace

Result<std::shared_ptr<const Bundle>> openBundle(const std::string& folder, const std::stop_token& stop) {
    auto bundle = loadBundle(folder, stop);
    if (!bundle) {
        return bundle;
    }
    const auto features = makeBackbone(NetworkModel{.bundle = *bundle, .input = {.size = kTrialSide}})->run(greyFrame(), stop);
    if (!features) {
        return features.error();
    }
    auto tail = Tail::create(*bundle);
    if (!tail) {
        return tail.error();
    }
    if (const auto said = (*tail)->run(features->map, stop); !said) {
        return said.error();
    }
    return bundle;
}

}  // namespace fovea
