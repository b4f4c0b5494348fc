#pragma once

#include <QFile>
#include <QTemporaryDir>
#include <QTest>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>

#include "engine/tensor/safetensors.h"

namespace fovea::test {

/// The bundle which comes with the program.
inline const char* const kShippedBundle = FOVEA_SOURCE_DIR "/resources/models/fovea-v1";

inline std::string fileContents(const std::filesystem::path& path) {
    QFile file(QString::fromStdString(path.string()));
    return file.open(QIODevice::ReadOnly) ? file.readAll().toStdString() : std::string();
}

inline void writeFile(const std::filesystem::path& path, const std::string& bytes) {
    QFile file(QString::fromStdString(path.string()));
    QVERIFY(file.open(QIODevice::WriteOnly));
    QCOMPARE(file.write(bytes.data(), static_cast<qint64>(bytes.size())), static_cast<qint64>(bytes.size()));
}

/// A small bundle of our own: a copy of the shipped one with two modules and stand-ins for the networks.
class BundleCopy {
public:
    BundleCopy() : m_folder(std::filesystem::path(m_place.path().toStdString()) / "mine") {
        std::filesystem::create_directories(m_folder / "modules");
        for (const char* name : {"classes.json", "modules/gc.safetensors", "modules/se.safetensors"}) {
            std::filesystem::copy_file(std::filesystem::path(kShippedBundle) / name, m_folder / name);
        }
        writeFile(m_folder / "backbone.onnx", "a network");
        writeFile(m_folder / "tail.onnx", "a network");
        const nlohmann::json all = nlohmann::json::parse(fileContents(std::filesystem::path(kShippedBundle) / "manifest.json"));
        m_manifest = all;
        m_manifest["modules"] = {{"gc", all["modules"]["gc"]}, {"se", all["modules"]["se"]}};
        save();
    }

    nlohmann::json& manifest() { return m_manifest; }
    void save() { writeFile(m_folder / "manifest.json", m_manifest.dump()); }
    [[nodiscard]] const std::filesystem::path& folder() const { return m_folder; }
    [[nodiscard]] std::filesystem::path outside() const { return m_folder.parent_path(); }

    /// Reads a module's file, lets `change` loose on it and writes it again.
    void changeWeights(const std::string& id, const std::function<void(SafetensorsFile&)>& change) {
        const std::filesystem::path path = m_folder / "modules" / (id + ".safetensors");
        auto file = readSafetensors(path.string());
        QVERIFY(file.ok());
        change(*file);
        writeFile(path, safetensorsBytes(*file));
    }

private:
    QTemporaryDir m_place;
    std::filesystem::path m_folder;
    nlohmann::json m_manifest;
};

}  // namespace fovea::test
