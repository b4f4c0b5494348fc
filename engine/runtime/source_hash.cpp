#include "engine/runtime/source_hash.h"

#include <QCryptographicHash>
#include <QFile>
#include <QFileInfo>

#include <algorithm>
#include <exception>
#include <opencv2/core/mat.hpp>
#include <utility>

#include "engine/api.h"
#include "engine/io/read_file.h"
#include "engine/source/image_source.h"
#include "engine/thrown.h"

namespace fovea {
namespace {

/// Bytes hashed between two looks at the stop token.
constexpr std::size_t kHashBlock = std::size_t{4} << 20;

Error cancelled() { return makeError(ErrorCode::Cancelled, FOVEA_TEXT("engine", "Opening was stopped.")); }

void addBytes(QCryptographicHash& hash, const void* bytes, std::size_t size, const std::stop_token& stop) {
    const auto* first = static_cast<const char*>(bytes);
    for (std::size_t done = 0; done < size && !stop.stop_requested(); done += kHashBlock) {
        hash.addData(QByteArrayView(first + done, static_cast<qsizetype>(std::min(kHashBlock, size - done))));
    }
}

std::string hexOf(const QCryptographicHash& hash, const std::stop_token& stop) {
    return stop.stop_requested() ? std::string() : hash.result().toHex().toStdString();
}

Frame withSource(Frame frame, SourceInfo source) {
    frame.source = std::make_shared<const SourceInfo>(std::move(source));
    return frame;
}

Result<Frame> readAndDecode(const QFileInfo& file, const std::stop_token& stop) {
    const auto path = QFile::encodeName(file.absoluteFilePath()).toStdString();
    const auto name = file.fileName().toStdString();
    const auto bytes = readFile(path, kMaxImageBytes);
    if (!bytes) {
        return bytes.error();
    }
    auto hash = sha256Hex(bytes->data(), bytes->size(), stop);
    if (stop.stop_requested()) {
        return cancelled();
    }
    auto frame = decodeImage(*bytes, name);
    if (!frame) {
        return frame;
    }
    SourceInfo source = frame->source ? *frame->source : SourceInfo{};
    source.path = file.absoluteFilePath().toStdString();
    source.sha256 = std::move(hash);
    return withSource(*std::move(frame), std::move(source));
}

}  // namespace

std::string sha256Hex(const void* bytes, std::size_t size, const std::stop_token& stop) {
    QCryptographicHash hash(QCryptographicHash::Sha256);
    addBytes(hash, bytes, size, stop);
    return hexOf(hash, stop);
}

Result<Frame> loadFrame(const QString& path, const std::stop_token& stop) {
    const QString canonical = QFileInfo(path).canonicalFilePath();  // empty when there is no such file
    const QFileInfo file(canonical.isEmpty() ? path : canonical);
    try {
        return readAndDecode(file, stop);
    } catch (const std::exception& failure) {  // memory runs out, or a decoder throws
        return makeError(ErrorCode::TooLarge, FOVEA_TEXT("engine", "“%1” could not be opened (%2); try a smaller picture."),
                         {file.fileName().toStdString(), reasonOf(failure)});
    }
}

Result<Frame> hashedFrame(const Frame& frame, const std::stop_token& stop) {
    if (!frame.valid() || frame.pixels->empty()) {
        return makeError(ErrorCode::BadFormat, FOVEA_TEXT("engine", "There is no picture to paste; copy one first."));
    }
    QCryptographicHash hash(QCryptographicHash::Sha256);
    const cv::Mat& pixels = *frame.pixels;
    for (int row = 0; row < pixels.rows; ++row) {  // rows of a cut-out do not follow each other in memory
        addBytes(hash, pixels.ptr(row), static_cast<std::size_t>(pixels.cols) * pixels.elemSize(), stop);
    }
    if (stop.stop_requested()) {
        return cancelled();
    }
    SourceInfo source = frame.source ? *frame.source : SourceInfo{};
    source.sha256 = hexOf(hash, stop);
    return withSource(frame, std::move(source));
}

}  // namespace fovea
