#include "gateway/transcode/api.h"

#include <algorithm>
#include <set>

#include "fmt/format.h"
#include "google/api/annotations.pb.h"
#include "google/protobuf/descriptor.pb.h"
#include "google/protobuf/util/json_util.h"
#include "google/protobuf/util/type_resolver_util.h"

namespace yaoshi::gateway {
namespace {

namespace pb = google::protobuf;

constexpr std::string_view kTypePrefix = "type.googleapis.com";
constexpr std::string_view kHttpBody = "google.api.HttpBody";

absl::Status Unservable(const pb::MethodDescriptor* method, std::string_view why) {
  return absl::InvalidArgumentError(fmt::format("{}: {}", method->full_name(), why));
}

// The HTTP method and path of a rule; a rule of no known kind gives an empty method.
std::pair<std::string, std::string> VerbAndPath(const google::api::HttpRule& rule) {
  switch (rule.pattern_case()) {
    case google::api::HttpRule::kGet:
      return {"GET", rule.get()};
    case google::api::HttpRule::kPut:
      return {"PUT", rule.put()};
    case google::api::HttpRule::kPost:
      return {"POST", rule.post()};
    case google::api::HttpRule::kDelete:
      return {"DELETE", rule.delete_()};
    case google::api::HttpRule::kPatch:
      return {"PATCH", rule.patch()};
    case google::api::HttpRule::kCustom:
      return {rule.custom().kind(), rule.custom().path()};
    default:
      return {"", ""};
  }
}

bool IsHttpBody(const pb::Descriptor* type) {
  return type != nullptr && type->full_name() == kHttpBody;
}

absl::Status ResolveBody(const google::api::HttpRule& rule, Route& route) {
  const pb::MethodDescriptor* method = route.method;
  route.whole_body = rule.body() == "*";
  if (!rule.body().empty() && !route.whole_body) {
    route.body_field = method->input_type()->FindFieldByName(rule.body());
    if (route.body_field == nullptr) return Unservable(method, "the body names no field of the request");
    if (route.body_field->type() != pb::FieldDescriptor::TYPE_MESSAGE || route.body_field->is_repeated()) {
      return Unservable(method, "the body must be \"*\" or one message field");
    }
    route.raw_body = IsHttpBody(route.body_field->message_type());
  }
  if (!rule.response_body().empty()) {
    route.answer_field = method->output_type()->FindFieldByName(rule.response_body());
    if (route.answer_field == nullptr || route.answer_field->type() != pb::FieldDescriptor::TYPE_MESSAGE ||
        route.answer_field->is_repeated()) {
      return Unservable(method, "the response_body must be one message field of the answer");
    }
  }
  return absl::OkStatus();
}

absl::Status ResolveVariables(Route& route) {
  for (const PathTemplate::Variable& variable : route.path.variables) {
    auto chain = FindFieldPath(route.method->input_type(), variable.field_path);
    if (chain.empty() || chain.back()->is_repeated() || chain.back()->type() == pb::FieldDescriptor::TYPE_MESSAGE) {
      return Unservable(route.method,
                        fmt::format("the path variable {} is no scalar field of the request", variable.field_path));
    }
    route.variable_fields.push_back(std::move(chain));
  }
  return absl::OkStatus();
}

std::string ValueOf(const PathTemplate& path, const PathTemplate::Variable& variable,
                    const std::vector<std::string>& segments) {
  const bool rest = variable.end > 0 && path.segments[variable.end - 1].kind == PathTemplate::Kind::kRest;
  const size_t end = rest ? segments.size() : variable.end;
  std::string value;
  for (size_t i = variable.begin; i < end; ++i) {
    if (i > variable.begin) value += '/';
    value += segments[i];
  }
  return value;
}

}  // namespace

struct Api::Node {
  std::map<std::string, std::unique_ptr<Node>, std::less<>> literals;
  std::unique_ptr<Node> one;
  std::vector<const Route*> ends;       // Routes whose path ends here.
  std::vector<const Route*> rest_ends;  // Routes whose path ends here with "**".
};

Api::Api() : pool_(std::make_unique<pb::DescriptorPool>()), root_(std::make_unique<Node>()) {}
Api::~Api() = default;

absl::StatusOr<std::unique_ptr<Api>> Api::Create(std::string_view descriptor_set,
                                                 const std::vector<std::string>& backends) {
  std::unique_ptr<Api> api(new Api());
  if (absl::Status status = api->AddFiles(descriptor_set); !status.ok()) return status;
  api->resolver_.reset(pb::util::NewTypeResolverForDescriptorPool(std::string(kTypePrefix), api->pool_.get()));
  std::vector<std::string> names = backends;
  names.emplace_back(kLocalBackend);
  for (const std::string& name : names) {
    if (absl::Status s = api->AddServices(fmt::format("yaoshi.{}.v1", name), name, false); !s.ok()) return s;
    if (name == kLocalBackend) continue;
    if (absl::Status s = api->AddServices("yaoshi.common.v1", name, true); !s.ok()) return s;
  }
  return api;
}

absl::Status Api::AddFiles(std::string_view descriptor_set) {
  pb::FileDescriptorSet set;
  if (!set.ParseFromArray(descriptor_set.data(), static_cast<int>(descriptor_set.size()))) {
    return absl::InvalidArgumentError("the descriptor set is malformed");
  }
  for (const pb::FileDescriptorProto& file : set.file()) {  // protoc writes them in the order of their imports.
    const pb::FileDescriptor* built = pool_->BuildFile(file);
    if (built == nullptr) return absl::InvalidArgumentError(fmt::format("{} does not build", file.name()));
    files_.push_back(built);
  }
  return absl::OkStatus();
}

absl::Status Api::AddServices(const std::string& package, const std::string& backend, bool mount) {
  for (const pb::FileDescriptor* file : files_) {
    if (file->package() != package) continue;
    for (int s = 0; s < file->service_count(); ++s) {
      for (int m = 0; m < file->service(s)->method_count(); ++m) {
        if (absl::Status st = AddMethod(file->service(s)->method(m), backend, mount); !st.ok()) return st;
      }
    }
  }
  return absl::OkStatus();
}

absl::Status Api::AddMethod(const pb::MethodDescriptor* method, const std::string& backend, bool mount) {
  if (!method->options().HasExtension(google::api::http)) return absl::OkStatus();
  const bool download = method->server_streaming() && IsHttpBody(method->output_type());
  if (method->client_streaming() || (method->server_streaming() && !download)) return absl::OkStatus();
  const google::api::HttpRule& first = method->options().GetExtension(google::api::http);
  std::vector<const google::api::HttpRule*> rules = {&first};
  for (const auto& more : first.additional_bindings()) rules.push_back(&more);
  for (const google::api::HttpRule* rule : rules) {
    auto route = std::make_unique<Route>();
    const auto [verb, path] = VerbAndPath(*rule);
    if (verb.empty()) return Unservable(method, "the http rule has no method");
    auto parsed = PathTemplate::Parse(path);
    if (!parsed.ok()) return Unservable(method, std::string(parsed.status().message()));
    route->http_method = verb;
    route->path = *std::move(parsed);
    if (mount) route->path.Mount(backend);
    route->display = route->path.Display();
    route->backend = backend;
    route->rpc_path = fmt::format("/{}/{}", method->service()->full_name(), method->name());
    route->method = method;
    route->download = download;
    if (absl::Status status = ResolveBody(*rule, *route); !status.ok()) return status;
    if (absl::Status status = ResolveVariables(*route); !status.ok()) return status;
    if (absl::Status status = Insert(std::move(route)); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status Api::Insert(std::unique_ptr<Route> route) {
  Node* node = root_.get();
  bool rest = false;
  for (const PathTemplate::Segment& segment : route->path.segments) {
    rest = segment.kind == PathTemplate::Kind::kRest;
    if (rest) break;
    auto& child = segment.kind == PathTemplate::Kind::kOne ? node->one : node->literals[segment.literal];
    if (child == nullptr) child = std::make_unique<Node>();
    node = child.get();
  }
  auto& ends = rest ? node->rest_ends : node->ends;
  for (const Route* other : ends) {
    if (other->http_method == route->http_method && other->path.verb == route->path.verb) {
      return Unservable(route->method, fmt::format("{} {} already stands for {}", route->http_method, route->display,
                                                   other->method->full_name()));
    }
  }
  ends.push_back(route.get());
  routes_.push_back(std::move(route));
  return absl::OkStatus();
}

const Route* Api::Find(const Node& node, const std::vector<std::string>& segments, size_t at, std::string_view verb,
                       std::string_view http_method, std::vector<std::string>& other_methods) const {
  const auto pick = [&](const std::vector<const Route*>& ends) -> const Route* {
    for (const Route* route : ends) {
      if (route->path.verb != verb) continue;
      if (route->http_method == http_method) return route;
      other_methods.push_back(route->http_method);
    }
    return nullptr;
  };
  if (at == segments.size()) {
    if (const Route* route = pick(node.ends)) return route;
  } else {
    // The verb is not part of the last segment.
    std::string_view segment = segments[at];
    if (at + 1 == segments.size() && !verb.empty()) segment.remove_suffix(verb.size() + 1);
    if (const auto found = node.literals.find(segment); found != node.literals.end()) {
      if (const Route* route = Find(*found->second, segments, at + 1, verb, http_method, other_methods)) return route;
    }
    if (node.one != nullptr && !segment.empty()) {
      if (const Route* route = Find(*node.one, segments, at + 1, verb, http_method, other_methods)) return route;
    }
  }
  return pick(node.rest_ends);
}

RouteMatch Api::Match(std::string_view http_method, const std::vector<std::string>& segments) const {
  RouteMatch match;
  const std::string_view wanted = http_method == "HEAD" ? "GET" : http_method;
  std::vector<std::string> other_methods;
  std::string verb;
  if (!segments.empty()) {
    const std::string& last = segments.back();
    if (const size_t colon = last.rfind(':'); colon != std::string::npos && colon + 1 < last.size()) {
      verb = last.substr(colon + 1);
    }
  }
  if (!verb.empty()) match.route = Find(*root_, segments, 0, verb, wanted, other_methods);
  std::vector<std::string> plain = segments;
  if (match.route != nullptr) {
    plain.back().resize(plain.back().size() - verb.size() - 1);
  } else if (other_methods.empty()) {
    match.route = Find(*root_, segments, 0, "", wanted, other_methods);
  }
  if (match.route == nullptr) {
    const std::set<std::string> distinct(other_methods.begin(), other_methods.end());
    match.other_methods.assign(distinct.begin(), distinct.end());
    return match;
  }
  for (const PathTemplate::Variable& variable : match.route->path.variables) {
    match.values.push_back(ValueOf(match.route->path, variable, plain));
  }
  return match;
}

absl::StatusOr<std::string> Api::ToJson(const pb::Descriptor* type, const std::string& bytes) const {
  pb::util::JsonPrintOptions options;
  options.always_print_primitive_fields = true;
  options.preserve_proto_field_names = true;
  std::string json;
  const auto status = pb::util::BinaryToJsonString(
      resolver_.get(), fmt::format("{}/{}", kTypePrefix, type->full_name()), bytes, &json, options);
  if (!status.ok()) return absl::InternalError(std::string(status.message().data(), status.message().size()));
  return json;
}

absl::StatusOr<std::string> Api::FromJson(const pb::Descriptor* type, const std::string& json) const {
  std::string bytes;
  const auto status =
      pb::util::JsonToBinaryString(resolver_.get(), fmt::format("{}/{}", kTypePrefix, type->full_name()), json, &bytes);
  if (!status.ok()) return absl::InvalidArgumentError(std::string(status.message().data(), status.message().size()));
  return bytes;
}

const pb::FieldDescriptor* FindField(const pb::Descriptor* type, std::string_view name) {
  const std::string key(name);
  if (const pb::FieldDescriptor* field = type->FindFieldByName(key)) return field;
  for (int i = 0; i < type->field_count(); ++i) {
    if (type->field(i)->json_name() == key) return type->field(i);
  }
  return nullptr;
}

std::vector<const pb::FieldDescriptor*> FindFieldPath(const pb::Descriptor* type, std::string_view path) {
  std::vector<const pb::FieldDescriptor*> chain;
  while (type != nullptr) {
    const size_t dot = path.find('.');
    const pb::FieldDescriptor* field = FindField(type, path.substr(0, dot));
    if (field == nullptr) return {};
    chain.push_back(field);
    if (dot == std::string_view::npos) return chain;
    if (field->is_repeated()) return {};
    type = field->message_type();
    path.remove_prefix(dot + 1);
  }
  return {};
}

}  // namespace yaoshi::gateway
