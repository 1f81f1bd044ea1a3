// The path language of google.api.http, such as "/v1/{name=projects/*}:submit".
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace yaoshi::gateway {

struct PathTemplate {
  enum class Kind { kLiteral, kOne, kRest };  // "projects", "*", "**" (only as the last segment).
  struct Segment {
    Kind kind = Kind::kLiteral;
    std::string literal;
  };
  // The segments [begin, end) of a path give the value of a request field; end is the number of segments of the
  // template, and a variable that ends with "**" takes all that follows.
  struct Variable {
    std::string field_path;
    size_t begin = 0;
    size_t end = 0;
  };

  std::vector<Segment> segments;
  std::vector<Variable> variables;
  std::string verb;  // Without the colon; empty when there is none.

  // An error names what is wrong with the template.
  static absl::StatusOr<PathTemplate> Parse(std::string_view text);

  // Inserts `part` after the first segment: "/v1/{name=operations/*}" → "/v1/registry/{name=operations/*}".
  void Mount(std::string_view part);

  // The template as a person reads it: "/v1/projects/{name}:submit" has the variable's last "*" named by its field.
  // OpenAPI, metrics and Allow use it.
  std::string Display() const;
  // The names of the placeholders of Display(), in order.
  std::vector<std::string> Placeholders() const;
};

// Splits the path of a request into segments and undoes percent-encoding. A path that a server must not guess about
// (bad percent signs, control characters, malformed UTF-8, backslashes, empty or dot segments) is an error.
absl::StatusOr<std::vector<std::string>> SplitPath(std::string_view path);

// Undoes percent-encoding; with `plus` a '+' is a space, as in queries. Malformed encodings and malformed UTF-8 are
// errors.
absl::StatusOr<std::string> PercentDecode(std::string_view text, bool plus);

}  // namespace yaoshi::gateway
