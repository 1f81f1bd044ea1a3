#include "gateway/transcode/request.h"

#include <set>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/status/status.h"
#include "fmt/format.h"
#include "gateway/transcode/json_check.h"
#include "gateway/transcode/wire.h"

namespace yaoshi::gateway {
namespace {

namespace pb = google::protobuf;
using Field = pb::FieldDescriptor;

constexpr std::string_view kFieldMask = "google.protobuf.FieldMask";
// More query parameters are refused: no request of ours has so many fields.
constexpr size_t kMaxQueryParameters = 200;

// A message whose JSON is a string, so that a query parameter can say it.
bool IsStringMessage(const pb::Descriptor* type) {
  return type != nullptr && (type->full_name() == kFieldMask || type->full_name() == "google.protobuf.Timestamp" ||
                             type->full_name() == "google.protobuf.Duration");
}

// Collects what the parts say.
class Builder {
 public:
  Builder(const Api& api, const RouteMatch& match, const RequestParts& parts)
      : api_(api), route_(*match.route), match_(match), parts_(parts), type_(route_.method->input_type()) {}

  absl::StatusOr<std::string> Build() {
    RETURN_IF_ERROR(AddBody());
    AddPathVariables();
    RETURN_IF_ERROR(AddQuery());
    AddDerivedMask();
    RETURN_IF_ERROR(AddIfMatch());
    RETURN_IF_ERROR(InvalidFields(violations_));
    return std::move(bytes_);
  }

 private:
  absl::Status AddBody() {
    if (route_.raw_body) {
      AddRawBody();
      return absl::OkStatus();
    }
    if (!route_.whole_body && route_.body_field == nullptr) {
      if (parts_.body.empty()) return absl::OkStatus();
      return Error(
          absl::StatusCode::kInvalidArgument, "UNEXPECTED_BODY",
          fmt::format("{} {} takes no body. Send the request without one.", route_.http_method, route_.display));
    }
    RETURN_IF_ERROR(CheckContentType());
    if (parts_.body.empty()) return absl::OkStatus();  // The same as {}.
    const pb::Descriptor* type = route_.whole_body ? type_ : route_.body_field->message_type();
    const std::string prefix = route_.whole_body ? "" : route_.body_field->name();
    JsonCheck check = CheckJson(parts_.body, type, prefix);
    if (!check.status.ok()) {
      violations_ = ViolationsOf(check.status);
      return violations_.empty() ? check.status : absl::OkStatus();
    }
    set_paths_ = std::move(check.set_paths);
    auto converted = api_.FromJson(type, std::string(parts_.body));
    if (!converted.ok()) {
      AddConverterError(converted.status().message(), prefix);
      return absl::OkStatus();
    }
    if (route_.whole_body) {
      bytes_ = *std::move(converted);
    } else {
      AppendBytes({route_.body_field}, *converted, bytes_);
    }
    return absl::OkStatus();
  }

  absl::Status CheckContentType() const {
    const std::string_view type = parts_.content_type.substr(0, parts_.content_type.find(';'));
    if (parts_.body.empty() || type.empty()) return absl::OkStatus();
    if (absl::EqualsIgnoreCase(absl::StripAsciiWhitespace(std::string(type)), "application/json"))
      return absl::OkStatus();
    return Error(absl::StatusCode::kInvalidArgument, "UNSUPPORTED_MEDIA_TYPE",
                 "The body must be JSON. Send it with Content-Type: application/json.");
  }

  void AddRawBody() {
    std::string http_body;
    const pb::Descriptor* type = route_.body_field->message_type();
    AppendBytes({type->FindFieldByName("content_type")}, parts_.content_type, http_body);
    AppendBytes({type->FindFieldByName("data")}, parts_.body, http_body);
    AppendBytes({route_.body_field}, http_body, bytes_);
  }

