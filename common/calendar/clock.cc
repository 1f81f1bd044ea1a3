#include "common/calendar/clock.h"

#include <fmt/format.h>

#include <optional>

#include "common/status/quote.h"
#include "common/status/status.h"

namespace yaoshi {
namespace {

constexpr std::int64_t kMicrosPerSecond = 1'000'000;
constexpr std::int64_t kMicrosPerDay = 86'400 * kMicrosPerSecond;
constexpr std::int64_t kChinaOffset = 8 * 3'600 * kMicrosPerSecond;

std::int64_t FloorDivide(std::int64_t value, std::int64_t divisor) {
  return value / divisor - (value % divisor < 0 ? 1 : 0);
}

// Two digits at `place`, at most `max`.
std::optional<int> TwoDigits(std::string_view text, std::size_t place, int max) {
  const auto digit = [&](std::size_t i) { return text[i] >= '0' && text[i] <= '9' ? text[i] - '0' : -100; };
  const int number = digit(place) * 10 + digit(place + 1);
  return number >= 0 && number <= max ? std::optional<int>(number) : std::nullopt;
}

// ".5" → 500 000; "" → 0.
std::optional<std::int64_t> FractionMicros(std::string_view text) {
  if (text.empty()) return 0;
  if (text[0] != '.' || text.size() < 2 || text.size() > 7) return std::nullopt;
  std::int64_t micros = 0;
  for (std::size_t i = 1; i < 7; ++i) {
    const char c = i < text.size() ? text[i] : '0';
    if (c < '0' || c > '9') return std::nullopt;
    micros = micros * 10 + (c - '0');
  }
  return micros;
}

// "2022-04-20?08:00:00[.ffffff]" with `separator` at the question mark.
std::optional<Timestamp> ParseDateTime(std::string_view text, char separator) {
  if (text.size() < 19 || text[10] != separator || text[13] != ':' || text[16] != ':') return std::nullopt;
  const auto date = Date::Parse(text.substr(0, 10));
  const auto hour = TwoDigits(text, 11, 23);
  const auto minute = TwoDigits(text, 14, 59);
  const auto second = TwoDigits(text, 17, 59);
  const auto fraction = FractionMicros(text.substr(19));
  if (!date.ok() || !hour || !minute || !second || !fraction) return std::nullopt;
  return Timestamp{date->days() * kMicrosPerDay + (*hour * 3600 + *minute * 60 + *second) * kMicrosPerSecond +
                   *fraction};
}

std::string Format(Timestamp time, char separator) {
  const std::int64_t day = FloorDivide(time.micros, kMicrosPerDay);
  const std::int64_t micros = time.micros - day * kMicrosPerDay;
  const std::int64_t seconds = micros / kMicrosPerSecond;
  return fmt::format("{}{}{:02}:{:02}:{:02}.{:06}", Date::FromDays(static_cast<std::int32_t>(day)).ToString(),
                     separator, seconds / 3600, seconds / 60 % 60, seconds % 60, micros % kMicrosPerSecond);
}

absl::Status InvalidTime(std::string_view text) {
  return Error(absl::StatusCode::kInvalidArgument, "INVALID_TIME",
               fmt::format("{} is not a time; write it in UTC as 2022-04-20T08:00:00Z, with at most six decimals.",
                           Quote(text)));
}

class MachineClock : public Clock {
 public:
  Timestamp Now() const override {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return {std::chrono::duration_cast<std::chrono::microseconds>(now).count()};
  }
};

}  // namespace

absl::StatusOr<Timestamp> Timestamp::Parse(std::string_view text) {
  if (text.empty() || text.back() != 'Z') return InvalidTime(text);
  const auto time = ParseDateTime(text.substr(0, text.size() - 1), 'T');
  if (!time.has_value()) return InvalidTime(text);
  return *time;
}

absl::StatusOr<Timestamp> Timestamp::FromSql(std::string_view text) {
  const auto time = ParseDateTime(text, ' ');
  if (!time.has_value()) return InvalidTime(text);
  return *time;
}

std::string Timestamp::ToString() const {
  return Format(*this, 'T') + "Z";
}
std::string Timestamp::ToSql() const {
  return Format(*this, ' ');
}

Date Timestamp::ToDate() const {
  const std::int64_t day = FloorDivide(micros, kMicrosPerDay);
  const bool next_day = micros - day * kMicrosPerDay >= kMicrosPerDay - kChinaOffset;
  return Date::FromDays(static_cast<std::int32_t>(day) + (next_day ? 1 : 0));
}

Clock& SystemClock() {
  static MachineClock* const clock = new MachineClock();  // Never destroyed: threads may outlive main.
  return *clock;
}

}  // namespace yaoshi
