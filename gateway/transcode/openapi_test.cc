#include "gateway/transcode/openapi.h"

#include <gtest/gtest.h>

#include <functional>
#include <set>

#include "absl/strings/ascii.h"
#include "gateway/descriptors.h"
#include "nlohmann/json.hpp"

namespace yaoshi::gateway {
namespace {

using Json = nlohmann::json;

class OpenApiTest : public ::testing::Test {
 protected:
  const std::unique_ptr<Api> api_ = Api::Create(DescriptorSet(), {"registry"}).value();
  const Json document_ = Json::parse(OpenApi(*api_));
};

TEST_F(OpenApiTest, NamesEveryRouteWithItsPlaceholders) {
  std::set<std::string> ids;
  for (const auto& route : api_->routes()) {
    std::string method = route->http_method;
    absl::AsciiStrToLower(&method);
    ASSERT_TRUE(document_["paths"].contains(route->display)) << route->display;
    const Json& operation = document_["paths"][route->display][method];
    ASSERT_TRUE(operation.is_object()) << method << " " << route->display;
    EXPECT_TRUE(ids.insert(operation["operationId"].get<std::string>()).second) << operation["operationId"];
    EXPECT_FALSE(operation["summary"].get<std::string>().empty()) << route->display;
    std::set<std::string> in_path;
    for (const Json& parameter : operation["parameters"]) {
      if (parameter["in"] == "path") in_path.insert(parameter["name"].get<std::string>());
    }
    for (const std::string& name : route->path.Placeholders()) EXPECT_TRUE(in_path.contains(name)) << route->display;
    EXPECT_EQ(in_path.size(), route->path.Placeholders().size()) << route->display;
  }
}

TEST_F(OpenApiTest, EveryReferenceLeadsSomewhere) {
  std::function<void(const Json&)> walk = [&](const Json& value) {
    if (value.is_object() && value.contains("$ref")) {
      const std::string target = value["$ref"].get<std::string>().substr(1);
      EXPECT_TRUE(document_.contains(Json::json_pointer(target))) << target;
    }
    if (value.is_structured()) {
      for (const auto& item : value) walk(item);
    }
  };
  walk(document_);
}

TEST_F(OpenApiTest, SaysWhatItIsAndHowToSignIn) {
  EXPECT_EQ(document_["openapi"], "3.1.0");
  EXPECT_EQ(document_["components"]["securitySchemes"]["bearer"]["scheme"], "bearer");
  EXPECT_EQ(document_["paths"]["/v1/sessions"]["post"]["security"], Json::array());
  EXPECT_EQ(document_["components"]["schemas"]["gateway.v1.Session"]["properties"]["access_token"]["type"], "string");
  EXPECT_TRUE(document_["components"]["schemas"]["Error"]["properties"].contains("error"));
  EXPECT_TRUE(document_["paths"]["/v1/files"]["post"]["requestBody"]["content"].contains("multipart/form-data"));
}

TEST_F(OpenApiTest, EveryFieldOfOursIsExplained) {
  for (const auto& [name, schema] : document_["components"]["schemas"].items()) {
    if (name.find(".v1.") == std::string::npos || name.starts_with("google.") || !schema.contains("properties"))
      continue;
    for (const auto& [field, property] : schema["properties"].items()) {
      EXPECT_TRUE(property.contains("description")) << name << "." << field;
    }
  }
}

}  // namespace
}  // namespace yaoshi::gateway
