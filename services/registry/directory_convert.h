// Where protos meet stored files and lists.
#pragma once

#include <string>
#include <string_view>

#include "services/registry/store/file_store.h"
#include "yaoshi/registry/v1/file.pb.h"

namespace yaoshi::registry {

v1::File ToProto(const StoredFile& file);

// "text/csv" of "2022.csv", "application/octet-stream" of what is unknown.
std::string_view ContentTypeOf(std::string_view filename);

}  // namespace yaoshi::registry
