// Uploaded and made files, kept in chunks. Bytes that are there already are kept once: files with one hash share
// content.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "common/calendar/clock.h"
#include "common/db/session.h"

namespace yaoshi::registry {

inline constexpr int64_t kMaxFileBytes = 64 << 20;
// Of one piece, as it is written and as it is sent: a few of them in memory at a time.
inline constexpr int64_t kMaxPieceBytes = 512 << 10;
// Enough for pieces of 16 KiB; smaller ones would make too many rows.
inline constexpr int kMaxPieces = 4096;

struct StoredFile {
  Uuid id;
  std::string filename;
  std::string account;        // Who uploaded it, without "accounts/".
  int64_t size = 0;           // Bytes written so far.
  int64_t declared_size = 0;  // What the upload is to have; 0 when it was not said.
  int pieces = 0;
  std::string sha256;  // 64 hex digits; empty until finished.
  Uuid content;        // The file whose chunks these bytes are; itself, or one with the same hash.
  bool finished = false;
  Timestamp created_at;
};

// "files/{uuid}" and back; the nil id when the name has another form.
std::string FileName(const Uuid& id);
Uuid ParseFileName(std::string_view name);

// Begins a file, within the caller's transaction.
absl::Status InsertFile(db::Session& tx, const StoredFile& file);

// FILE_NOT_FOUND when there is none.
absl::StatusOr<StoredFile> LoadFile(db::Session& session, const Uuid& id);
// The same, and FILE_NOT_FOUND when it is not the account's.
absl::StatusOr<StoredFile> LoadOwnFile(db::Session& session, std::string_view name, const std::string& account);

// Writes 1 to kMaxPieceBytes bytes at `offset` in a transaction of its own; those that are there already are accepted
// again. FILE_NOT_FOUND, FILE_FINISHED, FILE_TOO_LARGE, OFFSET_MISMATCH.
absl::StatusOr<StoredFile> WritePiece(db::Session& session, const Uuid& id, int64_t offset, std::string_view data,
                                      std::chrono::steady_clock::time_point deadline);

// Ends a file whose bytes have this hash, in hex; repeating it changes nothing. FILE_NOT_FOUND, HASH_MISMATCH.
absl::StatusOr<StoredFile> FinishFile(db::Session& session, const Uuid& id, std::string_view sha256,
                                      std::chrono::steady_clock::time_point deadline);

// Calls `piece` with the bytes in order, at most kMaxPieceBytes at a time, until it returns an error, which is
// returned.
absl::Status ReadFile(db::Session& session, const StoredFile& file,
                      const std::function<absl::Status(std::string_view piece)>& piece);

// Keeps bytes that the service made as a finished file of the account.
absl::StatusOr<StoredFile> SaveFile(db::Session& session, const std::string& account, const std::string& filename,
                                    std::string_view bytes, Timestamp now,
                                    std::chrono::steady_clock::time_point deadline);

// Removes up to `limit` uploads that began before `before` and were never finished, in small transactions; returns how
// many.
absl::StatusOr<int> PurgeUnfinished(db::Session& session, Timestamp before, int limit,
                                    std::chrono::steady_clock::time_point deadline);

}  // namespace yaoshi::registry
