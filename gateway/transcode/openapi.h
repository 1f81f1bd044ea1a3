// The OpenAPI 3.1 description of all routes, made from the same descriptors that they are served by.
#pragma once

#include <string>

#include "gateway/transcode/api.h"

namespace yaoshi::gateway {

// JSON text. Summaries and descriptions are the comments of the protos.
std::string OpenApi(const Api& api);

}  // namespace yaoshi::gateway
