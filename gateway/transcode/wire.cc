#include "gateway/transcode/wire.h"

#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "fmt/format.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "google/protobuf/wire_format_lite.h"

namespace yaoshi::gateway {
namespace {

namespace pb = google::protobuf;
using Field = pb::FieldDescriptor;
using Wire = pb::internal::WireFormatLite;

void PutVarint(uint64_t value, std::string& out) {
  while (value >= 0x80) {
    out += static_cast<char>(value | 0x80);
    value >>= 7;
  }
  out += static_cast<char>(value);
}

void PutTag(int number, Wire::WireType type, std::string& out) {
  PutVarint(Wire::MakeTag(number, type), out);
}

template <class T>
void PutFixed(T value, std::string& out) {
  char bytes[sizeof(T)];
  std::memcpy(bytes, &value, sizeof(T));  // The machines that we run on are little-endian, as the wire is.
  out.append(bytes, sizeof(T));
}

void PutDelimited(int number, std::string_view value, std::string& out) {
  PutTag(number, Wire::WIRETYPE_LENGTH_DELIMITED, out);
  PutVarint(value.size(), out);
  out.append(value);
}

// Wraps the serialised innermost field into the messages of the chain and appends the result.
void AppendWrapped(const FieldChain& chain, std::string innermost, std::string& message) {
  for (size_t i = chain.size() - 1; i-- > 0;) {
    std::string outer;
    PutDelimited(chain[i]->number(), innermost, outer);
    innermost = std::move(outer);
  }
  message += innermost;
}

template <class T>
absl::StatusOr<T> ParseNumber(std::string_view text, std::string_view expected) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    return absl::InvalidArgumentError(fmt::format("must be {}", expected));
  }
  return value;
}

absl::Status PutInteger(const Field* field, std::string_view text, std::string& out) {
  const bool is_signed = field->cpp_type() == Field::CPPTYPE_INT32 || field->cpp_type() == Field::CPPTYPE_INT64;
  const bool narrow = field->cpp_type() == Field::CPPTYPE_INT32 || field->cpp_type() == Field::CPPTYPE_UINT32;
  uint64_t bits = 0;
  if (is_signed) {
    const auto value =
        narrow ? [&]() -> absl::StatusOr<int64_t> { return ParseNumber<int32_t>(text, "a whole number"); }()
               : ParseNumber<int64_t>(text, "a whole number");
    if (!value.ok()) return value.status();
    bits = static_cast<uint64_t>(*value);
  } else {
    const auto value =
        narrow ? [&]() -> absl::StatusOr<uint64_t> { return ParseNumber<uint32_t>(text, "a whole number"); }()
               : ParseNumber<uint64_t>(text, "a whole number");
    if (!value.ok()) return value.status();
    bits = *value;
  }
  switch (field->type()) {
    case Field::TYPE_SINT32:
    case Field::TYPE_SINT64:
      PutTag(field->number(), Wire::WIRETYPE_VARINT, out);
      PutVarint(Wire::ZigZagEncode64(static_cast<int64_t>(bits)), out);
      break;
    case Field::TYPE_FIXED32:
    case Field::TYPE_SFIXED32:
      PutTag(field->number(), Wire::WIRETYPE_FIXED32, out);
      PutFixed(static_cast<uint32_t>(bits), out);
      break;
    case Field::TYPE_FIXED64:
    case Field::TYPE_SFIXED64:
      PutTag(field->number(), Wire::WIRETYPE_FIXED64, out);
      PutFixed(bits, out);
      break;
    default:
      PutTag(field->number(), Wire::WIRETYPE_VARINT, out);
      PutVarint(bits, out);
  }
  return absl::OkStatus();
}

