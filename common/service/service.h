// What a service with a database is: memory that its own feed fills, and handlers over it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "common/calendar/clock.h"
#include "common/db/session.h"
#include "common/feed/engine.h"
#include "common/obs/log.h"
#include "common/rpc/server.h"

namespace yaoshi::service {

// What each of them is made of.
struct Foundation {
  db::Options database;
  const Clock* clock = nullptr;
  std::string page_key;                     // 32 secret bytes that all replicas share.
  std::shared_ptr<obs::Log> log = nullptr;  // Null: nothing is logged.
};

class Service {
 public:
  virtual ~Service() = default;
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  // The bound services; this must outlive the server.
  virtual std::vector<rpc::BoundService> Bind() = 0;
  // Fills memory, then follows the feed and does what is done in the background. Blocks until memory is full.
  virtual absl::Status Start() = 0;
  virtual void Stop() = 0;
  virtual feed::Engine& engine() = 0;

  // Gives a server's workers sessions of the database, and its calls the wait for their consistency token.
  void Equip(rpc::ServerOptions& options);

 protected:
  explicit Service(db::Options database) : database_(std::move(database)) {}

 private:
  const db::Options database_;
};

}  // namespace yaoshi::service
