// Work calendars through the API: the table of 2022 and the vectors of reference §2.5.
#include <gtest/gtest.h>

#include "services/preapproval/testing/preapproval_server.h"
#include "yaoshi/preapproval/v1/work_calendar.pb.h"

namespace yaoshi::preapproval::testing {
namespace {

using rpc::testing::CityOffice;
using rpc::testing::County;

// 国办发明电〔2021〕11号.
const std::string k2022 =
    "year: 2022 source: '国办发明电〔2021〕11号' issued_on: '2021-10-25' "
    "holidays: ['2022-01-01', '2022-01-02', '2022-01-03', '2022-01-31', '2022-02-01', '2022-02-02', '2022-02-03', "
    "'2022-02-04', '2022-02-05', '2022-02-06', '2022-04-03', '2022-04-04', '2022-04-05', '2022-04-30', '2022-05-01', "
    "'2022-05-02', '2022-05-03', '2022-05-04', '2022-06-03', '2022-06-04', '2022-06-05', '2022-09-10', '2022-09-11', "
    "'2022-09-12', '2022-10-01', '2022-10-02', '2022-10-03', '2022-10-04', '2022-10-05', '2022-10-06', '2022-10-07'] "
    "worked_weekends: ['2022-01-29', '2022-01-30', '2022-04-02', '2022-04-24', '2022-05-07', '2022-10-08', "
    "'2022-10-09']";

class WorkCalendarTest : public ::testing::Test {
 protected:
  static PreapprovalServer& server() {
    static PreapprovalServer server;
    return server;
  }
  static absl::StatusOr<v1::WorkCalendar> Create(const std::string& calendar,
                                                 const auth::Principal& who = CityOffice()) {
    return server().Call<v1::WorkCalendar>(who, "WorkCalendarService/CreateWorkCalendar",
                                           Parse<v1::CreateWorkCalendarRequest>("work_calendar { " + calendar + " }"));
  }
  static absl::StatusOr<v1::CountDaysResponse> Count(const std::string& request) {
    return server().Call<v1::CountDaysResponse>(County("621122"), "WorkCalendarService/CountDays",
                                                Parse<v1::CountDaysRequest>(request));
  }
  static v1::WorkCalendar Calendar2022() {
    static const v1::WorkCalendar calendar = Must(Create(k2022));
    return calendar;
  }
};

TEST_F(WorkCalendarTest, RefusesWhatIsNoNotice) {
  const std::string source = "source: '国办发明电' ";
  EXPECT_EQ(WrongFields(Create("year: 2030 " + source + "holidays: ['2031-01-01']").status()),
            "work_calendar.holidays[0]");
  EXPECT_EQ(WrongFields(Create("year: 2030 " + source + "worked_weekends: ['2030-01-02']").status()),
            "work_calendar.worked_weekends[0]")
      << "a Wednesday";
  EXPECT_EQ(ReasonOr(Create("year: 2030 holidays: ['2030-01-01']")), "INVALID_FIELDS") << "no source";
  EXPECT_EQ(ReasonOr(Create("year: 2030 " + source, County("621122"))), "PERMISSION_DENIED");
}

TEST_F(WorkCalendarTest, CountsAsTheStateCouncilSays) {
  Calendar2022();
  const auto due = Must(Count("from: '2022-01-26' days: 5"));
  EXPECT_EQ(due.date(), "2022-02-07") << "01-27, 28, 29 and 30 are worked, then comes the Spring Festival";
  EXPECT_TRUE(due.working_day());
  EXPECT_EQ(Must(Count("from: '2022-02-07' days: -5")).date(), "2022-01-26");
  EXPECT_EQ(Must(Count("from: '2022-01-26' days: 5 unit: CALENDAR_DAYS")).date(), "2022-01-31");
  const auto between = Must(Count("from: '2022-01-26' to: '2022-02-07'"));
  EXPECT_EQ(between.working_days(), 5);
  EXPECT_EQ(between.calendar_days(), 12);
}

TEST_F(WorkCalendarTest, NeverGuesses) {
  Calendar2022();
  EXPECT_EQ(ReasonOr(Count("from: '2024-01-05' days: 1")), "CALENDAR_YEAR_MISSING");
  EXPECT_EQ(ReasonOr(Count("from: '2022-12-30' days: 10")), "CALENDAR_YEAR_MISSING");
  EXPECT_EQ(WrongFields(Count("from: '2022-01-05' to: '2022-01-06' days: 1").status()), "days");
}

TEST_F(WorkCalendarTest, AnAmendmentCountsAtOnceAndSaysWhy) {
  const auto made = Must(Create("year: 2023 source: '试行'"));
  EXPECT_EQ(Must(Count("from: '2023-01-20' days: 1")).date(), "2023-01-23");
  v1::UpdateWorkCalendarRequest update;
  update.mutable_work_calendar()->set_name(made.name());
  update.mutable_work_calendar()->set_etag(made.etag());
  update.mutable_work_calendar()->add_holidays("2023-01-23");
  update.mutable_update_mask()->add_paths("holidays");
  update.set_reason("补发通知");
  const std::string method = "WorkCalendarService/UpdateWorkCalendar";
  Must(server().Call<v1::WorkCalendar>(CityOffice(), method, update));
  EXPECT_EQ(Must(Count("from: '2023-01-20' days: 1")).date(), "2023-01-24");
  const auto versions = Must(feed::LoadHistory(server().session(), feed::NamedId("work_calendar", made.name())));
  ASSERT_EQ(versions.size(), 2u);
  EXPECT_EQ(versions[1].author.reason, "补发通知");
  update.mutable_work_calendar()->set_etag("2");
  update.mutable_work_calendar()->set_year(2024);
  update.mutable_update_mask()->add_paths("year");
  EXPECT_EQ(ReasonOr(server().Call<v1::WorkCalendar>(CityOffice(), method, update)), "INVALID_FIELDS");
}

TEST_F(WorkCalendarTest, APreviewChangesNothing) {
  Calendar2022();
  const std::string method = "WorkCalendarService/PreviewWorkCalendar";
  const auto wrong = server().Call<v1::PreviewWorkCalendarResponse>(
      CityOffice(), method,
      Parse<v1::PreviewWorkCalendarRequest>("work_calendar { year: 2022 source: 'x' holidays: ['2021-12-31'] }"));
  EXPECT_EQ(WrongFields(wrong.status()), "work_calendar.holidays[0]");
  Must(server().Call<v1::PreviewWorkCalendarResponse>(
      CityOffice(), method, Parse<v1::PreviewWorkCalendarRequest>("work_calendar { year: 2022 source: '无假日' }")));
  EXPECT_EQ(Must(Count("from: '2022-01-26' days: 5")).date(), "2022-02-07");
}

}  // namespace
}  // namespace yaoshi::preapproval::testing
