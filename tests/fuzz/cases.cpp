#include "tests/fuzz/cases.h"

#include <algorithm>
#include <filesystem>

#include "tests/fuzz/allocation.h"
#include "tests/fuzz/mutate_bytes.h"
#include "tests/fuzz/mutate_json.h"
#include "tests/fuzz/mutate_onnx.h"
#include "tests/fuzz/seed_networks.h"

namespace fovea::mutate {
namespace {

namespace fs = std::filesystem;

// In one piece a little more than the budget; together what is read, what is run, and what the protobuf messages hold in between.
constexpr std::size_t kOnePiece = std::size_t{320} << 20;
constexpr std::size_t kTogether = 2 * kBudget + (std::size_t{64} << 20);
/// A bundle's networks have the budget of the program.
constexpr std::size_t kBundleTogether = std::size_t{2560} << 20;

Kind someKind(Random& random) {
    constexpr Kind kKindsByShare[] = {Kind::NetworkMessages, Kind::NetworkMessages, Kind::NetworkMessages, Kind::NetworkMessages,
                                      Kind::NetworkMessages, Kind::NetworkBytes,    Kind::NetworkBytes,    Kind::NetworkBytes,
                                      Kind::Weights,         Kind::WeightsHeader,   Kind::WeightsHeader,   Kind::Manifest,
                                      Kind::Manifest,        Kind::BundlePart};
    return random.pick(kKindsByShare);
}

void mutateNetwork(Case& made, const Seeds& seeds, Random& random, bool messages) {
    const bool large = random.chance(1);
    const Seed& seed = random.pick(large ? seeds.largeNetworks : seeds.networks);
    const Seed& other = random.pick(seeds.networks);
    made.bytes = seed.bytes;
    made.what = seed.name + ": " +
                (messages ? mutateOnnx(made.bytes, other.bytes, random) : mutateBytes(made.bytes, other.bytes, random));
    made.file = "network.onnx";
}

void mutateBundle(Case& made, const Seeds& seeds, Random& random) {
    if (made.kind == Kind::Manifest) {
        made.file = random.chance(80) ? "manifest.json" : "classes.json";
        made.bytes = made.file == "manifest.json" && random.chance(70) ? seeds.shortManifest : seeds.bundle.at(made.file);
        made.what = random.chance(80) ? mutateJson(made.bytes, random) : mutateBytes(made.bytes, seeds.shortManifest, random);
        return;
    }
    const auto& [name, bytes] = random.pick(seeds.bundle);
    made.file = name;
    made.bytes = bytes;
    const bool network = fs::path(name).extension() == ".onnx";
    const bool weights = fs::path(name).extension() == ".safetensors";
    if (network && random.chance(70)) {
        made.what = mutateOnnx(made.bytes, random.pick(seeds.networks).bytes, random);
    } else if (weights && random.chance(70)) {
        made.what = mutateHeader(made.bytes, random);
    } else {
        made.what = mutateBytes(made.bytes, random.pick(seeds.weights).bytes, random);
    }
}

}  // namespace

const char* kindName(Kind kind) noexcept {
    constexpr const char* kNames[kKinds] = {"ONNX messages",      "ONNX bytes",  "safetensors bytes",
                                            "safetensors header", "bundle JSON", "bundle part"};
    return kNames[static_cast<int>(kind)];
}

Case makeCase(const Seeds& seeds, std::uint64_t seed, std::uint64_t number) {
    Random random(seed, number);
    Case made{.kind = someKind(random)};
    switch (made.kind) {
        case Kind::NetworkMessages:
        case Kind::NetworkBytes:
            mutateNetwork(made, seeds, random, made.kind == Kind::NetworkMessages);
            break;
        case Kind::Weights:
        case Kind::WeightsHeader: {
            const Seed& chosen = random.pick(seeds.weights);
            made.bytes = chosen.bytes;
            made.file = "weights.safetensors";
            made.what = chosen.name + ": " +
                        (made.kind == Kind::WeightsHeader ? mutateHeader(made.bytes, random)
                                                          : mutateBytes(made.bytes, random.pick(seeds.weights).bytes, random));
            break;
        }
        case Kind::Manifest:
        case Kind::BundlePart:
            mutateBundle(made, seeds, random);
            break;
    }
    return made;
}

Workplace::Workplace(std::string folder, const Seeds& seeds) : m_folder(std::move(folder)), m_bundle(m_folder + "/bundle") {
    fs::create_directories(m_bundle + "/modules");
    for (const auto& [name, bytes] : seeds.bundle) {
        writeTo(m_bundle + "/" + name, bytes);
    }
}

std::string Workplace::pathOf(const Case& made, std::uint64_t number) const {
    std::string name = made.file;
    std::replace(name.begin(), name.end(), '/', '-');
    return m_folder + "/" + std::to_string(number) + "-" + name;
}

Verdict Workplace::useInBundle(const Case& made, const Seeds& seeds) {
    writeTo(m_bundle + "/" + made.file, made.bytes);
    const bool network = fs::path(made.file).extension() == ".onnx";
    if (network || made.file == "classes.json") {
        writeTo(m_bundle + "/manifest.json", seeds.shortManifest);
    }
    Verdict verdict = tryBundle(m_bundle);
    writeTo(m_bundle + "/" + made.file, seeds.bundle.at(made.file));
    writeTo(m_bundle + "/manifest.json", seeds.bundle.at("manifest.json"));
    return verdict;
}

Verdict Workplace::use(const Case& made, const Seeds& seeds, std::uint64_t seed, std::uint64_t number) {
    Random random(seed + 1, number);
    const std::string path = pathOf(made, number);
    writeTo(path, made.bytes);
    const bool network = made.kind == Kind::NetworkMessages || made.kind == Kind::NetworkBytes;
    const bool weights = made.kind == Kind::Weights || made.kind == Kind::WeightsHeader;
    allowAllocations(network || weights ? kOnePiece : kBundleTogether, network || weights ? kTogether : kBundleTogether);
    Verdict verdict = network ? tryNetwork(path, random) : weights ? tryWeights(path) : useInBundle(made, seeds);
    verdict.fault += allocationFault();
    if (verdict.fault.empty()) {
        fs::remove(path);
    }
    return verdict;
}

std::string seedFault(const std::string& folder) {
    Random random(0, 0);
    for (const auto& seed : seedNetworks()) {
        writeTo(folder + "/seed.onnx", seed.bytes);
        const Verdict verdict = tryNetwork(folder + "/seed.onnx", random);
        if (verdict.outcome != Outcome::Run || !verdict.fault.empty()) {
            return seed.name + ": " + verdict.fault + verdict.message;
        }
    }
    const Verdict opened = tryBundle(folder + "/bundle");
    return opened.outcome == Outcome::Run ? opened.fault : "the bundle: " + opened.message;
}

}  // namespace fovea::mutate
