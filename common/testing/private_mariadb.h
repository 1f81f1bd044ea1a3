// A MariaDB of the test's own, for a test that is run by hand.
#pragma once

#include <sys/types.h>

#include <string>
#include <thread>
#include <vector>

namespace yaoshi::testing {

// Lives in a temporary folder, in memory where there is room, reached by its socket alone. Ends with the process,
// however that ends. Made, started and killed by one thread.
class PrivateMariaDb {
 public:
  // Starts the server and waits until it answers. Aborts with the reason when it cannot. The folder is made in
  // `parent`; `flags` are added to the server's.
  explicit PrivateMariaDb(const std::string& parent = "", std::vector<std::string> flags = {});
  ~PrivateMariaDb();
  PrivateMariaDb(const PrivateMariaDb&) = delete;
  PrivateMariaDb& operator=(const PrivateMariaDb&) = delete;

  std::string socket() const { return folder_ + "/s"; }

  // Faults: ends the server like a power cut; starts it again; stops and continues its process.
  void Kill();
  void Start();
  void Pause() const;
  void Resume() const;

 private:
  std::string folder_;
  std::vector<std::string> command_;
  pid_t server_ = -1;
  std::thread log_;  // Takes what the server logs: a full pipe would stop it.
};

}  // namespace yaoshi::testing
