#include "gateway/static_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "common/ids/uuid.h"

namespace yaoshi::gateway {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

class StaticFilesTest : public ::testing::Test {
 protected:
  StaticFilesTest() : folder_(fs::temp_directory_path() / Uuid::New(SystemClock()).ToString()) {
    Write("index.html", "<!doctype html><title>要事</title>");
    Write("assets/app-1f.js", "console.log(" + std::string(5000, '1') + ")");
    Write("assets/tiny-2e.css", "a{}");
    Write(".stamp", "secret");
    std::error_code error;
    fs::create_symlink("/etc/passwd", folder_ / "assets/leak.txt", error);
  }
  ~StaticFilesTest() override { fs::remove_all(folder_); }
  void Write(const std::string& name, const std::string& text) {
    fs::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name) << text;
  }
  std::optional<HttpReply> Get(const std::string& path, const std::string& method = "GET",
                               std::vector<std::pair<std::string, std::string>> headers = {}) {
    if (files_ == nullptr) files_ = StaticFiles::Load(folder_.string()).value();
    HttpRequest request;
    request.method = method;
    request.path = path;
    request.headers = std::move(headers);
    return files_->Serve(request);
  }
  static std::string HeaderOf(const HttpReply& reply, const std::string& name) {
    for (const auto& [key, value] : reply.headers) {
      if (key == name) return value;
    }
    return "";
  }
  const fs::path folder_;
  std::unique_ptr<StaticFiles> files_;
};

TEST_F(StaticFilesTest, AFolderWithoutAnIndexIsNoPortal) {
  fs::remove(folder_ / "index.html");
  EXPECT_THAT(std::string(StaticFiles::Load(folder_.string()).status().message()), HasSubstr("index.html"));
  EXPECT_FALSE(StaticFiles::Load((folder_ / "nowhere").string()).ok());
}

TEST_F(StaticFilesTest, LeavesTheApiAndWhatIsNotThereAlone) {
  for (const char* path : {"/v1", "/v1/projects", "/v1/nonsense", "/openapi.json", "/healthz", "/assets/gone.js",
                           "/assets/leak.txt", "/assets/../../etc/passwd"}) {
    EXPECT_FALSE(Get(path).has_value()) << path;
  }
  EXPECT_FALSE(Get("/", "POST").has_value());
}

TEST_F(StaticFilesTest, GivesThePageForEveryAddressOfThePortal) {
  for (const char* path : {"/", "/index.html", "/lists/invest-2022", "/projects/0190", "/.stamp", "/../etc/passwd"}) {
    const auto reply = Get(path);
    ASSERT_TRUE(reply.has_value()) << path;
    EXPECT_THAT(std::string(reply->content()), HasSubstr("要事")) << path;
    EXPECT_EQ(HeaderOf(*reply, "Content-Type"), "text/html; charset=utf-8");
    EXPECT_EQ(HeaderOf(*reply, "Cache-Control"), "no-cache");
    const std::string policy = HeaderOf(*reply, "Content-Security-Policy");
    EXPECT_THAT(policy, HasSubstr("default-src 'self'"));
    EXPECT_THAT(policy, HasSubstr("style-src 'self';"));
    EXPECT_THAT(policy, HasSubstr("frame-ancestors 'none'"));
    EXPECT_THAT(policy, Not(HasSubstr("unsafe-eval")));
  }
}

TEST_F(StaticFilesTest, HashedFilesAreKeptForEverAndSentPacked) {
  const auto plain = Get("/assets/app-1f.js");
  EXPECT_EQ(HeaderOf(*plain, "Cache-Control"), "public, max-age=31536000, immutable");
  EXPECT_EQ(HeaderOf(*plain, "Content-Encoding"), "");
  const auto packed = Get("/assets/app-1f.js", "GET", {{"accept-encoding", "br;q=1, gzip;q=0.5"}});
  EXPECT_EQ(HeaderOf(*packed, "Content-Encoding"), "gzip");
  EXPECT_LT(packed->content().size(), plain->content().size() / 10);
  EXPECT_EQ(HeaderOf(*packed, "Vary"), "Accept-Encoding");
  EXPECT_EQ(HeaderOf(*Get("/assets/tiny-2e.css", "GET", {{"accept-encoding", "gzip"}}), "Content-Encoding"), "")
      << "packing gains nothing";
  const std::string etag = HeaderOf(*plain, "ETag");
  const auto known = Get("/assets/app-1f.js", "GET", {{"if-none-match", "\"other\", " + etag}});
  EXPECT_EQ(known->status, 304);
  EXPECT_EQ(known->content(), "");
}

TEST_F(StaticFilesTest, WhatWasCompressedBeforeIsSentAsItIsAndIsNoFileOfItsOwn) {
  Write("assets/app-1f.js.gz", "packed");
  const auto packed = Get("/assets/app-1f.js", "GET", {{"accept-encoding", "gzip"}});
  EXPECT_EQ(HeaderOf(*packed, "Content-Encoding"), "gzip");
  EXPECT_EQ(packed->content(), "packed");
  EXPECT_FALSE(Get("/assets/app-1f.js.gz").has_value());
}

}  // namespace
}  // namespace yaoshi::gateway
