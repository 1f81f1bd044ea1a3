// Passwords of local accounts: Argon2id with libsodium's interactive limits (64 MiB, about 0.1 s on purpose).
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace yaoshi::auth {

// A self-describing hash ("$argon2id$…", at most 127 characters). RESOURCE_EXHAUSTED when memory does not suffice.
absl::StatusOr<std::string> HashPassword(std::string_view password);

// Constant time for a given hash. False for a malformed hash.
bool VerifyPassword(std::string_view hash, std::string_view password);

// As slow as VerifyPassword, and false: call it when the account does not exist, so that timing tells nothing.
bool VerifyAgainstNobody(std::string_view password);

// True when the hash was made with weaker limits than today's and should be made anew after a successful sign-in.
bool NeedsRehash(std::string_view hash);

}  // namespace yaoshi::auth
