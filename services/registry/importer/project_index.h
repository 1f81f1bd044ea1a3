// Which project of memory a row of a ledger is about.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "common/auth/principal.h"
#include "services/registry/importer/likeness_index.h"
#include "services/registry/memory.h"

namespace yaoshi::registry {

// Whether a principal may write projects of a region.
bool MayWrite(const auth::Principal& principal, std::string_view region);

// A snapshot of the projects that a principal may write, by what a ledger says of them.
class ProjectIndex {
 public:
  ProjectIndex(const Memory& memory, const auth::Principal& principal);

  // The project with a code, or the nil id.
  Uuid WithCode(const std::string& project_code) const;
  // The projects of a region with the same owner and the same title, normalised, with their codes.
  struct Known {
    Uuid project;
    std::string code;
  };
  const std::vector<Known>& Named(std::string_view region, std::string_view title, std::string_view owner_title);

  // The project of a region that looks most like this one, merged and cancelled ones left out; nullopt when none is
  // suspicious.
  struct Alike {
    Uuid project;
    std::string title;
    Likeness likeness;
  };
  std::optional<Alike> MostAlike(std::string_view region, const Likeness& likeness);

 private:
  struct Region {
    std::vector<Uuid> ids;
    LikenessIndex index;
  };
  const Region& RegionOf(std::string_view region);

  const Memory& memory_;
  absl::flat_hash_map<std::string, Uuid> by_code_;
  // The projects of one owner in one region; titles are normalised when it is first asked for.
  struct Owner {
    std::vector<Uuid> projects;
    absl::flat_hash_map<std::string, std::vector<Known>> by_title;
  };
  void NormaliseTitles(Owner& owner) const;
  absl::flat_hash_map<std::string, Owner> by_owner_;
  absl::flat_hash_map<std::string, Region> regions_;  // Made when first asked for.
};

}  // namespace yaoshi::registry
