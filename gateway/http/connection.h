// One HTTP connection: reads requests, hands each to the handler and carries out what it asks. Included by server.cc
// alone: Boost is seen by server.cc and client.cc.
#pragma once

#include <utility>
// <utility> must come before Boost.Asio 1.74.
#include <sys/sendfile.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <boost/asio.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <cerrno>
#include <chrono>
#include <deque>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "fmt/format.h"
#include "gateway/http/request_head.h"
#include "gateway/http/server.h"

namespace yaoshi::gateway {

namespace net = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using tcp = net::ip::tcp;
using ErrorCode = beast::error_code;
using SteadyTime = std::chrono::steady_clock::time_point;

inline constexpr size_t kReadBytes = size_t{8} * 1024;
inline constexpr size_t kWriteBytes = size_t{64} * 1024;   // A client must take so much within one phase.
inline constexpr size_t kSendBytes = size_t{1024} * 1024;  // Given to the kernel in one go; it takes what fits.
inline constexpr size_t kMinBodyRate = 1024;  // Bytes per second that a body must keep up on average, after one phase.
// Of an unread body, so that the client sees the reply before the close: it may be busy sending and look up late.
inline constexpr size_t kLingerBytes = size_t{128} * 1024 * 1024;
inline constexpr std::chrono::milliseconds kLingerTime{30000};    // In all.
inline constexpr std::chrono::milliseconds kLingerSilence{1000};  // With nothing coming.

class Connection;

// What the handler asks of the connection; carried out by the connection's coroutine, one after the other.
struct Command {
  enum Kind { kRead, kReply, kStart, kPiece, kFinish, kAbandon };
  Kind kind = kAbandon;
  uint64_t exchange = 0;
  size_t max = 0;
  bool successful = false;
  HttpReply reply;
  std::string data;
  std::function<void(absl::StatusOr<std::string>)> read_done;
  std::function<void(bool)> piece_done;

  // Nobody will carry it out.
  void Fail() {
    if (read_done) read_done(absl::CancelledError("the connection is closed"));
    if (piece_done) piece_done(false);
  }
};

// Lets exchanges outlive the server: once it is closed nothing is posted any more.
struct Gate {
  std::mutex mutex;
  bool closed = false;  // Guarded by mutex.
};

// What a connection needs of its server, which outlives it.
struct ConnectionHost {
  HttpServerOptions options;
  Handler handler;
  std::atomic<bool> stopping{false};
  const std::shared_ptr<Gate> gate = std::make_shared<Gate>();

  virtual ~ConnectionHost() = default;
  // The connection has ended.
  virtual void Release(Connection* connection, const std::string& peer) = 0;
};

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(ConnectionHost& server, tcp::socket socket, std::string peer)
      : server_(server),
        socket_(std::move(socket)),
        wake_(socket_.get_executor()),
        deadline_(socket_.get_executor()),
        peer_(std::move(peer)) {}

  auto executor() { return socket_.get_executor(); }

  net::awaitable<void> Run() {
    try {
      bool another = true;  // GCC 12 gets `co_await` inside && wrong.
      while (another && !server_.stopping) {
        another = co_await ReadHead();
        if (another) another = co_await Serve();
      }
    } catch (const std::exception&) {  // Out of memory, for one: this connection ends, the others go on.
    }
    Finish();
  }

  void Post(Command command) {
    // A reply that the handler knows at once takes no detour. Pieces and the end of an exchange may come from other
    // threads: they keep their order.
    const bool at_once = command.kind == Command::kReply || command.kind == Command::kRead;
    auto take = [self = shared_from_this(), command = std::move(command)]() mutable {
      if (self->closed_ || command.exchange != self->exchange_) return command.Fail();
      self->commands_.push_back(std::move(command));
      self->wake_.cancel();
    };
    if (at_once) return net::dispatch(socket_.get_executor(), std::move(take));
    net::post(socket_.get_executor(), std::move(take));
  }

