#include "common/service/testing.h"

#include <utility>

#include "common/page/page_token.h"
#include "common/testing/test_database.h"

namespace yaoshi::service::testing {

using yaoshi::testing::Must;

struct TestService::State {
  State(std::string named, std::span<const db::Migration> migrations)
      : package(std::move(named)), database(yaoshi::testing::TestDatabase(migrations)) {}

  const std::string package;
  const db::Options& database;
  FakeClock clock;
  db::Session session{database};
  Make make;
  std::unique_ptr<Service> service;
  std::unique_ptr<rpc::testing::TestServer> rpc;
};

TestService::TestService(std::string package, std::span<const db::Migration> migrations)
    : state_(std::make_unique<State>(std::move(package), migrations)) {}

TestService::~TestService() {
  End();
}

void TestService::Start(Make make) {
  state_->make = std::move(make);
  Run();
}

void TestService::Restart() {
  End();
  Run();
}

void TestService::Run() {
  state_->service = state_->make({state_->database, &state_->clock, std::string(PageTokens::kKeyBytes, 'k')});
  Must(state_->service->Start());
  rpc::ServerOptions options = rpc::testing::TestServer::DefaultOptions();
  options.workers = 4;
  state_->service->Equip(options);
  state_->rpc = std::make_unique<rpc::testing::TestServer>(state_->service->Bind(), options);
  state_->rpc->clock().Set(state_->clock.Now());
}

void TestService::End() {
  state_->rpc.reset();
  state_->service.reset();
}

const db::Options& TestService::database() const {
  return state_->database;
}
db::Session& TestService::session() {
  return state_->session;
}
rpc::testing::TestServer& TestService::rpc() {
  return *state_->rpc;
}
Service& TestService::service() {
  return *state_->service;
}
Timestamp TestService::now() const {
  return state_->clock.Now();
}
void TestService::Advance(std::chrono::microseconds delay) {
  state_->clock.Advance(delay);
  state_->rpc->clock().Advance(delay);
}
void TestService::SetTime(Timestamp time) {
  state_->clock.Set(time);
  state_->rpc->clock().Set(time);
}

std::string TestService::PathOf(const std::string& method) const {
  return method.starts_with('/') ? method : state_->package + method;
}

rpc::CallOptions TestService::OptionsFor(const auth::Principal& who) const {
  rpc::CallOptions options = state_->rpc->As(who);
  options.consistency_token = token_;
  options.timeout = std::chrono::seconds(30);
  return options;
}

}  // namespace yaoshi::service::testing
