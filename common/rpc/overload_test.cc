// What happens to calls that a busy server cannot run at once.
#include <gmock/gmock.h>
#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>

#include "absl/synchronization/notification.h"
#include "common/obs/metrics.h"
#include "common/rpc/echo_testing.h"
#include "common/rpc/metadata.h"
#include "common/rpc/testing.h"
#include "common/rpc/wire.h"
#include "common/status/status.h"

namespace yaoshi::rpc {
namespace {

using std::chrono::milliseconds;
using testing::CityOffice;
using ::testing::HasSubstr;
using testing::ServicePrincipal;
using testing::TestServer;

// A server with one worker, which the first call "block" holds until release.
class OverloadTest : public ::testing::Test {
 protected:
  OverloadTest() {
    handlers_.create = [this](Call&, const CreateEchoRequest& request) -> absl::StatusOr<Echo> {
      if (request.echo().text() == "block") {
        blocked_.Notify();
        release_.WaitForNotification();
      } else {
        ++ran_;
      }
      return request.echo();
    };
    ServerOptions options = TestServer::DefaultOptions();
    options.workers = 1;
    options.queue_limit = 1;
    options.metrics = metrics_;
    server_ = std::make_unique<TestServer>(BindEcho(handlers_), std::move(options));
  }
  ~OverloadTest() override {
    if (!release_.HasBeenNotified()) release_.Notify();
  }

  struct Pending {
    std::shared_ptr<CallHandle> handle;
    Reply reply;
    absl::Notification done;
  };
  void Send(const std::string& text, milliseconds timeout, Pending& pending) {
    CallOptions options = server_->As(CityOffice());
    options.timeout = timeout;
    pending.handle =
        server_->channel().CallBytes(kCreateEcho, CreateOf(text).SerializeAsString(), options, [&pending](Reply reply) {
          pending.reply = std::move(reply);
          pending.done.Notify();
        });
  }
  void AwaitMetric(const std::string& name, int value) {
    const std::string line = name + "{service=\"echo\"} " + std::to_string(value) + "\n";
    while (metrics_->Text().find(line) == std::string::npos) std::this_thread::yield();
  }
  void AwaitQueued(int calls) { AwaitMetric("yaoshi_rpc_queue_calls", calls); }

  absl::Notification blocked_, release_;
  std::atomic<int> ran_ = 0;
  EchoHandlers handlers_;
  std::shared_ptr<obs::Metrics> metrics_ = std::make_shared<obs::Metrics>("echo");
  std::unique_ptr<TestServer> server_;
};

constexpr milliseconds kLong{20'000};

TEST_F(OverloadTest, AFullQueueRefusesAtOnceAndSaysWhenToComeBack) {
  Pending first, second;
  Send("block", kLong, first);
  blocked_.WaitForNotification();
  Send("queued", kLong, second);
  AwaitQueued(1);

  // A bare client, to see the trailing metadata.
  grpc::GenericStub stub(grpc::CreateChannel(server_->target(), grpc::InsecureChannelCredentials()));
  grpc::ClientContext context;
  context.AddMetadata("authorization", "Bearer " + server_->Token(CityOffice()));
  const grpc::ByteBuffer request = ToBuffer(CreateOf("refused").SerializeAsString());
  grpc::ByteBuffer response;
  absl::Notification done;
  absl::Status status;
  stub.UnaryCall(&context, kCreateEcho, grpc::StubOptions(), &request, &response, [&](const grpc::Status& answer) {
    status = FromGrpc(answer);
    done.Notify();
  });
  done.WaitForNotification();
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(ReasonOf(status), "OVERLOADED");
  EXPECT_TRUE(status.GetPayload("type.googleapis.com/google.rpc.RetryInfo").has_value());
  const auto pushback = context.GetServerTrailingMetadata().find("grpc-retry-pushback-ms");
  ASSERT_NE(pushback, context.GetServerTrailingMetadata().end());
  const int millis = std::stoi(std::string(pushback->second.data(), pushback->second.size()));
  EXPECT_GE(millis, 100);
  EXPECT_LT(millis, 300);

  // Reads out of memory go on.
  EXPECT_TRUE(server_->Call<Echo>(CityOffice(), kGetEcho, GetOf("a")).ok());
  release_.Notify();
  first.done.WaitForNotification();
  second.done.WaitForNotification();
  EXPECT_TRUE(first.reply.status.ok());
  EXPECT_TRUE(second.reply.status.ok());
  EXPECT_EQ(ran_, 1);
}

TEST_F(OverloadTest, QueuedWorkWhoseDeadlinePassedNeverRuns) {
  Pending first, late, after;
  Send("block", kLong, first);
  blocked_.WaitForNotification();
  Send("late", milliseconds(100), late);
  late.done.WaitForNotification();
  EXPECT_EQ(late.reply.status.code(), absl::StatusCode::kDeadlineExceeded);
  AwaitMetric("yaoshi_rpc_cancelled_total", 1);  // The server knows it, too.
  release_.Notify();
  first.done.WaitForNotification();
  AwaitQueued(0);  // The one place in the queue is free again.
  Send("after", kLong, after);
  after.done.WaitForNotification();
  EXPECT_TRUE(after.reply.status.ok()) << after.reply.status;
  EXPECT_EQ(ran_, 1);
}

TEST_F(OverloadTest, CancelledWorkNeverRuns) {
  Pending first, cancelled, after;
  Send("block", kLong, first);
  blocked_.WaitForNotification();
  Send("cancelled", kLong, cancelled);
  AwaitQueued(1);
  cancelled.handle->Cancel();
  cancelled.done.WaitForNotification();
  EXPECT_EQ(cancelled.reply.status.code(), absl::StatusCode::kCancelled);
  AwaitMetric("yaoshi_rpc_cancelled_total", 1);  // The server knows it, too.
  release_.Notify();
  first.done.WaitForNotification();
  AwaitQueued(0);  // The one place in the queue is free again.
  Send("after", kLong, after);
  after.done.WaitForNotification();
  EXPECT_TRUE(after.reply.status.ok());
  EXPECT_EQ(ran_, 1);
}

TEST(StreamLimitTest, MoreStreamsThanAllowedAreRefused) {
  ServerOptions options = TestServer::DefaultOptions();
  options.stream_limit = 1;
  TestServer server(BindEcho(), options);
  absl::Notification flowing, ended, refused;
  absl::Status status;
  const auto first = server.channel().ReadStream(
      kStreamEcho, "", server.As(ServicePrincipal()),
      [&](std::string) {
        if (!flowing.HasBeenNotified()) flowing.Notify();
      },
      [&](absl::Status) { ended.Notify(); });
  flowing.WaitForNotification();
  server.channel().ReadStream(
      kStreamEcho, "", server.As(ServicePrincipal()), [](std::string) {},
      [&](absl::Status answer) {
        status = std::move(answer);
        refused.Notify();
      });
  refused.WaitForNotification();
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  first->Cancel();
  ended.WaitForNotification();
}

}  // namespace
}  // namespace yaoshi::rpc