  // Closes the connection if no request is in progress.
  void CloseIfIdle() {
    net::post(socket_.get_executor(), [self = shared_from_this()] {
      if (!self->busy_) self->Close();
    });
  }
  void CloseNow() {
    net::post(socket_.get_executor(), [self = shared_from_this()] {
      self->Close();
      self->broken_ = true;
      self->wake_.cancel();
    });
  }

 private:
  using Parser = http::request_parser<http::buffer_body>;

  // Reads up to the end of a request's header and checks it. False: the connection is over.
  net::awaitable<bool> ReadHead() {
    HeadScanner scanner(kMaxHeaderBytes, kMaxTargetBytes);
    const SteadyTime start = std::chrono::steady_clock::now();
    SteadyTime deadline = start + (first_ ? server_.options.phase_timeout : server_.options.idle_timeout);
    bool begun = false;
    for (;;) {
      const auto data = buffer_.data();
      const HeadScanner::Result result = scanner.Scan({static_cast<const char*>(data.data()), data.size()});
      if (result.refusal.http_status != 0) co_return co_await Refuse(result.refusal);
      if (result.complete) break;
      if (!begun && data.size() > 0) {
        begun = true;
        deadline = std::chrono::steady_clock::now() + server_.options.phase_timeout;
      }
      ErrorCode error;
      Arm(deadline);
      const size_t n =
          co_await socket_.async_read_some(buffer_.prepare(kReadBytes), net::redirect_error(net::use_awaitable, error));
      Disarm();
      buffer_.commit(n);
      if (timed_out_ && begun) {
        co_return co_await Refuse({408, "REQUEST_TIMEOUT", "The request came too slowly. Send it in one go."});
      }
      if (error) co_return false;
    }
    first_ = false;
    co_return co_await ParseHead();
  }

  net::awaitable<bool> ParseHead() {
    parser_.emplace();
    parser_->header_limit(kMaxHeaderBytes + 1);
    parser_->body_limit(std::numeric_limits<uint64_t>::max());  // The handler bounds the body.
    ErrorCode error;
    const size_t used = parser_->put(buffer_.data(), error);
    buffer_.consume(used);
    if (error || !parser_->is_header_done()) {
      co_return co_await Refuse({400, "MALFORMED_HTTP", "The request is not well-formed HTTP/1.1."});
    }
    const auto& message = parser_->get();
    RawHead head;
    head.method = std::string(message.method_string());
    head.target = std::string(message.target());
    head.version = message.version();
    for (const auto& field : message) head.headers.emplace_back(field.name_string(), field.value());
    request_ = HttpRequest();
    const Refusal refusal = CheckHead(std::move(head), kMaxHeaderCount, request_, flags_);
    if (refusal.http_status != 0) co_return co_await Refuse(refusal);
    request_.peer = peer_;
    server_.options.proxies.Apply(request_);
    continue_sent_ = false;
    body_bytes_ = 0;
    co_return true;
  }

  // Hands the request to the handler and carries out what it asks. True: another request may follow.
  net::awaitable<bool> Serve();
  net::awaitable<void> Carry(Command& command);
  net::awaitable<void> ReadBody(Command& command);
  net::awaitable<void> WriteReply(HttpReply reply);
  net::awaitable<void> StartStream(HttpReply reply);
  net::awaitable<void> WritePiece(Command& command);

  // An error that the server itself found; the connection is closed after it.
  net::awaitable<bool> Refuse(Refusal refusal) {
    keep_alive_ = false;
    flags_ = {};
    flags_.keep_alive = false;
    busy_ = true;
    if (server_.options.refused) server_.options.refused(peer_, refusal.http_status);
    HttpReply reply = server_.options.error(refusal.http_status, refusal.reason, refusal.message);
    co_await WriteReply(std::move(reply));
    if (!broken_) co_await Linger();
    co_return false;
  }

  // Lets the client read the reply before the connection goes: a close with unread data would reset it.
  net::awaitable<void> Linger() {
    ErrorCode error;
    socket_.shutdown(tcp::socket::shutdown_send, error);
    const SteadyTime end = std::chrono::steady_clock::now() + kLingerTime;
    size_t total = 0;
    buffer_.consume(buffer_.size());
    while (!error && total < kLingerBytes && !server_.stopping) {
      Arm(std::min(end, std::chrono::steady_clock::now() + kLingerSilence));
      total +=
          co_await socket_.async_read_some(buffer_.prepare(kReadBytes), net::redirect_error(net::use_awaitable, error));
      Disarm();
    }
  }

