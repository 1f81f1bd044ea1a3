#include "common/feed/feed_service.h"

#include <fmt/format.h>

#include <algorithm>

#include "absl/strings/str_join.h"
#include "common/auth/rules.h"
#include "common/feed/sequencer.h"
#include "common/status/status.h"
#include "yaoshi/common/v1/change_feed.pb.h"

namespace yaoshi::feed {
namespace {

namespace v1 = ::yaoshi::common::v1;

constexpr std::chrono::milliseconds kHeartbeat{5000};
constexpr std::chrono::milliseconds kCancelledPoll{250};
constexpr size_t kSubscribePage = 500;

constexpr std::string_view kNamed =
    "SELECT v.type, v.id, v.name, v.version, v.effective_on, v.region, v.body, c.account, c.origin, c.method, "
    "c.reason, "
    "f.recorded_at, f.first_sequence + v.item, v.change_set_id FROM resource_version v JOIN change_set c ON c.id = "
    "v.change_set_id "
    "JOIN feed f ON f.change_set_id = v.change_set_id WHERE v.id = (SELECT id FROM resource_version WHERE name = ? "
    "LIMIT 1) "
    "AND f.first_sequence + v.item > ? ORDER BY f.first_sequence + v.item LIMIT ?";

v1::Change ToProto(const Change& change) {
  v1::Change proto;
  proto.set_sequence(change.sequence);
  proto.set_type(change.type);
  proto.set_name(change.name);
  proto.set_version(change.version);
  proto.set_region(change.region);
  proto.set_effective_on(change.effective_on.ToString());
  proto.set_record_time(change.recorded_at.ToString());
  proto.set_account(change.author.account);
  proto.set_origin(change.author.origin);
  proto.set_method(change.author.method);
  proto.set_reason(change.author.reason);
  proto.set_body(change.body);
  proto.set_change_set(change.change_set.ToString());
  return proto;
}

bool MaySee(const rpc::Call& call, const Change& change) {
  return call.MayTouch(change.region, "");
}

// Until more may be there; false when this replica stops. Looks up often: a caller who has gone frees the thread soon.
bool AwaitMore(Engine& engine, rpc::Call& call, int64_t after) {
  const auto heartbeat = std::chrono::steady_clock::now() + kHeartbeat;
  while (!call.cancelled() && engine.applied_sequence() <= after && std::chrono::steady_clock::now() < heartbeat) {
    if (!engine.WaitBeyond(after, kCancelledPoll)) return false;
  }
  return true;
}

absl::Status CheckSubscription(const v1::SubscribeRequest& request, const std::vector<std::string>& types) {
  std::vector<FieldViolation> violations;
  if (request.after_sequence() < 0) violations.push_back({"after_sequence", "must not be negative"});
  for (int i = 0; i < request.types_size(); ++i) {
    if (std::find(types.begin(), types.end(), request.types(i)) != types.end()) continue;
    violations.push_back({fmt::format("types[{}]", i), "must be one of " + absl::StrJoin(types, ", ")});
  }
  return InvalidFields(violations);
}

absl::Status Subscribe(Engine& engine, const db::Options& database, rpc::Call& call,
                       const v1::SubscribeRequest& request, rpc::StreamWriter& writer) {
  db::ThreadScope scope;
  db::Session session(database);
  int64_t after = request.after_sequence();
  if (after == 0 && request.newest() > 0) after = std::max<int64_t>(0, engine.applied_sequence() - request.newest());
  while (!call.cancelled()) {
    // A set may have been numbered by another replica and not be in this one's memory yet; the feed itself is the
    // truth.
    ASSIGN_OR_RETURN(const std::vector<Change> changes, ReadPage(session, after, kSubscribePage));
    for (const Change& change : changes) {
      after = change.sequence;
      const bool wanted = request.types().empty() || std::find(request.types().begin(), request.types().end(),
                                                               change.type) != request.types().end();
      if (wanted && MaySee(call, change) && !writer.Write(ToProto(change))) return absl::OkStatus();
    }
    if (!changes.empty()) continue;
    v1::Change heartbeat;
    heartbeat.set_head_sequence(std::max(after, engine.applied_sequence()));
    if (!writer.Write(heartbeat)) return absl::OkStatus();
    if (!AwaitMore(engine, call, after)) {
      return Error(absl::StatusCode::kUnavailable, "STOPPING", "This replica is stopping; subscribe again.");
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Change>> ReadNamed(db::Session& session, const std::string& name, int64_t after,
                                              int64_t limit) {
  ASSIGN_OR_RETURN(db::Rows rows, session.Query(kNamed, {name, after, limit}));
  std::vector<Change> changes;
  while (rows.Next()) {
    Change change;
    change.type = rows.Text(1);
    change.id = rows.Id(2);
    change.name = rows.Text(3);
    change.version = rows.Int(4);
    change.effective_on = rows.Day(5);
    change.region = rows.Text(6);
    change.body = rows.Text(7);
    change.author = {rows.Text(8), rows.Text(9), rows.Text(10), rows.Text(11)};
    change.recorded_at = rows.Time(12);
    change.sequence = rows.Int(13);
    change.change_set = rows.Id(14);
    changes.push_back(std::move(change));
  }
  return changes;
}

absl::StatusOr<v1::ListChangesResponse> ListChanges(rpc::Call& call, const v1::ListChangesRequest& request) {
  if (request.after_sequence() < 0) return InvalidFields({{"after_sequence", "must not be negative"}});
  const int64_t limit = request.page_size() == 0 ? 50 : std::min(request.page_size(), 1000);
  auto changes = request.name().empty()
                     ? ReadPage(call.session(), request.after_sequence(), static_cast<size_t>(limit) + 1)
                     : ReadNamed(call.session(), request.name(), request.after_sequence(), limit + 1);
  RETURN_IF_ERROR(changes.status());
  v1::ListChangesResponse response;
  int64_t shown = 0, last = 0;
  for (const Change& change : *changes) {
    if (shown++ == limit) {
      response.set_next_after_sequence(last);
      break;
    }
    last = change.sequence;
    if (MaySee(call, change)) *response.add_changes() = ToProto(change);
  }
  return response;
}

absl::StatusOr<v1::VerifyChangesResponse> VerifyChanges(rpc::Call& call, const v1::VerifyChangesRequest& request) {
  ASSIGN_OR_RETURN(const Verification found,
                   VerifyChain(call.session(), std::max<int64_t>(1, request.from_sequence())));
  v1::VerifyChangesResponse response;
  response.set_verified(found.verified);
  response.set_broken_at_sequence(found.broken_at);
  response.set_explanation(found.explanation);
  response.set_next_sequence(found.next);
  return response;
}

}  // namespace

rpc::BoundService BindChangeFeed(Engine& engine, const db::Options& database, const std::vector<std::string>& types) {
  rpc::ServiceBuilder builder(v1::Change::descriptor()->file()->FindServiceByName("ChangeFeed"));
  builder.Stream("Subscribe",
                 [&engine, database, types](rpc::Call& call, const v1::SubscribeRequest& request,
                                            rpc::StreamWriter& writer) -> absl::Status {
                   RETURN_IF_ERROR(CheckSubscription(request, types));
                   return Subscribe(engine, database, call, request, writer);
                 });
  builder.Database("ListChanges", ListChanges);
  builder.Database("VerifyChanges", VerifyChanges);
  return builder.Finish();
}

}  // namespace yaoshi::feed
