#include "services/registry/directory_convert.h"

#include <utility>

namespace yaoshi::registry {

v1::File ToProto(const StoredFile& file) {
  v1::File proto;
  proto.set_name(FileName(file.id));
  proto.set_filename(file.filename);
  proto.set_size_bytes(file.size);
  proto.set_sha256(file.sha256);
  proto.set_finished(file.finished);
  proto.set_account(file.account);
  proto.set_create_time(file.created_at.ToString());
  return proto;
}

std::string_view ContentTypeOf(std::string_view filename) {
  constexpr std::pair<std::string_view, std::string_view> kTypes[] = {
      {".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
      {".csv", "text/csv; charset=utf-8"},
  };
  for (const auto& [ending, type] : kTypes) {
    if (filename.ends_with(ending)) return type;
  }
  return "application/octet-stream";
}

}  // namespace yaoshi::registry
