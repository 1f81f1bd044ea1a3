#include "gateway/uploads.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fmt/format.h"
#include "gateway/testing/fake_backend.h"
#include "gateway/testing/http_client.h"

namespace yaoshi::gateway {
namespace {

using ::testing::ElementsAre;
using testing::Fetch;
using testing::HttpAnswer;

constexpr uint64_t kMax = uint64_t{3} << 20;

class UploadTest : public ::testing::Test {
 protected:
  HttpAnswer Upload(const std::string& target, const std::string& headers, const std::string& body) {
    return Fetch(gateway_.port(), "POST", target, gateway_.Authorization() + headers, body);
  }
  testing::TestGateway gateway_{{}, {}, {.max_bytes = kMax}};
};

TEST_F(UploadTest, RefusesWhatItCannotKeep) {
  EXPECT_THAT(Upload("/v1/files", "", "abc").Fields(), ElementsAre("filename"));
  EXPECT_THAT(Upload("/v1/files?filename=a.csv", "", "").Fields(), ElementsAre("file"));
  EXPECT_THAT(Upload("/v1/files?filename=a.csv&moon=1", "", "abc").Fields(), ElementsAre("moon"));
  EXPECT_EQ(Upload("/v1/files", "Content-Type: multipart/form-data\r\n", "abc").Reason(), "MALFORMED_MULTIPART");
  EXPECT_EQ(Upload("/v1/files?filename=a.csv", "Content-Encoding: gzip\r\n", "abc").status, 415);
  EXPECT_EQ(Fetch(gateway_.port(), "POST", "/v1/files?filename=a.csv", "", "abc").status, 401);
}

TEST_F(UploadTest, RefusesALargeFileBeforeReadingIt) {
  testing::RawConnection connection(gateway_.port());
  connection.Send("POST /v1/files?filename=a HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000\r\n" +
                  gateway_.Authorization() + "\r\n");
  const HttpAnswer answer = connection.Receive();
  EXPECT_EQ(answer.status, 413);
  EXPECT_EQ(answer.Reason(), "FILE_TOO_LARGE");
}

TEST_F(UploadTest, RefusesALargeFileThatHidesItsSize) {
  testing::RawConnection connection(gateway_.port());
  connection.Send("POST /v1/files?filename=a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n" +
                  gateway_.Authorization() + "\r\n");
  const std::string piece = fmt::format("{:x}\r\n{}\r\n", 1 << 20, std::string(1 << 20, 'z'));
  for (int i = 0; i < 4; ++i) connection.Send(piece);
  EXPECT_EQ(connection.Receive().status, 413);
}

TEST_F(UploadTest, KeepsARawBodyInPieces) {
  std::string content;
  for (int i = 0; content.size() < 2'000'000; ++i) content += std::to_string(i);
  const HttpAnswer answer =
      Upload("/v1/files?filename=%E5%8F%B0%E8%B4%A6.xlsx", "Content-Type: application/octet-stream\r\n", content);
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(answer.Json()["name"], "files/台账.xlsx");
  EXPECT_EQ(answer.Json()["size_bytes"], std::to_string(content.size()));
  EXPECT_EQ(answer.Json()["finished"], true);
  EXPECT_EQ(gateway_.backend().file("files/台账.xlsx"), content);
  EXPECT_LE(gateway_.backend().largest_piece(), 512u * 1024u);
}

TEST_F(UploadTest, KeepsTheFileOfAForm) {
  const std::string content(700'000, 'q');
  const std::string body =
      "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\n" + content + "\r\n--b--\r\n";
  const HttpAnswer answer = Upload("/v1/files", "Content-Type: multipart/form-data; boundary=b\r\n", body);
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(gateway_.backend().file("files/a.csv"), content);
  EXPECT_EQ(answer.Json()["sha256"].get<std::string>().size(), 64u);
}

}  // namespace
}  // namespace yaoshi::gateway
