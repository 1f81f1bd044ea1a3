#include "gateway/http/url.h"

#include <openssl/http.h>

#include <memory>

#include "absl/strings/ascii.h"
#include "fmt/format.h"

namespace yaoshi::gateway {
namespace {

constexpr size_t kMaxUrlBytes = 2048;
constexpr std::string_view kHttp = "http://";
constexpr std::string_view kHttps = "https://";

struct OpensslFree {
  void operator()(char* text) const { OPENSSL_free(text); }
};
using Text = std::unique_ptr<char, OpensslFree>;

// A part that OpenSSL found; it gives "" or null for what is not there.
std::string Take(char* part) {
  const Text owned(part);
  return owned == nullptr ? "" : owned.get();
}

bool IsPrintable(std::string_view text) {
  for (const char c : text) {
    if (c <= ' ' || c >= 0x7f || c == '\\') return false;
  }
  return true;
}

}  // namespace

std::string Url::Authority() const {
  const std::string name = host.find(':') == std::string::npos ? host : "[" + host + "]";
  return port == (tls ? "443" : "80") ? name : name + ":" + port;
}

absl::StatusOr<Url> ParseUrl(std::string_view text) {
  if (text.size() > kMaxUrlBytes || !IsPrintable(text)) {
    return absl::InvalidArgumentError("must be an address of printable ASCII");
  }
  if (!text.starts_with(kHttp) && !text.starts_with(kHttps)) {
    return absl::InvalidArgumentError("must begin with https:// or http://");
  }
  char* parts[6] = {};  // User, host, port, path, query, fragment.
  int port = 0;
  const std::string terminated(text);
  const bool parsed = OSSL_parse_url(terminated.c_str(), nullptr, &parts[0], &parts[1], &parts[2], &port, &parts[3],
                                     &parts[4], &parts[5]) == 1;
  std::string found[6];
  for (int i = 0; i < 6; ++i) found[i] = Take(parts[i]);
  const auto& [user, host, port_text, path, query, fragment] = found;
  if (!parsed || host.empty() || host == "[]") return absl::InvalidArgumentError("must name a host");
  if (!user.empty() || !fragment.empty() || text.find('@') != std::string_view::npos ||
      text.find('#') != std::string_view::npos) {
    return absl::InvalidArgumentError("must have neither a user nor a fragment");
  }
  Url url;
  url.tls = text.starts_with(kHttps);
  url.host = absl::AsciiStrToLower(host.starts_with('[') ? host.substr(1, host.size() - 2) : host);
  url.port = port == 0 ? (url.tls ? "443" : "80") : std::to_string(port);
  url.target = path.empty() ? "/" : path;
  if (!query.empty()) url.target += "?" + query;
  return url;
}

bool IsPrivate(const Url& url) {
  return url.tls || url.host == "localhost" || url.host == "::1" || url.host == "127.0.0.1";
}

std::string PercentEncode(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    const bool plain =
        absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '.' || c == '_' || c == '~';
    encoded += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return encoded;
}

std::string FormEncode(std::initializer_list<std::pair<std::string_view, std::string_view>> pairs) {
  std::string form;
  for (const auto& [name, value] : pairs) {
    form += fmt::format("{}{}={}", form.empty() ? "" : "&", PercentEncode(name), PercentEncode(value));
  }
  return form;
}

}  // namespace yaoshi::gateway
