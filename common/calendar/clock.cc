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

// A moment's UTC day since 1970 and the microseconds since that day began.
struct DayAndMicros {
  std::int32_t day;
  std::int64_t micros;
};

DayAndMicros Split(Timestamp time) {
  const std::int64_t rest = time.micros % kMicrosPerDay;
  const auto day = static_cast<std::int32_t>(time.micros / kMicrosPerDay);
  return rest < 0 ? DayAndMicros{day - 1, rest + kMicrosPerDay} : DayAndMicros{day, rest};
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
  const auto [day, micros] = Split(time);
  const std::int64_t seconds = micros / kMicrosPerSecond;
  return fmt::format("{}{}{:02}:{:02}:{:02}.{:06}", Date::FromDays(day).ToString(), separator, seconds / 3600,
                     seconds / 60 % 60, seconds % 60, micros % kMicrosPerSecond);
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
  const auto [day, micros_of_day] = Split(*this);
  return Date::FromDays(micros_of_day >= kMicrosPerDay - kChinaOffset ? day + 1 : day);
}

Clock& SystemClock() {
  static MachineClock* const clock = new MachineClock();  // Never destroyed: threads may outlive main.
  return *clock;
}

}  // namespace yaoshi
