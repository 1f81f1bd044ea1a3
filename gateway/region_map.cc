#include "gateway/region_map.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <set>
#include <utility>

#include "common/region/region.h"
#include "common/status/status.h"
#include "fmt/format.h"
#include "gateway/http/gzip.h"
#include "nlohmann/json.hpp"

namespace yaoshi::gateway {
namespace {

using Json = nlohmann::ordered_json;

constexpr size_t kMaxBytes = size_t{8} << 20;  // A browser draws it: some ten times of what a map of a city needs.
constexpr size_t kMaxFeatures = 500;           // Regions of a province.
constexpr size_t kMaxTitleBytes = 200;

absl::Status Wrong(std::string_view place, std::string_view what) {
  return absl::InvalidArgumentError(fmt::format("{}: {}", place, what));
}

// Of an object; "" of anything else.
std::string TypeOf(const Json& json) {
  const auto found = json.is_object() ? json.find("type") : json.end();
  return json.is_object() && found != json.end() && found->is_string() ? found->get<std::string>() : "";
}

absl::Status CheckPosition(const Json& position, const std::string& place) {
  const bool pair = position.is_array() && position.size() >= 2 && position[0].is_number() && position[1].is_number();
  if (!pair) return Wrong(place, "must be a position, [longitude, latitude]");
  const bool on_earth = std::abs(position[0].get<double>()) <= 180 && std::abs(position[1].get<double>()) <= 90;
  return on_earth ? absl::OkStatus() : Wrong(place, "must be degrees: a longitude to 180 and a latitude to 90");
}

// Keeps longitude and latitude.
absl::StatusOr<Json> RingOf(const Json& ring, const std::string& place) {
  if (!ring.is_array() || ring.size() < 4) return Wrong(place, "must be a ring of at least four positions");
  Json kept = Json::array();
  for (size_t i = 0; i < ring.size(); ++i) {
    RETURN_IF_ERROR(CheckPosition(ring[i], fmt::format("{}[{}]", place, i)));
    kept.push_back({ring[i][0], ring[i][1]});
  }
  if (kept.front() != kept.back()) return Wrong(place, "must end where it begins");
  return kept;
}

absl::StatusOr<Json> PolygonOf(const Json& rings, const std::string& place) {
  if (!rings.is_array() || rings.empty()) return Wrong(place, "must be the rings of a polygon");
  Json kept = Json::array();
  for (size_t i = 0; i < rings.size(); ++i) {
    ASSIGN_OR_RETURN(Json ring, RingOf(rings[i], fmt::format("{}[{}]", place, i)));
    kept.push_back(std::move(ring));
  }
  return kept;
}

// Every geometry becomes a MultiPolygon.
absl::StatusOr<Json> GeometryOf(const Json& geometry, const std::string& place) {
  const std::string type = TypeOf(geometry);
  if (type != "Polygon" && type != "MultiPolygon") return Wrong(place + ".type", "must be Polygon or MultiPolygon");
  const Json coordinates = geometry.value("coordinates", Json());
  const std::string at = place + ".coordinates";
  Json polygons = Json::array();
  if (type == "Polygon") {
    ASSIGN_OR_RETURN(Json polygon, PolygonOf(coordinates, at));
    polygons.push_back(std::move(polygon));
  } else {
    if (!coordinates.is_array() || coordinates.empty()) return Wrong(at, "must be polygons");
    for (size_t i = 0; i < coordinates.size(); ++i) {
      ASSIGN_OR_RETURN(Json polygon, PolygonOf(coordinates[i], fmt::format("{}[{}]", at, i)));
      polygons.push_back(std::move(polygon));
    }
  }
  return Json{{"type", "MultiPolygon"}, {"coordinates", std::move(polygons)}};
}

// The text of the first property that is there; a number counts as its digits.
std::string PropertyOf(const Json& properties, std::initializer_list<const char*> names) {
  if (!properties.is_object()) return "";
  for (const char* name : names) {
    const auto found = properties.find(name);
    if (found == properties.end()) continue;
    if (found->is_string()) return found->get<std::string>();
    if (found->is_number_integer()) return std::to_string(found->get<int64_t>());
  }
  return "";
}

absl::StatusOr<Json> FeatureOf(const Json& feature, const std::string& place, std::set<std::string>& regions) {
  if (TypeOf(feature) != "Feature") return Wrong(place + ".type", "must be Feature");
  const Json properties = feature.value("properties", Json());
  const std::string region = PropertyOf(properties, {"region", "adcode"});
  if (!RegionCovers(region, region)) {
    return Wrong(place + ".properties", "must have a region code of six digits as `region` or `adcode`");
  }
  if (!regions.insert(region).second) return Wrong(place + ".properties", fmt::format("{} is there twice", region));
  const std::string title = PropertyOf(properties, {"title", "name"});
  if (title.size() > kMaxTitleBytes) return Wrong(place + ".properties", "has too long a title");
  ASSIGN_OR_RETURN(Json geometry, GeometryOf(feature.value("geometry", Json()), place + ".geometry"));
  return Json{
      {"type", "Feature"}, {"properties", {{"region", region}, {"title", title}}}, {"geometry", std::move(geometry)}};
}

std::string TextOf(Json features) {
  return Json{{"type", "FeatureCollection"}, {"features", std::move(features)}}.dump(-1, ' ', false,
                                                                                     Json::error_handler_t::replace);
}

}  // namespace

RegionMap::RegionMap(const std::string& text)
    : kept_(Representation::Of("application/geo+json", text, Gzip(text, kBestGzip))) {}

std::shared_ptr<const RegionMap> RegionMap::None() {
  return std::shared_ptr<const RegionMap>(new RegionMap(TextOf(Json::array())));
}

absl::StatusOr<std::shared_ptr<const RegionMap>> RegionMap::Load(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  std::string bytes(kMaxBytes + 1, '\0');
  stream.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (!stream.is_open() || stream.bad()) return absl::NotFoundError(fmt::format("{} cannot be read", path));
  bytes.resize(static_cast<size_t>(stream.gcount()));
  if (bytes.size() > kMaxBytes) {
    return absl::InvalidArgumentError(
        fmt::format("{} is larger than {} MiB: simplify its outlines", path, kMaxBytes >> 20));
  }
  absl::StatusOr<std::shared_ptr<const RegionMap>> map = Parse(bytes);
  if (map.ok()) return map;
  return absl::InvalidArgumentError(fmt::format("{}: {}", path, std::string(map.status().message())));
}

absl::StatusOr<std::shared_ptr<const RegionMap>> RegionMap::Parse(std::string_view geojson) {
  const Json file = Json::parse(geojson, nullptr, /*allow_exceptions=*/false);
  if (file.is_discarded()) return absl::InvalidArgumentError("is not JSON in UTF-8");
  if (TypeOf(file) != "FeatureCollection") return Wrong("type", "must be FeatureCollection");
  const Json features = file.value("features", Json());
  if (!features.is_array() || features.empty() || features.size() > kMaxFeatures) {
    return Wrong("features", fmt::format("must be 1 to {} features", kMaxFeatures));
  }
  Json kept = Json::array();
  std::set<std::string> regions;
  for (size_t i = 0; i < features.size(); ++i) {
    ASSIGN_OR_RETURN(Json feature, FeatureOf(features[i], fmt::format("features[{}]", i), regions));
    kept.push_back(std::move(feature));
  }
  return std::shared_ptr<const RegionMap>(new RegionMap(TextOf(std::move(kept))));
}

void RegionMap::Get(const LocalCall& call) const {
  call.reply(kept_.ReplyTo(call.exchange->request(), "private, no-cache"));
}

}  // namespace yaoshi::gateway
