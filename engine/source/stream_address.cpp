#include "engine/source/stream_address.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace fovea {
namespace {

using std::string_view_literals::operator""sv;

constexpr std::array kSchemes = {"http"sv, "https"sv, "rtsp"sv, "tcp"sv};
/// Cameras without better means take these in their query.
constexpr std::array kSecretKeys = {"pass"sv, "pwd"sv, "psw"sv, "token"sv, "key"sv, "auth"sv, "secret"sv, "sig"sv};

std::string lowered(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; });
    return text;
}

bool isSecret(const std::string& key) {
    return std::any_of(kSecretKeys.begin(), kSecretKeys.end(),
                       [&](std::string_view secret) { return key.find(secret) != std::string::npos; });
}

/// "?user=a&pwd=b" as "?user=a&pwd=…".
std::string withoutSecrets(const std::string& query) {
    std::string out;
    std::size_t at = 0;
    while (at < query.size()) {
        const std::size_t end = std::min(query.find('&', at), query.size());
        const std::string part = query.substr(at, end - at);
        const std::size_t equals = part.find('=');
        const bool secret = equals != std::string::npos && isSecret(lowered(part.substr(0, equals)));
        out += secret ? part.substr(0, equals + 1) + "…" : part;
        out += end < query.size() ? "&" : "";
        at = end + 1;
    }
    return out;
}

}  // namespace

std::string schemeOf(const std::string& text) {
    const std::size_t end = text.find("://");
    if (end == std::string::npos || end == 0) {
        return {};
    }
    const std::string scheme = lowered(text.substr(0, end));
    const bool proper = scheme.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789+-.") == std::string::npos;
    return proper ? scheme : std::string();
}

Result<StreamAddress> streamAddress(const std::string& text) {
    StreamAddress address;
    address.scheme = schemeOf(text);
    if (std::find(kSchemes.begin(), kSchemes.end(), address.scheme) == kSchemes.end()) {
        return makeError(ErrorCode::Unsupported,
                         FOVEA_TEXT("engine", "Addresses which begin with “%1://” are not opened; use http, https, rtsp or tcp."),
                         {address.scheme});
    }
    const std::size_t start = address.scheme.size() + 3;
    const std::size_t end = std::min(text.find_first_of("/?#", start), text.size());
    const std::string authority = text.substr(start, end - start);
    const std::size_t at = authority.rfind('@');
    const std::string server = at == std::string::npos ? authority : authority.substr(at + 1);
    // An IPv6 address holds colons of its own, in brackets.
    const std::size_t port = server.find(':', server.starts_with('[') ? std::min(server.find(']'), server.size()) : 0);
    address.host = server.substr(0, port);
    if (address.host.empty()) {
        return makeError(ErrorCode::BadParameter, FOVEA_TEXT("engine", "“%1” names no host; write it as http://host/path."),
                         {address.scheme + "://"});
    }
    address.url = address.scheme + text.substr(address.scheme.size());
    const std::size_t query = std::min(text.find('?', end), text.size());
    address.shown = address.scheme + "://";
    if (at != std::string::npos) {
        const std::string user = authority.substr(0, at);
        address.shown += user.substr(0, user.find(':')) + "@";
    }
    address.shown += server + text.substr(end, query - end) + withoutSecrets(text.substr(query));
    return address;
}

std::string shownLocation(const std::string& location) {
    const auto address = streamAddress(location);
    return address ? address->shown : location;
}

}  // namespace fovea
