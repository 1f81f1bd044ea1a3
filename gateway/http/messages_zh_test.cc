#include "gateway/http/messages_zh.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <regex>
#include <string>

#include "utf8.h"

namespace yaoshi::gateway {
namespace {

TEST(ChineseMessages, AreInOrderOfReasonAndChinese) {
  const auto all = ChineseMessages();
  EXPECT_TRUE(std::is_sorted(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.first < b.first; }));
  EXPECT_EQ(std::adjacent_find(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.first == b.first; }),
            all.end());
  for (const auto& [reason, text] : all) {
    EXPECT_TRUE(utf8::is_valid(text.begin(), text.end())) << reason;
    EXPECT_TRUE(text.ends_with("。")) << reason;
  }
}

TEST(ChineseMessages, FallBackToTheCode) {
  EXPECT_EQ(ChineseMessage("NO_SUCH_REASON", absl::StatusCode::kNotFound), "没有找到所请求的内容,或您无权查看。");
  EXPECT_EQ(ChineseMessage("WRONG_CREDENTIALS", absl::StatusCode::kUnauthenticated), "账号或密码不正确。");
}

// docs/errors.md is the list of all reasons (tests run in the root of the repository).
TEST(ChineseMessages, CoverEveryDocumentedReason) {
  std::ifstream page("docs/errors.md");
  ASSERT_TRUE(page) << "docs/errors.md";
  const std::regex row("^\\| `([A-Z0-9_]+)` \\|.*");
  const auto all = ChineseMessages();
  std::string line;
  while (std::getline(page, line)) {
    std::smatch match;
    if (!std::regex_match(line, match, row)) continue;
    const std::string reason = match[1];
    EXPECT_TRUE(std::any_of(all.begin(), all.end(), [&](const auto& entry) { return entry.first == reason; }))
        << reason << " has no Chinese text in gateway/http/messages_zh.cc";
  }
}

}  // namespace
}  // namespace yaoshi::gateway
