#include "engine/evaluation/boxes.h"
#include "engine/io/read_file.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

namespace fovea {
namespace {

namespace fs = std::filesystem;

constexpr const char* kHeader = "file,class,x0,y0,x1,y1";
constexpr std::size_t kFields = 6;
constexpr std::int64_t kMaxBytes = std::int64_t{256} << 20;

/// The fields of one line; nothing when a quote is out of place.
std::optional<std::vector<std::string>> fieldsOf(const std::string& line) {
    std::vector<std::string> fields(1);
    bool quoted = false;
    for (std::size_t i = 0; i < line.size(); ++i) {
        const char c = line[i];
        const bool opens = !quoted && c == '"' && fields.back().empty();
        if (c == '"' && quoted && i + 1 < line.size() && line[i + 1] == '"') {
            fields.back() += line[++i];
        } else if (opens || (c == '"' && quoted && (i + 1 == line.size() || line[i + 1] == ','))) {
            quoted = opens;
        } else if (c == '"') {
            return std::nullopt;
        } else if (c == ',' && !quoted) {
            fields.emplace_back();
        } else {
            fields.back() += c;
        }
    }
    return quoted ? std::nullopt : std::optional(fields);
}

std::optional<int> wholeNumber(const std::string& text) {
    int value = 0;
    const auto end = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool whole = end.ec == std::errc() && end.ptr == text.data() + text.size();
    return whole ? std::optional(value) : std::nullopt;
}

bool staysInside(const std::string& file) {
    const fs::path path(file);
    return !file.empty() && path.is_relative() && std::find(path.begin(), path.end(), "..") == path.end();
}

/// Reads line by line and knows where it is.
class Reader final {
public:
    Reader(const std::string& name, const std::vector<ClassLabel>& classes) : m_name(name) {
        for (int k = 0; k < static_cast<int>(classes.size()); ++k) {
            const ClassLabel& label = classes[static_cast<std::size_t>(k)];
            m_classes[label.name].push_back(k);
            if (!label.group.empty()) {
                m_classes[label.group + "/" + label.name].push_back(k);
            }
        }
    }

    Result<void> read(const std::string& line) {
        ++m_line;
        if (m_line == 1) {
            return line == kHeader ? Result<void>()
                                   : problem(FOVEA_TEXT("engine", "“%1” line %2: the first line should be “%3”."), {kHeader});
        }
        if (line.empty()) {
            return {};
        }
        const auto fields = fieldsOf(line);
        if (!fields || fields->size() != kFields) {
            return problem(FOVEA_TEXT("engine", "“%1” line %2: there should be six values, as in “%3”."), {kHeader});
        }
        return readPicture(*fields);
    }

    [[nodiscard]] std::vector<BoxedPicture> pictures() && { return std::move(m_pictures); }

private:
    Error problem(std::string text, std::vector<std::string> more) const {
        more.insert(more.begin(), {m_name, std::to_string(m_line)});
        return makeError(ErrorCode::BadFormat, std::move(text), std::move(more));
    }

    Result<void> readPicture(const std::vector<std::string>& fields) {
        BoxedPicture picture{.file = fields[0], .line = m_line};
        if (!staysInside(picture.file)) {
            return problem(FOVEA_TEXT("engine", "“%1” line %2: “%3” is no name of a picture inside the folder."), {fields[0]});
        }
        if (!m_files.insert(picture.file).second) {
            return problem(FOVEA_TEXT("engine", "“%1” line %2: “%3” stands here for the second time; keep one line per picture."),
                           {fields[0]});
        }
        const auto known = m_classes.find(fields[1]);
        if (known == m_classes.end()) {
            return problem(
                FOVEA_TEXT("engine", "“%1” line %2: there is no class “%3”; write a name of the bundle’s classes.json."),
                {fields[1]});
        }
        if (known->second.size() > 1) {
            return problem(FOVEA_TEXT("engine", "“%1” line %2: several classes are named “%3”; write group/name."), {fields[1]});
        }
        picture.label = known->second.front();
        int* const sides[] = {&picture.box.x0, &picture.box.y0, &picture.box.x1, &picture.box.y1};
        for (std::size_t k = 0; k < 4; ++k) {
            const auto value = wholeNumber(fields[k + 2]);
            if (!value || *value < 0) {
                return problem(FOVEA_TEXT("engine", "“%1” line %2: “%3” is no whole number from 0."), {fields[k + 2]});
            }
            *sides[k] = *value;
        }
        if (picture.box.x0 >= picture.box.x1 || picture.box.y0 >= picture.box.y1) {
            return problem(FOVEA_TEXT("engine", "“%1” line %2: the box has no area; x0 < x1 and y0 < y1 are needed."), {});
        }
        m_pictures.push_back(std::move(picture));
        return {};
    }

    const std::string& m_name;
    std::map<std::string, std::vector<int>> m_classes;
    std::set<std::string> m_files;
    std::vector<BoxedPicture> m_pictures;
    int m_line = 0;
};

}  // namespace

Result<std::vector<BoxedPicture>> parseBoxes(const std::string& text, const std::string& name,
                                             const std::vector<ClassLabel>& classes) {
    Reader reader(name, classes);
    constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";  // as spreadsheets write it
    std::size_t begin = text.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;
    do {
        const std::size_t end = std::min(text.find('\n', begin), text.size());
        std::string line = text.substr(begin, end - begin);
        if (!line.empty() && line.back() == '\r') {
            line.pop_back();
        }
        if (auto good = reader.read(line); !good) {
            return good.error();
        }
        begin = end + 1;
    } while (begin < text.size());
    auto pictures = std::move(reader).pictures();
    if (pictures.empty()) {
        return makeError(ErrorCode::BadFormat, FOVEA_TEXT("engine", "“%1” names no picture; add a line for each."), {name});
    }
    return pictures;
}

Result<std::vector<BoxedPicture>> readBoxes(const std::string& folder, const std::vector<ClassLabel>& classes) {
    const std::string path = (fs::path(folder) / kBoxesFile).string();
    const auto bytes = readFile(path, kMaxBytes);
    if (!bytes) {
        return bytes.error();
    }
    return parseBoxes(std::string(bytes->begin(), bytes->end()), path, classes);
}

}  // namespace fovea
