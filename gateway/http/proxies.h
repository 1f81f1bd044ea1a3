// Whom to believe about where a request comes from: a proxy in front speaks for its clients, a client only for itself.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "gateway/http/exchange.h"

namespace yaoshi::gateway {

class TrustedProxies {
 public:
  // None.
  TrustedProxies() = default;
  // "10.0.0.0/8, ::1, 192.0.2.7": networks and addresses, divided by commas.
  static absl::StatusOr<TrustedProxies> Parse(std::string_view text);

  // True for an address such as "192.0.2.7" or "::1".
  bool Contains(std::string_view address) const;

  // Of a request that came from a trusted proxy: sets `peer` to the last address in X-Forwarded-For that is no trusted
  // proxy, and `secure` from X-Forwarded-Proto. Changes nothing of others.
  void Apply(HttpRequest& request) const;

 private:
  struct Network {
    std::string bytes;  // 16: an IPv4 address as ::ffff:a.b.c.d.
    int bits = 128;
  };
  std::vector<Network> networks_;
};

}  // namespace yaoshi::gateway
