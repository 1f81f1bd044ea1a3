#include "services/registry/file_handlers.h"

#include <fmt/format.h>

#include "google/api/httpbody.pb.h"
#include "google/protobuf/wrappers.pb.h"
#include "services/registry/directory_convert.h"
#include "services/registry/directory_errors.h"
#include "services/registry/store/file_store.h"

namespace yaoshi::registry {
namespace {

// An upload that is not finished by then is forgotten.
constexpr std::chrono::hours kKeepUnfinished{24};
// Old uploads that each new one removes: more than one, so that they cannot pile up.
constexpr int kPurgeAtOnce = 2;

std::vector<FieldViolation> CheckPiece(const v1::WriteFileRequest& request) {
  const auto size = static_cast<int64_t>(request.data().size());
  if (size > 0 && size <= kMaxPieceBytes) return {};
  return {{"data", fmt::format("must have 1 to {} bytes; it has {}", kMaxPieceBytes, size)}};
}

}  // namespace

absl::StatusOr<v1::File> FileHandlers::Create(rpc::Call& call, const v1::CreateFileRequest& request) {
  if (request.size_bytes() > kMaxFileBytes) return FileTooLarge(kMaxFileBytes);
  const Timestamp before = call.now() + -std::chrono::microseconds(kKeepUnfinished);
  // This upload does not hang on it; the next one tries again.
  PurgeUnfinished(call.session(), before, kPurgeAtOnce, call.deadline()).status().IgnoreError();
  StoredFile file;
  file.id = Uuid::New(SystemClock());
  file.filename = request.filename();
  file.account = call.principal().account;
  file.declared_size = request.size_bytes();
  file.created_at = call.now();
  return writer_.Transact<v1::File>(call, {}, [&](feed::Tx& tx) -> absl::StatusOr<v1::File> {
    RETURN_IF_ERROR(InsertFile(tx.session(), file));
    return ToProto(file);
  });
}

absl::StatusOr<v1::File> FileHandlers::Write(rpc::Call& call, const v1::WriteFileRequest& request) {
  RETURN_IF_ERROR(InvalidFields(CheckPiece(request)));
  ASSIGN_OR_RETURN(const StoredFile own, LoadOwnFile(call.session(), request.name(), call.principal().account));
  ASSIGN_OR_RETURN(const StoredFile file,
                   WritePiece(call.session(), own.id, request.offset_bytes(), request.data(), call.deadline()));
  return ToProto(file);
}

absl::StatusOr<v1::File> FileHandlers::Finish(rpc::Call& call, const v1::FinishFileRequest& request) {
  ASSIGN_OR_RETURN(const StoredFile own, LoadOwnFile(call.session(), request.name(), call.principal().account));
  ASSIGN_OR_RETURN(const StoredFile file, FinishFile(call.session(), own.id, request.sha256(), call.deadline()));
  return ToProto(file);
}

absl::StatusOr<v1::File> FileHandlers::Get(rpc::Call& call, const v1::GetFileRequest& request) {
  ASSIGN_OR_RETURN(const StoredFile file, LoadOwnFile(call.session(), request.name(), call.principal().account));
  return ToProto(file);
}

absl::Status FileHandlers::Download(rpc::Call& call, const v1::DownloadFileRequest& request,
                                    rpc::StreamWriter& stream) {
  db::ThreadScope scope;
  db::Session session(database_);
  ASSIGN_OR_RETURN(const StoredFile file, LoadOwnFile(session, request.name(), call.principal().account));
  if (!file.finished) return FileNotFinished(request.name());
  google::api::HttpBody body;
  // The first piece says what it is, and under which name to keep it.
  body.set_content_type(std::string(ContentTypeOf(file.filename)));
  google::protobuf::StringValue filename;
  filename.set_value(file.filename);
  body.add_extensions()->PackFrom(filename);
  if (file.size == 0) stream.Write(body);
  return ReadFile(session, file, [&](std::string_view piece) {
    body.set_data(std::string(piece));
    if (!stream.Write(body)) return absl::CancelledError("The client has gone.");
    body.Clear();
    return absl::OkStatus();
  });
}

rpc::BoundService FileHandlers::Bind() {
  rpc::ServiceBuilder builder(v1::File::descriptor()->file()->FindServiceByName("FileService"));
  builder.Database("CreateFile", this, &FileHandlers::Create);
  builder.Database("WriteFile", this, &FileHandlers::Write);
  builder.Database("FinishFile", this, &FileHandlers::Finish);
  builder.Database("GetFile", this, &FileHandlers::Get);
  builder.Stream("DownloadFile", this, &FileHandlers::Download);
  return builder.Finish();
}

}  // namespace yaoshi::registry
