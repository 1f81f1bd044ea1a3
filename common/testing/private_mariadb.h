// A MariaDB of the test's own, for a test that is run by hand.
#pragma once

#include <sys/types.h>

#include <string>

namespace yaoshi::testing {

// Lives in a temporary folder, in memory where there is room, reached by its socket alone. Ends with the process,
// however that ends.
class PrivateMariaDb {
 public:
  // Starts the server and waits until it answers. Aborts with the reason when it cannot.
  PrivateMariaDb();
  ~PrivateMariaDb();
  PrivateMariaDb(const PrivateMariaDb&) = delete;
  PrivateMariaDb& operator=(const PrivateMariaDb&) = delete;

  std::string socket() const { return folder_ + "/s"; }

 private:
  std::string folder_;
  pid_t server_ = -1;
  int log_ = -1;  // The read end of the server's log.
};

}  // namespace yaoshi::testing
