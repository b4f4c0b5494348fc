#include "engine/source/camera_list.h"

#include <fcntl.h>
#include <linux/videodev2.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <system_error>
#include <utility>

#include "engine/source/camera_node.h"

namespace fovea {
namespace {

namespace fs = std::filesystem;

/// A driver which never ends its lists must not hold anybody up.
constexpr std::uint32_t kMaxEntries = 256;

int ask(int fd, unsigned long request, void* argument) {
    int code = 0;
    do {
        code = ::ioctl(fd, request, argument);
    } while (code != 0 && errno == EINTR);
    return code;
}

double rateOf(const v4l2_fract& interval) {
    return interval.numerator != 0 ? static_cast<double>(interval.denominator) / interval.numerator : 0.0;
}

/// The highest rate of one size; 0 when the driver does not say.
double fastest(int fd, std::uint32_t format, std::uint32_t width, std::uint32_t height) {
    double best = 0.0;
    for (std::uint32_t k = 0; k < kMaxEntries; ++k) {
        v4l2_frmivalenum entry = {};
        entry.index = k;
        entry.pixel_format = format;
        entry.width = width;
        entry.height = height;
        if (ask(fd, VIDIOC_ENUM_FRAMEINTERVALS, &entry) != 0) {
            break;
        }
        const bool discrete = entry.type == V4L2_FRMIVAL_TYPE_DISCRETE;
        best = std::max(best, rateOf(discrete ? entry.discrete : entry.stepwise.min));
        if (!discrete) {
            break;
        }
    }
    return best;
}

using Modes = std::map<std::pair<int, int>, double>;

void addSizes(int fd, std::uint32_t format, Modes& modes) {
    const auto add = [&](std::uint32_t width, std::uint32_t height) {
        double& rate = modes[{static_cast<int>(width), static_cast<int>(height)}];
        rate = std::max(rate, fastest(fd, format, width, height));
    };
    for (std::uint32_t k = 0; k < kMaxEntries; ++k) {
        v4l2_frmsizeenum entry = {};
        entry.index = k;
        entry.pixel_format = format;
        if (ask(fd, VIDIOC_ENUM_FRAMESIZES, &entry) != 0) {
            return;
        }
        if (entry.type != V4L2_FRMSIZE_TYPE_DISCRETE) {
            add(entry.stepwise.max_width, entry.stepwise.max_height);
            add(entry.stepwise.min_width, entry.stepwise.min_height);
            return;
        }
        add(entry.discrete.width, entry.discrete.height);
    }
}

std::vector<CameraMode> modesOf(int fd) {
    Modes modes;
    for (std::uint32_t k = 0; k < kMaxEntries; ++k) {
        v4l2_fmtdesc entry = {};
        entry.index = k;
        entry.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
        if (ask(fd, VIDIOC_ENUM_FMT, &entry) != 0) {
            break;
        }
        addSizes(fd, entry.pixelformat, modes);
    }
    std::vector<CameraMode> list;
    for (const auto& [size, rate] : modes) {
        list.push_back({size.first, size.second, rate});
    }
    std::stable_sort(list.begin(), list.end(), [](const CameraMode& a, const CameraMode& b) {
        return std::int64_t{a.width} * a.height > std::int64_t{b.width} * b.height;
    });
    return list;
}

/// The number behind "video"; −1 for any other name.
int deviceNumber(const std::string& name) {
    int number = -1;
    if (name.starts_with("video")) {
        const char* end = name.data() + name.size();
        const auto read = std::from_chars(name.data() + 5, end, number);
        return read.ec == std::errc() && read.ptr == end ? number : -1;
    }
    return -1;
}

std::string firstLine(const fs::path& path) {
    std::ifstream file(path);
    std::string line;
    std::getline(file, line);
    return line;
}

}  // namespace

Error cameraError(const std::string& node, int code) {
    switch (code) {
        case ENOENT:
        case ENOTDIR:
            return makeError(ErrorCode::NotFound,
                             FOVEA_TEXT("engine", "There is no camera “%1”; plug it in or choose another one."), {node});
        case EACCES:
        case EPERM:
            return makeError(ErrorCode::Denied,
                             FOVEA_TEXT("engine",
                                        "You have no permission to use the camera “%1”; add yourself to the group "
                                        "“video” and log in again."),
                             {node});
        case EBUSY:
            return makeError(ErrorCode::Busy,
                             FOVEA_TEXT("engine", "Another program uses the camera “%1”; close that program and try again."),
                             {node});
        case ENXIO:
        case ENODEV:
        case EIO:
            return makeError(ErrorCode::Disconnected,
                             FOVEA_TEXT("engine", "The camera “%1” is not connected any more; plug it in again."), {node});
        case ENOTTY:
        case EINVAL:
        case EISDIR:
            return makeError(ErrorCode::Unsupported, FOVEA_TEXT("engine", "“%1” is not a camera; choose another device."),
                             {node});
        default:
            return makeError(ErrorCode::Unreadable,
                             FOVEA_TEXT("engine", "The camera “%1” cannot be opened (%2); try another one."),
                             {node, std::generic_category().message(code)});
    }
}

Result<CameraInfo> askCamera(const std::string& node) {
    const int fd = ::open(node.c_str(), O_RDWR | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0) {
        return cameraError(node, errno);
    }
    v4l2_capability capability = {};
    const int code = ask(fd, VIDIOC_QUERYCAP, &capability) != 0 ? errno : 0;
    CameraInfo info;
    info.device = node;
    const bool own = (capability.capabilities & V4L2_CAP_DEVICE_CAPS) != 0;
    const std::uint32_t able = own ? capability.device_caps : capability.capabilities;
    const bool captures = code == 0 && (able & V4L2_CAP_VIDEO_CAPTURE) != 0;
    if (captures) {
        info.name.assign(reinterpret_cast<const char*>(capability.card),
                         ::strnlen(reinterpret_cast<const char*>(capability.card), sizeof capability.card));
        info.modes = modesOf(fd);
    }
    ::close(fd);
    if (!captures) {
        return cameraError(node, code != 0 ? code : ENOTTY);
    }
    return info;
}

std::vector<CameraInfo> listCamerasIn(const std::string& sysfs, const std::string& devices) {
    std::map<int, CameraInfo> found;
    std::error_code failed;
    for (fs::directory_iterator it(sysfs, failed), end; !failed && it != end; it.increment(failed)) {
        const std::string entry = it->path().filename().string();
        const int number = deviceNumber(entry);
        if (number < 0) {
            continue;
        }
        const std::string node = (fs::path(devices) / entry).string();
        const auto asked = askCamera(node);
        if (!asked && asked.error().code == ErrorCode::Unsupported) {
            continue;  // an output, a tuner, or the second node of a camera, which gives metadata only
        }
        CameraInfo info = asked ? *asked : CameraInfo{node, {}, {}};
        const std::string name = firstLine(it->path() / "name");
        info.name = name.empty() ? (info.name.empty() ? entry : info.name) : name;
        found[number] = std::move(info);
    }
    std::vector<CameraInfo> list;
    for (auto& [number, info] : found) {
        list.push_back(std::move(info));
    }
    return list;
}

std::vector<CameraInfo> listCameras() { return listCamerasIn("/sys/class/video4linux", "/dev"); }

}  // namespace fovea
