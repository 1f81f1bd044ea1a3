// The _xHHHH_ escapes with which workbooks write characters that XML forbids.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace yaoshi::sheet {

// Bytes of the longest spelling of one character: "_x000D_", or four bytes of UTF-8.
inline constexpr std::size_t kLongestEscape = 7;

// "a_x000D_b" → "a\rb", "_x005F_x000D_" → "_x000D_". Escapes of surrogates and NUL stay as they are.
void DecodeExcelEscapes(std::string& text);
// Text as it is to be written: what XML 1.0 forbids is removed, and what would look like an escape is escaped.
std::string EncodeExcelText(std::string_view text);
// Valid UTF-8 without the characters that XML 1.0 forbids; bytes that are not UTF-8 are removed too.
std::string RemoveForbidden(std::string_view text);

}  // namespace yaoshi::sheet
