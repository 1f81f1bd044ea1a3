#include "gateway/seal.h"

#include <sodium.h>

#include "absl/strings/escaping.h"

namespace yaoshi::gateway {
namespace {

constexpr size_t kNonceBytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr size_t kTagBytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;

unsigned char* Raw(std::string& bytes) {
  return reinterpret_cast<unsigned char*>(bytes.data());
}
const unsigned char* Raw(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

}  // namespace

std::string Seal::Close(std::string_view plain) const {
  std::string sealed(kNonceBytes + plain.size() + kTagBytes, '\0');
  randombytes_buf(sealed.data(), kNonceBytes);
  crypto_aead_xchacha20poly1305_ietf_encrypt(Raw(sealed) + kNonceBytes, nullptr, Raw(plain), plain.size(),
                                             Raw(purpose_), purpose_.size(), nullptr, Raw(sealed), Raw(key_));
  return std::string(absl::WebSafeBase64Escape(sealed));
}

std::optional<std::string> Seal::Open(std::string_view sealed) const {
  std::string bytes;
  if (sealed.size() > max_bytes_ || !absl::WebSafeBase64Unescape(std::string(sealed), &bytes)) return std::nullopt;
  if (bytes.size() < kNonceBytes + kTagBytes) return std::nullopt;
  std::string plain(bytes.size() - kNonceBytes - kTagBytes, '\0');
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(Raw(plain), nullptr, nullptr, Raw(bytes) + kNonceBytes,
                                                 bytes.size() - kNonceBytes, Raw(purpose_), purpose_.size(), Raw(bytes),
                                                 Raw(key_)) != 0) {
    return std::nullopt;
  }
  return plain;
}

}  // namespace yaoshi::gateway
