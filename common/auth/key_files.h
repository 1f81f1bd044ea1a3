// The base64url texts and key files behind tokens.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace yaoshi::auth {

// Base64url without padding (RFC 4648 §5).
std::string Base64UrlEncode(std::string_view bytes);
// Strict: padding, other characters, blanks and stray trailing bits are refused.
std::optional<std::string> Base64UrlDecode(std::string_view text);

// 1–64 letters, digits, '-' or '_': safe as a file name.
bool IsKeyId(std::string_view kid);

// Reads a key file of exactly `bytes` decoded bytes.
absl::StatusOr<std::string> DecodeKey(std::string_view text, size_t bytes, std::string_view path);

}  // namespace yaoshi::auth
