#include "gateway/transcode/path_template.h"

#include <utility>

#include "absl/status/status.h"
#include "common/status/status.h"
#include "fmt/format.h"
#include "utf8.h"

namespace yaoshi::gateway {
namespace {

absl::Status Malformed(std::string_view text, std::string_view why) {
  return absl::InvalidArgumentError(fmt::format("path template \"{}\": {}", text, why));
}

std::vector<std::string_view> SplitSlashes(std::string_view text) {
  std::vector<std::string_view> parts;
  for (size_t start = 0;;) {
    const size_t slash = text.find('/', start);
    parts.push_back(text.substr(start, slash - start));
    if (slash == std::string_view::npos) return parts;
    start = slash + 1;
  }
}

PathTemplate::Segment ToSegment(std::string_view text) {
  if (text == "*") return {PathTemplate::Kind::kOne, ""};
  if (text == "**") return {PathTemplate::Kind::kRest, ""};
  return {PathTemplate::Kind::kLiteral, std::string(text)};
}

// Parses "{field=pattern}" or "{field}"; `text` is what stands between the braces.
absl::Status AddVariable(std::string_view text, PathTemplate& result) {
  const size_t equals = text.find('=');
  PathTemplate::Variable variable;
  variable.field_path = std::string(text.substr(0, equals));
  variable.begin = result.segments.size();
  const std::string_view pattern = equals == std::string_view::npos ? "*" : text.substr(equals + 1);
  for (std::string_view part : SplitSlashes(pattern)) {
    if (part.empty()) return absl::InvalidArgumentError("an empty segment in a variable");
    result.segments.push_back(ToSegment(part));
  }
  variable.end = result.segments.size();
  if (variable.field_path.empty()) return absl::InvalidArgumentError("a variable without a field");
  result.variables.push_back(std::move(variable));
  return absl::OkStatus();
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

absl::StatusOr<PathTemplate> PathTemplate::Parse(std::string_view text) {
  if (text.empty() || text.front() != '/') return Malformed(text, "must start with \"/\"");
  PathTemplate result;
  std::string_view rest = text.substr(1);
  while (!rest.empty()) {
    if (rest.front() == '{') {
      const size_t close = rest.find('}');
      if (close == std::string_view::npos) return Malformed(text, "a brace is not closed");
      if (absl::Status status = AddVariable(rest.substr(1, close - 1), result); !status.ok()) {
        return Malformed(text, std::string(status.message()));
      }
      rest.remove_prefix(close + 1);
    } else {
      const size_t end = rest.find_first_of("/:{");
      if (end == 0) return Malformed(text, "an empty segment");
      result.segments.push_back(ToSegment(rest.substr(0, end)));
      rest.remove_prefix(end == std::string_view::npos ? rest.size() : end);
    }
    if (rest.empty()) break;
    if (rest.front() == ':') {
      result.verb = std::string(rest.substr(1));
      break;
    }
    if (rest.front() != '/' || rest.size() == 1) return Malformed(text, "expected \"/\" and a segment");
    rest.remove_prefix(1);
  }
  for (size_t i = 0; i + 1 < result.segments.size(); ++i) {
    if (result.segments[i].kind == Kind::kRest) return Malformed(text, "\"**\" must be the last segment");
  }
  return result;
}

void PathTemplate::Mount(std::string_view part) {
  if (segments.empty()) return;
  segments.insert(segments.begin() + 1, Segment{Kind::kLiteral, std::string(part)});
  for (Variable& variable : variables) {
    ++variable.begin;
    ++variable.end;
  }
}

std::vector<std::string> PathTemplate::Placeholders() const {
  std::vector<std::string> names;
  for (size_t i = 0; i < segments.size(); ++i) {
    if (segments[i].kind == Kind::kLiteral) continue;
    std::string name = fmt::format("segment_{}", i);
    for (const Variable& variable : variables) {
      if (i < variable.begin || i >= variable.end) continue;
      const bool last = i + 1 == variable.end;
      name = last ? variable.field_path : fmt::format("{}_{}", variable.field_path, segments[i - 1].literal);
    }
    names.push_back(std::move(name));
  }
  return names;
}

std::string PathTemplate::Display() const {
  std::string result;
  const std::vector<std::string> names = Placeholders();
  size_t next = 0;
  for (const Segment& segment : segments) {
    result += '/';
    result += segment.kind == Kind::kLiteral ? segment.literal : fmt::format("{{{}}}", names[next++]);
  }
  if (!verb.empty()) result += ":" + verb;
  return result;
}

absl::StatusOr<std::string> PercentDecode(std::string_view text, bool plus) {
  std::string result;
  result.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus) {
      result += ' ';
    } else if (text[i] == '%') {
      const int high = i + 2 < text.size() ? HexDigit(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? HexDigit(text[i + 2]) : -1;
      if (high < 0 || low < 0) {
        return Error(absl::StatusCode::kInvalidArgument, "MALFORMED_URL",
                     "A percent sign of the URL is not followed by two hexadecimal digits. Encode it as %25.");
      }
      result += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      result += text[i];
    }
  }
  if (!utf8::is_valid(result.begin(), result.end())) {
    return Error(absl::StatusCode::kInvalidArgument, "MALFORMED_URL",
                 "The URL is not UTF-8. Encode its text as UTF-8.");
  }
  return result;
}

absl::StatusOr<std::vector<std::string>> SplitPath(std::string_view path) {
  if (path.empty() || path.front() != '/') {
    return Error(absl::StatusCode::kInvalidArgument, "MALFORMED_URL", "The path must start with a slash.");
  }
  std::vector<std::string> segments;
  if (path.size() == 1) return segments;
  for (std::string_view part : SplitSlashes(path.substr(1))) {
    ASSIGN_OR_RETURN(std::string segment, PercentDecode(part, false));
    bool strange = segment.empty() || segment == "." || segment == "..";
    for (const char c : segment) strange |= static_cast<unsigned char>(c) < 0x20 || c == 0x7f || c == '\\' || c == '/';
    if (strange) {
      return Error(absl::StatusCode::kInvalidArgument, "MALFORMED_URL",
                   "The path has an empty or dot segment, a slash or backslash in a segment, or a control character.");
    }
    segments.push_back(std::move(segment));
  }
  return segments;
}

}  // namespace yaoshi::gateway
