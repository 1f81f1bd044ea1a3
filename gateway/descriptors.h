// The descriptors of every API, with comments, built into the binary.
#pragma once

#include <string_view>

namespace yaoshi::gateway {

// A serialised google.protobuf.FileDescriptorSet.
std::string_view DescriptorSet();

}  // namespace yaoshi::gateway