  // One after the other, without a copy.
  net::awaitable<void> Write(std::string_view first, std::string_view second = {}) {
    while (!(first.empty() && second.empty()) && !broken_) {
      const std::string_view begin = first.substr(0, kWriteBytes);
      const std::string_view end = second.substr(0, kWriteBytes - begin.size());
      const std::array<net::const_buffer, 2> parts = {net::buffer(begin.data(), begin.size()),
                                                      net::buffer(end.data(), end.size())};
      ErrorCode error;
      Arm(std::chrono::steady_clock::now() + server_.options.phase_timeout);
      co_await net::async_write(socket_, parts, net::redirect_error(net::use_awaitable, error));
      Disarm();
      broken_ = broken_ || error;
      first.remove_prefix(begin.size());
      second.remove_prefix(end.size());
    }
  }

  // The same of a head and a file, which the kernel sends by itself. The process ignores SIGPIPE (HttpServer::Start).
  net::awaitable<void> WriteWithFile(std::string_view head, const SharedBytes& body) {
    ErrorCode error;
    if (!socket_.native_non_blocking()) socket_.native_non_blocking(true, error);
    const auto size = static_cast<off_t>(body.view().size());
    off_t sent = 0;
    off_t taken = 0;  // When the deadline was set.
    SteadyTime due = std::chrono::steady_clock::now() + server_.options.phase_timeout;
    while (sent < size && !broken_) {
      const ssize_t n = head.empty() ? sendfile(socket_.native_handle(), body.file(), &sent, kSendBytes)
                                     : send(socket_.native_handle(), head.data(), head.size(), MSG_MORE);
      if (n > 0 && !head.empty()) head.remove_prefix(static_cast<size_t>(n));
      if (n > 0 || (n < 0 && errno == EINTR)) continue;
      broken_ = n == 0 || errno != EAGAIN;
      if (broken_) break;
      if (sent - taken >= static_cast<off_t>(kWriteBytes)) {
        taken = sent;
        due = std::chrono::steady_clock::now() + server_.options.phase_timeout;
      }
      Arm(due);
      co_await socket_.async_wait(tcp::socket::wait_write, net::redirect_error(net::use_awaitable, error));
      Disarm();
      broken_ = broken_ || error;
    }
  }

  // Cancels what the socket is doing at `time`, with timed_out_ set. (beast::tcp_stream would close the socket, and
  // the client would not learn why.) The timer is set only when it would ring too late: a busy connection arms it many
  // times before it rings once.
  void Arm(SteadyTime time) {
    timed_out_ = false;
    until_ = time;
    if (rings_at_ > time) Ring(time);
  }
  void Disarm() { until_ = SteadyTime::max(); }
  void Ring(SteadyTime time) {
    rings_at_ = time;
    deadline_.expires_at(time);
    deadline_.async_wait([self = shared_from_this(), ring = ++ring_](ErrorCode error) {
      if (ring != self->ring_) return;
      self->rings_at_ = SteadyTime::max();
      if (error || self->until_ == SteadyTime::max()) return;
      if (std::chrono::steady_clock::now() < self->until_) return self->Ring(self->until_);
      self->timed_out_ = true;
      self->socket_.cancel(error);
    });
  }
  void Close() {
    ErrorCode ignored;
    Disarm();
    deadline_.cancel();
    socket_.close(ignored);
  }

  void Finish() {
    closed_ = true;
    for (Command& command : commands_) command.Fail();
    commands_.clear();
    Close();
    server_.Release(this, peer_);
  }

