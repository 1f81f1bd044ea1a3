#include "common/config/server_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace yaoshi::config {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class ServerConfigTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = std::filesystem::temp_directory_path() / "yaoshi-config-XXXXXX";
    directory_ = mkdtemp(pattern.data());
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  std::string File(const std::string& name, const std::string& text, mode_t mode) {
    const std::string path = directory_ + "/" + name;
    std::ofstream(path) << text;
    chmod(path.c_str(), mode);
    return path;
  }
  ServerConfig Good() {
    ServerConfig config;
    config.trusted_keys_dir = directory_;
    config.database_host = "unix:///run/db.sock";
    config.database_user = "yaoshi";
    config.database_schema = "registry";
    return config;
  }

  std::string directory_;
};

TEST_F(ServerConfigTest, ListsAllProblemsAtOnce) {
  ServerConfig config;
  config.address = "nowhere";
  config.metrics_address = "host:99999";
  config.trusted_keys_dir = "/does/not/exist";
  config.database_host = "host";
  config.database_password_file = File("open", "secret", 0644);
  config.page_key_file = File("short", "short", 0600);
  config.tls_certificate = "/does/not/exist.pem";
  const std::vector<std::string> problems = config.Problems(/*needs_database=*/true);
  EXPECT_THAT(problems, SizeIs(10));
  for (const char* expected : {"--address", "--metrics-address", "--trusted-keys-dir", "--database-host",
                               "--database-user", "--database-schema", "--database-password-file", "--page-key-file",
                               "must be given together", "--tls-certificate"}) {
    EXPECT_THAT(problems, Contains(HasSubstr(expected)));
  }
  EXPECT_FALSE(config.Validate(true).ok());
}

TEST_F(ServerConfigTest, AcceptsWhatIsComplete) {
  EXPECT_THAT(Good().Problems(true), IsEmpty());
  ServerConfig config;
  config.trusted_keys_dir = directory_;
  EXPECT_THAT(config.Problems(false), IsEmpty());
}

TEST_F(ServerConfigTest, SecretsComeFromGuardedFilesOnly) {
  EXPECT_FALSE(ReadSecret(directory_ + "/absent").ok());
  EXPECT_FALSE(ReadSecret(directory_).ok());
  EXPECT_FALSE(ReadSecret(File("empty", "\n", 0600)).ok());
  EXPECT_FALSE(ReadSecret(File("world", "secret", 0604)).ok());
  EXPECT_FALSE(ReadSecret(File("group", "secret", 0620)).ok());
  EXPECT_EQ(*ReadSecret(File("good", "secret\n", 0600)), "secret");
  EXPECT_EQ(*ReadSecret(File("mounted", "secret", 0440)), "secret");
}

}  // namespace
}  // namespace yaoshi::config
