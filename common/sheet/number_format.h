// Which number formats show a date or a time.
#pragma once

#include <string_view>

namespace yaoshi::sheet {

// Excel's built-in formats that mean a date or a time, those of Chinese and Japanese Excel (27–36, 50–58) included.
bool IsBuiltInDateFormat(int id);
// A custom format: yyyy-mm-dd, yyyy"年"m"月"d"日", [$-804]yyyy/m/d;@, [h]:mm. Text in quotes, colours and conditions in
// brackets, and escaped characters do not count.
bool IsDateFormat(std::string_view code);

}  // namespace yaoshi::sheet
