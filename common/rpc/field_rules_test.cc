#include "common/rpc/field_rules.h"

#include <gmock/gmock.h>
#include <google/protobuf/struct.pb.h>
#include <gtest/gtest.h>

#include <random>
#include <string>

#include "common/status/status.h"
#include "yaoshi/testing/v1/echo.pb.h"

namespace yaoshi::rpc {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using yaoshi::testing::v1::CreateEchoRequest;
using yaoshi::testing::v1::Echo;
using yaoshi::testing::v1::GetEchoRequest;
using yaoshi::testing::v1::PatchEchoRequest;
using yaoshi::testing::v1::UpdateEchoRequest;

class FieldRulesTest : public ::testing::Test {
 protected:
  std::vector<FieldViolation> Violations(const google::protobuf::Message& request) {
    const auto rules = set_.Compile(request.GetDescriptor());
    EXPECT_TRUE(rules.ok());
    const absl::Status status = CheckFields(*rules, request);
    if (!status.ok()) {
      EXPECT_EQ(ReasonOf(status), "INVALID_FIELDS");
    }
    return ViolationsOf(status);
  }
  std::vector<std::string> Fields(const google::protobuf::Message& request) {
    std::vector<std::string> fields;
    for (const FieldViolation& violation : Violations(request)) fields.push_back(violation.field);
    return fields;
  }

