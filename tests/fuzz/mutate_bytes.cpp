#include "tests/fuzz/mutate_bytes.h"

#include <algorithm>

namespace fovea::mutate {
namespace {

constexpr std::size_t kLongestBlock = 512;

struct Block {
    std::size_t at = 0;
    std::size_t length = 0;
};

Block someBlock(const std::string& bytes, Random& random) {
    const std::size_t at = random.below(bytes.size());
    return {at, std::min(bytes.size() - at, 1 + random.below(kLongestBlock))};
}

std::string flipBits(std::string& bytes, const std::string& /*other*/, Random& random) {
    for (std::size_t k = 0, count = 1 + random.below(3); k < count && !bytes.empty(); ++k) {
        char& byte = bytes[random.below(bytes.size())];
        byte = static_cast<char>(byte ^ (1 << random.below(8)));
    }
    return "bits flipped";
}

std::string run(std::string& bytes, const std::string& /*other*/, Random& random) {
    constexpr unsigned char kFillings[] = {0x00, 0xFF, 0x7F, 0x80, 0x20, 0x41};
    const Block block = someBlock(bytes, random);
    std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(block.at), std::min<std::size_t>(block.length, 32),
                static_cast<char>(random.pick(kFillings)));
    return "a run of one byte";
}

std::string truncate(std::string& bytes, const std::string& /*other*/, Random& random) {
    bytes.resize(random.below(bytes.size() + 1));
    return "cut off";
}

std::string repeat(std::string& bytes, const std::string& /*other*/, Random& random) {
    const Block block = someBlock(bytes, random);
    bytes.insert(random.below(bytes.size() + 1), std::string(bytes, block.at, block.length));
    return "a block twice";
}

std::string remove(std::string& bytes, const std::string& /*other*/, Random& random) {
    const Block block = someBlock(bytes, random);
    bytes.erase(block.at, block.length);
    return "a block removed";
}

std::string splice(std::string& bytes, const std::string& other, Random& random) {
    bytes =
        bytes.substr(0, random.below(bytes.size() + 1)) + other.substr(std::min(other.size(), random.below(other.size() + 1)));
    return "two files spliced";
}

/// Lengths of protobuf are numbers of seven bits a byte; those of safetensors eight bytes.
std::string length(std::string& bytes, const std::string& /*other*/, Random& random) {
    auto value = static_cast<std::uint64_t>(random.extreme());
    std::string text;
    if (random.chance(70)) {
        for (; value >= 0x80; value >>= 7) {
            text += static_cast<char>(value | 0x80);
        }
        text += static_cast<char>(value);
    } else {
        for (unsigned k = 0; k < 8; ++k) {
            text += static_cast<char>(value >> (8 * k));
        }
    }
    const std::size_t at = random.chance(30) ? 0 : random.below(bytes.size() + 1);
    bytes.replace(at, random.chance(50) ? text.size() : 1, text);
    return "a length replaced";
}

}  // namespace

std::string mutateBytes(std::string& bytes, const std::string& other, Random& random) {
    constexpr decltype(&flipBits) kWays[] = {flipBits, flipBits, flipBits, run, truncate, repeat, remove, splice, length, length};
    std::string done;
    const std::size_t count = random.chance(75) ? 1 : 2 + random.below(4);
    for (std::size_t k = 0; k < count; ++k) {
        done += (k == 0 ? "" : ", ") + random.pick(kWays)(bytes, other, random);
    }
    return done;
}

}  // namespace fovea::mutate
