#include "common/auth/password.h"

#include <gtest/gtest.h>

#include <string>

namespace yaoshi::auth {
namespace {

TEST(PasswordTest, OnlyTheSamePasswordVerifies) {
  const absl::StatusOr<std::string> hash = HashPassword("correct horse 项目");
  ASSERT_TRUE(hash.ok());
  EXPECT_TRUE(hash->starts_with("$argon2id$"));
  EXPECT_FALSE(VerifyPassword(*hash, "correct horse"));
  EXPECT_FALSE(VerifyPassword(*hash, ""));
  EXPECT_TRUE(VerifyPassword(*hash, "correct horse 项目"));
  EXPECT_FALSE(NeedsRehash(*hash));
}

TEST(PasswordTest, MalformedHashesVerifyNothing) {
  for (const std::string& hash :
       {std::string(), std::string("x"), std::string("$argon2id$v=19$m=1"), std::string(500, '$')}) {
    EXPECT_FALSE(VerifyPassword(hash, "password"));
    EXPECT_TRUE(NeedsRehash(hash));
  }
}

TEST(PasswordTest, NobodyIsNeverRight) {
  EXPECT_FALSE(VerifyAgainstNobody("nobody has this password"));
}

}  // namespace
}  // namespace yaoshi::auth
