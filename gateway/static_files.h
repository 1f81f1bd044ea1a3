// The portal's built files, served out of memory: what is not there at the start is not there.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "gateway/http/exchange.h"
#include "gateway/http/representation.h"

namespace yaoshi::gateway {

class StaticFiles {
 public:
  // Reads every regular file below `folder`, which must hold an index.html. Links are not followed. A file "x.gz"
  // beside "x" is the same compressed; what has none is compressed here, which takes long for a large portal.
  static absl::StatusOr<std::unique_ptr<StaticFiles>> Load(const std::string& folder);

  // The reply to a GET or HEAD of a path of the portal: a file; index.html for the paths that the portal itself
  // makes sense of; nullopt for what is none of its business (the API, other methods, missing assets).
  std::optional<HttpReply> Serve(const HttpRequest& request) const;

 private:
  struct File {
    Representation kept;
    bool immutable = false;  // Its name changes with its content.
  };

  std::map<std::string, File, std::less<>> files_;  // By path, "/assets/index-4f2a.js".
};

}  // namespace yaoshi::gateway
