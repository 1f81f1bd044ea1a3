#include "common/filter/fold.h"

#include <array>
#include <cstddef>
#include <cstdint>

#include "common/status/quote.h"

namespace yaoshi::filter {
namespace {

// Capital letters from `first` to `last`, every `step`-th code point, and how far away their small ones are.
struct Capitals {
  std::uint32_t first;
  std::uint32_t last;
  std::uint32_t step;
  std::int32_t distance;
};
constexpr Capitals kCapitals[] = {
    {0xC0, 0xD6, 1, 32},   {0xD8, 0xDE, 1, 32},     {0x100, 0x12E, 2, 1},    {0x132, 0x136, 2, 1},
    {0x139, 0x147, 2, 1},  {0x14A, 0x176, 2, 1},    {0x178, 0x178, 1, -121}, {0x179, 0x17D, 2, 1},
    {0x1CD, 0x1DB, 2, 1},  {0x386, 0x386, 1, 38},   {0x388, 0x38A, 1, 37},   {0x38C, 0x38C, 1, 64},
    {0x38E, 0x38F, 1, 63}, {0x391, 0x3A1, 1, 32},   {0x3A3, 0x3AB, 1, 32},   {0x400, 0x40F, 1, 80},
    {0x410, 0x42F, 1, 32}, {0x2160, 0x216F, 1, 16}, {0x24B6, 0x24CF, 1, 26}, {0xFF21, 0xFF3A, 1, 32},
};

// First bytes of the characters above, ASCII aside: all others, the Chinese ones among them, have no case.
constexpr bool MayBeCapital(unsigned char first) {
  return (first >= 0xC3 && first <= 0xC7) || first == 0xCE || first == 0xD0 || first == 0xE2 || first == 0xEF;
}

constexpr char FoldAscii(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

// Whether characters with this first byte are neither capital nor small: CJK, Chinese punctuation, Hangul.
constexpr bool HasNoCase(unsigned char first) {
  return first >= 0xE3 && first <= 0xEE;
}

// One character, folded.
struct Character {
  std::array<char, 4> bytes{};
  std::size_t length = 1;
};

// Folds a two- or three-byte character in place.
void FoldLetter(Character& character) {
  const auto bits = [&](std::size_t i) { return static_cast<std::uint32_t>(character.bytes[i] & 0x3F); };
  const auto lead = static_cast<unsigned char>(character.bytes[0]);
  const bool two = character.length == 2;
  std::uint32_t point = two ? (lead & 0x1Fu) << 6 | bits(1) : (lead & 0x0Fu) << 12 | bits(1) << 6 | bits(2);
  for (const Capitals& capitals : kCapitals) {
    if (point < capitals.first || point > capitals.last || (point - capitals.first) % capitals.step != 0) continue;
    point += static_cast<std::uint32_t>(capitals.distance);
    break;
  }
  character.bytes[character.length - 1] = static_cast<char>(0x80 | (point & 0x3F));
  if (two) {
    character.bytes[0] = static_cast<char>(0xC0 | point >> 6);
  } else {
    character.bytes[1] = static_cast<char>(0x80 | (point >> 6 & 0x3F));
  }
}

// The character at the start of `text`, which is not empty; a byte that is not UTF-8 counts as a character.
Character FoldedAt(std::string_view text) {
  Character character;
  const auto lead = static_cast<unsigned char>(text[0]);
  if (lead < 0x80) {
    character.bytes[0] = FoldAscii(text[0]);
    return character;
  }
  const std::size_t length = Utf8Length(text);
  character.length = length == 0 ? 1 : length;
  text.copy(character.bytes.data(), character.length);
  if (length != 0 && MayBeCapital(lead)) FoldLetter(character);
  return character;
}

}  // namespace

std::string Fold(std::string_view text) {
  std::string folded;
  folded.reserve(text.size());
  while (!text.empty()) {
    const Character character = FoldedAt(text);
    folded.append(character.bytes.data(), character.length);
    text.remove_prefix(character.length);
  }
  return folded;
}

bool FoldedStartsWith(std::string_view text, std::string_view folded) {
  if (folded.size() > text.size()) return false;
  while (!folded.empty()) {
    const Character character = FoldedAt(text);
    if (folded.substr(0, character.length) != std::string_view(character.bytes.data(), character.length)) return false;
    text.remove_prefix(character.length);
    folded.remove_prefix(character.length);
  }
  return true;
}

bool FoldedContains(std::string_view text, std::string_view folded) {
  if (folded.empty()) return true;
  const auto lead = static_cast<unsigned char>(folded[0]);
  const std::string_view first = folded.substr(0, FoldedAt(folded).length);
  while (text.size() >= folded.size()) {
    // Jumps to where a match can begin: what follows decides for searches over many rows.
    if (HasNoCase(lead)) {
      const std::size_t place = text.find(first);
      if (place == std::string_view::npos) return false;
      text.remove_prefix(place);
    } else if (lead < 0x80) {
      std::size_t place = 0;
      while (place < text.size() && FoldAscii(text[place]) != folded[0]) ++place;
      text.remove_prefix(place);
    }
    if (FoldedStartsWith(text, folded)) return true;
    if (text.empty()) return false;
    text.remove_prefix(FoldedAt(text).length);
  }
  return false;
}

bool FoldedEndsWith(std::string_view text, std::string_view folded) {
  // A suffix of as many bytes: folding keeps lengths, and a UTF-8 suffix can only match from a character's start.
  return folded.size() <= text.size() && FoldedStartsWith(text.substr(text.size() - folded.size()), folded);
}

bool FoldedEquals(std::string_view text, std::string_view folded) {
  return text.size() == folded.size() && FoldedStartsWith(text, folded);
}

}  // namespace yaoshi::filter
