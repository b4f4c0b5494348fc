#include "engine/graph/onnx_tensor.h"

#include <Eigen/Core>
#include <algorithm>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <vector>

#include "engine/graph/onnx_messages.h"
#include "engine/io/read_file.h"

namespace fovea::graph {
namespace {

namespace fs = std::filesystem;
using onnx::TensorProto;

/// Bytes of one element as the file stores it.
std::size_t storedSize(int type) {
    switch (type) {
        case TensorProto::BOOL:
            return 1;
        case TensorProto::FLOAT16:
        case TensorProto::BFLOAT16:
            return 2;
        case TensorProto::FLOAT:
        case TensorProto::INT32:
            return 4;
        default:
            return 8;
    }
}

template <class Stored, class T>
void convert(const char* bytes, std::size_t count, T* out) {
    for (std::size_t k = 0; k < count; ++k) {
        Stored value;
        std::memcpy(&value, bytes + k * sizeof(Stored), sizeof(Stored));
        out[k] = static_cast<T>(value);
    }
}

/// Little-endian bytes as they stand in a file.
void fromBytes(const char* bytes, int type, Array& array) {
    switch (type) {
        case TensorProto::FLOAT16:
            return convert<Eigen::half>(bytes, array.count(), array.data<float>());
        case TensorProto::BFLOAT16:
            return convert<Eigen::bfloat16>(bytes, array.count(), array.data<float>());
        case TensorProto::DOUBLE:
            return convert<double>(bytes, array.count(), array.data<float>());
        case TensorProto::BOOL:
            std::transform(bytes, bytes + array.count(), array.data<bool>(), [](char value) { return value != 0; });
            return;
        default:
            std::memcpy(array.raw(), bytes, array.bytes());
    }
}

/// Values in one of the typed lists of the message.
bool fromLists(const TensorProto& tensor, Array& array) {
    const auto fill = [&array](const auto& list, auto* out, auto&& value) {
        if (static_cast<std::size_t>(list.size()) != array.count()) {
            return false;
        }
        std::transform(list.begin(), list.end(), out, value);
        return true;
    };
    const auto same = [](auto value) { return value; };
    switch (tensor.data_type()) {
        case TensorProto::FLOAT:
            return fill(tensor.float_data(), array.data<float>(), same);
        case TensorProto::INT32:
            return fill(tensor.int32_data(), array.data<std::int32_t>(), same);
        case TensorProto::INT64:
            return fill(tensor.int64_data(), array.data<std::int64_t>(), same);
        case TensorProto::BOOL:
            return fill(tensor.int32_data(), array.data<bool>(), [](auto value) { return value != 0; });
        case TensorProto::DOUBLE:
            return fill(tensor.double_data(), array.data<float>(), [](double value) { return static_cast<float>(value); });
        case TensorProto::FLOAT16:
            return fill(tensor.int32_data(), array.data<float>(), [](auto bits) {
                return static_cast<float>(Eigen::numext::bit_cast<Eigen::half>(static_cast<std::uint16_t>(bits)));
            });
        case TensorProto::BFLOAT16:
            return fill(tensor.int32_data(), array.data<float>(), [](auto bits) {
                return static_cast<float>(Eigen::numext::bit_cast<Eigen::bfloat16>(static_cast<std::uint16_t>(bits)));
            });
        default:
            return false;
    }
}

/// "location", "offset" and "length" of external data.
struct External {
    std::string location;
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
    bool good = true;
};

External externalOf(const TensorProto& tensor, std::uint64_t bytes) {
    External external{.location = {}, .offset = 0, .length = bytes};
    const auto number = [&external](const std::string& text, std::uint64_t& value) {
        const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
        external.good = external.good && problem == std::errc() && end == text.data() + text.size();
    };
    for (const auto& entry : tensor.external_data()) {
        if (entry.key() == "location") {
            external.location = entry.value();
        } else if (entry.key() == "offset") {
            number(entry.value(), external.offset);
        } else if (entry.key() == "length") {
            number(entry.value(), external.length);
        }
    }
    external.good = external.good && external.length == bytes && !external.location.empty();
    return external;
}

/// The file of external data, or nothing when it is not a regular file inside the model's folder (links followed).
std::optional<fs::path> insideFolder(const std::string& location, const std::string& folder) {
    const fs::path relative(location);
    std::error_code problem;
    const fs::path full = fs::weakly_canonical(fs::path(folder) / relative, problem);
    if (problem || relative.is_absolute() || !fs::is_regular_file(full, problem)) {
        return std::nullopt;
    }
    const fs::path base(folder);
    const auto [end, rest] = std::mismatch(base.begin(), base.end(), full.begin(), full.end());
    return end == base.end() ? std::optional(full) : std::nullopt;
}

Result<void> readExternal(const TensorProto& tensor, const TensorSource& source, std::uint64_t bytes, std::vector<char>& out) {
    const External external = externalOf(tensor, bytes);
    const auto file = external.good ? insideFolder(external.location, source.folder) : std::nullopt;
    std::error_code problem;
    const std::uint64_t size = file ? fs::file_size(*file, problem) : 0;
    if (!file || problem || external.offset > size || bytes > size - external.offset) {
        if (file) {
            if (auto checked = refuseLfsPointer(file->string()); !checked) {
                return checked.error();
            }
        }
        return makeError(ErrorCode::BadFormat,
                         FOVEA_TEXT("engine",
                                    "%1: the data of “%2” must lie within a file in the model's own folder (it names “%3”); keep "
                                    "the files together."),
                         {source.name, tensor.name(), external.location});
    }
    std::ifstream stream(*file, std::ios::binary);
    out.resize(bytes);
    stream.seekg(static_cast<std::streamoff>(external.offset));
    stream.read(out.data(), static_cast<std::streamsize>(bytes));
    if (!stream) {
        return makeError(ErrorCode::Unreadable, FOVEA_TEXT("engine", "%1 cannot be read; check its permissions."),
                         {external.location});
    }
    return {};
}

Error damaged(const TensorProto& tensor, const TensorSource& source) {
    return makeError(ErrorCode::BadFormat,
                     FOVEA_TEXT("engine", "%1: the data of “%2” do not have the size they should; export the model again."),
                     {source.name, tensor.name()});
}

Result<void> fill(const TensorProto& tensor, const TensorSource& source, Array& array) {
    const std::uint64_t stored = static_cast<std::uint64_t>(array.count()) * storedSize(tensor.data_type());
    if (tensor.data_location() == TensorProto::EXTERNAL) {
        std::vector<char> bytes;
        if (auto read = readExternal(tensor, source, stored, bytes); !read) {
            return read.error();
        }
        fromBytes(bytes.data(), tensor.data_type(), array);
    } else if (tensor.has_raw_data()) {
        if (tensor.raw_data().size() != stored) {
            return damaged(tensor, source);
        }
        fromBytes(tensor.raw_data().data(), tensor.data_type(), array);
    } else if (!fromLists(tensor, array)) {
        return damaged(tensor, source);
    }
    return {};
}

}  // namespace

std::optional<ElementType> elementTypeFromOnnx(int type) noexcept {
    switch (type) {
        case TensorProto::FLOAT:
        case TensorProto::FLOAT16:
        case TensorProto::BFLOAT16:
        case TensorProto::DOUBLE:
            return ElementType::Float;
        case TensorProto::INT64:
            return ElementType::Int64;
        case TensorProto::INT32:
            return ElementType::Int32;
        case TensorProto::BOOL:
            return ElementType::Bool;
        default:
            return std::nullopt;
    }
}

Result<Array> arrayFrom(const TensorProto& tensor, TensorSource& source) {
    const auto type = elementTypeFromOnnx(tensor.data_type());
    if (!type) {
        const std::string known = TensorProto::DataType_Name(tensor.data_type());
        return makeError(ErrorCode::Unsupported,
                         FOVEA_TEXT("engine", "%1: “%2” has elements of type %3, which Fovea does not compute with."),
                         {source.name, tensor.name(), known.empty() ? std::to_string(tensor.data_type()) : known});
    }
    const Shape shape(tensor.dims().begin(), tensor.dims().end());
    const auto bytes = checkedBytes(*type, shape);
    if (!bytes) {
        return damaged(tensor, source);
    }
    // External data pass through a buffer of their own.
    const std::size_t needed = tensor.data_location() == TensorProto::EXTERNAL ? 3 * *bytes : *bytes;
    if (needed > source.budget) {
        return makeError(ErrorCode::TooLarge,
                         FOVEA_TEXT("engine", "%1: “%2” (%3) takes more memory than a model may; open a smaller one."),
                         {source.name, tensor.name(), shapeText(shape)});
    }
    // Nothing is allocated for numbers the file does not hold.
    const std::size_t least = tensor.data_location() == TensorProto::EXTERNAL ? 0 : *bytes / 8;
    if (least > tensor.ByteSizeLong()) {
        return damaged(tensor, source);
    }
    Array array(*type, shape);
    if (auto filled = fill(tensor, source, array); !filled) {
        return filled.error();
    }
    source.budget -= *bytes;
    return array;
}

}  // namespace fovea::graph
