#include "gateway/http/representation.h"

#include <utility>

#include "gateway/http/gzip.h"

namespace yaoshi::gateway {

Representation Representation::Of(std::string type, std::string bytes, std::string packed) {
  Representation made;
  made.type = std::move(type);
  made.etag = EtagOf(bytes);
  if (!packed.empty() && packed.size() < bytes.size()) made.packed = SharedBytes::Of(std::move(packed));
  made.bytes = SharedBytes::Of(std::move(bytes));
  return made;
}

HttpReply Representation::ReplyTo(const HttpRequest& request, std::string_view cache_control) const {
  HttpReply reply;
  reply.headers = {{"Content-Type", type},
                   {"ETag", etag},
                   {"Vary", "Accept-Encoding"},
                   {"Cache-Control", std::string(cache_control)}};
  if (MatchesEtag(request.Header("if-none-match"), etag)) {
    reply.status = 304;
    return reply;
  }
  const bool takes_packed = packed != nullptr && AcceptsGzip(request.Header("accept-encoding"));
  if (takes_packed) reply.headers.emplace_back("Content-Encoding", "gzip");
  reply.shared = takes_packed ? packed : bytes;
  return reply;
}

}  // namespace yaoshi::gateway
