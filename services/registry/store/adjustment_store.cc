#include "services/registry/store/adjustment_store.h"

#include <fmt/format.h>

#include "common/status/status.h"

namespace yaoshi::registry {
namespace {

constexpr std::string_view kBetween =
    "SELECT v.name, v.region, v.body, f.recorded_at FROM resource_version v "
    "JOIN feed f ON f.change_set_id = v.change_set_id "
    "WHERE v.name > ? AND v.name < ? AND v.type = 'adjustment' ORDER BY v.name DESC LIMIT {}";
constexpr std::string_view kOne =
    "SELECT v.name, v.region, v.body, f.recorded_at FROM resource_version v "
    "JOIN feed f ON f.change_set_id = v.change_set_id WHERE v.name = ? AND v.type = 'adjustment' LIMIT 1";

absl::StatusOr<std::vector<StoredAdjustment>> Read(absl::StatusOr<db::Rows> rows) {
  RETURN_IF_ERROR(rows.status());
  std::vector<StoredAdjustment> adjustments;
  while (rows->Next()) adjustments.push_back({rows->Text(1), rows->Text(2), rows->Text(3), rows->Time(4)});
  return adjustments;
}

}  // namespace

absl::StatusOr<std::vector<StoredAdjustment>> LoadAdjustments(db::Session& session, const std::string& list,
                                                              const std::string& before_name, size_t limit) {
  const std::string first = list + "/adjustments/";
  // '0' follows '/': the end of all names that begin so.
  const std::string end = before_name.empty() ? list + "/adjustments0" : before_name;
  return Read(session.Query(fmt::format(kBetween, limit), {first, end}));
}

absl::StatusOr<std::vector<StoredAdjustment>> LoadAdjustment(db::Session& session, const std::string& name) {
  return Read(session.Query(kOne, {name}));
}

}  // namespace yaoshi::registry
