// One import from its row in the store to its end: read and check all rows, then stage what they change, then make it
// true with the end of the import in one transaction. What the rows are about is the service's: it derives its run.
#pragma once

#include <deque>
#include <functional>
#include <future>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "common/feed/engine.h"
#include "common/feed/staged_set.h"
#include "common/import/job_store.h"
#include "common/import/spool.h"
#include "common/import/temp_folder.h"
#include "common/sheet/error_copy.h"
#include "common/sheet/table.h"
#include "common/status/status.h"
#include "google/protobuf/any.pb.h"

namespace yaoshi::imports {

// Data rows of one import.
inline constexpr uint32_t kMaxImportRows = 100'000;
// Rows that are checked together, so that memory is asked once and the database seldom.
inline constexpr size_t kRowsPerCheck = 500;

struct ImportRunOptions {
  const Clock* clock = nullptr;
  Uuid runner;  // Holds the lease.
  // True when the process stops: the import is left to another runner.
  std::function<bool()> stopping;
  // Called after each staged chunk. False ends the run there and then, as a dead process would: for tests.
  std::function<bool()> after_chunk;
};

// What a service and a request say of a run once for all.
struct ImportTarget {
  feed::Engine& engine;
  std::vector<std::string> side_tables;  // Of the service's store.
  std::string method;                    // The RPC that began it, for the audit log.
  std::string reason;                    // Why, for the audit log.
  bool validate_only = false;
  bool apply_valid_rows = false;  // Although others are wrong.
};

// How a workbook is read. The columns outlive the run.
struct Reading {
  std::string sheet;  // "": the first visible one.
  std::span<const sheet::ColumnSpec> columns;
  sheet::HeadingMapping mapping;
  // The key of the column that every row fills: a row with one cell elsewhere is a line such as “一、续建项目”.
  std::string_view title;
};

// What the check of all rows has found.
struct Findings {
  explicit Findings(Spool empty) : spool(std::move(empty)) {}
  Spool spool;         // What the right rows change, in the service's own form.
  size_t changes = 0;  // Things that change; 0: nothing is staged.
  int64_t wrong = 0;   // Rows.
  std::vector<common::v1::RowError> errors;
  sheet::ViolationsByRow violations;
  uint32_t heading_row = 0;
  bool applied = false;
  std::string annotated_file;  // "files/{uuid}", or "".

  // Notes a wrong cell of a row that has no other, told after the row itself is gone; `value` is what the cell holds.
  void AddWrong(const sheet::CellViolation& violation, const sheet::Headings& headings, const std::string& value);
  // Notes a row whose values have violations.
  void AddWrong(const sheet::Row& row, const sheet::RowValues& values, const sheet::Headings& headings);

 private:
  void Tell(const sheet::CellViolation& violation, const sheet::Headings& headings, const std::string& value);
};

class ImportRun {
 public:
  virtual ~ImportRun() = default;
  ImportRun(const ImportRun&) = delete;
  ImportRun& operator=(const ImportRun&) = delete;

  // Brings the import to its end. An error means that it was left, for this or another runner to begin anew.
  absl::Status Run();

 protected:
  ImportRun(ImportTarget target, db::Session& session, ImportRunOptions options, ImportJob job);

  // The service's own. An attempt calls them in this order; a conflict with another writer begins a new attempt.

  // What is read by which words. Memory has all that was committed before.
  virtual absl::StatusOr<Reading> Prepare() = 0;
  // Writes the workbook to `path`; the name that it was uploaded under. Called once.
  virtual absl::StatusOr<std::string> Fetch(const std::string& path) = 0;
  // Checks all rows (ForEachChunk), notes the wrong ones and spools what the right ones change.
  virtual absl::Status CheckRows(sheet::Table& table, Findings& findings) = 0;
  // Keeps the annotated copy for who began the import: "files/{uuid}"; "" when it is too large to keep.
  virtual absl::StatusOr<std::string> Keep(const std::string& filename, const std::string& bytes) = 0;
  // Stages what was spooled, which is rewound, and says so after each transaction (ChunkStaged).
  virtual absl::Status Stage(Findings& findings, feed::StagedSet& staged) = 0;
  // What the operation answers.
  virtual google::protobuf::Any Result(const Findings& findings) const = 0;
  // Whether another writer changed something between the check and the staging, so that all is to be checked again.
  virtual bool IsConflict(const absl::Status& status) const;

