// Absolute http and https addresses of parties outside, as an operator or a provider's own description gives them.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace yaoshi::gateway {

struct Url {
  bool tls = false;
  std::string host;    // "id.example.gov.cn", "127.0.0.1", "::1"; in lower case, without brackets.
  std::string port;    // "443" when the address names none.
  std::string target;  // Path and query, at least "/".

  // "host", or "host:port" when the port is not the scheme's own; for the Host header.
  std::string Authority() const;
};

// INVALID_ARGUMENT, with what is wrong, unless the address is http or https without user and fragment.
absl::StatusOr<Url> ParseUrl(std::string_view text);

// True when what goes to the address cannot be read on the way: by TLS, or because it stays on this machine.
bool IsPrivate(const Url& url);

// Letters, digits and -._~ stay; every other byte becomes %XX (RFC 3986 §2.3).
std::string PercentEncode(std::string_view text);
// "a=1&b=%20" of pairs.
std::string FormEncode(std::initializer_list<std::pair<std::string_view, std::string_view>> pairs);

}  // namespace yaoshi::gateway
