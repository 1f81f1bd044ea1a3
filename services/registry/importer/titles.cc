#include "services/registry/importer/titles.h"

#include "services/registry/store/directory.h"
#include "yaoshi/registry/v1/organization.pb.h"

namespace yaoshi::registry {
namespace {

// An empty name marks a title that several have.
void Add(absl::flat_hash_map<std::string, std::string>& by_title, const std::string& title, const std::string& name) {
  const auto [at, fresh] = by_title.emplace(title, name);
  if (!fresh && at->second != name) at->second.clear();
}

std::optional<std::string> Find(const absl::flat_hash_map<std::string, std::string>& map, std::string_view key) {
  const auto found = map.find(std::string(key));
  if (found == map.end() || found->second.empty()) return std::nullopt;
  return found->second;
}

}  // namespace

Titles Titles::Load(const resource::ResourceMemory& memory) {
  Titles titles;
  memory.Scan("organization", "", [&](const std::string& name, const resource::Row& row) {
    v1::Organization unit;
    if (!unit.ParseFromString(*row.body)) return true;
    Add(titles.organization_by_title_, unit.title(), name);
    titles.title_of_organization_[name] = unit.title();
    if (OwnsRegion(unit)) {
      Add(titles.region_by_title_, unit.title(), unit.region());
      titles.title_of_region_[unit.region()] = unit.title();
    }
    return true;
  });
  return titles;
}

std::optional<std::string> Titles::RegionOf(std::string_view text) const {
  if (title_of_region_.contains(std::string(text))) return std::string(text);
  return Find(region_by_title_, text);
}

std::optional<std::string> Titles::OrganizationOf(std::string_view text) const {
  if (title_of_organization_.contains(std::string(text))) return std::string(text);
  return Find(organization_by_title_, text);
}

std::string Titles::RegionText(const std::string& code) const {
  const std::optional<std::string> title = Find(title_of_region_, code);
  return title && Find(region_by_title_, *title) ? *title : code;
}

std::string Titles::OrganizationText(const std::string& name) const {
  const std::optional<std::string> title = Find(title_of_organization_, name);
  return title && Find(organization_by_title_, *title) ? *title : name;
}

}  // namespace yaoshi::registry
