#include "gateway/app.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/synchronization/notification.h"
#include "fmt/format.h"
#include "gateway/testing/fake_backend.h"
#include "gateway/testing/http_client.h"

namespace yaoshi::gateway {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using testing::FetchJson;
using ::testing::HasSubstr;
using testing::HttpAnswer;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::TestGateway;

class AppTest : public ::testing::Test {
 protected:
  HttpAnswer Get(std::string_view target, const std::string& headers = "") {
    return testing::Fetch(gateway_.port(), "GET", target, gateway_.Authorization() + headers);
  }
  HttpAnswer Post(std::string_view target, std::string_view body, const std::string& headers = "") {
    return FetchJson(gateway_.port(), "POST", target, gateway_.Authorization() + headers, body);
  }
  HttpAnswer SignIn(std::string_view account, std::string_view password) {
    return FetchJson(gateway_.port(), "POST", "/v1/sessions", "",
                     fmt::format(R"({{"account": "{}", "password": "{}"}})", account, password));
  }
  TestGateway gateway_;
};

TEST_F(AppTest, NobodyGetsInWithoutAToken) {
  for (const char* header : {"", "Authorization: Bearer x.y.z\r\n", "Authorization: Basic YTpi\r\n",
                             "Authorization: Bearer \r\n", "X-Account: city-office\r\n"}) {
    const HttpAnswer answer = testing::Fetch(gateway_.port(), "GET", "/v1/books?nonsense=1", header);
    EXPECT_EQ(answer.status, 401) << header;
    EXPECT_EQ(answer.Reason(), "UNAUTHENTICATED");
    EXPECT_EQ(answer.headers.at("www-authenticate"), "Bearer");
  }
}

TEST_F(AppTest, ServesWhatTheDescriptorsSay) {
  HttpAnswer answer = Post("/v1/shelves/a/books?book_id=b", R"({"title": "引洮工程", "price_fen": "35270000000"})");
  EXPECT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(answer.Json()["name"], "shelves/a/books/b");
  EXPECT_EQ(answer.Json()["price_fen"], "35270000000");
  EXPECT_EQ(answer.Json()["keywords"], nlohmann::json::array());
  EXPECT_EQ(answer.headers.at("etag"), "\"1\"");
  answer = Post("/v1/shelves/a/books/b:lend", R"({"reader": "r"})");
  EXPECT_EQ(answer.Json()["lent"], true) << "the response_body is the answer";
  answer = Get("/v1/books?subjects=WATER&pageSize=7");
  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(gateway_.backend().last_request(), HasSubstr("page_size: 7"));
  answer = Get("/v1/shelves/a/books/b", "If-None-Match: \"3\"\r\n");
  EXPECT_EQ(answer.status, 304);
}

TEST_F(AppTest, TellsAllThatIsWrongWithARequest) {
  const HttpAnswer answer = Post("/v1/shelves/a/books?moon=1", R"({"sun": 1, "pages": "many"})");
  EXPECT_EQ(answer.status, 400);
  EXPECT_THAT(answer.Fields(), ElementsAre("book.sun", "book.pages", "moon"));
  EXPECT_EQ(Post("/v1/shelves/a/books", "{").Reason(), "MALFORMED_JSON");
}

TEST_F(AppTest, UnknownPathsAndMethods) {
  EXPECT_EQ(Get("/v1/dragons").status, 404);
  EXPECT_EQ(Get("/v1/..%2fetc").status, 400);
  EXPECT_EQ(Get("/v1/%00").status, 400);
  const HttpAnswer wrong = testing::Fetch(gateway_.port(), "DELETE", "/v1/books", gateway_.Authorization());
  EXPECT_EQ(wrong.status, 405);
  EXPECT_EQ(wrong.headers.at("allow"), "GET, HEAD, OPTIONS");
  const HttpAnswer options = testing::Fetch(gateway_.port(), "OPTIONS", "/v1/books");
  EXPECT_EQ(options.status, 204);
  EXPECT_EQ(options.headers.at("allow"), "GET, HEAD, OPTIONS");
  EXPECT_EQ(testing::Fetch(gateway_.port(), "HEAD", "/v1/books", gateway_.Authorization()).status, 200);
}

TEST_F(AppTest, BoundsAndKindsOfBodies) {
  EXPECT_EQ(Post("/v1/shelves/a/books", R"({"title": ")" + std::string(5 << 20, 'x') + "\"}").status, 413);
  EXPECT_EQ(Post("/v1/shelves/a/books", "x", "Content-Encoding: gzip\r\n").status, 415);
  EXPECT_EQ(testing::Fetch(gateway_.port(), "POST", "/v1/shelves/a/books",
                           gateway_.Authorization() + "Content-Type: application/x-www-form-urlencoded\r\n", "a=b")
                .status,
            415);
  testing::RawConnection chunked(gateway_.port());
  chunked.Send("POST /v1/shelves/a/books HTTP/1.1\r\nHost: x\r\n" + gateway_.Authorization() +
               "Transfer-Encoding: chunked\r\n\r\n");
  const std::string piece = fmt::format("{:x}\r\n{}\r\n", 1 << 20, std::string(1 << 20, ' '));
  for (int i = 0; i < 6; ++i) chunked.Send(piece);
  EXPECT_EQ(chunked.Receive().status, 413);
}

