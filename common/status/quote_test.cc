#include "common/status/quote.h"

#include <gtest/gtest.h>

namespace yaoshi {
namespace {

TEST(Utf8Length, RefusesWhatIsNotUtf8) {
  for (std::string_view text : {"", "\x80", "\xC0\xAF", "\xE0\x80\xAF", "\xED\xA0\x80", "\xF0\x80\x80\xAF",
                                "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xE5\xAE", "\xE5z\x9A"}) {
    EXPECT_EQ(Utf8Length(text), 0u) << Quote(text);
  }
}

TEST(Utf8Length, CountsTheBytesOfOneCharacter) {
  EXPECT_EQ(Utf8Length("a"), 1u);
  EXPECT_EQ(Utf8Length("é!"), 2u);
  EXPECT_EQ(Utf8Length("定西"), 3u);
  EXPECT_EQ(Utf8Length("😀"), 4u);
}

TEST(Quote, EscapesControlCharactersAndIllFormedBytes) {
  EXPECT_EQ(Quote("a\n\xFF\x7F定"), "\"a\\x0A\\xFF\\x7F定\"");
  EXPECT_EQ(Quote(std::string_view("\0", 1)), "\"\\x00\"");
}

TEST(Quote, CutsAtACharacter) {
  EXPECT_EQ(Quote("定西市", 7), "\"定西…\"");
  EXPECT_EQ(Quote("定西市", 9), "\"定西市\"");
  EXPECT_EQ(Quote("", 0), "\"\"");
}

}  // namespace
}  // namespace yaoshi
