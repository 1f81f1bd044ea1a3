#include "gateway/testing/fake_backend.h"

#include <algorithm>
#include <set>

#include "common/status/status.h"
#include "fmt/format.h"
#include "gateway/testing/descriptors.h"
#include "gateway/testing/http_client.h"
#include "google/api/httpbody.pb.h"
#include "google/protobuf/empty.pb.h"
#include "google/protobuf/wrappers.pb.h"
#include "yaoshi/common/v1/figure.pb.h"
#include "yaoshi/common/v1/options.pb.h"
#include "yaoshi/registry/v1/account.pb.h"
#include "yaoshi/registry/v1/file.pb.h"
#include "yaoshi/registry/v1/session.pb.h"

namespace yaoshi::gateway::testing {
namespace {

namespace pb = google::protobuf;
namespace library = yaoshi::library::v1;
namespace registry = yaoshi::registry::v1;
namespace common = yaoshi::common::v1;

// Adds every method of the service that has no handler yet; it answers UNIMPLEMENTED.
rpc::BoundService WithTheRest(const pb::ServiceDescriptor* service, std::vector<rpc::BoundMethod> bound) {
  std::set<std::string> names;
  for (const rpc::BoundMethod& method : bound) names.insert(method.descriptor->name());
  for (int i = 0; i < service->method_count(); ++i) {
    const pb::MethodDescriptor* descriptor = service->method(i);
    if (names.contains(descriptor->name())) continue;
    rpc::BoundMethod method;
    method.descriptor = descriptor;
    method.path = fmt::format("/{}/{}", service->full_name(), descriptor->name());
    method.permission = descriptor->options().GetExtension(common::permission);
    method.prototype = pb::MessageFactory::generated_factory()->GetPrototype(descriptor->input_type());
    method.kind = descriptor->server_streaming() ? rpc::HandlerKind::kStream : rpc::HandlerKind::kMemory;
    method.unary = [](rpc::Call&, const pb::Message&) -> absl::StatusOr<std::string> {
      return absl::UnimplementedError("not here");
    };
    method.stream = [](rpc::Call&, const pb::Message&, rpc::StreamWriter&) {
      return absl::UnimplementedError("not here");
    };
    bound.push_back(std::move(method));
  }
  return {service, std::move(bound)};
}

// One method with its handler, as ServiceBuilder makes it.
template <class Request, class Handler>
rpc::BoundMethod Bind(const pb::ServiceDescriptor* service, const std::string& name, Handler handler) {
  rpc::BoundMethod method;
  method.descriptor = service->FindMethodByName(name);
  method.path = fmt::format("/{}/{}", service->full_name(), name);
  method.permission = method.descriptor->options().GetExtension(common::permission);
  method.prototype = &Request::default_instance();
  if constexpr (std::is_invocable_v<Handler, rpc::Call&, const Request&, rpc::StreamWriter&>) {
    method.kind = rpc::HandlerKind::kStream;
    method.stream = [handler](rpc::Call& call, const pb::Message& request, rpc::StreamWriter& writer) {
      return handler(call, static_cast<const Request&>(request), writer);
    };
  } else {
    method.unary = [handler](rpc::Call& call, const pb::Message& request) -> absl::StatusOr<std::string> {
      auto answer = handler(call, static_cast<const Request&>(request));
      if (!answer.ok()) return answer.status();
      return answer->SerializeAsString();
    };
  }
  return method;
}

absl::Status LendingFailure(const std::string& reader) {
  if (reader == "busy") {
    return WithRetryAfter(Error(absl::StatusCode::kResourceExhausted, "OVERLOADED", "Come back."),
                          std::chrono::seconds(7));
  }
  if (reader == "unknown-detail") {
    absl::Status status = Error(absl::StatusCode::kFailedPrecondition, "ODD_LOAN", "No.");
    status.SetPayload("type.googleapis.com/yaoshi.future.v1.Novelty", absl::Cord("\x01\x02"));
    return status;
  }
  if (reader == "secret") return absl::InternalError("SELECT * FROM book at /srv/secret.cc:42");
  if (reader == "gone") return Error(absl::StatusCode::kNotFound, "BOOK_NOT_FOUND", "There is no such book.");
  return absl::OkStatus();
}

}  // namespace

FakeBackend::FakeBackend() {
  rpc::ServerOptions options;
  options.wait_for_token = [this](const std::string& token, std::chrono::steady_clock::time_point,
                                  const std::function<void(absl::Status)>& ready) {
    {
      const absl::MutexLock lock(&mutex_);
      awaited_.push_back(token);
    }
    ready(absl::OkStatus());
  };
  std::vector<rpc::BoundService> services;
  services.push_back(Books());
  services.push_back(Accounts());
  services.push_back(Files());
  services.push_back(FigureService());
  services.push_back(Sessions());
  services.push_back(Changes());
  server_ = std::make_unique<rpc::testing::TestServer>(std::move(services), std::move(options));
}

FakeBackend::~FakeBackend() {
  BreakFeed(true);
}

void FakeBackend::Note(const rpc::Call& call, const pb::Message& request) {
  const absl::MutexLock lock(&mutex_);
  last_request_ = request.ShortDebugString();
  last_origin_ = call.origin();
}

std::string FakeBackend::last_request() const {
  const absl::MutexLock lock(&mutex_);
  return last_request_;
}
std::string FakeBackend::last_origin() const {
  const absl::MutexLock lock(&mutex_);
  return last_origin_;
}
std::vector<std::string> FakeBackend::awaited_tokens() const {
  const absl::MutexLock lock(&mutex_);
  return awaited_;
}
std::string FakeBackend::file(const std::string& name) const {
  const absl::MutexLock lock(&mutex_);
  const auto found = files_.find(name);
  return found == files_.end() ? "" : found->second;
}
size_t FakeBackend::largest_piece() const {
  const absl::MutexLock lock(&mutex_);
  return largest_piece_;
}
void FakeBackend::SetFigureFailure(absl::Status status) {
  const absl::MutexLock lock(&mutex_);
  figure_failure_ = std::move(status);
}
void FakeBackend::DisableAccount() {
  const absl::MutexLock lock(&mutex_);
  disabled_ = true;
}

void FakeBackend::SetAccountFailure(absl::Status status) {
  const absl::MutexLock lock(&mutex_);
  account_failure_ = std::move(status);
}
std::vector<std::string> FakeBackend::ended_sessions() const {
  const absl::MutexLock lock(&mutex_);
  return ended_;
}
void FakeBackend::Publish(common::Change change) {
  const absl::MutexLock lock(&mutex_);
  change.set_sequence(static_cast<int64_t>(changes_.size()) + 1);
  changes_.push_back(std::move(change));
}
void FakeBackend::BreakFeed(bool down) {
  const absl::MutexLock lock(&mutex_);
  feed_down_ = down;
  ++feed_breaks_;
}

absl::Status FakeBackend::Follow(rpc::Call& call, int64_t after, rpc::StreamWriter& writer) {
  int breaks = 0;
  {
    const absl::MutexLock lock(&mutex_);
    breaks = feed_breaks_;
  }
  for (bool news = true; !call.cancelled();) {
    common::Change message;  // A heartbeat, when nothing new is there.
    {
      const absl::MutexLock lock(&mutex_);
      const auto moved = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
        return feed_down_ || feed_breaks_ != breaks || static_cast<int64_t>(changes_.size()) > after;
      };
      if (!news) mutex_.AwaitWithTimeout(absl::Condition(&moved), absl::Milliseconds(100));
      if (feed_down_ || feed_breaks_ != breaks) return absl::UnavailableError("the feed is down");
      news = static_cast<int64_t>(changes_.size()) > after;
      if (news) message = changes_[after++];
    }
    if (!writer.Write(message)) break;
  }
  return absl::OkStatus();
}

