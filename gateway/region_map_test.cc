#include "gateway/region_map.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "common/calendar/clock.h"
#include "common/ids/uuid.h"
#include "fmt/format.h"

namespace yaoshi::gateway {
namespace {

using ::testing::HasSubstr;

constexpr std::string_view kSquare = "[[104,35],[105,35],[105,36],[104,35]]";

std::string Feature(std::string_view properties, std::string_view geometry) {
  return fmt::format(R"({{"type":"Feature","properties":{},"geometry":{}}})", properties, geometry);
}
std::string Polygon(std::string_view ring) {
  return fmt::format(R"({{"type":"Polygon","coordinates":[{}]}})", ring);
}
std::string Map(std::string_view features) {
  return fmt::format(R"({{"type":"FeatureCollection","name":"of no use","features":[{}]}})", features);
}
std::string Good(std::string_view properties = R"({"region":"621122"})") {
  return Feature(properties, Polygon(kSquare));
}

TEST(RegionMap, SaysWhereAFileIsWrong) {
  const std::string region = R"({"region":"621122"})";
  const std::pair<std::string, std::string> cases[] = {
      {"{", "is not JSON"},
      {"\xff", "is not JSON"},
      {"[]", "type: must be FeatureCollection"},
      {R"({"type":7})", "type: must be FeatureCollection"},
      {R"({"type":"Topology","features":[]})", "type: must be FeatureCollection"},
      {R"({"type":"FeatureCollection"})", "features: must be 1 to 500"},
      {Map(""), "features: must be 1 to 500"},
      {Map("1"), "features[0].type: must be Feature"},
      {Map(Good() + ",{}"), "features[1].type: must be Feature"},
      {Map(Good("{}")), "features[0].properties: must have a region code"},
      {Map(Good("null")), "features[0].properties: must have a region code"},
      {Map(Good(R"({"region":"6211"})")), "features[0].properties: must have a region code"},
      {Map(Good(R"({"region":true})")), "features[0].properties: must have a region code"},
      {Map(Good() + "," + Good(R"({"adcode":621122})")), "features[1].properties: 621122 is there twice"},
      {Map(Good(fmt::format(R"({{"region":"621122","name":"{}"}})", std::string(201, 'x')))), "too long a title"},
      {Map(Feature(region, "null")), "features[0].geometry.type: must be Polygon or MultiPolygon"},
      {Map(Feature(region, R"({"type":"Point","coordinates":[1,2]})")), "features[0].geometry.type"},
      {Map(Feature(region, R"({"type":"Polygon"})")), "features[0].geometry.coordinates: must be the rings"},
      {Map(Feature(region, R"({"type":"MultiPolygon","coordinates":[]})")), "coordinates: must be polygons"},
      {Map(Feature(region, R"({"type":"MultiPolygon","coordinates":[[]]})")), "coordinates[0]: must be the rings"},
      {Map(Feature(region, Polygon("[[1,2],[3,4],[1,2]]"))), "coordinates[0]: must be a ring of at least four"},
      {Map(Feature(region, Polygon("[[1,2],[3,4],[5,6],[7,8]]"))), "coordinates[0]: must end where it begins"},
      {Map(Feature(region, Polygon("[[1,2],[3,4],[5],[1,2]]"))), "coordinates[0][2]: must be a position"},
      {Map(Feature(region, Polygon(R"([[1,2],["3",4],[5,6],[1,2]])"))), "coordinates[0][1]: must be a position"},
      {Map(Feature(region, Polygon("[[1,2],[3,4],[500000,6],[1,2]]"))), "coordinates[0][2]: must be degrees"},
  };
  for (const auto& [text, expected] : cases) {
    const auto map = RegionMap::Parse(text);
    ASSERT_FALSE(map.ok()) << text;
    EXPECT_THAT(std::string(map.status().message()), HasSubstr(expected)) << text;
  }
}

TEST(RegionMap, KeepsRegionsTitlesAndOutlinesAndNothingElse) {
  const std::string many = fmt::format(R"({{"type":"MultiPolygon","bbox":[1],"coordinates":[[{}]]}})", kSquare);
  const auto map = RegionMap::Parse(Map(Good(R"({"adcode":621122,"name":"陇西县","secret":1})") + "," +
                                        Feature(R"({"region":"621125","title":"漳县"})", many)));
  ASSERT_TRUE(map.ok()) << map.status();
  const auto outline = [](std::string_view region, std::string_view title) {
    return fmt::format(
        R"({{"type":"Feature","properties":{{"region":"{}","title":"{}"}},"geometry":{{"type":"MultiPolygon","coordinates":[[{}]]}}}})",
        region, title, kSquare);
  };
  EXPECT_EQ((*map)->text(), fmt::format(R"({{"type":"FeatureCollection","features":[{},{}]}})",
                                        outline("621122", "陇西县"), outline("621125", "漳县")));
  EXPECT_EQ(RegionMap::None()->text(), R"({"type":"FeatureCollection","features":[]})");
}

TEST(RegionMap, AFileThatIsMissingOrTooLargeIsNamed) {
  const auto path = std::filesystem::temp_directory_path() / (Uuid::New(SystemClock()).ToString() + ".geojson");
  EXPECT_THAT(std::string(RegionMap::Load(path).status().message()), HasSubstr(path.string() + " cannot be read"));
  std::ofstream(path) << Map(Good());
  EXPECT_TRUE(RegionMap::Load(path).ok());
  std::ofstream(path) << Map(Good("{}"));
  EXPECT_THAT(std::string(RegionMap::Load(path).status().message()), HasSubstr(path.string() + ": features[0]"));
  std::ofstream(path) << std::string((size_t{8} << 20) + 1, ' ');
  EXPECT_THAT(std::string(RegionMap::Load(path).status().message()), HasSubstr("larger than 8 MiB"));
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace yaoshi::gateway
