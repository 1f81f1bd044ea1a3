#include "common/rpc/field_rules.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <optional>
#include <string>
#include <utility>

#include "absl/numeric/int128.h"
#include "common/calendar/clock.h"
#include "common/calendar/date.h"
#include "common/ids/uuid.h"
#include "yaoshi/common/v1/options.pb.h"

namespace yaoshi::rpc {

using common::v1::FieldRules;
using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

// One field that has a rule, or leads to one.
struct RuledField {
  const FieldDescriptor* descriptor = nullptr;
  FieldRules rules;
  std::unique_ptr<RE2> pattern;
  const MessageRules* nested = nullptr;  // Of a message field; owned by the set.
};

class MessageRules {
 public:
  std::vector<RuledField> fields;
  // Of a request; null when it has no such field.
  const FieldDescriptor* update_mask = nullptr;
  const FieldDescriptor* request_id = nullptr;
  bool leads_to_rules = false;
  bool compiling = true;  // A type that contains itself meets itself while it is compiled.
};

namespace {

// Which `required` rules count: all, or those of fields that an update mask names.
class RequiredScope {
 public:
  RequiredScope() = default;
  explicit RequiredScope(std::vector<std::string> paths) : limited_(true), paths_(std::move(paths)) {}

  // `path` counts from the resource: "title", "funding.bank".
  bool Counts(std::string_view path) const {
    if (!limited_) return true;
    for (const std::string& named : paths_) {
      if (named == "*" || named == path) return true;
      // The mask names a message around the field.
      if (path.size() > named.size() && path.starts_with(named) && path[named.size()] == '.') return true;
    }
    return false;
  }

 private:
  bool limited_ = false;
  std::vector<std::string> paths_;
};

size_t CodePoints(std::string_view utf8) {
  size_t count = 0;
  for (const char c : utf8) count += (static_cast<unsigned char>(c) & 0xC0) != 0x80 ? 1 : 0;
  return count;
}

bool IsUpdateMask(const FieldDescriptor& field) {
  if (field.name() != "update_mask" || field.is_repeated()) return false;
  return field.type() == FieldDescriptor::TYPE_STRING ||
         (field.message_type() != nullptr && field.message_type()->full_name() == "google.protobuf.FieldMask");
}

std::vector<std::string> SplitPaths(const std::string& text) {
  std::vector<std::string> paths;
  size_t begin = 0;
  while (begin < text.size()) {
    const size_t end = std::min(text.find(',', begin), text.size());
    const size_t first = text.find_first_not_of(' ', begin);
    if (first < end) paths.push_back(text.substr(first, text.find_last_not_of(' ', end - 1) + 1 - first));
    begin = end + 1;
  }
  return paths;
}

RequiredScope ScopeOf(const Message& request, const FieldDescriptor& mask) {
  const Reflection& reflection = *request.GetReflection();
  if (mask.type() == FieldDescriptor::TYPE_STRING)
    return RequiredScope(SplitPaths(reflection.GetString(request, &mask)));
  const Message& field_mask = reflection.GetMessage(request, &mask);
  const FieldDescriptor* paths = field_mask.GetDescriptor()->FindFieldByName("paths");
  std::vector<std::string> named;
  for (int i = 0; i < field_mask.GetReflection()->FieldSize(field_mask, paths); ++i) {
    named.push_back(field_mask.GetReflection()->GetRepeatedString(field_mask, paths, i));
  }
  return RequiredScope(std::move(named));
}

// Where the checker stands in the request.
struct Place {
  std::string path;           // From the request: "project.title".
  std::string resource_path;  // From the resource of an update: "title"; "" above it.
};

std::string Join(const std::string& parent, const std::string& name) {
  return parent.empty() ? name : parent + "." + name;
}

class Checker {
 public:
  explicit Checker(RequiredScope scope, bool is_update) : scope_(std::move(scope)), is_update_(is_update) {}

  void CheckMessage(const MessageRules& rules, const Message& message, const Place& place, int depth) {
    for (const RuledField& field : rules.fields) CheckField(field, message, place, depth);
  }
  void Add(std::string field, std::string description) {
    violations_.push_back({std::move(field), std::move(description)});
  }
  bool Has(std::string_view field) const {
    for (const FieldViolation& violation : violations_) {
      if (violation.field == field) return true;
    }
    return false;
  }
  const std::vector<FieldViolation>& violations() const { return violations_; }

