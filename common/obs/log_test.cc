#include "common/obs/log.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <sstream>
#include <string>
#include <vector>

#include "nlohmann/json.hpp"

namespace yaoshi::obs {
namespace {

struct Pipe {
  Pipe() {
    if (pipe2(ends, O_CLOEXEC) != 0) std::abort();
  }
  ~Pipe() {
    close(ends[0]);
    if (ends[1] >= 0) close(ends[1]);
  }
  // Everything that was written; closes the writing end.
  std::vector<std::string> Lines() {
    close(ends[1]);
    ends[1] = -1;
    std::string all;
    char buffer[4096];
    for (ssize_t n; (n = read(ends[0], buffer, sizeof(buffer))) > 0;) all.append(buffer, static_cast<size_t>(n));
    std::vector<std::string> lines;
    std::istringstream stream(all);
    for (std::string line; std::getline(stream, line);) lines.push_back(line);
    return lines;
  }
  int ends[2];
};

TEST(LogTest, OneJsonLinePerRpc) {
  Pipe pipe;
  const FakeClock clock;
  {
    Log log(pipe.ends[1], clock);
    log.Rpc({.method = "/a.B/C",
             .code = "NOT_FOUND",
             .micros = 42,
             .account = "acc\"1\n",
             .request_id = "r",
             .trace_id = "t",
             .reason = "PROJECT_NOT_FOUND"});
    log.Rpc({.method = "/a.B/C",
             .code = "OK",
             .micros = 7,
             .account = "",
             .request_id = "",
             .trace_id = "t",
             .reason = ""});
  }
  const std::vector<std::string> lines = pipe.Lines();
  ASSERT_EQ(lines.size(), 2u);
  const auto first = nlohmann::json::parse(lines[0]);
  EXPECT_EQ(first, nlohmann::json({{"time", "2022-04-20T00:00:00.000000Z"},
                                   {"severity", "INFO"},
                                   {"method", "/a.B/C"},
                                   {"code", "NOT_FOUND"},
                                   {"micros", 42},
                                   {"account", "acc\"1\n"},
                                   {"request_id", "r"},
                                   {"trace_id", "t"},
                                   {"reason", "PROJECT_NOT_FOUND"}}));
  const auto second = nlohmann::json::parse(lines[1]);
  EXPECT_FALSE(second.contains("reason"));
  EXPECT_FALSE(second.contains("account"));
}

TEST(LogTest, TimesAreThoseOfTheClock) {
  Pipe pipe;
  FakeClock clock;
  const std::vector<const char*> times = {"2022-04-20T08:00:00.000007Z", "2022-04-20T08:00:00.999999Z",
                                          "2022-04-20T08:00:01.000000Z", "2021-12-31T23:59:59.500000Z"};
  {
    Log log(pipe.ends[1], clock);
    for (const char* time : times) {
      clock.Set(*Timestamp::Parse(time));
      log.Rpc({});
    }
  }
  const std::vector<std::string> lines = pipe.Lines();
  ASSERT_EQ(lines.size(), times.size());
  for (size_t i = 0; i < lines.size(); ++i) EXPECT_EQ(nlohmann::json::parse(lines[i])["time"], times[i]);
}

TEST(LogTest, EventsSurviveAnyBytes) {
  Pipe pipe;
  {
    Log log(pipe.ends[1]);
    log.Event(Severity::kWarning, "odd \xff\xfe bytes", {{"key", "值"}});
  }
  const auto line = nlohmann::json::parse(pipe.Lines().at(0));
  EXPECT_EQ(line["severity"], "WARNING");
  EXPECT_EQ(line["key"], "值");
}

TEST(LogTest, ALongLineIsCut) {
  Pipe pipe;
  {
    Log log(pipe.ends[1]);
    log.Event(Severity::kInfo, std::string(10'000, 'x'));
    log.Event(Severity::kInfo, "next");
  }
  const std::vector<std::string> lines = pipe.Lines();
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0].size(), Log::kMaxLineBytes - 1);
}

TEST(LogTest, ABlockedPipeDropsAndNeverBlocks) {
  Pipe pipe;  // Nobody reads: it takes 64 KiB.
  constexpr int kLines = 2000;
  constexpr size_t kCapacity = 100;
  {
    Log log(pipe.ends[1], SystemClock(), kCapacity);
    for (int i = 0; i < kLines; ++i) log.Event(Severity::kInfo, std::string(1000, 'x'));
    EXPECT_GT(log.dropped(), 0u);
  }  // Ends although the pipe is full.
  EXPECT_LE(pipe.Lines().size(), 100u);
}

TEST(LogTest, AClosedPipeIsNoDeath) {
  signal(SIGPIPE, SIG_IGN);
  Pipe pipe;
  close(pipe.ends[0]);
  Log log(pipe.ends[1]);
  log.Event(Severity::kInfo, "nobody hears this");
  pipe.ends[0] = open("/dev/null", O_RDONLY);
}

}  // namespace
}  // namespace yaoshi::obs
