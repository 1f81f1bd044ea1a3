#include "common/db/configured.h"

#include <cstdlib>
#include <string>
#include <string_view>

#include "common/status/status.h"

namespace yaoshi::db {

absl::StatusOr<Options> ConfiguredDatabase(const config::ServerConfig& config) {
  constexpr std::string_view kSocket = "unix://";
  Options options;
  const std::string& host = config.database_host;
  if (host.starts_with(kSocket)) {
    options.socket = host.substr(kSocket.size());
  } else if (const size_t colon = host.rfind(':'); colon != std::string::npos) {
    options.host = host.substr(0, colon);
    options.port = std::atoi(host.c_str() + colon + 1);
  } else {
    options.host = host;
  }
  options.user = config.database_user;
  options.schema = config.database_schema;
  if (!config.database_password_file.empty()) {
    ASSIGN_OR_RETURN(options.password, config::ReadSecret(config.database_password_file));
  }
  return options;
}

}  // namespace yaoshi::db
