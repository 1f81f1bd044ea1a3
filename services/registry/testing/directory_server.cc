#include "services/registry/testing/directory_server.h"

#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "common/testing/test_database.h"
#include "services/registry/store/bootstrap.h"

namespace yaoshi::registry {
std::span<const db::Migration> Migrations();
}

namespace yaoshi::registry::testing {

struct DirectoryServer::State {
  feed::EngineOptions EngineOptions() {
    feed::EngineOptions options;
    options.database = database;
    options.clock = &clock;
    options.apply = [this](const std::vector<feed::Change>& changes) { memory.Apply(changes); };
    return options;
  }

  FakeClock clock;  // Near that of the calls: an engine years ahead would sweep their request_ids away.
  const db::Options& database = yaoshi::testing::TestDatabase(Migrations());
  resource::ResourceMemory memory{DirectoryTypes()};
  feed::Engine engine{EngineOptions()};
  feed::Writer writer{engine};
  PageTokens tokens = Must(PageTokens::FromKey(std::string(PageTokens::kKeyBytes, 'k')));
  std::unique_ptr<rpc::testing::TestServer> server;
};

DirectoryServer::DirectoryServer(const Bind& bind) : state_(std::make_unique<State>()) {
  {
    db::Session session(state_->database);
    Must(state_->engine.Load(session));
  }
  state_->engine.Start();
  rpc::ServerOptions options;
  options.workers = 4;
  options.session_factory = [this] { return std::make_unique<db::Session>(state_->database); };
  options.thread_scope = [] { return std::make_shared<db::ThreadScope>(); };
  options.wait_for_token = [this](const std::string& token, std::chrono::steady_clock::time_point deadline,
                                  std::function<void(absl::Status)> ready) {
    state_->engine.WaitForToken(token, deadline, std::move(ready));
  };
  state_->server = std::make_unique<rpc::testing::TestServer>(
      bind({state_->memory, state_->writer, state_->tokens}, state_->database), options);
}

DirectoryServer::~DirectoryServer() {
  state_->server.reset();
  state_->engine.Stop();
}

const db::Options& DirectoryServer::database() const {
  return state_->database;
}
feed::Engine& DirectoryServer::engine() {
  return state_->engine;
}
const resource::ResourceMemory& DirectoryServer::memory() const {
  return state_->memory;
}
rpc::testing::TestServer& DirectoryServer::rpc() {
  return *state_->server;
}

void BootstrapCity(const db::Options& database) {
  std::string path = std::filesystem::temp_directory_path() / "yaoshi-bootstrap-XXXXXX";
  close(mkstemp(path.data()));
  std::ofstream(path) << R"({"account": "operator", "password": "correct horse battery"})";
  db::Session session(database);
  const absl::Status done = Bootstrap(session, path, SystemClock());
  std::filesystem::remove(path);
  Must(done);
}

}  // namespace yaoshi::registry::testing
