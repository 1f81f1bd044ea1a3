#include "services/registry/session_handlers.h"

#include <gtest/gtest.h>

#include "common/ids/uuid.h"
#include "services/registry/testing/directory_server.h"

namespace yaoshi::registry {
namespace {

using rpc::testing::CityOffice;
using rpc::testing::ServicePrincipal;
using testing::ReasonOr;

class SessionTest : public ::testing::Test {
 protected:
  absl::StatusOr<v1::EndedSession> End(const std::string& id, const auth::Principal& who = ServicePrincipal()) {
    v1::EndSessionRequest request;
    request.set_session_id(id);
    request.mutable_session()->set_account("county-longxi");
    request.mutable_session()->set_region("621122");
    return server_.Call<v1::EndedSession>(who, "SessionService/EndSession", request);
  }
  std::vector<std::string> List(const std::string& after, int size) {
    v1::ListEndedSessionsRequest request;
    request.set_after_name(after);
    request.set_page_size(size);
    const auto page =
        server_.Call<v1::ListEndedSessionsResponse>(ServicePrincipal(), "SessionService/ListEndedSessions", request);
    std::vector<std::string> names;
    for (const auto& session : page.value().sessions()) names.push_back(session.name());
    return names;
  }
  std::unique_ptr<SessionHandlers> handlers_;
  testing::DirectoryServer server_{[this](const DirectoryContext& context, const db::Options&) {
    handlers_ = std::make_unique<SessionHandlers>(context);
    return std::vector<rpc::BoundService>{handlers_->Bind()};
  }};
};

TEST_F(SessionTest, AreTheGatewaysBusinessAlone) {
  EXPECT_EQ(ReasonOr(End(Uuid::New(SystemClock()).ToString(), CityOffice())), "PERMISSION_DENIED");
  EXPECT_EQ(ReasonOr(End("no-uuid")), "INVALID_FIELDS");
}

TEST_F(SessionTest, EndOnceAndAreListedInOrder) {
  std::vector<std::string> names;
  for (int i = 0; i < 3; ++i) {
    const auto ended = End(Uuid::New(SystemClock()).ToString());
    ASSERT_TRUE(ended.ok()) << ended.status();
    EXPECT_EQ(ended->etag(), "1");
    names.push_back(ended->name());
  }
  EXPECT_EQ(End(names[1].substr(9))->etag(), "1") << "repeating it changes nothing";
  EXPECT_EQ(List("", 0), names);
  EXPECT_EQ(List(names[0], 1), std::vector<std::string>{names[1]});
}

}  // namespace
}  // namespace yaoshi::registry
