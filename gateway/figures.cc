#include "gateway/figures.h"

#include <algorithm>
#include <utility>

#include "common/status/status.h"
#include "fmt/format.h"
#include "gateway/views/part.h"

namespace yaoshi::gateway {
namespace {

namespace common = yaoshi::common::v1;

constexpr std::string_view kListFigures = "/yaoshi.common.v1.FigureService/ListFigures";

common::Figure MissingFigure(const common::Figure& known, const std::string& reason,
                             const common::ListFiguresRequest& request) {
  common::Figure figure;
  figure.set_key(known.key());
  figure.set_title(known.title());
  figure.set_unit(known.unit());
  figure.set_definition(known.definition());
  figure.set_as_of(request.as_of());
  figure.set_known_at(request.known_at());
  figure.set_missing_reason(reason);
  return figure;
}

void AddMissing(const FigurePart& part, const common::ListFiguresRequest& request, v1::FigureView& view) {
  const std::string code = absl::StatusCodeToString(part.status.code());
  const std::string reason = fmt::format("{} does not answer ({})", part.service, code);
  v1::MissingPart* missing = view.add_missing_parts();
  missing->set_service(part.service);
  missing->set_reason(code);
  missing->set_last_answer_time(part.last_answer_time);
  for (const common::Figure& figure : part.figures) *view.add_figures() = MissingFigure(figure, reason, request);
  if (!part.figures.empty()) return;
  for (const std::string& prefix : part.prefixes) {
    common::Figure unknown;
    unknown.set_key(prefix + "*");
    *view.add_figures() = MissingFigure(unknown, reason, request);
  }
}

}  // namespace

absl::StatusOr<v1::FigureView> MergeFigures(const std::vector<FigurePart>& parts,
                                            const common::ListFiguresRequest& request) {
  v1::FigureView view;
  for (const FigurePart& part : parts) {
    if (IsCallersFault(part.status.code())) return part.status;
    if (!part.status.ok()) {
      AddMissing(part, request, view);
      continue;
    }
    for (const common::Figure& figure : part.figures) *view.add_figures() = figure;
  }
  std::stable_sort(view.mutable_figures()->begin(), view.mutable_figures()->end(),
                   [](const auto& a, const auto& b) { return a.key() < b.key(); });
  std::stable_sort(view.mutable_missing_parts()->begin(), view.mutable_missing_parts()->end(),
                   [](const auto& a, const auto& b) { return a.service() < b.service(); });
  return view;
}

// The answers of one fan-out.
struct Figures::Gathered {
  absl::Mutex mutex;
  std::vector<FigurePart> parts ABSL_GUARDED_BY(mutex);
  size_t missing ABSL_GUARDED_BY(mutex) = 0;
  common::ListFiguresRequest request;
  std::function<void(absl::StatusOr<std::string>)> done;
};

void Figures::List(LocalCall call) {
  auto gathered = std::make_shared<Gathered>();
  if (!gathered->request.ParseFromString(call.request)) return call.done(absl::InternalError("malformed request"));
  gathered->done = std::move(call.done);
  std::vector<const Backend*> asked;
  {
    const absl::MutexLock lock(&gathered->mutex);
    for (const auto& [name, backend] : backends_) {
      const std::vector<std::string> prefixes = FigurePrefixes(name);
      if (prefixes.empty()) continue;
      gathered->parts.push_back({name, prefixes, absl::OkStatus(), {}, ""});
      asked.push_back(&backend);
    }
    gathered->missing = asked.size();
  }
  if (asked.empty()) return gathered->done(v1::FigureView().SerializeAsString());
  for (size_t i = 0; i < asked.size(); ++i) {
    // The token of a write is known to the service that made it alone: another one would wait for it in vain.
    rpc::CallOptions options = call.options;
    if (asked[i]->name != kTokenBackend) {
      options.consistency_token = memory_.Recall(call.principal.account, asked[i]->name);
    }
    asked[i]->channel->CallBytes(kListFigures, call.request, options,
                                 [this, gathered, i](const rpc::Reply& reply) { Add(gathered, i, reply); });
  }
}

void Figures::Add(const std::shared_ptr<Gathered>& gathered, size_t index, const rpc::Reply& reply) {
  std::vector<FigurePart> parts;
  {
    const absl::MutexLock lock(&gathered->mutex);
    FigurePart& part = gathered->parts[index];
    common::ListFiguresResponse answer;
    part.status = reply.status;
    if (part.status.ok() && !answer.ParseFromString(reply.bytes)) part.status = absl::InternalError("malformed answer");
    if (part.status.ok()) part.figures.assign(answer.figures().begin(), answer.figures().end());
    Remember(part);
    if (--gathered->missing > 0) return;
    parts = std::move(gathered->parts);
  }
  const absl::StatusOr<v1::FigureView> view = MergeFigures(parts, gathered->request);
  if (!view.ok()) return gathered->done(view.status());
  gathered->done(view->SerializeAsString());
}

void Figures::Remember(FigurePart& part) {
  const absl::MutexLock lock(&mutex_);
  Known& known = known_[part.service];
  if (!part.status.ok()) {
    part.figures = known.figures;
    part.last_answer_time = known.answer_time;
    return;
  }
  known.answer_time = clock_.Now().ToString();
  known.figures.clear();
  for (const common::Figure& figure : part.figures) {
    known.figures.push_back(MissingFigure(figure, "", {}));
  }
}

}  // namespace yaoshi::gateway
