#include "gateway/transcode/openapi.h"

#include <algorithm>
#include <functional>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/str_replace.h"
#include "fmt/format.h"
#include "google/api/field_behavior.pb.h"
#include "google/protobuf/descriptor.pb.h"
#include "nlohmann/json.hpp"
#include "yaoshi/common/v1/options.pb.h"

namespace yaoshi::gateway {
namespace {

namespace pb = google::protobuf;
using Field = pb::FieldDescriptor;
using Json = nlohmann::ordered_json;

// The comment before a descriptor, as one paragraph per empty line.
template <class D>
std::string CommentOf(const D* descriptor) {
  pb::SourceLocation location;
  if (!descriptor->GetSourceLocation(&location)) return "";
  std::string text = location.leading_comments.empty() ? location.trailing_comments : location.leading_comments;
  absl::StripAsciiWhitespace(&text);
  return absl::StrReplaceAll(text, {{"\n ", " "}, {"\n", " "}});
}

// The first sentence.
std::string SummaryOf(const std::string& comment) {
  const size_t dot = comment.find(". ");
  std::string summary = comment.substr(0, dot);
  if (!summary.empty() && summary.back() == '.') summary.pop_back();
  return summary;
}

bool Has(const Field* field, google::api::FieldBehavior behavior) {
  for (int i = 0; i < field->options().ExtensionSize(google::api::field_behavior); ++i) {
    if (field->options().GetExtension(google::api::field_behavior, i) == behavior) return true;
  }
  return false;
}

class Writer {
 public:
  explicit Writer(const Api& api) : api_(api) {}

  std::string Write() {
    Json paths = Json::object();
    for (const auto& route : api_.routes()) {
      std::string method = route->http_method;
      absl::AsciiStrToLower(&method);
      paths[route->display][method] = Operation(*route);
    }
    AddErrorSchemas();
    Json document = {{"openapi", "3.1.0"}};
    document["info"] = {{"title", "Yaoshi 要事"},
                        {"version", "v1"},
                        {"description",
                         "A city's portfolio of public investment projects. int64 values are JSON strings, dates are "
                         "YYYY-MM-DD, times RFC 3339 in UTC, amounts whole fen (fields that end in _fen)."}};
    document["security"] = Json::array({{{"bearer", Json::array()}}});
    document["paths"] = std::move(paths);
    document["components"]["securitySchemes"]["bearer"] = {
        {"type", "http"}, {"scheme", "bearer"}, {"bearerFormat", "JWT"}};
    document["components"]["responses"]["Error"] = {
        {"description", "Something is wrong; `error` says what and what to do next."},
        {"content", {{"application/json", {{"schema", Ref("Error")}}}}}};
    document["components"]["schemas"] = std::move(schemas_);
    return document.dump();
  }

 private:
  static Json Ref(const std::string& name) { return {{"$ref", "#/components/schemas/" + name}}; }

  Json Operation(const Route& route) {
    const std::string comment = CommentOf(route.method);
    Json operation;
    operation["operationId"] = OperationId(route);
    operation["tags"] = Json::array({route.method->service()->name()});
    operation["summary"] = SummaryOf(comment);
    operation["description"] = comment;
    if (const auto& options = route.method->options(); options.HasExtension(yaoshi::common::v1::permission)) {
      const std::string permission = options.GetExtension(yaoshi::common::v1::permission);
      operation["x-permission"] = permission;
      if (permission == "public") operation["security"] = Json::array();
    }
    operation["parameters"] = Parameters(route);
    if (Json body = Body(route); !body.is_null()) operation["requestBody"] = std::move(body);
    operation["responses"]["200"] = Answer(route);
    operation["responses"]["default"] = {{"$ref", "#/components/responses/Error"}};
    return operation;
  }

  // Unique although a method may have several bindings and every backend binds the common services.
  std::string OperationId(const Route& route) {
    std::string id = fmt::format("{}_{}", route.method->service()->name(), route.method->name());
    if (route.method->file()->package() == "yaoshi.common.v1") id = fmt::format("{}_{}", route.backend, id);
    std::string unique = id;
    for (int i = 2; !operation_ids_.insert(unique).second; ++i) unique = fmt::format("{}_{}", id, i);
    return unique;
  }

