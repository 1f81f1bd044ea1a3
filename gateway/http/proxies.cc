#include "gateway/http/proxies.h"

#include <arpa/inet.h>

#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "fmt/format.h"

namespace yaoshi::gateway {
namespace {

constexpr int kMappedBits = 96;  // Before the IPv4 address in ::ffff:a.b.c.d.

// The 16 bytes of an address; nullopt when it is none.
std::optional<std::string> Bytes(const std::string& address) {
  std::string bytes(16, '\0');
  if (inet_pton(AF_INET6, address.c_str(), bytes.data()) == 1) return bytes;
  bytes.assign(16, '\0');
  bytes[10] = bytes[11] = '\xff';
  if (inet_pton(AF_INET, address.c_str(), bytes.data() + 12) == 1) return bytes;
  return std::nullopt;
}

bool SamePrefix(const std::string& a, const std::string& b, int bits) {
  const auto whole = static_cast<size_t>(bits / 8);
  if (a.compare(0, whole, b, 0, whole) != 0) return false;
  const int rest = bits % 8;
  const auto mask = static_cast<unsigned char>(0xff << (8 - rest));
  return rest == 0 || (static_cast<unsigned char>(a[whole]) & mask) == (static_cast<unsigned char>(b[whole]) & mask);
}

}  // namespace

absl::StatusOr<TrustedProxies> TrustedProxies::Parse(std::string_view text) {
  TrustedProxies proxies;
  const std::string whole(text);
  for (const absl::string_view part : absl::StrSplit(whole, ',', absl::SkipWhitespace())) {
    const std::string item(absl::StripAsciiWhitespace(part));
    const size_t slash = item.find('/');
    const auto bytes = Bytes(item.substr(0, slash));
    const bool v4 = item.find(':') == std::string::npos;
    const int most = v4 ? 32 : 128;
    int bits = most;
    const bool counted = slash == std::string::npos || absl::SimpleAtoi(item.substr(slash + 1), &bits);
    if (!bytes.has_value() || !counted || bits < 0 || bits > most) {
      return absl::InvalidArgumentError(fmt::format("{} is no address or network such as 10.0.0.0/8", item));
    }
    proxies.networks_.push_back({*bytes, v4 ? bits + kMappedBits : bits});
  }
  return proxies;
}

bool TrustedProxies::Contains(std::string_view address) const {
  if (networks_.empty()) return false;
  const auto bytes = Bytes(std::string(address));
  if (!bytes.has_value()) return false;
  for (const Network& network : networks_) {
    if (SamePrefix(*bytes, network.bytes, network.bits)) return true;
  }
  return false;
}

void TrustedProxies::Apply(HttpRequest& request) const {
  if (!Contains(request.peer)) return;
  std::string chain;
  for (const auto& [name, value] : request.headers) {
    if (name == "x-forwarded-for") chain += (chain.empty() ? "" : ",") + value;
  }
  const std::vector<std::string> hops = absl::StrSplit(chain, ',', absl::SkipWhitespace());
  for (auto hop = hops.rbegin(); hop != hops.rend(); ++hop) {
    const std::string address(absl::StripAsciiWhitespace(*hop));
    if (!Bytes(address).has_value()) break;  // What stands before it was said by who knows whom.
    request.peer = address;
    if (!Contains(address)) break;
  }
  request.secure = absl::AsciiStrToLower(std::string(request.Header("x-forwarded-proto"))) == "https";
}

}  // namespace yaoshi::gateway
