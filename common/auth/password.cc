#include "common/auth/password.h"

#include <sodium.h>

#include "common/status/status.h"

namespace yaoshi::auth {
namespace {

constexpr auto kOperations = crypto_pwhash_OPSLIMIT_INTERACTIVE;
constexpr auto kMemory = crypto_pwhash_MEMLIMIT_INTERACTIVE;

}  // namespace

absl::StatusOr<std::string> HashPassword(std::string_view password) {
  char hash[crypto_pwhash_STRBYTES];
  if (sodium_init() < 0 || crypto_pwhash_str(hash, password.data(), password.size(), kOperations, kMemory) != 0) {
    return Error(absl::StatusCode::kResourceExhausted, "PASSWORD_HASH_BUSY",
                 "The server is short of memory; try again in a minute.");
  }
  return std::string(hash);
}

bool VerifyPassword(std::string_view hash, std::string_view password) {
  if (sodium_init() < 0 || hash.size() >= crypto_pwhash_STRBYTES) return false;
  return crypto_pwhash_str_verify(std::string(hash).c_str(), password.data(), password.size()) == 0;
}

bool VerifyAgainstNobody(std::string_view password) {
  static const std::string* const kNobody =
      new std::string(HashPassword("nobody has this password").value_or(std::string()));
  VerifyPassword(*kNobody, password);
  return false;
}

bool NeedsRehash(std::string_view hash) {
  if (hash.size() >= crypto_pwhash_STRBYTES) return true;
  return crypto_pwhash_str_needs_rehash(std::string(hash).c_str(), kOperations, kMemory) != 0;
}

}  // namespace yaoshi::auth
