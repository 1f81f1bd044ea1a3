// Region codes (GB/T 2260, six digits): what one covers, and codes as numbers, which memory counts with. A code whose
// last pairs are zero covers all codes that begin with its other pairs: 621100 covers 621122 and itself, 620000 all of
// Gansu.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace yaoshi {

bool IsRegionCode(std::string_view text);
// True when the code `region` covers `other`. What is no code covers nothing, and nothing covers it.
bool RegionCovers(std::string_view region, std::string_view other);

// A code as a number; 0, which stands for everything, for "".
uint32_t RegionNumber(std::string_view code);
std::string RegionCode(uint32_t number);
// The numbers that a region covers, from the first to the last.
std::pair<uint32_t, uint32_t> RegionRange(uint32_t region);
bool RegionCovers(uint32_t region, uint32_t other);
// The regions that cover `region`, widest last: 621122, 621100, 620000, 0.
std::vector<uint32_t> RegionsCovering(uint32_t region);

}  // namespace yaoshi
