// Strict reading of a request's head, without the network: what could smuggle a second request is refused.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/http/exchange.h"

namespace yaoshi::gateway {

// Why a request is refused before any handler sees it. http_status 0: it is not.
struct Refusal {
  int http_status = 0;
  std::string_view reason;
  std::string_view message;
};

// Looks for the end of the head in bytes that arrive piece by piece.
class HeadScanner {
 public:
  HeadScanner(size_t max_head, size_t max_target) : max_head_(max_head), max_target_(max_target) {}
  struct Result {
    bool complete = false;
    Refusal refusal;
  };
  // `data` is all that has come so far; what was scanned before is not scanned again.
  Result Scan(std::string_view data);

 private:
  size_t max_head_;
  size_t max_target_;
  size_t scanned_ = 0;
  bool first_line_ended_ = false;
};

// A head as the parser gives it.
struct RawHead {
  std::string method;
  std::string target;
  unsigned version = 11;
  std::vector<std::pair<std::string, std::string>> headers;
};

// What the connection needs to know of a request.
struct HeadFlags {
  bool keep_alive = true;
  bool head_only = false;      // HEAD: the reply has no body.
  bool chunks_allowed = true;  // HTTP/1.1.
  bool expects_continue = false;
};

// Checks a head and fills `request` and `flags`.
Refusal CheckHead(RawHead head, size_t max_headers, HttpRequest& request, HeadFlags& flags);

// Status line and headers, with those that every reply has; `framing` says how the body ends. A browser that came by
// https (`secure`) is told to come by nothing else from then on.
std::string FormatHead(const HttpReply& reply, bool keep_alive, bool secure, std::string_view framing);

}  // namespace yaoshi::gateway
