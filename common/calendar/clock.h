// Points in time, and where they come from. Code that needs "now" or "today" takes a Clock.
#pragma once

#include <atomic>
#include <chrono>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"
#include "common/calendar/date.h"

namespace yaoshi {

struct Timestamp {
  std::int64_t micros = 0;  // since 1970-01-01T00:00:00Z

  // RFC 3339 in UTC: "2022-04-20T08:00:00Z", with up to six decimals of a second. Reason INVALID_TIME.
  static absl::StatusOr<Timestamp> Parse(std::string_view text);
  // "2022-04-20 08:00:00.000000", or with fewer or no decimals: a DATETIME in UTC. Reason INVALID_TIME.
  static absl::StatusOr<Timestamp> FromSql(std::string_view text);

  std::string ToString() const;  // 2022-04-20T08:00:00.000000Z
  std::string ToSql() const;     // 2022-04-20 08:00:00.000000
  // The day in China (UTC+8, no daylight saving) that this moment belongs to.
  Date ToDate() const;

  friend auto operator<=>(const Timestamp&, const Timestamp&) = default;
  friend Timestamp operator+(Timestamp time, std::chrono::microseconds delay) { return {time.micros + delay.count()}; }
  friend std::chrono::microseconds operator-(Timestamp a, Timestamp b) {
    return std::chrono::microseconds(a.micros - b.micros);
  }

  template <class H>
  friend H AbslHashValue(H state, const Timestamp& time) {
    return H::combine(std::move(state), time.micros);
  }
};

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Timestamp Now() const = 0;
  // Now's day in China.
  Date Today() const { return Now().ToDate(); }
};

// The machine's clock. Lives as long as the process.
Clock& SystemClock();

// A clock that stands until a test moves it. Thread-safe.
class FakeClock : public Clock {
 public:
  // Starts at 2022-04-20T00:00:00Z.
  FakeClock() : FakeClock(Timestamp{1'650'412'800'000'000}) {}
  explicit FakeClock(Timestamp now) : micros_(now.micros) {}

  Timestamp Now() const override { return {micros_.load()}; }
  void Set(Timestamp now) { micros_.store(now.micros); }
  void Advance(std::chrono::microseconds delay) { micros_.fetch_add(delay.count()); }

 private:
  std::atomic<std::int64_t> micros_;
};

}  // namespace yaoshi
