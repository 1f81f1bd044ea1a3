#include "common/rpc/call.h"

#include <gtest/gtest.h>

#include <string>

#include "common/rpc/echo_testing.h"

namespace yaoshi::rpc {
namespace {

const std::string kMethod = kCreateEcho;
const std::string kPermission = "projects.write";

CallInfo Info(const google::protobuf::Message* request = nullptr) {
  CallInfo info;
  info.principal = {"a", auth::Role::kCounty, "621122", "", false};
  info.method = &kMethod;
  info.permission = &kPermission;
  info.reach = auth::Reach::kOwnRegion;
  info.now = *Timestamp::Parse("2022-04-20T16:30:00Z");
  info.request = request;
  return info;
}

TEST(CallTest, MayTouchWhatItsReachCovers) {
  const Call call(Info());
  EXPECT_FALSE(call.MayTouch("621121", ""));
  EXPECT_FALSE(call.MayTouch("621100", ""));
  EXPECT_TRUE(call.MayTouch("621122", ""));
}

TEST(CallTest, TodayIsTheDayInChina) {
  EXPECT_EQ(Call(Info()).today().ToString(), "2022-04-21");
}

TEST(CallTest, TheHashCoversTheWholeRequest) {
  const CreateEchoRequest one = CreateOf("one"), two = CreateOf("two");
  EXPECT_NE(Call(Info(&one)).request_hash(), Call(Info(&two)).request_hash());
  EXPECT_EQ(Call(Info(&one)).request_hash(), Call(Info(&one)).request_hash());
  EXPECT_EQ(Call(Info(&one)).request_hash().size(), 32u);
}

TEST(CallTest, IsCancelledByItsDeadlineOrByHand) {
  CallInfo info = Info();
  info.deadline = std::chrono::steady_clock::now() - std::chrono::milliseconds(1);
  EXPECT_TRUE(Call(std::move(info)).cancelled());
  Call call(Info());
  EXPECT_FALSE(call.cancelled());
  call.Cancel();
  EXPECT_TRUE(call.cancelled());
}

TEST(CallDeathTest, NamesTheMethodThatHasNoSession) {
  Call call(Info());
  EXPECT_DEATH(call.session(), "CreateEcho has no database session");
}

}  // namespace
}  // namespace yaoshi::rpc