rpc::BoundService FakeBackend::Changes() {
  const pb::ServiceDescriptor* service = common::Change::descriptor()->file()->FindServiceByName("ChangeFeed");
  std::vector<rpc::BoundMethod> methods;
  methods.push_back(Bind<common::SubscribeRequest>(
      service, "Subscribe", [this](rpc::Call& call, const common::SubscribeRequest& req, rpc::StreamWriter& writer) {
        return Follow(call, req.after_sequence(), writer);
      }));
  return WithTheRest(service, std::move(methods));
}

rpc::BoundService FakeBackend::Sessions() {
  const pb::ServiceDescriptor* service =
      registry::EndedSession::descriptor()->file()->FindServiceByName("SessionService");
  std::vector<rpc::BoundMethod> methods;
  methods.push_back(Bind<registry::EndSessionRequest>(
      service, "EndSession",
      [this](rpc::Call&, const registry::EndSessionRequest& req) -> absl::StatusOr<registry::EndedSession> {
        const absl::MutexLock lock(&mutex_);
        ended_.push_back(req.session_id());
        return req.session();
      }));
  methods.push_back(Bind<registry::ListEndedSessionsRequest>(
      service, "ListEndedSessions",
      [this](rpc::Call&,
             const registry::ListEndedSessionsRequest&) -> absl::StatusOr<registry::ListEndedSessionsResponse> {
        registry::ListEndedSessionsResponse answer;
        const absl::MutexLock lock(&mutex_);
        for (const std::string& session : ended_) answer.add_sessions()->set_name("sessions/" + session);
        return answer;
      }));
  return WithTheRest(service, std::move(methods));
}

