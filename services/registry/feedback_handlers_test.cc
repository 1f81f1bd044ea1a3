#include "services/registry/feedback_handlers.h"

#include <gtest/gtest.h>

#include "services/registry/testing/directory_server.h"
#include "yaoshi/registry/v1/feedback.pb.h"

namespace yaoshi::registry {
namespace {

using rpc::testing::CityOffice;
using rpc::testing::County;
using testing::ReasonOr;
using testing::WrongFields;

// An account of a county. Tests share one schema, so each has people of its own.
auth::Principal Person(const std::string& account) {
  auth::Principal person = County("621122");
  person.account = account;
  return person;
}

class FeedbackTest : public ::testing::Test {
 protected:
  static v1::CreateFeedbackRequest Entry(const std::string& page, const std::string& text) {
    v1::CreateFeedbackRequest request;
    request.set_page(page);
    request.set_text(text);
    return request;
  }
  absl::StatusOr<v1::Feedback> Create(const v1::CreateFeedbackRequest& request,
                                      const auth::Principal& who = County("621122")) {
    return server_.Call<v1::Feedback>(who, "FeedbackService/CreateFeedback", request);
  }
  absl::StatusOr<v1::Feedback> Get(const std::string& name, const auth::Principal& who) {
    v1::GetFeedbackRequest request;
    request.set_name(name);
    return server_.Call<v1::Feedback>(who, "FeedbackService/GetFeedback", request);
  }
  absl::StatusOr<v1::Feedback> Answer(const v1::Feedback& entry, const auth::Principal& who = CityOffice()) {
    v1::AnswerFeedbackRequest request;
    request.set_name(entry.name());
    request.set_etag(entry.etag());
    request.set_answer("已改");
    return server_.Call<v1::Feedback>(who, "FeedbackService/AnswerFeedback", request);
  }
  // The texts of what the caller may read, in order.
  std::string Texts(const auth::Principal& who, const std::string& filter = "") {
    v1::ListFeedbackRequest request;
    request.set_filter(filter);
    const auto page = server_.Call<v1::ListFeedbackResponse>(who, "FeedbackService/ListFeedback", request);
    if (!page.ok()) return ReasonOf(page.status());
    std::string texts;
    for (const v1::Feedback& entry : page->feedback()) texts += (texts.empty() ? "" : " ") + entry.text();
    return texts;
  }

