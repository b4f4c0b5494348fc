#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/attention/module.h"
#include "engine/models/bundle.h"

namespace fovea {

/// A mechanism as the manifest describes it, its weights not yet read.
struct ManifestModule {
    const ModuleInfo* info = nullptr;
    std::string file;  ///< as written: nothing about it has been checked
    BundleModule module;
};

/// What manifest.json says. Names of files are as written.
struct Manifest {
    Bundle bundle;  ///< without paths, classes and modules
    std::string backboneFile;
    std::string tailFile;
    std::string classesFile;
    std::vector<ManifestModule> modules;
};

/// Reads a manifest; `file` is its name in messages, `folderName` stands in for a missing name.
Result<Manifest> parseManifest(const std::vector<std::uint8_t>& bytes, const std::string& file, const std::string& folderName);

/// Reads a list of labels.
Result<std::vector<ClassLabel>> parseClasses(const std::vector<std::uint8_t>& bytes, const std::string& file);

}  // namespace fovea