rpc::BoundService FakeBackend::Books() {
  const pb::ServiceDescriptor* service = library::Book::descriptor()->file()->FindServiceByName("BookService");
  std::vector<rpc::BoundMethod> methods;
  methods.push_back(Bind<library::CreateBookRequest>(
      service, "CreateBook",
      [this](rpc::Call& call, const library::CreateBookRequest& req) -> absl::StatusOr<library::Book> {
        Note(call, req);
        library::Book book = req.book();
        book.set_name(req.parent() + "/books/" + req.book_id());
        book.set_etag("1");
        call.set_consistency_token("write-of-" + req.book_id());
        return book;
      }));
  methods.push_back(Bind<library::GetBookRequest>(
      service, "GetBook", [this](rpc::Call& call, const library::GetBookRequest& req) -> absl::StatusOr<library::Book> {
        Note(call, req);
        library::Book book;
        book.set_name(req.name());
        book.set_etag("3");
        return book;
      }));
  methods.push_back(Bind<library::ListBooksRequest>(
      service, "ListBooks",
      [this](rpc::Call& call, const library::ListBooksRequest& req) -> absl::StatusOr<library::ListBooksResponse> {
        Note(call, req);
        return library::ListBooksResponse();
      }));
  methods.push_back(Bind<library::UpdateBookRequest>(
      service, "UpdateBook",
      [this](rpc::Call& call, const library::UpdateBookRequest& req) -> absl::StatusOr<library::Book> {
        Note(call, req);
        return req.book();
      }));
  methods.push_back(Bind<library::LendBookRequest>(
      service, "LendBook",
      [this](rpc::Call& call, const library::LendBookRequest& req) -> absl::StatusOr<library::LendBookResponse> {
        Note(call, req);
        RETURN_IF_ERROR(LendingFailure(req.reader()));
        library::LendBookResponse answer;
        answer.mutable_book()->set_name(req.name());
        answer.mutable_book()->set_lent(true);
        return answer;
      }));
  methods.push_back(Bind<library::GetBookRequest>(
      service, "DownloadBook", [](rpc::Call&, const library::GetBookRequest& req, rpc::StreamWriter& writer) {
        if (req.name().ends_with("gone")) return Error(absl::StatusCode::kNotFound, "BOOK_NOT_FOUND", "No such book.");
        google::api::HttpBody head;
        pb::StringValue name;
        name.set_value("渭源县 \"清单\".csv");
        head.set_content_type("text/csv; charset=utf-8");
        head.add_extensions()->PackFrom(name);
        writer.Write(head);
        for (int i = 0; i < 64; ++i) {
          google::api::HttpBody piece;
          piece.set_data(std::string(10000, static_cast<char>('a' + i % 26)));
          writer.Write(piece);
        }
        return req.name().ends_with("broken") ? absl::InternalError("it broke") : absl::OkStatus();
      }));
  return WithTheRest(service, std::move(methods));
}

rpc::BoundService FakeBackend::Accounts() {
  const pb::ServiceDescriptor* service = registry::Account::descriptor()->file()->FindServiceByName("AccountService");
  const auto account = [] {
    registry::Account result;
    result.set_name("accounts/county-longxi");
    result.set_title("陇西县");
    result.set_role(registry::Account::COUNTY);
    result.set_region("621122");
    result.set_organization("organizations/longxi");
    return result;
  };
  const auto wrong = [] {
    return Error(absl::StatusCode::kUnauthenticated, "WRONG_CREDENTIALS", "Account or password is wrong. Try again.");
  };
  std::vector<rpc::BoundMethod> methods;
  methods.push_back(Bind<registry::AuthenticateRequest>(
      service, "Authenticate",
      [this, account, wrong](rpc::Call& call,
                             const registry::AuthenticateRequest& req) -> absl::StatusOr<registry::Account> {
        Note(call, req);
        const absl::MutexLock lock(&mutex_);
        if (!account_failure_.ok()) return account_failure_;
        if (req.account() != "county-longxi" || req.password() != "right password") return wrong();
        return account();
      }));
  methods.push_back(Bind<registry::CheckAccountRequest>(
      service, "CheckAccount",
      [this, account, wrong](rpc::Call&, const registry::CheckAccountRequest&) -> absl::StatusOr<registry::Account> {
        const absl::MutexLock lock(&mutex_);
        if (!account_failure_.ok()) return account_failure_;
        if (disabled_) return wrong();
        return account();
      }));
  return WithTheRest(service, std::move(methods));
}

