#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

namespace fovea {

/// Numbers out of foreign bytes. A read beyond the end gives 0 and leaves a mark, so that a run of reads is checked once, after
/// it.
class ByteView final {
public:
    ByteView(const std::uint8_t* data, std::size_t size) noexcept : m_data(data), m_size(size) {}
    explicit ByteView(const std::vector<std::uint8_t>& bytes) noexcept : ByteView(bytes.data(), bytes.size()) {}

    void setBigEndian(bool big) noexcept { m_big = big; }
    [[nodiscard]] bool ok() const noexcept { return m_ok; }
    [[nodiscard]] std::size_t size() const noexcept { return m_size; }
    [[nodiscard]] const std::uint8_t* data() const noexcept { return m_data; }

    [[nodiscard]] bool has(std::uint64_t offset, std::uint64_t count) const noexcept {
        return offset <= m_size && count <= m_size - offset;
    }
    [[nodiscard]] std::uint32_t u8(std::uint64_t offset) noexcept { return number(offset, 1); }
    [[nodiscard]] std::uint32_t u16(std::uint64_t offset) noexcept { return number(offset, 2); }
    [[nodiscard]] std::uint32_t u24(std::uint64_t offset) noexcept { return number(offset, 3); }
    [[nodiscard]] std::uint32_t u32(std::uint64_t offset) noexcept { return number(offset, 4); }
    /// True when the bytes at `offset` are these; never leaves a mark.
    [[nodiscard]] bool matches(std::uint64_t offset, std::string_view text) const noexcept {
        return has(offset, text.size()) && std::memcmp(m_data + offset, text.data(), text.size()) == 0;
    }
    /// `count` bytes from `offset`, or as many as there are.
    [[nodiscard]] ByteView part(std::uint64_t offset, std::uint64_t count) const noexcept {
        if (!has(offset, 0)) {
            return {m_data, 0};
        }
        const std::uint64_t left = m_size - offset;
        return {m_data + offset, static_cast<std::size_t>(count < left ? count : left)};
    }

private:
    std::uint32_t number(std::uint64_t offset, std::size_t count) noexcept {
        if (!has(offset, count)) {
            m_ok = false;
            return 0;
        }
        std::uint32_t value = 0;
        for (std::size_t k = 0; k < count; ++k) {
            const std::size_t at = m_big ? k : count - 1 - k;
            value = value << 8 | m_data[offset + at];
        }
        return value;
    }

    const std::uint8_t* m_data;
    std::size_t m_size;
    bool m_big = false;
    bool m_ok = true;
};

}  // namespace fovea
