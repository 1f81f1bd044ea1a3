// Writing cases and procedures: what handlers, imports and the follower do alike.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "common/feed/transact.h"
#include "services/preapproval/case_convert.h"
#include "services/preapproval/context.h"

namespace yaoshi::preapproval {

// A case as a writer finds it, its guard raised.
struct EditableCase {
  v1::Case proto;
  Case subject;
  int64_t version = 0;
};
// Raises the guard and loads. CASE_NOT_FOUND when it is not there or the caller may not touch it; ETAG_MISMATCH when
// `etag` is given and is not the newest version's.
absl::StatusOr<EditableCase> LoadForWrite(const rpc::Call& call, feed::Tx& tx, const Uuid& project,
                                          const std::string& etag);

// The next version of a case, or the first.
v1::Case NextCase(const Case& subject, const v1::Case& before, Timestamp now, const std::string& account);
// Puts it; returns it as written.
absl::StatusOr<v1::Case> PutCase(feed::Tx& tx, const Case& subject, const v1::Case& before, const std::string& account);

// Opens cases of projects that arrived, not written yet; paths of violations begin with `requests[i].` in a batch.
absl::StatusOr<std::vector<Case>> NewCases(const Context& context, const rpc::Call& call,
                                           const std::vector<v1::OpenCaseRequest>& requests, bool batch);

// What the template asks of the project by its facts now. PROJECT_NOT_FOUND, TEMPLATE_NOT_FOUND.
absl::StatusOr<std::vector<Applicability>> AssessAgain(const Context& context, const Case& subject);
// PROCEDURE_BEGUN when a procedure that is on its way or decided would not be required any more.
absl::Status CheckBegun(feed::Tx& tx, const Uuid& project, const std::vector<Applicability>& fresh);

// Makes moves in the order given, all or none, and puts their versions; the answers are in the same order. `in_batch`
// says that errors name the index of the request and that no etag is asked for.
// PROCEDURE_NOT_FOUND; NOT_YOUR_PROCEDURE; ETAG_MISMATCH; CALENDAR_YEAR_MISSING; those of CaseFile::Move.
absl::StatusOr<std::vector<v1::Procedure>> MoveProcedures(const Context& context, const rpc::Call& call, feed::Tx& tx,
                                                          const std::vector<v1::MoveProcedureRequest>& requests,
                                                          bool in_batch);

}  // namespace yaoshi::preapproval
