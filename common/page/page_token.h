// Page tokens of List methods: where the last page ended. Opaque and authenticated, so that nobody can make or alter
// one, and bound to the request they were given for.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "common/ids/uuid.h"

namespace yaoshi {

// Everything that decides which rows a List returns, and in which order. A token is good only for the same scope.
struct PageScope {
  std::string method;  // "/yaoshi.registry.v1.ProjectService/ListProjects"
  std::string parent;  // Of the request, "" when it has none.
  std::string filter;  // As the request says it; also order_by, as_of and known_at.
  std::string order_by;
  std::string as_of;
  std::string known_at;
  std::string principal;  // What the caller may see: "COUNTY/621122/…".
};

// A value of an ordering key; std::monostate when the row has none.
using PageKey = std::variant<std::monostate, std::int64_t, std::string>;

// The last row of a page: its ordering keys (dates as their days since 1970) and its id.
struct PagePosition {
  std::vector<PageKey> keys;
  Uuid id;
  friend bool operator==(const PagePosition&, const PagePosition&) = default;
};

// Longest token that is looked at, in bytes of its text.
inline constexpr std::size_t kMaxPageTokenBytes = 16384;

// Makes and reads tokens. Immutable and thread-safe. All replicas of a service share one key.
class PageTokens {
 public:
  static constexpr std::size_t kKeyBytes = 32;

  // `key` is kKeyBytes secret random bytes. Reason INVALID_KEY.
  static absl::StatusOr<PageTokens> FromKey(std::string_view key);

  // base64url. Keys beyond kMaxPageTokenBytes in all would make a token that Decode refuses.
  std::string Encode(const PageScope& scope, const PagePosition& position) const;

  // Reason INVALID_PAGE_TOKEN, one text for every cause: altered, forged, cut, of another request or another caller.
  absl::StatusOr<PagePosition> Decode(const PageScope& scope, std::string_view token) const;

 private:
  explicit PageTokens(std::string_view key);

  std::string Sign(const PageScope& scope, std::string_view body) const;

  std::array<unsigned char, kKeyBytes> key_{};
};

}  // namespace yaoshi
