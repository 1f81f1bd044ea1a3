#include "common/feed/sequencer.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <set>
#include <span>
#include <vector>

#include "common/db/status.h"
#include "common/db/write.h"
#include "common/feed/change_set.h"
#include "common/status/status.h"

namespace yaoshi::feed {
namespace {

using db::Rows;
using db::Session;
using db::Values;

constexpr std::string_view kPending =
    "SELECT o.change_set_id, c.account, c.origin, c.method, c.reason, c.item_count, c.digest FROM outbox o "
    "JOIN change_set c ON c.id = o.change_set_id ORDER BY o.change_set_id LIMIT ?";
constexpr std::string_view kPendingOne =
    "SELECT o.change_set_id, c.account, c.origin, c.method, c.reason, c.item_count, c.digest FROM outbox o "
    "JOIN change_set c ON c.id = o.change_set_id WHERE o.change_set_id = ?";
// Pairs (set, set that it follows) among those that wait. In this order: to an optimizer the outbox looks empty, and it
// would pair all that wait with all that wait.
constexpr std::string_view kFollows =
    "SELECT DISTINCT STRAIGHT_JOIN i.change_set_id, p.change_set_id FROM outbox o "
    "JOIN resource_version i ON i.change_set_id = o.change_set_id AND i.version > 1 "
    "JOIN resource_version p ON p.id = i.id AND p.version = i.version - 1 AND p.change_set_id <> i.change_set_id "
    "JOIN outbox q ON q.change_set_id = p.change_set_id";
constexpr std::string_view kHead = "SELECT next_sequence, recorded_at, chain FROM feed_head WHERE id = 1";
constexpr std::string_view kMakeHead =
    "INSERT INTO feed_head (id, next_sequence, recorded_at, chain) VALUES (1, 1, '2000-01-01', ?) "
    "ON DUPLICATE KEY UPDATE id = VALUES(id)";
constexpr std::string_view kMoveHead =
    "UPDATE feed_head SET next_sequence = ?, recorded_at = ?, chain = ? WHERE id = 1 AND next_sequence = ?";
constexpr std::string_view kInsertFeed =
    "INSERT INTO feed (first_sequence, change_set_id, item_count, recorded_at, chain) VALUES ";
constexpr std::string_view kDeleteOutbox = "DELETE FROM outbox WHERE change_set_id IN ";
constexpr std::string_view kVerifySets =
    "SELECT f.first_sequence, f.change_set_id, c.account, c.origin, c.method, c.reason, f.recorded_at, f.item_count, "
    "f.chain, c.digest FROM feed f LEFT JOIN change_set c ON c.id = f.change_set_id WHERE f.first_sequence >= ? "
    "ORDER BY f.first_sequence LIMIT 500";
constexpr std::string_view kSetBefore =
    "SELECT first_sequence, chain FROM feed WHERE first_sequence < ? ORDER BY first_sequence DESC LIMIT 1";
constexpr std::string_view kSetHolding =
    "SELECT first_sequence FROM feed WHERE first_sequence <= ? ORDER BY first_sequence DESC LIMIT 1";
constexpr std::string_view kItemsOfSet =
    "SELECT item, type, id, name, version, effective_on, region, body FROM resource_version "
    "WHERE change_set_id = ? AND item >= ? ORDER BY item LIMIT 1000";
constexpr std::string_view kItemsOfSets =
    "SELECT v.item, v.type, v.id, v.name, v.version, v.effective_on, v.region, v.body, f.first_sequence "
    "FROM feed f STRAIGHT_JOIN resource_version v ON v.change_set_id = f.change_set_id "
    "WHERE f.first_sequence BETWEEN ? AND ?";
constexpr int64_t kGroup = 1000;  // Items whose digests are made at once.

std::string EmptyHash() {
  return std::string(32, '\0');
}

using Follows = std::map<Uuid, std::set<Uuid>>;  // A set, and those that wait and that it follows.

absl::Status ReadPending(Rows rows, std::map<Uuid, ChainLink>& sets) {
  while (rows.Next()) {
    sets[rows.Id(1)] = {0,  rows.Id(1),  rows.Text(2), rows.Text(3), rows.Text(4), rows.Text(5),
                        {}, rows.Int(6), rows.Text(7)};
  }
  return absl::OkStatus();
}

// Brings in what sets of the batch follow: with writers' clocks apart it may lie behind the batch's end.
absl::Status Complete(Session& tx, const Follows& follows, std::map<Uuid, ChainLink>& sets) {
  std::vector<Uuid> open;
  for (const auto& [id, link] : sets) open.push_back(id);
  while (!open.empty()) {
    const auto found = follows.find(open.back());
    open.pop_back();
    if (found == follows.end()) continue;
    for (const Uuid& before : found->second) {
      if (sets.contains(before)) continue;
      ASSIGN_OR_RETURN(Rows rows, tx.Query(kPendingOne, {before}));
      RETURN_IF_ERROR(ReadPending(std::move(rows), sets));
      open.push_back(before);
    }
  }
  return absl::OkStatus();
}

// A batch in an order that keeps every resource's versions ascending.
absl::StatusOr<std::vector<ChainLink>> OrderPending(Session& tx) {
  std::map<Uuid, ChainLink> sets;
  ASSIGN_OR_RETURN(Rows pending, tx.Query(kPending, {kNumberedAtOnce}));
  RETURN_IF_ERROR(ReadPending(std::move(pending), sets));
  Follows follows;
  if (sets.size() > 1) {
    ASSIGN_OR_RETURN(Rows rows, tx.Query(kFollows));
    while (rows.Next()) follows[rows.Id(1)].insert(rows.Id(2));
    RETURN_IF_ERROR(Complete(tx, follows, sets));
  }
  std::vector<ChainLink> ordered;
  std::set<Uuid> placed;
  // Depth first: what a set follows is placed before it.
  const std::function<void(const Uuid&)> place = [&](const Uuid& id) {
    const auto set = sets.find(id);
    if (set == sets.end() || !placed.insert(id).second) return;
    if (const auto before = follows.find(id); before != follows.end()) {
      for (const Uuid& each : before->second) place(each);
    }
    ordered.push_back(std::move(set->second));
  };
  for (const auto& [id, link] : sets) place(id);
  if (ordered.size() > kNumberedAtOnce) ordered.resize(kNumberedAtOnce);  // Any prefix is in order.
  return ordered;
}

absl::StatusOr<int> NumberOnce(Session& tx, const Clock& clock) {
  int64_t next = 0;
  Timestamp recorded_at;
  std::string chain;
  {  // Before the sets: what another replica numbers from here on makes the move of the head fail.
    ASSIGN_OR_RETURN(Rows rows, tx.Query(kHead));
    if (!rows.Next()) return db::DatabaseError(1213, "HEAD");  // Made by the engine at its start.
    next = rows.Int(1);
    recorded_at = std::max(rows.Time(2), clock.Now());
    chain = rows.Text(3);
  }
  ASSIGN_OR_RETURN(std::vector<ChainLink> sets, OrderPending(tx));
  if (sets.empty()) return 0;
  const int64_t first = next;
  Values feed, done;
  for (ChainLink& set : sets) {
    set.first_sequence = next;
    set.recorded_at = recorded_at;
    chain = ExtendChain(chain, set);
    feed.insert(feed.end(), {next, set.change_set, set.item_count, recorded_at, chain});
    done.push_back(set.change_set);
    next += set.item_count;
  }
  ASSIGN_OR_RETURN(const int64_t moved, tx.Execute(kMoveHead, {next, recorded_at, chain, first}));
  if (moved != 1) return db::DatabaseError(1213, "HEAD");  // Another replica was faster.
  RETURN_IF_ERROR(tx.Execute(std::string(kInsertFeed) + db::Placeholders(sets.size(), 5), feed).status());
  RETURN_IF_ERROR(tx.Execute(std::string(kDeleteOutbox) + db::Placeholders(1, sets.size()), done).status());
  return static_cast<int>(sets.size());
}

struct Item {
  int64_t number = 0;
  Version version;
};

Item ReadItem(const Rows& rows) {
  return {rows.Int(1), {rows.Text(2), rows.Id(3), rows.Text(4), rows.Int(5), rows.Day(6), rows.Text(7), rows.Text(8)}};
}

absl::StatusOr<std::string> DigestOfSet(Session& session, const Uuid& change_set) {
  std::string digest = EmptyHash();
  int64_t next = 0;
  for (bool more = true; more;) {
    ASSIGN_OR_RETURN(Rows rows, session.Query(kItemsOfSet, {change_set, next}));
    more = false;
    while (rows.Next()) {
      more = true;
      const Item item = ReadItem(rows);
      digest = ExtendDigest(digest, item.number, item.version);
      next = item.number + 1;
    }
  }
  return digest;
}

// A set as the feed has it, with the chain that is stored with it.
struct StoredLink {
  ChainLink link;
  std::string chain;
};

// The digests of sets that follow one another, by their first sequence; a set without versions is left out.
absl::StatusOr<std::map<int64_t, std::string>> DigestsOfSets(Session& session, std::span<const StoredLink> sets) {
  std::map<int64_t, std::vector<Item>> items;
  ASSIGN_OR_RETURN(Rows rows,
                   session.Query(kItemsOfSets, {sets.front().link.first_sequence, sets.back().link.first_sequence}));
  while (rows.Next()) items[rows.Int(9)].push_back(ReadItem(rows));
  std::map<int64_t, std::string> digests;
  for (auto& [sequence, versions] : items) {
    std::sort(versions.begin(), versions.end(), [](const Item& a, const Item& b) { return a.number < b.number; });
    std::string digest = EmptyHash();
    for (const Item& item : versions) digest = ExtendDigest(digest, item.number, item.version);
    digests[sequence] = std::move(digest);
  }
  return digests;
}

// The digests of all of `sets`, as their versions are now.
absl::StatusOr<std::map<int64_t, std::string>> Digests(Session& session, std::span<const StoredLink> sets) {
  std::map<int64_t, std::string> all;
  while (!sets.empty()) {
    size_t count = 0;
    for (int64_t items = 0; count < sets.size() && items + sets[count].link.item_count <= kGroup; ++count) {
      items += sets[count].link.item_count;
    }
    if (count > 0) {
      ASSIGN_OR_RETURN(auto some, DigestsOfSets(session, sets.first(count)));
      all.merge(some);
    } else {
      ASSIGN_OR_RETURN(all[sets.front().link.first_sequence], DigestOfSet(session, sets.front().link.change_set));
    }
    sets = sets.subspan(std::max<size_t>(count, 1));
  }
  return all;
}

struct Head {
  int64_t next = 1;
  std::string chain = EmptyHash();
};

absl::StatusOr<Head> ReadHead(Session& session) {
  ASSIGN_OR_RETURN(Rows rows, session.Query(kHead));
  if (!rows.Next()) return Head();
  return Head{rows.Int(1), rows.Text(3)};
}

// What is wrong with the end of the chain, which was read after the head; "" when it holds.
std::string ExamineEnd(const Head& head, int64_t expected, std::string_view chain) {
  if (expected < head.next)
    return fmt::format("sequence {} was expected here: changes at the end are missing", expected);
  if (expected == head.next && chain != head.chain) return "the last change is not the one that was numbered last";
  return "";
}

// What is wrong with one set, whose versions give `digest`; "" when it holds.
std::string Examine(const StoredLink& set, std::string_view digest, int64_t expected, std::string_view chain_before) {
  if (set.link.first_sequence != expected) {
    return fmt::format("sequence {} was expected here: changes are missing", expected);
  }
  if (digest != set.link.digest) return "the versions of this change are not those that were written";
  if (ExtendChain(chain_before, set.link) != set.chain) {
    return "who, when, from where or why was changed afterwards, or a change before it";
  }
  return "";
}

absl::StatusOr<std::vector<StoredLink>> ReadLinks(Session& session, int64_t from) {
  ASSIGN_OR_RETURN(Rows rows, session.Query(kVerifySets, {from}));
  std::vector<StoredLink> links;
  while (rows.Next()) {
    links.push_back({{rows.Int(1), rows.Id(2), rows.Text(3), rows.Text(4), rows.Text(5), rows.Text(6), rows.Time(7),
                      rows.Int(8), rows.Text(10)},
                     rows.Text(9)});
  }
  return links;
}

}  // namespace

std::string ExtendChain(std::string_view chain, const ChainLink& link) {
  std::string bytes(chain);
  for (const std::string& field :
       {std::to_string(link.first_sequence), link.change_set.ToString(), link.account, link.origin, link.method,
        link.reason, link.recorded_at.ToString(), std::to_string(link.item_count), link.digest}) {
    bytes += fmt::format("{}:{};", field.size(), field);
  }
  return Sha256(bytes);
}

absl::StatusOr<int> NumberPending(Session& session, const Clock& clock) {
  int numbered = 0;
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  RETURN_IF_ERROR(db::RunTransaction(session, deadline, [&](Session& tx) -> absl::Status {
    ASSIGN_OR_RETURN(numbered, NumberOnce(tx, clock));
    return absl::OkStatus();
  }));
  return numbered;
}

absl::Status MakeHead(Session& session) {
  return session.Execute(kMakeHead, {EmptyHash()}).status();
}

absl::StatusOr<Verification> VerifyChain(Session& session, int64_t from_sequence, int64_t limit) {
  Verification result;
  int64_t expected = 1;
  std::string chain = EmptyHash();
  {
    ASSIGN_OR_RETURN(Rows holding, session.Query(kSetHolding, {std::max<int64_t>(from_sequence, 1)}));
    if (holding.Next()) expected = holding.Int(1);
    ASSIGN_OR_RETURN(Rows before, session.Query(kSetBefore, {expected}));
    if (before.Next()) chain = before.Text(2);
  }
  ASSIGN_OR_RETURN(const Head head, ReadHead(session));
  while (true) {
    ASSIGN_OR_RETURN(const std::vector<StoredLink> sets, ReadLinks(session, expected));
    if (sets.empty()) break;
    ASSIGN_OR_RETURN(const auto digests, Digests(session, sets));
    for (const StoredLink& set : sets) {
      if (result.verified >= limit) {
        result.next = expected;
        return result;
      }
      const auto digest = digests.find(set.link.first_sequence);
      result.explanation = Examine(set, digest == digests.end() ? EmptyHash() : digest->second, expected, chain);
      if (!result.explanation.empty()) {
        result.broken_at = expected;
        return result;
      }
      chain = set.chain;
      expected += set.link.item_count;
      result.verified += set.link.item_count;
    }
  }
  result.explanation = ExamineEnd(head, expected, chain);
  if (!result.explanation.empty()) result.broken_at = expected;
  return result;
}

}  // namespace yaoshi::feed
