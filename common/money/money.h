// Amounts of money: int64 fen (1 yuan = 100 fen; 1 万元 = 10 000 yuan; 1 亿元 = 100 000 000 yuan). No floating point.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace yaoshi {

// The largest amount in fen: 90 万亿元. A thousand such amounts still fit the sums made of them in 128 bits, and every
// JSON reader that uses doubles holds it exactly (< 2^53).
inline constexpr std::int64_t kMaxFen = 9'000'000'000'000'000;

// Exact decimal text ("352.7") to fen. Refused with reason INVALID_AMOUNT: signs, spaces, separators, exponents, more
// decimals than whole fen can hold (zeros aside), amounts above kMaxFen.
absl::StatusOr<std::int64_t> ParseYuan(std::string_view text);
absl::StatusOr<std::int64_t> ParseWan(std::string_view text);
absl::StatusOr<std::int64_t> ParseYi(std::string_view text);

// a + b; reason AMOUNT_OUT_OF_RANGE when the sum is beyond ±kMaxFen.
absl::StatusOr<std::int64_t> CheckedAdd(std::int64_t a, std::int64_t b);

// "12.34", "12.00", "-0.05": always two decimals.
std::string FormatYuan(std::int64_t fen);
// Exact, without trailing zeros: 3 527 000 fen → "3.527" 万元 → "0.0003527" 亿元.
std::string FormatWan(std::int64_t fen);
std::string FormatYi(std::int64_t fen);
// 亿元 with exactly `decimals` (0 to 10) places, half to even.
std::string FormatYiRounded(std::int64_t fen, int decimals);

// 100 × numerator ÷ denominator with exactly `decimals` (0 to 8) places, half away from zero: (54, 79, 2) → "68.35".
// "" when the denominator is 0: there is no rate to show.
std::string FormatPercent(std::int64_t numerator, std::int64_t denominator, int decimals);

}  // namespace yaoshi
