#include "common/obs/log.h"

#include <fmt/compile.h>
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <iterator>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "nlohmann/json.hpp"

namespace yaoshi::obs {
namespace {

// Lines are collected for so long, so that a busy server wakes the writer 50 times a second and not once a request.
constexpr std::chrono::milliseconds kCollect{20};
// How long one attempt waits for a blocked descriptor before it looks whether the log ends.
constexpr std::chrono::milliseconds kPollPatience{100};

using Buffer = fmt::memory_buffer;

void Append(Buffer& out, std::string_view text) {
  out.append(text.data(), text.data() + text.size());
}

// As the inside of a JSON string. The texts are UTF-8 already: they come from parsed protobuf strings or from us.
void AppendEscaped(Buffer& out, std::string_view text) {
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out.push_back('\\');
      out.push_back(c);
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned>(c));
    } else {
      out.push_back(c);
    }
  }
}

// ,"name":"text" when the text is not empty.
void AppendField(Buffer& out, std::string_view name, std::string_view text) {
  if (text.empty()) return;
  Append(out, ",\"");
  Append(out, name);
  Append(out, "\":\"");
  AppendEscaped(out, text);
  out.push_back('"');
}

// As Timestamp::ToString(), which formats the second anew each time: most lines fall into the second of the line
// before.
void AppendTime(Buffer& out, Timestamp time) {
  thread_local int64_t known_second = -1;
  thread_local std::string known_text;
  const int64_t second = time.micros / 1'000'000;
  if (second != known_second) {
    known_text = Timestamp{second * 1'000'000}.ToString().substr(0, std::string_view("2022-04-20T08:00:00").size());
    known_second = second;
  }
  Append(out, known_text);
  fmt::format_to(std::back_inserter(out), FMT_COMPILE(".{:06}Z"), time.micros % 1'000'000);
}

std::string_view SeverityName(Severity severity) {
  switch (severity) {
    case Severity::kInfo:
      return "INFO";
    case Severity::kWarning:
      return "WARNING";
    case Severity::kError:
      return "ERROR";
  }
  return "ERROR";
}

}  // namespace

struct Log::State {
  State(int descriptor, const Clock& the_clock, size_t lines) : fd(descriptor), clock(the_clock), capacity(lines) {}

  const int fd;
  const Clock& clock;
  const size_t capacity;
  std::atomic<uint64_t> dropped{0};
  absl::Mutex mutex;
  std::vector<std::string> pending ABSL_GUARDED_BY(mutex);
  bool ending ABSL_GUARDED_BY(mutex) = false;
  std::thread writer;

  void Push(std::string line) ABSL_LOCKS_EXCLUDED(mutex) {
    if (line.size() > kMaxLineBytes) {
      // A cut line stays one line; a reader sees that it is no longer JSON.
      line.resize(kMaxLineBytes - 1);
      line.push_back('\n');
    }
    absl::MutexLock lock(&mutex);
    if (pending.size() >= capacity) {
      dropped.fetch_add(1, std::memory_order_relaxed);
      return;
    }
    pending.push_back(std::move(line));
  }

  bool HasWork() const ABSL_SHARED_LOCKS_REQUIRED(mutex) { return ending || !pending.empty(); }
  bool IsUrgent() const ABSL_SHARED_LOCKS_REQUIRED(mutex) { return ending || pending.size() >= capacity / 2; }
  bool Ending() ABSL_LOCKS_EXCLUDED(mutex) {
    absl::MutexLock lock(&mutex);
    return ending;
  }

  void WriteForever() {
    while (true) {
      std::vector<std::string> lines;
      {
        absl::MutexLock lock(&mutex);
        mutex.Await(absl::Condition(this, &State::HasWork));
        mutex.AwaitWithTimeout(absl::Condition(this, &State::IsUrgent), absl::FromChrono(kCollect));
        if (ending && pending.empty()) return;
        lines.swap(pending);
      }
      WriteLines(lines);
    }
  }

  // Joins lines into pieces that a pipe takes at once.
  void WriteLines(const std::vector<std::string>& lines) {
    std::string piece;
    uint64_t count = 0;
    for (const std::string& line : lines) {
      if (piece.size() + line.size() > kMaxLineBytes) {
        WritePiece(piece, count);
        piece.clear();
        count = 0;
      }
      piece += line;
      ++count;
    }
    WritePiece(piece, count);
  }

  void WritePiece(std::string_view piece, uint64_t lines) {
    while (!piece.empty()) {
      pollfd ready{fd, POLLOUT, 0};
      const int polled = poll(&ready, 1, static_cast<int>(kPollPatience.count()));
      if (polled == 0 || (polled < 0 && errno == EINTR)) {
        if (!Ending()) continue;
        break;
      }
      const ssize_t written = write(fd, piece.data(), piece.size());
      if (written < 0 && (errno == EINTR || errno == EAGAIN)) continue;
      if (written < 0) break;  // A full disk or a closed pipe: these lines are lost, the next may fare better.
      piece.remove_prefix(static_cast<size_t>(written));
    }
    if (!piece.empty()) dropped.fetch_add(lines, std::memory_order_relaxed);
  }
};

Log::Log(int fd, const Clock& clock, size_t capacity) : state_(std::make_unique<State>(fd, clock, capacity)) {
  state_->writer = std::thread([state = state_.get()] { state->WriteForever(); });
}

Log::~Log() {
  {
    absl::MutexLock lock(&state_->mutex);
    state_->ending = true;
  }
  state_->writer.join();
}

void Log::Rpc(const RpcRecord& record) {
  Buffer out;
  Append(out, "{\"time\":\"");
  AppendTime(out, state_->clock.Now());
  Append(out, "\",\"severity\":\"INFO\"");
  AppendField(out, "method", record.method);
  AppendField(out, "code", record.code);
  fmt::format_to(std::back_inserter(out), FMT_COMPILE(",\"micros\":{}"), record.micros);
  AppendField(out, "account", record.account);
  AppendField(out, "request_id", record.request_id);
  AppendField(out, "trace_id", record.trace_id);
  AppendField(out, "reason", record.reason);
  Append(out, "}\n");
  state_->Push(std::string(out.data(), out.size()));
}

void Log::Event(Severity severity, std::string_view message,
                std::initializer_list<std::pair<std::string_view, std::string_view>> fields) {
  nlohmann::ordered_json line = {{"time", state_->clock.Now().ToString()},
                                 {"severity", std::string(SeverityName(severity))},
                                 {"message", std::string(message)}};
  for (const auto& [name, value] : fields) line[std::string(name)] = std::string(value);
  state_->Push(line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n");
}

uint64_t Log::dropped() const {
  return state_->dropped.load(std::memory_order_relaxed);
}

}  // namespace yaoshi::obs
