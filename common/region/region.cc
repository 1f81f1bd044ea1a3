#include "common/region/region.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace yaoshi {

bool IsRegionCode(std::string_view text) {
  return text.size() == 6 && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool RegionCovers(std::string_view region, std::string_view other) {
  if (!IsRegionCode(region) || !IsRegionCode(other)) return false;
  std::string_view prefix = region;
  while (prefix.ends_with("00")) prefix.remove_suffix(2);
  return !prefix.empty() && other.starts_with(prefix);
}

uint32_t RegionNumber(std::string_view code) {
  uint32_t number = 0;
  std::from_chars(code.data(), code.data() + code.size(), number);
  return number;
}

std::string RegionCode(uint32_t number) {
  return fmt::format("{:06}", number);
}

std::pair<uint32_t, uint32_t> RegionRange(uint32_t region) {
  for (const uint32_t step : {1'000'000U, 10'000U, 100U}) {
    if (region % step == 0) return {region, region + step - 1};
  }
  return {region, region};
}

bool RegionCovers(uint32_t region, uint32_t other) {
  const auto [first, last] = RegionRange(region);
  return first <= other && other <= last;
}

std::vector<uint32_t> RegionsCovering(uint32_t region) {
  std::vector<uint32_t> covering;
  for (const uint32_t step : {1U, 100U, 10'000U, 1'000'000U}) {
    const uint32_t wider = region / step * step;
    if (covering.empty() || covering.back() != wider) covering.push_back(wider);
  }
  return covering;
}

}  // namespace yaoshi
