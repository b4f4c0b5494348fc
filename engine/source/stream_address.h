#pragma once

#include <string>

#include "engine/api.h"
#include "engine/result.h"

namespace fovea {

/// The parts of "scheme://user:password@host:port/path?query".
struct StreamAddress {
    std::string url;     ///< whole, with its password: for connecting only
    std::string shown;   ///< without password and other secrets: for messages and exports
    std::string scheme;  ///< lower case
    std::string host;
};

/// Takes an address of http, https, rtsp or tcp apart; any other scheme is Unsupported, an address without a host BadParameter.
FOVEA_API Result<StreamAddress> streamAddress(const std::string& text);

/// The text for a place in sentences and files: an address without its secrets, anything else as it is.
FOVEA_API std::string shownLocation(const std::string& location);

/// The scheme of "scheme://…" in lower case; empty when the text has none.
std::string schemeOf(const std::string& text);

}  // namespace fovea
