// An import of a procedure ledger: common/import runs it, this says what its rows are.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "common/import/import_run.h"
#include "services/preapproval/context.h"
#include "services/preapproval/importer/procedure_ledger.h"
#include "services/preapproval/importer/registry_files.h"
#include "yaoshi/preapproval/v1/procedure_import.pb.h"

namespace yaoshi::preapproval {

class ProcedureImport final : public imports::ImportRun {
 public:
  // All outlive the run.
  ProcedureImport(const Context& context, const RegistryFiles& files, db::Session& session,
                  imports::ImportRunOptions options, imports::ImportJob job);

 private:
  ProcedureImport(const Context& context, const RegistryFiles& files, db::Session& session,
                  imports::ImportRunOptions options, imports::ImportJob job, v1::ImportProceduresRequest request);

  // A row of the workbook on its way through the checks.
  struct CheckedRow {
    CheckedRow(sheet::Row given, const sheet::Table& table)
        : row(std::move(given)), values(row, table.headings(), table.specs(), table.reader().date_system()) {}
    CheckedRow(const CheckedRow&) = delete;
    CheckedRow& operator=(const CheckedRow&) = delete;
    const sheet::Row row;
    sheet::RowValues values;
    LedgerFacts facts;
  };
  // A right row of a case, kept until all rows are read: moves are made in the order of their days.
  struct Waiting {
    uint32_t number = 0;
    LedgerRow row;
  };
  using Cases = std::map<Uuid, std::vector<Waiting>>;

  absl::StatusOr<imports::Reading> Prepare() override;
  absl::StatusOr<std::string> Fetch(const std::string& path) override;
  absl::Status CheckRows(sheet::Table& table, imports::Findings& findings) override;
  absl::StatusOr<std::string> Keep(const std::string& filename, const std::string& bytes) override;
  absl::Status Stage(imports::Findings& findings, feed::StagedSet& staged) override;
  google::protobuf::Any Result(const imports::Findings& findings) const override;

  void Match(CheckedRow& row, const LedgerIndex& index, Cases& cases) const;
  absl::Status Plan(const Cases& cases, const sheet::Headings& headings, imports::Findings& findings);
  struct Loaded;
  absl::Status PlanOne(const Uuid& project, const std::vector<Waiting>& rows, Loaded& loaded,
                       const sheet::Headings& headings, imports::Findings& findings);
  absl::Status SpoolCase(const Loaded& loaded, const LedgerPlan& plan, imports::Findings& findings) const;

  const Context& context_;
  const RegistryFiles& files_;
  const v1::ImportProceduresRequest request_;
  v1::ImportProceduresResult counts_;  // Of this attempt.
};

}  // namespace yaoshi::preapproval
