// Case folding for searches, the same in memory as LOWER() in the database.
#pragma once

#include <string>
#include <string_view>

namespace yaoshi::filter {

// Small letters for the capital ones of the alphabets that Chinese texts use: Latin with the pinyin accents, Greek,
// Cyrillic, and the Roman numerals (Ⅱ), circled (Ⓐ) and full-width (Ａ) letters. Every letter keeps its length in
// bytes. LOWER() knows rarer letters too (Armenian, polytonic Greek, the Turkish İ, the signs K, Å and Ω): those fold
// in SQL alone.
std::string Fold(std::string_view text);

// Whether Fold(text) contains, begins with, ends with or equals `folded`, which is folded already. Does not allocate.
bool FoldedContains(std::string_view text, std::string_view folded);
bool FoldedStartsWith(std::string_view text, std::string_view folded);
bool FoldedEndsWith(std::string_view text, std::string_view folded);
bool FoldedEquals(std::string_view text, std::string_view folded);

}  // namespace yaoshi::filter
