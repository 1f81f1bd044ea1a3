// UTF-8 checks over pieces of a file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace yaoshi::sheet {

// The length of the longest prefix of `text` that is whole and valid UTF-8.
std::size_t ValidUtf8Prefix(std::string_view text);

// Whether `text` (1 to 3 bytes) may become a valid character when more bytes follow.
bool MayBecomeUtf8(std::string_view text);

// Code points of valid UTF-8.
std::size_t CountCharacters(std::string_view text);

}  // namespace yaoshi::sheet
