// Decimal numbers of any size, exact: no floating point touches an amount.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace yaoshi::sheet {

// ± digits × 10^exponent.
class Decimal {
 public:
  // "12", "-12.50", "3.5E+6", "1,234.5" never. nullopt for anything else.
  static std::optional<Decimal> Parse(std::string_view text);

  bool negative() const { return negative_; }
  bool zero() const { return digits_.empty(); }
  // Without zeros at either end.
  int significant_digits() const { return static_cast<int>(digits_.size()); }
  bool is_integer() const { return exponent_ >= 0; }

  // Half away from zero, to so many significant digits or to a multiple of 10^exponent.
  Decimal RoundedToSignificant(int digits) const;
  Decimal RoundedToExponent(int exponent) const;
  // The number × 10^power when that is whole and at most `max` away from 0.
  std::optional<std::int64_t> Scaled(int power, std::int64_t max) const;
  // Whether it is further than `max` from 0 once multiplied by 10^power.
  bool Exceeds(int power, std::int64_t max) const;
  // The nearest double.
  double ToDouble() const;
  // "-12.5", without an exponent; for numbers of up to 40 digits.
  std::string ToString() const;
  friend bool operator==(const Decimal&, const Decimal&) = default;

 private:
  void Normalize();
  Decimal Cut(std::size_t kept) const;

  bool negative_ = false;
  std::string digits_;
  int exponent_ = 0;
};

}  // namespace yaoshi::sheet
