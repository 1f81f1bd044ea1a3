// The views over gRPC: the same answers and the same rights as over HTTP.
#include <gmock/gmock.h>
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include "absl/synchronization/notification.h"
#include "common/status/status.h"
#include "fmt/format.h"
#include "gateway/testing/fake_backend.h"
#include "gateway/testing/http_client.h"
#include "google/api/httpbody.pb.h"
#include "google/protobuf/wrappers.pb.h"
#include "yaoshi/gateway/v1/bulletin.pb.h"
#include "yaoshi/gateway/v1/figure_view.pb.h"
#include "yaoshi/gateway/v1/portal.pb.h"

namespace yaoshi::gateway {
namespace {

using ::testing::ElementsAre;

constexpr std::string_view kPortal = "/yaoshi.gateway.v1.PortalService/";

std::string PortalMethod(std::string_view name) {
  return fmt::format("{}{}", kPortal, name);
}

v1::GetOverviewRequest OnApril20() {
  v1::GetOverviewRequest request;
  request.set_as_of("2022-04-20");
  return request;
}

class GrpcDoorTest : public ::testing::Test {
 protected:
  rpc::CallOptions As(const auth::Principal& who) { return gateway_.backend().server().As(who); }
  absl::StatusOr<v1::Overview> Overview(const rpc::CallOptions& caller) {
    return gateway_.grpc().Call<v1::Overview>(PortalMethod("GetOverview"), OnApril20(), caller);
  }
  // An access token of a new session, and the cookie of the same.
  std::pair<std::string, std::string> SignIn() {
    const testing::HttpAnswer answer = testing::FetchJson(
        gateway_.port(), "POST", "/v1/sessions", "", R"({"account": "county-longxi", "password": "right password"})");
    const std::string& cookie = answer.headers.at("set-cookie");
    return {answer.Json()["access_token"], cookie.substr(0, cookie.find(';'))};
  }
  struct File {
    absl::Status status;
    std::vector<google::api::HttpBody> pieces;
  };
  File Download(const v1::DownloadBulletinRequest& request, const rpc::CallOptions& caller) {
    File file;
    absl::Notification done;
    gateway_.grpc().ReadStream(
        PortalMethod("DownloadBulletin"), request.SerializeAsString(), caller,
        [&](const std::string& bytes) { EXPECT_TRUE(file.pieces.emplace_back().ParseFromString(bytes)); },
        [&](absl::Status status) {
          file.status = std::move(status);
          done.Notify();
        });
    done.WaitForNotification();
    return file;
  }
  testing::TestGateway gateway_;
};

TEST_F(GrpcDoorTest, NobodyGetsInWithoutATokenOrTheRight) {
  EXPECT_EQ(Overview({}).status().code(), absl::StatusCode::kUnauthenticated);
  rpc::CallOptions broken;
  broken.token = "x.y.z";
  EXPECT_EQ(Overview(broken).status().code(), absl::StatusCode::kUnauthenticated);
  const absl::Status denied = Overview(As(rpc::testing::WithRole(auth::Role::kOperator))).status();
  EXPECT_EQ(denied.code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(MetadataOf(denied, "permission"), "figures.read");
  v1::DownloadBulletinRequest bulletin;
  bulletin.set_format(v1::DownloadBulletinRequest::HTML);
  EXPECT_EQ(Download(bulletin, {}).status.code(), absl::StatusCode::kUnauthenticated);
}

TEST_F(GrpcDoorTest, ASessionThatHasEndedEndsHereToo) {
  gateway_.AwaitReady();
  const auto [token, cookie] = SignIn();
  rpc::CallOptions caller;
  caller.token = token;
  EXPECT_TRUE(Overview(caller).ok());
  v1::DownloadBulletinRequest bulletin;
  bulletin.set_format(v1::DownloadBulletinRequest::HTML);
  EXPECT_TRUE(Download(bulletin, caller).status.ok());
  EXPECT_EQ(testing::Fetch(gateway_.port(), "DELETE", "/v1/sessions/current",
                           fmt::format("Cookie: {}\r\nyaoshi-csrf: 1\r\n", cookie))
                .status,
            200);
  EXPECT_EQ(Overview(caller).status().code(), absl::StatusCode::kUnauthenticated);
  EXPECT_EQ(Download(bulletin, caller).status.code(), absl::StatusCode::kUnauthenticated);
  EXPECT_EQ(gateway_.grpc()
                .Call<v1::FigureView>("/yaoshi.gateway.v1.FigureViewService/ListFigures",
                                      yaoshi::common::v1::ListFiguresRequest(), caller)
                .status()
                .code(),
            absl::StatusCode::kUnauthenticated);
}

TEST_F(GrpcDoorTest, AViewIsTheOneOfTheOtherDoor) {
  const auto view = Overview(As(rpc::testing::CityOffice()));
  ASSERT_TRUE(view.ok()) << view.status();
  EXPECT_THAT(view->parts(), Not(::testing::IsEmpty()));
  const testing::HttpAnswer answer =
      testing::Fetch(gateway_.port(), "GET", "/v1/views/overview?as_of=2022-04-20", gateway_.Authorization());
  v1::Overview json;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(answer.body, &json).ok()) << answer.body;
  // Most services of this test are not there, and since when is the moment of the question.
  for (v1::Part& part : *json.mutable_parts()) part.clear_since_time();
  v1::Overview seen = *view;
  for (v1::Part& part : *seen.mutable_parts()) part.clear_since_time();
  EXPECT_EQ(seen.DebugString(), json.DebugString());
}

TEST_F(GrpcDoorTest, WhatIsWrongIsSaidByField) {
  v1::GetOverviewRequest request;
  request.set_as_of("yesterday");
  const absl::Status status =
      gateway_.grpc().Call<v1::Overview>(PortalMethod("GetOverview"), request, As(rpc::testing::CityOffice())).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ReasonOf(status), "INVALID_FIELDS");
}

TEST_F(GrpcDoorTest, FiguresCarryTheWriteThatTheCallerNames) {
  rpc::CallOptions caller = As(rpc::testing::CityOffice());
  caller.consistency_token = "7";
  yaoshi::common::v1::ListFiguresRequest request;
  request.set_as_of("2022-04-20");
  const auto figures =
      gateway_.grpc().Call<v1::FigureView>("/yaoshi.gateway.v1.FigureViewService/ListFigures", request, caller);
  ASSERT_TRUE(figures.ok()) << figures.status();
  EXPECT_EQ(figures->figures(0).value(), "737");
  EXPECT_THAT(gateway_.backend().awaited_tokens(), ElementsAre("7"));
}

TEST_F(GrpcDoorTest, ABulletinComesAsAFileWithItsName) {
  v1::DownloadBulletinRequest request;
  request.set_as_of("2022-04-20");
  const rpc::CallOptions caller = As(rpc::testing::CityOffice());
  EXPECT_EQ(Download(request, caller).status.code(), absl::StatusCode::kInvalidArgument) << "no format";
  request.set_format(v1::DownloadBulletinRequest::HTML);
  const File file = Download(request, caller);
  ASSERT_TRUE(file.status.ok()) << file.status;
  ASSERT_FALSE(file.pieces.empty());
  EXPECT_EQ(file.pieces[0].content_type(), "text/html; charset=utf-8");
  google::protobuf::StringValue name;
  ASSERT_EQ(file.pieces[0].extensions_size(), 1);
  ASSERT_TRUE(file.pieces[0].extensions(0).UnpackTo(&name));
  EXPECT_THAT(name.value(), ::testing::EndsWith(".html"));
  std::string bytes;
  for (const google::api::HttpBody& piece : file.pieces) bytes += piece.data();
  EXPECT_EQ(bytes, testing::Fetch(gateway_.port(), "GET", "/v1/views/bulletin:download?format=HTML&as_of=2022-04-20",
                                  gateway_.Authorization())
                       .body);
}

}  // namespace
}  // namespace yaoshi::gateway
