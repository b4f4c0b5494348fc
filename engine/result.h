#pragma once

#include <cassert>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace fovea {

/// What kind of failure an Error is; the command line maps every one of them to exit status 1.
enum class ErrorCode {
    NotFound,      ///< a file or a name does not exist
    Unreadable,    ///< a file exists but cannot be opened or read
    Unwritable,    ///< a file cannot be written (permission, full disk)
    BadFormat,     ///< the bytes are not what they claim to be
    TooLarge,      ///< a declared size is over a bound
    BadParameter,  ///< a parameter is unknown or out of its range
    BadShape,      ///< shapes do not fit together
    BadValue,      ///< NaN or infinity where a number is needed
    Unsupported,   ///< valid, but nothing here handles it
    Busy,          ///< a device which another program uses
    Denied,        ///< no permission
    Disconnected,  ///< a device or a stream went away while it was read
    Ended,         ///< the source has no further frame
    Cancelled,     ///< a stop was requested; never shown to a person
};

/// A template with its arguments in the places of %1, %2 …; one pass, so that an argument may itself hold "%1".
inline std::string filledIn(const std::string& text, const std::vector<std::string>& args) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool placeholder = text[i] == '%' && i + 1 < text.size() && text[i + 1] >= '1' && text[i + 1] <= '9';
        const std::size_t index = placeholder ? static_cast<std::size_t>(text[i + 1] - '1') : 0;
        if (placeholder && index < args.size()) {
            out += args[index];
            ++i;
        } else {
            out += text[i];
        }
    }
    return out;
}

/// "a, b, c", as one argument of a sentence.
inline std::string commaList(const std::vector<std::string>& words) {
    std::string out;
    for (const auto& word : words) {
        out += (out.empty() ? "" : ", ") + word;
    }
    return out;
}

/// One failure as one sentence which says what to do. `text` is a translatable template with %1, %2 … for `args`.
struct Error {
    ErrorCode code = ErrorCode::BadFormat;
    std::string text;
    std::vector<std::string> args;

    /// The English sentence with its arguments in place.
    [[nodiscard]] std::string message() const { return filledIn(text, args); }
};

/// Builds an Error from a FOVEA_TEXT template and its arguments.
inline Error makeError(ErrorCode code, std::string text, std::vector<std::string> args = {}) {
    return Error{code, std::move(text), std::move(args)};
}

/// A value or the Error that stands in its place.
template <class T>
class [[nodiscard]] Result {
public:
    Result(T value) : m_state(std::in_place_index<0>, std::move(value)) {}      // NOLINT(google-explicit-constructor)
    Result(Error error) : m_state(std::in_place_index<1>, std::move(error)) {}  // NOLINT(google-explicit-constructor)

    [[nodiscard]] bool ok() const noexcept { return m_state.index() == 0; }
    explicit operator bool() const noexcept { return ok(); }

    T& value() & {
        assert(ok());
        return *std::get_if<0>(&m_state);
    }
    const T& value() const& {
        assert(ok());
        return *std::get_if<0>(&m_state);
    }
    T&& value() && {
        assert(ok());
        return std::move(*std::get_if<0>(&m_state));
    }
    T* operator->() { return &value(); }
    const T* operator->() const { return &value(); }
    T& operator*() & { return value(); }
    const T& operator*() const& { return value(); }
    T&& operator*() && { return std::move(*this).value(); }

    [[nodiscard]] const Error& error() const {
        assert(!ok());
        return *std::get_if<1>(&m_state);
    }

private:
    std::variant<T, Error> m_state;
};

/// Success without a value, or an Error.
template <>
class [[nodiscard]] Result<void> {
public:
    Result() = default;
    Result(Error error) : m_error(std::move(error)) {}  // NOLINT(google-explicit-constructor)

    [[nodiscard]] bool ok() const noexcept { return !m_error.has_value(); }
    explicit operator bool() const noexcept { return ok(); }
    [[nodiscard]] const Error& error() const {
        assert(!ok());
        return *m_error;
    }

private:
    std::optional<Error> m_error;
};

}  // namespace fovea