TEST_F(AppTest, AClientThatSendsFarTooMuchStillReadsWhy) {
  testing::RawConnection client(gateway_.port());
  client.Send(fmt::format("POST /v1/shelves/a/books HTTP/1.1\r\nHost: x\r\n{}Content-Length: {}\r\n\r\n",
                          gateway_.Authorization(), 40 << 20));
  for (int i = 0; i < 40; ++i) client.Send(std::string(1 << 20, ' '));
  const HttpAnswer answer = client.Receive();
  EXPECT_EQ(answer.status, 413);
  EXPECT_EQ(answer.Reason(), "BODY_TOO_LARGE");
}

TEST_F(AppTest, JsonIsTaggedAndCompressed) {
  const HttpAnswer plain = Get("/v1/books");
  const std::string etag = plain.headers.at("etag");
  EXPECT_EQ(plain.headers.at("cache-control"), "private, no-cache");
  EXPECT_EQ(Get("/v1/books", "If-None-Match: " + etag + "\r\n").status, 304);
  EXPECT_EQ(Get("/v1/books", "If-None-Match: \"other\"\r\n").status, 200);
  EXPECT_THAT(Get("/v1/books", "Accept-Encoding: gzip\r\n").headers, Not(Contains(::testing::Key("content-encoding"))))
      << "too small to gain anything";
  const HttpAnswer packed = testing::Fetch(gateway_.port(), "GET", "/openapi.json", "Accept-Encoding: gzip\r\n");
  EXPECT_EQ(packed.headers.at("content-encoding"), "gzip");
  EXPECT_EQ(packed.headers.at("vary"), "Accept-Encoding");
  EXPECT_LT(packed.body.size(), testing::Fetch(gateway_.port(), "GET", "/openapi.json").body.size() / 4);
  EXPECT_EQ(Get("/v1/shelves/a/books/b", "If-None-Match: W/\"3\"\r\n").status, 304);
  EXPECT_EQ(Get("/v1/dragons", "If-None-Match: *\r\n").status, 404) << "an error is never unchanged";
}

TEST_F(AppTest, ErrorsOfTheServiceArriveWhole) {
  HttpAnswer answer = Post("/v1/shelves/a/books/b:lend", R"({"reader": "busy"})");
  EXPECT_EQ(answer.status, 429);
  EXPECT_EQ(answer.headers.at("retry-after"), "7");
  answer = Post("/v1/shelves/a/books/b:lend", R"({"reader": "gone"})");
  EXPECT_EQ(answer.status, 404);
  EXPECT_EQ(answer.Reason(), "BOOK_NOT_FOUND");
  answer = Post("/v1/shelves/a/books/b:lend", R"({"reader": "unknown-detail"})");
  EXPECT_THAT(answer.body, HasSubstr("\"value\":\"AQI=\""));
  answer = Post("/v1/shelves/a/books/b:lend", R"({"reader": "secret"})");
  EXPECT_EQ(answer.status, 500);
  EXPECT_THAT(answer.body, Not(HasSubstr("SELECT")));
  EXPECT_EQ(Get("/v1/books", "Grpc-Timeout: soon\r\n").Reason(), "INVALID_TIMEOUT");
  EXPECT_EQ(Get("/v1/books", "Grpc-Timeout: 1m\r\n").status, 504);
}

