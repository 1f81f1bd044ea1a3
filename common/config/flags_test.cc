#include "common/config/flags.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "common/status/status.h"

namespace yaoshi::config {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class FlagsTest : public ::testing::Test {
 protected:
  FlagsTest() : flags_("yaoshi-test", "A test.") {
    flags_.String("address", "Where", &address_);
    flags_.Int("queue-limit", "How many", &queue_limit_, 1, 100);
    flags_.Int("workers", "How many", &workers_, 1, 8);
    flags_.Bool("reflect", "Whether", &reflect_);
    flags_.List("peers", "Who", &peers_);
  }

  absl::Status Parse(std::vector<const char*> arguments) {
    arguments.insert(arguments.begin(), "yaoshi-test");
    return flags_.Parse(static_cast<int>(arguments.size()), arguments.data(), [this](const char* name) {
      const auto found = environment_.find(name);
      return found == environment_.end() ? nullptr : found->second.c_str();
    });
  }

  std::map<std::string, std::string> environment_;
  std::string address_ = "default:1";
  int queue_limit_ = 10;
  int workers_ = 4;
  bool reflect_ = false;
  std::vector<std::string> peers_;
  Flags flags_;
};

TEST_F(FlagsTest, ReportsAllProblemsAtOnce) {
  environment_["YAOSHI_WORKERS"] = "many";
  const absl::Status status = Parse({"--queue-limit", "101", "--reflect=perhaps", "--unknown", "stray"});
  EXPECT_EQ(ReasonOf(status), "INVALID_CONFIG");
  EXPECT_THAT(
      std::string(status.message()),
      AllOf(HasSubstr("--queue-limit must be a whole number from 1 to 100"), HasSubstr("YAOSHI_WORKERS must be"),
            HasSubstr("--reflect must be true or false"), HasSubstr("--unknown"), HasSubstr("stray")));
}

TEST_F(FlagsTest, RefusesWhatIsNoNumber) {
  for (const char* text : {"", " 1", "1 ", "0x10", "1.5", "99999999999999999999", "-1"}) {
    EXPECT_FALSE(Parse({"--queue-limit", text}).ok()) << text;
  }
}

TEST_F(FlagsTest, OfAFlagThatIsGivenTwiceTheLastHolds) {
  ASSERT_TRUE(Parse({"--address", "first:1", "--peers", "a,b", "--address", "last:2", "--peers", "c"}).ok());
  EXPECT_EQ(address_, "last:2");
  EXPECT_THAT(peers_, ElementsAre("c"));
}

TEST_F(FlagsTest, TheFlagWinsOverTheEnvironment) {
  environment_ = {{"YAOSHI_ADDRESS", "env:2"}, {"YAOSHI_QUEUE_LIMIT", "20"}, {"YAOSHI_PEERS", "a,,b"}};
  ASSERT_TRUE(Parse({"--address", "flag:3", "--reflect"}).ok());
  EXPECT_EQ(address_, "flag:3");
  EXPECT_EQ(queue_limit_, 20);
  EXPECT_EQ(workers_, 4);
  EXPECT_TRUE(reflect_);
  EXPECT_THAT(peers_, ElementsAre("a", "b"));
}

TEST_F(FlagsTest, HelpNamesEveryFlagWithItsEnvironmentName) {
  const absl::Status status = Parse({"--help"});
  EXPECT_EQ(status.code(), absl::StatusCode::kCancelled);
  EXPECT_THAT(std::string(status.message()), AllOf(HasSubstr("--queue-limit"), HasSubstr("YAOSHI_QUEUE_LIMIT"),
                                                   HasSubstr("A test."), HasSubstr("[10]")));
}

}  // namespace
}  // namespace yaoshi::config
