#include "gateway/transcode/api.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/descriptors.h"
#include "gateway/testing/descriptors.h"

namespace yaoshi::gateway {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

RouteMatch MatchOf(const Api& api, std::string_view method, std::string_view path) {
  return api.Match(method, SplitPath(path).value());
}

TEST(Api, RefusesABrokenDescriptorSet) {
  EXPECT_FALSE(Api::Create("nonsense", {"library"}).ok());
}

TEST(Api, FindsRoutesWithTheirVariables) {
  const auto api = LibraryApi();
  struct Case {
    const char* method;
    const char* path;
    const char* rpc;
    std::vector<std::string> values;
  };
  const std::vector<Case> cases = {
      {"GET", "/v1/shelves/a/books/b", "GetBook", {"shelves/a/books/b"}},
      {"HEAD", "/v1/shelves/a/books/b", "GetBook", {"shelves/a/books/b"}},
      {"GET", "/v1/books/x/y/z", "GetBook", {"x/y/z"}},
      {"GET", "/v1/books", "ListBooks", {}},
      {"POST", "/v1/shelves/a/books", "CreateBook", {"shelves/a"}},
      {"PATCH", "/v1/shelves/a/books/b", "UpdateBook", {"shelves/a/books/b"}},
      {"POST", "/v1/shelves/a/books/b:lend", "LendBook", {"shelves/a/books/b"}},
      {"GET", "/v1/shelves/a/books/b:download", "DownloadBook", {"shelves/a/books/b"}},
      // A colon that is no verb belongs to the id.
      {"GET", "/v1/shelves/a/books/b:c", "GetBook", {"shelves/a/books/b:c"}},
      {"GET", "/v1/library/figures", "ListFigures", {}},
      {"GET", "/v1/library/operations/7", "GetOperation", {"operations/7"}},
      {"GET", "/v1/figures", "ListFigures", {}},
  };
  for (const Case& c : cases) {
    const RouteMatch match = MatchOf(*api, c.method, c.path);
    ASSERT_NE(match.route, nullptr) << c.method << " " << c.path;
    EXPECT_EQ(match.route->method->name(), c.rpc) << c.path;
    EXPECT_EQ(match.values, c.values) << c.path;
  }
}

TEST(Api, SaysWhichMethodsAPathTakes) {
  const auto api = LibraryApi();
  EXPECT_THAT(MatchOf(*api, "DELETE", "/v1/shelves/a/books/b").other_methods, ElementsAre("GET", "PATCH"));
  EXPECT_THAT(MatchOf(*api, "GET", "/v1/shelves/a/books/b:lend").other_methods, ElementsAre("POST"));
  EXPECT_THAT(MatchOf(*api, "GET", "/v1/dragons").other_methods, IsEmpty());
  EXPECT_THAT(MatchOf(*api, "GET", "/v1/shelves/a/books").other_methods, ElementsAre("POST"));
}

TEST(Api, RoutesNoStreamButDownloads) {
  const auto api = LibraryApi();
  for (const auto& route : api->routes()) {
    EXPECT_TRUE(!route->method->server_streaming() || route->download) << route->display;
    EXPECT_NE(route->method->name(), "WatchBooks");
  }
}

TEST(Api, KnowsTheRealApis) {
  const auto api = Api::Create(DescriptorSet(), {"registry"}).value();
  EXPECT_EQ(MatchOf(*api, "POST", "/v1/sessions").route->backend, kLocalBackend);
  EXPECT_EQ(MatchOf(*api, "GET", "/v1/registry/changes").route->backend, "registry");
  EXPECT_TRUE(MatchOf(*api, "POST", "/v1/files").route->raw_body);
  EXPECT_TRUE(MatchOf(*api, "GET", "/v1/files/x:download").route->download);
}

TEST(Api, PrintsZeroValuesAnd64BitNumbersAsStrings) {
  const auto api = LibraryApi();
  const auto* book = api->pool().FindMessageTypeByName("yaoshi.library.v1.Book");
  const std::string json = api->ToJson(book, "").value();
  EXPECT_THAT(json, ::testing::HasSubstr(R"("price_fen":"0")"));
  EXPECT_THAT(json, ::testing::HasSubstr(R"("keywords":[])"));
  EXPECT_THAT(json, ::testing::HasSubstr(R"("subject":"SUBJECT_UNSPECIFIED")"));
  EXPECT_THAT(json, ::testing::HasSubstr(R"("lent":false)"));
}

}  // namespace
}  // namespace yaoshi::gateway