absl::Status PutFraction(const Field* field, std::string_view text, std::string& out) {
  const auto value = ParseNumber<double>(text, "a number");
  if (!value.ok()) return value.status();
  if (!std::isfinite(*value)) return absl::InvalidArgumentError("must be a number");
  if (field->type() == Field::TYPE_FLOAT) {
    PutTag(field->number(), Wire::WIRETYPE_FIXED32, out);
    PutFixed(static_cast<float>(*value), out);
  } else {
    PutTag(field->number(), Wire::WIRETYPE_FIXED64, out);
    PutFixed(*value, out);
  }
  return absl::OkStatus();
}

absl::Status PutEnum(const Field* field, std::string_view text, std::string& out) {
  const pb::EnumValueDescriptor* value = field->enum_type()->FindValueByName(std::string(text));
  if (value == nullptr) {
    std::string names;
    for (int i = 0; i < field->enum_type()->value_count(); ++i) {
      if (i > 0) names += ", ";
      names += field->enum_type()->value(i)->name();
    }
    return absl::InvalidArgumentError(fmt::format("must be one of {}", names));
  }
  PutTag(field->number(), Wire::WIRETYPE_VARINT, out);
  PutVarint(static_cast<uint64_t>(static_cast<int64_t>(value->number())), out);
  return absl::OkStatus();
}

absl::Status PutScalar(const Field* field, std::string_view text, std::string& out) {
  switch (field->cpp_type()) {
    case Field::CPPTYPE_INT32:
    case Field::CPPTYPE_INT64:
    case Field::CPPTYPE_UINT32:
    case Field::CPPTYPE_UINT64:
      return PutInteger(field, text, out);
    case Field::CPPTYPE_DOUBLE:
    case Field::CPPTYPE_FLOAT:
      return PutFraction(field, text, out);
    case Field::CPPTYPE_BOOL:
      if (text != "true" && text != "false") return absl::InvalidArgumentError("must be true or false");
      PutTag(field->number(), Wire::WIRETYPE_VARINT, out);
      PutVarint(text == "true" ? 1 : 0, out);
      return absl::OkStatus();
    case Field::CPPTYPE_ENUM:
      return PutEnum(field, text, out);
    case Field::CPPTYPE_STRING: {
      std::string value(text);
      if (field->type() == Field::TYPE_BYTES && !absl::Base64Unescape(std::string(text), &value) &&
          !absl::WebSafeBase64Unescape(std::string(text), &value)) {
        return absl::InvalidArgumentError("must be base64");
      }
      PutDelimited(field->number(), value, out);
      return absl::OkStatus();
    }
    case Field::CPPTYPE_MESSAGE:
      break;
  }
  return absl::InvalidArgumentError("cannot be given here");
}

}  // namespace

void AppendBytes(const FieldChain& chain, std::string_view value, std::string& message) {
  std::string innermost;
  PutDelimited(chain.back()->number(), value, innermost);
  AppendWrapped(chain, std::move(innermost), message);
}

absl::Status AppendScalar(const FieldChain& chain, std::string_view text, std::string& message) {
  std::string innermost;
  if (absl::Status status = PutScalar(chain.back(), text, innermost); !status.ok()) return status;
  AppendWrapped(chain, std::move(innermost), message);
  return absl::OkStatus();
}

std::optional<std::string> FindBytes(const Field* field, std::string_view message) {
  pb::io::CodedInputStream input(reinterpret_cast<const uint8_t*>(message.data()), static_cast<int>(message.size()));
  const uint32_t wanted = Wire::MakeTag(field->number(), Wire::WIRETYPE_LENGTH_DELIMITED);
  std::optional<std::string> found;
  while (const uint32_t tag = input.ReadTag()) {
    if (tag != wanted) {
      if (!Wire::SkipField(&input, tag)) return std::nullopt;
      continue;
    }
    uint32_t size = 0;
    std::string value;
    if (!input.ReadVarint32(&size) || !input.ReadString(&value, static_cast<int>(size))) return std::nullopt;
    found = std::move(value);
  }
  return found;
}

}  // namespace yaoshi::gateway
