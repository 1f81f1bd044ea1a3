#include "common/sheet/values.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "common/money/money.h"
#include "common/sheet/decimal.h"
#include "common/sheet/normal_text.h"
#include "common/sheet/utf8_scan.h"
#include "fmt/format.h"

namespace yaoshi::sheet {
namespace {

// Excel keeps and shows so many significant digits.
constexpr int kExcelDigits = 15;
// Labels that a message lists.
constexpr std::size_t kMaxListedLabels = 12;

Fault ErrorCell() {
  return {"CELL_HAS_ERROR", "is an Excel error; correct the formula or type the value",
          "是公式错误，请改正公式或直接填写数值"};
}

// ---- Numbers

std::string WithoutThousands(const std::string& text) {
  const std::size_t comma = text.find(',');
  if (comma == std::string::npos) {
    return text;
  }
  const std::size_t start = std::min(text.find_first_of("0123456789"), comma);
  const std::size_t end = std::max(std::min(text.find('.'), text.size()), start);
  if ((end - start) % 4 == 0) {
    return text;
  }
  std::string plain = text.substr(0, start);
  // Separators stand before every third digit from the point, and nowhere else.
  for (std::size_t i = start; i < text.size(); ++i) {
    const bool at_separator = i < end && i > start && (end - i) % 4 == 0;
    if ((text[i] == ',') != at_separator) {
      return text;
    }
    plain += at_separator ? "" : std::string(1, text[i]);
  }
  return plain;
}

// The multiple of 10^-scale that the number means: itself, or what it is but for a double's noise; nullopt when it has
// more decimals. A double may be as Excel shows it. Text with such noise (3527000.0000000005, from other programs)
// shows it by the digits that vanish; else its decimals are meant.
std::optional<Decimal> AtScale(const Decimal& number, int scale, bool is_double) {
  const Decimal rounded = number.RoundedToExponent(-scale);
  if (rounded == number || (is_double && rounded.ToDouble() == number.ToDouble())) {
    return rounded;
  }
  const Decimal shown = number.RoundedToSignificant(kExcelDigits);
  const int vanished = number.significant_digits() - shown.significant_digits();
  if (vanished >= (is_double ? 1 : 3) && shown.RoundedToExponent(-scale) == shown) {
    return shown;
  }
  return std::nullopt;
}

// ---- Amounts

Fault NotAnAmount() {
  return {"AMOUNT_NOT_A_NUMBER", "is no amount; write a number such as 352.7 or 3.5亿元",
          "不是金额，请填写数字，例如 352.7 或 3.5亿元"};
}

void RemovePrefix(std::string& text, std::initializer_list<std::string_view> prefixes) {
  for (const std::string_view prefix : prefixes) {
    if (std::string_view(text).starts_with(prefix)) {
      text.erase(0, prefix.size());
      return;
    }
  }
}

// Takes the unit off the end of "3.5亿元".
std::optional<AmountUnit> TakeUnit(std::string& text) {
  constexpr std::array<std::pair<std::string_view, AmountUnit>, 8> kUnits = {{{"亿元", AmountUnit::kYi},
                                                                              {"亿", AmountUnit::kYi},
                                                                              {"万元", AmountUnit::kWan},
                                                                              {"万", AmountUnit::kWan},
                                                                              {"千元", AmountUnit::kThousand},
                                                                              {"元", AmountUnit::kYuan},
                                                                              {"圆", AmountUnit::kYuan},
                                                                              {"rmb", AmountUnit::kYuan}}};
  for (const auto& [name, unit] : kUnits) {
    if (std::string_view(text).ends_with(name)) {
      text.resize(text.size() - name.size());
      return unit;
    }
  }
  return std::nullopt;
}

std::string Compact(const Cell& cell) {
  return absl::AsciiStrToLower(WithoutSpaces(FoldAll(cell.text)));
}

Parsed<std::int64_t> AmountFromDecimal(const Decimal& number, AmountUnit unit, bool is_double) {
  const int power = FenPower(unit);
  if (number.Exceeds(power, kMaxFen)) {
    return Fault{
        "AMOUNT_TOO_LARGE",
        fmt::format("is too large; amounts are at most {} 亿元. Check the unit, {}", FormatYi(kMaxFen), UnitName(unit)),
        fmt::format("金额过大，不得超过{}亿元，请核对单位（{}）", FormatYi(kMaxFen), UnitName(unit))};
  }
  const std::optional<Decimal> exact = AtScale(number, power, is_double);
  const std::optional<std::int64_t> fen = exact ? exact->Scaled(power, kMaxFen) : std::nullopt;
  if (!fen) {
    return Fault{"AMOUNT_TOO_PRECISE",
                 fmt::format("has more decimals than whole fen; {} has at most {}", UnitName(unit), power),
                 fmt::format("小数位过多（不足一分），单位为{}时最多{}位小数", UnitName(unit), power)};
  }
  return *fen;
}

}  // namespace

Parsed<std::int64_t> ParseAmount(const Cell& cell, AmountUnit unit, bool allow_negative) {
  if (cell.kind == Cell::Kind::kError) {
    return ErrorCell();
  }
  if (cell.kind == Cell::Kind::kDate || cell.kind == Cell::Kind::kBoolean) {
    return NotAnAmount();
  }
  const bool is_double = cell.kind == Cell::Kind::kNumber;
  std::string text = is_double ? cell.text : Compact(cell);
  if (!is_double) {
    unit = TakeUnit(text).value_or(unit);
    RemovePrefix(text, {"￥", "¥", "人民币", "rmb"});
    text = WithoutThousands(text);
  }
  const std::optional<Decimal> number = Decimal::Parse(text);
  if (!number) {
    return NotAnAmount();
  }
  if (number->negative() && !allow_negative) {
    return Fault{"AMOUNT_NEGATIVE", "is negative; amounts are 0 or more", "为负数，金额不得小于0"};
  }
  return AmountFromDecimal(*number, unit, is_double);
}

Parsed<std::int64_t> ParseDecimal(const Cell& cell, int scale, std::int64_t min, std::int64_t max) {
  if (cell.kind == Cell::Kind::kError) {
    return ErrorCell();
  }
  const bool is_double = cell.kind == Cell::Kind::kNumber;
  const std::string text = is_double ? cell.text : WithoutThousands(Compact(cell));
  const bool numeric = is_double || cell.kind == Cell::Kind::kText;
  const std::optional<Decimal> number = numeric ? Decimal::Parse(text) : std::nullopt;
  if (!number) {
    return Fault{"NUMBER_NOT_UNDERSTOOD", "is no number; write digits only", "不是数字，请只填写数字"};
  }
  const std::int64_t furthest = std::max(max, min < 0 ? -(min + 1) : min);
  const std::optional<Decimal> exact =
      number->Exceeds(scale, furthest) ? std::optional<Decimal>(*number) : AtScale(*number, scale, is_double);
  if (!exact) {
    return Fault{"NUMBER_TOO_PRECISE", fmt::format("has too many decimals; {} are allowed", scale),
                 fmt::format("小数位过多，最多{}位小数", scale)};
  }
  const std::optional<std::int64_t> value = exact->Scaled(scale, furthest);
  if (!value || *value < min || *value > max) {
    const auto shown = [&](std::int64_t limit) {
      return Decimal::Parse(fmt::format("{}e-{}", limit, scale)).value_or(Decimal()).ToString();
    };
    return Fault{"NUMBER_OUT_OF_RANGE", fmt::format("is out of range; {} to {} is allowed", shown(min), shown(max)),
                 fmt::format("超出范围，应在{}至{}之间", shown(min), shown(max))};
  }
  return *value;
}

namespace {

// ---- Text

Fault CharacterNotAllowed(CharacterFault fault) {
  switch (fault) {
    case CharacterFault::kControl:
      return {"CHARACTER_NOT_ALLOWED", "contains control characters; type it again", "含有控制字符，请重新录入"};
    case CharacterFault::kReplacement:
      return {"CHARACTER_NOT_ALLOWED", "contains a lost character (\uFFFD); type it again", "含有乱码字符，请重新录入"};
    default:
      return {"CHARACTER_NOT_ALLOWED", "contains invisible characters (zero width or text direction); type it again",
              "含有不可见字符（零宽或方向控制字符），请重新录入"};
  }
}

// A number as Excel shows it in a cell without format, as long as it shows all of it.
Parsed<std::string> TextOfNumber(const std::string& raw) {
  const std::optional<Decimal> number = Decimal::Parse(raw);
  if (!number || number->Exceeds(0, 999'999'999'999'999)) {
    return Fault{
        "NUMBER_LOST_DIGITS",
        "is a number of more than 15 digits, of which Excel keeps only 15; format the column as text and type it again",
        "是超过15位的数字，Excel只保留15位，请将该列设为文本格式后重新录入"};
  }
  return number->RoundedToSignificant(kExcelDigits).ToString();
}

}  // namespace

Parsed<std::string> ParseText(const Cell& cell, const TextRules& rules) {
  switch (cell.kind) {
    case Cell::Kind::kError:
      return ErrorCell();
    case Cell::Kind::kNumber:
      return TextOfNumber(cell.text);
    case Cell::Kind::kDate: {
      const Parsed<Date> date = ParseDate(cell, rules.date_system, false);
      return std::holds_alternative<Date>(date) ? Parsed<std::string>(std::get<Date>(date).ToString())
                                                : Parsed<std::string>(std::get<Fault>(date));
    }
    default:
      break;
  }
  if (const CharacterFault fault = FindCharacterFault(cell.text); fault != CharacterFault::kNone) {
    return CharacterNotAllowed(fault);
  }
  const std::string trimmed = Trim(FoldAlphanumerics(cell.text));
  std::string text = ToNfc(rules.multiline ? trimmed : JoinLines(trimmed));
  if (CountCharacters(text) > rules.max_characters) {
    return Fault{"TEXT_TOO_LONG", fmt::format("is longer than {} characters", rules.max_characters),
                 fmt::format("文字过长，最多{}个字", rules.max_characters)};
  }
  return text;
}

Parsed<bool> ParseBoolean(const Cell& cell) {
  constexpr std::array<std::string_view, 15> kYes = {"是", "有", "√",   "✓",  "✔", "☑", "对", "true",
                                                     "1",  "y",  "yes", "已", "■", "v", "on"};
  constexpr std::array<std::string_view, 15> kNo = {"否", "无", "×",  "✗",  "✘", "✕", "错", "false",
                                                    "0",  "n",  "no", "未", "□", "x", "off"};
  if (cell.kind == Cell::Kind::kError) {
    return ErrorCell();
  }
  const std::string text = Compact(cell);
  if (std::find(kYes.begin(), kYes.end(), text) != kYes.end()) {
    return true;
  }
  if (std::find(kNo.begin(), kNo.end(), text) != kNo.end()) {
    return false;
  }
  return Fault{"NOT_YES_OR_NO", "is neither yes nor no; write 是 or 否", "应填写“是”或“否”"};
}

Parsed<std::string> ParseEnum(const Cell& cell, std::span<const EnumLabel> labels) {
  if (cell.kind == Cell::Kind::kError) {
    return ErrorCell();
  }
  const std::string text = Compact(cell);
  std::string allowed;
  std::size_t listed = 0;
  for (const EnumLabel& label : labels) {
    if (Compact({Cell::Kind::kText, label.label}) == text) {
      return label.value;
    }
    if (++listed <= kMaxListedLabels) {
      allowed += (listed == 1 ? "" : "、") + label.label;
    }
  }
  allowed += listed > kMaxListedLabels ? "…" : "";
  return Fault{"LABEL_UNKNOWN", fmt::format("is unknown; one of {} is allowed", allowed),
               fmt::format("不在允许的取值之内，应为：{}", allowed)};
}

}  // namespace yaoshi::sheet
