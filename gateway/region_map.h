// MapService: the outlines of the regions, out of a GeoJSON file that the operator supplies, checked at the start and
// kept in memory.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "gateway/http/representation.h"
#include "gateway/local_call.h"

namespace yaoshi::gateway {

class RegionMap {
 public:
  // Reads a FeatureCollection (RFC 7946) whose features are polygons with a region code of six digits as property
  // `region` or `adcode`, and perhaps a `title` or `name`. Nothing else of it is kept. An error names the place.
  static absl::StatusOr<std::shared_ptr<const RegionMap>> Load(const std::string& path);
  static absl::StatusOr<std::shared_ptr<const RegionMap>> Parse(std::string_view geojson);
  // Of an installation without a map: it has no features.
  static std::shared_ptr<const RegionMap> None();

  void Get(const LocalCall& call) const;
  std::string_view text() const { return kept_.bytes->view(); }

 private:
  explicit RegionMap(const std::string& text);

  const Representation kept_;
};

}  // namespace yaoshi::gateway
