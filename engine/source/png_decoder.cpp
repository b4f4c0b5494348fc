#include "engine/source/png_decoder.h"

#include <png.h>

#include <array>
#include <bit>
#include <csetjmp>
#include <cstdlib>
#include <cstring>
#include <new>

namespace fovea {
namespace {

struct PngState {
    png_structp png = nullptr;
    png_infop info = nullptr;
    const std::uint8_t* bytes = nullptr;
    std::size_t left = 0;
    int rows = 0;
    bool noMemory = false;
    std::array<char, 200> problem = {};  // no string: nothing may be allocated where libpng jumps away
};

PngState& decoderOf(png_structp png) { return *static_cast<PngState*>(png_get_error_ptr(png)); }

[[noreturn]] void onError(png_structp png, png_const_charp message) {
    auto& problem = decoderOf(png).problem;
    std::strncpy(problem.data(), message, problem.size() - 1);
    png_longjmp(png, 1);
}

/// libpng calls a failed allocation an error of the file otherwise.
png_voidp onAllocate(png_structp png, png_alloc_size_t bytes) {
    void* memory = std::malloc(bytes);
    static_cast<PngState*>(png_get_mem_ptr(png))->noMemory |= memory == nullptr;
    return memory;
}

void onFree(png_structp /*png*/, png_voidp memory) { std::free(memory); }

/// Warnings lose no pixels.
void onWarning(png_structp /*png*/, png_const_charp /*message*/) {}

void onRead(png_structp png, png_bytep out, png_size_t count) {
    auto& decoder = *static_cast<PngState*>(png_get_io_ptr(png));
    if (count > decoder.left) {
        png_error(png, "the file ends too early");
    }
    std::memcpy(out, decoder.bytes, count);
    decoder.bytes += count;
    decoder.left -= count;
}

/// Sets how libpng converts the file's colours; returns the OpenCV type of the pixels.
int askForPixels(png_structp png, png_infop info) {
    const png_byte colour = png_get_color_type(png, info);
    const bool transparent = png_get_valid(png, info, PNG_INFO_tRNS) != 0;
    const bool plainGrey = colour == PNG_COLOR_TYPE_GRAY;  // its transparent value is read from the file
    if (colour == PNG_COLOR_TYPE_PALETTE) {
        png_set_palette_to_rgb(png);
    }
    if (plainGrey && png_get_bit_depth(png, info) < 8) {
        png_set_expand_gray_1_2_4_to_8(png);
    }
    if (transparent && !plainGrey) {
        png_set_tRNS_to_alpha(png);
    }
    if (colour == PNG_COLOR_TYPE_GRAY_ALPHA) {
        png_set_gray_to_rgb(png);
    }
    png_set_bgr(png);
    if (std::endian::native == std::endian::little) {
        png_set_swap(png);
    }
    const bool alpha = (colour & PNG_COLOR_MASK_ALPHA) != 0 || (transparent && !plainGrey);
    const int channels = plainGrey ? 1 : alpha ? 4 : 3;
    return CV_MAKETYPE(png_get_bit_depth(png, info) == 16 ? CV_16U : CV_8U, channels);
}

/// libpng may leave this function by longjmp. It owns nothing: the caller or libpng holds all memory.
bool readHeader(PngState& decoder, cv::Size& size, int& type, int& passes) {
    if (setjmp(png_jmpbuf(decoder.png)) != 0) {  // NOLINT(cert-err52-cpp): libpng's own way to report errors
        return false;
    }
    png_set_read_fn(decoder.png, &decoder, onRead);
    png_set_user_limits(decoder.png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);  // the size has been judged
    png_read_info(decoder.png, decoder.info);
    size = {static_cast<int>(png_get_image_width(decoder.png, decoder.info)),
            static_cast<int>(png_get_image_height(decoder.png, decoder.info))};
    type = askForPixels(decoder.png, decoder.info);
    passes = png_set_interlace_handling(decoder.png);
    png_read_update_info(decoder.png, decoder.info);
    return true;
}

bool readRows(PngState& decoder, cv::Mat& pixels, int passes) {
    if (setjmp(png_jmpbuf(decoder.png)) != 0) {  // NOLINT(cert-err52-cpp)
        return false;
    }
    for (int pass = 0; pass < passes; ++pass) {
        for (int y = 0; y < pixels.rows; ++y) {
            png_read_row(decoder.png, pixels.ptr(y), nullptr);
            decoder.rows += pass == passes - 1 ? 1 : 0;
        }
    }
    png_read_end(decoder.png, nullptr);
    return true;
}

/// Makes libpng's structures and frees them.
class Reader final {
public:
    explicit Reader(PngState& decoder) : m_decoder(decoder) {
        decoder.png = png_create_read_struct_2(PNG_LIBPNG_VER_STRING, &decoder, onError, onWarning, &decoder, onAllocate, onFree);
        decoder.info = decoder.png != nullptr ? png_create_info_struct(decoder.png) : nullptr;
    }
    Reader(const Reader&) = delete;
    Reader& operator=(const Reader&) = delete;
    ~Reader() { png_destroy_read_struct(&m_decoder.png, &m_decoder.info, nullptr); }

private:
    PngState& m_decoder;
};

}  // namespace

DecodedPng decodePng(const std::vector<std::uint8_t>& bytes) {
    PngState decoder;
    decoder.bytes = bytes.data();
    decoder.left = bytes.size();
    const Reader reader(decoder);
    if (decoder.info == nullptr) {
        throw std::bad_alloc();
    }
    DecodedPng out;
    cv::Size size;
    int type = 0;
    int passes = 1;
    bool whole = readHeader(decoder, size, type, passes);
    if (whole) {
        out.pixels.create(size, type);
        whole = readRows(decoder, out.pixels, passes);
    }
    if (!whole && decoder.noMemory) {
        throw std::bad_alloc();
    }
    if (!whole) {
        out.pixels.release();
        out.rows = decoder.rows;
        out.problem = decoder.problem.data();
    }
    return out;
}

}  // namespace fovea
