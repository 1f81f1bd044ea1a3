#include "common/rpc/main.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <vector>

#include "common/auth/token.h"
#include "common/rpc/echo_testing.h"

namespace yaoshi::rpc {
namespace {

using ::testing::ExitedWithCode;

// Each runs a whole service in a process of its own.
class MainDeathTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ::testing::FLAGS_gtest_death_test_style = "threadsafe";
    std::string pattern = std::filesystem::temp_directory_path() / "yaoshi-main-XXXXXX";
    keys_ = mkdtemp(pattern.data());
    ASSERT_TRUE(auth::GenerateKeyPair(keys_, "test").ok());
  }
  void TearDown() override { std::filesystem::remove_all(keys_); }

  // Runs the echo service and leaves the process with its exit code.
  [[noreturn]] void RunAndExit(std::vector<std::string> arguments, const std::function<absl::Status(Startup&)>& wire) {
    arguments.insert(arguments.begin(), "yaoshi-echo");
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    const int code = ServiceMain::RunService(static_cast<int>(argv.size()), argv.data(), "yaoshi-echo", "Echoes.",
                                             /*needs_database=*/false, wire);
    std::filesystem::remove_all(keys_);  // TearDown() does not run in this process.
    exit(code);
  }
  std::vector<std::string> GoodArguments() const {
    return {"--address", "127.0.0.1:0", "--metrics-address", "127.0.0.1:0", "--trusted-keys-dir", keys_};
  }

  std::string keys_;
};

absl::Status WireEcho(Startup& up) {
  up.services = BindEcho();
  return absl::OkStatus();
}

TEST_F(MainDeathTest, NamesAllWrongSettingsAndExitsWith2) {
  EXPECT_EXIT(
      RunAndExit({"--address", "nowhere", "--drain-seconds", "soon"}, WireEcho), ExitedWithCode(2),
      "--drain-seconds must be a whole number(.|\n)*--address must be host:port(.|\n)*--trusted-keys-dir is missing");
}

TEST_F(MainDeathTest, AFailedStartExitsWith1) {
  EXPECT_EXIT(RunAndExit(GoodArguments(), [](Startup&) { return absl::UnavailableError("No database."); }),
              ExitedWithCode(1), "No database.");
}

TEST_F(MainDeathTest, HelpExitsWith0) {
  EXPECT_EXIT(RunAndExit({"--help"}, WireEcho), ExitedWithCode(0), "");
}

TEST_F(MainDeathTest, ServesUntilATermSignalThenDrains) {
  const auto wire = [](Startup& up) {
    up.services = BindEcho();
    up.started = [](Server& server) {
      if (!server.serving() || server.port() == 0) return absl::InternalError("Not serving.");
      kill(getpid(), SIGTERM);
      return absl::OkStatus();
    };
    up.stopped = [] { fprintf(stderr, "stopped\n"); };
    return absl::OkStatus();
  };
  EXPECT_EXIT(RunAndExit(GoodArguments(), wire), ExitedWithCode(0), "Serving(.|\n)*");
  EXPECT_EXIT(RunAndExit(GoodArguments(), wire), ExitedWithCode(0), "stopped");
}

}  // namespace
}  // namespace yaoshi::rpc
