#include "services/registry/store/file_store.h"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <vector>

#include "common/db/write.h"
#include "common/status/status.h"
#include "services/registry/directory_errors.h"

namespace yaoshi::registry {
namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

constexpr std::string_view kInsert =
    "INSERT INTO file (id, filename, account, size, declared_size, pieces, content_id, finished, created_at) "
    "VALUES (?, ?, ?, 0, ?, 0, ?, 0, ?)";
constexpr std::string_view kSelect =
    "SELECT id, filename, account, size, declared_size, pieces, sha256, content_id, finished, created_at "
    "FROM file WHERE id = ?";
constexpr std::string_view kGrow =
    "UPDATE file SET size = ?, pieces = pieces + 1 WHERE id = ? AND size = ? AND finished = 0";
constexpr std::string_view kInsertChunk = "INSERT INTO file_chunk (file_id, position, data) VALUES (?, ?, ?)";
constexpr std::string_view kSelectChunk = "SELECT data FROM file_chunk WHERE file_id = ? AND position = ?";
constexpr std::string_view kFinish =
    "UPDATE file SET finished = 1, sha256 = ?, content_id = ? WHERE id = ? AND size = ? AND finished = 0";
constexpr std::string_view kSameContent =
    "SELECT content_id FROM file WHERE sha256 = ? AND size = ? AND finished = 1 LIMIT 1";
// A transaction's worth of large rows.
constexpr std::string_view kDeleteChunks = "DELETE FROM file_chunk WHERE file_id = ? ORDER BY position LIMIT 16";
constexpr std::string_view kUnfinished =
    "SELECT id FROM file WHERE finished = 0 AND created_at < ? ORDER BY created_at LIMIT ?";
constexpr std::string_view kClose = "UPDATE file SET finished = 2 WHERE id = ? AND finished = 0";
constexpr std::string_view kClosed = "SELECT id FROM file WHERE finished = 2 ORDER BY created_at LIMIT ?";
constexpr std::string_view kDelete = "DELETE FROM file WHERE id = ? AND finished = 2";

constexpr std::string_view kPrefix = "files/";

std::string ToHex(std::string_view bytes) {
  std::string hex;
  for (const char byte : bytes) hex += fmt::format("{:02x}", static_cast<unsigned char>(byte));
  return hex;
}

class Sha256 {
 public:
  Sha256() { crypto_hash_sha256_init(&state_); }
  void Add(std::string_view bytes) {
    crypto_hash_sha256_update(&state_, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  }
  std::string Take() {
    std::string digest(crypto_hash_sha256_BYTES, '\0');
    crypto_hash_sha256_final(&state_, reinterpret_cast<unsigned char*>(digest.data()));
    return digest;
  }

 private:
  crypto_hash_sha256_state state_;
};

int64_t LimitOf(const StoredFile& file) {
  return file.declared_size > 0 ? std::min(file.declared_size, kMaxFileBytes) : kMaxFileBytes;
}

// Whether these bytes are there already, at this place.
absl::StatusOr<bool> IsThere(db::Session& tx, const Uuid& id, int64_t offset, std::string_view data) {
  ASSIGN_OR_RETURN(db::Rows rows, tx.Query(kSelectChunk, {id, offset}));
  return rows.Next() && rows.Text(1) == data;
}

absl::StatusOr<StoredFile> Append(db::Session& tx, const Uuid& id, int64_t offset, std::string_view data) {
  ASSIGN_OR_RETURN(StoredFile file, LoadFile(tx, id));
  const auto size = static_cast<int64_t>(data.size());
  if (offset < file.size) {
    ASSIGN_OR_RETURN(const bool there, IsThere(tx, id, offset, data));
    if (there) return file;
  }
  if (file.finished) return FileFinished(FileName(id));
  if (offset != file.size) return OffsetMismatch(file.size);
  if (size > LimitOf(file) - offset) return FileTooLarge(LimitOf(file));
  if (file.pieces >= kMaxPieces) {
    return InvalidFields({{"data", fmt::format("the file has {} pieces; write larger ones.", file.pieces)}});
  }
  ASSIGN_OR_RETURN(const int64_t grown, tx.Execute(kGrow, {offset + size, id, offset}));
  if (grown != 1) return OffsetMismatch(file.size);
  RETURN_IF_ERROR(tx.Execute(kInsertChunk, {id, offset, data}).status());
  file.size += size;
  ++file.pieces;
  return file;
}

absl::Status DeleteChunks(db::Session& session, const Uuid& id, SteadyTime deadline) {
  int64_t deleted = 1;
  while (deleted > 0) {
    RETURN_IF_ERROR(db::RunTransaction(session, deadline, [&](db::Session& tx) -> absl::Status {
      ASSIGN_OR_RETURN(deleted, tx.Execute(kDeleteChunks, {id}));
      return absl::OkStatus();
    }));
  }
  return absl::OkStatus();
}

// The content that a file with this hash may share; its own when there is none.
absl::StatusOr<Uuid> ContentFor(db::Session& tx, const StoredFile& file, const std::string& digest) {
  ASSIGN_OR_RETURN(db::Rows rows, tx.Query(kSameContent, {digest, file.size}));
  return rows.Next() ? rows.Id(1) : file.id;
}

}  // namespace

std::string FileName(const Uuid& id) {
  return std::string(kPrefix) + id.ToString();
}

Uuid ParseFileName(std::string_view name) {
  if (!name.starts_with(kPrefix)) return Uuid();
  return Uuid::Parse(name.substr(kPrefix.size())).value_or(Uuid());
}

absl::Status InsertFile(db::Session& tx, const StoredFile& file) {
  return tx.Execute(kInsert, {file.id, file.filename, file.account, file.declared_size, file.id, file.created_at})
      .status();
}

absl::StatusOr<StoredFile> LoadFile(db::Session& session, const Uuid& id) {
  ASSIGN_OR_RETURN(db::Rows rows, session.Query(kSelect, {id}));
  // A closed upload is about to be removed.
  if (!rows.Next() || rows.Int(9) > 1) return FileNotFound(FileName(id));
  StoredFile file;
  file.id = rows.Id(1);
  file.filename = rows.Text(2);
  file.account = rows.Text(3);
  file.size = rows.Int(4);
  file.declared_size = rows.Int(5);
  file.pieces = static_cast<int>(rows.Int(6));
  file.sha256 = ToHex(rows.Text(7));
  file.content = rows.Id(8);
  file.finished = rows.Int(9) == 1;
  file.created_at = rows.Time(10);
  return file;
}

absl::StatusOr<StoredFile> LoadOwnFile(db::Session& session, std::string_view name, const std::string& account) {
  auto file = LoadFile(session, ParseFileName(name));
  if (absl::IsNotFound(file.status()) || (file.ok() && file->account != account)) return FileNotFound(name);
  return file;
}

absl::StatusOr<StoredFile> WritePiece(db::Session& session, const Uuid& id, int64_t offset, std::string_view data,
                                      SteadyTime deadline) {
  StoredFile file;
  RETURN_IF_ERROR(db::RunTransaction(session, deadline, [&](db::Session& tx) -> absl::Status {
    ASSIGN_OR_RETURN(file, Append(tx, id, offset, data));
    return absl::OkStatus();
  }));
  return file;
}

absl::Status ReadFile(db::Session& session, const StoredFile& file,
                      const std::function<absl::Status(std::string_view)>& piece) {
  for (int64_t position = 0; position < file.size;) {
    std::string data;
    {
      ASSIGN_OR_RETURN(db::Rows rows, session.Query(kSelectChunk, {file.content, position}));
      if (!rows.Next()) {
        return Error(absl::StatusCode::kDataLoss, "FILE_BROKEN", "A piece of the file is missing; upload it again.");
      }
      data = rows.Text(1);
    }
    position += static_cast<int64_t>(data.size());
    RETURN_IF_ERROR(piece(data));
  }
  return absl::OkStatus();
}

absl::StatusOr<StoredFile> FinishFile(db::Session& session, const Uuid& id, std::string_view sha256,
                                      SteadyTime deadline) {
  ASSIGN_OR_RETURN(StoredFile file, LoadFile(session, id));
  if (file.finished)
    return file.sha256 == sha256 ? absl::StatusOr<StoredFile>(file) : HashMismatch(file.sha256, file.size);
  Sha256 hash;
  RETURN_IF_ERROR(ReadFile(session, file, [&](std::string_view piece) {
    hash.Add(piece);
    return absl::OkStatus();
  }));
  const std::string digest = hash.Take();
  const bool complete = file.declared_size == 0 || file.size == file.declared_size;
  if (ToHex(digest) != sha256 || !complete) return HashMismatch(ToHex(digest), file.size);
  RETURN_IF_ERROR(db::RunTransaction(session, deadline, [&](db::Session& tx) -> absl::Status {
    ASSIGN_OR_RETURN(file.content, ContentFor(tx, file, digest));
    ASSIGN_OR_RETURN(const int64_t finished, tx.Execute(kFinish, {digest, file.content, id, file.size}));
    if (finished == 1) return absl::OkStatus();
    // The same call was faster, or another piece came in between.
    ASSIGN_OR_RETURN(file, LoadFile(tx, id));
    return file.finished && file.sha256 == sha256 ? absl::OkStatus() : HashMismatch(ToHex(digest), file.size);
  }));
  file.finished = true;
  file.sha256 = std::string(sha256);
  // What stays behind when this fails only takes room.
  if (file.content != id) DeleteChunks(session, id, deadline).IgnoreError();
  return file;
}

absl::StatusOr<StoredFile> SaveFile(db::Session& session, const std::string& account, const std::string& filename,
                                    std::string_view bytes, Timestamp now, SteadyTime deadline) {
  StoredFile file;
  file.id = Uuid::New(SystemClock());
  file.filename = filename;
  file.account = account;
  file.created_at = now;
  RETURN_IF_ERROR(db::RunTransaction(session, deadline, [&](db::Session& tx) { return InsertFile(tx, file); }));
  Sha256 hash;
  hash.Add(bytes);
  for (size_t offset = 0; offset < bytes.size(); offset += kMaxPieceBytes) {
    const std::string_view piece = bytes.substr(offset, kMaxPieceBytes);
    RETURN_IF_ERROR(WritePiece(session, file.id, static_cast<int64_t>(offset), piece, deadline).status());
  }
  return FinishFile(session, file.id, ToHex(hash.Take()), deadline);
}

absl::StatusOr<int> PurgeUnfinished(db::Session& session, Timestamp before, int limit, SteadyTime deadline) {
  std::vector<Uuid> old;
  const auto collect = [&](absl::StatusOr<db::Rows> rows) {
    while (rows.ok() && rows->Next()) old.push_back(rows->Id(1));
    return rows.status();
  };
  RETURN_IF_ERROR(collect(session.Query(kUnfinished, {before, limit})));
  // Closed first, so that no piece comes in while its chunks go; those that an earlier purge left go now.
  for (const Uuid& id : old) RETURN_IF_ERROR(session.Execute(kClose, {id}).status());
  old.clear();
  RETURN_IF_ERROR(collect(session.Query(kClosed, {limit})));
  for (const Uuid& id : old) {
    RETURN_IF_ERROR(DeleteChunks(session, id, deadline));
    RETURN_IF_ERROR(session.Execute(kDelete, {id}).status());
  }
  return static_cast<int>(old.size());
}

}  // namespace yaoshi::registry