  Json Parameters(const Route& route) {
    Json parameters = Json::array();
    for (const std::string& name : route.path.Placeholders()) {
      Json schema = {{"type", "string"}};
      std::string description;
      if (const auto chain = FindFieldPath(route.method->input_type(), name); !chain.empty()) {
        description = CommentOf(chain.back());
        schema = FieldSchema(chain.back());
        schema.erase("description");
      }
      parameters.push_back(
          {{"name", name}, {"in", "path"}, {"required", true}, {"description", description}, {"schema", schema}});
    }
    if (route.whole_body) return parameters;
    const pb::Descriptor* type = route.method->input_type();
    for (int i = 0; i < type->field_count(); ++i) {
      const Field* field = type->field(i);
      const bool in_path = std::any_of(route.variable_fields.begin(), route.variable_fields.end(),
                                       [field](const auto& chain) { return chain.front() == field; });
      const bool nested = field->message_type() != nullptr && !IsStringMessage(field->message_type());
      if (field == route.body_field || in_path || nested) continue;
      Json schema = FieldSchema(field);
      schema.erase("description");
      parameters.push_back({{"name", field->name()},
                            {"in", "query"},
                            {"required", false},
                            {"description", CommentOf(field)},
                            {"schema", std::move(schema)}});
    }
    return parameters;
  }

  Json Body(const Route& route) {
    if (route.raw_body) {
      const Json binary = {{"schema", {{"type", "string"}, {"contentMediaType", "application/octet-stream"}}}};
      const Json form = {
          {"schema",
           {{"type", "object"},
            {"properties", {{"file", {{"type", "string"}, {"contentMediaType", "application/octet-stream"}}}}}}}};
      return {{"required", true}, {"content", {{"application/octet-stream", binary}, {"multipart/form-data", form}}}};
    }
    if (!route.whole_body && route.body_field == nullptr) return nullptr;
    const pb::Descriptor* type = route.whole_body ? route.method->input_type() : route.body_field->message_type();
    return {{"required", true}, {"content", {{"application/json", {{"schema", MessageSchema(type)}}}}}};
  }

  Json Answer(const Route& route) {
    if (route.method->output_type()->full_name() == "google.api.HttpBody") {
      const Json binary = {{"type", "string"}, {"contentMediaType", "application/octet-stream"}};
      return {{"description", "The file."}, {"content", {{"application/octet-stream", {{"schema", binary}}}}}};
    }
    const pb::Descriptor* type =
        route.answer_field == nullptr ? route.method->output_type() : route.answer_field->message_type();
    std::string description = CommentOf(type);
    if (description.empty()) description = "The answer.";
    return {{"description", description}, {"content", {{"application/json", {{"schema", MessageSchema(type)}}}}}};
  }

  static bool IsStringMessage(const pb::Descriptor* type) {
    const std::string& name = type->full_name();
    return name == "google.protobuf.Timestamp" || name == "google.protobuf.Duration" ||
           name == "google.protobuf.FieldMask";
  }

  // "yaoshi.registry.v1.Project" → "registry.v1.Project"; nested types keep their outer name.
  static std::string SchemaName(const std::string& full_name) {
    constexpr std::string_view kOwn = "yaoshi.";
    return full_name.starts_with(kOwn) ? full_name.substr(kOwn.size()) : full_name;
  }

  // A reference to the message's schema, which is written when it is first asked for.
  Json MessageSchema(const pb::Descriptor* type) {
    const std::string& full_name = type->full_name();
    if (full_name == "google.protobuf.Timestamp") return {{"type", "string"}, {"format", "date-time"}};
    if (IsStringMessage(type)) return {{"type", "string"}};
    if (full_name == "google.protobuf.Struct") return {{"type", "object"}};
    if (full_name == "google.protobuf.Value") return Json::object();
    if (full_name == "google.protobuf.ListValue") return {{"type", "array"}, {"items", Json::object()}};
    if (full_name == "google.protobuf.Any") return Ref("Any");
    if (type->file()->name() == "google/protobuf/wrappers.proto") return FieldSchema(type->field(0));
    const std::string name = SchemaName(full_name);
    if (!schemas_.contains(name)) {
      schemas_[name] = {{"type", "object"}};  // Before its fields, since types may refer to themselves.
      Json schema = {{"type", "object"}};
      if (const std::string comment = CommentOf(type); !comment.empty()) schema["description"] = comment;
      Json properties = Json::object();
      Json required = Json::array();
      for (int i = 0; i < type->field_count(); ++i) {
        const Field* field = type->field(i);
        properties[field->name()] = FieldSchema(field);
        if (IsRequired(field)) required.push_back(field->name());
      }
      schema["properties"] = std::move(properties);
      if (!required.empty()) schema["required"] = std::move(required);
      schema["additionalProperties"] = false;
      schemas_[name] = std::move(schema);
    }
    return Ref(name);
  }

