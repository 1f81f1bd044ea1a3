// FileService: uploads in pieces, downloads as a stream. A file is its account's alone.
#pragma once

#include "common/db/session.h"
#include "common/rpc/service.h"
#include "services/registry/directory_context.h"
#include "yaoshi/registry/v1/file.pb.h"

namespace yaoshi::registry {

class FileHandlers {
 public:
  // Each download reads with a session of its own, made from `database`. `writer` outlives the handlers.
  FileHandlers(feed::Writer& writer, db::Options database) : writer_(writer), database_(std::move(database)) {}

  // This must outlive the server.
  rpc::BoundService Bind();

 private:
  absl::StatusOr<v1::File> Create(rpc::Call& call, const v1::CreateFileRequest& request);
  absl::StatusOr<v1::File> Write(rpc::Call& call, const v1::WriteFileRequest& request);
  absl::StatusOr<v1::File> Finish(rpc::Call& call, const v1::FinishFileRequest& request);
  absl::StatusOr<v1::File> Get(rpc::Call& call, const v1::GetFileRequest& request);
  absl::Status Download(rpc::Call& call, const v1::DownloadFileRequest& request, rpc::StreamWriter& stream);

  feed::Writer& writer_;
  const db::Options database_;
};

}  // namespace yaoshi::registry
