#include "engine/source/jpeg_decoder.h"

#include <csetjmp>
#include <cstdio>  // jpeglib.h uses FILE without including it

#include <jpeglib.h>

#include <jerror.h>

namespace fovea {
namespace {

/// A file of many scans, each of them over the whole picture, costs hours of work for a few bytes.
constexpr int kMaxScans = 500;

struct JpegState {
    JpegState() = default;
    JpegState(const JpegState&) = delete;
    JpegState& operator=(const JpegState&) = delete;
    ~JpegState() { jpeg_destroy_decompress(&info); }  // also where there is no memory for the pixels

    jpeg_decompress_struct info = {};
    jpeg_error_mgr errors = {};
    jpeg_progress_mgr progress = {};
    std::jmp_buf escape = {};
    bool damaged = false;
};

JpegState& decoderOf(j_common_ptr info) { return *static_cast<JpegState*>(info->client_data); }

[[noreturn]] void onError(j_common_ptr info) { std::longjmp(decoderOf(info).escape, 1); }

/// Warnings which mean that pixels were made up. Others, such as stray bytes between segments, lose nothing.
void onMessage(j_common_ptr info, int level) {
    if (level >= 0) {
        return;
    }
    switch (info->err->msg_code) {
        case JWRN_HIT_MARKER:
        case JWRN_JPEG_EOF:
        case JWRN_HUFF_BAD_CODE:
        case JWRN_ARITH_BAD_CODE:
        case JWRN_MUST_RESYNC:
        case JWRN_NOT_SEQUENTIAL:
            decoderOf(info).damaged = true;
            break;
        default:
            break;
    }
}

void onProgress(j_common_ptr info) {
    if (reinterpret_cast<j_decompress_ptr>(info)->input_scan_number > kMaxScans) {
        onError(info);
    }
}

/// Inks to colours. Adobe's programs store the inks inverted, and their marker says so.
void inksToBgr(const cv::Mat& inks, bool inverted, cv::Vec3b* out) {
    const auto* in = inks.ptr<cv::Vec4b>();
    for (int x = 0; x < inks.cols; ++x) {
        const int black = inverted ? in[x][3] : 255 - in[x][3];
        for (int k = 0; k < 3; ++k) {
            const int light = inverted ? in[x][2 - k] : 255 - in[x][2 - k];
            out[x][k] = static_cast<std::uint8_t>((light * black + 127) / 255);
        }
    }
}

/// Everything that may escape to setjmp. It owns nothing: memory lies with the caller or with libjpeg.
bool decodeInto(JpegState& decoder, const std::vector<std::uint8_t>& bytes, cv::Mat& out, cv::Mat& line) {
    jpeg_decompress_struct& info = decoder.info;
    if (setjmp(decoder.escape) != 0) {  // NOLINT(cert-err52-cpp): libjpeg's own way to report errors
        return false;
    }
    jpeg_create_decompress(&info);
    info.client_data = &decoder;
    info.progress = &decoder.progress;
    jpeg_mem_src(&info, bytes.data(), static_cast<unsigned long>(bytes.size()));
    jpeg_read_header(&info, TRUE);
    const bool inks = info.num_components == 4;
    info.out_color_space = info.num_components == 1 ? JCS_GRAYSCALE : inks ? JCS_CMYK : JCS_EXT_BGR;
    jpeg_start_decompress(&info);
    out.create(static_cast<int>(info.output_height), static_cast<int>(info.output_width),
               info.num_components == 1 ? CV_8UC1 : CV_8UC3);
    line.create(1, out.cols, CV_8UC4);
    while (info.output_scanline < info.output_height) {
        const int y = static_cast<int>(info.output_scanline);
        JSAMPROW row = inks ? line.ptr() : out.ptr(y);
        jpeg_read_scanlines(&info, &row, 1);
        if (inks) {
            inksToBgr(line, info.saw_Adobe_marker != 0, out.ptr<cv::Vec3b>(y));
        }
    }
    jpeg_finish_decompress(&info);
    return !decoder.damaged;
}

}  // namespace

cv::Mat decodeJpeg(const std::vector<std::uint8_t>& bytes) {
    JpegState decoder;
    decoder.info.err = jpeg_std_error(&decoder.errors);
    decoder.info.client_data = &decoder;
    decoder.errors.error_exit = onError;
    decoder.errors.emit_message = onMessage;
    decoder.progress.progress_monitor = onProgress;
    cv::Mat out;
    cv::Mat line;
    return decodeInto(decoder, bytes, out, line) ? out : cv::Mat();
}

}  // namespace fovea
