#include "common/money/money.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/status/quote.h"
#include "common/status/status.h"

namespace yaoshi {
namespace {

__extension__ using Int128 = __int128;

// A unit is 10^decimals fen: its texts have at most so many decimal places.
struct Unit {
  int decimals;
  std::string_view name;
};
constexpr Unit kYuan{2, "yuan"};
constexpr Unit kWan{6, "万元"};
constexpr Unit kYi{10, "亿元"};

std::int64_t PowerOfTen(int exponent) {
  std::int64_t power = 1;
  for (int i = 0; i < exponent; ++i) power *= 10;
  return power;
}

absl::Status InvalidAmount(std::string_view text, const Unit& unit, std::string_view problem) {
  return Error(absl::StatusCode::kInvalidArgument, "INVALID_AMOUNT",
               fmt::format("{} is not an amount in {}: {}. Write digits with at most {} decimals, for example 352.7.",
                           Quote(text), unit.name, problem, unit.decimals));
}

// Appends one digit to `fen`; false when the amount passes kMaxFen.
bool Push(std::int64_t& fen, char digit) {
  fen = fen * 10 + (digit - '0');
  return fen <= kMaxFen;
}

absl::StatusOr<std::int64_t> Parse(std::string_view text, const Unit& unit) {
  const std::size_t point = std::min(text.find('.'), text.size());
  const std::string_view whole = text.substr(0, point);
  std::string_view fraction = text.substr(std::min(point + 1, text.size()));
  const auto digits = [](std::string_view part) {
    return !part.empty() && std::all_of(part.begin(), part.end(), [](char c) { return c >= '0' && c <= '9'; });
  };
  if (text.substr(0, 1) == "-") return InvalidAmount(text, unit, "it must not be negative");
  if (!digits(whole) || (point < text.size() && !digits(fraction))) {
    return InvalidAmount(text, unit, "it is not a plain decimal number");
  }
  while (!fraction.empty() && fraction.back() == '0') fraction.remove_suffix(1);
  if (fraction.size() > static_cast<std::size_t>(unit.decimals)) {
    return InvalidAmount(text, unit, "it is not a whole number of fen");
  }
  std::int64_t fen = 0;
  bool fits = true;
  for (char c : whole) fits = fits && Push(fen, c);
  for (char c : fraction) fits = fits && Push(fen, c);
  for (auto i = static_cast<int>(fraction.size()); i < unit.decimals; ++i) fits = fits && Push(fen, '0');
  if (!fits) return InvalidAmount(text, unit, fmt::format("the largest amount is {} yuan", FormatYuan(kMaxFen)));
  return fen;
}

// |value| as an unsigned number: right for the smallest int64 as well.
std::uint64_t Magnitude(std::int64_t value) {
  return value < 0 ? ~static_cast<std::uint64_t>(value) + 1 : static_cast<std::uint64_t>(value);
}

// `value` ÷ 10^decimals, all places written.
std::string Fixed(bool negative, std::uint64_t value, int decimals) {
  const auto scale = static_cast<std::uint64_t>(PowerOfTen(decimals));
  const std::string_view sign = negative && value != 0 ? "-" : "";
  if (decimals == 0) return fmt::format("{}{}", sign, value);
  return fmt::format("{}{}.{:0{}}", sign, value / scale, value % scale, decimals);
}

std::string Exact(std::int64_t fen, const Unit& unit) {
  std::string text = Fixed(fen < 0, Magnitude(fen), unit.decimals);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

}  // namespace

absl::StatusOr<std::int64_t> ParseYuan(std::string_view text) {
  return Parse(text, kYuan);
}
absl::StatusOr<std::int64_t> ParseWan(std::string_view text) {
  return Parse(text, kWan);
}
absl::StatusOr<std::int64_t> ParseYi(std::string_view text) {
  return Parse(text, kYi);
}

absl::StatusOr<std::int64_t> CheckedAdd(std::int64_t a, std::int64_t b) {
  std::int64_t sum = 0;
  if (__builtin_add_overflow(a, b, &sum) || sum > kMaxFen || sum < -kMaxFen) {
    return Error(absl::StatusCode::kInvalidArgument, "AMOUNT_OUT_OF_RANGE",
                 fmt::format("The sum of the amounts is beyond {} yuan; check their units.", FormatYuan(kMaxFen)));
  }
  return sum;
}

std::string FormatYuan(std::int64_t fen) {
  return Fixed(fen < 0, Magnitude(fen), kYuan.decimals);
}
std::string FormatWan(std::int64_t fen) {
  return Exact(fen, kWan);
}
std::string FormatYi(std::int64_t fen) {
  return Exact(fen, kYi);
}

std::string FormatYiRounded(std::int64_t fen, int decimals) {
  decimals = std::clamp(decimals, 0, kYi.decimals);
  const auto step = static_cast<std::uint64_t>(PowerOfTen(kYi.decimals - decimals));
  const std::uint64_t magnitude = Magnitude(fen);
  std::uint64_t rounded = magnitude / step;
  const std::uint64_t twice = magnitude % step * 2;
  if (twice > step || (twice == step && rounded % 2 == 1)) ++rounded;
  return Fixed(fen < 0, rounded, decimals);
}

std::string FormatPercent(std::int64_t numerator, std::int64_t denominator, int decimals) {
  if (denominator == 0) return "";
  decimals = std::clamp(decimals, 0, 8);
  const Int128 divisor = Magnitude(denominator);
  const Int128 scaled = static_cast<Int128>(Magnitude(numerator)) * 100 * PowerOfTen(decimals);
  const Int128 rounded = (scaled * 2 + divisor) / (divisor * 2);
  const Int128 scale = PowerOfTen(decimals);
  const bool negative = (numerator < 0) != (denominator < 0) && rounded != 0;
  std::string text = fmt::format("{}{}", negative ? "-" : "", rounded / scale);
  if (decimals > 0) text += fmt::format(".{:0{}}", static_cast<std::int64_t>(rounded % scale), decimals);
  return text;
}

}  // namespace yaoshi
