#pragma once

#include <string>
#include <vector>

#include "engine/api.h"
#include "engine/result.h"
#include "engine/source/camera_list.h"

namespace fovea {

/// Opens a device node, asks what it is and closes it: its name and modes if it captures video. Otherwise one sentence: no such
/// camera, forbidden, busy, unplugged, or not a camera.
FOVEA_API Result<CameraInfo> askCamera(const std::string& node);

/// listCameras() with sysfs and the devices in other folders than "/sys/class/video4linux" and "/dev".
FOVEA_API std::vector<CameraInfo> listCamerasIn(const std::string& sysfs, const std::string& devices);

/// What an error number of opening or asking a camera means, in one sentence.
FOVEA_API Error cameraError(const std::string& node, int code);

}  // namespace fovea
