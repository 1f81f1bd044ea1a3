// A county reads and writes nothing of another county, by any method: the table knows every method that is bound.
#include "services/registry/testing/rights_world.h"

namespace yaoshi::registry {

static const char* const kPast = "2022-04-20";

void RightsTest::AddProjects(Table& table) {
  const std::string service = "yaoshi.registry.v1.ProjectService.";
  const std::string theirs = world().theirs.name();
  const std::string known = Timestamp{world().server.now().micros - 1}.ToString();
  table[service + "GetProject"] = {
      {"by name", With<v1::GetProjectRequest>([&](auto& r) { r.set_name(theirs); }), Answer::kNotFound},
      {"by name in the past", With<v1::GetProjectRequest>([&](auto& r) {
         r.set_name(theirs);
         r.set_as_of(kPast);
         r.set_known_at(known);
       }),
       Answer::kNotFound}};
  table[service + "BatchGetProjects"] = {{"mixed with its own", With<v1::BatchGetProjectsRequest>([&](auto& r) {
                                            r.add_names(world().mine.name());
                                            r.add_names(theirs);
                                          }),
                                          Answer::kNotFound}};
  std::vector<Probe>& list = table[service + "ListProjects"];
  std::vector<Probe>& exported = table[service + "ExportProjects"];
  const std::string filters[] = {"",
                                 "region = \"621121\"",
                                 "region = \"621121\" OR region = \"621122\"",
                                 "NOT region = \"621122\"",
                                 "title : \"机密\"",
                                 "total_investment_fen > 0"};
  for (const std::string& filter : filters) {
    for (const char* as_of : {"", "2022-04-20", "2022-04-19"}) {
      list.emplace_back("filter " + filter + " as of " + as_of, With<v1::ListProjectsRequest>([&](auto& r) {
                          r.set_filter(filter);
                          r.set_as_of(as_of);
                          if (*as_of != '\0') r.set_known_at(known);
                          r.set_order_by("title desc");
                          r.set_include_total_size(true);
                        }),
                        Answer::kNothing, [](const std::string& bytes) {
                          EXPECT_LE(Parsed<v1::ListProjectsResponse>(bytes).total_size(), 1);
                        });
      exported.emplace_back("filter " + filter + " as of " + as_of, With<v1::ExportProjectsRequest>([&](auto& r) {
                              r.set_filter(filter);
                              r.set_as_of(as_of);
                              r.set_format(v1::CSV);
                            }),
                            Answer::kNothing);
    }
  }
  for (const char* owner : {"CITY_OFFICE-account", "tongwei"}) {
    list.emplace_back(fmt::format("the token of {}", owner), With<v1::ListProjectsRequest>([&](auto& r) {
                        r.set_page_size(1);
                        r.set_page_token(world().tokens.at(fmt::format("projects/{}", owner)));
                      }),
                      Answer::kBadToken);
  }
  table[service + "ListProjectVersions"] = {
      {"by name", With<v1::ListProjectVersionsRequest>([&](auto& r) { r.set_name(theirs); }), Answer::kNotFound}};
  table[service + "FindDuplicates"] = {{"the very project", With<v1::FindDuplicatesRequest>([&](auto& r) {
                                          *r.mutable_project() = world().theirs;
                                          r.mutable_project()->set_region("621121");
                                        }),
                                        Answer::kNotFound},
                                       {"under its own region", With<v1::FindDuplicatesRequest>([&](auto& r) {
                                          *r.mutable_project() = world().theirs;
                                          r.mutable_project()->set_region("621122");
                                        }),
                                        Answer::kNothing},
                                       {"without a region", With<v1::FindDuplicatesRequest>([&](auto& r) {
                                          *r.mutable_project() = world().theirs;
                                          r.mutable_project()->clear_region();
                                        }),
                                        Answer::kRefused}};
}

void RightsTest::AddProjectWrites(Table& table) {
  const std::string service = "yaoshi.registry.v1.ProjectService.";
  const std::string theirs = world().theirs.name(), mine = world().mine.name();
  v1::CreateProjectRequest taken = NewProjectRequest("陇西抄码水渠", "621122");
  taken.mutable_project()->set_project_code(world().theirs.project_code());
  table[service + "CreateProject"] = {
      {"in the other county", NewProjectRequest("陇西越界水渠", "621121"), Answer::kNotFound},
      {"in the city", NewProjectRequest("陇西越界水渠", "621100"), Answer::kNotFound},
      {"with the other's project code", taken, Answer::kRefused}};
  table[service + "BatchCreateProjects"] = {{"mixed with its own", With<v1::BatchCreateProjectsRequest>([&](auto& r) {
                                               *r.add_requests() = NewProjectRequest("陇西又一水渠", "621122");
                                               *r.add_requests() = NewProjectRequest("陇西越界水渠", "621121");
                                             }),
                                             Answer::kNotFound}};
  const auto update = [](const std::string& name, const std::string& path, const std::string& value) {
    v1::UpdateProjectRequest request;
    request.mutable_project()->set_name(name);
    auto* field = v1::Project::descriptor()->FindFieldByName(path);
    request.mutable_project()->GetReflection()->SetString(request.mutable_project(), field, value);
    request.mutable_update_mask()->add_paths(path);
    return request;
  };
  table[service + "UpdateProject"] = {
      {"theirs", update(theirs, "title", "改名"), Answer::kNotFound},
      {"theirs taken over", update(theirs, "region", "621122"), Answer::kNotFound},
      {"its own given away", update(mine, "region", "621121"), Answer::kNotFound},
      {"the other's code", update(mine, "project_code", world().theirs.project_code()), Answer::kRefused}};
  table[service + "MoveProject"] = {{"theirs", With<v1::MoveProjectRequest>([&](auto& r) {
                                       r.set_name(theirs);
                                       r.set_move(v1::RESERVE);
                                     }),
                                     Answer::kNotFound}};
  const auto merge = [](const std::string& name, const std::string& into) {
    return With<v1::MergeProjectRequest>([&](auto& r) {
      r.set_name(name);
      r.set_into(into);
      r.set_reason("合并");
    });
  };
  table[service + "MergeProject"] = {{"theirs into mine", merge(theirs, mine), Answer::kNotFound},
                                     {"mine into theirs", merge(mine, theirs), Answer::kNotFound}};
}

void RightsTest::AddSums(Table& table) {
  const std::string service = "yaoshi.registry.v1.ProjectService.";
  const auto at_most_one = [](const std::string& bytes) {
    const auto summary = Parsed<v1::SummarizeProjectsResponse>(bytes);
    EXPECT_LE(summary.total().projects(), 1);
    for (const auto& row : summary.rows()) EXPECT_NE(row.region(), "621121");
  };
  std::vector<Probe>& summarize = table[service + "SummarizeProjects"];
  std::vector<Probe>& funnel = table[service + "GetFunnel"];
  std::vector<Probe>& figures = table["yaoshi.common.v1.FigureService.ListFigures"];
  for (const char* region : {"621121", "621100", "620000", "000000", "62", "6211", "%%00", "00"}) {
    summarize.emplace_back(std::string("region ") + region,
                           With<v1::SummarizeProjectsRequest>([&](auto& r) { r.set_region(region); }),
                           Answer::kNotFound);
    funnel.emplace_back(std::string("region ") + region,
                        With<v1::GetFunnelRequest>([&](auto& r) { r.set_region(region); }), Answer::kNotFound);
    figures.emplace_back(std::string("region ") + region,
                         With<common::v1::ListFiguresRequest>([&](auto& r) { r.set_region(region); }),
                         Answer::kNotFound);
  }
  for (const std::string& list : {std::string(), world().list, world().master}) {
    for (const char* as_of : {"", "2022-04-19"}) {
      for (const char* filter : {"", "region = \"621121\"", "region = \"621121\" OR total_investment_fen > 0"}) {
        summarize.emplace_back("list " + list + " filter " + filter, With<v1::SummarizeProjectsRequest>([&](auto& r) {
                                 r.set_list(list);
                                 r.set_as_of(as_of);
                                 r.set_filter(filter);
                                 r.add_group_by(v1::BY_REGION);
                               }),
                               Answer::kNothing, at_most_one);
      }
      funnel.emplace_back("list " + list, With<v1::GetFunnelRequest>([&](auto& r) {
                            r.set_list(list);
                            r.set_as_of(as_of);
                          }),
                          Answer::kNothing, [](const std::string& bytes) {
                            const auto funnelled = Parsed<v1::Funnel>(bytes);
                            for (const auto& step : funnelled.steps()) EXPECT_LE(step.projects(), 1);
                          });
    }
  }
  for (const char* as_of : {"", "2022-04-20", "2022-04-19"}) {
    figures.emplace_back("its own", With<common::v1::ListFiguresRequest>([&](auto& r) { r.set_as_of(as_of); }),
                         Answer::kNothing, [](const std::string& bytes) {
                           const auto listed = Parsed<common::v1::ListFiguresResponse>(bytes);
                           for (const auto& figure : listed.figures()) {
                             if (figure.unit() != "count") continue;
                             EXPECT_LE(std::stoll(figure.value()), 1) << figure.key();
                           }
                         });
  }
}

void RightsTest::AddLists(Table& table) {
  const std::string service = "yaoshi.registry.v1.ListService.";
  const auto list_of = [](const std::string& name) {
    return With<v1::List>([&](auto& r) {
      r.set_name(name);
      r.set_title("越权");
      r.set_kind(v1::List::STANDALONE);
      r.set_horizon(v1::List::THIS_YEAR);
      r.set_first_year(2022);
      r.set_last_year(2022);
    });
  };
  table[service + "CreateList"] = {{"any", With<v1::CreateListRequest>([&](auto& r) {
                                      r.set_list_id("longxi");
                                      *r.mutable_list() = list_of("");
                                    }),
                                    Answer::kDenied}};
  table[service + "UpdateList"] = {
      {"any", With<v1::UpdateListRequest>([&](auto& r) { *r.mutable_list() = list_of(world().list); }),
       Answer::kDenied}};
  // The catalogue is everybody's.
  table[service + "GetList"] = {
      {"the catalogue", With<v1::GetListRequest>([&](auto& r) { r.set_name(world().list); }), Answer::kNothing}};
  table[service + "ListLists"] = {{"the catalogue", v1::ListListsRequest(), Answer::kNothing}};
}

void RightsTest::AddEntries(Table& table) {
  const std::string service = "yaoshi.registry.v1.ListService.";
  std::vector<Probe>& entries = table[service + "ListEntries"];
  std::vector<Probe>& exported = table[service + "ExportEntries"];
  for (const std::string& list : {world().list, world().master}) {
    for (const char* as_of : {"", "2022-04-20", "2022-04-19"}) {
      for (const char* filter : {"", "region = \"621121\"", "region = \"621121\" OR admitted_on > \"2000-01-01\""}) {
        entries.emplace_back("filter " + std::string(filter), With<v1::ListEntriesRequest>([&](auto& r) {
                               r.set_parent(list);
                               r.set_filter(filter);
                               r.set_as_of(as_of);
                               r.set_include_total_size(true);
                             }),
                             Answer::kNothing, [](const std::string& bytes) {
                               EXPECT_LE(Parsed<v1::ListEntriesResponse>(bytes).total_size(), 1);
                             });
        exported.emplace_back("filter " + std::string(filter), With<v1::ExportEntriesRequest>([&](auto& r) {
                                r.set_parent(list);
                                r.set_filter(filter);
                                r.set_as_of(as_of);
                                r.set_format(v1::CSV);
                              }),
                              Answer::kNothing);
      }
    }
    for (const char* region : {"621121", "621100", "620000", "000000", "%%00"}) {
      entries.emplace_back(std::string("region ") + region, With<v1::ListEntriesRequest>([&](auto& r) {
                             r.set_parent(list);
                             r.set_region(region);
                           }),
                           Answer::kNotFound);
      exported.emplace_back(std::string("region ") + region, With<v1::ExportEntriesRequest>([&](auto& r) {
                              r.set_parent(list);
                              r.set_region(region);
                            }),
                            Answer::kNotFound);
    }
  }
}

void RightsTest::AddProjectEntries(Table& table) {
  std::vector<Probe>& entries = table["yaoshi.registry.v1.ListService.ListProjectEntries"];
  for (const char* as_of : {"", "2022-04-20"}) {
    entries.emplace_back("theirs", With<v1::ListProjectEntriesRequest>([&](auto& r) {
                           r.set_parent(world().theirs.name());
                           r.set_as_of(as_of);
                         }),
                         Answer::kNotFound);
  }
}

void RightsTest::AddComparison(Table& table) {
  const std::string service = "yaoshi.registry.v1.ListService.";
  std::vector<Probe>& entries = table[service + "ListEntries"];
  std::vector<Probe>& compare = table[service + "CompareLists"];
  compare.emplace_back("its own view", Compare(), Answer::kNothing, [](const std::string& bytes) {
    const auto compared = Parsed<v1::CompareListsResponse>(bytes);
    EXPECT_EQ(compared.came(), 1);
    EXPECT_EQ(compared.total_investment_change_fen(), 1'000'000'000);
  });
  compare.emplace_back("the other's region", With<v1::CompareListsRequest>([&](auto& r) {
                         r = Compare();
                         r.set_region("621121");
                       }),
                       Answer::kNotFound);
  for (const char* owner : {"CITY_OFFICE-account", "tongwei"}) {
    compare.emplace_back(fmt::format("the token of {}", owner), With<v1::CompareListsRequest>([&](auto& r) {
                           r = Compare();
                           r.set_page_size(1);
                           r.set_page_token(world().tokens.at(fmt::format("compare/{}", owner)));
                         }),
                         Answer::kBadToken);
    entries.emplace_back(fmt::format("the token of {}", owner), With<v1::ListEntriesRequest>([&](auto& r) {
                           r.set_parent(world().list);
                           r.set_page_size(1);
                           r.set_page_token(world().tokens.at(fmt::format("entries/{}", owner)));
                         }),
                         Answer::kBadToken);
  }
}

void RightsTest::AddAdjustments(Table& table) {
  const std::string service = "yaoshi.registry.v1.ListService.";
  v1::AdjustListRequest addition, removal, amendment;
  for (auto* order : {&addition, &removal, &amendment}) {
    order->set_parent(world().list);
    order->set_reason("越权");
  }
  addition.add_additions()->set_project(world().theirs.name());
  addition.mutable_additions(0)->set_kind(v1::STANDBY);
  removal.add_removals()->set_project(world().mine.name());
  removal.add_removals()->set_project(world().theirs.name());
  amendment.add_amendments()->set_project(world().theirs.name());
  amendment.mutable_amendments(0)->set_total_investment_fen(1);
  table[service + "AdjustList"] = {{"an addition", addition, Answer::kNotFound},
                                   {"a removal beside its own", removal, Answer::kNotFound},
                                   {"an amendment", amendment, Answer::kNotFound}};
  table[service + "GetAdjustment"] = {
      {"theirs", With<v1::GetAdjustmentRequest>([&](auto& r) { r.set_name(world().their_adjustment); }),
       Answer::kNotFound},
      {"the city's", With<v1::GetAdjustmentRequest>([&](auto& r) { r.set_name(world().city_adjustment); }),
       Answer::kNotFound}};
  table[service + "ListAdjustments"] = {
      {"all", With<v1::ListAdjustmentsRequest>([&](auto& r) { r.set_parent(world().list); }), Answer::kNothing},
      {"the city's token", With<v1::ListAdjustmentsRequest>([&](auto& r) {
         r.set_parent(world().list);
         r.set_page_size(1);
         r.set_page_token(world().tokens.at("adjustments"));
       }),
       Answer::kBadToken}};
}

void RightsTest::AddDirectory(Table& table) {
  const std::string package = "yaoshi.registry.v1.";
  v1::CreateOrganizationRequest unit;
  unit.set_organization_id("longxi-own");
  unit.mutable_organization()->set_title("越权");
  unit.mutable_organization()->set_kind(v1::Organization::DEPARTMENT);
  unit.mutable_organization()->set_region("621122");
  v1::UpdateOrganizationRequest renamed;
  renamed.mutable_organization()->set_name("organizations/county-621121");
  renamed.mutable_organization()->set_title("越权");
  table[package + "OrganizationService.CreateOrganization"] = {{"any", unit, Answer::kDenied}};
  table[package + "OrganizationService.UpdateOrganization"] = {{"theirs", renamed, Answer::kDenied}};
  // Units and posts are public in the city.
  table[package + "OrganizationService.GetOrganization"] = {
      {"public", With<v1::GetOrganizationRequest>([](auto& r) { r.set_name("organizations/dept-01"); }),
       Answer::kNothing}};
  table[package + "OrganizationService.ListOrganizations"] = {
      {"public", v1::ListOrganizationsRequest(), Answer::kNothing}};
  v1::CreateOfficialRequest official;
  official.set_official_id("longxi-head");
  official.mutable_official()->set_title("县长");
  official.mutable_official()->set_rank(v1::Official::UNIT_HEAD);
  official.mutable_official()->set_organization("organizations/county-621121");
  v1::UpdateOfficialRequest promoted;
  promoted.mutable_official()->set_name("officials/nobody");
  promoted.mutable_official()->set_title("县长");
  table[package + "OfficialService.CreateOfficial"] = {{"any", official, Answer::kDenied}};
  table[package + "OfficialService.UpdateOfficial"] = {{"any", promoted, Answer::kDenied}};
  table[package + "OfficialService.GetOfficial"] = {
      {"public", With<v1::GetOfficialRequest>([](auto& r) { r.set_name("officials/nobody"); }), Answer::kNotFound}};
  table[package + "OfficialService.ListOfficials"] = {{"public", v1::ListOfficialsRequest(), Answer::kNothing}};
  v1::CreateAccountRequest account;
  account.set_account_id("longxi-second");
  account.set_password("correct horse battery");
  account.mutable_account()->set_title("越权");
  account.mutable_account()->set_role(v1::Account::COUNTY);
  account.mutable_account()->set_region("621121");
  account.mutable_account()->set_organization("organizations/county-621121");
  v1::UpdateAccountRequest raised;
  raised.mutable_account()->set_name("accounts/operator");
  raised.mutable_account()->set_title("越权");
  v1::SetPasswordRequest password;
  password.set_name("accounts/operator");
  password.set_password("correct horse battery");
  const std::string accounts = package + "AccountService.";
  table[accounts + "CreateAccount"] = {{"theirs", account, Answer::kDenied}};
  table[accounts + "UpdateAccount"] = {{"the operator", raised, Answer::kDenied}};
  table[accounts + "SetPassword"] = {{"the operator's", password, Answer::kDenied}};
  table[accounts + "GetAccount"] = {
      {"the operator", With<v1::GetAccountRequest>([](auto& r) { r.set_name("accounts/operator"); }), Answer::kDenied}};
  table[accounts + "ListAccounts"] = {{"all", v1::ListAccountsRequest(), Answer::kDenied}};
  table[accounts + "Authenticate"] = {{"only the gateway", With<v1::AuthenticateRequest>([](auto& r) {
                                         r.set_account("operator");
                                         r.set_password("correct horse battery");
                                       }),
                                       Answer::kDenied}};
  table[accounts + "CheckAccount"] = {
      {"only the gateway", With<v1::CheckAccountRequest>([](auto& r) { r.set_account("operator"); }), Answer::kDenied}};
  table[package + "SessionService.EndSession"] = {{"only the gateway", With<v1::EndSessionRequest>([](auto& r) {
                                                     r.set_session_id("0190a5c8-7b1e-7000-8000-000000000001");
                                                     r.mutable_session()->set_account("operator");
                                                   }),
                                                   Answer::kDenied}};
  table[package + "SessionService.ListEndedSessions"] = {
      {"only the gateway", v1::ListEndedSessionsRequest(), Answer::kDenied}};
}

void RightsTest::AddFiles(Table& table) {
  const std::string files = "yaoshi.registry.v1.FileService.", imports = "yaoshi.registry.v1.ImportService.";
  const std::string file = world().their_file, operation = world().their_operation;
  table[files + "CreateFile"] = {{"its own", With<v1::CreateFileRequest>([](auto& r) {
                                    r.set_filename("a.csv");
                                    r.set_size_bytes(1);
                                  }),
                                  Answer::kNothing}};
  table[files + "WriteFile"] = {{"theirs", With<v1::WriteFileRequest>([&](auto& r) {
                                   r.set_name(file);
                                   r.set_data("x");
                                 }),
                                 Answer::kNotFound}};
  table[files + "FinishFile"] = {{"theirs", With<v1::FinishFileRequest>([&](auto& r) {
                                    r.set_name(file);
                                    r.set_sha256(std::string(64, '0'));
                                  }),
                                  Answer::kNotFound}};
  table[files + "GetFile"] = {
      {"theirs", With<v1::GetFileRequest>([&](auto& r) { r.set_name(file); }), Answer::kNotFound}};
  table[files + "DownloadFile"] = {
      {"theirs", With<v1::DownloadFileRequest>([&](auto& r) { r.set_name(file); }), Answer::kNotFound}};
  table[imports + "ImportProjects"] = {{"their file", With<v1::ImportProjectsRequest>([&](auto& r) {
                                          r.set_file(file);
                                          r.set_reason("越权");
                                        }),
                                        Answer::kNotFound}};
  table[imports + "PreviewImport"] = {
      {"their file", With<v1::PreviewImportRequest>([&](auto& r) { r.set_file(file); }), Answer::kNotFound}};
  // Headings are no secret: mappings are shared.
  table[imports + "SaveImportMapping"] = {{"its own", With<v1::SaveImportMappingRequest>([](auto& r) {
                                             r.set_import_mapping_id("longxi");
                                             (*r.mutable_mapping()->mutable_keys())["工程名称"] = "title";
                                           }),
                                           Answer::kNothing}};
  table[imports + "ListImportMappings"] = {{"shared", v1::ListImportMappingsRequest(), Answer::kNothing}};
  const std::string operations = "yaoshi.common.v1.OperationService.";
  table[operations + "GetOperation"] = {
      {"theirs", With<common::v1::GetOperationRequest>([&](auto& r) { r.set_name(operation); }), Answer::kNotFound}};
  table[operations + "CancelOperation"] = {
      {"theirs", With<common::v1::CancelOperationRequest>([&](auto& r) { r.set_name(operation); }), Answer::kNotFound}};
}

void RightsTest::AddFeedback(Table& table) {
  const std::string service = "yaoshi.registry.v1.FeedbackService.";
  const std::string theirs = world().their_feedback;
  table[service + "CreateFeedback"] = {{"its own", With<v1::CreateFeedbackRequest>([](auto& r) {
                                          r.set_page("/lists");
                                          r.set_text("字太小");
                                        }),
                                        Answer::kNothing}};
  table[service + "GetFeedback"] = {
      {"theirs", With<v1::GetFeedbackRequest>([&](auto& r) { r.set_name(theirs); }), Answer::kNotFound}};
  for (const char* filter : {"", "state = OPEN", "create_account = \"tongwei\""}) {
    table[service + "ListFeedback"].emplace_back(
        filter, With<v1::ListFeedbackRequest>([&](auto& r) { r.set_filter(filter); }), Answer::kNothing);
  }
  table[service + "AnswerFeedback"] = {{"theirs", With<v1::AnswerFeedbackRequest>([&](auto& r) {
                                          r.set_name(theirs);
                                          r.set_answer("已改");
                                        }),
                                        Answer::kDenied}};
}

void RightsTest::AddFeed(Table& table) {
  const std::string feed = "yaoshi.common.v1.ChangeFeed.";
  table[feed + "Subscribe"] = {{"all", common::v1::SubscribeRequest(), Answer::kDenied}};
  table[feed + "ListChanges"] = {
      {"all", common::v1::ListChangesRequest(), Answer::kDenied},
      {"of theirs", With<common::v1::ListChangesRequest>([](auto& r) { r.set_name(world().theirs.name()); }),
       Answer::kDenied}};
  table[feed + "VerifyChanges"] = {{"all", common::v1::VerifyChangesRequest(), Answer::kDenied}};
}

static void ExpectAnswer(Answer expected, const rpc::Reply& reply) {
  const absl::StatusCode code = reply.status.code();
  switch (expected) {
    case Answer::kDenied:
      EXPECT_EQ(code, absl::StatusCode::kPermissionDenied) << reply.status;
      break;
    case Answer::kNotFound:
      EXPECT_EQ(code, absl::StatusCode::kNotFound) << reply.status;
      break;
    case Answer::kBadToken:
      EXPECT_EQ(ReasonOf(reply.status), "INVALID_PAGE_TOKEN") << reply.status;
      break;
    case Answer::kRefused:
      EXPECT_FALSE(reply.status.ok());
      break;
    case Answer::kNothing:
      EXPECT_TRUE(reply.status.ok()) << reply.status;
      break;
  }
}

TEST_F(RightsTest, ACountyReachesNothingOfAnother) {
  const Table table = AllProbes();
  std::set<std::string> known;
  const std::vector<rpc::BoundService> services = world().server.service().Bind();
  const v1::Project before = world().server.Get(world().theirs.name());
  for (const rpc::BoundService& service : services) {
    for (const rpc::BoundMethod& method : service.methods) {
      const std::string name(method.descriptor->full_name());
      SCOPED_TRACE(name);
      const auto probes = table.find(name);
      ASSERT_NE(probes, table.end()) << "no probe says what a county may not do by this method: add one";
      known.insert(name);
      for (const Probe& probe : probes->second) {
        SCOPED_TRACE(probe.what);
        const rpc::Reply reply = world().server.CallBytes(kLongxi, *method.descriptor, *probe.request);
        ExpectAnswer(probe.expected, reply);
        const std::string told = reply.bytes + ToWire(reply.status);
        EXPECT_EQ(told.find(kSecret), std::string::npos) << "tells a text of the other county";
        for (const v1::Project& project : {world().theirs, world().their_other}) {
          const std::string id = project.name().substr(project.name().find('/') + 1);
          const bool asked = probe.request->SerializeAsString().find(id) != std::string::npos;
          EXPECT_TRUE(asked || told.find(id) == std::string::npos) << "tells an id of the other county";
        }
        if (reply.status.ok() && probe.check) probe.check(reply.bytes);
      }
    }
  }
  for (const auto& [name, probes] : table) EXPECT_TRUE(known.contains(name)) << name << " is not bound";
  EXPECT_EQ(world().server.Get(world().theirs.name()).SerializeAsString(), before.SerializeAsString());
}

TEST_F(RightsTest, TheCityReadsBothCounties) {
  v1::SummarizeProjectsRequest request;
  request.set_list(world().master);
  EXPECT_EQ(Must(world().server.Call<v1::SummarizeProjectsResponse>(CityOffice(), "ProjectService/SummarizeProjects",
                                                                    request))
                .total()
                .projects(),
            3);
}

// Whatever the region is called, memory and SQL understand the same by it.
TEST_F(RightsTest, ARegionIsACodeOfSixDigits) {
  const auth::Principal gateway = rpc::testing::ServicePrincipal();
  for (const char* region : {"00", "6200", "6211", "000000", "%%%%00", "__1100", "62110", "abcd00"}) {
    for (const char* as_of : {"", "2022-04-19"}) {
      v1::SummarizeProjectsRequest request;
      request.set_region(region);
      request.set_as_of(as_of);
      EXPECT_EQ(testing::ReasonOr(world().server.Call<v1::SummarizeProjectsResponse>(
                    gateway, "ProjectService/SummarizeProjects", request)),
                "REGION_NOT_FOUND")
          << region;
    }
  }
}

}  // namespace yaoshi::registry