rpc::BoundService FakeBackend::Files() {
  const pb::ServiceDescriptor* service = registry::File::descriptor()->file()->FindServiceByName("FileService");
  std::vector<rpc::BoundMethod> methods;
  methods.push_back(Bind<registry::CreateFileRequest>(
      service, "CreateFile",
      [this](rpc::Call& call, const registry::CreateFileRequest& req) -> absl::StatusOr<registry::File> {
        Note(call, req);
        registry::File file;
        file.set_name("files/" + req.filename());
        file.set_filename(req.filename());
        const absl::MutexLock lock(&mutex_);
        files_[file.name()] = "";
        return file;
      }));
  methods.push_back(Bind<registry::WriteFileRequest>(
      service, "WriteFile",
      [this](rpc::Call&, const registry::WriteFileRequest& req) -> absl::StatusOr<registry::File> {
        const absl::MutexLock lock(&mutex_);
        std::string& content = files_[req.name()];
        if (static_cast<int64_t>(content.size()) != req.offset_bytes()) {
          return Error(absl::StatusCode::kFailedPrecondition, "OFFSET_MISMATCH", "Write in order.");
        }
        content += req.data();
        largest_piece_ = std::max(largest_piece_, req.data().size());
        registry::File file;
        file.set_name(req.name());
        return file;
      }));
  methods.push_back(Bind<registry::FinishFileRequest>(
      service, "FinishFile",
      [this](rpc::Call&, const registry::FinishFileRequest& req) -> absl::StatusOr<registry::File> {
        const absl::MutexLock lock(&mutex_);
        registry::File file;
        file.set_name(req.name());
        file.set_sha256(req.sha256());
        file.set_size_bytes(static_cast<int64_t>(files_[req.name()].size()));
        file.set_finished(true);
        return file;
      }));
  return WithTheRest(service, std::move(methods));
}

rpc::BoundService FakeBackend::FigureService() {
  const pb::ServiceDescriptor* service = common::Figure::descriptor()->file()->FindServiceByName("FigureService");
  std::vector<rpc::BoundMethod> methods;
  methods.push_back(Bind<common::ListFiguresRequest>(
      service, "ListFigures",
      [this](rpc::Call& call, const common::ListFiguresRequest& req) -> absl::StatusOr<common::ListFiguresResponse> {
        Note(call, req);
        const absl::MutexLock lock(&mutex_);
        if (!figure_failure_.ok()) return figure_failure_;
        common::ListFiguresResponse answer;
        common::Figure* figure = answer.add_figures();
        figure->set_key("lists.invest-2022.projects");
        figure->set_title("2022年投资项目数");
        figure->set_value("737");
        figure->set_unit("count");
        figure->set_as_of(req.as_of());
        return answer;
      }));
  return WithTheRest(service, std::move(methods));
}

TestGateway::TestGateway(HttpServerOptions http, SessionOptions sessions, UploadOptions uploads,
                         const std::optional<oidc::Options>& provider) {
  AppOptions options;
  options.api = Api::Create(TestDescriptorSet(), {"library", "registry"}).value();
  const std::shared_ptr<rpc::Channel> channel = backend_.server().shared_channel();
  options.backends["library"] = {"library", channel};
  options.backends["registry"] = {"registry", channel};
  const std::string& keys = backend_.server().keys_dir();
  options.signer = std::make_shared<auth::TokenSigner>(auth::TokenSigner::FromFile(keys + "/test.key").value());
  options.verifier = std::make_shared<auth::TokenVerifier>(auth::TokenVerifier::FromDirectory(keys).value());
  options.clock = &backend_.server().clock();
  options.sessions = sessions;
  options.uploads = uploads;
  if (provider.has_value()) options.identity_provider = oidc::Provider::Create(*provider, *options.clock).value();
  rpc::ServerOptions grpc = rpc::testing::TestServer::DefaultOptions();
  grpc.clock = options.clock;
  grpc.verifier = options.verifier;
  app_ = std::make_unique<App>(std::move(options));
  grpc_server_ = rpc::Server::Start(std::move(grpc), app_->GrpcServices()).value();
  grpc_channel_ = rpc::Channel::Open({fmt::format("127.0.0.1:{}", grpc_server_->port()), {}});
  http.address = "127.0.0.1:0";
  http.error = [app = app_.get()](int status, std::string_view reason, std::string_view message) {
    return app->ServerError(status, reason, message);
  };
  server_ = HttpServer::Start(std::move(http), [app = app_.get()](std::shared_ptr<Exchange> exchange) {
              app->Handle(std::move(exchange));
            }).value();
}

TestGateway::~TestGateway() {
  server_.reset();
  grpc_server_.reset();
}

void TestGateway::AwaitReady() {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (Fetch(port(), "GET", "/healthz").status != 200 && std::chrono::steady_clock::now() < deadline) {
  }
}

std::string TestGateway::Authorization() const {
  auto& server = const_cast<TestGateway*>(this)->backend_.server();
  return fmt::format("Authorization: Bearer {}\r\n", server.Token(rpc::testing::CityOffice()));
}

}  // namespace yaoshi::gateway::testing
