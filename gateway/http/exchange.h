// One HTTP request in progress, as the rest of the gateway sees it. Nothing here knows the network library.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "gateway/http/reply.h"

namespace yaoshi::gateway {

struct HttpRequest {
  std::string method;                                        // "GET"; any token.
  std::string path;                                          // As it came, without the query.
  std::string query;                                         // As it came, without the '?'.
  std::vector<std::pair<std::string, std::string>> headers;  // Names in lower case, in order.
  std::string peer;                                          // "192.0.2.7"; behind a trusted proxy its client.
  bool secure = false;                                       // True when a trusted proxy says that it came by https.
  std::optional<uint64_t> content_length;                    // Absent with a chunked body and without a body.
  bool has_body = false;

  // The value of the first header with this lower-case name, or "".
  std::string_view Header(std::string_view name) const {
    for (const auto& [key, value] : headers) {
      if (key == name) return value;
    }
    return {};
  }
};

// Exactly one of Reply or StartStream…FinishStream answers a request; dropping every reference without an answer sends
// a 500. All methods may be called from any thread; callbacks run on a thread of the HTTP server.
class Exchange {
 public:
  virtual ~Exchange() = default;
  virtual const HttpRequest& request() const = 0;

  // The next piece of the body, at most `max` bytes; empty at its end. One at a time. An error means that the client is
  // gone or too slow; nobody will read a reply then.
  virtual void ReadBody(size_t max, std::function<void(absl::StatusOr<std::string>)> done) = 0;

  virtual void Reply(HttpReply reply) = 0;

  // A reply whose body comes in pieces. `done` of a piece says whether the client still reads; it runs when the next
  // piece may come, so that nothing piles up. An unsuccessful finish breaks the connection off, so that the client
  // does not take a part for the whole.
  virtual void StartStream(HttpReply head) = 0;
  virtual void WritePiece(std::string piece, std::function<void(bool)> done) = 0;
  virtual void FinishStream(bool successful) = 0;
};

using Handler = std::function<void(std::shared_ptr<Exchange>)>;

}  // namespace yaoshi::gateway
