#include "gateway/http/request_head.h"

#include <gtest/gtest.h>

namespace yaoshi::gateway {
namespace {

constexpr size_t kHead = 1024;
constexpr size_t kTarget = 256;

int RefusedWith(const std::string& bytes) {
  return HeadScanner(kHead, kTarget).Scan(bytes).refusal.http_status;
}

TEST(HeadScanner, RefusesWhatCouldBeReadInTwoWays) {
  EXPECT_EQ(RefusedWith("GET / HTTP/1.1\nHost: x\n\n"), 400);
  EXPECT_EQ(RefusedWith("GET / HTTP/1.1\r\nHost: x\n\r\n"), 400);
  EXPECT_EQ(RefusedWith("GET / HTTP/1.1\r\nA: b\rc\r\n\r\n"), 400);
  EXPECT_EQ(RefusedWith(std::string("GET / HTTP/1.1\r\nA: b\0c\r\n\r\n", 27)), 400);
  EXPECT_EQ(RefusedWith("GET / HTTP/1.1\r\nA: b\r\n c\r\n\r\n"), 400);
  EXPECT_EQ(RefusedWith(" GET / HTTP/1.1\r\n\r\n"), 400);
}

TEST(HeadScanner, BoundsTargetAndHead) {
  EXPECT_EQ(RefusedWith("GET /" + std::string(kTarget + 40, 'a')), 414);
  EXPECT_EQ(RefusedWith("GET / HTTP/1.1\r\nA: " + std::string(kHead, 'a')), 431);
}

TEST(HeadScanner, FindsTheEndWhateverThePieces) {
  const std::string text = "GET / HTTP/1.1\r\nHost: x\r\n\r\nGET /2";
  HeadScanner scanner(kHead, kTarget);
  for (size_t n = 0; n <= text.size(); ++n) {
    const auto result = scanner.Scan(std::string_view(text).substr(0, n));
    ASSERT_EQ(result.refusal.http_status, 0);
    if (result.complete) {
      EXPECT_EQ(n, text.find("\r\n\r\n") + 4);
      return;
    }
  }
  FAIL() << "no end found";
}

RawHead Head(std::vector<std::pair<std::string, std::string>> headers, std::string target = "/v1/a?b=c") {
  headers.emplace_back("Host", "x");
  return {"POST", std::move(target), 11, std::move(headers)};
}

TEST(CheckHead, RefusesTwoWaysToEndABody) {
  HeadFlags flags;
  const std::vector<std::vector<std::pair<std::string, std::string>>> cases = {
      {{"Content-Length", "5"}, {"content-length", "5"}},
      {{"Content-Length", "5"}, {"Transfer-Encoding", "chunked"}},
      {{"Transfer-Encoding", "chunked"}, {"Transfer-Encoding", "chunked"}},
      {{"Content-Length", "+5"}},
      {{"Content-Length", "5, 5"}},
      {{"Content-Length", "-1"}},
      {{"Content-Length", "99999999999999999999"}},
      {{"Host", "y"}},
  };
  for (const auto& headers : cases) {
    HttpRequest request;
    EXPECT_EQ(CheckHead(Head(headers), 100, request, flags).http_status, 400) << headers[0].second;
  }
  HttpRequest coded;
  EXPECT_EQ(CheckHead(Head({{"Transfer-Encoding", "gzip, chunked"}}), 100, coded, flags).http_status, 501);
  HttpRequest expecting;
  EXPECT_EQ(CheckHead(Head({{"Expect", "the unexpected"}}), 100, expecting, flags).http_status, 417);
}

TEST(CheckHead, SplitsTheTarget) {
  HttpRequest request;
  HeadFlags flags;
  EXPECT_EQ(CheckHead(Head({}, "http://host/v1/a?b=c"), 100, request, flags).http_status, 0);
  EXPECT_EQ(request.path, "/v1/a");
  EXPECT_EQ(request.query, "b=c");
  HttpRequest other;
  EXPECT_EQ(CheckHead(Head({}, "host:80"), 100, other, flags).http_status, 400);
}

TEST(FormatHead, LetsNoValueStartANewLine) {
  HttpReply reply;
  reply.headers = {{"Content-Type", "a\r\nSet-Cookie: b"}};
  EXPECT_EQ(FormatHead(reply, true, false, "").find("\r\nSet-Cookie"), std::string::npos);
}

}  // namespace
}  // namespace yaoshi::gateway
