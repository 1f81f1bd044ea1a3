// A representation of a resource (RFC 9110 §3.2) that is kept: as it is and by gzip, with its entity tag.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "gateway/http/exchange.h"
#include "gateway/http/shared_bytes.h"

namespace yaoshi::gateway {

struct Representation {
  std::string type;  // "text/css; charset=utf-8"
  std::string etag;
  std::shared_ptr<const SharedBytes> bytes;
  std::shared_ptr<const SharedBytes> packed;  // Null when it gains nothing.

  // `packed` is the same by gzip, or empty.
  static Representation Of(std::string type, std::string bytes, std::string packed);

  // 304 to who knows it already; compressed for who takes that.
  HttpReply ReplyTo(const HttpRequest& request, std::string_view cache_control) const;
};

}  // namespace yaoshi::gateway
