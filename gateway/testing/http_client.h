// Raw HTTP for tests: what goes out is exactly what the test wrote.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "nlohmann/json.hpp"

namespace yaoshi::gateway::testing {

struct HttpAnswer {
  int status = 0;                              // 0: the server closed without an answer.
  std::map<std::string, std::string> headers;  // Names in lower case; what comes twice, by line breaks.
  std::string body;                            // Chunks put together.
  bool complete = false;                       // False when the body broke off.
  nlohmann::json Json() const { return nlohmann::json::parse(body, nullptr, false); }
  // The ErrorInfo reason of an error.
  std::string Reason() const;
  // The fields of its BadRequest.
  std::vector<std::string> Fields() const;
};

// A connection to 127.0.0.1. Every wait ends after 20 s at most.
class RawConnection {
 public:
  explicit RawConnection(int port);
  ~RawConnection();
  RawConnection(const RawConnection&) = delete;
  RawConnection& operator=(const RawConnection&) = delete;

  void Send(std::string_view bytes);
  // Reads one answer; `head` for the answer to a HEAD request.
  HttpAnswer Receive(bool head = false);
  // True when the server has closed the connection and nothing is left to read.
  bool AtEnd();

 private:
  bool Fill();  // Reads more; false at the end.
  std::string TakeChunks(bool& complete);
  int socket_ = -1;
  std::string buffer_;
};

// One request on a connection of its own.
HttpAnswer Fetch(int port, std::string_view method, std::string_view target, std::string_view headers = "",
                 std::string_view body = "");
// The same with Content-Type: application/json.
HttpAnswer FetchJson(int port, std::string_view method, std::string_view target, std::string_view headers,
                     std::string_view body);

}  // namespace yaoshi::gateway::testing
