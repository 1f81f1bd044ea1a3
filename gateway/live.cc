#include "gateway/live.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "common/auth/rules.h"
#include "common/region/region.h"
#include "common/status/status.h"
#include "fmt/format.h"
#include "nlohmann/json.hpp"

namespace yaoshi::gateway {
namespace {

constexpr size_t kPieceEvents = 100;  // Events written at once.

// The permission that reads a resource of a type.
constexpr std::pair<std::string_view, std::string_view> kReads[] = {
    {"case", "procedures.read"},         {"case_migration", "procedures.read"},
    {"delegation", "procedures.read"},   {"entry", "lists.read"},
    {"import_mapping", "imports.write"}, {"list", "lists.read"},
    {"official", "directory.read"},      {"organization", "directory.read"},
    {"procedure", "procedures.read"},    {"procedure_type", "catalogue.read"},
    {"project", "projects.read"},        {"scenario", "procedures.read"},
    {"template", "catalogue.read"},      {"warning", "procedures.read"},
    {"work_calendar", "calendar.read"},
};

constexpr std::string_view kCopy = "_copy";

// "registry:12,preapproval:3"
std::string ToText(const std::map<std::string, int64_t, std::less<>>& positions) {
  std::string text;
  for (const auto& [service, sequence] : positions) {
    text += fmt::format("{}{}:{}", text.empty() ? "" : ",", service, sequence);
  }
  return text;
}

}  // namespace

bool MayHear(const auth::Principal& who, const FeedChange& change) {
  // Who may read what was copied may read the copy: what is counted from it is another with it.
  std::string_view original = change.type();
  if (original.ends_with(kCopy)) original.remove_suffix(kCopy.size());
  for (const auto& [type, permission] : kReads) {
    if (type != original) continue;
    const auth::Reach reach = auth::ReachOf(who.role, permission);
    if (auth::WithinReach(who, reach, change.region(), "")) return true;
    // A county reads the lists of its city.
    return type == "list" && reach != auth::Reach::kNone && RegionCovers(change.region(), who.region);
  }
  return false;
}

LiveChanges::LiveChanges(Options options) : options_(options), thread_([this] { Beat(); }) {}

LiveChanges::~LiveChanges() {
  Stop();
  thread_.join();
}

void LiveChanges::Stop() {
  {
    const absl::MutexLock lock(&mutex_);
    stopping_ = true;
    for (const ClientPtr& client : clients_) client->over = true;
  }
  AdvanceAll();
}

void LiveChanges::Apply(const std::string& service, const FeedChange& change) {
  {
    const absl::MutexLock lock(&mutex_);
    int64_t& newest = newest_[service];
    if (change.sequence() <= newest) return;
    newest = change.sequence();
    Event& event = events_.emplace_back(Event{service, change});
    const std::unique_ptr<std::string> unread(event.change.release_body());  // Clearing it would keep its memory.
    if (events_.size() > options_.kept) {
      events_.pop_front();
      ++first_;
    }
  }
  AdvanceAll();
}

void LiveChanges::Place(Client& client, std::string_view last_event_id) {
  client.seen = newest_;
  client.next = first_ + events_.size();
  if (last_event_id.empty()) return;
  Positions seen;
  const std::string text(last_event_id);
  for (const std::string& item : std::vector<std::string>(absl::StrSplit(text, ','))) {
    const std::pair<std::string, std::string> parts = absl::StrSplit(item, ':');
    int64_t sequence = 0;
    if (absl::SimpleAtoi(parts.second, &sequence)) seen[parts.first] = sequence;
  }
  Positions oldest;  // The first sequence of each service that is kept.
  for (const Event& event : events_) oldest.try_emplace(event.service, event.change.sequence());
  for (const auto& [service, newest] : newest_) {
    const auto known = seen.find(service);
    const bool whole = known != seen.end() && known->second <= newest &&
                       (known->second == newest || known->second + 1 >= oldest[service]);
    if (!whole) {
      client.reset = true;
      return;
    }
  }
  client.seen = std::move(seen);
  client.next = first_;
}

std::string LiveChanges::StartAnew(Client& client) const {
  client.reset = client.beat = false;
  client.next = first_ + events_.size();
  client.seen = newest_;
  return fmt::format("id: {}\nevent: reset\ndata: {{}}\n\n", ToText(client.seen));
}

std::string LiveChanges::NextPiece(Client& client) {
  if (client.reset || client.next < first_) return StartAnew(client);  // The latter reads too slowly.
  std::string piece;
  for (size_t written = 0; client.next < first_ + events_.size() && written < kPieceEvents; ++client.next) {
    const Event& event = events_[client.next - first_];
    int64_t& seen = client.seen[event.service];
    if (event.change.sequence() <= seen) continue;
    // It came back before this gateway knew what it had missed.
    if (seen != 0 && event.change.sequence() > seen + 1) return piece + StartAnew(client);
    seen = event.change.sequence();
    const FeedChange& change = event.change;
    if (!MayHear(client.call.principal, change)) continue;
    const nlohmann::ordered_json json = {{"service", event.service},
                                         {"sequence", std::to_string(change.sequence())},
                                         {"type", change.type()},
                                         {"name", change.name()},
                                         {"version", std::to_string(change.version())},
                                         {"region", change.region()},
                                         {"effective_on", change.effective_on()},
                                         {"record_time", change.record_time()}};
    piece += fmt::format("id: {}\nevent: change\ndata: {}\n\n", ToText(client.seen), json.dump());
    ++written;
  }
  if (piece.empty() && client.beat) {
    // With how far it is: it can go on from there without having heard of anything.
    if (const std::string seen = ToText(client.seen); !seen.empty()) piece = fmt::format("id: {}\n", seen);
    piece += ": still here\n\n";
  }
  client.beat = false;
  return piece;
}

void LiveChanges::Watch(LocalCall call, std::function<bool()> valid) {
  auto client = std::make_shared<Client>();
  HttpReply head;
  head.headers = {{"Content-Type", "text/event-stream"}, {"Cache-Control", "no-store"}, {"X-Accel-Buffering", "no"}};
  client->call = std::move(call);
  client->valid = std::move(valid);
  bool full = false;
  {
    const absl::MutexLock lock(&mutex_);
    full = static_cast<int>(clients_.size()) >= options_.clients;
    if (!full) {
      clients_.push_back(client);
      Place(*client, client->call.exchange->request().Header("last-event-id"));
      client->beat = true;  // The first bytes come at once.
      client->over = stopping_;
      client->writing = true;  // Nobody writes before the head.
    }
  }
  if (full) {
    return client->call.done(
        Error(absl::StatusCode::kResourceExhausted, "OVERLOADED", "Too many are listening already; try again later."));
  }
  client->call.exchange->StartStream(std::move(head));
  {
    const absl::MutexLock lock(&mutex_);
    client->writing = false;
  }
  Advance(client);
}

void LiveChanges::Advance(const ClientPtr& client) {
  std::string piece;
  {
    const absl::MutexLock lock(&mutex_);
    if (client->writing) return;
    if (!client->over) piece = NextPiece(*client);
    if (!client->over && piece.empty()) return;
    client->writing = true;  // For good, when it is over.
    if (client->over) clients_.remove(client);
  }
  if (piece.empty()) {
    client->call.exchange->FinishStream(true);
    return client->call.streamed(absl::OkStatus());
  }
  client->call.exchange->WritePiece(std::move(piece), [this, client](bool listening) {
    {
      const absl::MutexLock lock(&mutex_);
      client->writing = false;
      client->over = client->over || !listening;
    }
    Advance(client);
  });
}

void LiveChanges::AdvanceAll() {
  std::vector<ClientPtr> all;
  {
    const absl::MutexLock lock(&mutex_);
    all.assign(clients_.begin(), clients_.end());
  }
  for (const ClientPtr& client : all) Advance(client);
}

void LiveChanges::Beat() {
  for (;;) {
    {
      const absl::MutexLock lock(&mutex_);
      mutex_.AwaitWithTimeout(absl::Condition(&stopping_), absl::FromChrono(options_.heartbeat));
      if (stopping_) return;
      for (const ClientPtr& client : clients_) {
        client->beat = true;
        client->over = client->over || !client->valid();
      }
    }
    AdvanceAll();
  }
}

}  // namespace yaoshi::gateway
