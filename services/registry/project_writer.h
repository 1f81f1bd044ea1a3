// Writing projects: what CreateProject, UpdateProject, MoveProject, adjustment orders and imports do alike.
#pragma once

#include <string>
#include <vector>

#include "services/registry/context.h"
#include "services/registry/timeline.h"

namespace yaoshi::registry {

// A project as a writer finds it.
struct Editable {
  Timeline timeline;
  v1::Project newest;   // The state of today.
  int64_t version = 0;  // Of the newest.
};
// Loads a project for a write. PROJECT_NOT_FOUND when it is not there or the caller may not touch it; PROJECT_MERGED;
// ETAG_MISMATCH when `etag` is given and is not the newest version's.
absl::StatusOr<Editable> LoadForWrite(const rpc::Call& call, db::Session& session, const Uuid& id,
                                      const std::string& etag);

// Gives amended statements their versions and their author.
void Stamp(std::vector<v1::Project>& statements, int64_t after_version, const rpc::Call& call);

// Checks amended statements (the region must be the caller's to write, facts must be right) with paths under `prefix`.
absl::Status CheckStatements(const Context& context, const rpc::Call& call, const std::vector<v1::Project>& statements,
                             std::string_view prefix);

// Puts versions, columns and code claims of stamped statements into the transaction.
absl::Status Save(feed::Tx& tx, const std::vector<v1::Project>& statements);

// What is wrong with a project that is to be entered, paths under `prefix`; fills its stage. Empty when nothing is.
std::vector<FieldViolation> CheckNew(const Context& context, const rpc::Call& call,
                                     const v1::CreateProjectRequest& request, std::string_view prefix,
                                     v1::Project& project);
// The project of a request as version 1, not checked.
v1::Project NewProject(const rpc::Call& call, const v1::CreateProjectRequest& request, const Uuid& id,
                       Date effective_on);

// POSSIBLE_DUPLICATE when the project looks like one in memory and the request gives no reason.
absl::Status CheckDuplicates(const Context& context, const v1::Project& project, std::string_view field);

}  // namespace yaoshi::registry
