#include "common/ids/uuid.h"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "common/status/quote.h"
#include "common/status/status.h"

namespace yaoshi {
namespace {

// Ids that one millisecond holds: RFC 9562's 12 bits of rand_a, used as a counter.
constexpr std::uint64_t kIdsPerMillisecond = 4096;

// The (millisecond, counter) pairs of this process, as one ever-growing number.
class Sequence {
 public:
  std::uint64_t Next(std::int64_t now_ms) ABSL_LOCKS_EXCLUDED(mutex_) {
    const std::uint64_t now = static_cast<std::uint64_t>(std::max<std::int64_t>(now_ms, 0)) * kIdsPerMillisecond;
    absl::MutexLock lock(&mutex_);
    last_ = std::max(last_ + 1, now);
    return last_;
  }

 private:
  absl::Mutex mutex_;
  std::uint64_t last_ ABSL_GUARDED_BY(mutex_) = 0;
};

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool IsHyphenPlace(std::size_t place) {
  return place == 8 || place == 13 || place == 18 || place == 23;
}

absl::Status InvalidUuid(std::string_view text) {
  return Error(
      absl::StatusCode::kInvalidArgument, "INVALID_UUID",
      fmt::format("{} is not a UUID; write 36 characters such as 018f3c5e-7b1a-7c3d-8e9f-0123456789ab.", Quote(text)));
}

}  // namespace

Uuid Uuid::New(const Clock& clock) {
  static Sequence* const sequence = new Sequence();  // Never destroyed: threads may outlive main.
  std::uint64_t number = sequence->Next(clock.Now().micros / 1000);
  Uuid uuid;
  randombytes_buf(uuid.bytes_.data() + 8, 8);
  uuid.bytes_[8] = static_cast<std::uint8_t>((uuid.bytes_[8] & 0x3F) | 0x80);  // Variant 10.
  const std::uint64_t counter = number % kIdsPerMillisecond;
  uuid.bytes_[6] = static_cast<std::uint8_t>(0x70 | (counter >> 8));  // Version 7.
  uuid.bytes_[7] = static_cast<std::uint8_t>(counter);
  std::uint64_t millisecond = number / kIdsPerMillisecond;
  for (int i = 5; i >= 0; --i) {
    uuid.bytes_[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(millisecond);
    millisecond >>= 8;
  }
  return uuid;
}

absl::StatusOr<Uuid> Uuid::Parse(std::string_view text) {
  if (text.size() != 36) return InvalidUuid(text);
  Uuid uuid;
  std::size_t digits = 0;
  for (std::size_t place = 0; place < text.size(); ++place) {
    if (IsHyphenPlace(place)) {
      if (text[place] != '-') return InvalidUuid(text);
      continue;
    }
    const int digit = HexDigit(text[place]);
    if (digit < 0) return InvalidUuid(text);
    std::uint8_t& byte = uuid.bytes_[digits++ / 2];
    byte = static_cast<std::uint8_t>(byte << 4 | digit);
  }
  return uuid;
}

absl::StatusOr<Uuid> Uuid::FromBytes(std::string_view bytes) {
  if (bytes.size() != kBytes) {
    return Error(absl::StatusCode::kInvalidArgument, "INVALID_UUID",
                 fmt::format("A UUID has 16 bytes, not {}.", bytes.size()));
  }
  Uuid uuid;
  std::copy(bytes.begin(), bytes.end(), uuid.bytes_.begin());
  return uuid;
}

std::string Uuid::ToString() const {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  text.reserve(36);
  for (const std::uint8_t byte : bytes_) {
    if (IsHyphenPlace(text.size())) text += '-';
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

std::string Uuid::ToBytes() const {
  return std::string(bytes_.begin(), bytes_.end());
}

}  // namespace yaoshi
