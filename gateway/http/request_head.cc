#include "gateway/http/request_head.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <ctime>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "fmt/format.h"

namespace yaoshi::gateway {
namespace {

constexpr std::chrono::seconds kHttpsOnly = std::chrono::hours(365 * 24);  // As long as browsers are asked for usually.
constexpr Refusal kMalformed = {400, "MALFORMED_HTTP", "The request is not well-formed HTTP/1.1."};

std::string Lower(std::string_view text) {
  std::string result(text);
  absl::AsciiStrToLower(&result);
  return result;
}

// The one value of a header; `count` says how often it came.
std::string_view Single(const HttpRequest& request, std::string_view name, int& count) {
  std::string_view value;
  count = 0;
  for (const auto& [key, text] : request.headers) {
    if (key != name) continue;
    ++count;
    value = text;
  }
  return value;
}

Refusal CheckFraming(unsigned version, HttpRequest& request) {
  int lengths = 0;
  int encodings = 0;
  const std::string_view length = Single(request, "content-length", lengths);
  const std::string encoding = Lower(Single(request, "transfer-encoding", encodings));
  if (lengths + encodings > 1) return kMalformed;  // Two ways to end a body: a smuggler's tool.
  if (encodings == 1) {
    if (version < 11) return kMalformed;
    if (encoding != "chunked") return {501, "MALFORMED_HTTP", "The only transfer encoding that is taken is chunked."};
    request.has_body = true;
  }
  if (lengths == 1) {
    uint64_t bytes = 0;
    const auto [end, error] = std::from_chars(length.data(), length.data() + length.size(), bytes);
    if (error != std::errc() || end != length.data() + length.size()) return kMalformed;
    request.content_length = bytes;
    request.has_body = bytes > 0;
  }
  return {};
}

// Splits "/path?query" or "http://host/path?query".
bool SplitTarget(std::string_view target, HttpRequest& request) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!Lower(target.substr(0, scheme.size())).starts_with(scheme)) continue;
    const size_t slash = target.find('/', scheme.size());
    target = slash == std::string_view::npos ? "/" : target.substr(slash);
    break;
  }
  if (target == "*" && request.method == "OPTIONS") target = "/";
  if (target.empty() || target.front() != '/' || target.find('#') != std::string_view::npos) return false;
  const size_t mark = target.find('?');
  request.path = std::string(target.substr(0, mark));
  request.query = mark == std::string_view::npos ? "" : std::string(target.substr(mark + 1));
  return true;
}

std::string_view ReasonPhrase(int status) {
  static constexpr std::pair<int, std::string_view> kPhrases[] = {{200, "OK"},
                                                                  {201, "Created"},
                                                                  {204, "No Content"},
                                                                  {304, "Not Modified"},
                                                                  {400, "Bad Request"},
                                                                  {401, "Unauthorized"},
                                                                  {403, "Forbidden"},
                                                                  {404, "Not Found"},
                                                                  {405, "Method Not Allowed"},
                                                                  {408, "Request Timeout"},
                                                                  {409, "Conflict"},
                                                                  {413, "Content Too Large"},
                                                                  {414, "URI Too Long"},
                                                                  {415, "Unsupported Media Type"},
                                                                  {417, "Expectation Failed"},
                                                                  {429, "Too Many Requests"},
                                                                  {431, "Request Header Fields Too Large"},
                                                                  {499, "Client Closed Request"},
                                                                  {500, "Internal Server Error"},
                                                                  {501, "Not Implemented"},
                                                                  {503, "Service Unavailable"},
                                                                  {504, "Gateway Timeout"},
                                                                  {505, "HTTP Version Not Supported"}};
  for (const auto& [code, phrase] : kPhrases) {
    if (code == status) return phrase;
  }
  return "Status";
}

// "Wed, 20 Apr 2022 08:00:00 GMT"
std::string HttpDate() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[40];
  return std::string(text, std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts));
}

// A header value must not start a new line, wherever it comes from.
std::string OneLine(std::string_view value) {
  std::string result(value);
  std::replace_if(
      result.begin(), result.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
  return result;
}

bool HasHeader(const HttpReply& reply, std::string_view name) {
  return std::any_of(reply.headers.begin(), reply.headers.end(),
                     [name](const auto& header) { return Lower(header.first) == name; });
}

}  // namespace