TEST_F(AppTest, AWriterSeesItsOwnWrite) {
  EXPECT_EQ(Get("/v1/books").status, 200);
  EXPECT_THAT(gateway_.backend().awaited_tokens(), IsEmpty());
  const HttpAnswer written = Post("/v1/shelves/a/books?book_id=b", "{}");
  EXPECT_EQ(written.headers.at("yaoshi-consistency-token"), "write-of-b");
  EXPECT_EQ(Get("/v1/books").status, 200);
  EXPECT_THAT(gateway_.backend().awaited_tokens(), ElementsAre("write-of-b"));
  EXPECT_EQ(Get("/v1/books", "Yaoshi-Consistency-Token: mine\r\n").status, 200);
  EXPECT_THAT(gateway_.backend().awaited_tokens(), ElementsAre("write-of-b", "mine"));
}

TEST_F(AppTest, TellsTheServiceWhereTheRequestComesFrom) {
  EXPECT_EQ(Get("/v1/books", "X-Forwarded-For: 6.6.6.6\r\nYaoshi-Gateway-Token: x\r\n").status, 200);
  EXPECT_EQ(gateway_.backend().last_origin(), "127.0.0.1") << "a client's own word does not count";
}

TEST_F(AppTest, AWriteWithoutRequestIdGetsOne) {
  EXPECT_EQ(Post("/v1/shelves/a/books?book_id=b", "{}").status, 200);
  EXPECT_THAT(gateway_.backend().last_request(), HasSubstr("request_id: \""));
}

