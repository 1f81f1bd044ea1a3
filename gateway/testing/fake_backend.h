// A real gRPC server in the test's process with services that keep what they are given in memory.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "common/rpc/testing.h"
#include "gateway/app.h"
#include "gateway/http/server.h"
#include "yaoshi/common/v1/change_feed.pb.h"
#include "yaoshi/library/v1/library.pb.h"

namespace yaoshi::gateway::testing {

// Serves yaoshi.library.v1.BookService, and of the registry AccountService,
// SessionService, FileService, FigureService and ChangeFeed.
class FakeBackend {
 public:
  FakeBackend();
  ~FakeBackend();

  rpc::testing::TestServer& server() { return *server_; }

  // The last request that BookService got, and the consistency tokens that reads waited for.
  std::string last_request() const ABSL_LOCKS_EXCLUDED(mutex_);
  std::string last_origin() const ABSL_LOCKS_EXCLUDED(mutex_);
  std::vector<std::string> awaited_tokens() const ABSL_LOCKS_EXCLUDED(mutex_);
  // The bytes of an uploaded file.
  std::string file(const std::string& name) const ABSL_LOCKS_EXCLUDED(mutex_);
  size_t largest_piece() const ABSL_LOCKS_EXCLUDED(mutex_);
  // Makes ListFigures fail.
  void SetFigureFailure(absl::Status status) ABSL_LOCKS_EXCLUDED(mutex_);
  // Sends a change of the feed to who follows it.
  void Publish(yaoshi::common::v1::Change change) ABSL_LOCKS_EXCLUDED(mutex_);
  // Ends every stream of the feed, and fails new ones while `down`.
  void BreakFeed(bool down) ABSL_LOCKS_EXCLUDED(mutex_);
  // What EndSession was told.
  std::vector<std::string> ended_sessions() const ABSL_LOCKS_EXCLUDED(mutex_);
  // Makes every call of AccountService fail.
  void SetAccountFailure(absl::Status status) ABSL_LOCKS_EXCLUDED(mutex_);
  // Forbids the account that signed in.
  void DisableAccount() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  void Note(const rpc::Call& call, const google::protobuf::Message& request) ABSL_LOCKS_EXCLUDED(mutex_);
  rpc::BoundService Books();
  rpc::BoundService Accounts();
  rpc::BoundService Files();
  rpc::BoundService FigureService();
  rpc::BoundService Sessions();
  rpc::BoundService Changes();
  absl::Status Follow(rpc::Call& call, int64_t after, rpc::StreamWriter& writer) ABSL_LOCKS_EXCLUDED(mutex_);

  mutable absl::Mutex mutex_;
  std::string last_request_ ABSL_GUARDED_BY(mutex_);
  std::string last_origin_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::string> awaited_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, std::string> files_ ABSL_GUARDED_BY(mutex_);
  size_t largest_piece_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::Status figure_failure_ ABSL_GUARDED_BY(mutex_);
  bool disabled_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Status account_failure_ ABSL_GUARDED_BY(mutex_);
  std::vector<yaoshi::common::v1::Change> changes_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::string> ended_ ABSL_GUARDED_BY(mutex_);
  bool feed_down_ ABSL_GUARDED_BY(mutex_) = false;
  int feed_breaks_ ABSL_GUARDED_BY(mutex_) = 0;
  std::unique_ptr<rpc::testing::TestServer> server_;
};

// The whole gateway before a fake backend, on a free port.
class TestGateway {
 public:
  explicit TestGateway(HttpServerOptions http = {}, SessionOptions sessions = {}, UploadOptions uploads = {},
                       const std::optional<oidc::Options>& provider = std::nullopt);
  ~TestGateway();

  // Until the gateway follows its services: before, it believes no cookie.
  void AwaitReady();
  FakeBackend& backend() { return backend_; }
  FakeClock& clock() { return backend_.server().clock(); }
  int port() const { return server_->port(); }
  HttpServer& http() { return *server_; }
  App& app() { return *app_; }
  // To its door for gRPC.
  rpc::Channel& grpc() { return *grpc_channel_; }
  // "Authorization: Bearer …\r\n" of the city office.
  std::string Authorization() const;

 private:
  FakeBackend backend_;
  std::unique_ptr<App> app_;
  std::unique_ptr<HttpServer> server_;
  std::unique_ptr<rpc::Server> grpc_server_;
  std::shared_ptr<rpc::Channel> grpc_channel_;
};

}  // namespace yaoshi::gateway::testing