  ConnectionHost& server_;
  tcp::socket socket_;
  net::steady_timer wake_;                   // Of the coroutine, when a command comes.
  net::steady_timer deadline_;               // Rings at the deadline of the operation in progress, or before it.
  uint64_t ring_ = 0;                        // Counts waits for it: only the last one counts.
  SteadyTime rings_at_ = SteadyTime::max();  // max: nobody waits.
  SteadyTime until_ = SteadyTime::max();     // max: nothing is in progress.
  bool timed_out_ = false;
  beast::flat_buffer buffer_{kMaxHeaderBytes + 4 * kWriteBytes};
  std::optional<Parser> parser_;
  const std::string peer_;
  HttpRequest request_;
  HeadFlags flags_;
  std::deque<Command> commands_;
  uint64_t exchange_ = 0;  // Counts requests; commands of an earlier one are refused.
  SteadyTime body_start_;
  size_t body_bytes_ = 0;
  bool first_ = true;
  bool busy_ = false;
  bool keep_alive_ = true;
  bool answered_ = false;
  bool streaming_ = false;
  bool continue_sent_ = false;
  bool broken_ = false;  // Nothing more can be read or written.
  bool closed_ = false;
};

class ServerExchange : public Exchange {
 public:
  ServerExchange(std::shared_ptr<Gate> gate, std::weak_ptr<Connection> connection, HttpRequest request, uint64_t id)
      : gate_(std::move(gate)), connection_(std::move(connection)), request_(std::move(request)), id_(id) {}
  ~ServerExchange() override { Send(Command{}); }

  const HttpRequest& request() const override { return request_; }
  void ReadBody(size_t max, std::function<void(absl::StatusOr<std::string>)> done) override {
    Command command;
    command.kind = Command::kRead;
    command.max = max;
    command.read_done = std::move(done);
    Send(std::move(command));
  }
  void Reply(HttpReply reply) override { SendReply(Command::kReply, std::move(reply)); }
  void StartStream(HttpReply head) override { SendReply(Command::kStart, std::move(head)); }
  void WritePiece(std::string piece, std::function<void(bool)> done) override {
    Command command;
    command.kind = Command::kPiece;
    command.data = std::move(piece);
    command.piece_done = std::move(done);
    Send(std::move(command));
  }
  void FinishStream(bool successful) override {
    Command command;
    command.kind = Command::kFinish;
    command.successful = successful;
    Send(std::move(command));
  }

 private:
  void SendReply(Command::Kind kind, HttpReply reply) {
    Command command;
    command.kind = kind;
    command.reply = std::move(reply);
    Send(std::move(command));
  }
  void Send(Command command);

  const std::shared_ptr<Gate> gate_;
  const std::weak_ptr<Connection> connection_;
  HttpRequest request_;
  const uint64_t id_;
};

inline void ServerExchange::Send(Command command) {
  command.exchange = id_;
  {
    const std::lock_guard<std::mutex> lock(gate_->mutex);
    const std::shared_ptr<Connection> connection = gate_->closed ? nullptr : connection_.lock();
    if (connection != nullptr) return connection->Post(std::move(command));
  }
  command.Fail();
}

inline net::awaitable<bool> Connection::Serve() {
  busy_ = true;
  answered_ = streaming_ = false;
  keep_alive_ = flags_.keep_alive;
  const uint64_t id = ++exchange_;
  body_start_ = std::chrono::steady_clock::now();
  server_.handler(std::make_shared<ServerExchange>(server_.gate, weak_from_this(), std::move(request_), id));
  while (!answered_ && !broken_) {
    if (commands_.empty()) {
      ErrorCode ignored;
      wake_.expires_at(SteadyTime::max());
      co_await wake_.async_wait(net::redirect_error(net::use_awaitable, ignored));
      continue;
    }
    Command command = std::move(commands_.front());
    commands_.pop_front();
    co_await Carry(command);
  }
  ++exchange_;
  for (Command& late : commands_) late.Fail();
  commands_.clear();
  busy_ = false;
  if (broken_) co_return false;
  const bool body_left = !parser_->is_done();
  if (body_left || !keep_alive_ || server_.stopping) {
    co_await Linger();
    co_return false;
  }
  co_return true;
}

