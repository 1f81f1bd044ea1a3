#include "services/registry/gate_client.h"

#include <gtest/gtest.h>

#include "common/status/status.h"
#include "google/protobuf/text_format.h"

namespace yaoshi::registry {
namespace {

using preapproval::v1::CheckGateResponse;

struct Case {
  const char* what;
  const char* answer;
  const char* on;
  std::string reason;
};

TEST(JudgeGateTest, WhatAnAnswerMeansForAStart) {
  const std::vector<Case> cases = {
      {"a procedure is open", "obstacles { kind: PROCEDURE_OPEN procedure: 'cases/1/procedures/P40' }", "2022-04-20",
       "GATE_NOT_CLEAR"},
      {"an open procedure of a start of the past", "obstacles { kind: PROCEDURE_OPEN }", "2022-04-19",
       "GATE_NOT_CLEAR"},
      {"an expired approval", "obstacles { kind: APPROVAL_EXPIRED }", "2022-04-20", "GATE_NOT_CLEAR"},
      {"no case today", "obstacles { kind: NO_CASE }", "2022-04-20", "GATE_NOT_CLEAR"},
      {"no case on a day before", "obstacles { kind: NO_CASE }", "2022-04-19", ""},
      {"clear", "clear: true", "2022-04-20", ""},
  };
  for (const Case& one : cases) {
    CheckGateResponse answer;
    ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(one.answer, &answer)) << one.what;
    const absl::Status judged = JudgeGate(answer, "projects/1", *Date::Parse(one.on), *Date::Parse("2022-04-20"));
    EXPECT_EQ(ReasonOf(judged), one.reason) << one.what;
  }
}

}  // namespace
}  // namespace yaoshi::registry
