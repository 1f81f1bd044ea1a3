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
#include "gateway/views/region_page.h"

namespace yaoshi::gateway {
namespace {

// Whose rights an answer is bounded by: callers of one scope see the same.
std::string ScopeOf(const auth::Principal& who) {
  return fmt::format("{}/{}/{}", auth::RoleName(who.role), who.region, who.organization);
}

HttpReply ReplyWith(const std::shared_ptr<const Rendered>& kept, const HttpRequest& request) {
  const Rendered& rendered = *kept;
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
  reply.shared = std::shared_ptr<const std::string>(kept, packed ? &rendered.packed : &rendered.body);
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

PortalViews::PortalViews(const Api& api, const std::map<std::string, Backend>& backends,
                         const ConsistencyMemory& memory, const Clock& clock,
                         std::function<const Feed*(const std::string&)> feed_of)
    : api_(api), backends_(backends), memory_(memory), clock_(clock), fan_out_(backends, clock, std::move(feed_of)) {
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

WriteTokens PortalViews::WritesOf(const LocalCall& call) const {
  WriteTokens writes;
  for (const std::string& service : services_) {
    // The token that the caller brought is that of one service; of the others it is remembered.
    std::string token =
        service == kTokenBackend ? call.options.consistency_token : memory_.Recall(call.principal.account, service);
    if (!token.empty()) writes[service] = std::move(token);
  }
  return writes;
}

void PortalViews::Ask(const LocalCall& call, std::vector<PartAsk> asks, const WriteTokens& writes,
                      std::function<void(const std::vector<PartAnswer>&)> done) {
  std::erase_if(asks, [this](const PartAsk& ask) { return !backends_.contains(ask.service); });
  fan_out_.Ask(std::move(asks), ScopeOf(call.principal), call.options, writes, std::move(done));
}

void PortalViews::Serve(const LocalCall& call, Recipe recipe) {
  // The day stands in the key: a view of "today" is another one tomorrow.
  const std::string key =
      fmt::format("{}\n{}\n{}\n{}", recipe.type, ScopeOf(call.principal), recipe.basis.as_of.ToString(), call.request);
  const WriteTokens writes = WritesOf(call);
  const bool alone = std::any_of(services_.begin(), services_.end(),
                                 [&](const std::string& service) { return fan_out_.MustAsk(service, writes); });
  const uint64_t flight = cache_.Join(key, recipe.basis, alone, [call](const ViewCache::Answer& answer) {
    if (!answer.ok()) return call.done(answer.status());
    call.reply(ReplyWith(*answer, call.exchange->request()));
  });
  if (flight == 0) return;
  const auto* type = api_.pool().FindMessageTypeByName(fmt::format("yaoshi.gateway.v1.{}", recipe.type));
  Ask(call, recipe.ask(), writes,
      [this, flight, alone, type, compose = recipe.compose](const std::vector<PartAnswer>& answers) {
        const absl::StatusOr<std::string> view = compose(answers);
        if (!view.ok()) return cache_.Finish(flight, view.status());
        const bool whole =
            std::all_of(answers.begin(), answers.end(), [](const auto& answer) { return answer.status.ok(); });
        cache_.Finish(flight, Render(api_, type, *view, whole && !alone));
      });
}

void PortalViews::GetOverview(const LocalCall& call) {
  v1::GetOverviewRequest request;
  request.ParseFromString(call.request);
  const auto basis = BasisOf(request.as_of(), request.known_at());
  if (!basis.ok()) return call.done(basis.status());
  const OverviewQuestion question = {basis->as_of, request.known_at(), request.region(), request.list()};
  Serve(call, {*basis, "Overview", [this, question] { return AsksOf(question, services_); },
               [question](const auto& answers) { return Bytes(ComposeOverview(question, answers)); }});
}

void PortalViews::GetRegionPage(const LocalCall& call) {
  v1::GetRegionPageRequest request;
  request.ParseFromString(call.request);
  const auto basis = BasisOf(request.as_of(), request.known_at());
  if (!basis.ok()) return call.done(basis.status());
  const OverviewQuestion question = {basis->as_of, request.known_at(), request.region(), request.list()};
  Serve(call, {*basis, "RegionPage", [this, question] { return AsksOfRegionPage(question, services_); },
               [question](const auto& answers) { return Bytes(ComposeRegionPage(question, answers)); }});
}

void PortalViews::GetProjectPage(const LocalCall& call) {
  v1::GetProjectPageRequest request;
  request.ParseFromString(call.request);
  const auto basis = BasisOf(request.as_of(), request.known_at());
  if (!basis.ok()) return call.done(basis.status());
  Serve(call, {*basis, "ProjectPage", [request, basis = *basis] { return AsksOf(request, basis); },
               [](const auto& answers) { return Bytes(ComposeProjectPage(answers)); }});
}

void PortalViews::GetMyWork(const LocalCall& call) {
  v1::GetMyWorkRequest request;
  request.ParseFromString(call.request);
  const auto basis = BasisOf(request.as_of(), request.known_at());
  if (!basis.ok()) return call.done(basis.status());
  const WorkQuestion question = {call.principal, basis->as_of, request.known_at(), request.region(), clock_.Today()};
  Serve(call, {*basis, "MyWork", [question] { return AsksOf(question); },
               [question](const auto& answers) { return Bytes(ComposeMyWork(question, answers)); }});
}

}  // namespace yaoshi::gateway
