#include "gateway/views/rendered.h"

#include <utility>

#include "common/status/status.h"
#include "gateway/http/gzip.h"
#include "gateway/http/reply.h"
#include "gateway/views/bulletin.h"

namespace yaoshi::gateway {
namespace {

std::string Packed(const std::string& text, bool complete) {
  return text.size() < kMinGzipBytes ? std::string() : Gzip(text, complete ? kBestGzip : kFastGzip);
}

}  // namespace

absl::StatusOr<std::shared_ptr<const Rendered>> RenderView(const Api& api, const google::protobuf::Descriptor* type,
                                                           std::string message, bool complete) {
  auto rendered = std::make_shared<Rendered>();
  ASSIGN_OR_RETURN(std::string json, api.ToJson(type, message));
  std::string packed = Packed(json, complete);
  rendered->message = std::move(message);
  rendered->kept = Representation::Of("application/json; charset=utf-8", std::move(json), std::move(packed));
  rendered->complete = complete;
  return rendered;
}

absl::StatusOr<std::shared_ptr<const Rendered>> RenderFile(const std::string& bulletin,
                                                           v1::DownloadBulletinRequest::Format format, bool complete) {
  v1::Bulletin parsed;
  if (!parsed.ParseFromString(bulletin)) return absl::InternalError("malformed bulletin");
  const bool html = format == v1::DownloadBulletinRequest::HTML;
  ASSIGN_OR_RETURN(BulletinFile file, html ? HtmlOf(parsed) : DocxOf(parsed));
  auto rendered = std::make_shared<Rendered>();
  std::string packed = html ? Packed(file.bytes, complete) : std::string();  // A .docx is a zip already.
  rendered->kept = Representation::Of(std::move(file.content_type), std::move(file.bytes), std::move(packed));
  rendered->file_name = std::move(file.name);
  rendered->complete = complete;
  return rendered;
}

HttpReply ReplyWith(const Rendered& rendered, const HttpRequest& request) {
  HttpReply reply = rendered.kept.ReplyTo(request, "private, no-cache");
  if (!rendered.file_name.empty()) {
    reply.headers.emplace_back("Content-Disposition", ContentDisposition(rendered.file_name));
  }
  return reply;
}

}  // namespace yaoshi::gateway
