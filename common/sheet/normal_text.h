// Text as people type it, brought into one form.
#pragma once

#include <string>
#include <string_view>

namespace yaoshi::sheet {

// Full-width digits and Latin letters (０…９, Ａ…Ｚ, ａ…ｚ) to ASCII; other characters stay, Chinese punctuation too.
std::string FoldAlphanumerics(std::string_view text);
// All of U+FF01…FF5E to ASCII, white space of every kind and the minus U+2212 too: for numbers, dates and headings.
std::string FoldAll(std::string_view text);
// Without the white space around it.
std::string Trim(std::string_view text);
// Without any white space.
std::string WithoutSpaces(std::string_view text);
// Unicode normal form C.
std::string ToNfc(const std::string& text);

enum class CharacterFault {
  kNone,
  kControl,      // C0 and C1 controls other than TAB, LF and CR
  kInvisible,    // zero width and bidirectional controls: they make two different texts look the same
  kReplacement,  // U+FFFD: a character that was lost on the way
};
CharacterFault FindCharacterFault(std::string_view text);

// The lines of a text as one: a line break between ASCII characters becomes a space, else it disappears.
std::string JoinLines(std::string_view text);
// At most so many characters; "…" at the end shows that some are missing.
std::string Shorten(std::string_view text, std::size_t max_characters);

}  // namespace yaoshi::sheet
