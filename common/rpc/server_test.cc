#include "common/rpc/server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>

#include "absl/synchronization/notification.h"
#include "common/obs/log.h"
#include "common/obs/metrics.h"
#include "common/rpc/echo_testing.h"
#include "common/rpc/testing.h"
#include "common/status/status.h"
#include "nlohmann/json.hpp"

namespace yaoshi::rpc {
namespace {

using std::chrono::milliseconds;
using ::testing::AllOf;
using testing::CityOffice;
using testing::County;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::ServicePrincipal;
using testing::TestServer;
using testing::WithRole;

// The raw answer of one call.
Reply CallRaw(Channel& channel, std::string_view method, std::string bytes, const CallOptions& options) {
  Reply answer;
  absl::Notification answered;
  channel.CallBytes(method, std::move(bytes), options, [&](Reply reply) {
    answer = std::move(reply);
    answered.Notify();
  });
  answered.WaitForNotification();
  return answer;
}

struct StreamResult {
  absl::Status status;
  std::vector<std::string> messages;
};

StreamResult ReadAll(Channel& channel, std::string_view method, std::string request, const CallOptions& options) {
  StreamResult result;
  absl::Notification done;
  channel.ReadStream(
      method, std::move(request), options, [&](std::string bytes) { result.messages.push_back(std::move(bytes)); },
      [&](absl::Status status) {
        result.status = std::move(status);
        done.Notify();
      });
  done.WaitForNotification();
  return result;
}

// What a handler saw of its call.
struct Seen {
  int calls = 0;
  std::string account, request_id, origin, trace_id, method, permission, request_hash;
  auth::Reach reach = auth::Reach::kNone;
  Timestamp now;
  milliseconds left{0};
};

EchoHandlers Recording(Seen& seen) {
  const auto record = [&seen](Call& call) {
    ++seen.calls;
    seen.account = call.principal().account;
    seen.request_id = call.request_id();
    seen.origin = call.origin();
    seen.trace_id = call.trace_id();
    seen.method = call.method();
    seen.permission = call.permission();
    seen.request_hash = call.request_hash();
    seen.reach = call.reach();
    seen.now = call.now();
    seen.left = std::chrono::duration_cast<milliseconds>(call.deadline() - std::chrono::steady_clock::now());
  };
  EchoHandlers handlers;
  handlers.get = [record](Call& call, const GetEchoRequest&) {
    record(call);
    return Echo();
  };
  handlers.create = [record](Call& call, const CreateEchoRequest& request) {
    record(call);
    call.set_consistency_token("token-7");
    return request.echo();
  };
  return handlers;
}

TEST(GateTest, RefusesInTheOrderOfTheArchitecture) {
  Seen seen;
  TestServer server(BindEcho(Recording(seen)));
  // Malformed bytes from nobody: first of all, nobody is unauthenticated.
  const std::string malformed = "\x0a\x7f";
  Reply reply = CallRaw(server.channel(), kCreateEcho, malformed, TestServer::AsNobody());
  EXPECT_EQ(reply.status.code(), absl::StatusCode::kUnauthenticated);
  EXPECT_EQ(ReasonOf(reply.status), "UNAUTHENTICATED");
  // From one who may not: permission before validation (AIP-211).
  reply = CallRaw(server.channel(), kCreateEcho, malformed, server.As(WithRole(auth::Role::kLeader)));
  EXPECT_EQ(reply.status.code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(ReasonOf(reply.status), "PERMISSION_DENIED");
  EXPECT_EQ(MetadataOf(reply.status, "permission"), "projects.write");
  // Without enough time: before it is asked who calls.
  CallOptions hurried;
  hurried.timeout = milliseconds(15);
  EXPECT_EQ(CallRaw(server.channel(), kCreateEcho, malformed, hurried).status.code(),
            absl::StatusCode::kDeadlineExceeded);
  reply = CallRaw(server.channel(), kCreateEcho, malformed, server.As(CityOffice()));
  EXPECT_EQ(ReasonOf(reply.status), "MALFORMED_REQUEST");
  EXPECT_EQ(seen.calls, 0);
}

TEST(GateTest, RefusesTokensOfOthers) {
  Seen seen;
  TestServer server(BindEcho(Recording(seen)));
  const TestServer stranger(BindEcho());
  CallOptions options = stranger.As(CityOffice());
  EXPECT_EQ(CallRaw(server.channel(), kGetEcho, "", options).status.code(), absl::StatusCode::kUnauthenticated);
  options = TestServer::AsNobody();
  options.metadata = {{"authorization", "Basic " + server.Token(CityOffice())}};
  EXPECT_EQ(CallRaw(server.channel(), kGetEcho, "", options).status.code(), absl::StatusCode::kUnauthenticated);
  options = server.As(CityOffice());
  server.clock().Advance(std::chrono::hours(2));
  EXPECT_EQ(CallRaw(server.channel(), kGetEcho, "", options).status.code(), absl::StatusCode::kUnauthenticated);
  EXPECT_EQ(seen.calls, 0);
}

TEST(GateTest, ReportsAllViolationsAtOnce) {
  TestServer server(BindEcho());
  CreateEchoRequest request = CreateOf("much too long for it");
  request.mutable_echo()->set_happened_on("yesterday");
  request.set_request_id("1");
  const auto answer = server.Call<Echo>(CityOffice(), kCreateEcho, request);
  EXPECT_EQ(answer.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ReasonOf(answer.status()), "INVALID_FIELDS");
  std::vector<std::string> fields;
  for (const FieldViolation& violation : ViolationsOf(answer.status())) fields.push_back(violation.field);
  EXPECT_THAT(fields, ElementsAre("echo.text", "echo.happened_on", "request_id"));
}

TEST(GateTest, TextThatIsNotUtf8IsAViolation) {
  TestServer server(BindEcho());
  const Reply reply = CallRaw(server.channel(), kGetEcho, "\x0a\x01\xff", server.As(CityOffice()));
  EXPECT_THAT(ViolationsOf(reply.status), ElementsAre(FieldViolation{"text", "must be UTF-8 text"}));
}

TEST(GateTest, TellsTheHandlerAllAboutItsCall) {
  Seen seen;
  TestServer server(BindEcho(Recording(seen)));
  CreateEchoRequest request = CreateOf("text");
  request.set_request_id("018f3c5e-7b1a-7c3d-8e9f-0123456789ab");
  CallOptions options = server.As(County("621122"));
  options.traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  std::string token;
  const auto answer = server.channel().Call<Echo>(kCreateEcho, request, options, &token);
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->text(), "text");
  EXPECT_EQ(token, "token-7");
  EXPECT_EQ(seen.account, "COUNTY-account");
  EXPECT_EQ(seen.request_id, request.request_id());
  EXPECT_EQ(seen.origin, "127.0.0.1");
  EXPECT_EQ(seen.trace_id, "4bf92f3577b34da6a3ce929d0e0e4736");
  EXPECT_EQ(seen.method, kCreateEcho);
  EXPECT_EQ(seen.permission, "projects.write");
  EXPECT_EQ(seen.request_hash.size(), 32u);
  EXPECT_EQ(seen.reach, auth::Reach::kOwnRegion);
  EXPECT_EQ(seen.now, server.clock().Now());
  EXPECT_GT(seen.left, milliseconds(5000));  // The caller's minute, not the default.
}

TEST(GateTest, MakesWhatTheRequestLacks) {
  Seen seen;
  TestServer server(BindEcho(Recording(seen)));
  CallOptions options = server.As(CityOffice());
  options.traceparent = "garbage";
  ASSERT_TRUE(CallRaw(server.channel(), kCreateEcho, CreateOf("a").SerializeAsString(), options).status.ok());
  EXPECT_EQ(seen.request_id.size(), 36u);
  EXPECT_EQ(seen.trace_id.size(), 32u);
}

TEST(GateTest, BelievesForwardedAddressesOnlyFromServices) {
  Seen seen;
  TestServer server(BindEcho(Recording(seen)));
  CallOptions options = server.As(CityOffice());
  options.forwarded_for = "192.0.2.7";
  const auto origin = [&] {
    EXPECT_TRUE(CallRaw(server.channel(), kGetEcho, "", options).status.ok());
    return seen.origin;
  };
  EXPECT_EQ(origin(), "127.0.0.1");
  options.gateway_token = server.Token(County("621122"));  // No service.
  EXPECT_EQ(origin(), "127.0.0.1");
  options.gateway_token = server.Token(ServicePrincipal());
  EXPECT_EQ(origin(), "192.0.2.7");
  options.forwarded_for = "2001:db8::7, 10.0.0.1";
  EXPECT_EQ(origin(), "2001:db8::7");
  options.forwarded_for = "<script>";
  EXPECT_EQ(origin(), "127.0.0.1");
  options = server.As(ServicePrincipal());
  options.forwarded_for = "192.0.2.8";
  EXPECT_EQ(origin(), "192.0.2.8");
}

TEST(GateTest, NoExceptionAndNoInnerTextLeaves) {
  EchoHandlers handlers;
  handlers.get = [](Call&, const GetEchoRequest& request) -> absl::StatusOr<Echo> {
    if (request.text() == "throw") throw std::runtime_error("SELECT secret FROM account");
    if (request.text() == "odd") throw 7;
    return absl::InternalError("near line 7 of /srv/secret.sql");
  };
  handlers.create = [](Call&, const CreateEchoRequest&) -> absl::StatusOr<Echo> {
    throw std::runtime_error("SELECT secret FROM account");
  };
  handlers.stream = [](Call&, const StreamEchoRequest&, StreamWriter&) -> absl::Status {
    throw std::runtime_error("SELECT secret FROM account");
  };
  TestServer server(BindEcho(handlers));
  std::vector<absl::Status> statuses;
  for (const char* text : {"throw", "odd", "status"}) {
    statuses.push_back(server.Call<Echo>(CityOffice(), kGetEcho, GetOf(text)).status());
  }
  statuses.push_back(server.Call<Echo>(CityOffice(), kCreateEcho, CreateOf("a")).status());
  statuses.push_back(ReadAll(server.channel(), kStreamEcho, "", server.As(ServicePrincipal())).status);
  for (const absl::Status& status : statuses) {
    EXPECT_EQ(status.code(), absl::StatusCode::kInternal);
    EXPECT_EQ(ReasonOf(status), "INTERNAL");
    EXPECT_THAT(std::string(status.message()), Not(HasSubstr("secret")));
  }
}

TEST(GateTest, EveryErrorHasAReason) {
  EchoHandlers handlers;
  handlers.get = [](Call&, const GetEchoRequest& request) -> absl::StatusOr<Echo> {
    if (request.text() == "plain") return absl::NotFoundError("There is no such echo.");
    return WithResource(Error(absl::StatusCode::kAborted, "ETAG_MISMATCH", "Read it again.", {{"etag", "3"}}), "echo",
                        "echoes/1");
  };
  TestServer server(BindEcho(handlers));
  absl::Status status = server.Call<Echo>(CityOffice(), kGetEcho, GetOf("plain")).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(ReasonOf(status), "NOT_FOUND");
  EXPECT_EQ(status.message(), "There is no such echo.");
  status = server.Call<Echo>(CityOffice(), kGetEcho, GetOf("own")).status();
  EXPECT_EQ(ReasonOf(status), "ETAG_MISMATCH");
  EXPECT_EQ(MetadataOf(status, "etag"), "3");
}

TEST(GateTest, AMemoryHandlerWaitsForTheConsistencyToken) {
  Seen seen;
  struct Waiting {
    std::string token;
    std::function<void(absl::Status)> ready;
    absl::Notification asked;
  };
  Waiting first, second;
  std::vector<Waiting*> waiting = {&first, &second};
  size_t next = 0;
  ServerOptions options = TestServer::DefaultOptions();
  options.wait_for_token = [&](std::string token, auto, std::function<void(absl::Status)> ready) {
    Waiting& slot = *waiting[next++];
    slot.token = std::move(token);
    slot.ready = std::move(ready);
    slot.asked.Notify();
  };
  TestServer server(BindEcho(Recording(seen)), options);
  CallOptions call = server.As(CityOffice());
  call.consistency_token = "41";
  const auto start = [&](Reply* reply, absl::Notification* done) {
    server.channel().CallBytes(kGetEcho, "", call, [=](Reply answer) {
      *reply = std::move(answer);
      done->Notify();
    });
  };
  Reply reply;
  absl::Notification done;
  start(&reply, &done);
  first.asked.WaitForNotification();
  EXPECT_EQ(first.token, "41");
  EXPECT_EQ(seen.calls, 0);
  // The write is recorded meanwhile; the read must not look at a moment before it.
  server.clock().Advance(std::chrono::seconds(1));
  first.ready(absl::OkStatus());
  done.WaitForNotification();
  EXPECT_TRUE(reply.status.ok());
  EXPECT_EQ(seen.calls, 1);
  EXPECT_EQ(seen.now, server.clock().Now());
  absl::Notification refused;
  start(&reply, &refused);
  second.asked.WaitForNotification();
  second.ready(Error(absl::StatusCode::kInvalidArgument, "INVALID_TOKEN", "Pass the token of a write."));
  refused.WaitForNotification();
  EXPECT_EQ(ReasonOf(reply.status), "INVALID_TOKEN");
  EXPECT_EQ(seen.calls, 1);
}

TEST(GateTest, ARelayAnswersFromAnotherThreadAndKnowsForWhom) {
  std::thread other;
  std::string token, after_write;
  EchoHandlers handlers;
  handlers.relay = [&](Call& call, const google::protobuf::Message& request, const RelayDone& done) {
    token = call.token();
    after_write = call.after_write();
    other = std::thread([&call, &request, done] {
      Echo echo;
      echo.set_name(call.principal().account);
      echo.set_text(static_cast<const GetEchoRequest&>(request).text());
      done(echo.SerializeAsString());
    });
  };
  TestServer server(BindEcho(handlers));
  CallOptions call = server.As(CityOffice());
  call.consistency_token = "41";
  const auto echo = server.channel().Call<Echo>(kRelayEcho, GetOf("later"), call);
  other.join();
  ASSERT_TRUE(echo.ok()) << echo.status();
  EXPECT_EQ(echo->text(), "later");
  EXPECT_EQ(echo->name(), CityOffice().account);
  EXPECT_EQ(token, call.token);
  EXPECT_EQ(after_write, "41");
  EXPECT_EQ(server.channel().CallBlocking(kRelayEcho, GetOf("x"), {}).status.code(),
            absl::StatusCode::kUnauthenticated);
}

TEST(GateTest, ARelayThatFailsOrThrowsAnswersOnce) {
  EchoHandlers handlers;
  handlers.relay = [](Call&, const google::protobuf::Message& request, const RelayDone& done) {
    const std::string text = static_cast<const GetEchoRequest&>(request).text();
    if (text == "twice") done(Echo().SerializeAsString());
    if (text != "fail") throw std::runtime_error("secret");
    done(Error(absl::StatusCode::kNotFound, "NO_ECHO", "There is no echo."));
  };
  TestServer server(BindEcho(handlers));
  const auto call = [&](const char* text) {
    return server.channel().CallBlocking(kRelayEcho, GetOf(text), server.As(CityOffice())).status;
  };
  EXPECT_EQ(ReasonOf(call("fail")), "NO_ECHO");
  EXPECT_EQ(call("throw").code(), absl::StatusCode::kInternal);
  EXPECT_THAT(std::string(call("throw").message()), Not(HasSubstr("secret")));
  EXPECT_TRUE(call("twice").ok());
}

TEST(GateTest, StreamsInOrderWithPermission) {
  TestServer server(BindEcho());
  StreamEchoRequest request;
  request.set_text("x");
  request.set_count(500);
  StreamResult result =
      ReadAll(server.channel(), kStreamEcho, request.SerializeAsString(), server.As(ServicePrincipal()));
  EXPECT_TRUE(result.status.ok()) << result.status;
  EXPECT_EQ(result.messages.size(), 500u);
  result = ReadAll(server.channel(), kStreamEcho, request.SerializeAsString(), server.As(CityOffice()));
  EXPECT_EQ(result.status.code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(ReadAll(server.channel(), kStreamEcho, "\xff", server.As(ServicePrincipal())).status.code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(GateTest, LogsOneLinePerCallAndCountsIt) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  auto metrics = std::make_shared<obs::Metrics>("echo");
  ServerOptions options = TestServer::DefaultOptions();
  options.log = std::make_shared<obs::Log>(ends[1]);
  options.metrics = metrics;
  {
    TestServer server(BindEcho(), std::move(options));
    CallOptions call = server.As(County("621122"));
    call.traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    CreateEchoRequest request = CreateOf("private");
    request.set_request_id("018f3c5e-7b1a-7c3d-8e9f-0123456789ab");
    EXPECT_TRUE(server.channel().Call<Echo>(kCreateEcho, request, call).ok());
    EXPECT_FALSE(server.channel().Call<Echo>(kCreateEcho, CreateEchoRequest(), call).ok());
    EXPECT_FALSE(server.channel().Call<Echo>(kGetEcho, GetOf("private"), TestServer::AsNobody()).ok());
    EXPECT_THAT(metrics->Text(), AllOf(HasSubstr(R"(code="OK",method="/yaoshi.testing.v1.EchoService/CreateEcho"} 1)"),
                                       HasSubstr(R"(code="INVALID_ARGUMENT",method="/yaoshi.testing)"),
                                       HasSubstr("yaoshi_rpc_queue_calls"), HasSubstr("yaoshi_log_dropped_lines")));
  }
  options = ServerOptions();  // The last owner of the log: it writes what is left.
  close(ends[1]);
  std::string text;
  char buffer[8192];
  for (ssize_t n; (n = read(ends[0], buffer, sizeof(buffer))) > 0;) text.append(buffer, static_cast<size_t>(n));
  close(ends[0]);
  EXPECT_THAT(text, Not(HasSubstr("private")));
  std::vector<nlohmann::json> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(nlohmann::json::parse(line));
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(lines[0]["code"], "OK");
  EXPECT_EQ(lines[0]["method"], kCreateEcho);
  EXPECT_EQ(lines[0]["account"], "COUNTY-account");
  EXPECT_EQ(lines[0]["request_id"], "018f3c5e-7b1a-7c3d-8e9f-0123456789ab");
  EXPECT_EQ(lines[0]["trace_id"], "4bf92f3577b34da6a3ce929d0e0e4736");
  EXPECT_GE(lines[0]["micros"].get<int64_t>(), 0);
  EXPECT_EQ(lines[1]["reason"], "INVALID_FIELDS");
  EXPECT_EQ(lines[2]["reason"], "UNAUTHENTICATED");
  EXPECT_FALSE(lines[2].contains("account"));
}

TEST(ServerTest, ReflectionListsTheServices) {
  TestServer server(BindEcho());
  // ServerReflectionRequest{list_services: "*"}.
  const StreamResult result =
      ReadAll(server.channel(), "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", "\x3a\x01*",
              TestServer::AsNobody());
  ASSERT_TRUE(result.status.ok()) << result.status;
  ASSERT_EQ(result.messages.size(), 1u);
  EXPECT_THAT(result.messages[0],
              AllOf(HasSubstr("yaoshi.testing.v1.EchoService"), HasSubstr("grpc.health.v1.Health")));
  // file_containing_symbol: the descriptor with its options.
  const std::string symbol = "yaoshi.testing.v1.EchoService";
  const StreamResult file =
      ReadAll(server.channel(), "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
              "\x22" + std::string(1, static_cast<char>(symbol.size())) + symbol, TestServer::AsNobody());
  ASSERT_EQ(file.messages.size(), 1u);
  EXPECT_THAT(file.messages[0], HasSubstr("CreateEchoRequest"));
}

TEST(ServerTest, CallersPassOverAServerThatDoesNotServe) {
  ServerOptions options = TestServer::DefaultOptions();
  options.serving = false;
  TestServer server(BindEcho(), options);
  EXPECT_EQ(server.Call<Echo>(CityOffice(), kGetEcho, GetOf("a")).status().code(), absl::StatusCode::kUnavailable);
  server.server().SetServing(true);
  while (!server.Call<Echo>(CityOffice(), kGetEcho, GetOf("a")).ok()) std::this_thread::yield();
  // SERVING, as HealthCheckResponse.
  EXPECT_EQ(CallRaw(server.channel(), "/grpc.health.v1.Health/Check", "", TestServer::AsNobody()).bytes, "\x08\x01");
}

TEST(ServerTest, UnknownMethodsAndLargeRequestsAreRefused) {
  TestServer server(BindEcho());
  EXPECT_EQ(
      CallRaw(server.channel(), "/yaoshi.testing.v1.EchoService/Nothing", "", TestServer::AsNobody()).status.code(),
      absl::StatusCode::kUnimplemented);
  const Reply reply = CallRaw(server.channel(), kGetEcho, std::string(5 << 20, 'a'), server.As(CityOffice()));
  EXPECT_EQ(reply.status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_TRUE(server.Call<Echo>(CityOffice(), kGetEcho, GetOf("still here")).ok());
}

TEST(ServerTest, LargeAnswersArrive) {
  EchoHandlers handlers;
  handlers.get = [](Call&, const GetEchoRequest&) {
    Echo echo;
    echo.set_text(std::string(8 << 20, 'x'));
    return echo;
  };
  TestServer server(BindEcho(handlers));
  const auto answer = server.Call<Echo>(CityOffice(), kGetEcho, GetOf("a"));
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(answer->text().size(), size_t{8} << 20);
}

TEST(ServerTest, TwoServersDoNotShareAPort) {
  TestServer server(BindEcho());
  ServerOptions options = TestServer::DefaultOptions();
  options.address = server.target();
  const auto second = Server::Start(options, BindEcho());
  EXPECT_EQ(ReasonOf(second.status()), "ADDRESS_UNUSABLE");
}

TEST(ServerTest, WithoutAVerifierNobodyEnters) {
  ServerOptions options = TestServer::DefaultOptions();
  auto server = Server::Start(options, BindEcho());
  ASSERT_TRUE(server.ok());
  const auto channel = Channel::Open(
      {.target = "127.0.0.1:" + std::to_string((*server)->port()), .tls = {}, .keepalive_without_calls = false});
  EXPECT_EQ(CallRaw(*channel, kGetEcho, "", TestServer::AsNobody()).status.code(), absl::StatusCode::kUnauthenticated);
}

}  // namespace
}  // namespace yaoshi::rpc
