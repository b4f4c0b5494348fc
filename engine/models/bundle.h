#pragma once

#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/api.h"
#include "engine/attention/params.h"
#include "engine/attention/weights.h"
#include "engine/models/model_id.h"
#include "engine/result.h"

namespace fovea {

/// How well a map finds objects. Point: how often its largest value lies in the object's box; gain: the share of its mass in the
/// box over the box's share of the area, 1 is chance. Small: pictures with a small box; off: with a box away from the centre.
struct MapMetrics {
    std::optional<double> point;
    std::optional<double> pointSmall;
    std::optional<double> pointOff;
    std::optional<double> gain;
    std::optional<double> gainSmall;
    std::optional<double> gainOff;
};

/// What was measured with one mechanism, or with none; what was not measured is empty.
struct BundleMetrics {
    std::optional<double> accuracy;  ///< Imagenette at 160 px, among its 10 classes, 0..1
    std::optional<double> tinyTop1;  ///< Tiny-ImageNet at 128 px, among its 200 classes, 0..1
    std::optional<double> tinyTop5;
    MapMetrics trained;
    MapMetrics untrained;
    MapMetrics activation;           ///< of the class activation map
    std::optional<double> mapLeast;  ///< range of the trained map's values
    std::optional<double> mapMost;
};

/// How a mechanism's output becomes the tail's input.
enum class TailInput {
    Replace,    ///< the output
    Add,        ///< tap + output
    Half,       ///< output / 2
    Unshuffle,  ///< the output with a channel shuffle of two groups undone: in[k] = out[2k], in[C/2+k] = out[2k+1]
};

/// One mechanism of a bundle, its weights checked.
struct BundleModule {
    std::string id;
    ParamSet params;
    Weights weights;
    TailInput tailInput = TailInput::Replace;
    std::string meaningful;  ///< "yes", "weak", "no", "gate" (no single spatial map), or empty when nobody judged it
    std::string noteEn;      ///< one sentence on what the map is worth
    std::string noteZh;
    BundleMetrics metrics;
};

/// What the backbone wants to see.
struct BundleInput {
    int size = 160;                          ///< shorter side it works best at
    int fine = 320;                          ///< shorter side for a finer grid
    int multiple = 8;                        ///< both sides are multiples of it
    bool fixed = false;                      ///< only size×size is possible
    double fill[3] = {0.485, 0.456, 0.406};  ///< RGB, 0..1, of what lies beside the picture
};

/// One output of the tail.
struct ClassLabel {
    std::string name;   ///< "goldfish"
    std::string group;  ///< labels are only comparable inside their group; may be empty
};

/// A trained network with mechanisms for its features, read from a folder. A value which nothing changes.
struct Bundle {
    ModelId id = newModelId();  ///< a changed copy needs another one
    std::string name;
    std::string folder;  ///< canonical path
    std::string terms;   ///< one sentence on how it may be used; may be empty
    BundleInput input;
    std::string backbonePath;  ///< inputName → tapName
    std::string tailPath;      ///< featuresName → logitsName, featName
    std::string inputName;
    std::string tapName;
    std::string featuresName;
    std::string logitsName;
    std::string featName;  ///< last features before the mean; empty when the tail does not give them
    int tapChannels = 0;
    int tapStride = 0;
    std::vector<ClassLabel> classes;  ///< in the order of the logits
    std::map<std::string, BundleModule> modules;
    std::vector<std::string> skipped;  ///< mechanisms which this version does not know
    BundleMetrics plain;               ///< of the network without mechanism
    MapMetrics gaussian;               ///< of a centred Gaussian in place of a map
    std::string recommendedModule;     ///< empty when the bundle recommends none which is known here
};

/// Opens a folder with manifest.json, classes.json, backbone.onnx, tail.onnx and modules/*.safetensors. Nothing in it is trusted:
/// sizes are bounded before anything is read, paths lead to regular files inside the folder, weights fit the mechanisms and are
/// finite. Every error is one sentence which names the file and the key. The networks are only checked to exist.
/// ErrorCode::Cancelled when stopped. Any thread.
FOVEA_API Result<std::shared_ptr<const Bundle>> loadBundle(const std::string& folder, const std::stop_token& stop);

/// The folder of the bundle which comes with the program: beside the installed program, else in the source tree it was built
/// from; empty when it was built without. A canonical path, as Bundle::folder.
FOVEA_API std::string bundledModelFolder();

}  // namespace fovea
