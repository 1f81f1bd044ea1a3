// Ids of resources: UUID version 7 (RFC 9562), made in the service, so that keys of one time lie together.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"
#include "common/calendar/clock.h"

namespace yaoshi {

class Uuid {
 public:
  static constexpr std::size_t kBytes = 16;

  // The nil UUID, which no resource has.
  Uuid() = default;

  // A new version 7 UUID. Greater than every one that this process made before, also when the clock jumps back or
  // several clocks are in use. Thread-safe.
  static Uuid New(const Clock& clock);

  // 8-4-4-4-12 hexadecimal digits of either case; any version. Reason INVALID_UUID.
  static absl::StatusOr<Uuid> Parse(std::string_view text);
  // The 16 bytes as the database keeps them. Reason INVALID_UUID.
  static absl::StatusOr<Uuid> FromBytes(std::string_view bytes);

  // Lower-case canonical form "018f3c5e-7b1a-7c3d-8e9f-0123456789ab".
  std::string ToString() const;
  std::string ToBytes() const;
  const std::array<std::uint8_t, kBytes>& bytes() const { return bytes_; }
  bool nil() const { return *this == Uuid(); }

  friend auto operator<=>(const Uuid&, const Uuid&) = default;

  template <class H>
  friend H AbslHashValue(H state, const Uuid& uuid) {
    return H::combine(std::move(state), uuid.bytes_);
  }

 private:
  std::array<std::uint8_t, kBytes> bytes_{};
};

}  // namespace yaoshi
