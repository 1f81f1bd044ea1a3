// For fault tests: loses COMMITs, or what the server says of them.
#pragma once

#include <gtest/gtest.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <string>
#include <string_view>
#include <thread>

namespace yaoshi::db {

// Stands between a session and the server, and cuts the connection at a COMMIT: before the server has it, or after the
// server has answered and before the client hears of it.
class CommitCutter {
 public:
  enum class Cut { kNever, kBeforeCommit, kAfterCommit };

  explicit CommitCutter(std::string server) : server_(std::move(server)) {
    path_ = std::filesystem::temp_directory_path() / "yaoshi-cut-XXXXXX";
    mkdtemp(path_.data());
    path_ += "/s";
    listener_ = socket(AF_UNIX, SOCK_STREAM, 0);
    const sockaddr_un address = Address(path_);
    EXPECT_EQ(bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
    EXPECT_EQ(listen(listener_, 8), 0);
    thread_ = std::thread([this] { Serve(); });
  }
  ~CommitCutter() {
    shutdown(listener_, SHUT_RDWR);
    thread_.join();
    close(listener_);
    std::error_code ignored;
    std::filesystem::remove_all(std::filesystem::path(path_).parent_path(), ignored);
  }

  const std::string& path() const { return path_; }
  void CutNext(Cut cut, int times = 1) {
    times_ = times;
    cut_ = cut;
  }

 private:
  static sockaddr_un Address(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof(address.sun_path) - 1);
    return address;
  }

  void Serve() {
    for (int client; (client = accept(listener_, nullptr, nullptr)) >= 0; close(client)) {
      const int server = socket(AF_UNIX, SOCK_STREAM, 0);
      const sockaddr_un address = Address(server_);
      if (connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0) Pass(client, server);
      close(server);
    }
  }

  // One connection at a time is enough: a session has one.
  void Pass(int client, int server) {
    bool hide_answer = false;
    while (true) {
      pollfd ends[] = {{client, POLLIN, 0}, {server, POLLIN, 0}, {listener_, POLLHUP, 0}};
      poll(ends, 3, -1);
      if ((ends[2].revents & POLLHUP) != 0) return;
      const bool upwards = ends[0].revents != 0;
      char buffer[65536];
      const ssize_t count = read(upwards ? client : server, buffer, sizeof(buffer));
      if (count <= 0 || (hide_answer && !upwards)) return;
      if (upwards && times_ > 0 && std::string_view(buffer, static_cast<size_t>(count)).ends_with("COMMIT")) {
        --times_;
        if (cut_ == Cut::kBeforeCommit) return;
        hide_answer = cut_ == Cut::kAfterCommit;
      }
      if (write(upwards ? server : client, buffer, static_cast<size_t>(count)) != count) return;
    }
  }

  const std::string server_;
  std::string path_;
  int listener_ = -1;
  std::atomic<Cut> cut_ = Cut::kNever;
  std::atomic<int> times_ = 0;
  std::thread thread_;
};

}  // namespace yaoshi::db