  // Reads the rows below the headings, sums and section lines left out, and checks them chunk by chunk. A Row is made
  // from a sheet::Row and the table; `read` takes up what it states, and runs beside `check`, which looks at the chunk
  // before: two thirds of the work is reading.
  template <class Row>
  absl::Status ForEachChunk(sheet::Table& table, const Findings& findings, const std::function<void(Row&)>& read,
                            const std::function<absl::Status(std::deque<Row>&)>& check);
  // After each piece of the check; ForEachChunk does so itself. An error ends the check.
  absl::Status ChunkChecked(const Findings& findings);
  // After each staged transaction: an error ends the staging.
  absl::Status ChunkStaged(size_t rows);

  db::Session& session() { return session_; }
  const Clock& clock() const { return *options_.clock; }
  const ImportJob& job() const { return job_; }
  // Of one step, such as a transaction.
  static std::chrono::steady_clock::time_point Deadline();

 private:
  // Rows that were read, and whether there may be others.
  template <class Row>
  struct Chunk {
    std::deque<Row> rows;
    bool more = true;
  };
  template <class Row>
  absl::StatusOr<Chunk<Row>> ReadChunk(sheet::Table& table, const std::function<void(Row&)>& read) const;
  bool IsData(const sheet::Row& row, const sheet::Table& table) const;

  absl::Status Attempt();
  absl::Status FetchOnce();
  absl::StatusOr<Findings> Check();
  absl::Status ChunkRead(size_t rows);
  absl::Status Annotate(Findings& findings);
  absl::Status Apply(Findings& findings);
  // Ends the import with a result, and makes the set true with it unless it is null.
  absl::Status Commit(const Findings& findings, const feed::StagedSet* staged);
  absl::Status Fail(const absl::Status& error);
  // Renews the lease and tells the progress, at most once a second; CANCELLED when its end was asked for.
  absl::Status Tick(bool now = false);
  sheet::ReadOptions ReadingOptions() const;
  Lease NewLease() const;

  const ImportTarget target_;
  db::Session& session_;
  const ImportRunOptions options_;
  ImportJob job_;
  Reading reading_;
  std::optional<TempFolder> folder_;
  std::string path_, filename_;
  std::chrono::steady_clock::time_point next_tick_{};
};

template <class Row>
absl::StatusOr<ImportRun::Chunk<Row>> ImportRun::ReadChunk(sheet::Table& table,
                                                           const std::function<void(Row&)>& read) const {
  Chunk<Row> chunk;
  while (chunk.more && chunk.rows.size() < kRowsPerCheck) {
    sheet::Row row;
    ASSIGN_OR_RETURN(chunk.more, table.Next(row));
    if (!chunk.more || !IsData(row, table)) continue;
    chunk.rows.emplace_back(std::move(row), table);
    read(chunk.rows.back());
  }
  return chunk;
}

template <class Row>
absl::Status ImportRun::ForEachChunk(sheet::Table& table, const Findings& findings,
                                     const std::function<void(Row&)>& read,
                                     const std::function<absl::Status(std::deque<Row>&)>& check) {
  const auto next_chunk = [&] { return ReadChunk<Row>(table, read); };
  std::future<absl::StatusOr<Chunk<Row>>> next = std::async(std::launch::async, next_chunk);
  for (bool more = true; more;) {
    ASSIGN_OR_RETURN(Chunk<Row> chunk, next.get());
    more = chunk.more;
    if (more) next = std::async(std::launch::async, next_chunk);
    RETURN_IF_ERROR(ChunkRead(chunk.rows.size()));
    RETURN_IF_ERROR(check(chunk.rows));
    RETURN_IF_ERROR(ChunkChecked(findings));
  }
  return absl::OkStatus();
}

}  // namespace yaoshi::imports
