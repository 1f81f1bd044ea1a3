#include "gateway/http/multipart.h"

#include <gtest/gtest.h>

#include "common/status/status.h"

namespace yaoshi::gateway {
namespace {

constexpr char kType[] = "multipart/form-data; boundary=\"--xY\"";

std::string Form(const std::string& content,
                 const std::string& disposition = "form-data; name=\"f\"; filename=\"台账.xlsx\"") {
  return "----xY\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nhello\r\n----xY\r\nContent-Disposition: " +
         disposition + "\r\nContent-Type: application/octet-stream\r\n\r\n" + content + "\r\n----xY--\r\n";
}

// Feeds `body` in pieces of `step` bytes.
absl::Status Read(const std::string& body, size_t step, std::string& file, std::string& filename) {
  ASSIGN_OR_RETURN(MultipartReader reader, MultipartReader::ForContentType(kType));
  for (size_t at = 0; at < body.size(); at += step)
    RETURN_IF_ERROR(reader.Feed(std::string_view(body).substr(at, step), file));
  filename = reader.filename();
  return reader.Finish();
}

TEST(Multipart, RefusesFormsThatAreWrong) {
  std::string file;
  std::string name;
  EXPECT_FALSE(MultipartReader::ForContentType("multipart/form-data").ok());
  EXPECT_FALSE(MultipartReader::ForContentType("multipart/form-data; boundary=" + std::string(71, 'a')).ok());
  const std::string form = Form("x");
  EXPECT_FALSE(Read(form.substr(0, form.size() - 4), 7, file, name).ok());
  EXPECT_FALSE(Read("----xY\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nb\r\n----xY--", 7, file, name).ok());
  EXPECT_FALSE(
      Read(form.substr(0, form.size() - 4) + "\r\nContent-Disposition: form-data; filename=\"b\"\r\n\r\nc\r\n----xY--",
           7, file, name)
          .ok());
  EXPECT_FALSE(Read("----xY\r\nA: " + std::string(5000, 'a'), 100, file, name).ok());
  EXPECT_FALSE(Read("----xYjunk\r\n", 100, file, name).ok());
}

TEST(Multipart, GivesTheFileWhateverThePieces) {
  const std::string content("PK\r\n----x\r\n--\0\r\n----xZ\r\n", 24);
  for (size_t step = 1; step < 40; ++step) {
    std::string file;
    std::string name;
    ASSERT_TRUE(Read(Form(content), step, file, name).ok()) << step;
    EXPECT_EQ(file, content) << step;
    EXPECT_EQ(name, "台账.xlsx");
  }
}

TEST(Multipart, TakesTheExtendedName) {
  std::string file;
  std::string name;
  ASSERT_TRUE(Read(Form("", "form-data; filename=\"x\"; filename*=UTF-8''%E6%B8%A0.csv"), 9, file, name).ok());
  EXPECT_EQ(name, "渠.csv");
  EXPECT_EQ(file, "");
}

TEST(HeaderParameter, ReadsQuotedValues) {
  EXPECT_EQ(HeaderParameter("a; b=c; d=\"e;\\\"f\"; g=h", "d"), "e;\"f");
  EXPECT_EQ(HeaderParameter("a; b=c; d=\"e;f\"; g=h", "g"), "h");
  EXPECT_EQ(HeaderParameter("a; b", "b"), "");
}

}  // namespace
}  // namespace yaoshi::gateway
