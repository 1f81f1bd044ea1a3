#include "common/page/field_mask.h"

#include <fmt/format.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/util/message_differencer.h>

#include <algorithm>
#include <memory>
#include <string_view>
#include <utility>

#include "common/status/quote.h"
#include "common/status/status.h"
#include "google/api/field_behavior.pb.h"

namespace yaoshi {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::FieldMask;
using google::protobuf::Message;

bool Has(const FieldDescriptor& field, google::api::FieldBehavior behavior) {
  const auto& options = field.options();
  for (int i = 0; i < options.ExtensionSize(google::api::field_behavior); ++i) {
    if (options.GetExtension(google::api::field_behavior, i) == behavior) return true;
  }
  return false;
}

// Why no Update may write the field; "" when it may.
std::string_view WhyFixed(const FieldDescriptor& field, bool top_level) {
  if (Has(field, google::api::OUTPUT_ONLY)) return "is set by the service";
  if (Has(field, google::api::IMMUTABLE)) return "cannot change after creation";
  if (Has(field, google::api::IDENTIFIER) || (top_level && field.name() == "name")) return "identifies the resource";
  if (top_level && field.name() == "etag") return "guards the update and is not updated";
  return "";
}

bool IsSubMessage(const FieldDescriptor& field) {
  return field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE && !field.is_repeated();
}

// "title, region": the fields of `type` that an Update may write.
std::string WritableNames(const Descriptor& type, bool top_level) {
  std::string names;
  for (int i = 0; i < type.field_count(); ++i) {
    if (!WhyFixed(*type.field(i), top_level).empty()) continue;
    names += (names.empty() ? "" : ", ") + type.field(i)->name();
  }
  return names;
}

// Splits off the first name of a path.
std::string_view TakeName(std::string_view& path) {
  const std::size_t point = std::min(path.find('.'), path.size());
  const std::string_view name = path.substr(0, point);
  path.remove_prefix(std::min(point + 1, path.size()));
  return name;
}

// What is wrong with a path; "" when it names a field that may be written.
std::string PathProblem(const Descriptor& resource, const std::string& path) {
  if (path == "*") return "\"*\" stands alone; leave out the other paths.";
  const Descriptor* type = &resource;
  std::string_view rest = path;
  if (path.empty() || path.back() == '.') return fmt::format("{} is not a path.", Quote(path));
  while (true) {
    const bool top_level = type == &resource && rest.size() == path.size();
    const FieldDescriptor* field = type->FindFieldByName(std::string(TakeName(rest)));
    if (field == nullptr) {
      return fmt::format("{} is no field; there are {}.", Quote(path), WritableNames(*type, top_level));
    }
    if (const auto why = WhyFixed(*field, top_level); !why.empty()) {
      return fmt::format("{} {}; leave it out.", Quote(path), why);
    }
    if (rest.empty()) return "";
    if (!IsSubMessage(*field)) {
      return fmt::format("{} goes into {}, which is updated as a whole.", Quote(path), Quote(field->name()));
    }
    type = field->message_type();
  }
}

std::vector<std::string> TopLevelPaths(const Message& body, bool only_set) {
  std::vector<std::string> paths;
  const Descriptor& type = *body.GetDescriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    const bool set = field.is_repeated() ? body.GetReflection()->FieldSize(body, &field) > 0
                                         : body.GetReflection()->HasField(body, &field);
    if (WhyFixed(field, true).empty() && (set || !only_set)) paths.push_back(field.name());
  }
  return paths;
}

// Makes `field` of `to` what it is in `from`, whose own value is lost by that.
void MoveField(const FieldDescriptor& field, Message& from, Message& to) {
  const auto& reflection = *to.GetReflection();
  const bool set = field.is_repeated() ? reflection.FieldSize(from, &field) > 0 : reflection.HasField(from, &field);
  if (set) {
    reflection.SwapFields(&to, &from, {&field});
  } else {
    reflection.ClearField(&to, &field);
  }
}

