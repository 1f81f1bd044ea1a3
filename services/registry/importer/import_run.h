// An import of a ledger of projects: common/import runs it, this says what its rows are.
#pragma once

#include <optional>
#include <string>

#include "common/import/import_run.h"
#include "services/registry/importer/checker.h"
#include "services/registry/staged_set.h"
#include "yaoshi/registry/v1/import.pb.h"

namespace yaoshi::registry {

class ProjectImport final : public imports::ImportRun {
 public:
  // All outlive the run.
  ProjectImport(const Context& context, db::Session& session, imports::ImportRunOptions options,
                imports::ImportJob job);

 private:
  ProjectImport(const Context& context, db::Session& session, imports::ImportRunOptions options, imports::ImportJob job,
                v1::ImportProjectsRequest request);

  absl::StatusOr<imports::Reading> Prepare() override;
  absl::StatusOr<std::string> Fetch(const std::string& path) override;
  absl::Status CheckRows(sheet::Table& table, imports::Findings& findings) override;
  absl::StatusOr<std::string> Keep(const std::string& filename, const std::string& bytes) override;
  absl::Status Stage(imports::Findings& findings, feed::StagedSet& staged) override;
  google::protobuf::Any Result(const imports::Findings& findings) const override;
  bool IsConflict(const absl::Status& status) const override;

  ImportTerms Terms() const;
  absl::Status Collect(const CheckedRow& row, const sheet::Headings& headings, imports::Findings& findings);
  v1::Adjustment Order() const;

  const Context& context_;
  const v1::ImportProjectsRequest request_;
  ImportTerms terms_;        // Of this attempt.
  v1::ImportResult counts_;  // Of this attempt.
  int64_t amended_ = 0;
};

}  // namespace yaoshi::registry
