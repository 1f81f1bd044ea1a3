#include "common/feed/read.h"

#include <algorithm>
#include <limits>
#include <span>

#include "common/status/status.h"

namespace yaoshi::feed {
namespace {

using db::Rows;
using db::Session;

constexpr int64_t kGroup = 1000;  // Items per statement.

constexpr std::string_view kSetHolding =
    "SELECT first_sequence FROM feed WHERE first_sequence <= ? ORDER BY first_sequence DESC LIMIT 1";
constexpr std::string_view kSets =
    "SELECT f.first_sequence, f.change_set_id, f.item_count, f.recorded_at, c.account, c.origin, c.method, c.reason "
    "FROM feed f JOIN change_set c ON c.id = f.change_set_id WHERE f.first_sequence >= ? ORDER BY f.first_sequence "
    "LIMIT 500";
constexpr std::string_view kItemsOfSets =
    "SELECT v.item, v.type, v.id, v.name, v.version, v.effective_on, v.region, v.body, f.first_sequence "
    "FROM feed f STRAIGHT_JOIN resource_version v ON v.change_set_id = f.change_set_id "
    "WHERE f.first_sequence BETWEEN ? AND ?";
constexpr std::string_view kItemsOfSet =
    "SELECT item, type, id, name, version, effective_on, region, body FROM resource_version "
    "WHERE change_set_id = ? AND item >= ? ORDER BY item LIMIT ?";

struct Set {
  Change head;  // All but the version.
  int64_t items = 0;
};

absl::Status Broken() {
  return Error(absl::StatusCode::kDataLoss, "FEED_BROKEN", "A change of the feed is missing; run VerifyChanges.");
}

absl::StatusOr<std::vector<Set>> ReadSets(Session& session, int64_t first) {
  ASSIGN_OR_RETURN(Rows rows, session.Query(kSets, {first}));
  std::vector<Set> sets;
  while (rows.Next()) {
    Set set;
    set.head.sequence = rows.Int(1);
    set.head.change_set = rows.Id(2);
    set.items = rows.Int(3);
    set.head.recorded_at = rows.Time(4);
    set.head.author = {rows.Text(5), rows.Text(6), rows.Text(7), rows.Text(8)};
    sets.push_back(std::move(set));
  }
  return sets;
}

Change ReadChange(const Rows& rows, const Set& set) {
  Change change = set.head;
  change.sequence = set.head.sequence + rows.Int(1);
  change.type = rows.Text(2);
  change.id = rows.Id(3);
  change.name = rows.Text(4);
  change.version = rows.Int(5);
  change.effective_on = rows.Day(6);
  change.region = rows.Text(7);
  change.body = rows.Text(8);
  return change;
}

// All items of small sets that follow one another, with one statement. Sorted here: the database would take a temporary
// table with the bodies for it.
absl::Status ReadGroup(Session& session, std::span<const Set> sets, std::vector<Change>& out) {
  const size_t begin = out.size();
  const auto by_sequence = [](const Set& set, int64_t sequence) { return set.head.sequence < sequence; };
  ASSIGN_OR_RETURN(Rows rows, session.Query(kItemsOfSets, {sets.front().head.sequence, sets.back().head.sequence}));
  while (rows.Next()) {
    const auto set = std::lower_bound(sets.begin(), sets.end(), rows.Int(9), by_sequence);
    if (set == sets.end() || set->head.sequence != rows.Int(9)) return Broken();
    out.push_back(ReadChange(rows, *set));
  }
  std::sort(out.begin() + static_cast<std::ptrdiff_t>(begin), out.end(),
            [](const Change& a, const Change& b) { return a.sequence < b.sequence; });
  int64_t expected = sets.front().head.sequence;
  for (size_t i = begin; i < out.size(); ++i) {
    if (out[i].sequence != expected++) return Broken();
  }
  return expected == sets.back().head.sequence + sets.back().items ? absl::OkStatus() : Broken();
}

// The items [begin, end) of one set.
absl::Status ReadItems(Session& session, const Set& set, int64_t begin, int64_t end, std::vector<Change>& out) {
  while (begin < end) {
    ASSIGN_OR_RETURN(Rows rows,
                     session.Query(kItemsOfSet, {set.head.change_set, begin, std::min(kGroup, end - begin)}));
    const int64_t page_end = std::min(end, begin + kGroup);
    for (; begin < page_end; ++begin) {
      if (!rows.Next() || rows.Int(1) != begin) return Broken();
      out.push_back(ReadChange(rows, set));
    }
  }
  return absl::OkStatus();
}

// How many sets from `begin` on go into one statement: 0 when the first of them is too large or begun already.
size_t GroupSize(std::span<const Set> sets, int64_t after, int64_t room) {
  int64_t items = 0;
  size_t count = 0;
  while (count < sets.size() && sets[count].head.sequence > after &&
         items + sets[count].items <= std::min(room, kGroup)) {
    items += sets[count++].items;
  }
  return count;
}

// With `cut`, at most `limit` changes; without, whole sets until there are as many.
absl::StatusOr<std::vector<Change>> ReadChanges(Session& session, std::span<const Set> sets, int64_t after,
                                                size_t limit, bool cut) {
  std::vector<Change> changes;
  while (!sets.empty() && changes.size() < limit) {
    const auto room = static_cast<int64_t>(limit - changes.size());
    if (const size_t group = GroupSize(sets, after, room); group > 0) {
      RETURN_IF_ERROR(ReadGroup(session, sets.first(group), changes));
      sets = sets.subspan(group);
      continue;
    }
    const Set& set = sets.front();
    const int64_t begin = std::max<int64_t>(0, after + 1 - set.head.sequence);
    const int64_t end = cut ? std::min(set.items, begin + room) : set.items;
    RETURN_IF_ERROR(ReadItems(session, set, begin, end, changes));
    sets = sets.subspan(1);
  }
  return changes;
}

}  // namespace

absl::StatusOr<std::vector<Change>> ReadFeed(Session& session, int64_t after_sequence, size_t limit) {
  ASSIGN_OR_RETURN(const std::vector<Set> sets, ReadSets(session, after_sequence + 1));
  return ReadChanges(session, sets, after_sequence, limit, false);
}

absl::StatusOr<std::vector<Change>> ReadPage(Session& session, int64_t after_sequence, size_t limit) {
  int64_t first = after_sequence + 1;
  {
    ASSIGN_OR_RETURN(Rows rows, session.Query(kSetHolding, {first}));
    if (rows.Next()) first = rows.Int(1);
  }
  ASSIGN_OR_RETURN(const std::vector<Set> sets, ReadSets(session, first));
  return ReadChanges(session, sets, after_sequence, limit, true);
}

}  // namespace yaoshi::feed
