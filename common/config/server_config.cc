#include "common/config/server_config.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "common/status/status.h"

namespace yaoshi::config {
namespace {

// A page-token key of fewer bytes could be guessed.
constexpr size_t kMinPageKeyBytes = 32;

// host:port with a port from `min_port` to 65535.
bool IsHostPort(std::string_view text, int min_port) {
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return false;
  const std::string_view port_text = text.substr(colon + 1);
  int port = -1;
  const auto [end, error] = std::from_chars(port_text.data(), port_text.data() + port_text.size(), port);
  return error == std::errc() && end == port_text.data() + port_text.size() && port >= min_port && port <= 65535;
}

class Checker {
 public:
  void HostPort(std::string_view flag, std::string_view text) {
    if (!IsHostPort(text, 0)) Add("--{} must be host:port, not \"{}\"", flag, text);
  }
  void File(std::string_view flag, const std::string& path) {
    if (!std::ifstream(path).good() || std::filesystem::is_directory(path)) {
      Add("--{}: the file \"{}\" cannot be read", flag, path);
    }
  }
  void Directory(std::string_view flag, const std::string& path) {
    std::error_code error;
    if (!std::filesystem::is_directory(path, error)) Add("--{}: \"{}\" is not a directory", flag, path);
  }
  void Secret(std::string_view flag, const std::string& path, size_t min_bytes) {
    const absl::StatusOr<std::string> secret = ReadSecret(path);
    if (!secret.ok()) {
      Add("--{}: {}", flag, std::string(secret.status().message()));
    } else if (secret->size() < min_bytes) {
      Add("--{}: {} must hold at least {} bytes", flag, path, min_bytes);
    }
  }
  void Present(std::string_view flag, std::string_view text) {
    if (text.empty()) Add("--{} is missing", flag);
  }
  template <class... Args>
  void Add(fmt::format_string<Args...> format, Args&&... args) {
    problems_.push_back(fmt::format(format, std::forward<Args>(args)...));
  }
  std::vector<std::string> Take() { return std::move(problems_); }

 private:
  std::vector<std::string> problems_;
};

void CheckDatabase(const ServerConfig& config, Checker& check) {
  if (config.database_host.starts_with("unix://")) {
    if (config.database_host.size() == std::string_view("unix://").size()) {
      check.Add("--database-host names no socket behind unix://");
    }
  } else if (!IsHostPort(config.database_host, 1)) {
    check.Add("--database-host must be host:port or unix:///path/to/socket, not \"{}\"", config.database_host);
  }
  check.Present("database-user", config.database_user);
  check.Present("database-schema", config.database_schema);
  if (!config.database_password_file.empty()) check.Secret("database-password-file", config.database_password_file, 1);
}

void CheckTls(const ServerConfig& config, Checker& check) {
  const bool certificate = !config.tls_certificate.empty(), key = !config.tls_key.empty(),
             authority = !config.tls_authority.empty();
  if (certificate != key || key != authority) {
    check.Add("--tls-certificate, --tls-key and --tls-authority must be given together, or none of them");
  }
  if (certificate) check.File("tls-certificate", config.tls_certificate);
  if (key) check.Secret("tls-key", config.tls_key, 1);
  if (authority) check.File("tls-authority", config.tls_authority);
  if (!certificate && !config.allowed_peers.empty()) check.Add("--allowed-peers needs --tls-certificate");
}

}  // namespace

void ServerConfig::AddTo(Flags& flags, bool needs_database) {
  flags.String("address", "Where gRPC listens, host:port", &address);
  flags.String("metrics-address", "Where /metrics and /healthz listen, host:port; empty for none", &metrics_address);
  flags.String("trusted-keys-dir", "Directory of <kid>.pub files of the signers of access tokens", &trusted_keys_dir);
  flags.Int("stream-limit", "Open streams at most", &stream_limit, 1, 1024);
  flags.Int("drain-seconds", "How long running calls may take after SIGTERM", &drain_seconds, 0, 3600);
  flags.String("tls-certificate", "PEM certificate chain; with --tls-key and --tls-authority: mutual TLS",
               &tls_certificate);
  flags.String("tls-key", "PEM private key, readable by its owner only", &tls_key);
  flags.String("tls-authority", "PEM certificates that peers are verified with", &tls_authority);
  flags.List("allowed-peers", "Names in client certificates that may call, separated by commas; empty: any",
             &allowed_peers);
  if (!needs_database) return;
  flags.String("database-host", "host:port, or unix:///path/to/socket", &database_host);
  flags.String("database-user", "Database user with DML rights", &database_user);
  flags.String("database-password-file", "File that holds the database password", &database_password_file);
  flags.String("database-schema", "Database schema", &database_schema);
  flags.String("page-key-file", "File of 32 bytes or more that page tokens are signed with", &page_key_file);
  flags.Int("workers", "Database sessions of this process", &workers, 1, 256);
  flags.Int("queue-limit", "Calls that may wait for a database session", &queue_limit, 1, 100'000);
}

std::vector<std::string> ServerConfig::DatabaseProblems() const {
  Checker check;
  CheckDatabase(*this, check);
  return check.Take();
}

std::vector<std::string> ServerConfig::Problems(bool needs_database) const {
  Checker check;
  check.HostPort("address", address);
  if (!metrics_address.empty()) check.HostPort("metrics-address", metrics_address);
  if (trusted_keys_dir.empty()) {
    check.Present("trusted-keys-dir", trusted_keys_dir);
  } else {
    check.Directory("trusted-keys-dir", trusted_keys_dir);
  }
  if (needs_database) CheckDatabase(*this, check);
  if (!page_key_file.empty()) check.Secret("page-key-file", page_key_file, kMinPageKeyBytes);
  CheckTls(*this, check);
  return check.Take();
}

absl::StatusOr<std::string> ReadSecret(const std::string& path) {
  struct stat info {};
  const auto unusable = [](std::string_view message) {
    return Error(absl::StatusCode::kFailedPrecondition, "SECRET_UNUSABLE", message);
  };
  std::ifstream file(path, std::ios::binary);
  if (stat(path.c_str(), &info) != 0 || !S_ISREG(info.st_mode) || !file) {
    return unusable(fmt::format("the file \"{}\" cannot be read", path));
  }
  if ((info.st_mode & (S_IWGRP | S_IRWXO)) != 0) {
    return unusable(fmt::format("the file \"{}\" is open to others; set its mode to 600", path));
  }
  std::string secret(std::istreambuf_iterator<char>(file), {});
  if (secret.ends_with('\n')) secret.pop_back();
  if (secret.empty()) return unusable(fmt::format("the file \"{}\" is empty", path));
  return secret;
}

}  // namespace yaoshi::config
