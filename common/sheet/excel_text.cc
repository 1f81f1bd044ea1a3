#include "common/sheet/excel_text.h"

#include <utf8.h>

#include <charconv>
#include <cstdint>
#include <iterator>

#include "common/status/quote.h"

namespace yaoshi::sheet {
namespace {

// The code of an escape "_xHHHH_" at the beginning of `text`, or -1.
int EscapeAt(std::string_view text) {
  if (text.size() < 7 || text[0] != '_' || text[1] != 'x' || text[6] != '_') {
    return -1;
  }
  unsigned code = 0;
  const auto [end, error] = std::from_chars(text.data() + 2, text.data() + 6, code, 16);
  return error == std::errc() && end == text.data() + 6 ? static_cast<int>(code) : -1;
}

bool IsAllowedInXml(char32_t c) {
  return c == 0x9 || c == 0xA || c == 0xD || (c >= 0x20 && c <= 0xD7FF) || (c >= 0xE000 && c <= 0xFFFD) ||
         (c >= 0x10000 && c <= 0x10FFFF);
}

}  // namespace

void DecodeExcelEscapes(std::string& text) {
  std::size_t at = text.find("_x");
  if (at == std::string::npos) {
    return;
  }
  std::string decoded = text.substr(0, at);
  while (at < text.size()) {
    const int code = EscapeAt(std::string_view(text).substr(at));
    if (code > 0 && (code < 0xD800 || code > 0xDFFF)) {
      utf8::append(static_cast<char32_t>(code), std::back_inserter(decoded));
      at += 7;
    } else {
      decoded += text[at++];
    }
  }
  text = std::move(decoded);
}

std::string RemoveForbidden(std::string_view text) {
  std::string kept;
  kept.reserve(text.size());
  while (!text.empty()) {
    const std::size_t size = Utf8Length(text);
    if (size > 0 && IsAllowedInXml(utf8::peek_next(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(size)))) {
      kept += text.substr(0, size);
    }
    text.remove_prefix(size == 0 ? 1 : size);
  }
  return kept;
}

std::string EncodeExcelText(std::string_view text) {
  const std::string kept = RemoveForbidden(text);
  if (kept.find("_x") == std::string::npos) {
    return kept;
  }
  std::string encoded;
  for (std::size_t i = 0; i < kept.size(); ++i) {
    encoded += EscapeAt(std::string_view(kept).substr(i)) >= 0 ? "_x005F_" : std::string(1, kept[i]);
  }
  return encoded;
}

}  // namespace yaoshi::sheet
