#include "gateway/views/portal_views.h"

#include <algorithm>
#include <utility>

#include "common/auth/rules.h"
#include "common/status/status.h"
#include "fmt/format.h"
#include "gateway/views/bulletin.h"
#include "gateway/views/main_list.h"
#include "gateway/views/my_work.h"
#include "gateway/views/overview.h"
#include "gateway/views/project_page.h"
#include "gateway/views/region_page.h"

namespace yaoshi::gateway {
namespace {

using BulletinFormat = v1::DownloadBulletinRequest::Format;

// Whose rights an answer is bounded by: callers of one scope see the same.
std::string ScopeOf(const auth::Principal& who) {
  return fmt::format("{}/{}/{}", auth::RoleName(who.role), who.region, who.organization);
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

WriteTokens PortalViews::WritesOf(const ViewCall& call) const {
  WriteTokens writes;
  for (const std::string& service : services_) {
    // The token that the caller brought is that of one service; of the others it is remembered.
    std::string token =
        service == kTokenBackend ? call.options.consistency_token : memory_.Recall(call.principal.account, service);
    if (!token.empty()) writes[service] = std::move(token);
  }
  return writes;
}

void PortalViews::Ask(const ViewCall& call, std::vector<PartAsk> asks, const WriteTokens& writes,
                      std::function<void(const std::vector<PartAnswer>&)> done) {
  std::erase_if(asks, [this](const PartAsk& ask) { return !backends_.contains(ask.service); });
  fan_out_.Ask(std::move(asks), ScopeOf(call.principal), call.options, writes, std::move(done));
}

void PortalViews::Serve(const ViewCall& call, Recipe recipe) {
  // The day stands in the key: a view of "today" is another one tomorrow.
  const std::string key = fmt::format("{}{}\n{}\n{}\n{}", recipe.type, static_cast<int>(recipe.format),
                                      ScopeOf(call.principal), recipe.basis.as_of.ToString(), call.request);
  const WriteTokens writes = WritesOf(call);
  const bool alone = std::any_of(services_.begin(), services_.end(),
                                 [&](const std::string& service) { return fan_out_.MustAsk(service, writes); });
  const uint64_t flight = cache_.Join(key, recipe.basis, alone, call.done);
  if (flight == 0) return;
  const auto* type = api_.pool().FindMessageTypeByName(fmt::format("yaoshi.gateway.v1.{}", recipe.type));
  const auto finish = [this, flight, alone, type, format = recipe.format,
                       compose = recipe.compose](const std::vector<PartAnswer>& answers) {
    absl::StatusOr<std::string> view = compose(answers);
    if (!view.ok()) return cache_.Finish(flight, view.status());
    const bool whole =
        std::all_of(answers.begin(), answers.end(), [](const auto& answer) { return answer.status.ok(); });
    if (format != v1::DownloadBulletinRequest::FORMAT_UNSPECIFIED) {
      return cache_.Finish(flight, RenderFile(*view, format, whole && !alone));
    }
    cache_.Finish(flight, RenderView(api_, type, *std::move(view), whole && !alone));
  };
  if (recipe.ask_first == nullptr) return Ask(call, recipe.ask({}), writes, finish);
  Ask(call, recipe.ask_first(), writes,
      [this, call, writes, finish, ask = recipe.ask](const std::vector<PartAnswer>& first) {
        Ask(call, ask(first), writes, finish);
      });
}

template <class Asks, class Compose>
void PortalViews::ServeOverview(const ViewCall& call, std::string_view type, const OverviewQuestion& question,
                                Asks asks, Compose compose) {
  // What is asked for is settled only when the main list is known, and `compose` runs after that.
  const auto settled = std::make_shared<OverviewQuestion>(question);
  Recipe recipe = {{question.as_of, question.known_at},
                   type,
                   [this, settled, asks](const auto& first) {
                     if (settled->list == kMainList) settled->list = MainListOf(*settled, first);
                     return asks(*settled, services_);
                   },
                   [settled, compose](const auto& answers) { return Bytes(compose(*settled, answers)); }};
  if (question.list == kMainList) recipe.ask_first = [this, question] { return AsksOfMainList(question, services_); };
  Serve(call, std::move(recipe));
}

void PortalViews::GetOverview(const ViewCall& call) {
  v1::GetOverviewRequest request;
  request.ParseFromString(call.request);
  const auto basis = BasisOf(request.as_of(), request.known_at());
  if (!basis.ok()) return call.done(basis.status());
  const OverviewQuestion question = {basis->as_of, request.known_at(), request.region(), request.list()};
  ServeOverview(
      call, "Overview", question, [](const auto& asked, const auto& services) { return AsksOf(asked, services); },
      ComposeOverview);
}

void PortalViews::GetRegionPage(const ViewCall& call) {
  v1::GetRegionPageRequest request;
  request.ParseFromString(call.request);
  const auto basis = BasisOf(request.as_of(), request.known_at());
  if (!basis.ok()) return call.done(basis.status());
  const OverviewQuestion question = {basis->as_of, request.known_at(), request.region(), request.list()};
  ServeOverview(call, "RegionPage", question, AsksOfRegionPage, ComposeRegionPage);
}

void PortalViews::GetProjectPage(const ViewCall& call) {
  v1::GetProjectPageRequest request;
  request.ParseFromString(call.request);
  const auto basis = BasisOf(request.as_of(), request.known_at());
  if (!basis.ok()) return call.done(basis.status());
  Serve(call, {*basis, "ProjectPage", [request, basis = *basis](const auto&) { return AsksOf(request, basis); },
               [](const auto& answers) { return Bytes(ComposeProjectPage(answers)); }});
}

void PortalViews::GetMyWork(const ViewCall& call) {
  v1::GetMyWorkRequest request;
  request.ParseFromString(call.request);
  const auto basis = BasisOf(request.as_of(), request.known_at());
  if (!basis.ok()) return call.done(basis.status());
  const WorkQuestion question = {call.principal, basis->as_of, request.known_at(), request.region(), clock_.Today()};
  Serve(call, {*basis, "MyWork", [question](const auto&) { return AsksOf(question); },
               [question](const auto& answers) { return Bytes(ComposeMyWork(question, answers)); }});
}

void PortalViews::GetBulletin(const ViewCall& call) {
  v1::GetBulletinRequest request;
  request.ParseFromString(call.request);
  ServeBulletin(call, request, v1::DownloadBulletinRequest::FORMAT_UNSPECIFIED);
}

void PortalViews::DownloadBulletin(const ViewCall& call) {
  v1::DownloadBulletinRequest request;
  request.ParseFromString(call.request);
  if (request.format() == v1::DownloadBulletinRequest::FORMAT_UNSPECIFIED) {
    return call.done(InvalidFields({{"format", "must be HTML or DOCX"}}));
  }
  v1::GetBulletinRequest which;
  which.set_as_of(request.as_of());
  which.set_known_at(request.known_at());
  which.set_region(request.region());
  ServeBulletin(call, which, request.format());
}

void PortalViews::ServeBulletin(const ViewCall& call, const v1::GetBulletinRequest& request, BulletinFormat format) {
  const auto basis = BasisOf(request.as_of(), request.known_at());
  if (!basis.ok()) return call.done(basis.status());
  const BulletinQuestion question = {basis->as_of, request.known_at(), request.region(), call.principal.region};
  Serve(call, {*basis, "Bulletin", [this, question](const auto&) { return AsksOf(question, services_); },
               [question](const auto& answers) { return Bytes(ComposeBulletin(question, answers)); }, format});
}

}  // namespace yaoshi::gateway
