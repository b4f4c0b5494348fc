#pragma once

#include <optional>

#include "tests/bench/module_case.h"

/// Floating-point operations of one run: two for each multiplication of a convolution, a layer or a product of matrices, as the
/// equations have them. Activations, norms, pooling and gates are not counted; nothing for a mechanism which has only those, or
/// whose count is not simple.
std::optional<double> operations(const ModuleCase& from);
