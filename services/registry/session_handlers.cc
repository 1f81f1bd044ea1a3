#include "services/registry/session_handlers.h"

#include "common/ids/uuid.h"
#include "common/page/page_size.h"
#include "common/status/status.h"

namespace yaoshi::registry {
namespace {

// No caller reads or creates one of these by name, so nobody gets these errors.
absl::Status NoSuchSession(std::string_view) {
  return absl::NotFoundError("no such ended session");
}

resource::Spec MakeSpec() {
  resource::Spec spec;
  spec.type = "session";
  spec.collection = "sessions";
  spec.path = "session";
  spec.prototype = &v1::EndedSession::default_instance();
  spec.not_found = NoSuchSession;
  spec.exists = NoSuchSession;
  return spec;
}

}  // namespace

SessionHandlers::SessionHandlers(const DirectoryContext& context)
    : context_(context), sessions_(MakeSpec(), context.memory, context.writer, context.tokens) {}

absl::StatusOr<rpc::Bytes> SessionHandlers::End(rpc::Call& call, const v1::EndSessionRequest& request) {
  const absl::StatusOr<Uuid> id = Uuid::Parse(request.session_id());
  if (!id.ok()) return InvalidFields({{"session_id", "must be a UUID"}});
  ASSIGN_OR_RETURN(const auto stored, sessions_.Load(call.session(), "sessions/" + id->ToString()));
  if (stored.has_value()) return rpc::Bytes{stored->body};
  return sessions_.Save(call, id->ToString(), request.session(), {});
}

absl::StatusOr<v1::ListEndedSessionsResponse> SessionHandlers::List(rpc::Call&,
                                                                    const v1::ListEndedSessionsRequest& request) {
  ASSIGN_OR_RETURN(const int size, PageSize(request.page_size()));
  v1::ListEndedSessionsResponse response;
  context_.memory.Scan("session", request.after_name(), [&](const std::string&, const resource::Row& row) {
    response.add_sessions()->ParseFromString(*row.body);
    return response.sessions_size() < size;
  });
  return response;
}

rpc::BoundService SessionHandlers::Bind() {
  rpc::ServiceBuilder builder(v1::EndedSession::descriptor()->file()->FindServiceByName("SessionService"));
  builder.Database("EndSession", this, &SessionHandlers::End);
  builder.Memory("ListEndedSessions", this, &SessionHandlers::List);
  return builder.Finish();
}

}  // namespace yaoshi::registry
