// Two counties with everything in both, and what a test of rights asks of each method.
#pragma once

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <set>

#include "google/longrunning/operations.pb.h"
#include "google/protobuf/empty.pb.h"
#include "services/registry/testing/registry_server.h"
#include "yaoshi/common/v1/change_feed.pb.h"
#include "yaoshi/common/v1/figure.pb.h"
#include "yaoshi/common/v1/operation.pb.h"
#include "yaoshi/registry/v1/account.pb.h"
#include "yaoshi/registry/v1/feedback.pb.h"
#include "yaoshi/registry/v1/file.pb.h"
#include "yaoshi/registry/v1/import.pb.h"
#include "yaoshi/registry/v1/official.pb.h"
#include "yaoshi/registry/v1/organization.pb.h"
#include "yaoshi/registry/v1/session.pb.h"

namespace yaoshi::registry {

using google::protobuf::Message;
using rpc::testing::CityOffice;
using testing::Must;
using testing::NewProjectRequest;

// In every text of the other county's data; nothing that the caller is answered may contain it.
inline const std::string kSecret = "通渭机密";

// Longxi asks; Tongwei owns.
inline const auth::Principal kLongxi = {"longxi", auth::Role::kCounty, "621122", "", false};
inline const auth::Principal kTongwei = {"tongwei", auth::Role::kCounty, "621121", "", false};

enum class Answer {
  kDenied,    // PERMISSION_DENIED: the role never may.
  kNotFound,  // As if it did not exist.
  kBadToken,  // INVALID_PAGE_TOKEN.
  kRefused,   // Any error that tells nothing.
  kNothing,   // An answer without anything of the other county.
};

struct Probe {
  Probe(std::string says, const Message& message, Answer answer, std::function<void(const std::string&)> further = {})
      : what(std::move(says)), request(message.New()), expected(answer), check(std::move(further)) {
    request->CopyFrom(message);
  }
  std::string what;
  std::shared_ptr<Message> request;
  Answer expected;
  std::function<void(const std::string& bytes)> check;
};

template <class T>
T With(const std::function<void(T&)>& fill) {
  T message;
  fill(message);
  return message;
}

template <class T>
T Parsed(const std::string& bytes) {
  T message;
  EXPECT_TRUE(message.ParseFromString(bytes));
  return message;
}

class RightsTest : public ::testing::Test {
 protected:
  // What the other county has.
  struct World {
    testing::RegistryServer server;
    std::string list, master;
    v1::Project theirs, their_other, mine;
    std::string their_file, their_feedback, their_operation, their_adjustment, city_adjustment;
    std::map<std::string, std::string> tokens;  // Of the city and of the other county, by what they page.
  };
  static void SetUpTestSuite() {
    world_ = new World();
    FillProjects();
    FillFiles();
    FillTokens();
  }
  static void TearDownTestSuite() {
    delete world_;
    world_ = nullptr;
  }
  static World& world() { return *world_; }

  static void FillProjects() {
    testing::RegistryServer& server = world_->server;
    world_->master = server.NewList("rights-all", v1::List::MASTER);
    world_->list = server.NewList("rights", v1::List::SUB, world_->master);
    v1::CreateProjectRequest coded = NewProjectRequest(kSecret + "一号", "621121");
    coded.mutable_project()->set_project_code("2203-621121-04-01-123456");
    world_->theirs = server.Create(coded);
    world_->their_other = server.Create(NewProjectRequest(kSecret + "二号", "621121"));
    world_->mine = server.Create(NewProjectRequest("陇西自己的水渠", "621122"));
    world_->their_adjustment = Adjust(kTongwei, {world_->theirs.name(), world_->their_other.name()});
    world_->city_adjustment = Adjust(CityOffice(), {world_->mine.name()});
  }

  static std::string Adjust(const auth::Principal& who, const std::vector<std::string>& projects) {
    v1::AdjustListRequest request;
    request.set_parent(world_->list);
    request.set_reason(who.region == "621121" ? kSecret : "增列");  // Its own entry's reason is a county's to read.
    for (const std::string& project : projects) {
      request.add_additions()->set_project(project);
      request.mutable_additions(request.additions_size() - 1)->set_kind(v1::NEW_START);
    }
    return Must(world_->server.Call<v1::Adjustment>(who, "ListService/AdjustList", request)).name();
  }