  std::unique_ptr<FeedbackHandlers> handlers_;
  testing::DirectoryServer server_{[this](const DirectoryContext& context, const db::Options& database) {
    testing::BootstrapCity(database);
    handlers_ = std::make_unique<FeedbackHandlers>(context);
    return std::vector<rpc::BoundService>{handlers_->Bind()};
  }};
};

TEST_F(FeedbackTest, RefusesWhatIsNoEntry) {
  struct Case {
    std::string page, text, fields;
  };
  const Case cases[] = {
      {"", "", "page text"},
      {"/lists", " \n\t", "text"},
      {"/lists", std::string(2001, 'a'), "text"},
      {"lists", "好", "page"},
      {"//elsewhere.example", "好", "page"},
      {"/\\elsewhere.example", "好", "page"},
      {"https://elsewhere.example/", "好", "page"},
      {"/lists?filter=a", "好", "page"},
      {"/<b>", "好", "page"},
      {"/" + std::string(300, 'a'), "好", "page"},
  };
  for (const Case& c : cases) {
    const auto result = Create(Entry(c.page, c.text));
    EXPECT_EQ(ReasonOr(result), "INVALID_FIELDS") << c.page;
    EXPECT_EQ(WrongFields(result.status()), c.fields) << c.page;
  }
}

TEST_F(FeedbackTest, IsReadByItsAuthorAndByThoseWhoAnswer) {
  const auth::Principal longxi = Person("longxi"), neighbour = Person("longxi-second");
  auth::Principal leader = Person("leader-01");
  leader.role = auth::Role::kLeader;
  leader.region = "621100";
  const auto mine = Create(Entry("/lists", "列太窄"), longxi);
  ASSERT_TRUE(mine.ok()) << mine.status();
  ASSERT_TRUE(Create(Entry("/", "字太小"), leader).ok());
  EXPECT_EQ(mine->state(), v1::Feedback::OPEN);
  EXPECT_EQ(mine->create_account(), "longxi");
  EXPECT_EQ(Texts(longxi), "列太窄");
  EXPECT_EQ(Texts(leader), "字太小");
  EXPECT_EQ(Texts(neighbour), "");
  EXPECT_EQ(Texts(neighbour, "create_account = \"longxi\""), "");
  EXPECT_EQ(ReasonOr(Get(mine->name(), neighbour)), "FEEDBACK_NOT_FOUND");
  EXPECT_EQ(ReasonOr(Get(mine->name(), leader)), "FEEDBACK_NOT_FOUND");
  EXPECT_EQ(ReasonOr(Get(mine->name(), CityOffice("620500"))), "FEEDBACK_NOT_FOUND");
  EXPECT_EQ(ReasonOr(Get(mine->name(), longxi)), "OK");
  EXPECT_EQ(Texts(CityOffice(), "create_account = \"longxi\" OR create_account = \"leader-01\""), "列太窄 字太小");
  EXPECT_EQ(Texts(CityOffice(), "太窄"), "列太窄");
  EXPECT_EQ(Texts(CityOffice("620500")), "");
}

TEST_F(FeedbackTest, IsAnsweredByThoseWhoMay) {
  const auth::Principal author = Person("answered");
  const auto entry = Create(Entry("/work", "要催办"), author);
  ASSERT_TRUE(entry.ok()) << entry.status();
  EXPECT_EQ(ReasonOr(Answer(*entry, author)), "PERMISSION_DENIED");
  EXPECT_EQ(ReasonOr(Answer(*entry, CityOffice("620500"))), "FEEDBACK_NOT_FOUND");
  const auto answered = Answer(*entry);
  ASSERT_TRUE(answered.ok()) << answered.status();
  EXPECT_EQ(answered->state(), v1::Feedback::ANSWERED);
  EXPECT_EQ(answered->answer_account(), CityOffice().account);
  EXPECT_NE(answered->answer_time(), "");
  EXPECT_EQ(answered->create_account(), "answered");
  EXPECT_EQ(ReasonOr(Answer(*entry)), "ETAG_MISMATCH") << "somebody else has answered meanwhile";
  const auto read = Get(entry->name(), author);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->answer(), "已改");
  EXPECT_EQ(Texts(CityOffice(), "create_account = \"answered\" AND state = OPEN"), "");
}

TEST_F(FeedbackTest, AsManyAsMayWaitForAnAnswerDo) {
  const auth::Principal author = Person("eager");
  v1::Feedback first;
  for (int i = 0; i < 20; ++i) {
    const auto entry = Create(Entry("/", "意见"), author);
    ASSERT_TRUE(entry.ok()) << entry.status();
    if (i == 0) first = *entry;
  }
  EXPECT_EQ(ReasonOr(Create(Entry("/", "意见"), author)), "FEEDBACK_LIMIT");
  EXPECT_EQ(ReasonOr(Create(Entry("/", "意见"), Person("patient"))), "OK") << "the limit is each account's own";
  ASSERT_TRUE(Answer(first).ok());
  EXPECT_EQ(ReasonOr(Create(Entry("/", "意见"), author)), "OK");
}

TEST_F(FeedbackTest, RepeatingARequestEntersNothingMore) {
  const auth::Principal author = Person("repeating");
  v1::CreateFeedbackRequest request = Entry("/", "一次");
  request.set_request_id("0190a5c8-7b1e-7000-8000-000000000001");
  const auto first = Create(request, author), again = Create(request, author);
  ASSERT_TRUE(first.ok() && again.ok()) << first.status() << again.status();
  EXPECT_EQ(first->name(), again->name());
  EXPECT_EQ(Texts(author), "一次");
}

}  // namespace
}  // namespace yaoshi::registry
