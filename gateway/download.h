// A server stream of google.api.HttpBody as a chunked HTTP reply.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "common/rpc/client.h"
#include "gateway/http/exchange.h"
#include "gateway/transcode/api.h"

namespace yaoshi::gateway {

// Streams the answer of `route` to the client, as fast as the client reads. `answered` runs once, at the end, with the
// HTTP status that was sent and the status of the call.
void Download(const Api& api, const Route& route, rpc::Channel& channel, std::string request,
              const rpc::CallOptions& options, std::shared_ptr<Exchange> exchange,
              std::function<void(int http_status, const absl::Status&)> answered);

}  // namespace yaoshi::gateway
