#include "gateway/http/reply.h"

#include <algorithm>

#include "absl/strings/escaping.h"
#include "common/status/status.h"
#include "fmt/format.h"
#include "gateway/http/exchange.h"
#include "gateway/http/gzip.h"
#include "gateway/http/messages_zh.h"
#include "gateway/transcode/wire.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "nlohmann/json.hpp"

namespace yaoshi::gateway {
namespace {

namespace pb = google::protobuf;
using Json = nlohmann::ordered_json;

std::string CodeName(absl::StatusCode code) {
  return absl::StatusCodeToString(code);
}

// What is said instead of a text that does not come from a service of ours.
std::string_view GenericMessage(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kUnavailable:
      return "The service behind this address cannot be reached now. Try again in a moment.";
    case absl::StatusCode::kDeadlineExceeded:
      return "The answer took too long. Try again, or ask for less at a time.";
    case absl::StatusCode::kCancelled:
      return "The request was cancelled.";
    case absl::StatusCode::kUnimplemented:
      return "The service behind this address does not offer this yet.";
    case absl::StatusCode::kResourceExhausted:
      return "The service is busy or the request is too large. Try again in a moment, or ask for less at a time.";
    default:
      return "Something went wrong inside. Try again; if it stays, report the request id to the operator.";
  }
}

std::string_view GenericReason(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kUnavailable:
      return "BACKEND_UNAVAILABLE";
    case absl::StatusCode::kDeadlineExceeded:
      return "DEADLINE_EXCEEDED";
    case absl::StatusCode::kCancelled:
      return "CANCELLED";
    case absl::StatusCode::kUnimplemented:
      return "NOT_IMPLEMENTED";
    case absl::StatusCode::kResourceExhausted:
      return "OVERLOADED";
    default:
      return "INTERNAL";
  }
}

Json DetailJson(const Api& api, const pb::Any& detail) {
  const std::string& url = detail.type_url();
  const pb::Descriptor* type = api.pool().FindMessageTypeByName(url.substr(url.rfind('/') + 1));
  Json result = {{"@type", url}};
  if (type != nullptr) {
    if (const auto json = api.ToJson(type, detail.value()); json.ok()) {
      const Json fields = Json::parse(*json, nullptr, false);
      if (fields.is_object()) {
        for (const auto& item : fields.items()) result[item.key()] = item.value();
        return result;
      }
    }
  }
  result["value"] = std::string(absl::Base64Escape(detail.value()));
  return result;
}

}  // namespace

int HttpStatusOf(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kOk:
      return 200;
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kOutOfRange:
      return 400;
    case absl::StatusCode::kUnauthenticated:
      return 401;
    case absl::StatusCode::kPermissionDenied:
      return 403;
    case absl::StatusCode::kNotFound:
      return 404;
    case absl::StatusCode::kAborted:
    case absl::StatusCode::kAlreadyExists:
      return 409;
    case absl::StatusCode::kResourceExhausted:
      return 429;
    case absl::StatusCode::kCancelled:
      return 499;
    case absl::StatusCode::kUnimplemented:
      return 501;
    case absl::StatusCode::kUnavailable:
      return 503;
    case absl::StatusCode::kDeadlineExceeded:
      return 504;
    default:
      return 500;
  }
}

void AddRetryAfter(const absl::Status& status, HttpReply& reply) {
  google::rpc::Status wire;
  wire.ParseFromString(ToWire(status));
  for (const pb::Any& detail : wire.details()) {
    google::rpc::RetryInfo info;
    if (!detail.Is<google::rpc::RetryInfo>() || !detail.UnpackTo(&info)) continue;
    const int64_t seconds = info.retry_delay().seconds() + (info.retry_delay().nanos() > 0 ? 1 : 0);
    reply.headers.emplace_back("Retry-After", std::to_string(std::max<int64_t>(1, seconds)));
    return;
  }
}

absl::Status Presentable(const absl::Status& status) {
  if (!ReasonOf(status).empty()) return status;
  absl::Status plain = Error(status.code(), GenericReason(status.code()), GenericMessage(status.code()));
  if (status.code() == absl::StatusCode::kUnavailable) plain = WithRetryAfter(plain, std::chrono::seconds(1));
  return plain;
}

