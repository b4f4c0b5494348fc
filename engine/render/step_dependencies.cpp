#include <algorithm>
#include <string_view>
#include <utility>

#include "engine/render/steps.h"

namespace fovea {
namespace {

/// "a_h" is {a, h}; "c'" is {c', }; "p[c,t]" is {p, }.
struct Symbol {
    std::string base;
    std::string index;
    bool operator==(const Symbol&) const = default;
};

/// Goes through an equation character by character, of one byte or, beyond ASCII, of several.
class SymbolReader final {
public:
    explicit SymbolReader(std::string_view text) : m_text(text) {}

    std::vector<Symbol> all() {
        std::vector<Symbol> out;
        while (m_at < m_text.size()) {
            if (m_text[m_at] == '_') {  // the index of a bracket, as in (…)_row
                index();
            } else if (isLetter() || isDigit()) {
                const bool number = isDigit();
                Symbol symbol = one();
                if (!number) {
                    out.push_back(std::move(symbol));
                }
            } else {
                skip();
            }
        }
        return out;
    }

private:
    [[nodiscard]] bool isDigit() const { return m_at < m_text.size() && m_text[m_at] >= '0' && m_text[m_at] <= '9'; }
    /// Latin and Greek; superscripts such as ᵀ and signs such as · are none.
    [[nodiscard]] bool isLetter() const {
        if (m_at >= m_text.size()) {
            return false;
        }
        const auto byte = static_cast<unsigned char>(m_text[m_at]);
        return (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z') || byte == 0xCE || byte == 0xCF;
    }
    void skip() {
        ++m_at;
        while (m_at < m_text.size() && (static_cast<unsigned char>(m_text[m_at]) & 0xC0U) == 0x80U) {
            ++m_at;
        }
    }
    std::string word() {
        const std::size_t first = m_at;
        while (isLetter() || isDigit()) {
            skip();
        }
        return std::string(m_text.substr(first, m_at - first));
    }
    /// What stands between the bracket here and the one which closes it.
    std::string bracket(char open, char close) {
        const std::size_t first = m_at + 1;
        int depth = 0;
        do {
            depth += m_text[m_at] == open ? 1 : m_text[m_at] == close ? -1 : 0;
            skip();
        } while (depth > 0 && m_at < m_text.size());
        return std::string(m_text.substr(first, m_at - first - (depth == 0 ? 1 : 0)));
    }
    [[nodiscard]] bool at(char c) const { return m_at < m_text.size() && m_text[m_at] == c; }

    std::string index() {
        skip();  // the underscore
        return at('{') ? bracket('{', '}') : at('(') ? bracket('(', ')') : word();
    }

    Symbol one() {
        Symbol symbol;
        symbol.base = word();
        while (at('\'')) {
            symbol.base += '\'';
            skip();
        }
        if (at('_')) {
            symbol.index = index();
        }
        if (at('[')) {
            bracket('[', ']');
        }
        return symbol;
    }

    std::string_view m_text;
    std::size_t m_at = 0;
};

struct Equation {
    std::vector<Symbol> left;
    std::vector<Symbol> right;
};

Equation parsed(const std::string& text) {
    const std::size_t sign = text.find('=');
    if (sign == std::string::npos) {
        return {{}, SymbolReader(text).all()};
    }
    return {SymbolReader(std::string_view(text).substr(0, sign)).all(),
            SymbolReader(std::string_view(text).substr(sign + 1)).all()};
}

/// Reads step after step, and remembers who has read whom by name.
class Dependencies final {
public:
    explicit Dependencies(const std::vector<std::string>& texts) {
        m_steps.push_back({{{"x", {}}}, {}});
        for (const auto& text : texts) {
            m_steps.push_back(parsed(text));
        }
        m_needs.resize(m_steps.size());
        m_read.assign(m_steps.size(), false);
    }

    std::vector<std::vector<int>> all() {
        const int count = static_cast<int>(m_steps.size());
        for (int k = 1; k < count; ++k) {
            auto& needs = m_needs[static_cast<std::size_t>(k)];
            for (const Symbol& symbol : m_steps[static_cast<std::size_t>(k)].right) {
                const auto found = sources(symbol, k);
                needs.insert(needs.end(), found.begin(), found.end());
            }
            std::sort(needs.begin(), needs.end());
            needs.erase(std::unique(needs.begin(), needs.end()), needs.end());
            for (const int n : needs) {
                m_read[static_cast<std::size_t>(n)] = true;
            }
        }
        // Who names none: only now is it known who is read by name.
        for (int k = 1; k < count; ++k) {
            auto& needs = m_needs[static_cast<std::size_t>(k)];
            if (needs.empty()) {
                const auto before = static_cast<std::size_t>(k - 1);
                needs = before > 0 && m_read[before] ? m_needs[before] : std::vector<int>{k - 1};
            }
        }
        return std::move(m_needs);
    }

private:
    [[nodiscard]] bool names(int step, const Symbol& symbol, bool exactly) const {
        const auto& left = m_steps[static_cast<std::size_t>(step)].left;
        return std::any_of(left.begin(), left.end(),
                           [&](const Symbol& own) { return exactly ? own == symbol : own.base == symbol.base; });
    }

    /// The steps before `k` which a symbol of its right side means.
    [[nodiscard]] std::vector<int> sources(const Symbol& symbol, int k) const {
        for (const bool exactly : {true, false}) {
            std::vector<int> out;
            for (int step = k - 1; step >= 0; --step) {
                if (!names(step, symbol, exactly)) {
                    continue;
                }
                // A step which nobody has read yet is not lost when another takes its symbol: both are meant.
                if (!out.empty() && (step == 0 || m_read[static_cast<std::size_t>(step)])) {
                    break;
                }
                out.push_back(step);
            }
            if (!out.empty()) {
                return out;
            }
        }
        return {};
    }

    std::vector<Equation> m_steps;
    std::vector<std::vector<int>> m_needs;
    std::vector<bool> m_read;
};

}  // namespace

std::vector<std::vector<int>> stepDependencies(const std::vector<std::string>& equations) {
    return Dependencies(equations).all();
}

}  // namespace fovea
