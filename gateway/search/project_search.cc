#include "gateway/search/project_search.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "common/auth/rules.h"
#include "common/region/region.h"
#include "common/status/status.h"
#include "gateway/search/text.h"
#include "yaoshi/gateway/v1/portal.pb.h"
#include "yaoshi/registry/v1/project.pb.h"

namespace yaoshi::gateway {
namespace {

namespace registry = yaoshi::registry::v1;

constexpr std::string_view kListProjects = "/yaoshi.registry.v1.ProjectService/ListProjects";
constexpr int kPage = 1000;
constexpr size_t kMaxWords = 5;
constexpr int kDefaultFound = 20;
constexpr int kMaxFound = 100;
constexpr std::chrono::seconds kLoadTimeout{20};            // Of a page, which a busy registry may be slow with.
const absl::Duration kLoadPause = absl::Milliseconds(500);  // Before a page is asked for again.
const absl::Duration kFeedWait = absl::Seconds(2);          // A writer waits no longer for its own write.
constexpr size_t kMaxWriters = 1000;                        // Waiting; more are answered with what is known.

IndexedProject Indexed(const registry::Project& project, int64_t version) {
  IndexedProject indexed;
  indexed.name = project.name();
  indexed.title = project.title();
  indexed.project_code = project.project_code();
  indexed.region = project.region();
  indexed.stage = project.stage();
  indexed.total_investment_fen = project.total_investment_fen();
  indexed.effective_on = Date::Parse(project.effective_on()).value_or(Date());
  indexed.version = version;
  indexed.gone = !project.merged_into().empty();
  return indexed;
}

// An etag is the version.
int64_t VersionOf(const std::string& etag) {
  int64_t version = 0;
  std::from_chars(etag.data(), etag.data() + etag.size(), version);
  return version;
}

absl::StatusOr<SearchQuery> QueryOf(const LocalCall& call) {
  v1::SearchRequest request;
  if (!request.ParseFromString(call.request)) return absl::InternalError("malformed request");
  std::vector<FieldViolation> wrong;
  SearchQuery query;
  query.words = WordsOf(Normalized(request.query()));
  if (query.words.empty() || query.words.size() > kMaxWords) {
    wrong.push_back({"query", "must be one to five words, divided by spaces"});
  }
  if (request.page_size() < 0) wrong.push_back({"page_size", "must not be negative"});
  const bool is_region = request.region().empty() || RegionCovers(request.region(), request.region());
  if (!is_region) wrong.push_back({"region", "must be a region code of six digits"});
  RETURN_IF_ERROR(InvalidFields(wrong));
  const auth::Reach reach = auth::ReachOf(call.principal.role, "projects.read");
  query.within = reach == auth::Reach::kAll ? "" : call.principal.region;
  query.region = request.region();
  query.limit =
      static_cast<size_t>(request.page_size() == 0 ? kDefaultFound : std::min(request.page_size(), kMaxFound));
  return query;
}

}  // namespace

ProjectSearch::~ProjectSearch() {
  Stop();
}

void ProjectSearch::Start(std::string consistency_token) {
  thread_ = std::thread([this, token = std::move(consistency_token)] { Loop(token); });
}

void ProjectSearch::Stop() {
  {
    const absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  if (thread_.joinable()) thread_.join();
}

void ProjectSearch::Apply(const FeedChange& change) {
  registry::Project project;
  if (change.type() != "project" || !project.ParseFromString(change.body())) return;
  IndexedProject indexed = Indexed(project, change.version());
  indexed.name = change.name();
  indexed.effective_on = Date::Parse(change.effective_on()).value_or(indexed.effective_on);
  const absl::MutexLock lock(&mutex_);
  index_.Put(std::move(indexed));
}

void ProjectSearch::Loop(const std::string& consistency_token) {
  while (!Load(consistency_token)) {
    const absl::MutexLock lock(&mutex_);
    mutex_.AwaitWithTimeout(absl::Condition(&stopping_), kLoadPause);
    if (stopping_) return;
  }
  ServeWriters();
}

bool ProjectSearch::Load(const std::string& consistency_token) {
  registry::ListProjectsRequest request;
  request.set_page_size(kPage);
  do {
    rpc::CallOptions options;
    options.token = options_.token();
    options.consistency_token = consistency_token;
    options.timeout = kLoadTimeout;
    const auto page = options_.registry->Call<registry::ListProjectsResponse>(kListProjects, request, options);
    if (!page.ok()) return false;
    const absl::MutexLock lock(&mutex_);
    if (stopping_) return false;
    for (const registry::Project& project : page->projects()) index_.Put(Indexed(project, VersionOf(project.etag())));
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  const absl::MutexLock lock(&mutex_);
  ready_ = true;
  return true;
}

void ProjectSearch::ServeWriters() {
  const auto wanted = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return stopping_ || !writers_.empty(); };
  for (;;) {
    Writer writer;
    {
      const absl::MutexLock lock(&mutex_);
      mutex_.Await(absl::Condition(&wanted));
      if (writers_.empty()) return;
      writer = std::move(writers_.front());
      writers_.pop_front();
    }
    if (const Feed* feed = options_.feed(); feed != nullptr) {
      feed->AwaitSeen(writer.call.options.consistency_token, kFeedWait);
    }
    Answer(writer.call, writer.query);
  }
}

void ProjectSearch::Search(const LocalCall& call) {
  const absl::StatusOr<SearchQuery> query = QueryOf(call);
  if (!query.ok()) return call.done(query.status());
  const std::string& write = call.options.consistency_token;
  const Feed* feed = options_.feed();
  const bool pending = !write.empty() && feed != nullptr && feed->current() && !feed->HasSeen(write);
  if (pending) {
    const absl::MutexLock lock(&mutex_);
    if (ready_ && !stopping_ && writers_.size() < kMaxWriters) {
      writers_.push_back({call, *query});
      return;
    }
  }
  Answer(call, *query);
}

void ProjectSearch::Answer(const LocalCall& call, const SearchQuery& query) {
  SearchPage page;
  bool ready = false;
  {
    const absl::MutexLock lock(&mutex_);
    ready = ready_;
    if (ready) page = index_.Find(query);
  }
  if (!ready) {
    return call.done(WithRetryAfter(Error(absl::StatusCode::kUnavailable, "SEARCH_NOT_READY",
                                          "The projects are still being read. Try again in a moment."),
                                    std::chrono::seconds(1)));
  }
  v1::SearchResults results;
  for (const IndexedProject& project : page.found) {
    v1::SearchResults::Result* result = results.add_results();
    result->set_name(project.name);
    result->set_title(project.title);
    result->set_project_code(project.project_code);
    result->set_region(project.region);
    result->set_stage(static_cast<registry::Stage>(project.stage));
    result->set_total_investment_fen(project.total_investment_fen);
  }
  results.set_more(page.more);
  call.done(results.SerializeAsString());
}

}  // namespace yaoshi::gateway
