#include "services/preapproval/store/scenario_cases.h"

#include "common/status/status.h"

namespace yaoshi::preapproval {
namespace {

constexpr int32_t kNoDate = INT32_MIN;

void PackNumber(int32_t number, std::string& bytes) {
  for (int shift = 0; shift < 32; shift += 8) bytes += static_cast<char>(static_cast<uint32_t>(number) >> shift & 0xff);
}

int32_t UnpackNumber(std::string_view bytes) {
  uint32_t number = 0;
  for (size_t i = 0; i < sizeof number; ++i) number |= uint32_t{static_cast<uint8_t>(bytes[i])} << (8 * i);
  return static_cast<int32_t>(number);
}

}  // namespace

std::string Pack(std::span<const ScenarioCase> cases) {
  std::string bytes;
  bytes.reserve(cases.size() * ScenarioCase::kPackedBytes);
  for (const ScenarioCase& one : cases) {
    bytes += one.project.ToBytes();
    PackNumber(static_cast<int32_t>(one.version), bytes);
    for (const std::optional<Date>& date : {one.target_before, one.target_after}) {
      PackNumber(date ? date->days() : kNoDate, bytes);
    }
  }
  return bytes;
}

absl::StatusOr<std::vector<ScenarioCase>> UnpackScenarioCases(std::string_view bytes) {
  std::vector<ScenarioCase> cases;
  cases.reserve(bytes.size() / ScenarioCase::kPackedBytes);
  for (; bytes.size() >= ScenarioCase::kPackedBytes; bytes.remove_prefix(ScenarioCase::kPackedBytes)) {
    ScenarioCase& one = cases.emplace_back();
    ASSIGN_OR_RETURN(one.project, Uuid::FromBytes(bytes.substr(0, Uuid::kBytes)));
    const auto number = [&](size_t index) { return UnpackNumber(bytes.substr(Uuid::kBytes + 4 * index, 4)); };
    one.version = static_cast<uint32_t>(number(0));
    if (number(1) != kNoDate) one.target_before = Date::FromDays(number(1));
    if (number(2) != kNoDate) one.target_after = Date::FromDays(number(2));
  }
  return cases;
}

}  // namespace yaoshi::preapproval
