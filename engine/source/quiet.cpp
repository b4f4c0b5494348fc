#include "engine/source/quiet.h"

#include <iostream>
#include <opencv2/core/utils/logger.hpp>

extern "C" {
#include <libavutil/log.h>
}

namespace fovea {

void quietLibraries() {
    static const bool kQuiet = [] {
        av_log_set_level(AV_LOG_QUIET);
        cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT);
        std::cerr.rdbuf(nullptr);  // OpenCV's decoders write there past their own log; nobody else here does
        return true;
    }();
    static_cast<void>(kQuiet);
}

}  // namespace fovea
