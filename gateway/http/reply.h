// Turns what a call answered into an HTTP reply.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gateway/http/shared_bytes.h"
#include "gateway/transcode/api.h"

namespace yaoshi::gateway {

struct HttpRequest;

struct HttpReply {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers;  // Without those that every reply has.
  std::string body;
  std::shared_ptr<const SharedBytes> shared = nullptr;  // Sent in place of `body` when it is there.

  std::string_view content() const { return shared != nullptr ? shared->view() : std::string_view(body); }
};

// The HTTP status of a status code (google.rpc.Code's own table).
int HttpStatusOf(absl::StatusCode code);

// The error as anybody may see it: itself when it says its reason, otherwise a plain one of the same code.
absl::Status Presentable(const absl::Status& status);

// Retry-After, when the error says how long to wait.
void AddRetryAfter(const absl::Status& status, HttpReply& reply);

// {"error": {code, message, status, details[]}} of AIP-193. `http_status` 0 means HttpStatusOf. An error that no
// service of ours made (no ErrorInfo) loses its text, which may tell internals; details of an unknown type are kept
// as base64. Adds a LocalizedMessage in zh-CN, and Retry-After from RetryInfo.
HttpReply ErrorReply(const Api& api, const absl::Status& status, int http_status = 0);

// The reply of a unary call: JSON, the bytes of an HttpBody, the ETag of the answer's `etag` field.
HttpReply AnswerReply(const Api& api, const Route& route, const std::string& bytes, std::string_view if_none_match);

// Gives the reply to a GET of JSON an entity tag when it has none, answers 304 to who knows it already, and compresses
// what is large enough and not compressed yet, when the client takes that.
void FinishReply(const HttpRequest& request, HttpReply& reply);

// `attachment; filename="…"; filename*=UTF-8''…` (RFC 6266, RFC 5987).
std::string ContentDisposition(std::string_view file_name);

}  // namespace yaoshi::gateway
