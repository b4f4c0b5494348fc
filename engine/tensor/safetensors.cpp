#include "engine/tensor/safetensors.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "engine/io/read_file.h"
#include "engine/tensor/safetensors_header.h"

namespace fovea {
namespace {

static_assert(std::endian::native == std::endian::little, "the values are copied as they lie in memory");

constexpr std::int64_t kMaxFileBytes = std::int64_t{1} << 30;
constexpr std::uint64_t kMaxHeaderBytes = std::uint64_t{16} << 20;
constexpr std::size_t kPrefix = 8;  // the length of the header

float fromBits(std::uint32_t bits) { return std::bit_cast<float>(bits); }

float fromBf16(std::uint16_t half) { return fromBits(static_cast<std::uint32_t>(half) << 16); }

float fromF16(std::uint16_t half) {
    const std::uint32_t sign = static_cast<std::uint32_t>(half & 0x8000U) << 16;
    const std::uint32_t exponent = (half >> 10) & 0x1FU;
    const std::uint32_t mantissa = half & 0x3FFU;
    if (exponent == 0x1FU) {
        return fromBits(sign | 0x7F800000U | mantissa << 13);
    }
    if (exponent != 0) {
        return fromBits(sign | (exponent + 112U) << 23 | mantissa << 13);
    }
    const float magnitude = static_cast<float>(mantissa) * 0x1p-24F;  // subnormal halves are exact in float
    return sign != 0 ? -magnitude : magnitude;
}

template <class Stored, class Convert>
void convertAs(const std::uint8_t* bytes, std::vector<float>& out, Convert convert) {
    for (std::size_t k = 0; k < out.size(); ++k) {
        Stored stored;
        std::memcpy(&stored, bytes + k * sizeof(Stored), sizeof(Stored));  // offsets need not be aligned
        out[k] = convert(stored);
    }
}

template <class Stored>
void convertPlain(const std::uint8_t* bytes, std::vector<float>& out) {
    convertAs<Stored>(bytes, out, [](Stored v) { return static_cast<float>(v); });
}

struct StoredType {
    const char* name;
    std::uint64_t size;
    void (*convert)(const std::uint8_t*, std::vector<float>&);
};

constexpr std::array kStoredTypes = std::to_array<StoredType>({
    {"F32", 4, convertPlain<float>},
    {"F16", 2, [](const std::uint8_t* b, std::vector<float>& out) { convertAs<std::uint16_t>(b, out, fromF16); }},
    {"BF16", 2, [](const std::uint8_t* b, std::vector<float>& out) { convertAs<std::uint16_t>(b, out, fromBf16); }},
    {"F64", 8, convertPlain<double>},
    {"I64", 8, convertPlain<std::int64_t>},
    {"I32", 4, convertPlain<std::int32_t>},
    {"I16", 2, convertPlain<std::int16_t>},
    {"I8", 1, convertPlain<std::int8_t>},
    {"U64", 8, convertPlain<std::uint64_t>},
    {"U32", 4, convertPlain<std::uint32_t>},
    {"U16", 2, convertPlain<std::uint16_t>},
    {"U8", 1, convertPlain<std::uint8_t>},
    {"BOOL", 1,
     [](const std::uint8_t* b,
        std::vector<float>& out) { convertAs<std::uint8_t>(b, out, [](std::uint8_t v) { return v != 0 ? 1.0F : 0.0F; }); }},
});

const StoredType* findType(const std::string& name) {
    const auto found =
        std::find_if(kStoredTypes.begin(), kStoredTypes.end(), [&](const StoredType& t) { return name == t.name; });
    return found == kStoredTypes.end() ? nullptr : &*found;
}

/// Bytes of a tensor, or nothing when the product does not fit into 64 bits.
std::optional<std::uint64_t> byteCount(const std::vector<std::uint64_t>& shape, std::uint64_t size) {
    if (std::find(shape.begin(), shape.end(), 0U) != shape.end()) {
        return 0;
    }
    std::uint64_t bytes = size;
    for (const std::uint64_t extent : shape) {
        if (extent > static_cast<std::uint64_t>(INT64_MAX) / bytes) {
            return std::nullopt;
        }
        bytes *= extent;
    }
    return bytes;
}

/// Checks one entry on its own: type, shape, place inside the data.
Result<void> checkEntry(const SafetensorsEntry& entry, std::uint64_t dataBytes, const std::string& name) {
    const StoredType* type = findType(entry.dtype);
    if (type == nullptr) {
        return makeError(ErrorCode::Unsupported,
                         FOVEA_TEXT("engine", "“%1”: tensor “%2” has the type “%3”, which is not read here; save it as F32."),
                         {name, entry.name, entry.dtype});
    }
    const auto bytes = byteCount(entry.shape, type->size);
    if (!bytes || std::any_of(entry.shape.begin(), entry.shape.end(), [](std::uint64_t e) { return e > INT32_MAX; })) {
        return makeError(ErrorCode::TooLarge,
                         FOVEA_TEXT("engine", "“%1”: the shape of tensor “%2” is too large; save the file again."),
                         {name, entry.name});
    }
    if (entry.begin > entry.end || entry.end > dataBytes) {
        return makeError(
            ErrorCode::BadFormat,
            FOVEA_TEXT("engine",
                       "“%1”: the data of tensor “%2” lies outside the file; the file is cut off or damaged, save it again."),
            {name, entry.name});
    }
    if (entry.end - entry.begin != *bytes) {
        return makeError(ErrorCode::BadFormat,
                         FOVEA_TEXT("engine", "“%1”: tensor “%2” has %3 bytes, but its shape needs %4; save the file again."),
                         {name, entry.name, std::to_string(entry.end - entry.begin), std::to_string(*bytes)});
    }
    return {};
}

/// The tensors must follow each other without overlap or gap and end where the file ends.
Result<void> checkLayout(const std::vector<SafetensorsEntry>& entries, std::uint64_t dataBytes, const std::string& name) {
    std::vector<const SafetensorsEntry*> order;
    order.reserve(entries.size());
    for (const auto& entry : entries) {
        order.push_back(&entry);
    }
    std::sort(order.begin(), order.end(), [](const SafetensorsEntry* a, const SafetensorsEntry* b) {
        return std::pair(a->begin, a->end) < std::pair(b->begin, b->end);
    });
    std::uint64_t expected = 0;
    for (const auto* entry : order) {
        if (entry->begin != expected) {
            return makeError(
                ErrorCode::BadFormat,
                FOVEA_TEXT("engine", "“%1”: the data of tensor “%2” does not follow the tensor before it; save the file again."),
                {name, entry->name});
        }
        expected = entry->end;
    }
    if (expected != dataBytes) {
        return makeError(ErrorCode::BadFormat,
                         FOVEA_TEXT("engine", "“%1” has %2 bytes which belong to no tensor; save the file again."),
                         {name, std::to_string(dataBytes - expected)});
    }
    return {};
}

Result<std::uint64_t> headerLength(const std::uint8_t* bytes, std::size_t size, const std::string& name) {
    std::uint64_t length = 0;
    if (size >= kPrefix) {
        std::memcpy(&length, bytes, kPrefix);
    }
    if (size < kPrefix || length < 2 || length > size - kPrefix || length > kMaxHeaderBytes) {
        return makeError(
            ErrorCode::BadFormat,
            FOVEA_TEXT("engine", "“%1” is not a safetensors file or is cut off; choose a file written by safetensors."), {name});
    }
    return length;
}

}  // namespace

Result<SafetensorsFile> parseSafetensors(const void* bytes, std::size_t size, const std::string& name) {
    const auto* data = static_cast<const std::uint8_t*>(bytes);
    const auto length = headerLength(data, size, name);
    if (!length) {
        return length.error();
    }
    auto header = parseSafetensorsHeader(reinterpret_cast<const char*>(data) + kPrefix, static_cast<std::size_t>(*length), name);
    if (!header) {
        return header.error();
    }
    const std::uint8_t* values = data + kPrefix + *length;
    const std::uint64_t dataBytes = size - kPrefix - *length;
    for (const auto& entry : header->entries) {
        if (auto checked = checkEntry(entry, dataBytes, name); !checked) {
            return checked.error();
        }
    }
    if (auto checked = checkLayout(header->entries, dataBytes, name); !checked) {
        return checked.error();
    }
    SafetensorsFile file;
    file.metadata = std::move(header->metadata);
    for (auto& entry : header->entries) {
        const StoredType* type = findType(entry.dtype);
        Tensor tensor;
        tensor.shape.assign(entry.shape.begin(), entry.shape.end());
        tensor.values.resize(static_cast<std::size_t>((entry.end - entry.begin) / type->size));
        type->convert(values + entry.begin, tensor.values);
        file.tensors.emplace(std::move(entry.name), std::move(tensor));
    }
    return file;
}

Result<SafetensorsFile> readSafetensors(const std::string& path) {
    const auto bytes = readFile(path, kMaxFileBytes);
    if (!bytes) {
        return bytes.error();
    }
    return parseSafetensors(bytes->data(), bytes->size(), path);
}

std::string safetensorsBytes(const SafetensorsFile& file) {
    nlohmann::ordered_json header = nlohmann::ordered_json::object();
    if (!file.metadata.empty()) {
        header["__metadata__"] = file.metadata;
    }
    std::size_t offset = 0;
    for (const auto& [name, tensor] : file.tensors) {
        const std::size_t end = offset + tensor.size() * sizeof(float);
        header[name] = {{"dtype", "F32"}, {"shape", tensor.shape}, {"data_offsets", {offset, end}}};
        offset = end;
    }
    // Names and metadata may come from file names, which need not be UTF-8.
    std::string text = header.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
    text.append((kPrefix - text.size() % kPrefix) % kPrefix, ' ');

    const auto length = static_cast<std::uint64_t>(text.size());
    std::string bytes(reinterpret_cast<const char*>(&length), kPrefix);
    bytes.reserve(kPrefix + text.size() + offset);
    bytes += text;
    for (const auto& [name, tensor] : file.tensors) {
        if (!tensor.empty()) {
            bytes.append(reinterpret_cast<const char*>(tensor.values.data()), tensor.size() * sizeof(float));
        }
    }
    return bytes;
}

}  // namespace fovea
