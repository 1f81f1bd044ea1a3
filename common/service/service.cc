#include "common/service/service.h"

#include <utility>

namespace yaoshi::service {

void Service::Equip(rpc::ServerOptions& options) {
  options.thread_scope = [] { return std::make_shared<db::ThreadScope>(); };
  options.session_factory = [database = database_] { return std::make_shared<db::Session>(database); };
  options.wait_for_token = [this](const std::string& token, auto deadline, auto ready) {
    engine().WaitForToken(token, deadline, std::move(ready));
  };
}

}  // namespace yaoshi::service