HttpReply ErrorReply(const Api& api, const absl::Status& original, int http_status) {
  const absl::Status status = Presentable(original);
  google::rpc::Status wire;
  wire.ParseFromString(ToWire(status));
  HttpReply reply;
  reply.status = http_status != 0 ? http_status : HttpStatusOf(status.code());
  bool localized = false;
  Json details = Json::array();
  for (const pb::Any& detail : wire.details()) {
    localized |= detail.Is<google::rpc::LocalizedMessage>();
    details.push_back(DetailJson(api, detail));
  }
  if (!localized) {
    details.push_back({{"@type", "type.googleapis.com/google.rpc.LocalizedMessage"},
                       {"locale", "zh-CN"},
                       {"message", std::string(ChineseMessage(ReasonOf(status), status.code()))}});
  }
  const Json body = {{"error",
                      {{"code", reply.status},
                       {"message", std::string(status.message())},
                       {"status", CodeName(status.code())},
                       {"details", std::move(details)}}}};
  reply.body = body.dump(-1, ' ', false, Json::error_handler_t::replace);
  reply.headers.emplace_back("Content-Type", "application/json; charset=utf-8");
  AddRetryAfter(status, reply);
  if (reply.status == 401) reply.headers.emplace_back("WWW-Authenticate", "Bearer");
  return reply;
}

HttpReply AnswerReply(const Api& api, const Route& route, const std::string& bytes, std::string_view if_none_match) {
  HttpReply reply;
  const pb::Descriptor* type = route.method->output_type();
  if (const auto* field = type->FindFieldByName("etag");
      field != nullptr && field->type() == pb::FieldDescriptor::TYPE_STRING) {
    const std::string etag = FindBytes(field, bytes).value_or("");
    if (!etag.empty()) {
      reply.headers.emplace_back("ETag", fmt::format("\"{}\"", etag));
      if (route.http_method == "GET" && MatchesEtag(if_none_match, reply.headers.back().second)) {
        reply.status = 304;
        return reply;
      }
    }
  }
  if (type->full_name() == "google.api.HttpBody") {
    reply.headers.emplace_back("Content-Type", FindBytes(type->FindFieldByName("content_type"), bytes).value_or(""));
    reply.body = FindBytes(type->FindFieldByName("data"), bytes).value_or("");
    return reply;
  }
  const std::string part = route.answer_field == nullptr ? bytes : FindBytes(route.answer_field, bytes).value_or("");
  auto json = api.ToJson(route.answer_field == nullptr ? type : route.answer_field->message_type(), part);
  if (!json.ok()) return ErrorReply(api, json.status());
  reply.body = *std::move(json);
  reply.headers.emplace_back("Content-Type", "application/json; charset=utf-8");
  return reply;
}

void FinishReply(const HttpRequest& request, HttpReply& reply) {
  const auto find = [&reply](std::string_view name) {
    return std::find_if(reply.headers.begin(), reply.headers.end(), [&](const auto& h) { return h.first == name; });
  };
  const auto type = find("Content-Type");
  const bool json = type != reply.headers.end() && type->second.starts_with("application/json");
  if (!json || reply.status == 304 || find("Content-Encoding") != reply.headers.end()) return;
  const bool get = request.method == "GET" || request.method == "HEAD";
  if (get && reply.status == 200) {
    if (find("ETag") == reply.headers.end()) reply.headers.emplace_back("ETag", EtagOf(reply.content()));
    if (find("Cache-Control") == reply.headers.end()) {
      reply.headers.emplace_back("Cache-Control", "private, no-cache");  // Kept, and asked for again each time.
    }
    if (MatchesEtag(request.Header("if-none-match"), find("ETag")->second)) {
      reply.status = 304;
      reply.body.clear();
      reply.shared.reset();
      return;
    }
  }
  if (reply.content().size() < kMinGzipBytes) return;
  reply.headers.emplace_back("Vary", "Accept-Encoding");
  if (!AcceptsGzip(request.Header("accept-encoding"))) return;
  reply.body = Gzip(reply.content(), kFastGzip);
  reply.shared.reset();
  reply.headers.emplace_back("Content-Encoding", "gzip");
  // Two codings of one resource have one tag, so it may only be a weak one.
  if (const auto etag = find("ETag"); etag != reply.headers.end() && !etag->second.starts_with("W/")) {
    etag->second.insert(0, "W/");
  }
}

std::string ContentDisposition(std::string_view file_name) {
  std::string plain;
  std::string encoded;
  for (const char c : file_name) {
    const auto byte = static_cast<unsigned char>(c);
    const bool ascii = byte >= 0x20 && byte < 0x7f;
    if (ascii && c != '"' && c != '\\' && c != '/') plain += c;
    if (!ascii && (byte & 0xC0) != 0x80) plain += '_';
    const bool unreserved = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                            std::string_view("!#$&+-.^_`|~").find(c) != std::string_view::npos;
    encoded += unreserved ? std::string(1, c) : fmt::format("%{:02X}", byte);
  }
  return fmt::format("attachment; filename=\"{}\"; filename*=UTF-8''{}", plain, encoded);
}

}  // namespace yaoshi::gateway
