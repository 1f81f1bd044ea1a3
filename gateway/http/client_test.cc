#include "gateway/http/client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "absl/synchronization/notification.h"
#include "fmt/format.h"
#include "gateway/testing/fake_provider.h"

namespace yaoshi::gateway {
namespace {

absl::StatusOr<ClientReply> Send(HttpClient& client, ClientCall call) {
  absl::StatusOr<ClientReply> result;
  absl::Notification ready;
  client.Send(std::move(call), [&](absl::StatusOr<ClientReply> reply) {
    result = std::move(reply);
    ready.Notify();
  });
  ready.WaitForNotification();
  return result;
}

ClientCall Get(std::string url) {
  ClientCall call;
  call.url = std::move(url);
  return call;
}

// A listener of this machine that takes connections and says nothing.
class Silence {
 public:
  Silence() : socket_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    bind(socket_, reinterpret_cast<sockaddr*>(&address), size);
    listen(socket_, 16);
    getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
  }
  ~Silence() { Close(); }
  void Close() {
    if (socket_ >= 0) close(socket_);
    socket_ = -1;
  }
  std::string Url(std::string_view scheme = "http") const { return fmt::format("{}://127.0.0.1:{}/", scheme, port_); }

 private:
  int socket_;
  int port_ = 0;
};

TEST(HttpClient, GoesNowhereThatOthersCanReadAlong) {
  const auto client = HttpClient::Create({}).value();
  for (const char* url : {"http://id.gov.cn/", "ftp://127.0.0.1/", "127.0.0.1:80", "http://169.254.169.254/latest"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(Send(*client, Get(url)).status())) << url;
  }
}

TEST(HttpClient, GivesUpAtItsDeadline) {
  const Silence silence;
  const auto client = HttpClient::Create({.authorities = {}, .timeout = std::chrono::milliseconds(100)}).value();
  EXPECT_TRUE(absl::IsDeadlineExceeded(Send(*client, Get(silence.Url())).status()));
  EXPECT_TRUE(absl::IsDeadlineExceeded(Send(*client, Get(silence.Url("https"))).status())) << "in the handshake";
}

TEST(HttpClient, SaysThatNobodyIsThere) {
  Silence silence;
  silence.Close();
  const auto client = HttpClient::Create({}).value();
  EXPECT_TRUE(absl::IsUnavailable(Send(*client, Get(silence.Url())).status()));
  EXPECT_TRUE(absl::IsUnavailable(Send(*client, Get("https://no-such-host.invalid/")).status()));
}

TEST(HttpClient, TakesNoAnswerLargerThanItsBound) {
  testing::FakeProvider server;
  server.Answer("/large", 200, std::string(2000, 'x'));
  const auto client = HttpClient::Create({.authorities = {}, .answer_bytes = 1000}).value();
  EXPECT_TRUE(absl::IsResourceExhausted(Send(*client, Get(server.issuer() + "/large")).status()));
}

TEST(HttpClient, BoundsTheCallsUnderWayAndGivesUpOnThemAtItsEnd) {
  const Silence silence;
  std::vector<absl::Status> ended;
  {
    auto client = HttpClient::Create({.authorities = {}, .calls = 2}).value();
    for (int i = 0; i < 2; ++i) {
      client->Send(Get(silence.Url()),
                   [&](const absl::StatusOr<ClientReply>& reply) { ended.push_back(reply.status()); });
    }
    EXPECT_TRUE(absl::IsResourceExhausted(Send(*client, Get(silence.Url())).status()));
  }
  ASSERT_EQ(ended.size(), 2u);
  EXPECT_TRUE(absl::IsCancelled(ended[0]));
}

TEST(HttpClient, SendsAndTakesWhatItIsTold) {
  testing::FakeProvider server;
  server.Answer("/token", 418, "kept");
  server.Answer("/away", 302, "");
  const auto client = HttpClient::Create({}).value();
  ClientCall call;
  call.method = "POST";
  call.url = server.issuer() + "/token";
  call.headers = {{"Authorization", "Basic x"}};
  call.body = "a=1";
  const auto reply = Send(*client, std::move(call));
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_EQ(reply->status, 418);
  EXPECT_EQ(reply->body, "kept");
  EXPECT_EQ(server.LastBody("/token"), "a=1");
  EXPECT_EQ(server.LastAuthorization("/token"), "Basic x");
  EXPECT_EQ(Send(*client, Get(server.issuer() + "/away"))->status, 302) << "it is not followed";
}

TEST(HttpClient, NeedsAuthoritiesThatCanBeRead) {
  EXPECT_FALSE(HttpClient::Create({.authorities = "/no/such/file"}).ok());
}

}  // namespace
}  // namespace yaoshi::gateway
