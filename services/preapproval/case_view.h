// Cases and procedures as readers see them: what their versions state, with clocks, prerequisites and allowed moves.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/db/session.h"
#include "services/preapproval/case_convert.h"
#include "services/preapproval/context.h"

namespace yaoshi::preapproval {

// What is said of a procedure beside its version.
struct ProcedureContext {
  const ProcedureType* type = nullptr;  // Null while it has not arrived.
  const Applicability* applicability = nullptr;
  bool gates_start = false;
  bool closed = false;
  Surroundings surroundings;
};
// Adds it to the message of a version, and says where the procedure is on that day: an approval lapses by its date.
void Describe(const Procedure& stored, const ProcedureContext& context, const WorkCalendar& calendar, Date day,
              v1::Procedure& proto);

// A procedure picked from a book; its version is still to be read.
struct Picked {
  Uuid project;
  uint32_t region = 0;
  Date opened_on;
  std::shared_ptr<const Profile> profile;
  size_t place = 0;                           // In the profile.
  std::shared_ptr<const ProcedureType> type;  // Null while it has not arrived.
  std::string department;
  int64_t version = 0;  // 0: it has not moved.
  bool closed = false;
  Surroundings surroundings;
  const Applicability& applicability() const { return profile->procedures[place]; }
};
Picked Pick(const CaseBook& book, const CaseRow& subject, size_t place, Date day);
// Reads the versions of what was picked, and describes them.
absl::StatusOr<std::vector<v1::Procedure>> Show(db::Session& session, const std::vector<Picked>& picked,
                                                const WorkCalendar& calendar, Date day);
// The same with the case that they are of, all read at once.
struct ShownCase {
  v1::Case subject;
  std::vector<v1::Procedure> procedures;
};
absl::StatusOr<ShownCase> ShowCase(db::Session& session, const std::pair<Uuid, int64_t>& subject,
                                   const std::vector<Picked>& picked, const WorkCalendar& calendar, Date day);
// The cases at their versions.
absl::StatusOr<std::vector<v1::Case>> ShowCases(db::Session& session,
                                                const std::vector<std::pair<Uuid, int64_t>>& cases);

// Which cases a read is about.
struct BookScope {
  std::vector<Uuid> projects;  // These alone; empty: those of the list, or all of the region.
  std::string list;
  std::string region;
};
// Runs `read` over memory, or over a book of the past that is filled from the versions of that day: the answer comes
// from the same code. LIST_NOT_FOUND.
template <class F>
auto ReadBook(const Context& context, rpc::Call& call, const Moment& moment, const BookScope& scope, F read)
    -> decltype(read(std::declval<const CaseBook&>()));
absl::StatusOr<std::unique_ptr<CaseBook>> LoadPastBook(const Context& context, db::Session& session, const Past& at,
                                                       const BookScope& scope);

template <class F>
auto ReadBook(const Context& context, rpc::Call& call, const Moment& moment, const BookScope& scope, F read)
    -> decltype(read(std::declval<const CaseBook&>())) {
  if (!moment.past) return context.memory.Read(read);
  ASSIGN_OR_RETURN(const std::unique_ptr<CaseBook> book, LoadPastBook(context, call.session(), moment.at, scope));
  return read(std::as_const(*book));
}

// Whether the caller may see what lies in a region: a department sees its whole region, although it writes its own.
bool MaySee(const rpc::Call& call, std::string_view region);

}  // namespace yaoshi::preapproval
