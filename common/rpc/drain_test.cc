// A server that ends loses nothing.
#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "absl/synchronization/notification.h"
#include "common/rpc/echo_testing.h"
#include "common/rpc/testing.h"
#include "common/status/status.h"

namespace yaoshi::rpc {
namespace {

using testing::CityOffice;
using testing::ServicePrincipal;
using testing::TestServer;

TEST(DrainTest, UnderLoadEveryCallThatRanIsAnswered) {
  std::atomic<int> ran = 0, answered = 0, refused = 0, other = 0;
  EchoHandlers handlers;
  handlers.create = [&](Call&, const CreateEchoRequest& request) {
    ++ran;
    return request.echo();
  };
  ServerOptions patient;
  patient.linger = std::chrono::seconds(5);
  TestServer server(BindEcho(handlers), patient);
  const CallOptions options = server.As(CityOffice());
  std::atomic<bool> stop = false;
  std::vector<std::thread> clients;
  for (int i = 0; i < 4; ++i) {
    clients.emplace_back(
        [&, channel = Channel::Open({.target = server.target(), .tls = {}, .keepalive_without_calls = false})] {
          while (!stop) {
            const absl::Status status = channel->Call<Echo>(kCreateEcho, CreateOf("a"), options).status();
            if (status.ok()) {
              ++answered;
            } else if (status.code() == absl::StatusCode::kUnavailable) {
              ++refused;
            } else {
              ++other;
              ADD_FAILURE() << status;
            }
          }
        });
  }
  while (answered < 500) std::this_thread::yield();
  server.server().Drain();
  stop = true;
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(other, 0);
  EXPECT_EQ(ran, answered);
  EXPECT_FALSE(server.server().serving());
}

TEST(DrainTest, RunningAndQueuedCallsFinish) {
  absl::Notification started, release;
  EchoHandlers handlers;
  handlers.create = [&](Call&, const CreateEchoRequest& request) {
    if (request.echo().text() == "first") {
      started.Notify();
      release.WaitForNotification();
    }
    return request.echo();
  };
  ServerOptions options = TestServer::DefaultOptions();
  options.workers = 1;
  TestServer server(BindEcho(handlers), options);
  std::vector<absl::Status> statuses(2);
  absl::Notification first, second;
  server.channel().CallBytes(kCreateEcho, CreateOf("first").SerializeAsString(), server.As(CityOffice()),
                             [&](Reply reply) {
                               statuses[0] = std::move(reply.status);
                               first.Notify();
                             });
  started.WaitForNotification();
  server.channel().CallBytes(kCreateEcho, CreateOf("second").SerializeAsString(), server.As(CityOffice()),
                             [&](Reply reply) {
                               statuses[1] = std::move(reply.status);
                               second.Notify();
                             });
  // The queued call has arrived when a later message of the same connection was answered.
  ASSERT_TRUE(server.Call<Echo>(CityOffice(), kGetEcho, GetOf("a")).ok());
  std::thread drain([&] { server.server().Drain(); });
  while (server.server().serving()) std::this_thread::yield();
  release.Notify();
  first.WaitForNotification();
  second.WaitForNotification();
  drain.join();
  EXPECT_TRUE(statuses[0].ok()) << statuses[0];
  EXPECT_TRUE(statuses[1].ok()) << statuses[1];
  server.server().Drain();  // A second drain has nothing to do.
}

TEST(DrainTest, StreamsAreToldToConnectAgain) {
  TestServer server(BindEcho());
  absl::Notification flowing, ended;
  absl::Status status;
  server.channel().ReadStream(
      kStreamEcho, "", server.As(ServicePrincipal()),
      [&](std::string) {
        if (!flowing.HasBeenNotified()) flowing.Notify();
      },
      [&](absl::Status answer) {
        status = std::move(answer);
        ended.Notify();
      });
  flowing.WaitForNotification();
  server.server().Drain();
  ended.WaitForNotification();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(ReasonOf(status), "DRAINING");
}

TEST(DrainTest, EndsACallThatOutlastsTheDrainTime) {
  absl::Notification started;
  EchoHandlers handlers;
  handlers.create = [&](Call& call, const CreateEchoRequest& request) {
    started.Notify();
    while (!call.cancelled()) std::this_thread::yield();
    return request.echo();
  };
  ServerOptions options = TestServer::DefaultOptions();
  options.drain = std::chrono::seconds(0);
  TestServer server(BindEcho(handlers), options);
  absl::Notification done;
  CallOptions call = server.As(CityOffice());
  call.timeout = std::chrono::seconds(60);
  server.channel().CallBytes(kCreateEcho, CreateOf("a").SerializeAsString(), call, [&](Reply) { done.Notify(); });
  started.WaitForNotification();
  const auto before = std::chrono::steady_clock::now();
  server.server().Drain();
  EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(20));
  done.WaitForNotification();
}

}  // namespace
}  // namespace yaoshi::rpc
