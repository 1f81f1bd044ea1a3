// Callers' text inside our error messages: short, printable and always valid UTF-8.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace yaoshi {

// Longest piece of a caller's text that a message repeats, in bytes.
inline constexpr std::size_t kMaxQuotedBytes = 60;

// The length in bytes of the well-formed UTF-8 character that `text` starts with: 1 to 4, or 0 when `text` is empty or
// starts with an ill-formed, overlong, surrogate or truncated sequence.
std::size_t Utf8Length(std::string_view text);

// `text` in double quotes for an error message. Control characters and bytes that are not UTF-8 become \xHH; what is
// longer than `max_bytes` is cut at a character and ends in "…".
std::string Quote(std::string_view text, std::size_t max_bytes = kMaxQuotedBytes);

}  // namespace yaoshi
