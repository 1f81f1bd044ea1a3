#include "common/filter/field_table.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <utility>

namespace yaoshi::filter {
namespace {

void Require(bool condition, const std::string& field, const char* problem) {
  if (condition) return;
  std::fprintf(stderr, "filter field \"%s\": %s\n", field.c_str(), problem);
  std::abort();
}

}  // namespace

FieldTable::FieldTable(std::vector<FieldSpec> fields) : fields_(std::move(fields)) {
  for (std::size_t i = 0; i < fields_.size(); ++i) {
    const FieldSpec& field = fields_[i];
    Require(by_name_.emplace(field.name, i).second, field.name, "the name is given twice");
    Require(!field.searched || field.type == FieldType::kString, field.name, "only strings can be searched");
    Require((field.type == FieldType::kEnum) == !field.enum_values.empty(), field.name,
            "enums, and only they, have values");
    if (field.searched) searched_.push_back(i);
  }
}

std::optional<std::size_t> FieldTable::Find(std::string_view name) const {
  const auto found = by_name_.find(std::string(name));
  return found == by_name_.end() ? std::nullopt : std::optional<std::size_t>(found->second);
}

std::string FieldTable::Names() const {
  std::vector<std::string> names;
  for (const FieldSpec& field : fields_) names.push_back(field.name);
  std::sort(names.begin(), names.end());
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

}  // namespace yaoshi::filter
