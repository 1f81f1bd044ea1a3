#include "common/auth/key_files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "common/auth/token.h"
#include "common/status/status.h"

namespace yaoshi::auth {
namespace {

absl::Status KeyFileError(std::string_view message) {
  return Error(absl::StatusCode::kFailedPrecondition, "KEY_FILE_UNUSABLE", message);
}

// Creates the file anew with `mode`, whatever the umask, and writes it through to the disk.
absl::Status WriteNewFile(const std::string& path, std::string_view text, mode_t mode) {
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  if (fd < 0) return KeyFileError(fmt::format("Cannot create {}: {}.", path, std::strerror(errno)));
  const bool written = fchmod(fd, mode) == 0 &&
                       write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && fsync(fd) == 0;
  close(fd);
  if (written) return absl::OkStatus();
  unlink(path.c_str());
  return KeyFileError(fmt::format("Cannot write {}.", path));
}

}  // namespace

std::string Base64UrlEncode(std::string_view bytes) {
  std::string text(sodium_base64_encoded_len(bytes.size(), sodium_base64_VARIANT_URLSAFE_NO_PADDING), '\0');
  sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
                    sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  text.resize(text.size() - 1);  // The terminating NUL.
  return text;
}

std::optional<std::string> Base64UrlDecode(std::string_view text) {
  std::string bytes(text.size() / 4 * 3 + 3, '\0');
  size_t size = 0;
  const char* end = nullptr;
  const int failed = sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), text.data(),
                                       text.size(), nullptr, &size, &end, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  if (failed != 0 || end != text.data() + text.size()) return std::nullopt;
  bytes.resize(size);
  return bytes;
}

bool IsKeyId(std::string_view kid) {
  constexpr size_t kMaxLength = 64;
  return !kid.empty() && kid.size() <= kMaxLength && std::all_of(kid.begin(), kid.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
  });
}

absl::StatusOr<std::string> DecodeKey(std::string_view text, size_t bytes, std::string_view path) {
  while (text.ends_with('\n') || text.ends_with('\r')) text.remove_suffix(1);
  std::optional<std::string> key = Base64UrlDecode(text);
  if (!key || key->size() != bytes) {
    return KeyFileError(fmt::format("{} must hold base64url of {} bytes; make keys with yaoshi-keygen.", path, bytes));
  }
  return *std::move(key);
}

absl::Status GenerateKeyPair(const std::string& directory, std::string_view kid) {
  if (!IsKeyId(kid)) return KeyFileError("A key id is 1 to 64 letters, digits, '-' or '_'.");
  if (sodium_init() < 0) return KeyFileError("libsodium does not start.");
  std::string public_key(crypto_sign_PUBLICKEYBYTES, '\0');
  std::string secret_key(crypto_sign_SECRETKEYBYTES, '\0');
  crypto_sign_keypair(reinterpret_cast<unsigned char*>(public_key.data()),
                      reinterpret_cast<unsigned char*>(secret_key.data()));
  std::string secret_text = Base64UrlEncode(secret_key) + "\n";
  const std::string secret_path = fmt::format("{}/{}.key", directory, kid);
  absl::Status status = WriteNewFile(secret_path, secret_text, S_IRUSR | S_IWUSR);
  sodium_memzero(secret_key.data(), secret_key.size());
  sodium_memzero(secret_text.data(), secret_text.size());
  RETURN_IF_ERROR(status);
  status = WriteNewFile(fmt::format("{}/{}.pub", directory, kid), Base64UrlEncode(public_key) + "\n",
                        S_IRUSR | S_IWUSR | S_IRGRP | S_IROTH);
  if (!status.ok()) unlink(secret_path.c_str());
  return status;
}

}  // namespace yaoshi::auth
