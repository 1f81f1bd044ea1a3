// The APIs behind the gateway, as their descriptors say: routes, and what JSON needs to know of messages.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gateway/transcode/path_template.h"
#include "google/protobuf/descriptor.h"

namespace google::protobuf::util {
class TypeResolver;
}

namespace yaoshi::gateway {

// The backend name of what the gateway answers by itself.
inline constexpr std::string_view kLocalBackend = "gateway";

// One HTTP method and path with the RPC it stands for.
struct Route {
  std::string http_method;  // "GET", "POST", "PUT", "PATCH", "DELETE".
  PathTemplate path;
  std::string display;   // path.Display().
  std::string backend;   // "registry", …, or kLocalBackend.
  std::string rpc_path;  // "/yaoshi.registry.v1.ProjectService/GetProject".
  const google::protobuf::MethodDescriptor* method = nullptr;
  // The chain of fields that each path variable sets, in the order of path.variables.
  std::vector<std::vector<const google::protobuf::FieldDescriptor*>> variable_fields;
  bool whole_body = false;                                          // body: "*"
  const google::protobuf::FieldDescriptor* body_field = nullptr;    // body: "project"
  const google::protobuf::FieldDescriptor* answer_field = nullptr;  // response_body
  bool download = false;                                            // A server stream of google.api.HttpBody.
  bool raw_body = false;  // The body field is a google.api.HttpBody: the bytes travel as they are.
};

struct RouteMatch {
  const Route* route = nullptr;            // Null: nothing matches.
  std::vector<std::string> values;         // Of route->path.variables, in order.
  std::vector<std::string> other_methods;  // When route is null: methods that the path does have (405).
};

// Which services a backend serves: those of package yaoshi.<name>.v1, and of yaoshi.common.v1 those that every
// backend binds, mounted under /v1/<name>/….
class Api {
 public:
  // `descriptor_set` is a serialised google.protobuf.FileDescriptorSet with source information. `backends` are the
  // names of the configured backends. A path that two methods claim, or an annotation that cannot be served, is an
  // error that names it.
  static absl::StatusOr<std::unique_ptr<Api>> Create(std::string_view descriptor_set,
                                                     const std::vector<std::string>& backends);
  ~Api();
  Api(const Api&) = delete;
  Api& operator=(const Api&) = delete;

  // Finds the route of a method and a path that SplitPath took apart. HEAD finds the GET.
  RouteMatch Match(std::string_view http_method, const std::vector<std::string>& segments) const;

  const std::vector<std::unique_ptr<Route>>& routes() const { return routes_; }
  const google::protobuf::DescriptorPool& pool() const { return *pool_; }

  // The JSON of a serialised message: proto field names, zero values printed, int64 as strings.
  absl::StatusOr<std::string> ToJson(const google::protobuf::Descriptor* type, const std::string& bytes) const;
  // The serialised message of checked JSON. An error's message starts with "(path):" when the converter knows it.
  absl::StatusOr<std::string> FromJson(const google::protobuf::Descriptor* type, const std::string& json) const;

 private:
  struct Node;
  Api();
  absl::Status AddFiles(std::string_view descriptor_set);
  absl::Status AddServices(const std::string& package, const std::string& backend, bool mount);
  absl::Status AddMethod(const google::protobuf::MethodDescriptor* method, const std::string& backend, bool mount);
  absl::Status Insert(std::unique_ptr<Route> route);
  const Route* Find(const Node& node, const std::vector<std::string>& segments, size_t at, std::string_view verb,
                    std::string_view http_method, std::vector<std::string>& other_methods) const;

  std::unique_ptr<google::protobuf::DescriptorPool> pool_;
  std::vector<const google::protobuf::FileDescriptor*> files_;
  std::unique_ptr<google::protobuf::util::TypeResolver> resolver_;
  std::vector<std::unique_ptr<Route>> routes_;
  std::unique_ptr<Node> root_;
};

// The chain of fields of a dotted path, "project.state"; empty when there is none. Accepts proto and JSON names.
std::vector<const google::protobuf::FieldDescriptor*> FindFieldPath(const google::protobuf::Descriptor* type,
                                                                    std::string_view path);
// The field with this proto or JSON name, or null.
const google::protobuf::FieldDescriptor* FindField(const google::protobuf::Descriptor* type, std::string_view name);

}  // namespace yaoshi::gateway
