#include "common/resource/message_fields.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "google/protobuf/descriptor.h"

namespace yaoshi::resource {
namespace {

using filter::FieldSpec;
using filter::FieldType;
using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

[[noreturn]] void Unusable(const Descriptor& type, const std::string& name) {
  std::fprintf(stderr, "%s of %s cannot be filtered by.\n", name.c_str(), type.full_name().c_str());
  std::abort();
}

std::vector<const FieldDescriptor*> FindFields(const Descriptor& type, const std::vector<std::string>& names) {
  std::vector<const FieldDescriptor*> fields;
  for (const std::string& name : names) {
    const FieldDescriptor* field = type.FindFieldByName(name);
    if (field == nullptr || field->is_repeated()) Unusable(type, name);
    fields.push_back(field);
  }
  return fields;
}

FieldSpec SpecOf(const FieldDescriptor& field, bool searched) {
  FieldSpec spec;
  spec.name = field.name();
  spec.searched = searched;
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      spec.type = spec.name.ends_with("_on") ? FieldType::kDate : FieldType::kString;
      return spec;
    case FieldDescriptor::CPPTYPE_INT32:
    case FieldDescriptor::CPPTYPE_INT64:
      spec.type = FieldType::kInteger;
      return spec;
    case FieldDescriptor::CPPTYPE_BOOL:
      spec.type = FieldType::kBoolean;
      return spec;
    case FieldDescriptor::CPPTYPE_ENUM:
      spec.type = FieldType::kEnum;
      for (int i = 0; i < field.enum_type()->value_count(); ++i) {
        const auto& value = *field.enum_type()->value(i);
        if (value.number() != 0) spec.enum_values.push_back({value.name(), value.number()});
      }
      return spec;
    default:
      Unusable(*field.containing_type(), field.name());
  }
}

std::vector<FieldSpec> SpecsOf(const std::vector<const FieldDescriptor*>& fields,
                               const std::vector<std::string>& searched) {
  std::vector<FieldSpec> specs;
  for (const FieldDescriptor* field : fields) {
    specs.push_back(SpecOf(*field, std::find(searched.begin(), searched.end(), field->name()) != searched.end()));
  }
  return specs;
}

}  // namespace

MessageFields::MessageFields(const Descriptor& type, const std::vector<std::string>& names,
                             const std::vector<std::string>& searched)
    : fields_(FindFields(type, names)), table_(SpecsOf(fields_, searched)) {}

filter::FieldValue MessageFields::Value(const google::protobuf::Message& message, size_t field) const {
  const FieldDescriptor* descriptor = fields_[field];
  const auto& reflection = *message.GetReflection();
  switch (descriptor->cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING: {
      std::string unused;  // Generated messages keep their strings: the reference is the message's own.
      const std::string& text = reflection.GetStringReference(message, descriptor, &unused);
      if (table_[field].type != FieldType::kDate) return std::string_view(text);
      const auto date = Date::Parse(text);
      return date.ok() ? filter::FieldValue(*date) : filter::FieldValue();
    }
    case FieldDescriptor::CPPTYPE_INT32:
      return int64_t{reflection.GetInt32(message, descriptor)};
    case FieldDescriptor::CPPTYPE_INT64:
      return int64_t{reflection.GetInt64(message, descriptor)};
    case FieldDescriptor::CPPTYPE_BOOL:
      return int64_t{reflection.GetBool(message, descriptor) ? 1 : 0};
    default:
      return int64_t{reflection.GetEnumValue(message, descriptor)};
  }
}

}  // namespace yaoshi::resource
