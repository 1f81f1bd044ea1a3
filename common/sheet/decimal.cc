#include "common/sheet/decimal.h"

#include <algorithm>
#include <charconv>
#include <limits>

namespace yaoshi::sheet {
namespace {

// Longer texts are no amounts; exponents beyond a double's are no numbers of a workbook.
constexpr std::size_t kMaxDigits = 400;
constexpr int kMaxExponent = 400;

// Moves the digits at the front of `text` to `digits`.
std::size_t TakeDigits(std::string_view& text, std::string& digits) {
  const std::size_t count = std::min(text.find_first_not_of("0123456789"), text.size());
  digits += text.substr(0, count);
  text.remove_prefix(count);
  return count;
}

// "" → 0, "E+5" → 5; nullopt when it is neither.
std::optional<int> ParseExponent(std::string_view text) {
  if (text.empty()) {
    return 0;
  }
  if (text.front() != 'E' && text.front() != 'e') {
    return std::nullopt;
  }
  text.remove_prefix(text.size() > 2 && text[1] == '+' && text[2] != '-' ? 2 : 1);
  int exponent = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), exponent);
  if (error != std::errc() || end != text.data() + text.size() || std::abs(exponent) > kMaxExponent) {
    return std::nullopt;
  }
  return exponent;
}

}  // namespace

std::optional<Decimal> Decimal::Parse(std::string_view text) {
  Decimal number;
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) {
    number.negative_ = text.front() == '-';
    text.remove_prefix(1);
  }
  std::size_t count = TakeDigits(text, number.digits_);
  if (!text.empty() && text.front() == '.') {
    text.remove_prefix(1);
    const std::size_t decimals = TakeDigits(text, number.digits_);
    number.exponent_ = -static_cast<int>(std::min(decimals, kMaxDigits));
    count += decimals;
  }
  const std::optional<int> exponent = ParseExponent(text);
  if (count == 0 || count > kMaxDigits || !exponent) {
    return std::nullopt;
  }
  number.exponent_ += *exponent;
  number.Normalize();
  return number;
}

void Decimal::Normalize() {
  digits_.erase(0, std::min(digits_.find_first_not_of('0'), digits_.size()));
  const std::size_t last = digits_.find_last_not_of('0');
  const std::size_t kept = last == std::string::npos ? 0 : last + 1;
  exponent_ = kept == 0 ? 0 : exponent_ + static_cast<int>(digits_.size() - kept);
  digits_.resize(kept);
}

// The number with only its first `kept` digits, rounded half away from zero.
Decimal Decimal::Cut(std::size_t kept) const {
  Decimal cut = *this;
  cut.exponent_ += static_cast<int>(digits_.size() - kept);
  cut.digits_.resize(kept);
  if (digits_[kept] >= '5') {
    std::size_t i = kept;
    while (i > 0 && cut.digits_[i - 1] == '9') {
      cut.digits_[--i] = '0';
    }
    if (i == 0) {
      cut.digits_.insert(cut.digits_.begin(), '1');
    } else {
      ++cut.digits_[i - 1];
    }
  }
  cut.Normalize();
  return cut;
}

Decimal Decimal::RoundedToSignificant(int digits) const {
  const auto kept = static_cast<std::size_t>(digits);
  return kept >= digits_.size() ? *this : Cut(kept);
}

Decimal Decimal::RoundedToExponent(int exponent) const {
  if (exponent_ >= exponent) {
    return *this;
  }
  const auto dropped = static_cast<std::size_t>(exponent - exponent_);
  if (dropped > digits_.size()) {
    return Decimal();
  }
  return Cut(digits_.size() - dropped);
}

bool Decimal::Exceeds(int power, std::int64_t max) const {
  const std::string limit = std::to_string(max);
  const int length = static_cast<int>(digits_.size()) + exponent_ + power;
  if (zero() || length != static_cast<int>(limit.size())) {
    return !zero() && length > static_cast<int>(limit.size());
  }
  // As long before the point: the digits decide.
  const auto padded = [&](std::string digits) {
    digits.resize(std::max(limit.size(), digits_.size()), '0');
    return digits;
  };
  return padded(digits_) > padded(limit);
}

std::optional<std::int64_t> Decimal::Scaled(int power, std::int64_t max) const {
  if (exponent_ + power < 0 || Exceeds(power, max)) {
    return zero() ? std::optional<std::int64_t>(0) : std::nullopt;
  }
  const std::string all = digits_ + std::string(zero() ? 0 : static_cast<std::size_t>(exponent_ + power), '0');
  std::int64_t value = 0;
  std::from_chars(all.data(), all.data() + all.size(), value);
  return negative_ ? -value : value;
}

double Decimal::ToDouble() const {
  const std::string text = (zero() ? "0" : digits_) + "e" + std::to_string(exponent_);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc::result_out_of_range) {
    value = exponent_ > 0 ? std::numeric_limits<double>::infinity() : 0;
  }
  return negative_ ? -value : value;
}

std::string Decimal::ToString() const {
  std::string text = zero() ? "0" : digits_;
  if (exponent_ >= 0) {
    text += std::string(static_cast<std::size_t>(exponent_), '0');
  } else {
    const auto decimals = static_cast<std::size_t>(-exponent_);
    text.insert(0, decimals >= text.size() ? decimals + 1 - text.size() : 0, '0');
    text.insert(text.size() - decimals, ".");
  }
  return (negative_ ? "-" : "") + text;
}

}  // namespace yaoshi::sheet
