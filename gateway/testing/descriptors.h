// The descriptors of the real APIs and of the tests' own, yaoshi.library.v1.
#pragma once

#include <memory>
#include <string_view>

#include "gateway/transcode/api.h"

namespace yaoshi::gateway {

std::string_view TestDescriptorSet();

// An Api with the backend "library" alone; aborts when it does not build.
std::unique_ptr<Api> LibraryApi();

}  // namespace yaoshi::gateway
