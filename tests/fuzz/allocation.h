#pragma once

#include <cstddef>
#include <string>

namespace fovea::mutate {

/// Watches what this process allocates from now on: with a sanitizer every single call, which ends the program with the stack of
/// the one which asks for too much; without one the peak of the memory in use.
void watchAllocations();
/// A new case, which may allocate this many bytes in one piece and so many together.
void allowAllocations(std::size_t onePiece, std::size_t together);
/// What is wrong with the memory the case took, or nothing.
std::string allocationFault();

}  // namespace fovea::mutate