TEST_F(AppTest, DownloadsAreStreamed) {
  const HttpAnswer answer = Get("/v1/shelves/a/books/b:download");
  EXPECT_EQ(answer.status, 200);
  EXPECT_TRUE(answer.complete);
  EXPECT_EQ(answer.body.size(), 640'000u);
  EXPECT_EQ(answer.headers.at("content-type"), "text/csv; charset=utf-8");
  EXPECT_THAT(answer.headers.at("content-disposition"), HasSubstr("filename*=UTF-8''%E6%B8%AD%E6%BA%90%E5%8E%BF"));
  EXPECT_FALSE(Get("/v1/shelves/a/books/broken:download").complete);
  EXPECT_EQ(Get("/v1/shelves/a/books/gone:download").status, 404);
  const HttpAnswer head =
      testing::Fetch(gateway_.port(), "HEAD", "/v1/shelves/a/books/b:download", gateway_.Authorization());
  EXPECT_EQ(head.status, 200);
}

TEST_F(AppTest, PeopleSignIn) {
  const HttpAnswer answer = SignIn("county-longxi", "right password");
  ASSERT_EQ(answer.status, 200) << answer.body;
  const nlohmann::json session = answer.Json();
  EXPECT_EQ(session["account"], "county-longxi");
  EXPECT_EQ(session["title"], "陇西县");
  EXPECT_EQ(session["role"], "COUNTY");
  EXPECT_EQ(session["expire_time"], "2022-04-20T01:00:00.000000Z");
  const std::string header = fmt::format("Authorization: Bearer {}\r\n", session["access_token"].get<std::string>());
  EXPECT_EQ(testing::Fetch(gateway_.port(), "GET", "/v1/books", header).status, 200);
}

TEST_F(AppTest, AWrongPasswordAndAnUnknownAccountGetTheSameAnswer) {
  const HttpAnswer wrong = SignIn("county-longxi", "wrong password");
  const HttpAnswer unknown = SignIn("nobody", "wrong password");
  EXPECT_EQ(wrong.status, 401);
  EXPECT_EQ(wrong.body, unknown.body);
  EXPECT_EQ(wrong.Reason(), "WRONG_CREDENTIALS");
}

TEST_F(AppTest, SignInSaysWhatIsMissing) {
  EXPECT_THAT(FetchJson(gateway_.port(), "POST", "/v1/sessions", "", "{}").Fields(),
              ElementsAre("account", "password"));
  EXPECT_THAT(FetchJson(gateway_.port(), "POST", "/v1/sessions", "", R"({"acount": "x"})").Fields(),
              ElementsAre("acount"));
}

TEST_F(AppTest, FailedSignInsAreThrottledAndForgiven) {
  for (int i = 0; i < 5; ++i) EXPECT_EQ(SignIn("county-longxi", "wrong").status, 401);
  const HttpAnswer refused = SignIn("county-longxi", "right password");
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(refused.Reason(), "TOO_MANY_SIGN_INS");
  EXPECT_EQ(refused.headers.at("retry-after"), "10");
  gateway_.clock().Advance(std::chrono::seconds(11));
  EXPECT_EQ(SignIn("county-longxi", "right password").status, 200) << "nobody is locked out for good";
}

TEST_F(AppTest, SuccessfulSignInsUseNoTriesUp) {
  for (int i = 0; i < 20; ++i) EXPECT_EQ(SignIn("county-longxi", "right password").status, 200);
}

TEST_F(AppTest, AnAddressThatTriesManyAccountsIsThrottled) {
  int refused = 0;
  for (int i = 0; i < 60; ++i) refused += SignIn(fmt::format("account-{}", i), "x").status == 429 ? 1 : 0;
  EXPECT_EQ(refused, 10);
}

TEST_F(AppTest, ASessionIsRefreshedUntilItsTimeIsOver) {
  std::string token = SignIn("county-longxi", "right password").Json()["access_token"];
  const auto refresh = [&] {
    return FetchJson(gateway_.port(), "POST", "/v1/sessions:refresh",
                     fmt::format("Authorization: Bearer {}\r\n", token), "");
  };
  for (int hour = 0; hour < 15; ++hour) {
    gateway_.clock().Advance(std::chrono::minutes(55));
    const HttpAnswer answer = refresh();
    if (answer.status != 200) {
      EXPECT_EQ(answer.status, 401);
      EXPECT_GE(hour, 12);
      return;
    }
    EXPECT_EQ(answer.Json()["sign_in_time"], "2022-04-20T00:00:00.000000Z");
    token = answer.Json()["access_token"];
  }
  FAIL() << "a session lasted for ever";
}

TEST_F(AppTest, ADisabledAccountIsNotRefreshed) {
  const std::string token = SignIn("county-longxi", "right password").Json()["access_token"];
  gateway_.backend().DisableAccount();
  const HttpAnswer answer = FetchJson(gateway_.port(), "POST", "/v1/sessions:refresh",
                                      fmt::format("Authorization: Bearer {}\r\n", token), "");
  EXPECT_EQ(answer.Reason(), "WRONG_CREDENTIALS");
}

TEST_F(AppTest, FiguresComeFromTheServices) {
  HttpAnswer answer = Get("/v1/figures?as_of=2022-04-20");
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(answer.Json()["figures"][0]["value"], "737");
  EXPECT_EQ(answer.Json()["missing_parts"], nlohmann::json::array());
  gateway_.backend().SetFigureFailure(absl::UnavailableError("down"));
  answer = Get("/v1/figures?as_of=2022-04-20");
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(answer.Json()["figures"][0]["key"], "lists.invest-2022.projects");
  EXPECT_EQ(answer.Json()["figures"][0]["value"], "");
  EXPECT_THAT(answer.Json()["figures"][0]["missing_reason"].get<std::string>(), HasSubstr("UNAVAILABLE"));
  EXPECT_EQ(answer.Json()["missing_parts"][0]["service"], "registry");
}

TEST_F(AppTest, ChangesAreStreamedUntilTheGatewayStops) {
  gateway_.app().EndStreams();
  const HttpAnswer answer = Get("/v1/changes");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.headers.at("content-type"), "text/event-stream");
  EXPECT_TRUE(answer.complete);
  EXPECT_EQ(testing::Fetch(gateway_.port(), "GET", "/v1/changes").status, 401);
}

TEST_F(AppTest, PagesNeedNoSignIn) {
  const auto get = [&](std::string_view path) { return testing::Fetch(gateway_.port(), "GET", path); };
  EXPECT_THAT(get("/").headers.at("content-type"), HasSubstr("text/html"));
  EXPECT_EQ(get("/openapi.json").Json()["openapi"], "3.1.0");
  gateway_.AwaitReady();
  const HttpAnswer health = get("/healthz");
  EXPECT_EQ(health.status, 200) << health.body;
  EXPECT_EQ(health.Json()["backends"]["registry"], "SERVING");
  gateway_.backend().server().server().SetServing(false);
  EXPECT_EQ(get("/healthz").status, 503);
}

TEST_F(AppTest, ALostBackendIsSaidPlainly) {
  gateway_.backend().server().server().Drain();
  const HttpAnswer answer = Get("/v1/books");
  EXPECT_EQ(answer.status, 503);
  EXPECT_THAT(answer.body, Not(HasSubstr("127.0.0.1")));
  EXPECT_THAT(answer.headers, Contains(::testing::Key("retry-after")));
}

}  // namespace
}  // namespace yaoshi::gateway
