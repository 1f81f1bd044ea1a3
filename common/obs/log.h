// One JSON line per event to stderr, through a bounded queue and a thread of its own: a blocked pipe or a full disk
// drops lines and counts them, and never blocks a request.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "common/calendar/clock.h"

namespace yaoshi::obs {

enum class Severity { kInfo, kWarning, kError };

// What is said of one RPC. No personal data and no SQL values.
struct RpcRecord {
  std::string_view method;      // "/yaoshi.registry.v1.ProjectService/GetProject"
  std::string_view code;        // "OK", "NOT_FOUND", …
  int64_t micros = 0;           // From arrival to answer.
  std::string_view account;     // Account id; empty before authentication.
  std::string_view request_id;  //
  std::string_view trace_id;
  std::string_view reason;  // The ErrorInfo reason; empty when OK.
};

class Log {
 public:
  // A line longer than this is cut: so much a pipe takes in one piece (PIPE_BUF).
  static constexpr size_t kMaxLineBytes = 4096;
  static constexpr size_t kDefaultCapacity = 4096;  // Lines.

  // Writes to the file descriptor `fd`, which it does not own.
  explicit Log(int fd, const Clock& clock = SystemClock(), size_t capacity = kDefaultCapacity);
  // Writes what the descriptor takes without blocking, drops the rest.
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  void Rpc(const RpcRecord& record);
  // {"time":…,"severity":…,"message":…, fields…}
  void Event(Severity severity, std::string_view message,
             std::initializer_list<std::pair<std::string_view, std::string_view>> fields = {});

  // Lines that were not written.
  uint64_t dropped() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace yaoshi::obs
