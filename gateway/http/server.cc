#include "gateway/http/server.h"

#include <condition_variable>
#include <csignal>
#include <map>
#include <thread>
#include <unordered_set>
#include <vector>

#include "gateway/http/connection.h"

namespace yaoshi::gateway {
namespace {

inline constexpr std::chrono::milliseconds kAcceptPause{100};  // After the process ran out of file descriptors.

}  // namespace

struct HttpServer::State : ConnectionHost {
  State(HttpServerOptions opts, Handler handle) : context(opts.threads), acceptor(context) {
    options = std::move(opts);
    handler = std::move(handle);
  }

  net::io_context context;
  tcp::acceptor acceptor;
  int port = 0;
  std::vector<std::thread> threads;

  std::mutex mutex;
  std::condition_variable changed;
  std::map<std::string, int> per_address;       // Guarded by mutex.
  std::unordered_set<Connection*> connections;  // Guarded by mutex.

  absl::Status Listen();
  net::awaitable<void> Accept();
  // False when the address or the server has too many connections.
  bool Admit(Connection* connection, const std::string& peer);
  void Release(Connection* connection, const std::string& peer) override;
};

bool HttpServer::State::Admit(Connection* connection, const std::string& peer) {
  const std::lock_guard<std::mutex> lock(mutex);
  if (static_cast<int>(connections.size()) >= options.connections) return false;
  int& count = per_address[peer];
  if (count >= options.connections_per_address && !options.proxies.Contains(peer)) return false;
  ++count;
  connections.insert(connection);
  return true;
}

void HttpServer::State::Release(Connection* connection, const std::string& peer) {
  const std::lock_guard<std::mutex> lock(mutex);
  if (connections.erase(connection) == 0) return;
  const auto found = per_address.find(peer);
  if (found != per_address.end() && --found->second == 0) per_address.erase(found);
  changed.notify_all();
}

absl::Status HttpServer::State::Listen() {
  const size_t colon = options.address.rfind(':');
  if (colon == std::string::npos) return absl::InvalidArgumentError("the address must be host:port");
  ErrorCode error;
  tcp::resolver resolver(context);
  const auto found = resolver.resolve(options.address.substr(0, colon), options.address.substr(colon + 1),
                                      tcp::resolver::passive, error);
  if (error || found.empty()) {
    return absl::InvalidArgumentError(fmt::format("{} is no address: {}", options.address, error.message()));
  }
  const tcp::endpoint endpoint = *found.begin();
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(net::socket_base::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(1024, error);
  if (error) return absl::UnavailableError(fmt::format("cannot listen on {}: {}", options.address, error.message()));
  port = acceptor.local_endpoint().port();
  return absl::OkStatus();
}

net::awaitable<void> HttpServer::State::Accept() {
  net::steady_timer pause(context);
  while (!stopping) {
    tcp::socket socket(net::make_strand(context));
    ErrorCode error;
    co_await acceptor.async_accept(socket, net::redirect_error(net::use_awaitable, error));
    if (error == net::error::operation_aborted || stopping) co_return;
    if (error) {  // Out of file descriptors or memory: wait for others to end instead of spinning.
      pause.expires_after(kAcceptPause);
      co_await pause.async_wait(net::redirect_error(net::use_awaitable, error));
      continue;
    }
    const tcp::endpoint remote = socket.remote_endpoint(error);
    if (error) continue;
    socket.set_option(tcp::no_delay(true), error);
    const std::string peer = remote.address().to_string();
    auto connection = std::make_shared<Connection>(*this, std::move(socket), peer);
    if (!Admit(connection.get(), peer)) continue;
    const auto executor = connection->executor();
    net::co_spawn(
        executor, [connection]() { return connection->Run(); }, net::detached);
  }
}

absl::StatusOr<std::unique_ptr<HttpServer>> HttpServer::Start(HttpServerOptions options, Handler handler) {
  std::signal(SIGPIPE, SIG_IGN);  // sendfile(2), unlike send(2), cannot be told that a closed peer is an error alone.
  auto state = std::make_unique<State>(std::move(options), std::move(handler));
  if (absl::Status status = state->Listen(); !status.ok()) return status;
  net::co_spawn(
      state->context, [raw = state.get()]() { return raw->Accept(); }, net::detached);
  for (int i = 0; i < state->options.threads; ++i) {
    state->threads.emplace_back([raw = state.get()] { raw->context.run(); });
  }
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(state)));
}

HttpServer::HttpServer(std::unique_ptr<State> state) : state_(std::move(state)) {}
HttpServer::~HttpServer() {
  Stop(std::chrono::milliseconds(0));
  const std::lock_guard<std::mutex> lock(state_->gate->mutex);
  state_->gate->closed = true;
}
int HttpServer::port() const {
  return state_->port;
}

int HttpServer::open_connections() const {
  const std::lock_guard<std::mutex> lock(state_->mutex);
  return static_cast<int>(state_->connections.size());
}

void HttpServer::Stop(std::chrono::milliseconds drain) {
  State& state = *state_;
  if (state.threads.empty()) return;
  state.stopping = true;
  net::post(state.acceptor.get_executor(), [&state] {
    ErrorCode ignored;
    state.acceptor.close(ignored);
  });
  {
    std::unique_lock<std::mutex> lock(state.mutex);
    for (Connection* connection : state.connections) connection->CloseIfIdle();
    const auto empty = [&state] { return state.connections.empty(); };
    state.changed.wait_for(lock, drain, empty);
    for (Connection* connection : state.connections) connection->CloseNow();
    state.changed.wait_for(lock, std::chrono::seconds(1), empty);
  }
  state.context.stop();
  for (std::thread& thread : state.threads) thread.join();
  state.threads.clear();
  // What was posted meanwhile still runs, so that every callback is called.
  state.context.restart();
  state.context.poll();
}

}  // namespace yaoshi::gateway
