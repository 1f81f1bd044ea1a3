// HTTP/1.1 requests to a party outside: one connection each, bounded in time and size, redirects not followed. Nothing
// here knows the network library.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"

namespace yaoshi::gateway {

struct HttpClientOptions {
  std::string authorities;                  // PEM file of trusted authorities; empty: those of the system.
  std::chrono::milliseconds timeout{8000};  // Of a whole call, from the name's resolution to the last byte.
  size_t answer_bytes = size_t{256} << 10;  // Largest body that is taken; descriptions and key sets have a few KiB.
  int calls = 64;                           // At a time; more are refused at once.
};

struct ClientCall {
  std::string method = "GET";
  std::string url;                                           // As ParseUrl takes it, and private (IsPrivate).
  std::vector<std::pair<std::string, std::string>> headers;  // Beside Host, Accept and what the body needs.
  std::string body;
};

struct ClientReply {
  int status = 0;  // As the other side gave it, 3xx included.
  std::string body;
};

class HttpClient {
 public:
  // An error when the authorities' file cannot be read.
  static absl::StatusOr<std::unique_ptr<HttpClient>> Create(HttpClientOptions options);
  // Gives up on what is under way: its `done` is called with CANCELLED.
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  // `done` is called once, on the client's own thread or at once; it must not block. Errors: UNAVAILABLE (not reached,
  // broken off, certificate not good for the host), DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED (body too large, too many
  // calls).
  void Send(ClientCall call, std::function<void(absl::StatusOr<ClientReply>)> done);

  struct State;  // For client.cc alone.

 private:
  explicit HttpClient(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace yaoshi::gateway
