#include "common/page/page_token.h"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "common/status/status.h"

namespace yaoshi {
namespace {

static_assert(PageTokens::kKeyBytes == crypto_auth_KEYBYTES);

// The first byte of a token's body: a change of the layout below gets another number.
constexpr char kVersion = 1;
constexpr int kEncoding = sodium_base64_VARIANT_URLSAFE_NO_PADDING;

// Tags of the keys.
constexpr char kUnset = 'u';
constexpr char kNumber = 'i';
constexpr char kText = 's';

void PutNumber(std::string& to, std::uint64_t number) {
  for (int shift = 56; shift >= 0; shift -= 8) to += static_cast<char>(number >> shift);
}

void PutText(std::string& to, std::string_view text) {
  PutNumber(to, text.size());
  to += text;
}

// Reads what PutNumber and PutText wrote; false at a body that ends too early.
class Reader {
 public:
  explicit Reader(std::string_view body) : rest_(body) {}

  bool Take(std::size_t size, std::string_view& bytes) {
    if (size > rest_.size()) return false;
    bytes = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return true;
  }

  bool TakeNumber(std::uint64_t& number) {
    std::string_view bytes;
    if (!Take(8, bytes)) return false;
    number = 0;
    for (const char c : bytes) number = number << 8 | static_cast<unsigned char>(c);
    return true;
  }

  bool TakeKey(PageKey& key) {
    std::string_view bytes;
    std::uint64_t number = 0;
    if (!Take(1, bytes)) return false;
    if (bytes[0] == kUnset) return true;
    const bool is_number = bytes[0] == kNumber;
    if ((!is_number && bytes[0] != kText) || !TakeNumber(number)) return false;
    if (is_number) {
      key = static_cast<std::int64_t>(number);
      return true;
    }
    if (!Take(number, bytes)) return false;
    key = std::string(bytes);
    return true;
  }

  bool AtEnd() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

// version, number of keys, keys, id.
std::string Body(const PagePosition& position) {
  std::string body(1, kVersion);
  PutNumber(body, position.keys.size());
  for (const PageKey& key : position.keys) {
    if (const auto* number = std::get_if<std::int64_t>(&key)) {
      body += kNumber;
      PutNumber(body, static_cast<std::uint64_t>(*number));
    } else if (const auto* text = std::get_if<std::string>(&key)) {
      body += kText;
      PutText(body, *text);
    } else {
      body += kUnset;
    }
  }
  return body + position.id.ToBytes();
}

std::optional<PagePosition> ParseBody(std::string_view body) {
  Reader reader(body);
  std::string_view bytes;
  std::uint64_t keys = 0;
  if (!reader.Take(1, bytes) || bytes[0] != kVersion || !reader.TakeNumber(keys)) return std::nullopt;
  PagePosition position;
  for (; keys > 0; --keys) {
    if (!reader.TakeKey(position.keys.emplace_back())) return std::nullopt;
  }
  if (!reader.Take(Uuid::kBytes, bytes) || !reader.AtEnd()) return std::nullopt;
  position.id = Uuid::FromBytes(bytes).value();
  return position;
}

std::string ToBase64(std::string_view bytes) {
  std::string text(sodium_base64_encoded_len(bytes.size(), kEncoding), '\0');
  sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
                    kEncoding);
  text.pop_back();  // The terminating NUL.
  return text;
}

std::optional<std::string> FromBase64(std::string_view text) {
  std::string bytes(text.size(), '\0');
  std::size_t size = 0;
  const char* end = nullptr;
  if (sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), text.data(), text.size(), nullptr,
                        &size, &end, kEncoding) != 0 ||
      end != text.data() + text.size()) {
    return std::nullopt;
  }
  bytes.resize(size);
  return bytes;
}

absl::Status InvalidPageToken() {
  return InvalidFields("INVALID_PAGE_TOKEN",
                       {{"page_token",
                         "it was not given for this request; repeat the request that gave it with the same parent, "
                         "filter, order_by, as_of and known_at, or start again without a page_token."}});
}

}  // namespace

absl::StatusOr<PageTokens> PageTokens::FromKey(std::string_view key) {
  if (key.size() != kKeyBytes) {
    return Error(absl::StatusCode::kInvalidArgument, "INVALID_KEY",
                 fmt::format("The key of page tokens has {} bytes; give {} random ones.", key.size(), kKeyBytes));
  }
  return PageTokens(key);
}

PageTokens::PageTokens(std::string_view key) {
  std::copy(key.begin(), key.end(), key_.begin());
}

std::string PageTokens::Encode(const PageScope& scope, const PagePosition& position) const {
  const std::string body = Body(position);
  return ToBase64(body + Sign(scope, body));
}

absl::StatusOr<PagePosition> PageTokens::Decode(const PageScope& scope, std::string_view token) const {
  if (token.size() > kMaxPageTokenBytes) return InvalidPageToken();
  const auto bytes = FromBase64(token);
  if (!bytes.has_value() || bytes->size() < crypto_auth_BYTES) return InvalidPageToken();
  const std::string_view body = std::string_view(*bytes).substr(0, bytes->size() - crypto_auth_BYTES);
  const std::string expected = Sign(scope, body);
  if (sodium_memcmp(expected.data(), bytes->data() + body.size(), crypto_auth_BYTES) != 0) return InvalidPageToken();
  auto position = ParseBody(body);
  if (!position.has_value()) return InvalidPageToken();
  return *std::move(position);
}

std::string PageTokens::Sign(const PageScope& scope, std::string_view body) const {
  std::string text;
  for (const std::string* part : {&scope.method, &scope.parent, &scope.filter, &scope.order_by, &scope.as_of,
                                  &scope.known_at, &scope.principal}) {
    PutText(text, *part);
  }
  text += body;
  std::string mac(crypto_auth_BYTES, '\0');
  crypto_auth(reinterpret_cast<unsigned char*>(mac.data()), reinterpret_cast<const unsigned char*>(text.data()),
              text.size(), key_.data());
  return mac;
}

}  // namespace yaoshi