inline net::awaitable<void> Connection::Carry(Command& command) {
  switch (command.kind) {
    case Command::kRead:
      co_await ReadBody(command);
      break;
    case Command::kReply:
      co_await WriteReply(std::move(command.reply));
      answered_ = true;
      break;
    case Command::kStart:
      co_await StartStream(std::move(command.reply));
      break;
    case Command::kPiece:
      co_await WritePiece(command);
      break;
    case Command::kFinish:
      if (command.successful && flags_.chunks_allowed && !flags_.head_only) co_await Write("0\r\n\r\n");
      if (!command.successful && !flags_.head_only) broken_ = true;
      answered_ = true;
      break;
    case Command::kAbandon:
      answered_ = true;
      keep_alive_ = false;
      if (streaming_) {
        broken_ = true;
      } else {
        HttpReply reply = server_.options.error(500, "INTERNAL", "");
        co_await WriteReply(std::move(reply));
      }
      break;
  }
}

inline net::awaitable<void> Connection::ReadBody(Command& command) {
  if (flags_.expects_continue && !continue_sent_ && !parser_->is_done()) {
    continue_sent_ = true;
    co_await Write("HTTP/1.1 100 Continue\r\n\r\n");
  }
  std::string piece(parser_->is_done() ? 0 : command.max, '\0');
  auto& body = parser_->get().body();
  body.data = piece.data();
  body.size = piece.size();
  ErrorCode error;
  while (!parser_->is_done() && body.size > 0 && !error) {
    const auto owed = server_.options.phase_timeout + std::chrono::seconds(body_bytes_ / kMinBodyRate);
    Arm(std::min(std::chrono::steady_clock::now() + server_.options.phase_timeout, body_start_ + owed));
    const size_t before = body.size;
    co_await http::async_read_some(socket_, buffer_, *parser_, net::redirect_error(net::use_awaitable, error));
    Disarm();
    if (error == http::error::need_buffer) error = {};
    body_bytes_ += before - body.size;
  }
  piece.resize(piece.size() - body.size);
  if (!error) {
    command.read_done(std::move(piece));
    co_return;
  }
  const bool timeout = timed_out_;
  command.read_done(absl::CancelledError("the body did not come"));
  answered_ = true;
  if (timeout || error.category() == http::make_error_code(http::error::bad_chunk).category()) {
    keep_alive_ = false;
    HttpReply reply = timeout ? server_.options.error(408, "REQUEST_TIMEOUT", "The body came too slowly.")
                              : server_.options.error(400, "MALFORMED_HTTP", "The body is not well-formed HTTP/1.1.");
    co_await WriteReply(std::move(reply));
  } else {
    broken_ = true;
  }
}

inline net::awaitable<void> Connection::WriteReply(HttpReply reply) {
  const bool body_left = parser_.has_value() && !parser_->is_done();
  if (body_left || server_.stopping) keep_alive_ = false;
  const std::string_view body = reply.content();
  const std::string head =
      FormatHead(reply, keep_alive_, request_.secure, fmt::format("Content-Length: {}\r\n", body.size()));
  const bool bodiless = flags_.head_only || reply.status == 304 || reply.status == 204;
  const bool by_file = !bodiless && reply.shared != nullptr && reply.shared->file() >= 0;
  if (by_file) {
    co_await WriteWithFile(head, *reply.shared);
  } else {
    co_await Write(head, bodiless ? std::string_view() : body);
  }
}

inline net::awaitable<void> Connection::StartStream(HttpReply reply) {
  streaming_ = true;
  if (!flags_.chunks_allowed) keep_alive_ = false;  // HTTP/1.0: the end of the connection is the end of the body.
  const std::string head =
      FormatHead(reply, keep_alive_, request_.secure, flags_.chunks_allowed ? "Transfer-Encoding: chunked\r\n" : "");
  co_await Write(head);
}

inline net::awaitable<void> Connection::WritePiece(Command& command) {
  if (!flags_.head_only && !command.data.empty()) {
    if (flags_.chunks_allowed) {
      std::string framed = fmt::format("{:x}\r\n", command.data.size());
      framed += command.data;
      framed += "\r\n";
      co_await Write(framed);
    } else {
      co_await Write(command.data);
    }
  }
  command.piece_done(!broken_ && !flags_.head_only);
}

}  // namespace yaoshi::gateway