HeadScanner::Result HeadScanner::Scan(std::string_view data) {
  Result result;
  for (; scanned_ < data.size(); ++scanned_) {
    const char c = data[scanned_];
    const bool after_return = scanned_ > 0 && data[scanned_ - 1] == '\r';
    if (c == '\0' || (after_return && c != '\n') || (c == '\n' && !after_return)) {
      result.refusal = kMalformed;  // A NUL, a bare CR or a bare LF.
      return result;
    }
    // A line that starts with a space continues the one before in old HTTP; others read it differently.
    if ((c == ' ' || c == '\t') && (scanned_ == 0 || data[scanned_ - 1] == '\n')) {
      result.refusal = kMalformed;
      return result;
    }
    first_line_ended_ |= c == '\n';
    if (!first_line_ended_ && scanned_ > max_target_ + 32) {
      result.refusal = {414, "URL_TOO_LONG", "The URL is too long. Put long filters into fewer words."};
      return result;
    }
    if (scanned_ >= max_head_) {
      result.refusal = {431, "HEADERS_TOO_LARGE", "The request's headers are too large. Send fewer or shorter ones."};
      return result;
    }
    if (c == '\n' && scanned_ >= 3 && data.substr(scanned_ - 3, 4) == "\r\n\r\n") {
      result.complete = true;
      return result;
    }
  }
  return result;
}

Refusal CheckHead(RawHead head, size_t max_headers, HttpRequest& request, HeadFlags& flags) {
  flags = {};
  if (head.version != 10 && head.version != 11) {
    return {505, "MALFORMED_HTTP", "Only HTTP/1.1 and HTTP/1.0 are spoken here."};
  }
  if (head.headers.size() > max_headers) {
    return {431, "HEADERS_TOO_LARGE", "The request has too many headers. Send fewer."};
  }
  request.method = std::move(head.method);
  for (auto& [name, value] : head.headers) request.headers.emplace_back(Lower(name), std::move(value));
  int hosts = 0;
  Single(request, "host", hosts);
  if (hosts > 1 || (hosts == 0 && head.version == 11) || !SplitTarget(head.target, request)) return kMalformed;
  if (const Refusal refusal = CheckFraming(head.version, request); refusal.http_status != 0) return refusal;
  const std::string connection = Lower(request.Header("connection"));
  flags.chunks_allowed = head.version == 11;
  flags.keep_alive =
      head.version == 11 ? !absl::StrContains(connection, "close") : absl::StrContains(connection, "keep-alive");
  flags.head_only = request.method == "HEAD";
  const std::string expect = Lower(request.Header("expect"));
  flags.expects_continue = expect == "100-continue";
  if (!expect.empty() && !flags.expects_continue) {
    return {417, "MALFORMED_HTTP", "The only expectation that is met is 100-continue."};
  }
  return {};
}

std::string FormatHead(const HttpReply& reply, bool keep_alive, bool secure, std::string_view framing) {
  std::string head = fmt::format("HTTP/1.1 {} {}\r\n", reply.status, ReasonPhrase(reply.status));
  head += fmt::format("Date: {}\r\n", HttpDate());
  for (const auto& [name, value] : reply.headers) head += fmt::format("{}: {}\r\n", name, OneLine(value));
  if (!HasHeader(reply, "cache-control")) head += "Cache-Control: no-store\r\n";
  if (!HasHeader(reply, "content-security-policy")) {
    head += "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n";
  }
  head +=
      "X-Content-Type-Options: nosniff\r\nX-Frame-Options: DENY\r\nReferrer-Policy: no-referrer\r\n"
      "Cross-Origin-Resource-Policy: same-origin\r\n";
  // Only for this name: what else is served below it is not ours to say.
  if (secure) head += fmt::format("Strict-Transport-Security: max-age={}\r\n", kHttpsOnly.count());
  head += keep_alive ? "Connection: keep-alive\r\n" : "Connection: close\r\n";
  if (reply.status != 204 && reply.status != 304) head += framing;
  head += "\r\n";
  return head;
}

}  // namespace yaoshi::gateway
