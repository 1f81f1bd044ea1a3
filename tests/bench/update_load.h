// Calls of UpdateProject, which h2load cannot make: every request has an id of its own.
#pragma once

#include <string>

namespace yaoshi::bench {

struct UpdateLoad {
  std::string target;      // "127.0.0.1:7001", the registry itself.
  std::string token_file;  // Holds an access token.
  std::string names_file;  // Names of projects, one a line; each is changed once.
  int in_flight = 16;
  double seconds = 2;
};

// Prints {"count", "seconds", "p50_us", "p99_us"}. Any error of a call ends the program.
int RunUpdates(const UpdateLoad& load);

}  // namespace yaoshi::bench
