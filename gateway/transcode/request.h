// Makes the serialised request of an RPC from the parts of an HTTP request.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "gateway/transcode/api.h"

namespace yaoshi::gateway {

// The parts of an HTTP request that a message is made of.
struct RequestParts {
  std::string_view query = {};         // After the '?', as it came.
  std::string_view body = {};          // Empty when there was none.
  std::string_view content_type = {};  // As it came.
  std::string_view if_match = {};      // As it came: "3" in quotes.
};

// Path variables, then body, then query parameters; a later part overrides none of an earlier one. All wrong places are
// reported at once (INVALID_FIELDS). A PATCH without a mask gets it from the body's paths; If-Match becomes the etag.
absl::StatusOr<std::string> BuildRequest(const Api& api, const RouteMatch& match, const RequestParts& parts);

// Decodes "a=1&b=%20" into pairs.
absl::StatusOr<std::vector<std::pair<std::string, std::string>>> ParseQuery(std::string_view query);

// Gives a request that has an empty `request_id` field the id `fresh`, so that it may be retried.
void AddRequestId(const google::protobuf::Descriptor* type, std::string_view fresh, std::string& request);

}  // namespace yaoshi::gateway
