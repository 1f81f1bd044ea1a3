#include "gateway/views/portal_views.h"

#include <algorithm>
#include <utility>

#include "common/auth/rules.h"
#include "common/status/status.h"
#include "fmt/format.h"
#include "gateway/http/gzip.h"
#include "gateway/views/bulletin.h"
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

HttpReply ReplyWith(const std::shared_ptr<const Rendered>& kept, const HttpRequest& request) {
  const Rendered& rendered = *kept;
  HttpReply reply;
  reply.headers = {{"Content-Type", rendered.content_type},
                   {"ETag", rendered.etag},
                   {"Vary", "Accept-Encoding"},
                   {"Cache-Control", "private, no-cache"}};
  if (!rendered.file_name.empty()) {
    reply.headers.emplace_back("Content-Disposition", ContentDisposition(rendered.file_name));
  }
  if (MatchesEtag(request.Header("if-none-match"), rendered.etag)) {
    reply.status = 304;
    return reply;
  }
  const bool packed = !rendered.packed.empty() && AcceptsGzip(request.Header("accept-encoding"));
  if (packed) reply.headers.emplace_back("Content-Encoding", "gzip");
  reply.shared = std::shared_ptr<const std::string>(kept, packed ? &rendered.packed : &rendered.body);
  return reply;
}

// `packs`: it is worth compressing.
std::shared_ptr<const Rendered> Finish(std::shared_ptr<Rendered> rendered, bool packs, bool complete) {
  if (packs && rendered->body.size() >= kMinGzipBytes) {
    rendered->packed = Gzip(rendered->body, complete ? kBestGzip : kFastGzip);
  }
  rendered->etag = EtagOf(rendered->body);
  rendered->complete = complete;
  return rendered;
}

absl::StatusOr<std::shared_ptr<const Rendered>> Render(const Api& api, const google::protobuf::Descriptor* type,
                                                       const std::string& message, bool complete) {
  auto rendered = std::make_shared<Rendered>();
  ASSIGN_OR_RETURN(rendered->body, api.ToJson(type, message));
  return Finish(std::move(rendered), /*packs=*/true, complete);
}

absl::StatusOr<std::shared_ptr<const Rendered>> Render(const std::string& bulletin, BulletinFormat format,
                                                       bool complete) {
  v1::Bulletin parsed;
  if (!parsed.ParseFromString(bulletin)) return absl::InternalError("malformed bulletin");
  const bool html = format == v1::DownloadBulletinRequest::HTML;
  ASSIGN_OR_RETURN(BulletinFile file, html ? HtmlOf(parsed) : DocxOf(parsed));
  auto rendered = std::make_shared<Rendered>();
  rendered->body = std::move(file.bytes);
  rendered->content_type = std::move(file.content_type);
  rendered->file_name = std::move(file.name);
  return Finish(std::move(rendered), /*packs=*/html, complete);
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
  const std::string key = fmt::format("{}{}\n{}\n{}\n{}", recipe.type, static_cast<int>(recipe.format),
                                      ScopeOf(call.principal), recipe.basis.as_of.ToString(), call.request);
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
      [this, flight, alone, type, format = recipe.format,
       compose = recipe.compose](const std::vector<PartAnswer>& answers) {
        const absl::StatusOr<std::string> view = compose(answers);
        if (!view.ok()) return cache_.Finish(flight, view.status());
        const bool whole =
            std::all_of(answers.begin(), answers.end(), [](const auto& answer) { return answer.status.ok(); });
        if (format != v1::DownloadBulletinRequest::FORMAT_UNSPECIFIED) {
          return cache_.Finish(flight, Render(*view, format, whole && !alone));
        }
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

void PortalViews::GetBulletin(const LocalCall& call) {
  v1::GetBulletinRequest request;
  request.ParseFromString(call.request);
  ServeBulletin(call, request, v1::DownloadBulletinRequest::FORMAT_UNSPECIFIED);
}

void PortalViews::DownloadBulletin(const LocalCall& call) {
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

void PortalViews::ServeBulletin(const LocalCall& call, const v1::GetBulletinRequest& request, BulletinFormat format) {
  const auto basis = BasisOf(request.as_of(), request.known_at());
  if (!basis.ok()) return call.done(basis.status());
  const BulletinQuestion question = {basis->as_of, request.known_at(), request.region(), call.principal.region};
  Serve(call, {*basis, "Bulletin", [this, question] { return AsksOf(question, services_); },
               [question](const auto& answers) { return Bytes(ComposeBulletin(question, answers)); }, format});
}

}  // namespace yaoshi::gateway
