#include "gateway/pages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sodium.h>

#include <string>

namespace yaoshi::gateway {
namespace {

TEST(LandingPage, ItsPolicyAllowsExactlyItsOwnStyle) {
  const std::string page(kLandingPage);
  const size_t begin = page.find("<style>") + 7;
  const std::string style = page.substr(begin, page.find("</style>") - begin);
  unsigned char digest[crypto_hash_sha256_BYTES];
  crypto_hash_sha256(digest, reinterpret_cast<const unsigned char*>(style.data()), style.size());
  std::string encoded(sodium_base64_ENCODED_LEN(sizeof digest, sodium_base64_VARIANT_ORIGINAL), '\0');
  sodium_bin2base64(encoded.data(), encoded.size(), digest, sizeof digest, sodium_base64_VARIANT_ORIGINAL);
  encoded.resize(encoded.size() - 1);
  EXPECT_THAT(std::string(kLandingPolicy), ::testing::HasSubstr("'sha256-" + encoded + "'"));
  EXPECT_THAT(page, ::testing::HasSubstr("href=\"/openapi.json\""));
  EXPECT_THAT(page, ::testing::HasSubstr("href=\"/healthz\""));
  EXPECT_THAT(page, ::testing::Not(::testing::HasSubstr("<script")));
}

}  // namespace
}  // namespace yaoshi::gateway
