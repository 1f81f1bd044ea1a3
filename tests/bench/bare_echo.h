// The least that answers a gRPC call: what the services are compared with.
#pragma once

#include <string>
#include <vector>

namespace yaoshi::bench {

struct EchoAnswer {
  std::string method;  // "/yaoshi.registry.v1.ProjectService/GetProject"
  std::string bytes;   // The serialised message of every answer.
};

// Serves the answers on any free port of the loopback, prints "port N", and returns when standard input ends.
int RunEcho(const std::vector<EchoAnswer>& answers);

}  // namespace yaoshi::bench
