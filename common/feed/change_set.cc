#include "common/feed/change_set.h"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>

#include "common/status/status.h"

namespace yaoshi::feed {
namespace {

using db::Rows;
using db::Session;
using db::Values;

constexpr std::string_view kInsertSet =
    "INSERT INTO change_set (id, committed, account, origin, method, reason, started_at, lease_until, item_count, "
    "digest) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
constexpr std::string_view kInsertVersions =
    "INSERT INTO resource_version (id, version, type, name, effective_on, region, change_set_id, item, body) VALUES ";
constexpr std::string_view kInsertOutbox = "INSERT INTO outbox (change_set_id) VALUES (?)";
constexpr std::string_view kSelectStaged = "SELECT item_count, digest FROM change_set WHERE id = ? AND committed = 0";
constexpr std::string_view kExtendStaged =
    "UPDATE change_set SET item_count = ?, digest = ?, lease_until = ? WHERE id = ? AND committed = 0 AND item_count = "
    "?";
constexpr std::string_view kCommitStaged =
    "UPDATE change_set SET committed = 1, lease_until = NULL WHERE id = ? AND committed = 0 AND item_count > 0";
constexpr std::string_view kDropEmpty = "DELETE FROM change_set WHERE id = ? AND committed = 0 AND item_count = 0";
constexpr std::string_view kDoomStaged =
    "UPDATE change_set SET lease_until = '2000-01-01', item_count = -1 WHERE id = ? AND committed = 0";
constexpr std::string_view kDeleteStagedRows = "DELETE FROM {} WHERE change_set_id = ? LIMIT {}";
constexpr std::string_view kDeleteStagedSet = "DELETE FROM change_set WHERE id = ? AND committed = 0";
constexpr std::string_view kExpired =
    "SELECT id FROM change_set WHERE committed = 0 AND lease_until < ? ORDER BY lease_until LIMIT 100";

#define YAOSHI_VERSION_COLUMNS                                                                                \
  "SELECT v.type, v.id, v.name, v.version, v.effective_on, v.region, v.body, c.account, c.origin, c.method, " \
  "c.reason, "                                                                                                \
  "f.recorded_at FROM resource_version v JOIN change_set c ON c.id = v.change_set_id AND c.committed = 1 "
constexpr std::string_view kLatest = YAOSHI_VERSION_COLUMNS
    "LEFT JOIN feed f ON f.change_set_id = v.change_set_id WHERE v.id = ? ORDER BY v.version DESC LIMIT 1";
constexpr std::string_view kHistory = YAOSHI_VERSION_COLUMNS
    "LEFT JOIN feed f ON f.change_set_id = v.change_set_id WHERE v.id = ? ORDER BY v.version LIMIT 10000";
constexpr std::string_view kAsOf = YAOSHI_VERSION_COLUMNS
    "JOIN feed f ON f.change_set_id = v.change_set_id AND f.recorded_at <= ? "
    "WHERE v.id = ? AND v.effective_on <= ? ORDER BY v.effective_on DESC, v.version DESC LIMIT 1";
#undef YAOSHI_VERSION_COLUMNS
constexpr std::string_view kIsStaged =
    "SELECT 1 FROM resource_version v JOIN change_set c ON c.id = v.change_set_id AND c.committed = 0 "
    "WHERE v.id = ? LIMIT 1";

absl::Status Gone() {
  return Error(absl::StatusCode::kNotFound, "CHANGE_SET_GONE",
               "The staged changes were discarded because nothing was added for too long; start again.");
}

std::string EmptyDigest() {
  return std::string(32, '\0');
}

absl::Status InsertVersions(Session& tx, const Uuid& change_set, int64_t first_item,
                            const std::vector<Version>& versions) {
  constexpr size_t kRowsPerStatement = 100;  // Few texts, so that their prepared statements stay cached.
  for (size_t begin = 0; begin < versions.size(); begin += kRowsPerStatement) {
    const size_t end = std::min(versions.size(), begin + kRowsPerStatement);
    Values values;
    values.reserve((end - begin) * 9);
    for (size_t i = begin; i < end; ++i) {
      const Version& v = versions[i];
      values.insert(values.end(), {v.id, v.version, v.type, v.name, v.effective_on, v.region, change_set,
                                   first_item + static_cast<int64_t>(i), v.body});
    }
    RETURN_IF_ERROR(tx.Execute(std::string(kInsertVersions) + db::Placeholders(end - begin, 9), values).status());
  }
  return absl::OkStatus();
}

std::string Digest(std::string digest, int64_t first_item, const std::vector<Version>& versions) {
  for (const Version& version : versions) digest = ExtendDigest(digest, first_item++, version);
  return digest;
}

absl::Status InsertSet(Session& tx, const Uuid& id, bool committed, const Author& author, Timestamp now,
                       const db::Value& lease_until, int64_t items, const std::string& digest) {
  return tx
      .Execute(kInsertSet, {id, committed, author.account, author.origin, author.method, author.reason, now,
                            lease_until, items, digest})
      .status();
}

StoredVersion ReadVersion(const Rows& rows) {
  StoredVersion version;
  version.type = rows.Text(1);
  version.id = rows.Id(2);
  version.name = rows.Text(3);
  version.version = rows.Int(4);
  version.effective_on = rows.Day(5);
  version.region = rows.Text(6);
  version.body = rows.Text(7);
  version.author = {rows.Text(8), rows.Text(9), rows.Text(10), rows.Text(11)};
  version.recorded_at = rows.Time(12);
  return version;
}

absl::StatusOr<StoredVersion> OneVersion(absl::StatusOr<Rows> rows) {
  RETURN_IF_ERROR(rows.status());
  if (!rows->Next()) return Error(absl::StatusCode::kNotFound, "VERSION_NOT_FOUND", "There is no such version.");
  return ReadVersion(*rows);
}

// Length first, so that no two lists of fields give the same bytes.
void Append(std::string& bytes, std::string_view field) {
  const uint64_t size = field.size();
  for (int shift = 56; shift >= 0; shift -= 8) bytes += static_cast<char>(size >> shift);
  bytes += field;
}

}  // namespace

absl::Status Write(Session& tx, const Uuid& change_set, const Author& author, Timestamp now,
                   const std::vector<Version>& versions) {
  const auto items = static_cast<int64_t>(versions.size());
  RETURN_IF_ERROR(InsertSet(tx, change_set, true, author, now, nullptr, items, Digest(EmptyDigest(), 0, versions)));
  RETURN_IF_ERROR(InsertVersions(tx, change_set, 0, versions));
  return tx.Execute(kInsertOutbox, {change_set}).status();
}

absl::Status BeginStaged(Session& tx, const Uuid& change_set, const Author& author, Timestamp now,
                         Timestamp lease_until) {
  return InsertSet(tx, change_set, false, author, now, lease_until, 0, EmptyDigest());
}

absl::Status StageChunk(Session& tx, const Uuid& change_set, Timestamp lease_until,
                        const std::vector<Version>& versions) {
  int64_t items = 0;
  std::string digest;
  {
    ASSIGN_OR_RETURN(Rows rows, tx.Query(kSelectStaged, {change_set}));
    if (!rows.Next() || rows.Int(1) < 0) return Gone();
    items = rows.Int(1);
    digest = rows.Text(2);
  }
  const auto added = static_cast<int64_t>(versions.size());
  ASSIGN_OR_RETURN(const int64_t extended,
                   tx.Execute(kExtendStaged, {items + added, Digest(std::move(digest), items, versions), lease_until,
                                              change_set, items}));
  if (extended != 1) return Gone();
  return InsertVersions(tx, change_set, items, versions);
}

absl::StatusOr<int64_t> StagedItems(Session& tx, const Uuid& change_set) {
  ASSIGN_OR_RETURN(Rows rows, tx.Query(kSelectStaged, {change_set}));
  if (!rows.Next() || rows.Int(1) < 0) return Gone();
  return rows.Int(1);
}

absl::StatusOr<bool> CommitStaged(Session& tx, const Uuid& change_set) {
  ASSIGN_OR_RETURN(const int64_t committed, tx.Execute(kCommitStaged, {change_set}));
  if (committed == 1) {
    RETURN_IF_ERROR(tx.Execute(kInsertOutbox, {change_set}).status());
    return true;
  }
  ASSIGN_OR_RETURN(const int64_t empty, tx.Execute(kDropEmpty, {change_set}));
  if (empty != 1) return Gone();
  return false;
}

absl::StatusOr<bool> DiscardStaged(Session& tx, const Uuid& change_set, const std::vector<std::string>& side_tables) {
  // Doomed first: a chunk or a commit that comes late finds the set gone.
  ASSIGN_OR_RETURN(const int64_t doomed, tx.Execute(kDoomStaged, {change_set}));
  if (doomed != 1) return true;
  std::vector<std::string> tables = side_tables;
  tables.emplace_back("resource_version");
  for (const std::string& table : tables) {
    const std::string sql = fmt::format(kDeleteStagedRows, table, kMaxRowsPerTransaction);
    ASSIGN_OR_RETURN(const int64_t deleted, tx.Execute(sql, {change_set}));
    if (deleted == static_cast<int64_t>(kMaxRowsPerTransaction)) return false;
  }
  RETURN_IF_ERROR(tx.Execute(kDeleteStagedSet, {change_set}).status());
  return true;
}

absl::StatusOr<std::vector<Uuid>> ExpiredStaged(Session& session, Timestamp now) {
  ASSIGN_OR_RETURN(Rows rows, session.Query(kExpired, {now}));
  std::vector<Uuid> ids;
  while (rows.Next()) ids.push_back(rows.Id(1));
  return ids;
}

absl::StatusOr<StoredVersion> LoadLatest(Session& session, const Uuid& id) {
  return OneVersion(session.Query(kLatest, {id}));
}

absl::StatusOr<std::vector<StoredVersion>> LoadHistory(Session& session, const Uuid& id) {
  ASSIGN_OR_RETURN(Rows rows, session.Query(kHistory, {id}));
  std::vector<StoredVersion> versions;
  while (rows.Next()) versions.push_back(ReadVersion(rows));
  return versions;
}

absl::StatusOr<StoredVersion> LoadAsOf(Session& session, const Uuid& id, Date as_of, Timestamp known_at) {
  return OneVersion(session.Query(kAsOf, {known_at, id, as_of}));
}

absl::StatusOr<bool> IsStaged(Session& session, const Uuid& id) {
  ASSIGN_OR_RETURN(Rows rows, session.Query(kIsStaged, {id}));
  return rows.Next();
}

std::string Sha256(std::string_view bytes) {
  std::string hash(crypto_hash_sha256_BYTES, '\0');
  crypto_hash_sha256(reinterpret_cast<unsigned char*>(hash.data()),
                     reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  return hash;
}

std::string ExtendDigest(std::string_view digest, int64_t item, const Version& version) {
  std::string bytes;
  bytes.reserve(200 + version.body.size());
  Append(bytes, digest);
  Append(bytes, fmt::format("{}", item));
  Append(bytes, version.type);
  Append(bytes, version.id.ToBytes());
  Append(bytes, version.name);
  Append(bytes, fmt::format("{}", version.version));
  Append(bytes, version.effective_on.ToString());
  Append(bytes, version.region);
  Append(bytes, version.body);
  return Sha256(bytes);
}

Uuid NamedId(std::string_view type, std::string_view key) {
  std::string bytes;
  Append(bytes, type);
  Append(bytes, key);
  std::string hash = Sha256(bytes).substr(0, 16);
  hash[6] = static_cast<char>((hash[6] & 0x0f) | 0x80);  // Version 8: made by our own rule (RFC 9562 §5.8).
  hash[8] = static_cast<char>((hash[8] & 0x3f) | 0x80);
  return *Uuid::FromBytes(hash);
}

}  // namespace yaoshi::feed
