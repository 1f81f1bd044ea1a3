#include "common/sheet/normal_text.h"

#include <unicode/normalizer2.h>
#include <unicode/stringoptions.h>
#include <utf8.h>

#include <iterator>

#include "common/sheet/utf8_scan.h"

namespace yaoshi::sheet {
namespace {

bool IsSpace(char32_t c) {
  return c == ' ' || (c >= 0x9 && c <= 0xD) || c == 0x85 || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) ||
         c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

bool IsInvisible(char32_t c) {
  return c == 0xAD || c == 0x34F || c == 0x61C || c == 0x115F || c == 0x1160 || c == 0x17B4 || c == 0x17B5 ||
         (c >= 0x180B && c <= 0x180F) || (c >= 0x200B && c <= 0x200F) || (c >= 0x202A && c <= 0x202E) ||
         (c >= 0x2060 && c <= 0x206F) || c == 0x3164 || c == 0xFEFF || c == 0xFFA0 || (c >= 0xFFF9 && c <= 0xFFFB) ||
         (c >= 0xE0000 && c <= 0xE0FFF);
}

bool IsControl(char32_t c) {
  return (c < 0x20 && c != '\t' && c != '\n' && c != '\r') || (c >= 0x7F && c <= 0x9F && c != 0x85);
}

bool IsFullWidthAlphanumeric(char32_t c) {
  return (c >= 0xFF10 && c <= 0xFF19) || (c >= 0xFF21 && c <= 0xFF3A) || (c >= 0xFF41 && c <= 0xFF5A);
}

// Applies `change` to each character; 0 removes it. Cells are valid UTF-8: the readers have checked them.
template <class Change>
std::string Each(std::string_view text, Change change) {
  std::string result;
  result.reserve(text.size());
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at != end) {
    if (const char32_t c = change(utf8::unchecked::next(at)); c != 0) {
      utf8::unchecked::append(c, std::back_inserter(result));
    }
  }
  return result;
}

}  // namespace

std::string FoldAlphanumerics(std::string_view text) {
  return Each(text, [](char32_t c) { return IsFullWidthAlphanumeric(c) ? c - 0xFEE0 : c; });
}

std::string FoldAll(std::string_view text) {
  return Each(text, [](char32_t c) -> char32_t {
    if (c >= 0xFF01 && c <= 0xFF5E) {
      return c - 0xFEE0;
    }
    return IsSpace(c) ? ' ' : (c == 0x2212 ? U'-' : c);
  });
}

std::string Trim(std::string_view text) {
  const char* const begin = text.data();
  const char* const end = begin + text.size();
  const char* first = end;
  const char* last = end;
  for (const char* at = begin; at != end;) {
    const char* here = at;
    if (!IsSpace(utf8::unchecked::next(at))) {
      first = first == end ? here : first;
      last = at;
    }
  }
  return first == end ? std::string() : std::string(first, last);
}

std::string WithoutSpaces(std::string_view text) {
  return Each(text, [](char32_t c) { return IsSpace(c) ? 0 : c; });
}

std::string ToNfc(const std::string& text) {
  UErrorCode error = U_ZERO_ERROR;
  const icu::Normalizer2* nfc = icu::Normalizer2::getNFCInstance(error);
  if (U_FAILURE(error) || nfc->isNormalizedUTF8(text, error)) {
    return text;
  }
  std::string normal;
  icu::StringByteSink<std::string> sink(&normal);
  nfc->normalizeUTF8(0, text, sink, nullptr, error);
  return U_FAILURE(error) ? text : normal;
}

CharacterFault FindCharacterFault(std::string_view text) {
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at != end) {
    const char32_t c = utf8::unchecked::next(at);
    if (IsControl(c)) {
      return CharacterFault::kControl;
    }
    if (IsInvisible(c)) {
      return CharacterFault::kInvisible;
    }
    if (c == 0xFFFD) {
      return CharacterFault::kReplacement;
    }
  }
  return CharacterFault::kNone;
}

std::string JoinLines(std::string_view text) {
  std::string joined;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\n' && text[i] != '\r' && text[i] != '\t') {
      joined += text[i];
      continue;
    }
    while (i + 1 < text.size() && (text[i + 1] == '\n' || text[i + 1] == '\r' || text[i + 1] == '\t')) {
      ++i;
    }
    const auto is_ascii = [](char c) { return c > ' ' && c < '\x7f'; };
    if (!joined.empty() && i + 1 < text.size() && is_ascii(joined.back()) && is_ascii(text[i + 1])) {
      joined += ' ';
    }
  }
  return joined;
}

std::string Shorten(std::string_view text, std::size_t max_characters) {
  if (CountCharacters(text) <= max_characters) {
    return std::string(text);
  }
  const char* at = text.data();
  for (std::size_t i = 0; i + 1 < max_characters; ++i) {
    utf8::unchecked::next(at);
  }
  return std::string(text.data(), at) + "…";
}

}  // namespace yaoshi::sheet
