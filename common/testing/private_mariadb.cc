#include "common/testing/private_mariadb.h"

#include <fmt/format.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <vector>

namespace yaoshi::testing {
namespace {

[[noreturn]] void Die(const std::string& why) {
  std::fprintf(stderr, "No test database: %s\n", why.c_str());
  std::abort();
}

// Starts a program whose output goes to a pipe, `log` its read end. It is killed when this process ends.
pid_t Spawn(const std::vector<std::string>& command, int* log) {
  int ends[2];
  if (pipe(ends) != 0) Die("no pipe.");
  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const pid_t child = fork();
  if (child < 0) Die("no process.");
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(ends[1], STDOUT_FILENO);
    dup2(ends[1], STDERR_FILENO);
    close(ends[0]);
    close(ends[1]);
    execvp(arguments[0], arguments.data());
    _exit(127);
  }
  close(ends[1]);
  *log = ends[0];
  return child;
}

// Reads the log until `word` comes; false when the program ends before.
bool ReadUntil(int log, const std::string& word, std::string& text) {
  char buffer[4096];
  while (text.find(word) == std::string::npos) {
    const ssize_t count = read(log, buffer, sizeof(buffer));
    if (count <= 0) return false;
    text.append(buffer, static_cast<size_t>(count));
  }
  return true;
}

void Install(const std::string& folder) {
  std::string text;
  int log = -1;
  std::vector<std::string> command = {"mariadb-install-db",
                                      "--no-defaults",
                                      "--datadir=" + folder + "/data",
                                      "--tmpdir=" + folder + "/tmp",
                                      "--auth-root-authentication-method=normal",
                                      "--skip-test-db"};
  if (geteuid() == 0) command.push_back("--user=root");
  const pid_t child = Spawn(command, &log);
  ReadUntil(log, std::string(1, '\0'), text);
  close(log);
  int status = 0;
  waitpid(child, &status, 0);
  if (status != 0) Die("mariadb-install-db failed; install mariadb-server-core, or set YAOSHI_TEST_DATABASE.\n" + text);
}

}  // namespace

PrivateMariaDb::PrivateMariaDb(const std::string& parent, std::vector<std::string> flags) {
  const bool shared_memory = access("/dev/shm", W_OK) == 0;
  folder_ = (!parent.empty() ? parent : shared_memory ? "/dev/shm" : "/tmp") + "/yaoshi-db-XXXXXX";
  if (mkdtemp(folder_.data()) == nullptr) Die("no temporary folder.");
  // Of its own: a MariaDB that starts removes all temporary tables of its folder for them, those of others too.
  mkdir((folder_ + "/tmp").c_str(), 0700);
  Install(folder_);
  // Nothing here outlives the test: durability is switched off.
  command_ = {"mariadbd",
              "--no-defaults",
              "--datadir=" + folder_ + "/data",
              "--tmpdir=" + folder_ + "/tmp",
              "--socket=" + socket(),
              "--skip-networking",
              "--skip-name-resolve",
              "--character-set-server=utf8mb4",
              "--collation-server=utf8mb4_bin",
              "--transaction-isolation=READ-COMMITTED",
              "--innodb-flush-log-at-trx-commit=0",
              "--innodb-buffer-pool-size=64M",
              "--innodb-log-file-size=32M",
              "--max-connections=200",
              "--max-allowed-packet=16M"};
  if (geteuid() == 0) command_.push_back("--user=root");
  command_.insert(command_.end(), flags.begin(), flags.end());
  Start();
}

void PrivateMariaDb::Start() {
  int log = -1;
  server_ = Spawn(command_, &log);
  std::string text;
  if (!ReadUntil(log, "ready for connections", text)) Die("mariadbd ended at once.\n" + text);
  log_ = std::thread([log] {
    char buffer[4096];
    while (read(log, buffer, sizeof(buffer)) > 0) continue;
    close(log);
  });
}

void PrivateMariaDb::Kill() {
  if (server_ < 0) return;
  kill(server_, SIGKILL);
  waitpid(server_, nullptr, 0);
  server_ = -1;
  log_.join();
}

void PrivateMariaDb::Pause() const {
  kill(server_, SIGSTOP);
  waitpid(server_, nullptr, WUNTRACED);  // Until all its threads have stopped.
}
void PrivateMariaDb::Resume() const {
  kill(server_, SIGCONT);
}

PrivateMariaDb::~PrivateMariaDb() {
  Kill();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

}  // namespace yaoshi::testing
