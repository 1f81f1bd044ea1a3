#include "gateway/transcode/json_check.h"

#include <charconv>
#include <cmath>
#include <cstdint>
#include <set>
#include <utility>

#include "common/status/status.h"
#include "fmt/format.h"
#include "gateway/transcode/api.h"
#include "google/api/field_behavior.pb.h"
#include "google/protobuf/descriptor.pb.h"
#include "nlohmann/json.hpp"

namespace yaoshi::gateway {
namespace {

namespace pb = google::protobuf;
using Field = pb::FieldDescriptor;
using Json = nlohmann::json;

// Integers above it may have lost digits when they were written as a fraction or with an exponent.
constexpr double kExactInteger = 9007199254740992.0;
// A wrong value is quoted up to so many bytes.
constexpr size_t kQuoteBytes = 60;

// What stands at a place of the document.
struct Place {
  enum Kind {
    kMessage,  // An object whose keys are the fields of `type`.
    kValue,    // A value of `field` (an element, when the field is repeated).
    kMap,      // An object whose values are values of `field`.
    kArray,    // An array of values of `field`.
    kFree,     // Anything: Struct, Any, and what has been reported already.
  };
  Kind kind = kFree;
  const pb::Descriptor* type = nullptr;
  const Field* field = nullptr;
};

// One open object or array.
struct Frame {
  Place place;
  bool object = false;
  size_t path_length = 0;    // Of path_ before this frame's key or index.
  size_t index = 0;          // Next element of an array.
  bool leaf_inside = false;  // Its fields are no mask paths of their own.
  std::set<std::string, std::less<>> keys;
};

std::string Shorten(std::string_view text) {
  if (text.size() <= kQuoteBytes) return std::string(text);
  size_t end = kQuoteBytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return std::string(text.substr(0, end)) + "…";
}

bool IsFreeForm(const pb::Descriptor* type) {
  const std::string& name = type->full_name();
  return name == "google.protobuf.Struct" || name == "google.protobuf.Value" || name == "google.protobuf.ListValue" ||
         name == "google.protobuf.Any";
}

// Well-known messages whose JSON is one string or scalar; the converter checks their text.
bool IsScalarMessage(const pb::Descriptor* type) {
  const std::string& name = type->full_name();
  return name == "google.protobuf.Timestamp" || name == "google.protobuf.Duration" ||
         name == "google.protobuf.FieldMask" || type->file()->name() == "google/protobuf/wrappers.proto";
}

bool IsOutputOnly(const Field* field) {
  const auto& options = field->options();
  for (int i = 0; i < options.ExtensionSize(google::api::field_behavior); ++i) {
    if (options.GetExtension(google::api::field_behavior, i) == google::api::OUTPUT_ONLY) return true;
  }
  return false;
}

std::string Expected(const Field* field) {
  switch (field->cpp_type()) {
    case Field::CPPTYPE_INT32:
    case Field::CPPTYPE_UINT32:
      return "a whole number";
    case Field::CPPTYPE_INT64:
    case Field::CPPTYPE_UINT64:
      return "a whole number, best as a string";
    case Field::CPPTYPE_DOUBLE:
    case Field::CPPTYPE_FLOAT:
      return "a number";
    case Field::CPPTYPE_BOOL:
      return "true or false";
    case Field::CPPTYPE_ENUM:
      return "the name of a value";
    case Field::CPPTYPE_STRING:
      return field->type() == Field::TYPE_BYTES ? "a base64 string" : "a string";
    case Field::CPPTYPE_MESSAGE:
      return IsScalarMessage(field->message_type()) ? "a string" : "an object";
  }
  return "another value";
}

std::string EnumNames(const pb::EnumDescriptor* type) {
  std::string names;
  constexpr int kMost = 30;
  for (int i = 0; i < type->value_count() && i < kMost; ++i) {
    if (!names.empty()) names += ", ";
    names += type->value(i)->name();
  }
  return type->value_count() > kMost ? names + ", …" : names;
}

template <class Int>
bool ParsesAs(std::string_view text) {
  if (text.size() > 1 && (text[0] == '0' || (text[0] == '-' && text[1] == '0' && text.size() > 2))) return false;
  Int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

bool WholeNumberFits(const Field* field, std::string_view text) {
  switch (field->cpp_type()) {
    case Field::CPPTYPE_INT32:
      return ParsesAs<int32_t>(text);
    case Field::CPPTYPE_UINT32:
      return ParsesAs<uint32_t>(text);
    case Field::CPPTYPE_INT64:
      return ParsesAs<int64_t>(text);
    case Field::CPPTYPE_UINT64:
      return ParsesAs<uint64_t>(text);
    default:
      return false;
  }
}

bool IsWholeNumberField(const Field* field) {
  const auto type = field->cpp_type();
  return type == Field::CPPTYPE_INT32 || type == Field::CPPTYPE_UINT32 || type == Field::CPPTYPE_INT64 ||
         type == Field::CPPTYPE_UINT64;
}

class Checker : public nlohmann::json_sax<Json> {
 public:
  Checker(const pb::Descriptor* type, std::string_view prefix) : path_(prefix), prefix_length_(prefix.size()) {
    if (!IsFreeForm(type)) next_ = {Place::kMessage, type, nullptr};
  }

  bool null() override {
    // null means "not set", as proto3 JSON says; an element or the whole body cannot be unset.
    const bool element = frames_.empty() || !frames_.back().object;
    const Place place = NextPlace();
    if (element && place.kind != Place::kFree) Violate("must not be null");
    return true;
  }
  bool boolean(bool value) override {
    const Place place = TakeScalar();
    if (!IsScalarPlace(place)) return true;
    const bool wrapped = IsWrapper(place, "google.protobuf.BoolValue");
    if (!wrapped && place.field->cpp_type() != Field::CPPTYPE_BOOL) Wrong(place, value ? "true" : "false");
    return true;
  }
  bool number_integer(number_integer_t value) override { return WholeNumber(std::to_string(value)); }
  bool number_unsigned(number_unsigned_t value) override { return WholeNumber(std::to_string(value)); }
  bool number_float(number_float_t value, const string_t& text) override {
    const Place place = TakeScalar();
    if (!IsScalarPlace(place)) return true;
    const auto type = place.field->cpp_type();
    if (type == Field::CPPTYPE_DOUBLE || type == Field::CPPTYPE_FLOAT || type == Field::CPPTYPE_MESSAGE) return true;
    const bool exact = std::trunc(value) == value && std::fabs(value) < kExactInteger;
    if (!IsWholeNumberField(place.field) || !exact ||
        !WholeNumberFits(place.field, std::to_string(static_cast<int64_t>(value)))) {
      Wrong(place, text);
    }
    return true;
  }
  bool string(string_t& value) override {
    const Place place = TakeScalar();
    if (IsScalarPlace(place)) CheckString(place, value);
    return true;
  }
  bool binary(binary_t&) override { return false; }

  bool start_object(std::size_t) override { return Open(true); }
  bool key(string_t& name) override {
    Frame& frame = frames_.back();
    path_.resize(frame.path_length);
    if (!path_.empty()) path_ += '.';
    path_ += Shorten(name);
    std::string canonical = name;
    next_ = PlaceOfKey(frame, name, canonical);
    if (!frame.keys.insert(canonical).second) Violate("is given twice");
    return true;
  }
  bool end_object() override { return Close(); }
  bool start_array(std::size_t) override { return Open(false); }
  bool end_array() override { return Close(); }

  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception&) override {
    error_position_ = position;
    failed_ = true;
    return false;
  }

  bool failed() const { return failed_; }
  bool too_deep() const { return too_deep_; }
  std::size_t error_position() const { return error_position_; }
  std::vector<FieldViolation>& violations() { return violations_; }
  std::vector<std::string>& set_paths() { return set_paths_; }

 private:
  static bool IsScalarPlace(const Place& place) { return place.kind == Place::kValue; }
  static bool IsWrapper(const Place& place, std::string_view name) {
    return place.field->message_type() != nullptr && place.field->message_type()->full_name() == name;
  }

  void Violate(std::string description) {
    if (violations_.size() < kMaxViolations)
      violations_.push_back({path_.empty() ? "body" : path_, std::move(description)});
  }
  void Wrong(const Place& place, std::string_view value) {
    if (place.field->cpp_type() == Field::CPPTYPE_ENUM) {
      Violate(fmt::format("\"{}\" is none of {}", Shorten(value), EnumNames(place.field->enum_type())));
    } else {
      Violate(fmt::format("must be {}; \"{}\" is not", Expected(place.field), Shorten(value)));
    }
  }

  // The place of the value that comes now: the last key's, or the next element's.
  Place NextPlace() {
    if (frames_.empty() || frames_.back().object) return next_;
    Frame& frame = frames_.back();
    path_.resize(frame.path_length);
    path_ += fmt::format("[{}]", frame.index++);
    if (frame.place.kind != Place::kArray) return {};
    return ValuePlace(frame.place.field);
  }

  // The same for a value that is neither object nor array nor null; says so when one of these belongs there.
  Place TakeScalar() {
    const Place place = NextPlace();
    if (place.kind == Place::kValue || place.kind == Place::kFree) return place;
    Violate(fmt::format("must be {}", PlaceText(place)));
    return {};
  }

  static Place ValuePlace(const Field* field) {
    const pb::Descriptor* type = field->message_type();
    if (type == nullptr || IsScalarMessage(type)) return {Place::kValue, nullptr, field};
    if (IsFreeForm(type)) return {};
    return {Place::kMessage, type, field};
  }

  Place PlaceOfKey(Frame& frame, const std::string& name, std::string& canonical) {
    if (frame.place.kind == Place::kMap) return ValuePlace(frame.place.field);
    if (frame.place.kind != Place::kMessage) return {};
    const Field* field = FindField(frame.place.type, name);
    if (field == nullptr) {
      Violate(fmt::format("is no field of {}; it has {}", frame.place.type->name(), FieldNames(frame.place.type)));
      return {};
    }
    canonical = field->name();
    path_.resize(frame.path_length);
    if (!path_.empty()) path_ += '.';
    path_ += field->name();
    if (!frame.leaf_inside) NoteSetPath(field);
    if (field->is_map()) return {Place::kMap, nullptr, field->message_type()->FindFieldByNumber(2)};
    if (field->is_repeated()) return {Place::kArray, nullptr, field};
    return ValuePlace(field);
  }

  static std::string FieldNames(const pb::Descriptor* type) {
    std::string names;
    for (int i = 0; i < type->field_count(); ++i) {
      if (i > 0) names += ", ";
      names += type->field(i)->name();
    }
    return names.empty() ? "no fields" : names;
  }

  void NoteSetPath(const Field* field) {
    const bool opens = !field->is_repeated() && field->message_type() != nullptr &&
                       !IsScalarMessage(field->message_type()) && !IsFreeForm(field->message_type());
    const bool top = frames_.size() == 1;
    if (opens || IsOutputOnly(field) || (top && (field->name() == "name" || field->name() == "etag"))) return;
    const size_t skip = prefix_length_ == 0 ? 0 : prefix_length_ + 1;
    set_paths_.push_back(path_.substr(skip));
  }

  bool Open(bool object) {
    if (static_cast<int>(frames_.size()) >= kMaxJsonDepth) {
      too_deep_ = true;
      return false;
    }
    Place place = NextPlace();
    const bool fits = place.kind == Place::kFree ||
                      (object && (place.kind == Place::kMessage || place.kind == Place::kMap)) ||
                      (!object && place.kind == Place::kArray);
    if (!fits) {
      Violate(fmt::format("must be {}, not {}", PlaceText(place), object ? "an object" : "an array"));
      place = {};
    }
    Frame frame;
    frame.leaf_inside = place.kind != Place::kMessage || (!frames_.empty() && frames_.back().leaf_inside) ||
                        (place.field != nullptr && IsOutputOnly(place.field));
    frame.place = place;
    frame.object = object;
    frame.path_length = path_.size();
    frames_.push_back(std::move(frame));
    return true;
  }

  bool Close() {
    path_.resize(frames_.back().path_length);
    frames_.pop_back();
    return true;
  }

  static std::string PlaceText(const Place& place) {
    if (place.kind == Place::kArray) return "an array";
    if (place.kind == Place::kValue) return Expected(place.field);
    return "an object";
  }

  bool WholeNumber(const std::string& text) {
    const Place place = TakeScalar();
    if (!IsScalarPlace(place)) return true;
    switch (place.field->cpp_type()) {
      case Field::CPPTYPE_DOUBLE:
      case Field::CPPTYPE_FLOAT:
      case Field::CPPTYPE_MESSAGE:
        return true;
      case Field::CPPTYPE_ENUM:
        if (!ParsesAs<int32_t>(text) || place.field->enum_type()->FindValueByNumber(std::stoi(text)) == nullptr) {
          Wrong(place, text);
        }
        return true;
      default:
        if (!WholeNumberFits(place.field, text)) Wrong(place, text);
        return true;
    }
  }

  void CheckString(const Place& place, const std::string& value) {
    switch (place.field->cpp_type()) {
      case Field::CPPTYPE_STRING:
      case Field::CPPTYPE_MESSAGE:
        return;
      case Field::CPPTYPE_ENUM:
        if (place.field->enum_type()->FindValueByName(value) == nullptr) Wrong(place, value);
        return;
      case Field::CPPTYPE_DOUBLE:
      case Field::CPPTYPE_FLOAT:
        return Wrong(place, value);
      default:
        if (!WholeNumberFits(place.field, value)) Wrong(place, value);
    }
  }

  std::string path_;
  size_t prefix_length_;
  Place next_;
  std::vector<Frame> frames_;
  std::vector<FieldViolation> violations_;
  std::vector<std::string> set_paths_;
  std::size_t error_position_ = 0;
  bool failed_ = false;
  bool too_deep_ = false;
};

absl::Status Malformed(std::string_view json, std::size_t position) {
  size_t line = 1;
  size_t column = 1;
  for (size_t i = 0; i + 1 < position && i < json.size(); ++i) {
    column = json[i] == '\n' ? 1 : column + 1;
    line += json[i] == '\n' ? 1 : 0;
  }
  return Error(absl::StatusCode::kInvalidArgument, "MALFORMED_JSON",
               fmt::format("The body is not JSON: it goes wrong at line {}, column {}. Send one JSON object in UTF-8 "
                           "without a byte order mark.",
                           line, column),
               {{"line", std::to_string(line)}, {"column", std::to_string(column)}});
}

}  // namespace

JsonCheck CheckJson(std::string_view json, const pb::Descriptor* type, std::string_view prefix) {
  JsonCheck result;
  if (json.substr(0, 3) == "\xEF\xBB\xBF") {  // The parser would skip it.
    result.status = Malformed(json, 1);
    return result;
  }
  Checker checker(type, prefix);
  Json::sax_parse(json.begin(), json.end(), &checker);
  if (checker.too_deep()) {
    result.status = Error(absl::StatusCode::kInvalidArgument, "JSON_TOO_DEEP",
                          fmt::format("The body nests deeper than {} levels. Send a flatter one.", kMaxJsonDepth));
  } else if (checker.failed()) {
    result.status = Malformed(json, checker.error_position());
  } else {
    result.status = InvalidFields(checker.violations());
    result.set_paths = std::move(checker.set_paths());
  }
  return result;
}

}  // namespace yaoshi::gateway
