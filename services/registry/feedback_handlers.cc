#include "services/registry/feedback_handlers.h"

#include "services/registry/directory_errors.h"
#include "yaoshi/registry/v1/feedback.pb.h"

namespace yaoshi::registry {
namespace {

using resource::Draft;
using resource::Finding;

// Of one account, and not answered: more than a person writes, and so few that nobody can bury the others' entries.
constexpr int kMaxOpen = 20;

// From memory, which has the caller's own writes: calls at the same moment may go beyond the limit by as many as they
// are.
int CountOpen(const resource::ResourceMemory& memory, const std::string& account) {
  int open = 0;
  v1::Feedback entry;
  memory.Scan("feedback", "", [&](const std::string&, const resource::Row& row) {
    const bool read = entry.ParseFromString(*row.body);
    if (read && entry.state() == v1::Feedback::OPEN && entry.create_account() == account) ++open;
    return true;
  });
  return open;
}

// An entry belongs where its author does.
absl::Status BeginEntry(Draft& draft, const resource::ResourceMemory& memory) {
  const std::string& account = draft.call.principal().account;
  if (CountOpen(memory, account) >= kMaxOpen) return FeedbackLimit(kMaxOpen);
  auto& entry = static_cast<v1::Feedback&>(draft.after);
  entry.set_state(v1::Feedback::OPEN);
  entry.set_create_account(account);
  return absl::OkStatus();
}

resource::Spec MakeSpec(const resource::ResourceMemory& memory) {
  resource::Spec spec;
  spec.type = "feedback";
  spec.collection = "feedback";
  spec.path = "feedback";
  spec.prototype = &v1::Feedback::default_instance();
  spec.not_found = FeedbackNotFound;
  spec.exists = [](std::string_view name) { return feed::EtagMismatch(name, 1); };
  spec.filter_fields = {"state", "create_account", "page", "text"};
  spec.searched = {"text"};
  spec.account_field = "create_account";
  spec.check = [&memory](Draft& draft) -> absl::StatusOr<std::vector<Finding>> {
    if (draft.before == nullptr) RETURN_IF_ERROR(BeginEntry(draft, memory));
    return std::vector<Finding>();
  };
  return spec;
}

void Answer(const rpc::Call& call, const std::string& answer, google::protobuf::Message& after) {
  auto& entry = static_cast<v1::Feedback&>(after);
  entry.set_state(v1::Feedback::ANSWERED);
  entry.set_answer(answer);
  entry.set_answer_account(call.principal().account);
  entry.set_answer_time(call.now().ToString());
}

}  // namespace

FeedbackHandlers::FeedbackHandlers(const DirectoryContext& context)
    : feedback_(MakeSpec(context.memory), context.memory, context.writer, context.tokens) {}

rpc::BoundService FeedbackHandlers::Bind() {
  rpc::ServiceBuilder builder(v1::Feedback::descriptor()->file()->FindServiceByName("FeedbackService"));
  builder.Memory("GetFeedback", [this](rpc::Call& call, const v1::GetFeedbackRequest& request) {
    return feedback_.Get(call, request.name());
  });
  builder.Memory("ListFeedback", [this](rpc::Call& call, const v1::ListFeedbackRequest& request) {
    return feedback_.List(call, {request.page_size(), request.page_token(), request.filter()});
  });
  builder.Database("CreateFeedback", [this](rpc::Call& call, const v1::CreateFeedbackRequest& request) {
    v1::Feedback entry;
    entry.set_page(request.page());
    entry.set_text(request.text());
    return feedback_.Create(call, Uuid::New(SystemClock()).ToString(), entry, {});
  });
  builder.Database("AnswerFeedback", [this](rpc::Call& call, const v1::AnswerFeedbackRequest& request) {
    return feedback_.Change(call, request.name(), request.etag(), {}, [&](google::protobuf::Message& after) {
      Answer(call, request.answer(), after);
      return absl::OkStatus();
    });
  });
  return builder.Finish();
}

}  // namespace yaoshi::registry
