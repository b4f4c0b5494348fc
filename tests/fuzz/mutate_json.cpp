#include "tests/fuzz/mutate_json.h"

#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>
#include <vector>

namespace fovea::mutate {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kLengthBytes = 8;

/// A pointer to every value, in order.
void collect(Json& json, std::vector<Json*>& all) {
    all.push_back(&json);
    if (json.is_structured()) {
        for (auto& item : json) {
            collect(item, all);
        }
    }
}

std::string someText(Random& random) {
    const std::string texts[] = {"",
                                 "../../../etc/passwd",
                                 "/etc/passwd",
                                 "/dev/zero",
                                 ".",
                                 "..",
                                 "modules",
                                 "modules/../manifest.json",
                                 "backbone.onnx",
                                 "tail.onnx",
                                 "classes.json",
                                 std::string("modules/se\0.safetensors", 23),
                                 "%1 %2 %n %s",
                                 "\xF0\x9F\x91\x81",
                                 "F64",
                                 "BF16",
                                 "I8",
                                 "BOOL",
                                 "U64",
                                 "F4",
                                 "replace",
                                 "unshuffle",
                                 "tap",
                                 "se",
                                 std::string(70'000, 'a')};
    return random.pick(texts);
}

Json nested(Random& random) {
    Json json = 1;
    for (std::size_t k = 0, depth = random.chance(20) ? 200 : 5; k < depth; ++k) {
        json = random.chance(50) ? Json::array({std::move(json)}) : Json{{"a", std::move(json)}};
    }
    return json;
}

Json someValue(Random& random) {
    constexpr double kReals[] = {1e308, -1e308, 1e-320, 0.1, 0.5, 1e19, -0.0, 3.5, 4294967296.5};
    switch (random.below(10)) {
        case 0:
            return nullptr;
        case 1:
            return random.chance(50);
        case 2:
        case 3:
        case 4:
            return random.extreme();
        case 5:
            return random.pick(kReals);
        case 6:
            return Json(std::vector<std::int64_t>(random.below(8), random.extreme()));
        case 7:
            return nested(random);
        case 8:
            return random.chance(50) ? Json::object() : Json(std::uint64_t{18446744073709551615U});
        default:
            return someText(random);
    }
}

void changeList(Json& list, Random& random) {
    switch (random.below(3)) {
        case 0:
            list.push_back(someValue(random));
            break;
        case 1:
            if (!list.empty()) {
                list.erase(random.below(list.size()));
            }
            break;
        default:
            list.insert(list.end(), std::size_t{1} << random.below(12), list.empty() ? someValue(random) : Json(list.front()));
    }
}

void changeObject(Json& object, Random& random) {
    if (object.empty() || random.chance(20)) {
        object[someText(random)] = someValue(random);
        return;
    }
    const auto key = std::next(object.begin(), static_cast<std::ptrdiff_t>(random.below(object.size()))).key();
    Json value = std::move(object[key]);
    if (random.chance(50)) {
        object.erase(key);
    } else if (random.chance(50)) {
        object.erase(key);
        object[someText(random)] = std::move(value);
    } else {
        object[key + "2"] = value;
        object[key] = std::move(value);
    }
}

void changeOne(Json& json, Random& random) {
    std::vector<Json*> all;
    collect(json, all);
    Json& value = *random.pick(all);
    if (value.is_object() && random.chance(80)) {
        changeObject(value, random);
    } else if (value.is_array() && random.chance(60)) {
        changeList(value, random);
    } else if (random.chance(15)) {
        value = Json(*random.pick(all));  // what stands elsewhere
    } else {
        value = someValue(random);
    }
}

/// Of one tensor: what stands in its entry, so that more than one check is met.
void changeEntry(Json& json, Random& random) {
    constexpr const char* kTypes[] = {"F32", "F64", "F16", "BF16", "I8", "U8", "I16", "U16", "I32", "U32", "I64", "U64", "BOOL"};
    if (!json.is_object() || json.empty()) {
        return;
    }
    Json& entry = random.pick(json);
    if (!entry.is_object()) {
        return;
    }
    if (random.chance(30)) {
        entry["dtype"] = random.pick(kTypes);
    }
    for (const char* key : {"shape", "data_offsets"}) {
        if (!random.chance(40) || !entry.contains(key) || !entry[key].is_array() || entry[key].empty()) {
            continue;
        }
        Json& number = random.pick(entry[key]);
        if (random.chance(50) || !number.is_number_integer()) {
            number = random.extreme();
        } else {
            number = static_cast<std::int64_t>(number.get<std::uint64_t>() + random.below(9) - 4U);
        }
    }
}

std::string dump(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

}  // namespace

std::string mutateJson(std::string& text, Random& random) {
    Json json = Json::parse(text, nullptr, false);
    if (json.is_discarded()) {
        return "nothing";
    }
    const std::size_t count = random.chance(60) ? 1 : 2 + random.below(3);
    for (std::size_t k = 0; k < count; ++k) {
        changeOne(json, random);
    }
    text = dump(json);
    if (random.chance(3)) {  // deeper than any stack, in place of some number
        const std::size_t at = text.find_first_of("0123456789", random.below(text.size()));
        constexpr std::size_t kDepth = 100'000;
        text.replace(std::min(at, text.size()), 1, std::string(kDepth, '[') + std::string(kDepth, ']'));
    }
    return "values of the JSON text changed";
}

std::string mutateHeader(std::string& bytes, Random& random) {
    std::uint64_t length = 0;
    if (bytes.size() < kLengthBytes) {
        return "nothing";
    }
    std::memcpy(&length, bytes.data(), kLengthBytes);
    length = std::min<std::uint64_t>(length, bytes.size() - kLengthBytes);
    Json json = Json::parse(bytes.substr(kLengthBytes, length), nullptr, false);
    if (json.is_discarded()) {
        return "nothing";
    }
    for (std::size_t k = 0, count = 1 + random.below(3); k < count; ++k) {
        if (random.chance(70)) {
            changeEntry(json, random);
        } else {
            changeOne(json, random);
        }
    }
    const std::string header = dump(json);
    const std::uint64_t now = header.size();
    std::string front(kLengthBytes, '\0');
    std::memcpy(front.data(), &now, kLengthBytes);
    bytes = front + header + bytes.substr(kLengthBytes + length);
    return "entries of the header changed";
}

}  // namespace fovea::mutate
