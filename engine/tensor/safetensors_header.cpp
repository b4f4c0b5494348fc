#include "engine/tensor/safetensors_header.h"

#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <utility>

#include "engine/api.h"

namespace fovea {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kMaxRank = 8;
constexpr const char* kMetadata = "__metadata__";

/// Receives the events of the JSON parser; returning false stops it. `problem` then holds what is wrong.
class HeaderReader final : public nlohmann::json_sax<Json> {
public:
    SafetensorsHeader header;
    std::optional<Error> problem;

    explicit HeaderReader(std::string file) : m_file(std::move(file)) {}

    bool null() override { return misplaced(); }
    bool boolean(bool) override { return misplaced(); }
    bool number_integer(number_integer_t) override { return misplaced(); }  // only negative ones arrive here
    bool number_float(number_float_t, const string_t&) override { return misplaced(); }
    bool binary(binary_t&) override { return misplaced(); }

    bool number_unsigned(number_unsigned_t value) override {
        if (m_place == Place::Shape && entry().shape.size() < kMaxRank) {
            entry().shape.push_back(value);
            return true;
        }
        if (m_place == Place::Offsets && m_offsets < 2) {
            (m_offsets++ == 0 ? entry().begin : entry().end) = value;
            return true;
        }
        return misplaced();
    }

    bool string(string_t& value) override {
        if (m_place == Place::Metadata) {
            header.metadata[m_key] = value;
            return true;
        }
        if (m_place == Place::Tensor && m_key == "dtype") {
            entry().dtype = value;
            return true;
        }
        return misplaced();
    }

    bool start_object(std::size_t) override {
        if (m_place == Place::Start) {
            m_place = Place::Top;
            return true;
        }
        if (m_place != Place::Top) {
            return misplaced();
        }
        m_keys.clear();
        m_offsets = 0;
        m_place = m_key == kMetadata ? Place::Metadata : Place::Tensor;
        if (m_place == Place::Tensor) {
            header.entries.push_back({.name = m_key});
        }
        return true;
    }

    bool key(string_t& value) override {
        auto& known = m_place == Place::Top ? m_names : m_keys;
        if (!known.insert(value).second) {
            problem = makeError(ErrorCode::BadFormat,
                                FOVEA_TEXT("engine", "“%1” has “%2” twice in its header; save the file again."), {m_file, value});
            return false;
        }
        m_key = std::move(value);
        return true;
    }

    bool end_object() override {
        if (m_place == Place::Tensor && m_keys != std::set<std::string>{"data_offsets", "dtype", "shape"}) {
            return misplaced();
        }
        m_place = m_place == Place::Top ? Place::End : Place::Top;
        return true;
    }

    bool start_array(std::size_t) override {
        if (m_place != Place::Tensor || (m_key != "shape" && m_key != "data_offsets")) {
            return misplaced();
        }
        m_place = m_key == "shape" ? Place::Shape : Place::Offsets;
        return true;
    }

    bool end_array() override {
        if (m_place == Place::Offsets && m_offsets != 2) {
            return misplaced();
        }
        m_place = Place::Tensor;
        return true;
    }

    bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override { return misplaced(); }

private:
    enum class Place { Start, Top, Metadata, Tensor, Shape, Offsets, End };

    SafetensorsEntry& entry() { return header.entries.back(); }

    bool misplaced() {
        if (m_place == Place::Tensor || m_place == Place::Shape || m_place == Place::Offsets) {
            problem = makeError(ErrorCode::BadFormat,
                                FOVEA_TEXT("engine", "“%1”: the header entry of tensor “%2” is damaged; save the file again."),
                                {m_file, entry().name});
        } else {
            problem =
                makeError(ErrorCode::BadFormat,
                          FOVEA_TEXT("engine", "“%1” has a damaged header; choose a file written by safetensors."), {m_file});
        }
        return false;
    }

    std::string m_file;
    Place m_place = Place::Start;
    std::string m_key;
    std::set<std::string> m_names;  // of the tensors
    std::set<std::string> m_keys;   // of the object being read
    int m_offsets = 0;
};

}  // namespace

Result<SafetensorsHeader> parseSafetensorsHeader(const char* text, std::size_t size, const std::string& name) {
    HeaderReader reader(name);
    if (!Json::sax_parse(text, text + size, &reader)) {
        return *reader.problem;
    }
    return std::move(reader.header);
}

}  // namespace fovea