 private:
  void CheckField(const RuledField& field, const Message& message, const Place& parent, int depth) {
    const FieldDescriptor& descriptor = *field.descriptor;
    // Only what lies inside the resource of an update has a resource path.
    Place place{Join(parent.path, descriptor.name()),
                depth == 0 ? std::string() : Join(parent.resource_path, descriptor.name())};
    if (!IsSet(message, descriptor)) {
      const bool counts = !is_update_ || depth == 0 || scope_.Counts(place.resource_path);
      if (counts) CheckUnset(field, place.path);
      return;
    }
    if (descriptor.is_repeated()) {
      CheckRepeated(field, message, place, depth);
    } else {
      CheckValue(field, message, -1, place, depth);
    }
  }

  void CheckUnset(const RuledField& field, const std::string& path) {
    const FieldDescriptor& descriptor = *field.descriptor;
    if (field.rules.required()) {
      Add(path, "must be set");
    } else if (field.rules.has_range() && !descriptor.has_presence() && !descriptor.is_repeated()) {
      CheckNumber(field.rules, 0, path);  // Zero is a number, too.
    }
  }

  static bool IsSet(const Message& message, const FieldDescriptor& descriptor) {
    const Reflection& reflection = *message.GetReflection();
    // Without presence, HasField() is true for values that are not zero or empty.
    return descriptor.is_repeated() ? reflection.FieldSize(message, &descriptor) > 0
                                    : reflection.HasField(message, &descriptor);
  }

  void CheckRepeated(const RuledField& field, const Message& message, const Place& place, int depth) {
    const int size = message.GetReflection()->FieldSize(message, field.descriptor);
    const int limit = field.rules.max_length();
    if (limit > 0 && size > limit) {
      Add(place.path, fmt::format("must have at most {} elements; it has {}", limit, size));
      return;  // The rest would only repeat itself.
    }
    for (int i = 0; i < size; ++i) {
      CheckValue(field, message, i, {fmt::format("{}[{}]", place.path, i), place.resource_path}, depth);
    }
  }

  // A single value, or the element `index` of a repeated field.
  void CheckValue(const RuledField& field, const Message& message, int index, const Place& place, int depth) {
    const Reflection& reflection = *message.GetReflection();
    const FieldDescriptor* descriptor = field.descriptor;
    switch (descriptor->cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING: {
        std::string scratch;
        const std::string& text = index < 0
                                      ? reflection.GetStringReference(message, descriptor, &scratch)
                                      : reflection.GetRepeatedStringReference(message, descriptor, index, &scratch);
        CheckText(field, text, place.path);
        break;
      }
      case FieldDescriptor::CPPTYPE_MESSAGE:
        if (field.nested != nullptr) {
          const Message& nested = index < 0 ? reflection.GetMessage(message, descriptor)
                                            : reflection.GetRepeatedMessage(message, descriptor, index);
          CheckMessage(*field.nested, nested, place, depth + 1);
        }
        break;
      default:
        if (field.rules.has_range()) CheckNumber(field.rules, Number(message, *descriptor, index), place.path);
    }
  }

  void CheckText(const RuledField& field, const std::string& text, const std::string& path) {
    if (text.empty()) return;
    const bool is_bytes = field.descriptor->type() == FieldDescriptor::TYPE_BYTES;
    const int limit = field.descriptor->is_repeated() ? 0 : field.rules.max_length();
    const size_t length = limit == 0 ? 0 : is_bytes ? text.size() : CodePoints(text);
    if (length > static_cast<size_t>(limit)) {
      Add(path, fmt::format("must have at most {} {}; it has {}", limit, is_bytes ? "bytes" : "characters", length));
    } else if (field.pattern != nullptr && !RE2::FullMatch(text, *field.pattern)) {
      Add(path, fmt::format("must match {}", field.pattern->pattern()));
    }
    if (field.rules.date() && !Date::Parse(text).ok()) Add(path, "must be a date such as 2022-04-20");
    if (field.rules.timestamp() && !Timestamp::Parse(text).ok()) {
      Add(path, "must be a time in UTC such as 2022-04-20T08:00:00Z");
    }
  }