  static bool IsRequired(const Field* field) {
    return field->options().HasExtension(yaoshi::common::v1::rules) &&
           field->options().GetExtension(yaoshi::common::v1::rules).required();
  }

  Json FieldSchema(const Field* field) {
    Json schema;
    if (field->is_map()) {
      schema = {{"type", "object"}, {"additionalProperties", ValueSchema(field->message_type()->FindFieldByNumber(2))}};
    } else if (field->is_repeated()) {
      schema = {{"type", "array"}, {"items", ValueSchema(field)}};
    } else {
      schema = ValueSchema(field);
    }
    if (const std::string comment = CommentOf(field); !comment.empty()) schema["description"] = comment;
    if (Has(field, google::api::OUTPUT_ONLY)) schema["readOnly"] = true;
    return schema;
  }

  Json ValueSchema(const Field* field) {
    switch (field->cpp_type()) {
      case Field::CPPTYPE_INT32:
        return {{"type", "integer"}, {"format", "int32"}};
      case Field::CPPTYPE_UINT32:
        return {{"type", "integer"}, {"format", "uint32"}};
      case Field::CPPTYPE_INT64:
        return {{"type", "string"}, {"format", "int64"}};
      case Field::CPPTYPE_UINT64:
        return {{"type", "string"}, {"format", "uint64"}};
      case Field::CPPTYPE_DOUBLE:
      case Field::CPPTYPE_FLOAT:
        return {{"type", "number"}};
      case Field::CPPTYPE_BOOL:
        return {{"type", "boolean"}};
      case Field::CPPTYPE_ENUM:
        return EnumSchema(field->enum_type());
      case Field::CPPTYPE_STRING:
        return StringSchema(field);
      case Field::CPPTYPE_MESSAGE:
        return MessageSchema(field->message_type());
    }
    return Json::object();
  }

  static Json StringSchema(const Field* field) {
    if (field->type() == Field::TYPE_BYTES) return {{"type", "string"}, {"contentEncoding", "base64"}};
    Json schema = {{"type", "string"}};
    if (!field->options().HasExtension(yaoshi::common::v1::rules)) return schema;
    const auto& rules = field->options().GetExtension(yaoshi::common::v1::rules);
    if (rules.max_length() > 0 && !field->is_repeated()) schema["maxLength"] = rules.max_length();
    if (rules.date()) schema["format"] = "date";
    if (rules.timestamp()) schema["format"] = "date-time";
    return schema;
  }

  Json EnumSchema(const pb::EnumDescriptor* type) {
    const std::string name = SchemaName(type->full_name());
    if (!schemas_.contains(name)) {
      Json values = Json::array();
      std::string description = CommentOf(type);
      for (int i = 0; i < type->value_count(); ++i) {
        values.push_back(type->value(i)->name());
        description += fmt::format("\n- {}: {}", type->value(i)->name(), CommentOf(type->value(i)));
      }
      schemas_[name] = {{"type", "string"}, {"enum", std::move(values)}, {"description", description}};
    }
    return Ref(name);
  }

  void AddErrorSchemas() {
    schemas_["Any"] = {{"type", "object"},
                       {"description", "A message that says its type in `@type`."},
                       {"properties", {{"@type", {{"type", "string"}}}}},
                       {"required", {"@type"}}};
    const Json integer = {{"type", "integer"}};
    const Json text = {{"type", "string"}};
    const Json error = {
        {"type", "object"},
        {"properties",
         {{"code", {{"type", "integer"}, {"description", "The HTTP status."}}},
          {"message", {{"type", "string"}, {"description", "What is wrong and what to do next, in English."}}},
          {"status", {{"type", "string"}, {"description", "The name of the google.rpc.Code."}}},
          {"details",
           {{"type", "array"},
            {"description",
             "google.rpc details: always one ErrorInfo with a stable `reason`, and a LocalizedMessage in zh-CN."},
            {"items", Ref("Any")}}}}},
        {"required", {"code", "message", "status", "details"}}};
    schemas_["Error"] = {{"type", "object"}, {"properties", {{"error", error}}}, {"required", {"error"}}};
  }

  const Api& api_;
  Json schemas_ = Json::object();
  std::set<std::string> operation_ids_;
};

}  // namespace

std::string OpenApi(const Api& api) {
  return Writer(api).Write();
}

}  // namespace yaoshi::gateway
