// A view as it goes out through either door: made once, sent to all who may see it.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "gateway/http/exchange.h"
#include "gateway/http/representation.h"
#include "gateway/transcode/api.h"
#include "yaoshi/gateway/v1/bulletin.pb.h"

namespace yaoshi::gateway {

struct Rendered {
  std::string message;         // Serialised: for gRPC. Empty of a file.
  Representation kept;         // JSON, or the file.
  std::string file_name = {};  // Of a file to keep; empty for JSON.
  bool complete = false;       // Every part is OK.
};

// `message` is one of `type`. What is complete is sent often, and packed well for that.
absl::StatusOr<std::shared_ptr<const Rendered>> RenderView(const Api& api, const google::protobuf::Descriptor* type,
                                                           std::string message, bool complete);
// Of a serialised v1.Bulletin.
absl::StatusOr<std::shared_ptr<const Rendered>> RenderFile(const std::string& bulletin,
                                                           v1::DownloadBulletinRequest::Format format, bool complete);

HttpReply ReplyWith(const Rendered& rendered, const HttpRequest& request);

}  // namespace yaoshi::gateway
