#include "engine/graph/onnx_scan.h"

#include <fcntl.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl.h>
#include <google/protobuf/wire_format_lite.h>

#include <algorithm>
#include <limits>

namespace fovea::graph {
namespace {

using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedInputStream;

/// The messages of an ONNX file which hold others; `Other` is everything else, whose contents are not looked at.
enum class Message { Model, Graph, Node, Attribute, Tensor, SparseTensor, Function, Training, Other };

/// An upper bound of what protobuf keeps for one field besides its payload: a string with its pointer, or a small message.
constexpr std::size_t kFieldBytes = 64;
constexpr std::size_t kMessageBytes = 256;
/// Bytes in memory per byte in the file where messages are not looked into: a dimension of two bytes takes about fifty.
constexpr std::size_t kOpaqueFactor = 40;
constexpr int kDeepest = 64;  ///< graphs inside graphs

Message childOf(Message parent, int field) {
    switch (parent) {
        case Message::Model:
            return field == 7    ? Message::Graph
                   : field == 25 ? Message::Function
                   : field == 20 ? Message::Training
                                 : Message::Other;
        case Message::Training:
            return field == 1 || field == 2 ? Message::Graph : Message::Other;
        case Message::Function:
            return field == 7 ? Message::Node : Message::Other;
        case Message::Graph:
            return field == 1    ? Message::Node
                   : field == 5  ? Message::Tensor
                   : field == 15 ? Message::SparseTensor
                                 : Message::Other;
        case Message::Node:
            return field == 5 ? Message::Attribute : Message::Other;
        case Message::Attribute:
            return field == 5 || field == 10    ? Message::Tensor
                   : field == 6 || field == 11  ? Message::Graph
                   : field == 22 || field == 23 ? Message::SparseTensor
                                                : Message::Other;
        case Message::SparseTensor:
            return field == 1 || field == 2 ? Message::Tensor : Message::Other;
        case Message::Tensor:
        case Message::Other:
            break;
    }
    return Message::Other;
}

/// Bytes in memory per byte of a field's payload.
std::size_t payloadFactor(Message parent, int field) {
    if (parent == Message::Tensor) {
        const bool plain = field == 4 || field == 8 || field == 9 || field == 10 || field == 12 || field == 6;
        return plain ? 1 : field == 13 ? kOpaqueFactor : 8;  // packed variable-length numbers become eight bytes each
    }
    if (parent == Message::Attribute) {
        const bool plain = field == 1 || field == 4 || field == 7 || field == 9 || field == 13;
        return plain ? 1 : field == 8 ? 8 : kOpaqueFactor;
    }
    const bool text = (parent == Message::Node && field != 5) || (parent == Message::Graph && (field == 2 || field == 10)) ||
                      (parent == Message::Model && field >= 2 && field <= 6);
    return text ? 1 : kOpaqueFactor;
}

class Scan {
public:
    Scan(CodedInputStream& stream, const ReaderLimits& limits) : m_stream(stream), m_limits(limits) {}

    enum class End { Good, Damaged, TooLarge, TooManyNodes };

    /// Goes through one message up to the stream's current limit.
    End message(Message kind, int depth) {
        if (depth > kDeepest) {
            return End::Damaged;
        }
        if (kind == Message::Node && ++m_nodes > m_limits.nodes) {
            return End::TooManyNodes;
        }
        while (const auto tag = m_stream.ReadTag()) {
            const auto type = WireFormatLite::GetTagWireType(tag);
            if (type == WireFormatLite::WIRETYPE_LENGTH_DELIMITED) {
                if (const End end = delimited(kind, WireFormatLite::GetTagFieldNumber(tag), depth); end != End::Good) {
                    return end;
                }
            } else if (type == WireFormatLite::WIRETYPE_START_GROUP || type == WireFormatLite::WIRETYPE_END_GROUP ||
                       !WireFormatLite::SkipField(&m_stream, tag)) {
                return End::Damaged;  // ONNX has no groups
            }
            if (!spend(kFieldBytes)) {
                return End::TooLarge;
            }
        }
        return m_stream.ConsumedEntireMessage() ? End::Good : End::Damaged;
    }

private:
    bool spend(std::size_t bytes) {
        m_bytes += bytes;
        return m_bytes <= m_limits.memory;
    }

    End delimited(Message parent, int field, int depth) {
        std::uint32_t length = 0;
        if (!m_stream.ReadVarint32(&length) || length > static_cast<std::uint32_t>(std::numeric_limits<int>::max())) {
            return End::Damaged;
        }
        const Message child = childOf(parent, field);
        if (child == Message::Other) {
            if (!spend(length * payloadFactor(parent, field))) {
                return End::TooLarge;
            }
            return m_stream.Skip(static_cast<int>(length)) ? End::Good : End::Damaged;
        }
        if (!spend(kMessageBytes)) {
            return End::TooLarge;
        }
        const int before = m_stream.BytesUntilLimit();
        if (before >= 0 && static_cast<int>(length) > before) {
            return End::Damaged;
        }
        const auto limit = m_stream.PushLimit(static_cast<int>(length));
        const End end = message(child, depth + 1);
        if (end == End::Good && m_stream.BytesUntilLimit() != 0) {
            return End::Damaged;  // the file ends inside the message
        }
        m_stream.PopLimit(limit);
        return end;
    }

    CodedInputStream& m_stream;
    ReaderLimits m_limits;
    std::size_t m_bytes = 0;
    std::size_t m_nodes = 0;
};

}  // namespace

Result<void> scanOnnx(const std::string& path, const std::string& name, const ReaderLimits& limits) {
    const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) {
        return makeError(ErrorCode::Unreadable, FOVEA_TEXT("engine", "%1 cannot be read; check its permissions."), {name});
    }
    google::protobuf::io::FileInputStream file(descriptor);
    file.SetCloseOnDelete(true);
    CodedInputStream stream(&file);
    stream.SetTotalBytesLimit(std::numeric_limits<int>::max());
    switch (Scan(stream, limits).message(Message::Model, 0)) {
        case Scan::End::Good:
            return {};
        case Scan::End::Damaged:
            break;
        case Scan::End::TooLarge:
            return makeError(ErrorCode::TooLarge,
                             FOVEA_TEXT("engine", "%1 would take more than %2 MiB of memory; open a smaller model."),
                             {name, std::to_string(limits.memory >> 20)});
        case Scan::End::TooManyNodes:
            return makeError(ErrorCode::TooLarge, FOVEA_TEXT("engine", "%1 has more than %2 nodes; open a smaller model."),
                             {name, std::to_string(limits.nodes)});
    }
    return makeError(ErrorCode::BadFormat, FOVEA_TEXT("engine", "%1 is damaged or no ONNX model; export it again."), {name});
}

}  // namespace fovea::graph
