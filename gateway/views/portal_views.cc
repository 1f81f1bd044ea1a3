#include "gateway/views/portal_views.h"

#include <algorithm>
#include <utility>

#include "common/auth/rules.h"
#include "common/status/status.h"
#include "fmt/format.h"
#include "gateway/http/gzip.h"
#include "gateway/views/my_work.h"
#include "gateway/views/overview.h"
#include "gateway/views/project_page.h"

namespace yaoshi::gateway {
namespace {

// Whose rights an answer is bounded by: callers of one scope see the same.
std::string ScopeOf(const auth::Principal& who) {
  return fmt::format("{}/{}/{}", auth::RoleName(who.role), who.region, who.organization);
}

HttpReply ReplyWith(const Rendered& rendered, const HttpRequest& request) {
  HttpReply reply;
  reply.headers = {{"Content-Type", "application/json; charset=utf-8"},
                   {"ETag", rendered.etag},
                   {"Vary", "Accept-Encoding"},
                   {"Cache-Control", "private, no-cache"}};
  if (MatchesEtag(request.Header("if-none-match"), rendered.etag)) {
    reply.status = 304;
    return reply;
  }
  const bool packed = !rendered.packed.empty() && AcceptsGzip(request.Header("accept-encoding"));
  if (packed) reply.headers.emplace_back("Content-Encoding", "gzip");
  reply.body = packed ? rendered.packed : rendered.body;
  return reply;
}

absl::StatusOr<std::shared_ptr<const Rendered>> Render(const Api& api, const google::protobuf::Descriptor* type,
                                                       const std::string& message, bool complete) {
  auto rendered = std::make_shared<Rendered>();
  ASSIGN_OR_RETURN(rendered->body, api.ToJson(type, message));
  if (rendered->body.size() >= kMinGzipBytes) {
    rendered->packed = Gzip(rendered->body, complete ? kBestGzip : kFastGzip);
  }
  rendered->etag = EtagOf(rendered->body);
  rendered->complete = complete;
  return rendered;
}

template <class Message>
absl::StatusOr<std::string> Bytes(const absl::StatusOr<Message>& view) {
  if (!view.ok()) return view.status();
  return view->SerializeAsString();
}

}  // namespace

PortalViews::PortalViews(const Api& api, const std::map<std::string, Backend>& backends, const Clock& clock,
                         std::function<const Feed*(const std::string&)> feed_of)
    : api_(api), clock_(clock), feed_of_(std::move(feed_of)), fan_out_(backends, clock, feed_of_) {
  for (const auto& [name, backend] : backends) {
    if (!FigurePrefixes(name).empty()) services_.push_back(name);
  }
}

void PortalViews::Apply(const FeedChange& change) {
  fan_out_.Apply(change);
  cache_.Apply(change);
}

absl::StatusOr<Basis> PortalViews::BasisOf(const std::string& as_of, const std::string& known_at) const {
  Basis basis{clock_.Today(), known_at};
  std::vector<FieldViolation> wrong;
  if (!as_of.empty()) {
    const auto date = Date::Parse(as_of);
    if (date.ok()) basis.as_of = *date;
    if (!date.ok()) wrong.push_back({"as_of", "must be a date such as 2022-04-20"});
  }
  if (!known_at.empty() && !Timestamp::Parse(known_at).ok()) {
    wrong.push_back({"known_at", "must be a time such as 2022-04-20T08:00:00Z"});
  }
  if (!wrong.empty()) return InvalidFields(wrong);
  return basis;
}

void PortalViews::Serve(const LocalCall& call, Recipe recipe) {
  // The day stands in the key: a view of "today" is another one tomorrow.
  const std::string scope = ScopeOf(call.principal);
  const std::string key =
      fmt::format("{}\n{}\n{}\n{}", recipe.type->full_name(), scope, recipe.basis.as_of.ToString(), call.request);
  bool alone = false;
  for (const PartAsk& ask : recipe.asks) {
    bool pending = false;
    fan_out_.TokenFor(ask.service, call.options.consistency_token, &pending);
    const Feed* feed = feed_of_(ask.service);
    alone = alone || pending || feed == nullptr || !feed->current();
  }
  const uint64_t flight = cache_.Join(key, recipe.basis, alone, [call](const ViewCache::Answer& answer) {
    if (!answer.ok()) return call.done(answer.status());
    call.reply(ReplyWith(**answer, call.exchange->request()));
  });
  if (flight == 0) return;
  fan_out_.Ask(recipe.asks, scope, call.options, [this, flight, alone, recipe](const std::vector<PartAnswer>& answers) {
    const absl::StatusOr<std::string> view = recipe.compose(answers);
    if (!view.ok()) return cache_.Finish(flight, view.status());
    const bool whole =
        std::all_of(answers.begin(), answers.end(), [](const auto& answer) { return answer.status.ok(); });
    cache_.Finish(flight, Render(api_, recipe.type, *view, whole && !alone));
  });
}

void PortalViews::GetOverview(const LocalCall& call) {
  v1::GetOverviewRequest request;
  request.ParseFromString(call.request);
  const auto basis = BasisOf(request.as_of(), request.known_at());
  if (!basis.ok()) return call.done(basis.status());
  const OverviewQuestion question = {basis->as_of, request.known_at(), request.region(), request.list()};
  Recipe recipe;
  recipe.basis = *basis;
  recipe.asks = AsksOf(question, services_);
  recipe.type = api_.pool().FindMessageTypeByName("yaoshi.gateway.v1.Overview");
  recipe.compose = [question](const std::vector<PartAnswer>& answers) {
    return Bytes(ComposeOverview(question, answers));
  };
  Serve(call, std::move(recipe));
}

void PortalViews::GetProjectPage(const LocalCall& call) {
  v1::GetProjectPageRequest request;
  request.ParseFromString(call.request);
  const auto basis = BasisOf(request.as_of(), request.known_at());
  if (!basis.ok()) return call.done(basis.status());
  Recipe recipe;
  recipe.basis = *basis;
  recipe.asks = AsksOf(request, *basis);
  recipe.type = api_.pool().FindMessageTypeByName("yaoshi.gateway.v1.ProjectPage");
  recipe.compose = [](const std::vector<PartAnswer>& answers) { return Bytes(ComposeProjectPage(answers)); };
  Serve(call, std::move(recipe));
}

void PortalViews::GetMyWork(const LocalCall& call) {
  v1::GetMyWorkRequest request;
  request.ParseFromString(call.request);
  const auto basis = BasisOf(request.as_of(), request.known_at());
  if (!basis.ok()) return call.done(basis.status());
  const WorkQuestion question = {call.principal, basis->as_of, request.known_at(), request.region()};
  Recipe recipe;
  recipe.basis = *basis;
  recipe.asks = AsksOf(question);
  recipe.type = api_.pool().FindMessageTypeByName("yaoshi.gateway.v1.MyWork");
  recipe.compose = [question](const std::vector<PartAnswer>& answers) {
    return Bytes(ComposeMyWork(question, answers));
  };
  Serve(call, std::move(recipe));
}

}  // namespace yaoshi::gateway
