#pragma once

#include <string>
#include <vector>

#include "engine/api.h"

namespace fovea {

/// A size of picture a camera offers, with its highest rate.
struct CameraMode {
    int width = 0;
    int height = 0;
    double rate = 0.0;  ///< frames per second; 0 when it does not say
    bool operator==(const CameraMode&) const = default;
};

/// A camera of this machine.
struct CameraInfo {
    std::string device;             ///< "/dev/video0"
    std::string name;               ///< "Integrated Camera"
    std::vector<CameraMode> modes;  ///< largest first; empty when the device could not be asked
    bool operator==(const CameraInfo&) const = default;
};

/// The video capture devices of this machine, by device number: names from sysfs, capabilities by VIDIOC_QUERYCAP. Nodes which
/// cannot be opened are listed by their name, so that opening them can say why. Asks devices; not for the GUI thread.
FOVEA_API std::vector<CameraInfo> listCameras();

}  // namespace fovea
