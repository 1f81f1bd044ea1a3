#include "gateway/http/proxies.h"

#include <gtest/gtest.h>

namespace yaoshi::gateway {
namespace {

TEST(TrustedProxies, RefusesWhatIsNoNetwork) {
  for (const char* text :
       {"proxy", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "::1/129", "10.0.0", "1.2.3.4 5.6.7.8"}) {
    EXPECT_FALSE(TrustedProxies::Parse(text).ok()) << text;
  }
}

TEST(TrustedProxies, KnowsItsNetworks) {
  const TrustedProxies proxies = TrustedProxies::Parse("10.1.0.0/16, 192.0.2.7 ,2001:db8::/33").value();
  for (const char* in : {"10.1.0.0", "10.1.255.255", "192.0.2.7", "::ffff:192.0.2.7", "2001:db8:7fff::1"}) {
    EXPECT_TRUE(proxies.Contains(in)) << in;
  }
  for (const char* out : {"10.2.0.0", "192.0.2.8", "2001:db8:8000::1", "::1", "", "x"}) {
    EXPECT_FALSE(proxies.Contains(out)) << out;
  }
  EXPECT_FALSE(TrustedProxies::Parse("").value().Contains("127.0.0.1"));
}

TEST(TrustedProxies, AProxySpeaksForItsClientsAndAClientForItself) {
  struct Case {
    std::string peer, forwarded, proto, from;
    bool secure;
  };
  const Case cases[] = {
      {"203.0.113.9", "198.51.100.1", "https", "203.0.113.9", false},
      {"10.0.0.1", "198.51.100.1", "https", "198.51.100.1", true},
      {"10.0.0.1", "198.51.100.1", "HTTP", "198.51.100.1", false},
      {"10.0.0.1", "6.6.6.6, 198.51.100.1", "", "198.51.100.1", false},
      {"10.0.0.1", "6.6.6.6, 198.51.100.1, 10.0.0.2", "", "198.51.100.1", false},
      {"10.0.0.1", "6.6.6.6, nonsense", "", "10.0.0.1", false},
      {"10.0.0.1", "", "", "10.0.0.1", false},
      {"10.0.0.1", "10.0.0.3", "", "10.0.0.3", false},
  };
  const TrustedProxies proxies = TrustedProxies::Parse("10.0.0.0/8").value();
  for (const Case& c : cases) {
    HttpRequest request;
    request.peer = c.peer;
    if (!c.forwarded.empty()) request.headers.emplace_back("x-forwarded-for", c.forwarded);
    if (!c.proto.empty()) request.headers.emplace_back("x-forwarded-proto", c.proto);
    proxies.Apply(request);
    EXPECT_EQ(request.peer, c.from) << c.forwarded;
    EXPECT_EQ(request.secure, c.secure) << c.forwarded;
  }
}

}  // namespace
}  // namespace yaoshi::gateway
