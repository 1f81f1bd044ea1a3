#include "common/sheet/utf8_scan.h"

#include <utf8.h>

#include <algorithm>
#include <cstring>

namespace yaoshi::sheet {
namespace {

bool IsAscii(char c) {
  return static_cast<unsigned char>(c) < 0x80;
}

// Skips ASCII eight bytes at a time: most of a workbook's XML.
const char* SkipAscii(const char* at, const char* end) {
  for (; end - at >= 8; at += 8) {
    std::uint64_t word;
    std::memcpy(&word, at, sizeof(word));
    if ((word & 0x8080808080808080U) != 0) {
      break;
    }
  }
  return std::find_if_not(at, end, IsAscii);
}

}  // namespace

std::size_t ValidUtf8Prefix(std::string_view text) {
  const char* at = text.data();
  const char* const end = at + text.size();
  while ((at = SkipAscii(at, end)) != end) {
    const char* run_end = std::find_if(at, end, IsAscii);
    const char* bad = utf8::find_invalid(at, run_end);
    if (bad != run_end) {
      return static_cast<std::size_t>(bad - text.data());
    }
    at = run_end;
  }
  return text.size();
}

bool MayBecomeUtf8(std::string_view text) {
  // The lowest and highest continuation that completes a character decide: E0 A0…BF, ED 80…9F, F0 90…BF, F4 80…8F.
  for (const std::string_view tail : {"\x80\x80\x80", "\xBF\xBF\xBF", "\x90\x80\x80", "\x9F\x80\x80"}) {
    for (std::size_t more = 1; more <= 3 && text.size() + more <= 4; ++more) {
      char bytes[8];
      std::memcpy(bytes, text.data(), text.size());
      std::memcpy(bytes + text.size(), tail.data(), more);
      if (utf8::is_valid(bytes, bytes + text.size() + more)) {
        return true;
      }
    }
  }
  return false;
}

std::size_t CountCharacters(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

}  // namespace yaoshi::sheet
