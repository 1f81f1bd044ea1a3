// Text in CSV fields: quoting, and the guard against formulas.
#pragma once

#include <string>
#include <string_view>

namespace yaoshi::sheet {

// "'" before a text that starts with = + - @ TAB or CR, which a spreadsheet would run as a formula (OWASP, CSV
// injection).
std::string WithFormulaGuard(std::string_view text);
// The text without the guard, if it has one.
std::string WithoutFormulaGuard(std::string_view text);
// RFC 4180: in double quotes when it contains a comma, a quote, a line break, or a blank at either end.
std::string QuoteCsv(std::string_view text);

}  // namespace yaoshi::sheet
