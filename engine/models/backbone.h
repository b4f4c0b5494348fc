#pragma once

#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/api.h"
#include "engine/result.h"
#include "engine/source/frame.h"
#include "engine/tensor/feature_map.h"

namespace fovea {

/// Affine map without rotation from cell coordinates to image pixels: the centre of cell (i, j) lies at pixel
/// x = originX + (j + 0.5)·stepX, y = originY + (i + 0.5)·stepY of the upright picture, where pixel (0, 0) covers [0,1)×[0,1).
struct CellGeometry {
    double originX = 0.0;
    double originY = 0.0;
    double stepX = 1.0;
    double stepY = 1.0;
    bool operator==(const CellGeometry&) const = default;
};

/// Features of one frame, with the names of their channels and their place on the picture.
struct Features {
    FeatureMap map;
    std::vector<std::string> channelNames;  ///< FOVEA_TEXT, one per channel ("red–green, coarse"); empty when they have none
    CellGeometry geometry;
    std::string model;  ///< "Retina"
    std::string layer;  ///< "stride 8"
    double milliseconds = 0.0;
};

/// Turns a frame into features. Used by one thread at a time.
class FOVEA_API Backbone {
public:
    Backbone() = default;
    Backbone(const Backbone&) = delete;
    Backbone& operator=(const Backbone&) = delete;
    virtual ~Backbone();

    /// Features of `frame`; ErrorCode::Cancelled when stopped.
    virtual Result<Features> run(const Frame& frame, const std::stop_token& stop) = 0;
    /// Forgets what earlier frames left (motion); called when the epoch changes.
    virtual void reset() = 0;
    /// Equal keys give equal features for equal frames; part of the cache key.
    [[nodiscard]] virtual std::string key() const = 0;
};

}  // namespace fovea