  // The converter's messages look like "(project.place): invalid value …".
  void AddConverterError(absl::string_view message, const std::string& prefix) {
    const std::string text(message);
    const size_t open = text.find('(');
    const size_t close = text.find("):", open == std::string::npos ? 0 : open);
    std::string path;
    if (open != std::string::npos && close != std::string::npos) path = text.substr(open + 1, close - open - 1);
    if (!prefix.empty()) path = path.empty() ? prefix : prefix + "." + path;
    violations_.push_back({path.empty() ? "body" : path, "has a value that the field cannot hold"});
  }

  void AddPathVariables() {
    for (size_t i = 0; i < match_.values.size(); ++i) {
      const absl::Status status = AppendScalar(route_.variable_fields[i], match_.values[i], bytes_);
      if (!status.ok()) {
        violations_.push_back({route_.path.variables[i].field_path, std::string(status.message())});
      }
    }
  }

  absl::Status AddQuery() {
    ASSIGN_OR_RETURN(const auto parameters, ParseQuery(parts_.query));
    std::set<std::string> seen;
    for (const auto& [name, value] : parameters) {
      const FieldChain chain = FindFieldPath(type_, name);
      if (const std::string problem = ProblemWith(chain); !problem.empty()) {
        violations_.push_back({name, problem});
        continue;
      }
      if (!seen.insert(PathOf(chain)).second && !chain.back()->is_repeated()) {
        violations_.push_back({name, "is given twice"});
        continue;
      }
      if (chain.size() == 1 && chain.back()->name() == "update_mask") mask_given_ = true;
      if (absl::Status status = AddParameter(chain, value); !status.ok()) {
        violations_.push_back({name, std::string(status.message())});
      }
    }
    return absl::OkStatus();
  }

  static std::string PathOf(const FieldChain& chain) {
    return absl::StrJoin(chain, ".", [](std::string* out, const Field* field) { out->append(field->name()); });
  }

  // Why this field is no query parameter of this route; empty when it is one.
  std::string ProblemWith(const FieldChain& chain) const {
    if (chain.empty()) return fmt::format("is no parameter of this request; it has {}", ParameterNames());
    const Field* last = chain.back();
    if (last->is_map() || (last->message_type() != nullptr && !IsStringMessage(last->message_type()))) {
      return "is no single value; name one of its fields";
    }
    if (route_.whole_body || (route_.body_field != nullptr && chain.front() == route_.body_field)) {
      return "belongs in the body";
    }
    for (const auto& variable : route_.variable_fields) {
      if (variable == chain) return "is part of the path already";
    }
    return "";
  }

  std::string ParameterNames() const {
    if (route_.whole_body) return "none besides the body";
    std::string names;
    for (int i = 0; i < type_->field_count(); ++i) {
      const Field* field = type_->field(i);
      if (field == route_.body_field) continue;
      bool bound = false;
      for (const auto& variable : route_.variable_fields) bound |= variable.size() == 1 && variable.front() == field;
      if (bound) continue;
      if (!names.empty()) names += ", ";
      names += field->name();
    }
    return names.empty() ? "none" : names;
  }

  absl::Status AddParameter(const FieldChain& chain, const std::string& value) {
    const pb::Descriptor* type = chain.back()->message_type();
    if (type == nullptr) return AppendScalar(chain, value, bytes_);
    if (type->full_name() == kFieldMask) {
      std::string mask;
      for (const auto& path : absl::StrSplit(value, ',', absl::SkipEmpty())) {
        AppendBytes({type->FindFieldByName("paths")}, std::string_view(path.data(), path.size()), mask);
      }
      AppendBytes(chain, mask, bytes_);
      return absl::OkStatus();
    }
    const auto converted = api_.FromJson(type, fmt::format("\"{}\"", value));
    if (!converted.ok() || value.find_first_of("\"\\") != std::string::npos) {
      return absl::InvalidArgumentError("must be a time such as 2022-04-20T08:00:00Z or a duration such as 3.5s");
    }
    AppendBytes(chain, *converted, bytes_);
    return absl::OkStatus();
  }

