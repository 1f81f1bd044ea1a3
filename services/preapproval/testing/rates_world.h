// A small city for tests of rates: four types, one template, and lists of their own for each test. Cases and procedures
// are written as versions, so that a test says what is true without making every move.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "services/preapproval/case_convert.h"
#include "services/preapproval/testing/preapproval_server.h"

namespace yaoshi::preapproval::testing {

inline const std::vector<std::string> kGatingCodes = {"P01", "P10", "P20"};

class RatesWorld {
 public:
  RatesWorld();

  PreapprovalServer& server() { return server_; }
  // Three new lists without projects, which list(), list_before() and master() name from then on.
  void NewLists();
  // Of 2022; the one of 2021, its predecessor; the union of the first, of 2021 and 2022.
  std::string list() const { return "lists/invest-2022-" + suffix_; }
  std::string list_before() const { return "lists/invest-2021-" + suffix_; }
  std::string master() const { return "lists/master-" + suffix_; }
  // A project in the registry that is planned to start on a date; its id.
  Uuid NewProjectOf(const std::string& title, const std::string& region, const std::string& planned_start_on);
  // Registry plans its start anew, today; several times, and all of it comes at once.
  void Replan(const Uuid& project, const std::string& planned_start_on, const std::string& reason = "");
  void ReplanAtOnce(const Uuid& project, const std::vector<std::string>& planned_start_on,
                    const std::string& reason = "");
  void PutOn(const std::string& list, const Uuid& project, bool listed = true, const std::string& effective_on = "");
  // A case that needs all codes of kGatingCodes, and P50 behind the start.
  Case NewCase(const Uuid& project, const std::string& region, Date opened_on);
  // The next version.
  void Write(const Case& subject);
  void Write(const Procedure& procedure);
  // Very many cases, each with a procedure accepted on a day.
  void WriteMany(const std::vector<Case>& cases, const std::string& code, Date accepted_on);

 private:
  void WriteVersions(const std::function<absl::Status(db::Session&, const Uuid&)>& columns,
                     const std::vector<feed::Version>& versions);

  PreapprovalServer server_;
  std::string suffix_ = "0";
  std::map<std::string, int64_t> versions_;
  std::map<Uuid, registry::v1::Project> projects_;
};

}  // namespace yaoshi::preapproval::testing
