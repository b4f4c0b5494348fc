#include "engine/tensor/npy.h"

#include <bit>

namespace fovea {

std::string npyBytes(const Shape& shape, const float* values) {
    static_assert(std::endian::native == std::endian::little, "the values are copied as they lie in memory");
    std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (";
    for (std::size_t axis = 0; axis < shape.size(); ++axis) {
        // A tuple of one is written "(5,)", a longer one "(5, 6)".
        if (axis > 0) {
            header += ' ';
        }
        header += std::to_string(shape[axis]);
        if (axis + 1 < shape.size() || axis == 0) {
            header += ',';
        }
    }
    header += "), }";
    constexpr std::size_t kPrefix = 10;  // magic, version, length of the header
    constexpr std::size_t kAlignment = 64;
    const std::size_t used = kPrefix + header.size() + 1;
    header.append((kAlignment - used % kAlignment) % kAlignment, ' ');
    header += '\n';

    std::string bytes("\x93NUMPY\x01\x00", 8);
    bytes += static_cast<char>(header.size() & 0xFF);
    bytes += static_cast<char>(header.size() >> 8);
    bytes += header;
    if (const std::size_t count = Tensor::count(shape); count > 0) {
        bytes.append(reinterpret_cast<const char*>(values), count * sizeof(float));
    }
    return bytes;
}

}  // namespace fovea
