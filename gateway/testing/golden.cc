#include "gateway/testing/golden.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string_view>

#include "gateway/descriptors.h"
#include "gateway/transcode/api.h"

namespace yaoshi::gateway::testing {

void ExpectGolden(const google::protobuf::Message& message, const std::string& path) {
  const auto api = Api::Create(DescriptorSet(), {"registry", "preapproval"}).value();
  const auto* type = api->pool().FindMessageTypeByName(message.GetDescriptor()->full_name());
  const std::string json = api->ToJson(type, message.SerializeAsString()).value() + "\n";
  const char* mode = std::getenv("YAOSHI_GOLDEN");
  if (mode != nullptr && std::string_view(mode) == "write") std::ofstream(path) << json;
  std::ifstream golden(path);
  std::stringstream expected;
  expected << golden.rdbuf();
  EXPECT_EQ(json, expected.str());
}

}  // namespace yaoshi::gateway::testing