  FieldRulesSet set_;
};

CreateEchoRequest Good() {
  CreateEchoRequest request;
  request.mutable_echo()->set_text("text");
  return request;
}

TEST_F(FieldRulesTest, ReportsAllViolationsAtOnceWithTheirPaths) {
  CreateEchoRequest request;
  Echo& echo = *request.mutable_echo();
  echo.set_happened_on("2022-02-30");
  echo.set_record_time("2022-04-20 08:00:00");
  echo.set_region("62112");
  echo.set_amount_fen(1001);
  echo.add_words("ok");
  echo.add_words("NOT");
  echo.set_blob("12345");
  echo.set_year(1999);
  echo.set_count(18446744073709551615u);
  echo.add_children()->set_text("一二三四五六七八九十加");
  echo.add_children();
  request.set_request_id("not-a-uuid");
  EXPECT_THAT(
      Violations(request),
      ElementsAre(
          FieldViolation{"echo.text", "must be set"},
          FieldViolation{"echo.happened_on", "must be a date such as 2022-04-20"},
          FieldViolation{"echo.record_time", "must be a time in UTC such as 2022-04-20T08:00:00Z"},
          FieldViolation{"echo.region", "must match [0-9]{6}"},
          FieldViolation{"echo.amount_fen", "must be from 0 to 1000"},
          FieldViolation{"echo.children[0].text", "must have at most 10 characters; it has 11"},
          FieldViolation{"echo.children[1].text", "must be set"}, FieldViolation{"echo.words[1]", "must match [a-z]*"},
          FieldViolation{"echo.blob", "must have at most 4 bytes; it has 5"},
          FieldViolation{"echo.year", "must be from 2000 to 2100"}, FieldViolation{"echo.count", "must be from 0 to 9"},
          FieldViolation{"request_id", "must be a UUID such as 018f3c5e-7b1a-7c3d-8e9f-0123456789ab, or empty"}));
}

TEST_F(FieldRulesTest, OneViolationPerFaultyValue) {
  struct Case {
    const char* field;
    std::function<void(CreateEchoRequest&)> spoil;
  };
  const Case cases[] = {
      {"echo", [](auto& r) { r.clear_echo(); }},
      {"echo.text", [](auto& r) { r.mutable_echo()->set_text(std::string(11, 'a')); }},
      {"echo.amount_fen", [](auto& r) { r.mutable_echo()->set_amount_fen(-1); }},
      {"echo.year", [](auto& r) { r.mutable_echo()->set_year(0); }},
      {"echo.region", [](auto& r) { r.mutable_echo()->set_region("621122\n"); }},
      {"echo.children",
       [](auto& r) {
         for (int i = 0; i < 3; ++i) r.mutable_echo()->add_children()->set_text("x");
       }},
      {"request_id", [](auto& r) { r.set_request_id(std::string(37, 'a')); }},
  };
  for (const Case& c : cases) {
    CreateEchoRequest request = Good();
    c.spoil(request);
    EXPECT_THAT(Fields(request), ElementsAre(c.field));
  }
}

TEST_F(FieldRulesTest, AcceptsTheLimitsThemselves) {
  CreateEchoRequest request = Good();
  Echo& echo = *request.mutable_echo();
  echo.set_text("一二三四五六七八九十");
  echo.set_happened_on("2024-02-29");
  echo.set_record_time("2022-04-20T08:00:00.5Z");
  echo.set_region("621122");
  echo.set_amount_fen(1000);
  echo.set_blob("1234");
  echo.set_year(2100);
  echo.set_count(9);
  for (int i = 0; i < 2; ++i) echo.add_children()->set_text("x");
  request.set_request_id("018f3c5e-7b1a-7c3d-8e9f-0123456789ab");
  EXPECT_THAT(Fields(request), IsEmpty());
}

TEST_F(FieldRulesTest, AnUpdateRequiresOnlyWhatItsMaskNames) {
  UpdateEchoRequest request;
  EXPECT_THAT(Fields(request), ElementsAre("echo"));  // The resource itself.
  request.mutable_echo()->set_name("echoes/1");
  EXPECT_THAT(Fields(request), IsEmpty());
  request.mutable_update_mask()->add_paths("region");
  EXPECT_THAT(Fields(request), IsEmpty());
  request.mutable_update_mask()->add_paths("text");
  EXPECT_THAT(Fields(request), ElementsAre("echo.text"));
  request.mutable_update_mask()->clear_paths();
  request.mutable_update_mask()->add_paths("*");
  EXPECT_THAT(Fields(request), ElementsAre("echo.text"));
  request.mutable_echo()->set_region("x");
  request.mutable_update_mask()->clear_paths();
  EXPECT_THAT(Fields(request), ElementsAre("echo.region"));  // What is set is checked, whatever the mask.
}

TEST_F(FieldRulesTest, AMaskMayBeText) {
  PatchEchoRequest request;
  request.mutable_echo()->set_name("echoes/1");
  for (const char* mask : {"", "region", "region, name", ",", "texts"}) {
    request.set_update_mask(mask);
    EXPECT_THAT(Fields(request), IsEmpty()) << mask;
  }
  for (const char* mask : {"text", "region, text", "*", "region,text "}) {
    request.set_update_mask(mask);
    EXPECT_THAT(Fields(request), ElementsAre("echo.text")) << mask;
  }
  request.set_update_mask("children");
  request.mutable_echo()->add_children();
  EXPECT_THAT(Fields(request), ElementsAre("echo.children[0].text"));
}

TEST_F(FieldRulesTest, TypesWithoutRulesCostNothing) {
  EXPECT_EQ(*set_.Compile(GetEchoRequest::descriptor()), nullptr);
  EXPECT_TRUE(CheckFields(nullptr, GetEchoRequest()).ok());
  EXPECT_NE(*set_.Compile(google::protobuf::Value::descriptor()), nullptr);  // Recursive: kept, and harmless.
  google::protobuf::Value value;
  value.mutable_list_value()->add_values()->set_string_value("x");
  EXPECT_THAT(Fields(value), IsEmpty());
}

std::string Field(int number, const std::string& content) {
  return std::string(1, static_cast<char>(number << 3 | 2)) + static_cast<char>(content.size()) + content;
}

TEST(MalformedTest, NamesTextThatIsNotUtf8) {
  for (const std::string& text : {std::string("\xff"), std::string("\xc0\x80"), std::string("\xed\xa0\x80"),
                                  std::string("\xf4\x90\x80\x80"), std::string("\xe4\xb8"), std::string("a\x80")}) {
    const std::string bytes = Field(1, Field(2, text) + Field(7, Field(2, text)));
    CreateEchoRequest request;
    ASSERT_FALSE(request.ParseFromString(bytes));
    const absl::Status status = ExplainMalformed(CreateEchoRequest::descriptor(), bytes);
    EXPECT_THAT(ViolationsOf(status), ElementsAre(FieldViolation{"echo.text", "must be UTF-8 text"},
                                                  FieldViolation{"echo.children.text", "must be UTF-8 text"}));
  }
}

TEST(MalformedTest, SaysWhenTheBytesAreNoMessage) {
  for (const std::string& bytes :
       {std::string("\x0a\x7f"), std::string("\xff\xff\xff\xff\xff\xff"), std::string(1, '\0')}) {
    const absl::Status status = ExplainMalformed(CreateEchoRequest::descriptor(), bytes);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(ReasonOf(status), "MALFORMED_REQUEST");
  }
}

TEST(MalformedTest, SurvivesDepthAndNoise) {
  std::string nested = Field(2, "\xff");
  for (int i = 0; i < 30; ++i) nested = Field(7, nested);
  EXPECT_FALSE(ExplainMalformed(Echo::descriptor(), nested).ok());
  std::mt19937 random(20220420);
  for (int round = 0; round < 5000; ++round) {
    std::string bytes(random() % 64, '\0');
    for (char& c : bytes) c = static_cast<char>(random());
    EXPECT_FALSE(ExplainMalformed(CreateEchoRequest::descriptor(), bytes).ok());
  }
}

}  // namespace
}  // namespace yaoshi::rpc
