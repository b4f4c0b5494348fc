#pragma once

#include <string>

#include "engine/api.h"
#include "engine/tensor/tensor.h"

namespace fovea {

/// The bytes of a NumPy .npy file, version 1.0, little-endian float32, C order.
FOVEA_API std::string npyBytes(const Shape& shape, const float* values);

}  // namespace fovea
