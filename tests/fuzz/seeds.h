#pragma once

#include <map>
#include <string>
#include <vector>

namespace fovea::mutate {

/// A good file which mutations start from.
struct Seed {
    std::string name;
    std::string bytes;
};

struct Seeds {
    std::vector<Seed> networks;                 ///< small ones; each is read and has only operators Fovea has
    std::vector<Seed> largeNetworks;            ///< those of the bundle which comes with the program
    std::vector<Seed> weights;                  ///< safetensors files
    std::map<std::string, std::string> bundle;  ///< a bundle by file: its own manifest, classes and weights, small networks
    std::string shortManifest;                  ///< of two modules
};

/// Everything from the source tree and, where it is installed, ONNX's own suite. `folder` is for files in between.
Seeds collectSeeds(const std::string& folder);

std::string contentsOf(const std::string& path);
void writeTo(const std::string& path, const std::string& bytes);

}  // namespace fovea::mutate
