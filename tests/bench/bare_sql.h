// The SQL of a read and of a write of the registry, sent by a bare connector loop: what the service is compared with.
#pragma once

#include <cstdint>
#include <string>

namespace yaoshi::bench {

struct SqlLoad {
  std::string socket;  // Of a database whose root needs no password.
  std::string schema;
  int threads = 16;
  double seconds = 2;
  int64_t skip = 0;     // Of the projects in order of id, how many earlier runs have written.
  std::string project;  // Of reads: hexadecimal id of the one that is read.
};

// GetProject of a past date: one prepared SELECT. Prints {"count", "seconds"}.
int RunSqlReads(const SqlLoad& load);
// UpdateProject: the statements of its transaction, in order, each thread on projects of its own, each project once.
// Prints {"count", "seconds"}.
int RunSqlWrites(const SqlLoad& load);

}  // namespace yaoshi::bench
