#include "common/sheet/csv_text.h"

#include "absl/strings/str_replace.h"

namespace yaoshi::sheet {
namespace {

constexpr std::string_view kFormulaStarts = "=+-@\t\r";

bool StartsFormula(std::string_view text) {
  return !text.empty() && kFormulaStarts.find(text.front()) != std::string_view::npos;
}

// Texts that already look guarded get another guard, so that reading gives back what was written.
bool LooksGuarded(std::string_view text) {
  const std::size_t first = text.find_first_not_of('\'');
  return text.starts_with('\'') && first != std::string_view::npos && StartsFormula(text.substr(first));
}

}  // namespace

std::string WithFormulaGuard(std::string_view text) {
  return StartsFormula(text) || LooksGuarded(text) ? "'" + std::string(text) : std::string(text);
}

std::string WithoutFormulaGuard(std::string_view text) {
  return std::string(LooksGuarded(text) ? text.substr(1) : text);
}

std::string QuoteCsv(std::string_view text) {
  const bool blank_end = !text.empty() && (text.front() == ' ' || text.back() == ' ');
  if (!blank_end && text.find_first_of(",\"\r\n") == std::string_view::npos) {
    return std::string(text);
  }
  return "\"" + absl::StrReplaceAll(std::string(text), {{"\"", "\"\""}}) + "\"";
}

}  // namespace yaoshi::sheet
