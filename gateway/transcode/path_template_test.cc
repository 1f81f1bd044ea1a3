#include "gateway/transcode/path_template.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace yaoshi::gateway {
namespace {

using ::testing::ElementsAre;

TEST(PathTemplate, RefusesWhatItCannotServe) {
  for (const char* text : {"", "v1/books", "/v1//books", "/v1/", "/v1/{name=a//b}", "/v1/{=a}", "/v1/{name",
                           "/v1/**/books", "/v1/{name}x"}) {
    EXPECT_FALSE(PathTemplate::Parse(text).ok()) << text;
  }
}

TEST(PathTemplate, ReadsVariablesAndVerbs) {
  const PathTemplate path = PathTemplate::Parse("/v1/{name=shelves/*/books/*}:lend").value();
  EXPECT_EQ(path.segments.size(), 5u);
  ASSERT_EQ(path.variables.size(), 1u);
  EXPECT_EQ(path.variables[0].field_path, "name");
  EXPECT_EQ(path.variables[0].begin, 1u);
  EXPECT_EQ(path.variables[0].end, 5u);
  EXPECT_EQ(path.verb, "lend");
  EXPECT_EQ(path.Display(), "/v1/shelves/{name_shelves}/books/{name}:lend");
}

TEST(PathTemplate, MountsUnderABackend) {
  PathTemplate path = PathTemplate::Parse("/v1/{name=operations/*}:cancel").value();
  path.Mount("registry");
  EXPECT_EQ(path.Display(), "/v1/registry/operations/{name}:cancel");
  EXPECT_EQ(path.variables[0].begin, 2u);
}

TEST(SplitPath, RefusesWhatAServerMustNotGuessAbout) {
  for (const char* path : {"", "v1", "/v1//a", "/v1/../a", "/v1/%2e%2e/a", "/v1/.", "/v1/a%2fb", "/v1/%00", "/v1/%",
                           "/v1/%zz", "/v1/a%5Cb", "/v1/%ff", "/v1/%c0%af", "/v1/a%0d%0ab", "/v1/", "/v1/\x7f"}) {
    EXPECT_FALSE(SplitPath(path).ok()) << path;
  }
}

TEST(SplitPath, UndoesPercentEncoding) {
  EXPECT_THAT(SplitPath("/v1/%E6%B8%A0/a%20b").value(), ElementsAre("v1", "渠", "a b"));
  EXPECT_TRUE(SplitPath("/").value().empty());
}

}  // namespace
}  // namespace yaoshi::gateway