  void AddDerivedMask() {
    const Field* field = type_->FindFieldByName("update_mask");
    if (route_.http_method != "PATCH" || route_.body_field == nullptr || field == nullptr || mask_given_) return;
    if (field->type() == Field::TYPE_STRING) {
      AppendBytes({field}, absl::StrJoin(set_paths_, ","), bytes_);
    } else if (field->message_type() != nullptr && field->message_type()->full_name() == kFieldMask) {
      std::string mask;
      for (const std::string& path : set_paths_) {
        AppendBytes({field->message_type()->FindFieldByName("paths")}, path, mask);
      }
      AppendBytes({field}, mask, bytes_);
    }
  }

  absl::Status AddIfMatch() {
    if (parts_.if_match.empty() || parts_.if_match == "*") return absl::OkStatus();
    std::string_view etag = parts_.if_match;
    if (etag.starts_with("W/"))
      etag.remove_prefix(2);  // As it came with a compressed answer: versions are exact anyway.
    if (etag.size() >= 2 && etag.front() == '"' && etag.back() == '"') etag = etag.substr(1, etag.size() - 2);
    if (etag.empty() || etag.find_first_of("\", ") != std::string_view::npos) {
      return Error(absl::StatusCode::kInvalidArgument, "INVALID_IF_MATCH",
                   "If-Match must hold one etag, as an ETag header gave it.");
    }
    FieldChain chain = {type_->FindFieldByName("etag")};
    if (chain.front() == nullptr && route_.body_field != nullptr && !route_.raw_body) {
      chain = {route_.body_field, route_.body_field->message_type()->FindFieldByName("etag")};
    }
    if (chain.back() != nullptr && chain.back()->type() == Field::TYPE_STRING) AppendBytes(chain, etag, bytes_);
    return absl::OkStatus();
  }

  const Api& api_;
  const Route& route_;
  const RouteMatch& match_;
  const RequestParts& parts_;
  const pb::Descriptor* type_;
  std::string bytes_;
  std::vector<FieldViolation> violations_;
  std::vector<std::string> set_paths_;
  bool mask_given_ = false;
};

}  // namespace

absl::StatusOr<std::vector<std::pair<std::string, std::string>>> ParseQuery(std::string_view query) {
  std::vector<std::pair<std::string, std::string>> result;
  while (!query.empty()) {
    const size_t end = query.find('&');
    const std::string_view pair = query.substr(0, end);
    query.remove_prefix(end == std::string_view::npos ? query.size() : end + 1);
    if (pair.empty()) continue;
    if (result.size() == kMaxQueryParameters) {
      return Error(absl::StatusCode::kInvalidArgument, "MALFORMED_URL",
                   fmt::format("The URL has more than {} query parameters.", kMaxQueryParameters));
    }
    const size_t equals = pair.find('=');
    ASSIGN_OR_RETURN(std::string name, PercentDecode(pair.substr(0, equals), true));
    std::string value;
    if (equals != std::string_view::npos) {
      ASSIGN_OR_RETURN(value, PercentDecode(pair.substr(equals + 1), true));
    }
    result.emplace_back(std::move(name), std::move(value));
  }
  return result;
}

absl::StatusOr<std::string> BuildRequest(const Api& api, const RouteMatch& match, const RequestParts& parts) {
  return Builder(api, match, parts).Build();
}

void AddRequestId(const pb::Descriptor* type, std::string_view fresh, std::string& request) {
  const Field* field = type->FindFieldByName("request_id");
  if (field == nullptr || field->type() != Field::TYPE_STRING) return;
  const auto present = FindBytes(field, request);
  if (!present.has_value() || present->empty()) AppendBytes({field}, fresh, request);
}

}  // namespace yaoshi::gateway
