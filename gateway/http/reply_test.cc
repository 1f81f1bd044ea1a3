#include "gateway/http/reply.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/status/status.h"
#include "gateway/testing/descriptors.h"
#include "nlohmann/json.hpp"
#include "yaoshi/library/v1/library.pb.h"

namespace yaoshi::gateway {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;

class ReplyTest : public ::testing::Test {
 protected:
  const std::unique_ptr<Api> api_ = LibraryApi();
};

TEST_F(ReplyTest, AnErrorSaysWhatIsWrongInBothLanguages) {
  const HttpReply reply = ErrorReply(*api_, InvalidFields({{"project.title", "must be set"}}));
  EXPECT_EQ(reply.status, 400);
  const auto error = nlohmann::json::parse(reply.body)["error"];
  EXPECT_EQ(error["code"], 400);
  EXPECT_EQ(error["status"], "INVALID_ARGUMENT");
  EXPECT_EQ(error["details"][0]["reason"], "INVALID_FIELDS");
  EXPECT_EQ(error["details"][1]["field_violations"][0]["field"], "project.title");
  EXPECT_EQ(error["details"][2]["locale"], "zh-CN");
}

TEST_F(ReplyTest, AnErrorThatNoServiceMadeTellsNothing) {
  for (const absl::Status& status :
       {absl::InternalError("SELECT * FROM x at /srv/a.cc:3"),
        absl::UnavailableError("failed to connect to ipv4:10.0.0.7:7001"), absl::UnknownError("std::bad_alloc")}) {
    const HttpReply reply = ErrorReply(*api_, status);
    EXPECT_THAT(reply.body, Not(HasSubstr(std::string(status.message()))));
    EXPECT_THAT(reply.body, HasSubstr("ErrorInfo"));
  }
  EXPECT_THAT(ErrorReply(*api_, absl::UnavailableError("x")).headers, Contains(Pair("Retry-After", "1")));
}

TEST_F(ReplyTest, AnUnknownDetailStillRenders) {
  absl::Status status = Error(absl::StatusCode::kAborted, "ETAG_MISMATCH", "No.");
  status.SetPayload("type.googleapis.com/yaoshi.future.v1.Novelty", absl::Cord(std::string("\x01\x02", 2)));
  const auto details = nlohmann::json::parse(ErrorReply(*api_, status).body)["error"]["details"];
  bool found = false;
  for (const auto& detail : details) {
    if (detail["@type"] == "type.googleapis.com/yaoshi.future.v1.Novelty") {
      found = true;
      EXPECT_EQ(detail["value"], "AQI=");
    }
  }
  EXPECT_TRUE(found);
}

TEST_F(ReplyTest, BytesThatAreNoUtf8DoNotBreakAnError) {
  EXPECT_TRUE(nlohmann::json::accept(ErrorReply(*api_, Error(absl::StatusCode::kNotFound, "X_Y", "bad \xff")).body));
}

TEST_F(ReplyTest, EveryCodeHasItsStatus) {
  EXPECT_EQ(HttpStatusOf(absl::StatusCode::kAborted), 409);
  EXPECT_EQ(HttpStatusOf(absl::StatusCode::kFailedPrecondition), 400);
  EXPECT_EQ(HttpStatusOf(absl::StatusCode::kDeadlineExceeded), 504);
  EXPECT_EQ(HttpStatusOf(absl::StatusCode::kResourceExhausted), 429);
  EXPECT_EQ(HttpStatusOf(absl::StatusCode::kDataLoss), 500);
}

TEST_F(ReplyTest, AnEtagTravelsInItsHeader) {
  yaoshi::library::v1::Book book;
  book.set_etag("3");
  const RouteMatch match = api_->Match("GET", {"v1", "shelves", "a", "books", "b"});
  const HttpReply reply = AnswerReply(*api_, *match.route, book.SerializeAsString(), "");
  EXPECT_THAT(reply.headers, Contains(Pair("ETag", "\"3\"")));
  EXPECT_EQ(AnswerReply(*api_, *match.route, book.SerializeAsString(), "\"3\"").status, 304);
}

TEST(ContentDisposition, CarriesAnyNameSafely) {
  EXPECT_EQ(ContentDisposition("清单 \"a\".csv"),
            "attachment; filename=\"__ a.csv\"; filename*=UTF-8''%E6%B8%85%E5%8D%95%20%22a%22.csv");
  EXPECT_THAT(ContentDisposition("a\r\nSet-Cookie: b"), Not(HasSubstr("\r")));
}

}  // namespace
}  // namespace yaoshi::gateway
