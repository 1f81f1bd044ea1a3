#include "gateway/transcode/json_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "common/status/status.h"
#include "gateway/testing/descriptors.h"

namespace yaoshi::gateway {
namespace {

using ::testing::ElementsAre;

class JsonCheckTest : public ::testing::Test {
 protected:
  JsonCheck Check(std::string_view json) const { return CheckJson(json, type_, "book"); }
  std::vector<std::string> Fields(std::string_view json) const {
    std::vector<std::string> fields;
    for (const FieldViolation& violation : ViolationsOf(Check(json).status)) fields.push_back(violation.field);
    return fields;
  }

  const std::unique_ptr<Api> api_ = LibraryApi();
  const google::protobuf::Descriptor* const type_ = api_->pool().FindMessageTypeByName("yaoshi.library.v1.Book");
};

TEST_F(JsonCheckTest, RefusesWhatIsNotJson) {
  for (const char* json : {"",
                           " ",
                           "{",
                           "{}x",
                           "{} {}",
                           "\xEF\xBB\xBF{}",
                           "{\"title\": NaN}",
                           "{\"weight\": 1e999}",
                           "{\"weight\": Infinity}",
                           "{\"title\": \"\\ud800\"}",
                           "{\"title\": \"\xff\"}",
                           "{\"title\": \"\xc0\xaf\"}",
                           "{\"title\": \"a\",}",
                           "{title: 1}",
                           "{\"title\": 'a'}",
                           "{\"pages\": 01}",
                           "{\"pages\": +1}",
                           "{\"pages\": .5}",
                           "// x\n{}",
                           "{\"title\": \"a\nb\"}"}) {
    EXPECT_EQ(ReasonOf(Check(json).status), "MALFORMED_JSON") << json;
  }
}

TEST_F(JsonCheckTest, SaysWhereJsonGoesWrong) {
  const absl::Status status = Check("{\n \"title\": ?}").status;
  EXPECT_EQ(MetadataOf(status, "line"), "2");
}

TEST_F(JsonCheckTest, NamesThePathOfEveryWrongPlaceAtOnce) {
  const std::string json = R"({"colour": 1, "first_page": {"moon": 2}, "all_pages": [{}, {"sun": 3}],
    "pages": "many", "subject": "FIRE", "subjects": ["WATER", "EARTH"], "lent": "true", "keywords": ["a", 7],
    "copies": {"town": "x"}, "price_fen": 1.5, "title": 5, "edition": -1, "weight": "heavy"})";
  EXPECT_THAT(Fields(json),
              ElementsAre("book.colour", "book.first_page.moon", "book.all_pages[1].sun", "book.pages", "book.subject",
                          "book.subjects[1]", "book.lent", "book.keywords[1]", "book.copies.town", "book.price_fen",
                          "book.title", "book.edition", "book.weight"));
}

TEST_F(JsonCheckTest, RefusesKeysThatComeTwiceInEitherSpelling) {
  EXPECT_THAT(Fields(R"({"title": "a", "title": "b"})"), ElementsAre("book.title"));
  EXPECT_THAT(Fields(R"({"price_fen": 1, "priceFen": 2})"), ElementsAre("book.price_fen"));
  EXPECT_THAT(Fields(R"({"facts": {"a": 1, "a": 2}})"), ElementsAre("book.facts.a"));
  EXPECT_THAT(Fields(R"({"copies": {"a": 1, "a": 2}})"), ElementsAre("book.copies.a"));
}

TEST_F(JsonCheckTest, RefusesOtherShapes) {
  EXPECT_THAT(Fields("[]"), ElementsAre("book"));
  EXPECT_THAT(Fields("null"), ElementsAre("book"));
  EXPECT_THAT(Fields("7"), ElementsAre("book"));
  EXPECT_THAT(Fields(R"({"keywords": "a"})"), ElementsAre("book.keywords"));
  EXPECT_THAT(Fields(R"({"keywords": {"a": 1}})"), ElementsAre("book.keywords"));
  EXPECT_THAT(Fields(R"({"keywords": ["a", null]})"), ElementsAre("book.keywords[1]"));
  EXPECT_THAT(Fields(R"({"first_page": []})"), ElementsAre("book.first_page"));
  EXPECT_THAT(Fields(R"({"title": {"a": 1}})"), ElementsAre("book.title"));
  EXPECT_THAT(Fields(R"({"copies": []})"), ElementsAre("book.copies"));
}

TEST_F(JsonCheckTest, NumbersMustFitExactly) {
  for (const char* value :
       {"2147483648", "1e10", "\"2147483648\"", "\" 1\"", "\"1 \"", "\"0x1\"", "\"01\"", "1.5", "\"1.5\""}) {
    EXPECT_THAT(Fields(std::string("{\"pages\": ") + value + "}"), ElementsAre("book.pages")) << value;
  }
  for (const char* value : {"9223372036854775808", "\"92233720368547758080\"", "9007199254740993.0", "1e19"}) {
    EXPECT_THAT(Fields(std::string("{\"price_fen\": ") + value + "}"), ElementsAre("book.price_fen")) << value;
  }
  for (const char* value : {"9223372036854775807", "\"-9223372036854775808\"", "-0", "1e3", "1.0", "null"}) {
    EXPECT_TRUE(Check(std::string("{\"price_fen\": ") + value + "}").status.ok()) << value;
  }
}

TEST_F(JsonCheckTest, NestingIsBounded) {
  std::string deep;
  std::string end;
  for (int i = 0; i < 40; ++i) {
    deep += R"({"notes":[)";
    end += "]}";
  }
  EXPECT_EQ(ReasonOf(Check(R"({"first_page":)" + deep + end + "}").status), "JSON_TOO_DEEP");
  EXPECT_EQ(ReasonOf(Check(std::string(100000, '[')).status), "JSON_TOO_DEEP");
  EXPECT_EQ(ReasonOf(Check(R"({"facts":)" + std::string(100, '[')).status), "JSON_TOO_DEEP");
}

TEST_F(JsonCheckTest, TakesWhatIsRight) {
  const JsonCheck check = Check(
      R"({"title": "引洮工程", "priceFen": "35270000000", "first_page": {"text": "甲", "notes": [{"text": "a"}]}, "facts": {"x": [1, null]},
          "copies": {"town": 3}, "buy_time": "2022-04-20T00:00:00Z", "name": "n", "etag": "3", "create_time": "t", "cover": "AAE="})");
  EXPECT_TRUE(check.status.ok()) << check.status;
  EXPECT_THAT(check.set_paths, ElementsAre("title", "price_fen", "first_page.text", "first_page.notes", "facts",
                                           "copies", "buy_time", "cover"));
}

TEST_F(JsonCheckTest, RandomBytesNeverCrash) {
  std::mt19937 random(20220420);
  const std::string seed =
      R"({"title":"a","pages":3,"first_page":{"notes":[{"text":"x"}]},"copies":{"a":1},"facts":{"b":[]}})";
  for (int round = 0; round < 3000; ++round) {
    std::string json = seed;
    for (int edits = static_cast<int>(random() % 6); edits >= 0; --edits) {
      json[random() % json.size()] = static_cast<char>(random() % 256);
    }
    const absl::Status status = Check(json).status;
    EXPECT_TRUE(status.ok() || status.code() == absl::StatusCode::kInvalidArgument);
  }
}

}  // namespace
}  // namespace yaoshi::gateway