  static void FillFiles() {
    testing::RegistryServer& server = world_->server;
    const std::string data = "项目名称\r\n" + kSecret + "\r\n";
    v1::CreateFileRequest create;
    create.set_filename(kSecret + ".csv");
    create.set_size_bytes(static_cast<int64_t>(data.size()));
    const auto file = Must(server.Call<v1::File>(kTongwei, "FileService/CreateFile", create));
    v1::WriteFileRequest write;
    write.set_name(file.name());
    write.set_data(data);
    Must(server.Call<v1::File>(kTongwei, "FileService/WriteFile", write));
    v1::FinishFileRequest finish;
    finish.set_name(file.name());
    finish.set_sha256(HexSha256(data));
    Must(server.Call<v1::File>(kTongwei, "FileService/FinishFile", finish));
    world_->their_file = file.name();
    v1::CreateFeedbackRequest feedback;
    feedback.set_page("/work");
    feedback.set_text(kSecret);
    world_->their_feedback =
        Must(server.Call<v1::Feedback>(kTongwei, "FeedbackService/CreateFeedback", feedback)).name();
    v1::ImportProjectsRequest import;
    import.set_file(file.name());
    import.set_reason(kSecret);
    import.set_validate_only(true);
    world_->their_operation =
        Must(server.Call<google::longrunning::Operation>(kTongwei, "ImportService/ImportProjects", import)).name();
  }

  static std::string HexSha256(const std::string& data) {
    std::string hex;
    for (const unsigned char byte : feed::Sha256(data)) hex += fmt::format("{:02x}", byte);
    return hex;
  }

  // First pages of one row, whose tokens another caller then tries.
  static void FillTokens() {
    for (const auth::Principal& who : {CityOffice(), kTongwei}) {
      v1::ListProjectsRequest projects;
      projects.set_page_size(1);
      world_->tokens["projects/" + who.account] =
          Page<v1::ListProjectsResponse>(who, "ProjectService/ListProjects", projects);
      projects.set_as_of("2022-04-20");
      projects.set_known_at(world_->server.Now());
      v1::ListEntriesRequest entries;
      entries.set_parent(world_->list);
      entries.set_page_size(1);
      world_->tokens["entries/" + who.account] = Page<v1::ListEntriesResponse>(who, "ListService/ListEntries", entries);
      v1::CompareListsRequest compare = Compare();
      compare.set_page_size(1);
      world_->tokens["compare/" + who.account] =
          Page<v1::CompareListsResponse>(who, "ListService/CompareLists", compare);
    }
    v1::ListAdjustmentsRequest adjustments;
    adjustments.set_parent(world_->list);
    adjustments.set_page_size(1);
    world_->tokens["adjustments"] =
        Page<v1::ListAdjustmentsResponse>(CityOffice(), "ListService/ListAdjustments", adjustments);
  }
  template <class Response, class Request>
  static std::string Page(const auth::Principal& who, const std::string& method, const Request& request) {
    const std::string token = Must(world_->server.Call<Response>(who, method, request)).next_page_token();
    EXPECT_NE(token, "") << method;
    return token;
  }
  // From before anything was on the list, until now.
  static v1::CompareListsRequest Compare() {
    v1::CompareListsRequest compare;
    compare.set_from(world_->list);
    compare.set_from_as_of("2022-04-19");
    return compare;
  }

  using Table = std::map<std::string, std::vector<Probe>>;
  static void AddProjects(Table& table);
  static void AddProjectWrites(Table& table);
  static void AddSums(Table& table);
  static void AddLists(Table& table);
  static void AddEntries(Table& table);
  static void AddProjectEntries(Table& table);
  static void AddComparison(Table& table);
  static void AddAdjustments(Table& table);
  static void AddDirectory(Table& table);
  static void AddFiles(Table& table);
  static void AddFeedback(Table& table);
  static void AddFeed(Table& table);
  static Table AllProbes() {
    Table table;
    for (const auto& add : {AddProjects, AddProjectWrites, AddSums, AddLists, AddEntries, AddProjectEntries,
                            AddComparison, AddAdjustments, AddDirectory, AddFiles, AddFeedback, AddFeed})
      add(table);
    return table;
  }

 private:
  static inline World* world_ = nullptr;
};

}  // namespace yaoshi::registry
