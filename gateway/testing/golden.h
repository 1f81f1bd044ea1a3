// Golden files: what outsiders see, kept beside the test.
#pragma once

#include <string>

#include "google/protobuf/message.h"

namespace yaoshi::gateway::testing {

// Compares the JSON of a message of the gateway, as the door prints it, with a file below the sources, such as
// "gateway/views/testdata/overview.json". With YAOSHI_GOLDEN=write in the environment the file is written anew: to be
// reviewed like any change of the API.
void ExpectGolden(const google::protobuf::Message& message, const std::string& path);

}  // namespace yaoshi::gateway::testing
