// What every service of the suite is configured with.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/config/flags.h"

namespace yaoshi::config {

struct ServerConfig {
  std::string address = "127.0.0.1:7001";          // --address: gRPC, host:port.
  std::string metrics_address = "127.0.0.1:9001";  // --metrics-address: /metrics and /healthz; empty: none.
  std::string trusted_keys_dir;                    // --trusted-keys-dir: <kid>.pub files of token signers.

  // --database-…; demanded of a service with a database.
  std::string database_host;           // host:port, or unix:///path/to/socket.
  std::string database_user;           //
  std::string database_password_file;  // A secret is only ever read from a file. Empty: no password.
  std::string database_schema;
  std::string page_key_file;  // --page-key-file: 32 random bytes or more that page tokens are signed with.

  int workers = 8;         // --workers: database sessions of this process.
  int queue_limit = 256;   // --queue-limit: calls waiting for a worker.
  int stream_limit = 32;   // --stream-limit: open streams.
  int drain_seconds = 20;  // --drain-seconds

  std::string tls_certificate;  // --tls-certificate, --tls-key, --tls-authority: all three, or none (plain text).
  std::string tls_key;
  std::string tls_authority;
  std::vector<std::string> allowed_peers;  // --allowed-peers: names of client certificates that may call.

  // Adds the flags above; the values go to this object.
  void AddTo(Flags& flags, bool needs_database);
  // All problems at once: malformed addresses, missing files and directories, half of a TLS set.
  std::vector<std::string> Problems(bool needs_database) const;
  // Those of the database's flags alone: what a migration needs.
  std::vector<std::string> DatabaseProblems() const;
  // Problems as one status (reason INVALID_CONFIG).
  absl::Status Validate(bool needs_database) const { return ConfigProblems(Problems(needs_database)); }
};

// The content of a secret's file without the final newline. Refuses an empty file and one that everybody may read or
// its group may write; a group may read, as in a Kubernetes secret mount.
absl::StatusOr<std::string> ReadSecret(const std::string& path);

}  // namespace yaoshi::config
