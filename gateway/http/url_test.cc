#include "gateway/http/url.h"

#include <gtest/gtest.h>

namespace yaoshi::gateway {
namespace {

TEST(ParseUrl, RefusesWhatIsNoPlainAddress) {
  for (const std::string& text : {std::string(),
                                  std::string("id.gov.cn"),
                                  std::string("ftp://id.gov.cn/"),
                                  std::string("javascript:alert(1)"),
                                  std::string("//id.gov.cn/"),
                                  std::string("HTTPS://id.gov.cn/"),
                                  std::string("https://"),
                                  std::string("https:///path"),
                                  std::string("https://user@id.gov.cn/"),
                                  std::string("https://user:x@id.gov.cn/"),
                                  std::string("https://@id.gov.cn/"),
                                  std::string("https://id.gov.cn/#part"),
                                  std::string("https://id.gov.cn/#"),
                                  std::string("https://id.gov.cn/a b"),
                                  std::string("https://id.gov.cn/a\r\nHost: x"),
                                  std::string("https://id.gov.cn\\@evil.cn/"),
                                  std::string("https://身份.cn/"),
                                  std::string("https://id.gov.cn:0x1/"),
                                  std::string("https://id.gov.cn:99999/"),
                                  std::string("https://[::1"),
                                  std::string("https://[]/"),
                                  "https://id.gov.cn/" + std::string(3000, 'a')}) {
    EXPECT_FALSE(ParseUrl(text).ok()) << text;
  }
}

TEST(ParseUrl, FindsThePartsOfAnAddress) {
  const Url plain = ParseUrl("https://ID.gov.cn").value();
  EXPECT_TRUE(plain.tls);
  EXPECT_EQ(plain.host, "id.gov.cn");
  EXPECT_EQ(plain.port, "443");
  EXPECT_EQ(plain.target, "/");
  EXPECT_EQ(plain.Authority(), "id.gov.cn");
  const Url full = ParseUrl("http://id.gov.cn:8080/realms/city/?a=1&b=2").value();
  EXPECT_FALSE(full.tls);
  EXPECT_EQ(full.port, "8080");
  EXPECT_EQ(full.target, "/realms/city/?a=1&b=2");
  EXPECT_EQ(full.Authority(), "id.gov.cn:8080");
  const Url six = ParseUrl("https://[2001:DB8::1]:8443/x").value();
  EXPECT_EQ(six.host, "2001:db8::1");
  EXPECT_EQ(six.Authority(), "[2001:db8::1]:8443");
}

TEST(IsPrivate, IsTlsOrThisMachine) {
  for (const char* text : {"https://id.gov.cn/", "http://127.0.0.1:1/", "http://localhost/", "http://[::1]:80/"}) {
    EXPECT_TRUE(IsPrivate(ParseUrl(text).value())) << text;
  }
  for (const char* text :
       {"http://id.gov.cn/", "http://127.0.0.1.evil.cn/", "http://localhost.evil.cn/", "http://10.0.0.1/"}) {
    EXPECT_FALSE(IsPrivate(ParseUrl(text).value())) << text;
  }
}

TEST(FormEncode, LeavesNothingThatSeparates) {
  EXPECT_EQ(FormEncode({{"a", "x&y=z +%"}, {"b", "市"}}), "a=x%26y%3Dz%20%2B%25&b=%E5%B8%82");
  EXPECT_EQ(PercentEncode("AZaz09-._~/"), "AZaz09-._~%2F");
}

}  // namespace
}  // namespace yaoshi::gateway
