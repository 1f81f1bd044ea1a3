#include "common/sheet/number_format.h"

#include <algorithm>
#include <cstddef>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace yaoshi::sheet {
namespace {

bool AllOf(std::string_view text, std::string_view set) {
  return !text.empty() && text.find_first_not_of(set) == std::string_view::npos;
}

// The first section of a format without literals; "[h]", "[mm]" and the like, which count hours, stay as their letters.
std::string Significant(std::string_view code) {
  std::string rest;
  for (std::size_t i = 0; i < code.size() && code[i] != ';'; ++i) {
    const char c = code[i];
    if (c == '\\' || c == '_' || c == '*') {
      ++i;
    } else if (c == '"' || c == '[') {
      const std::size_t end = std::min(code.find(c == '"' ? '"' : ']', i + 1), code.size());
      const std::string inside = absl::AsciiStrToLower(std::string(code.substr(i + 1, end - i - 1)));
      if (c == '[' && (AllOf(inside, "h") || AllOf(inside, "m") || AllOf(inside, "s"))) {
        rest += inside;
      }
      i = end;
    } else {
      rest += absl::ascii_tolower(static_cast<unsigned char>(c));
    }
  }
  return rest;
}

}  // namespace

bool IsBuiltInDateFormat(int id) {
  return (id >= 14 && id <= 22) || (id >= 27 && id <= 36) || (id >= 45 && id <= 47) || (id >= 50 && id <= 58);
}

bool IsDateFormat(std::string_view code) {
  const std::string rest = Significant(code);
  return !absl::StrContains(rest, "general") && rest.find_first_of("ymdhs") != std::string::npos;
}

}  // namespace yaoshi::sheet
