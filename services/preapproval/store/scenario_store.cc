#include "services/preapproval/store/scenario_store.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/status/status.h"
#include "services/preapproval/store/case_store.h"

namespace yaoshi::preapproval {
namespace {

constexpr std::string_view kInsert =
    "INSERT INTO scenario (id, change_set_id, region, comparisons) VALUES (?, ?, ?, ?)";
constexpr std::string_view kInsertPart = "INSERT INTO scenario_part (scenario_id, part, cases) VALUES (?, ?, ?)";
constexpr std::string_view kSelectComparisons = "SELECT comparisons FROM scenario WHERE id = ?";
constexpr std::string_view kSelectParts = "SELECT cases FROM scenario_part WHERE scenario_id = ? ORDER BY part";
constexpr std::string_view kDeleteParts = "DELETE FROM scenario_part WHERE scenario_id = ?";
constexpr std::string_view kList =
    "SELECT s.id, v.body FROM scenario s JOIN resource_version v ON v.id = s.id "
    "JOIN change_set c ON c.id = v.change_set_id AND c.committed = 1 "
    "WHERE NOT EXISTS (SELECT 1 FROM resource_version n JOIN change_set d ON d.id = n.change_set_id "
    "AND d.committed = 1 WHERE n.id = v.id AND n.version > v.version)";

// A part stays far below what a packet of the database may hold.
constexpr size_t kCasesPerPart = 20'000;
constexpr size_t kPackedBytes = Uuid::kBytes + 3 * sizeof(int32_t);
constexpr int32_t kNoDate = INT32_MIN;

void PackNumber(int32_t number, std::string& bytes) {
  for (int shift = 0; shift < 32; shift += 8) bytes += static_cast<char>(static_cast<uint32_t>(number) >> shift & 0xff);
}

int32_t UnpackNumber(std::string_view bytes) {
  uint32_t number = 0;
  for (size_t i = 0; i < sizeof number; ++i) number |= uint32_t{static_cast<uint8_t>(bytes[i])} << (8 * i);
  return static_cast<int32_t>(number);
}

std::string Pack(std::span<const ScenarioCase> cases) {
  std::string bytes;
  bytes.reserve(cases.size() * kPackedBytes);
  for (const ScenarioCase& one : cases) {
    bytes += one.project.ToBytes();
    PackNumber(static_cast<int32_t>(one.version), bytes);
    for (const std::optional<Date>& date : {one.target_before, one.target_after}) {
      PackNumber(date ? date->days() : kNoDate, bytes);
    }
  }
  return bytes;
}

absl::Status Unpack(std::string_view bytes, std::vector<ScenarioCase>& cases) {
  for (; bytes.size() >= kPackedBytes; bytes.remove_prefix(kPackedBytes)) {
    ScenarioCase& one = cases.emplace_back();
    ASSIGN_OR_RETURN(one.project, Uuid::FromBytes(bytes.substr(0, Uuid::kBytes)));
    const auto number = [&](size_t index) { return UnpackNumber(bytes.substr(Uuid::kBytes + 4 * index, 4)); };
    one.version = static_cast<uint32_t>(number(0));
    if (number(1) != kNoDate) one.target_before = Date::FromDays(number(1));
    if (number(2) != kNoDate) one.target_after = Date::FromDays(number(2));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status InsertScenario(db::Session& tx, const Uuid& id, const Uuid& change_set, const std::string& region,
                            const std::string& comparisons, std::span<const ScenarioCase> cases) {
  RETURN_IF_ERROR(tx.Execute(kInsert, {id, change_set, region, comparisons}).status());
  for (int part = 0; !cases.empty(); ++part) {
    const size_t count = std::min(cases.size(), kCasesPerPart);
    RETURN_IF_ERROR(tx.Execute(kInsertPart, {id, part, Pack(cases.first(count))}).status());
    cases = cases.subspan(count);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> LoadScenarioComparisons(db::Session& session, const Uuid& id) {
  ASSIGN_OR_RETURN(db::Rows rows, session.Query(kSelectComparisons, {id}));
  return rows.Next() ? rows.Text(1) : std::string();
}

absl::StatusOr<std::vector<ScenarioCase>> LoadScenarioCases(db::Session& session, const Uuid& id) {
  ASSIGN_OR_RETURN(db::Rows rows, session.Query(kSelectParts, {id}));
  std::vector<ScenarioCase> cases;
  while (rows.Next()) RETURN_IF_ERROR(Unpack(rows.Text(1), cases));
  return cases;
}

absl::Status DeleteScenarioCases(db::Session& tx, const Uuid& id) {
  return tx.Execute(kDeleteParts, {id}).status();
}

absl::StatusOr<std::vector<ScenarioRow>> ListScenarios(db::Session& session, const ScenarioQuery& query) {
  std::string sql(kList);
  db::Values values;
  if (!query.region.empty()) {
    sql += " AND s.region LIKE ?";
    values.emplace_back(RegionPrefix(query.region) + "%");
  }
  if (!query.after.nil()) {
    sql += " AND s.id < ?";
    values.emplace_back(query.after);
  }
  sql += " ORDER BY s.id DESC LIMIT ?";
  values.emplace_back(query.limit);
  ASSIGN_OR_RETURN(db::Rows rows, session.Query(sql, values));
  std::vector<ScenarioRow> scenarios;
  while (rows.Next()) scenarios.push_back({rows.Id(1), rows.Text(2)});
  return scenarios;
}

}  // namespace yaoshi::preapproval