  // Wide enough for int64 and uint64; nullopt for kinds without a range.
  static std::optional<absl::int128> Number(const Message& message, const FieldDescriptor& descriptor, int index) {
    const Reflection& r = *message.GetReflection();
    switch (descriptor.cpp_type()) {
      case FieldDescriptor::CPPTYPE_INT32:
        return index < 0 ? r.GetInt32(message, &descriptor) : r.GetRepeatedInt32(message, &descriptor, index);
      case FieldDescriptor::CPPTYPE_INT64:
        return index < 0 ? r.GetInt64(message, &descriptor) : r.GetRepeatedInt64(message, &descriptor, index);
      case FieldDescriptor::CPPTYPE_UINT32:
        return index < 0 ? r.GetUInt32(message, &descriptor) : r.GetRepeatedUInt32(message, &descriptor, index);
      case FieldDescriptor::CPPTYPE_UINT64:
        return index < 0 ? r.GetUInt64(message, &descriptor) : r.GetRepeatedUInt64(message, &descriptor, index);
      default:
        return std::nullopt;
    }
  }

  void CheckNumber(const FieldRules& rules, std::optional<absl::int128> number, const std::string& path) {
    if (!number || (*number >= rules.min() && *number <= rules.max())) return;
    Add(path, fmt::format("must be from {} to {}", rules.min(), rules.max()));
  }

  const RequiredScope scope_;
  const bool is_update_;
  std::vector<FieldViolation> violations_;
};

absl::StatusOr<RuledField> CompileField(const FieldDescriptor& descriptor) {
  RuledField field;
  field.descriptor = &descriptor;
  field.rules = descriptor.options().GetExtension(common::v1::rules);
  if (field.rules.pattern().empty()) return field;
  field.pattern = std::make_unique<RE2>(field.rules.pattern(), RE2::Quiet);
  if (!field.pattern->ok()) {
    return absl::InternalError(
        fmt::format("The pattern of {} is unusable: {}", descriptor.full_name(), field.pattern->error()));
  }
  return field;
}

}  // namespace

FieldRulesSet::FieldRulesSet() = default;
FieldRulesSet::~FieldRulesSet() = default;
FieldRulesSet::FieldRulesSet(FieldRulesSet&&) noexcept = default;

absl::StatusOr<MessageRules*> FieldRulesSet::CompileTree(const Descriptor* type) {
  if (const auto found = types_.find(type); found != types_.end()) return found->second.get();
  MessageRules* rules = types_.emplace(type, std::make_unique<MessageRules>()).first->second.get();
  for (int i = 0; i < type->field_count(); ++i) {
    const FieldDescriptor& descriptor = *type->field(i);
    const bool ruled = descriptor.options().HasExtension(common::v1::rules);
    const bool nests = descriptor.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
    if (!ruled && !nests) continue;
    ASSIGN_OR_RETURN(RuledField field, CompileField(descriptor));
    MessageRules* nested = nullptr;
    if (nests) {
      ASSIGN_OR_RETURN(nested, CompileTree(descriptor.message_type()));
      field.nested = nested;
    }
    // What is still being compiled is kept: whether it has rules is not known yet.
    if (!ruled && !nested->leads_to_rules && !nested->compiling) continue;
    rules->leads_to_rules = true;
    rules->fields.push_back(std::move(field));
  }
  rules->compiling = false;
  return rules;
}

absl::StatusOr<const MessageRules*> FieldRulesSet::Compile(const Descriptor* request) {
  ASSIGN_OR_RETURN(MessageRules * rules, CompileTree(request));
  for (int i = 0; i < request->field_count(); ++i) {
    const FieldDescriptor& field = *request->field(i);
    if (IsUpdateMask(field)) rules->update_mask = &field;
    if (field.name() == "request_id" && field.type() == FieldDescriptor::TYPE_STRING && !field.is_repeated()) {
      rules->request_id = &field;
    }
  }
  return rules->leads_to_rules || rules->request_id != nullptr ? rules : nullptr;
}

absl::Status CheckFields(const MessageRules* rules, const Message& request) {
  if (rules == nullptr) return absl::OkStatus();
  const bool is_update = rules->update_mask != nullptr;
  Checker checker(is_update ? ScopeOf(request, *rules->update_mask) : RequiredScope(), is_update);
  checker.CheckMessage(*rules, request, Place{}, 0);
  if (rules->request_id != nullptr) {
    const std::string id = request.GetReflection()->GetString(request, rules->request_id);
    if (!id.empty() && !checker.Has("request_id") && !Uuid::Parse(id).ok()) {
      checker.Add("request_id", "must be a UUID such as 018f3c5e-7b1a-7c3d-8e9f-0123456789ab, or empty");
    }
  }
  return InvalidFields(checker.violations());
}

}  // namespace yaoshi::rpc
