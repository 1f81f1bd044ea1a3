// Explains requests that protobuf refuses to parse. Runs only after a failed parse.
#include <fmt/format.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>

#include <string>
#include <vector>

#include "common/rpc/field_rules.h"

namespace yaoshi::rpc {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedInputStream;

// As deep as protobuf itself parses.
constexpr int kMaxDepth = 100;

// The length of the well-formed UTF-8 sequence at the start of `text` (RFC 3629: no overlong form, no surrogate, at
// most U+10FFFF), or 0.
size_t SequenceLength(std::string_view text) {
  const auto byte = [&](size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  const auto continues = [&](size_t i) { return (byte(i) & 0xC0) == 0x80; };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return continues(1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    const bool overlong = first == 0xE0 && byte(1) < 0xA0;
    const bool surrogate = first == 0xED && byte(1) >= 0xA0;
    return continues(1) && continues(2) && !overlong && !surrogate ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    const bool overlong = first == 0xF0 && byte(1) < 0x90;
    const bool beyond = first == 0xF4 && byte(1) >= 0x90;
    return continues(1) && continues(2) && continues(3) && !overlong && !beyond ? 4 : 0;
  }
  return 0;
}

bool IsUtf8(std::string_view text) {
  while (!text.empty()) {
    const size_t length = SequenceLength(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

// Collects the strings of a serialised message that are not UTF-8.
class Scanner {
 public:
  // False when the bytes are no message at all.
  bool Scan(const Descriptor* type, std::string_view bytes, const std::string& path, int depth) {
    CodedInputStream input(reinterpret_cast<const uint8_t*>(bytes.data()), static_cast<int>(bytes.size()));
    while (const uint32_t tag = input.ReadTag()) {
      const FieldDescriptor* field = type->FindFieldByNumber(WireFormatLite::GetTagFieldNumber(tag));
      const bool delimited = WireFormatLite::GetTagWireType(tag) == WireFormatLite::WIRETYPE_LENGTH_DELIMITED;
      if (field == nullptr || !delimited) {
        if (!WireFormatLite::SkipField(&input, tag)) return false;
        continue;
      }
      std::string content;
      if (!WireFormatLite::ReadBytes(&input, &content)) return false;
      if (!ScanField(*field, content, path.empty() ? field->name() : path + "." + field->name(), depth)) return false;
    }
    return input.ConsumedEntireMessage();
  }

  const std::vector<FieldViolation>& violations() const { return violations_; }

 private:
  bool ScanField(const FieldDescriptor& field, const std::string& content, const std::string& path, int depth) {
    if (field.type() == FieldDescriptor::TYPE_STRING && !IsUtf8(content)) {
      violations_.push_back({path, "must be UTF-8 text"});
    }
    if (field.type() != FieldDescriptor::TYPE_MESSAGE) return true;
    return depth < kMaxDepth && Scan(field.message_type(), content, path, depth + 1);
  }

  std::vector<FieldViolation> violations_;
};

}  // namespace

absl::Status ExplainMalformed(const Descriptor* type, std::string_view bytes) {
  Scanner scanner;
  if (scanner.Scan(type, bytes, "", 0) && !scanner.violations().empty()) return InvalidFields(scanner.violations());
  return Error(absl::StatusCode::kInvalidArgument, "MALFORMED_REQUEST",
               fmt::format("The request is no {}: send the message of the published proto.", type->name()));
}

}  // namespace yaoshi::rpc
