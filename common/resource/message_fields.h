// A filter table over the fields of a message, read by reflection.
#pragma once

#include <string>
#include <vector>

#include "common/filter/bound.h"
#include "common/filter/field_table.h"
#include "google/protobuf/message.h"

namespace yaoshi::resource {

// Immutable. Strings whose name ends in "_on" are dates. UNSPECIFIED cannot be asked for by name; "NOT kind:*" finds
// it.
class MessageFields {
 public:
  // `names` are top-level fields of `type`: strings, integers, booleans, enums; others abort. `searched` are those that
  // a bare word is looked for in.
  MessageFields(const google::protobuf::Descriptor& type, const std::vector<std::string>& names,
                const std::vector<std::string>& searched);

  const filter::FieldTable& table() const { return table_; }

  // The value of a field of the table; its views live as long as the message.
  filter::FieldValue Value(const google::protobuf::Message& message, size_t field) const;

 private:
  std::vector<const google::protobuf::FieldDescriptor*> fields_;
  filter::FieldTable table_;
};

}  // namespace yaoshi::resource
