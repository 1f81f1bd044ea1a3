// The field rules of a request (yaoshi.common.v1.FieldRules), compiled once per message type and checked before the
// handler runs. All violations are reported at once.
//
// A request with a field named update_mask changes only what its mask names: `required` inside its resource counts only
// for fields that the mask names ("*" names all; an empty mask changes the fields that are set, so nothing is
// required).
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "common/status/status.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

namespace yaoshi::rpc {

class MessageRules;  // Of one message type.

// The rules of many request types. Compile() at start, Check() from any thread.
class FieldRulesSet {
 public:
  FieldRulesSet();
  ~FieldRulesSet();
  FieldRulesSet(FieldRulesSet&&) noexcept;

  // The compiled rules of a request type, or null when nothing below it has a rule. Owned by this set. An unusable
  // pattern is an error that names the field.
  absl::StatusOr<const MessageRules*> Compile(const google::protobuf::Descriptor* request);

 private:
  absl::StatusOr<MessageRules*> CompileTree(const google::protobuf::Descriptor* type);
  absl::flat_hash_map<const google::protobuf::Descriptor*, std::unique_ptr<MessageRules>> types_;
};

// OK, or INVALID_ARGUMENT (reason INVALID_FIELDS) with all violations. Null rules check nothing.
absl::Status CheckFields(const MessageRules* rules, const google::protobuf::Message& request);

// What is wrong with bytes that do not parse as `type`: INVALID_FIELDS that names the strings which are not UTF-8, or
// MALFORMED_REQUEST.
absl::Status ExplainMalformed(const google::protobuf::Descriptor* type, std::string_view bytes);

}  // namespace yaoshi::rpc