// The same, but sub-messages field by field: what callers may not write stays, or stays unset.
void ReplaceField(const FieldDescriptor& field, Message& from, Message& to) {
  const auto& reflection = *to.GetReflection();
  if (!IsSubMessage(field) || !reflection.HasField(from, &field)) {
    MoveField(field, from, to);
    return;
  }
  Message& from_message = *reflection.MutableMessage(&from, &field);
  Message& to_message = *reflection.MutableMessage(&to, &field);
  for (int i = 0; i < field.message_type()->field_count(); ++i) {
    const FieldDescriptor& inner = *field.message_type()->field(i);
    if (WhyFixed(inner, false).empty()) ReplaceField(inner, from_message, to_message);
  }
}

void ApplyPath(std::string_view path, Message& from, Message& to) {
  const FieldDescriptor* field = to.GetDescriptor()->FindFieldByName(std::string(TakeName(path)));
  if (field == nullptr) return;
  if (path.empty()) {
    ReplaceField(*field, from, to);
    return;
  }
  const auto& reflection = *to.GetReflection();
  // What both lack needs no clearing; creating the empty message would be a change.
  if (!reflection.HasField(from, field) && !reflection.HasField(to, field)) return;
  ApplyPath(path, *reflection.MutableMessage(&from, field), *reflection.MutableMessage(&to, field));
}

// Whether `path` is `ancestor` or a field inside it.
bool IsWithin(std::string_view path, std::string_view ancestor) {
  return path.starts_with(ancestor) && (path.size() == ancestor.size() || path[ancestor.size()] == '.');
}

// The paths that are not inside an earlier or later one.
std::vector<std::string> Outermost(const FieldMask& mask) {
  std::vector<std::string> paths;
  for (const std::string& path : mask.paths()) {
    const auto covers = [&](const std::string& kept) { return IsWithin(path, kept); };
    if (std::any_of(paths.begin(), paths.end(), covers)) continue;
    std::erase_if(paths, [&](const std::string& kept) { return IsWithin(kept, path); });
    paths.push_back(path);
  }
  return paths;
}

bool SameField(const FieldDescriptor& field, const Message& a, const Message& b) {
  google::protobuf::util::MessageDifferencer differencer;
  return differencer.CompareWithFields(a, b, {&field}, {&field});
}

}  // namespace

absl::StatusOr<std::vector<std::string>> ResolveMask(const FieldMask& mask, const Message& body) {
  if (mask.paths().empty()) return TopLevelPaths(body, true);
  if (mask.paths_size() == 1 && mask.paths(0) == "*") return TopLevelPaths(body, false);
  if (mask.paths_size() > kMaxMaskPaths) {
    return InvalidFields({{"update_mask", fmt::format("it has {} paths; at most {} are allowed, or \"*\".",
                                                      mask.paths_size(), kMaxMaskPaths)}});
  }
  std::vector<FieldViolation> violations;
  for (const std::string& path : mask.paths()) {
    std::string problem = PathProblem(*body.GetDescriptor(), path);
    if (!problem.empty()) violations.push_back({"update_mask", std::move(problem)});
  }
  RETURN_IF_ERROR(InvalidFields(violations));
  return Outermost(mask);
}

void ApplyMask(const std::vector<std::string>& paths, const Message& from, Message& to) {
  const std::unique_ptr<Message> scratch(from.New());
  scratch->CopyFrom(from);
  for (const std::string& path : paths) ApplyPath(path, *scratch, to);
}

absl::Status CheckImmutable(const Message& body, const Message& current, const std::string& prefix) {
  std::vector<FieldViolation> violations;
  std::vector<const FieldDescriptor*> set;
  body.GetReflection()->ListFields(body, &set);
  for (const FieldDescriptor* field : set) {
    if (!Has(*field, google::api::IMMUTABLE) || SameField(*field, body, current)) continue;
    violations.push_back({fmt::format("{}.{}", prefix, field->name()),
                          "cannot change after creation; leave it out or send the stored value."});
  }
  return InvalidFields(violations);
}

}  // namespace yaoshi
