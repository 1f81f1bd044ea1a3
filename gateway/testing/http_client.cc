#include "gateway/testing/http_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cstdlib>

#include "absl/strings/ascii.h"
#include "fmt/format.h"

namespace yaoshi::gateway::testing {

std::string HttpAnswer::Reason() const {
  const nlohmann::json json = Json();
  if (!json.is_object() || !json.contains("error")) return "";
  for (const auto& detail : json["error"]["details"]) {
    if (detail.contains("reason")) return detail["reason"];
  }
  return "";
}

std::vector<std::string> HttpAnswer::Fields() const {
  std::vector<std::string> fields;
  const nlohmann::json json = Json();
  if (!json.is_object() || !json.contains("error")) return fields;
  for (const auto& detail : json["error"]["details"]) {
    if (!detail.contains("field_violations")) continue;
    for (const auto& violation : detail["field_violations"]) fields.push_back(violation["field"]);
  }
  return fields;
}

RawConnection::RawConnection(int port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const timeval timeout{20, 0};
  setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
  setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout);
  if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) std::abort();
}

RawConnection::~RawConnection() {
  ::close(socket_);
}

void RawConnection::Send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;  // The server has closed; what it said first is still to be read.
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
}

bool RawConnection::Fill() {
  char bytes[65536];
  const ssize_t received = ::recv(socket_, bytes, sizeof bytes, 0);
  if (received <= 0) return false;
  buffer_.append(bytes, static_cast<size_t>(received));
  return true;
}

bool RawConnection::AtEnd() {
  return buffer_.empty() && !Fill();
}

std::string RawConnection::TakeChunks(bool& complete) {
  std::string body;
  for (;;) {
    size_t end = 0;
    while ((end = buffer_.find("\r\n")) == std::string::npos) {
      if (!Fill()) return body;
    }
    const size_t size = std::strtoul(buffer_.c_str(), nullptr, 16);
    while (buffer_.size() < end + 2 + size + 2) {
      if (!Fill()) return body;
    }
    body += buffer_.substr(end + 2, size);
    buffer_.erase(0, end + 2 + size + 2);
    if (size == 0) {
      complete = true;
      return body;
    }
  }
}

HttpAnswer RawConnection::Receive(bool head) {
  HttpAnswer answer;
  size_t end = 0;
  while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
    if (!Fill()) return answer;
  }
  std::string text = buffer_.substr(0, end + 2);
  buffer_.erase(0, end + 4);
  answer.status = std::atoi(text.c_str() + 9);
  size_t line = text.find("\r\n") + 2;
  while (line < text.size()) {
    const size_t stop = text.find("\r\n", line);
    const size_t colon = text.find(": ", line);
    std::string name = text.substr(line, colon - line);
    absl::AsciiStrToLower(&name);
    std::string& value = answer.headers[name];
    if (!value.empty()) value += '\n';
    value += text.substr(colon + 2, stop - colon - 2);
    line = stop + 2;
  }
  if (answer.status == 100) return Receive(head);
  if (head || answer.status == 204 || answer.status == 304) {
    answer.complete = true;
  } else if (answer.headers.contains("transfer-encoding")) {
    answer.body = TakeChunks(answer.complete);
  } else {
    const size_t size = std::strtoul(answer.headers["content-length"].c_str(), nullptr, 10);
    while (buffer_.size() < size && Fill()) {
    }
    answer.complete = buffer_.size() >= size;
    answer.body = buffer_.substr(0, size);
    buffer_.erase(0, size);
  }
  return answer;
}

HttpAnswer Fetch(int port, std::string_view method, std::string_view target, std::string_view headers,
                 std::string_view body) {
  RawConnection connection(port);
  const std::string length = body.empty() ? "" : fmt::format("Content-Length: {}\r\n", body.size());
  connection.Send(fmt::format("{} {} HTTP/1.1\r\nHost: test\r\n{}{}\r\n{}", method, target, headers, length, body));
  return connection.Receive(method == "HEAD");
}

HttpAnswer FetchJson(int port, std::string_view method, std::string_view target, std::string_view headers,
                     std::string_view body) {
  return Fetch(port, method, target, fmt::format("{}Content-Type: application/json\r\n", headers), body);
}

}  // namespace yaoshi::gateway::testing
