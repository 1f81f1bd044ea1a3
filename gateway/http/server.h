// The HTTP/1.1 server: reads requests strictly, bounds everything a client can stretch, and hands them to one handler.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "gateway/http/exchange.h"
#include "gateway/http/proxies.h"

namespace yaoshi::gateway {

struct HttpServerOptions {
  std::string address = "127.0.0.1:8080";  // host:port; port 0 takes a free one.
  int threads = 2;
  int connections_per_address = 256;               // More connections of one address are closed at once.
  TrustedProxies proxies;                          // Have as many connections as they need, and speak for others.
  int connections = 10000;                         // In all.
  std::chrono::milliseconds phase_timeout{10000};  // For a header, a piece of a body, a piece of a reply.
  std::chrono::milliseconds idle_timeout{60000};   // Between two requests of a connection.
  // Renders the errors that the server itself finds (400, 408, 413, 414, 431).
  std::function<HttpReply(int http_status, std::string_view reason, std::string_view message)> error;
  // Told of every request that the server itself refuses; may be empty.
  std::function<void(std::string_view peer, int http_status)> refused;
};

inline constexpr size_t kMaxHeaderBytes = size_t{16} * 1024;  // Request line and headers.
inline constexpr size_t kMaxTargetBytes = size_t{8} * 1024;
inline constexpr size_t kMaxHeaderCount = 100;

class HttpServer {
 public:
  // Listens and serves until Stop.
  static absl::StatusOr<std::unique_ptr<HttpServer>> Start(HttpServerOptions options, Handler handler);
  ~HttpServer();  // Stops at once.
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  int port() const;
  int open_connections() const;

  // Accepts no more, closes idle connections, lets running requests finish for at most `drain`, then closes.
  void Stop(std::chrono::milliseconds drain);

  struct State;  // For server.cc alone.

 private:
  explicit HttpServer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace yaoshi::gateway
