#include "gateway/transcode/request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/status/status.h"
#include "gateway/testing/descriptors.h"
#include "yaoshi/library/v1/library.pb.h"

namespace yaoshi::gateway {
namespace {

using ::testing::ElementsAre;
namespace library = yaoshi::library::v1;

class RequestTest : public ::testing::Test {
 protected:
  absl::StatusOr<std::string> Build(std::string_view method, std::string_view path, RequestParts parts) const {
    const RouteMatch match = api_->Match(method, SplitPath(path).value());
    EXPECT_NE(match.route, nullptr) << path;
    return BuildRequest(*api_, match, parts);
  }
  template <class Request>
  Request BuildAs(std::string_view method, std::string_view path, RequestParts parts) const {
    const absl::StatusOr<std::string> bytes = Build(method, path, parts);
    EXPECT_TRUE(bytes.ok()) << bytes.status();
    Request request;
    EXPECT_TRUE(request.ParseFromString(bytes.value_or("")));
    return request;
  }
  std::vector<std::string> Wrong(std::string_view method, std::string_view path, RequestParts parts) const {
    std::vector<std::string> fields;
    for (const FieldViolation& v : ViolationsOf(Build(method, path, parts).status())) fields.push_back(v.field);
    return fields;
  }

  const std::unique_ptr<Api> api_ = LibraryApi();
};

TEST_F(RequestTest, RefusesQueryParametersThatMeanNothing) {
  EXPECT_THAT(Wrong("GET", "/v1/books",
                    {.query = "colour=red&page_size=many&lent=maybe&subjects=FIRE&subjects=1&like=x&like.moon=1"}),
              ElementsAre("colour", "page_size", "lent", "subjects", "subjects", "like", "like.moon"));
  EXPECT_THAT(Wrong("GET", "/v1/books", {.query = "page_size=1&page_size=2&pageSize=3"}),
              ElementsAre("page_size", "pageSize"));
  EXPECT_THAT(Wrong("GET", "/v1/books", {.query = "min_price_fen=9223372036854775808"}), ElementsAre("min_price_fen"));
  EXPECT_THAT(Wrong("GET", "/v1/books", {.query = "bought_after=yesterday"}), ElementsAre("bought_after"));
  EXPECT_THAT(Wrong("GET", "/v1/shelves/a/books/b", {.query = "name=other"}), ElementsAre("name"));
  EXPECT_THAT(Wrong("POST", "/v1/shelves/a/books", {.query = "book.title=x"}), ElementsAre("book.title"));
  EXPECT_THAT(Wrong("POST", "/v1/shelves/a/books/b:lend", {.query = "reader=x"}), ElementsAre("reader"));
  EXPECT_EQ(ReasonOf(Build("GET", "/v1/books", {.query = "filter=%zz"}).status()), "MALFORMED_URL");
  EXPECT_EQ(ReasonOf(Build("GET", "/v1/books", {.query = "filter=%ff"}).status()), "MALFORMED_URL");
}

TEST_F(RequestTest, ReadsQueryParameters) {
  const auto request =
      BuildAs<library::ListBooksRequest>("GET", "/v1/books",
                                         {.query = "page_size=5&subjects=WATER&subjects=ROADS&minPriceFen=-7&lent=true&"
                                                   "like.text=a+b%2B&bought_after=2022-04-20T00:00:00Z&filter="});
  EXPECT_EQ(request.page_size(), 5);
  EXPECT_THAT(request.subjects(), ElementsAre(library::WATER, library::ROADS));
  EXPECT_EQ(request.min_price_fen(), -7);
  EXPECT_TRUE(request.lent());
  EXPECT_EQ(request.like().text(), "a b+");
  EXPECT_EQ(request.bought_after().seconds(), 1650412800);
}

TEST_F(RequestTest, PutsPathBodyAndQueryTogether) {
  const auto request = BuildAs<library::CreateBookRequest>(
      "POST", "/v1/shelves/a/books", {.query = "book_id=b", .body = R"({"title": "引洮", "price_fen": "12"})"});
  EXPECT_EQ(request.parent(), "shelves/a");
  EXPECT_EQ(request.book_id(), "b");
  EXPECT_EQ(request.book().title(), "引洮");
  EXPECT_EQ(request.book().price_fen(), 12);
}

TEST_F(RequestTest, ThePathOverridesTheBody) {
  const auto request = BuildAs<library::LendBookRequest>("POST", "/v1/shelves/a/books/b:lend",
                                                         {.body = R"({"name": "shelves/x/books/y", "reader": "r"})"});
  EXPECT_EQ(request.name(), "shelves/a/books/b");
  EXPECT_EQ(request.reader(), "r");
}

TEST_F(RequestTest, APatchWithoutMaskChangesWhatItsBodyNames) {
  const auto request = BuildAs<library::UpdateBookRequest>(
      "PATCH", "/v1/shelves/a/books/b",
      {.body = R"({"name": "x", "etag": "3", "pages": 0, "first_page": {"text": "t"}, "create_time": "z"})"});
  EXPECT_EQ(request.book().name(), "shelves/a/books/b");
  EXPECT_EQ(request.book().first_page().text(), "t");
  EXPECT_THAT(request.update_mask().paths(), ElementsAre("pages", "first_page.text"));
}

TEST_F(RequestTest, APatchWithMaskKeepsIt) {
  const auto request = BuildAs<library::UpdateBookRequest>(
      "PATCH", "/v1/shelves/a/books/b", {.query = "update_mask=title,first_page.text", .body = "{}"});
  EXPECT_THAT(request.update_mask().paths(), ElementsAre("title", "first_page.text"));
}

TEST_F(RequestTest, IfMatchBecomesTheEtag) {
  const auto request =
      BuildAs<library::UpdateBookRequest>("PATCH", "/v1/shelves/a/books/b", {.body = "{}", .if_match = "\"3\""});
  EXPECT_EQ(request.book().etag(), "3");
  for (const char* wrong : {"W/\"\"", "\"3\", \"4\"", "\"\""}) {
    EXPECT_EQ(ReasonOf(Build("PATCH", "/v1/shelves/a/books/b", {.body = "{}", .if_match = wrong}).status()),
              "INVALID_IF_MATCH");
  }
}

TEST_F(RequestTest, RefusesBodiesThatDoNotBelong) {
  EXPECT_EQ(ReasonOf(Build("GET", "/v1/books", {.body = "{}"}).status()), "UNEXPECTED_BODY");
  EXPECT_EQ(ReasonOf(Build("POST", "/v1/shelves/a/books",
                           {.body = "a=b", .content_type = "application/x-www-form-urlencoded"})
                         .status()),
            "UNSUPPORTED_MEDIA_TYPE");
  EXPECT_THAT(Wrong("POST", "/v1/shelves/a/books", {.body = R"({"buy_time": "soon"})"}), ElementsAre("book.buy_time"));
  EXPECT_THAT(Wrong("POST", "/v1/shelves/a/books", {.query = "moon=1", .body = R"({"sun": 1})"}),
              ElementsAre("book.sun", "moon"));
}

TEST_F(RequestTest, AWriteGetsARequestIdUnlessItHasOne) {
  const auto* type = api_->pool().FindMessageTypeByName("yaoshi.library.v1.LendBookRequest");
  library::LendBookRequest request;
  std::string bytes = request.SerializeAsString();
  AddRequestId(type, "fresh", bytes);
  ASSERT_TRUE(request.ParseFromString(bytes));
  EXPECT_EQ(request.request_id(), "fresh");
  AddRequestId(type, "other", bytes);
  ASSERT_TRUE(request.ParseFromString(bytes));
  EXPECT_EQ(request.request_id(), "fresh");
}

}  // namespace
}  // namespace yaoshi::gateway
