#include "gateway/http/server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "fmt/format.h"
#include "gateway/http/task.h"
#include "gateway/testing/http_client.h"

namespace yaoshi::gateway {
namespace {

using testing::Fetch;
using testing::HttpAnswer;
using testing::RawConnection;

Detached Echo(std::shared_ptr<Exchange> exchange) {
  std::string body;
  while (exchange->request().has_body) {
    Callback<absl::StatusOr<std::string>> reading([&](auto done) { exchange->ReadBody(1000, std::move(done)); });
    const absl::StatusOr<std::string> piece = co_await reading;
    if (!piece.ok()) co_return;
    if (piece->empty()) break;
    body += *piece;
  }
  HttpReply reply;
  reply.body = exchange->request().method + " " + exchange->request().path + " " + body;
  exchange->Reply(std::move(reply));
}

Detached Stream(std::shared_ptr<Exchange> exchange, int pieces, bool successful) {
  exchange->StartStream({});
  bool reads = true;
  for (int i = 0; i < pieces && reads; ++i) {
    Callback<bool> writing([&](auto done) { exchange->WritePiece(std::string(1000, 'x'), std::move(done)); });
    reads = co_await writing;
  }
  exchange->FinishStream(successful);
}

// Some megabytes, each place of which is told from the others.
std::string Numbers() {
  std::string text;
  for (int i = 0; i < 500'000; ++i) text += fmt::format("{:06} ", i);
  return text;
}

void Handle(const std::shared_ptr<Exchange>& exchange) {
  const std::string& path = exchange->request().path;
  if (path == "/forget") return;
  if (path == "/stream") return void(Stream(exchange, 200, true));
  if (path == "/broken-stream") return void(Stream(exchange, 3, false));
  if (path == "/refuse") {
    HttpReply reply;
    reply.status = 403;
    return exchange->Reply(std::move(reply));
  }
  if (path == "/large") {
    HttpReply reply;
    reply.body = std::string(3'000'000, 'y');
    return exchange->Reply(std::move(reply));
  }
  if (path == "/shared") {
    static const auto* const kShared = new std::shared_ptr<const SharedBytes>(SharedBytes::Of(Numbers()));
    HttpReply reply;
    reply.shared = *kShared;
    return exchange->Reply(std::move(reply));
  }
  Echo(exchange);
}

std::unique_ptr<HttpServer> Serve(HttpServerOptions options = {}) {
  options.address = "127.0.0.1:0";
  options.error = [](int status, std::string_view reason, std::string_view) {
    HttpReply reply;
    reply.status = status;
    reply.body = std::string(reason);
    return reply;
  };
  return HttpServer::Start(std::move(options), Handle).value();
}

class ServerTest : public ::testing::Test {
 protected:
  HttpAnswer Raw(std::string_view bytes) {
    RawConnection connection(server_->port());
    connection.Send(bytes);
    return connection.Receive();
  }
  const std::unique_ptr<HttpServer> server_ = Serve();
};

TEST_F(ServerTest, RefusesHostileRequestsAndCloses) {
  struct Case {
    const char* name;
    std::string bytes;
    int status;
  };
  const std::vector<Case> cases = {
      {"no HTTP", "HELLO\r\n\r\n", 400},
      {"bare LF", "GET / HTTP/1.1\nHost: x\n\n", 400},
      {"NUL", std::string("GET / HTTP/1.1\r\nHost: x\r\nA: b\0c\r\n\r\n", 36), 400},
      {"no Host", "GET / HTTP/1.1\r\n\r\n", 400},
      {"two Hosts", "GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", 400},
      {"two lengths", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello", 400},
      {"two equal lengths", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello", 400},
      {"length list", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5, 5\r\n\r\nhello", 400},
      {"length and chunks",
       "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
      {"chunks and length",
       "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n", 400},
      {"unknown coding", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", 501},
      {"space before colon", "GET / HTTP/1.1\r\nHost: x\r\nContent-Length : 5\r\n\r\nhello", 400},
      {"folded header", "GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n", 400},
      {"broken chunk", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n", 400},
      {"huge chunk", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n", 400},
      {"long target", "GET /" + std::string(9000, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n", 414},
      {"endless target", "GET /" + std::string(1'000'000, 'a'), 414},
      {"large headers", "GET / HTTP/1.1\r\nHost: x\r\nA: " + std::string(20000, 'a') + "\r\n\r\n", 431},
      {"version", "GET / HTTP/2.0\r\nHost: x\r\n\r\n", 400},
  };
  for (const Case& c : cases) {
    RawConnection connection(server_->port());
    connection.Send(c.bytes);
    const HttpAnswer answer = connection.Receive();
    const bool version = std::string_view(c.name) == "version" && answer.status == 505;
    EXPECT_TRUE(answer.status == c.status || version) << c.name << ": " << answer.status;
    EXPECT_EQ(answer.headers.at("connection"), "close") << c.name;
    EXPECT_TRUE(connection.AtEnd()) << c.name;
  }
}

TEST_F(ServerTest, BoundsTheNumberOfHeaders) {
  std::string head = "GET / HTTP/1.1\r\nHost: x\r\n";
  for (int i = 0; i < 150; ++i) head += fmt::format("A{}: b\r\n", i);
  EXPECT_EQ(Raw(head + "\r\n").status, 431);
}

TEST_F(ServerTest, AnswersPipelinedRequestsInOrder) {
  RawConnection connection(server_->port());
  std::string requests;
  for (int i = 0; i < 20; ++i)
    requests += fmt::format("POST /{} HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\n{}", i, i % 10);
  connection.Send(requests);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(connection.Receive().body, fmt::format("POST /{} {}", i, i % 10));
}

TEST_F(ServerTest, ReadsBodiesOfEveryKind) {
  EXPECT_EQ(Fetch(server_->port(), "POST", "/a", "", std::string(100000, 'b')).body,
            "POST /a " + std::string(100000, 'b'));
  EXPECT_EQ(
      Raw("POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n").body,
      "POST /a abcde");
  EXPECT_EQ(Raw("GET /a HTTP/1.0\r\n\r\n").body, "GET /a ");
  EXPECT_EQ(Raw("GET http://x/a HTTP/1.1\r\nHost: x\r\n\r\n").body, "GET /a ");
}

TEST_F(ServerTest, TellsAClientThatWaitsToGoOn) {
  RawConnection connection(server_->port());
  connection.Send("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
  connection.Send("abc");
  EXPECT_EQ(connection.Receive().body, "POST /a abc");
}

TEST_F(ServerTest, AReplyBeforeTheBodyWasReadStillArrives) {
  RawConnection connection(server_->port());
  connection.Send("POST /refuse HTTP/1.1\r\nHost: x\r\nContent-Length: 300000\r\n\r\n" + std::string(100000, 'a'));
  const HttpAnswer answer = connection.Receive();
  EXPECT_EQ(answer.status, 403);
  EXPECT_EQ(answer.headers.at("connection"), "close");
}

TEST_F(ServerTest, AHeadAnswerHasNoBody) {
  RawConnection connection(server_->port());
  connection.Send("HEAD /a HTTP/1.1\r\nHost: x\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\n\r\n");
  const HttpAnswer head = connection.Receive(/*head=*/true);
  EXPECT_EQ(head.headers.at("content-length"), "8");
  EXPECT_EQ(connection.Receive().body, "GET /b ");
}

TEST_F(ServerTest, SharedBytesArriveWholeOneReplyAfterTheOther) {
  RawConnection connection(server_->port());
  const std::string get = "GET /shared HTTP/1.1\r\nHost: x\r\n\r\n";
  connection.Send(get + "HEAD /shared HTTP/1.1\r\nHost: x\r\n\r\n" + get);
  const std::string numbers = Numbers();
  EXPECT_EQ(connection.Receive().body, numbers);
  const HttpAnswer head = connection.Receive(/*head=*/true);
  EXPECT_EQ(head.headers.at("content-length"), std::to_string(numbers.size()));
  EXPECT_EQ(connection.Receive().body, numbers);
}

TEST_F(ServerTest, AClientThatLeavesDuringSharedBytesHarmsNobody) {
  for (int i = 0; i < 20; ++i) {
    RawConnection leaves(server_->port());
    leaves.Send("GET /shared HTTP/1.1\r\nHost: x\r\n\r\n");
  }
  while (server_->open_connections() > 0) std::this_thread::yield();
  EXPECT_EQ(Fetch(server_->port(), "GET", "/shared").body.size(), Numbers().size());
}

TEST_F(ServerTest, StreamsInChunks) {
  const HttpAnswer answer = Fetch(server_->port(), "GET", "/stream");
  EXPECT_EQ(answer.body.size(), 200'000u);
  EXPECT_TRUE(answer.complete);
  EXPECT_EQ(Fetch(server_->port(), "GET", "/large").body.size(), 3'000'000u);
}

TEST_F(ServerTest, AStreamThatFailsIsNoCompleteAnswer) {
  EXPECT_FALSE(Fetch(server_->port(), "GET", "/broken-stream").complete);
}

TEST_F(ServerTest, AHandlerThatForgetsToAnswerGivesAnError) {
  const HttpAnswer answer = Fetch(server_->port(), "GET", "/forget");
  EXPECT_EQ(answer.status, 500);
  EXPECT_EQ(answer.body, "INTERNAL");
}

TEST_F(ServerTest, EveryReplyHasTheSecurityHeaders) {
  const HttpAnswer answer = Fetch(server_->port(), "GET", "/a");
  EXPECT_EQ(answer.headers.at("x-content-type-options"), "nosniff");
  EXPECT_THAT(answer.headers.at("content-security-policy"), ::testing::HasSubstr("frame-ancestors 'none'"));
  EXPECT_EQ(answer.headers.at("cache-control"), "no-store");
}

TEST(SlowClients, AreCutOffWhileOthersAreServed) {
  HttpServerOptions options;
  options.phase_timeout = std::chrono::milliseconds(300);
  options.idle_timeout = std::chrono::milliseconds(300);
  const auto server = Serve(options);
  RawConnection silent(server->port());
  RawConnection header(server->port());
  header.Send("GET / HTTP/1.1\r\nHos");
  RawConnection body(server->port());
  body.Send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc");
  EXPECT_EQ(Fetch(server->port(), "GET", "/a").status, 200);
  EXPECT_EQ(header.Receive().status, 408);
  EXPECT_EQ(body.Receive().status, 408);
  EXPECT_TRUE(silent.AtEnd());
  // A chunk whose size line never ends with CRLF.
  RawConnection chunk(server->port());
  chunk.Send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\nhello\n0\n\n");
  EXPECT_EQ(chunk.Receive().status, 408);
}

// A byte at a time, for ever: what is counted is the time of the whole header, not that between two bytes.
TEST(SlowClients, ThatDripHoldNobodyUp) {
  constexpr int kClients = 100;
  std::atomic<int> refused = 0;
  HttpServerOptions options;
  options.threads = 1;
  options.phase_timeout = std::chrono::milliseconds(300);
  options.refused = [&](std::string_view, int status) { refused += status == 408; };
  const auto server = Serve(options);
  std::vector<std::unique_ptr<RawConnection>> clients;
  for (int i = 0; i < kClients; ++i) {
    clients.push_back(std::make_unique<RawConnection>(server->port()));
    clients.back()->Send("GET /a HTTP/1.1\r\nHost: x\r\nX-Drip: ");
  }
  while (refused < kClients) {
    for (const auto& client : clients) client->Send("a");
    ASSERT_EQ(Fetch(server->port(), "GET", "/a").status, 200);
  }
  for (const auto& client : clients) EXPECT_EQ(client->Receive().status, 408);
}

TEST(SlowClients, ThatDoNotReadAreCutOff) {
  HttpServerOptions options;
  options.threads = 1;
  options.phase_timeout = std::chrono::milliseconds(300);
  const auto server = Serve(options);
  for (const char* path : {"/large", "/shared"}) {
    RawConnection deaf(server->port());
    // More than the buffers of both sockets hold.
    for (int i = 0; i < 10; ++i) deaf.Send(fmt::format("GET {} HTTP/1.1\r\nHost: x\r\n\r\n", path));
    while (server->open_connections() == 0) std::this_thread::yield();
    while (server->open_connections() > 0) ASSERT_EQ(Fetch(server->port(), "GET", "/a").status, 200);
  }
}

TEST(Connections, AreBoundedPerAddress) {
  HttpServerOptions options;
  options.connections_per_address = 2;
  const auto server = Serve(options);
  RawConnection first(server->port());
  first.Send("GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(first.Receive().status, 200);
  RawConnection second(server->port());
  second.Send("GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(second.Receive().status, 200);
  RawConnection third(server->port());
  EXPECT_TRUE(third.AtEnd());
  first.Send("GET /b HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(first.Receive().status, 200);
}

TEST(Stop, LetsARunningRequestFinishAndClosesIdleConnections) {
  auto server = Serve();
  RawConnection idle(server->port());
  idle.Send("GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(idle.Receive().status, 200);
  RawConnection running(server->port());
  running.Send("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
  running.Send("a");
  // The request is running once it holds a connection and its body is awaited.
  while (server->open_connections() < 2) std::this_thread::yield();
  std::thread stopping([&] { server->Stop(std::chrono::seconds(15)); });
  EXPECT_TRUE(idle.AtEnd());
  running.Send("bc");
  const HttpAnswer answer = running.Receive();
  stopping.join();
  EXPECT_TRUE(answer.status == 200 || answer.status == 0) << answer.status;
  EXPECT_EQ(server->open_connections(), 0);
}

}  // namespace
}  // namespace yaoshi::gateway
