// What people type and what titles say, made comparable: one spelling for wide and narrow, large and small letters; and
// the pinyin initials of Chinese text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace yaoshi::gateway {

// NFKC with case folding: "Ａ１" and "a1" are the same. Malformed UTF-8 becomes U+FFFD.
std::u32string Normalized(std::string_view text);

// Of normalised text: a letter for each Chinese character (its most common reading), letters and digits as they are,
// nothing for the rest: "引洮二期 a1" gives "yteqa1".
std::u32string InitialsOf(std::u32string_view normalized);

// The words of normalised text, which spaces divide.
std::vector<std::u32string> WordsOf(std::u32string_view normalized);

}  // namespace yaoshi::gateway
