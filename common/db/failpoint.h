// Places where a fault test lets the process die: YAOSHI_FAIL_AT=<name> ends it there at once, like kill -9.
#pragma once

#include <unistd.h>

#include <cstdlib>
#include <cstring>

namespace yaoshi::db {

inline void Failpoint(const char* name) {
  static const char* const chosen = std::getenv("YAOSHI_FAIL_AT");
  if (chosen != nullptr && std::strcmp(chosen, name) == 0) _exit(137);
}

}  // namespace yaoshi::db
