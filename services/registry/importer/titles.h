// How people write the directory's units in a ledger: by title.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "common/resource/memory.h"

namespace yaoshi::registry {

// A snapshot of the directory's titles. A title that two units have names neither; their ids do.
class Titles {
 public:
  static Titles Load(const resource::ResourceMemory& memory);

  // The code of a region that is written by its title ("陇西县") or its code; nullopt when there is none.
  std::optional<std::string> RegionOf(std::string_view text) const;
  // The name of a unit that is written by its title or its name ("organizations/{id}"); nullopt when there is none.
  std::optional<std::string> OrganizationOf(std::string_view text) const;
  // What to write, so that it is understood when it is read again.
  std::string RegionText(const std::string& code) const;
  std::string OrganizationText(const std::string& name) const;

 private:
  using Map = absl::flat_hash_map<std::string, std::string>;
  Map region_by_title_, title_of_region_;
  Map organization_by_title_, title_of_organization_;
};

}  // namespace yaoshi::registry
