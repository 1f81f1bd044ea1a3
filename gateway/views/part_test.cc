#include "gateway/views/part.h"

#include <gtest/gtest.h>

namespace yaoshi::gateway {
namespace {

TEST(Touches, WhatMayBeAnotherAfterAChange) {
  struct Case {
    const char* what;
    const char* type;
    const char* effective_on;
    const char* record_time;
    const char* as_of;
    const char* known_at;
    bool touched;
  };
  const Case cases[] = {
      {"a fact of before", "project", "2022-04-19", "2022-04-21T00:00:00Z", "2022-04-20", "", true},
      {"a fact of the day", "entry", "2022-04-20", "2022-04-21T00:00:00Z", "2022-04-20", "", true},
      {"a fact of after", "project", "2022-04-21", "2022-04-21T00:00:00Z", "2022-04-20", "", false},
      {"what was not known then", "entry", "2022-04-19", "2022-04-21T00:00:00Z", "2022-04-20", "2022-04-20T00:00:00Z",
       false},
      {"what was known then", "entry", "2022-04-19", "2022-04-19T00:00:00Z", "2022-04-20", "2022-04-20T00:00:00Z",
       true},
      {"the directory, which is always that of now", "organization", "2022-04-21", "2022-04-21T00:00:00Z", "2022-04-20",
       "", true},
      {"a move of a procedure of after", "procedure", "2022-04-21", "2022-04-21T00:00:00Z", "2022-04-20", "", false},
      {"a move entered later for before", "procedure", "2022-04-19", "2022-04-21T00:00:00Z", "2022-04-20", "", true},
      {"a copy that came late of what was known then", "project_copy", "2022-04-19", "2022-04-21T00:00:00Z",
       "2022-04-20", "2022-04-20T00:00:00Z", true},
      {"a copy of a fact of after", "entry_copy", "2022-04-21", "2022-04-21T00:00:00Z", "2022-04-20", "", false},
      {"what is unknown here", "template", "2022-04-21", "2022-04-21T00:00:00Z", "2022-04-20", "", true},
      {"a change without a date", "project", "", "", "2022-04-20", "", true},
      {"somebody signs out", "session", "2022-04-20", "2022-04-20T00:00:00Z", "2022-04-20", "", false},
      {"an account", "account", "2022-04-20", "2022-04-20T00:00:00Z", "2022-04-20", "", false},
  };
  for (const Case& c : cases) {
    yaoshi::common::v1::Change change;
    change.set_type(c.type);
    change.set_effective_on(c.effective_on);
    change.set_record_time(c.record_time);
    EXPECT_EQ(Touches(change, {Date::Parse(c.as_of).value(), c.known_at}), c.touched) << c.what;
  }
}

TEST(DescribeParts, SaysOfEachHowItStands) {
  const Timestamp noon = Timestamp::Parse("2022-04-20T04:00:00Z").value();
  const Timestamp later = Timestamp::Parse("2022-04-20T05:00:00Z").value();
  std::vector<PartAnswer> answers = {
      {"lists", "registry", absl::UnavailableError("10.0.0.7"), true, "", noon, later},
      {"figures", "registry", absl::OkStatus(), true, "", later, {}},
      {"figures", "preapproval", absl::DeadlineExceededError(""), false, "", {}, later},
  };
  v1::Overview view;
  DescribeParts(answers, view.mutable_parts());
  ASSERT_EQ(view.parts_size(), 3);
  EXPECT_EQ(view.parts(0).service(), "preapproval");
  EXPECT_EQ(view.parts(0).state(), v1::Part::MISSING);
  EXPECT_EQ(view.parts(0).reason(), "DEADLINE_EXCEEDED");
  EXPECT_EQ(view.parts(0).as_of_time(), "");
  EXPECT_EQ(view.parts(1).state(), v1::Part::OK);
  EXPECT_EQ(view.parts(1).reason(), "");
  EXPECT_EQ(view.parts(2).state(), v1::Part::STALE);
  EXPECT_EQ(view.parts(2).reason(), "UNAVAILABLE") << "and no address";
  EXPECT_EQ(view.parts(2).as_of_time(), noon.ToString());
  EXPECT_EQ(view.parts(2).since_time(), later.ToString());
}

TEST(CallersFault, IsTheAnswerToTheWholeView) {
  std::vector<PartAnswer> answers(2);
  answers[0].status = absl::UnavailableError("");
  EXPECT_TRUE(CallersFault(answers).ok());
  for (const absl::Status& fault : {absl::NotFoundError("x"), absl::InvalidArgumentError("x"),
                                    absl::PermissionDeniedError("x"), absl::UnauthenticatedError("x")}) {
    answers[1].status = fault;
    EXPECT_EQ(CallersFault(answers), fault);
  }
}

}  // namespace
}  // namespace yaoshi::gateway
