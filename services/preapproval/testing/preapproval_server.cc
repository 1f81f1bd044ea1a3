#include "services/preapproval/testing/preapproval_server.h"

#include <span>

#include "common/page/page_token.h"
#include "common/testing/test_database.h"

namespace yaoshi::preapproval {
std::span<const db::Migration> Migrations();
}

namespace yaoshi::preapproval::testing {

struct PreapprovalServer::State {
  const db::Options& database = yaoshi::testing::TestDatabase(Migrations());
  FakeClock clock;
  db::Session session{database};
  std::unique_ptr<PreapprovalService> service;
  std::unique_ptr<rpc::testing::TestServer> rpc;
};

PreapprovalServer::PreapprovalServer() : state_(std::make_unique<State>()) {
  Start();
}

PreapprovalServer::~PreapprovalServer() {
  state_->rpc.reset();
  state_->service.reset();
}

void PreapprovalServer::Start() {
  state_->service =
      Must(PreapprovalService::Create({state_->database, &state_->clock, std::string(PageTokens::kKeyBytes, 'k')}));
  const absl::Status started = state_->service->Start();
  if (!started.ok()) Must<int>(started);
  rpc::ServerOptions options = rpc::testing::TestServer::DefaultOptions();
  options.workers = 4;
  options.session_factory = state_->service->session_factory();
  options.thread_scope = [] { return std::make_shared<db::ThreadScope>(); };
  options.wait_for_token = state_->service->wait_for_token();
  state_->rpc = std::make_unique<rpc::testing::TestServer>(state_->service->Bind(), options);
  state_->rpc->clock().Set(state_->clock.Now());
}

void PreapprovalServer::Restart() {
  state_->rpc.reset();
  state_->service.reset();
  Start();
}

const db::Options& PreapprovalServer::database() const {
  return state_->database;
}
db::Session& PreapprovalServer::session() {
  return state_->session;
}
PreapprovalService& PreapprovalServer::service() {
  return *state_->service;
}
rpc::testing::TestServer& PreapprovalServer::rpc() {
  return *state_->rpc;
}
Timestamp PreapprovalServer::now() const {
  return state_->clock.Now();
}
void PreapprovalServer::Advance(std::chrono::microseconds delay) {
  state_->clock.Advance(delay);
  state_->rpc->clock().Advance(delay);
}
void PreapprovalServer::SetTime(Timestamp time) {
  state_->clock.Set(time);
  state_->rpc->clock().Set(time);
}

std::string PreapprovalServer::PathOf(const std::string& method) {
  return method.starts_with('/') ? method : kPreapproval + method;
}

rpc::CallOptions PreapprovalServer::OptionsFor(const auth::Principal& who) const {
  rpc::CallOptions options = state_->rpc->As(who);
  options.consistency_token = token_;
  options.timeout = std::chrono::seconds(30);
  return options;
}

std::string WrongFields(const absl::Status& status) {
  std::string fields;
  for (const FieldViolation& violation : ViolationsOf(status)) fields += (fields.empty() ? "" : " ") + violation.field;
  return fields;
}

}  // namespace yaoshi::preapproval::testing
