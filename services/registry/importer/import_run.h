// One import from its row in the store to its end: read and check all rows, then stage what they change, then make it
// true with the end of the import in one transaction.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "common/sheet/error_copy.h"
#include "services/registry/importer/checker.h"
#include "services/registry/importer/spool.h"
#include "services/registry/importer/temp_folder.h"
#include "services/registry/staged_set.h"
#include "services/registry/store/import_store.h"

namespace yaoshi::registry {

// Data rows of one import.
inline constexpr uint32_t kMaxImportRows = 100'000;

struct ImportRunOptions {
  const Clock* clock = nullptr;
  Uuid runner;  // Holds the lease.
  // True when the process stops: the import is left to another runner.
  std::function<bool()> stopping;
  // Called after each staged chunk. False ends the run there and then, as a dead process would: for tests.
  std::function<bool()> after_chunk;
};

class ImportRun {
 public:
  ImportRun(const Context& context, db::Session& session, ImportRunOptions options, ImportJob job);

  // Brings the import to its end. An error means that it was left, for this or another runner to begin anew.
  absl::Status Run();

 private:
  // What the check of all rows has found.
  struct Findings {
    explicit Findings(Spool empty) : spool(std::move(empty)) {}
    Spool spool;  // What the right rows change.
    size_t changes = 0;
    v1::ImportResult result;
    sheet::ViolationsByRow violations;
    uint32_t heading_row = 0;
    int64_t amended = 0;
  };

  // Rows that were read, and whether there may be others.
  struct Chunk {
    std::deque<CheckedRow> rows;
    bool more = true;
  };

  absl::Status Attempt();
  absl::Status Prepare();
  absl::StatusOr<Findings> CheckRows(const ImportTerms& terms);
  static absl::StatusOr<Chunk> ReadChunk(const ImportChecker& checker, sheet::Table& table);
  absl::Status CheckChunk(ImportChecker& checker, const sheet::Table& table, std::deque<CheckedRow>& rows,
                          Findings& findings);
  absl::Status Collect(const CheckedRow& row, const sheet::Headings& headings, Findings& findings) const;
  absl::Status Annotate(Findings& findings);
  absl::Status Apply(const ImportTerms& terms, Findings& findings);
  absl::Status StageAll(const ImportTerms& terms, Findings& findings, StagedSet& staged);
  // Ends the import with a result, and makes the set true with it unless it is null.
  absl::Status Commit(const v1::ImportResult& result, const StagedSet* staged);
  absl::Status Fail(const absl::Status& error);
  // Renews the lease and tells the progress, at most once a second; CANCELLED when its end was asked for.
  absl::Status Tick(bool now = false);
  absl::Status DiscardEarlier();

  ImportTerms Terms() const;
  sheet::ReadOptions ReadingOptions() const;
  Lease NewLease() const;
  std::chrono::steady_clock::time_point Deadline() const;

  const Context& context_;
  db::Session& session_;
  const ImportRunOptions options_;
  ImportJob job_;
  std::optional<List> list_;
  std::optional<TempFolder> folder_;
  std::string path_, filename_;
  sheet::HeadingMapping mapping_;
  std::chrono::steady_clock::time_point next_tick_{};
};

}  // namespace yaoshi::registry
