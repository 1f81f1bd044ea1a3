#include "gateway/http/client.h"

#include <atomic>
#include <boost/asio.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <optional>
#include <thread>

#include "fmt/format.h"
#include "gateway/http/url.h"

namespace yaoshi::gateway {
namespace {

namespace net = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using tcp = net::ip::tcp;
using ErrorCode = beast::error_code;
using TlsStream = net::ssl::stream<tcp::socket>;
using Done = std::function<void(absl::StatusOr<ClientReply>)>;

constexpr size_t kHeaderBytes = size_t{16} << 10;

// One call, from its beginning to its answer. Everything but the destructor runs on the client's thread.
class Flight : public std::enable_shared_from_this<Flight> {
 public:
  Flight(net::io_context& context, net::ssl::context& tls, std::atomic<int>& calls, size_t answer_bytes, Done done)
      : resolver_(context), stream_(context, tls), deadline_(context), calls_(calls), done_(std::move(done)) {
    parser_.header_limit(kHeaderBytes);
    parser_.body_limit(answer_bytes);
    ++calls_;
  }
  ~Flight() {
    Finish(absl::CancelledError("the client is gone"));
    --calls_;
  }

  void Start(ClientCall call, Url url, std::chrono::milliseconds timeout) {
    url_ = std::move(url);
    Prepare(std::move(call));
    deadline_.expires_after(timeout);
    deadline_.async_wait([weak = weak_from_this()](ErrorCode error) {
      const auto self = weak.lock();
      if (error || self == nullptr) return;
      self->Finish(absl::DeadlineExceededError("no answer in time"));
      self->Abandon();
    });
    const auto self = shared_from_this();
    net::co_spawn(
        stream_.get_executor(), [self]() { return self->Run(); }, net::detached);
  }

 private:
  void Prepare(ClientCall call) {
    request_.method_string(call.method);
    request_.target(url_.target);
    request_.version(11);
    request_.set(http::field::host, url_.Authority());
    request_.set(http::field::accept, "application/json");
    request_.set(http::field::connection, "close");
    for (const auto& [name, value] : call.headers) request_.set(name, value);
    request_.body() = std::move(call.body);
    request_.prepare_payload();
  }

  net::awaitable<void> Run() {
    try {
      const ErrorCode error = co_await Connect();
      if (error) {
        Fail(error);
      } else if (url_.tls) {
        co_await Talk(stream_);
      } else {
        co_await Talk(stream_.next_layer());
      }
    } catch (const std::exception&) {  // Out of memory, for one.
      Finish(absl::UnavailableError("the call broke off"));
    }
    deadline_.cancel();
    Abandon();
  }

  net::awaitable<ErrorCode> Connect() {
    ErrorCode error;
    const auto found =
        co_await resolver_.async_resolve(url_.host, url_.port, net::redirect_error(net::use_awaitable, error));
    if (error || done_ == nullptr) co_return net::error::host_not_found;
    co_await net::async_connect(stream_.next_layer(), found, net::redirect_error(net::use_awaitable, error));
    if (error || !url_.tls) co_return error;
    stream_.set_verify_mode(net::ssl::verify_peer);
    stream_.set_verify_callback(net::ssl::host_name_verification(url_.host));
    // Servers choose their certificate by the name; an address is none (RFC 6066 §3).
    ErrorCode no_address;
    net::ip::make_address(url_.host, no_address);
    if (no_address) SSL_set_tlsext_host_name(stream_.native_handle(), url_.host.c_str());
    co_await stream_.async_handshake(TlsStream::client, net::redirect_error(net::use_awaitable, error));
    co_return error;
  }

  template <class Stream>
  net::awaitable<void> Talk(Stream& stream) {
    ErrorCode error;
    co_await http::async_write(stream, request_, net::redirect_error(net::use_awaitable, error));
    if (error) co_return Fail(error);
    // The header by itself: Beast 1.74 forgets that a body is too long when it comes along with its header.
    co_await http::async_read_header(stream, buffer_, parser_, net::redirect_error(net::use_awaitable, error));
    if (error) co_return Fail(error);
    co_await http::async_read(stream, buffer_, parser_, net::redirect_error(net::use_awaitable, error));
    if (error) co_return Fail(error);
    Finish(ClientReply{static_cast<int>(parser_.get().result_int()), std::move(parser_.get().body())});
  }

  void Fail(const ErrorCode& error) {
    const bool large = error == http::error::body_limit || error == http::error::header_limit;
    Finish(large ? absl::ResourceExhaustedError("the answer is too large") : absl::UnavailableError(error.message()));
  }
  void Finish(absl::StatusOr<ClientReply> reply) {
    const Done done = std::exchange(done_, nullptr);
    if (done) done(std::move(reply));
  }
  void Abandon() {
    ErrorCode ignored;
    resolver_.cancel();
    stream_.next_layer().close(ignored);
  }

  Url url_;
  tcp::resolver resolver_;
  TlsStream stream_;  // Plain calls use its socket alone.
  net::steady_timer deadline_;
  http::request<http::string_body> request_;
  http::response_parser<http::string_body> parser_;
  beast::flat_buffer buffer_;
  std::atomic<int>& calls_;
  Done done_;
};

}  // namespace

struct HttpClient::State {
  explicit State(HttpClientOptions opts) : options(std::move(opts)) {}

  const HttpClientOptions options;
  std::atomic<int> calls{0};
  net::ssl::context tls{net::ssl::context::tls_client};
  net::io_context context{1};
  net::executor_work_guard<net::io_context::executor_type> busy{context.get_executor()};
  std::thread thread;
};

absl::StatusOr<std::unique_ptr<HttpClient>> HttpClient::Create(HttpClientOptions options) {
  auto state = std::make_unique<State>(std::move(options));
  const std::string& file = state->options.authorities;
  ErrorCode error;
  state->tls.set_options(net::ssl::context::default_workarounds | net::ssl::context::no_tlsv1 |
                         net::ssl::context::no_tlsv1_1);
  if (file.empty()) {
    state->tls.set_default_verify_paths(error);
  } else {
    state->tls.load_verify_file(file, error);
  }
  if (error) {
    return absl::FailedPreconditionError(
        fmt::format("The authorities in {} cannot be used: {}", file, error.message()));
  }
  state->thread = std::thread([raw = state.get()] { raw->context.run(); });
  return std::unique_ptr<HttpClient>(new HttpClient(std::move(state)));
}

HttpClient::HttpClient(std::unique_ptr<State> state) : state_(std::move(state)) {}

HttpClient::~HttpClient() {
  state_->context.stop();
  state_->thread.join();
}

void HttpClient::Send(ClientCall call, std::function<void(absl::StatusOr<ClientReply>)> done) {
  const absl::StatusOr<Url> url = ParseUrl(call.url);
  if (!url.ok()) return done(url.status());
  if (!IsPrivate(*url)) return done(absl::InvalidArgumentError("http is for this machine alone"));
  if (state_->calls >= state_->options.calls) return done(absl::ResourceExhaustedError("too many calls at a time"));
  auto flight = std::make_shared<Flight>(state_->context, state_->tls, state_->calls, state_->options.answer_bytes,
                                         std::move(done));
  net::post(state_->context,
            [flight = std::move(flight), call = std::move(call), url = *url,
             timeout = state_->options.timeout]() mutable { flight->Start(std::move(call), std::move(url), timeout); });
}

}  // namespace yaoshi::gateway
