// Small edits of serialised protobuf messages: fields are appended, since a later field overrides or merges.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "google/protobuf/descriptor.h"

namespace yaoshi::gateway {

using FieldChain = std::vector<const google::protobuf::FieldDescriptor*>;

// Appends a length-delimited field (string, bytes, message) inside the messages that `chain` walks through.
void AppendBytes(const FieldChain& chain, std::string_view value, std::string& message);

// Appends the scalar that `text` says, as query parameters and path variables spell it: enum values by name, bytes in
// base64, true and false. The error says what is allowed instead.
absl::Status AppendScalar(const FieldChain& chain, std::string_view text, std::string& message);

// The last value of a string, bytes or message field of a serialised message; nullopt when it is absent.
std::optional<std::string> FindBytes(const google::protobuf::FieldDescriptor* field, std::string_view message);

}  // namespace yaoshi::gateway
