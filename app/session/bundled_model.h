#pragma once

#include <QString>

#include <string>

namespace fovea {

/// The model which comes with the program, as a session names it.
struct BundledModel {
    std::string name;    ///< of its folder: "fovea-v1"; empty when the program was built without
    std::string folder;  ///< on this computer
    std::string sha256;  ///< modelHash() of the folder
};

/// Hashes the model at the first call, which takes long. Call it from any thread but the window's.
const BundledModel& bundledModel();

/// SHA-256 of all which a model's numbers come from: of the lines "<sha256>  <file>", as sha256sum writes them, of every .json,
/// .onnx and .safetensors file in the folder and its folders, sorted by name. The manifest alone would not do: the weights are
/// other files. Empty when a file cannot be read.
std::string modelHash(const QString& folder);

}  // namespace fovea
