#include "common/status/quote.h"

#include <fmt/format.h>

#include <cstdint>

namespace yaoshi {
namespace {

bool IsContinuation(unsigned char byte) {
  return (byte & 0xC0) == 0x80;
}

// Bytes that the first byte announces; 0 for a byte that starts no character.
std::size_t AnnouncedLength(unsigned char first) {
  if (first < 0x80) return 1;
  if (first < 0xC2) return 0;  // A continuation byte, or the start of an overlong form.
  if (first < 0xE0) return 2;
  if (first < 0xF0) return 3;
  return first < 0xF5 ? 4 : 0;
}

}  // namespace

std::size_t Utf8Length(std::string_view text) {
  if (text.empty()) return 0;
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const std::size_t length = AnnouncedLength(byte(0));
  if (length == 0 || length > text.size()) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if (!IsContinuation(byte(i))) return 0;
  }
  if (byte(0) == 0xE0 && byte(1) < 0xA0) return 0;   // Overlong.
  if (byte(0) == 0xED && byte(1) >= 0xA0) return 0;  // A UTF-16 surrogate.
  if (byte(0) == 0xF0 && byte(1) < 0x90) return 0;   // Overlong.
  if (byte(0) == 0xF4 && byte(1) >= 0x90) return 0;  // Beyond U+10FFFF.
  return length;
}

std::string Quote(std::string_view text, std::size_t max_bytes) {
  std::string quoted = "\"";
  std::size_t position = 0;
  while (position < text.size()) {
    const std::size_t length = Utf8Length(text.substr(position));
    if (position + (length == 0 ? 1 : length) > max_bytes) {
      quoted += "…";
      break;
    }
    const auto byte = static_cast<unsigned char>(text[position]);
    if (length == 0 || byte < 0x20 || byte == 0x7F) {
      quoted += fmt::format("\\x{:02X}", byte);
      ++position;
      continue;
    }
    quoted += text.substr(position, length);
    position += length;
  }
  return quoted + "\"";
}

}  // namespace yaoshi
