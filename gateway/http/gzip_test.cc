#include "gateway/http/gzip.h"

#include <gtest/gtest.h>
#include <zlib.h>

namespace yaoshi::gateway {
namespace {

TEST(AcceptsGzip, AsTheClientSays) {
  for (const char* no :
       {"", "br", "identity", "gzip;q=0", "gzip; q=0.0", "*;q=0", "gzip;q=x", "gzipped", "*, gzip;q=0"}) {
    EXPECT_FALSE(AcceptsGzip(no)) << no;
  }
  for (const char* yes : {"gzip", "GZIP", "br, gzip;q=0.1", "*", "x-gzip", " gzip ;q=1", "deflate,gzip"}) {
    EXPECT_TRUE(AcceptsGzip(yes)) << yes;
  }
}

TEST(MatchesEtag, ComparesWeakly) {
  EXPECT_FALSE(MatchesEtag("", "\"3\""));
  EXPECT_FALSE(MatchesEtag("\"4\", \"33\"", "\"3\""));
  EXPECT_FALSE(MatchesEtag("*", ""));
  EXPECT_TRUE(MatchesEtag("*", "\"3\""));
  EXPECT_TRUE(MatchesEtag("\"4\", W/\"3\"", "\"3\""));
  EXPECT_TRUE(MatchesEtag("\"3\"", "W/\"3\""));
  EXPECT_NE(EtagOf("a"), EtagOf("b"));
}

TEST(Gzip, ComesOutAgain) {
  for (const std::string& text : {std::string(), std::string("a"), std::string(100'000, 'x')}) {
    for (const int level : {kFastGzip, kBestGzip}) {
      const std::string packed = Gzip(text, level);
      std::string back(text.size() + 1, '\0');
      z_stream stream{};
      ASSERT_EQ(inflateInit2(&stream, 15 + 16), Z_OK);
      stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
      stream.avail_in = static_cast<uInt>(packed.size());
      stream.next_out = reinterpret_cast<Bytef*>(back.data());
      stream.avail_out = static_cast<uInt>(back.size());
      EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
      back.resize(stream.total_out);
      inflateEnd(&stream);
      EXPECT_EQ(back, text);
    }
  }
}

}  // namespace
}  // namespace yaoshi::gateway
