// The newest version of every small resource, kept in memory by the feed: directory, lists, accounts, mappings.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/btree_map.h"
#include "absl/synchronization/mutex.h"
#include "common/calendar/clock.h"
#include "common/feed/engine.h"
#include "common/ids/uuid.h"

namespace yaoshi::resource {

// The newest version of one resource. Cheap to copy: the body is shared.
struct Row {
  Uuid id;
  int64_t version = 0;
  std::string region;
  std::shared_ptr<const std::string> body;  // The serialised message; never null.
  Timestamp recorded_at;
};

// Thread-safe. Rows are found by type and name and walked in order of name.
class ResourceMemory {
 public:
  // Keeps the resources of these types and ignores all others.
  explicit ResourceMemory(const std::vector<std::string>& types);

  // Takes up what the feed brings. A version that is not newer than the one kept changes nothing.
  void Apply(const std::vector<feed::Change>& changes) ABSL_LOCKS_EXCLUDED(mutex_);

  std::optional<Row> Find(std::string_view type, std::string_view name) const ABSL_LOCKS_EXCLUDED(mutex_);

  // Calls `visit` for the resources of a type whose names come after `after_name`, in order of name, until it returns
  // false. No lock is held meanwhile: what changes during the walk may be seen old or new.
  void Scan(std::string_view type, std::string_view after_name,
            const std::function<bool(const std::string& name, const Row& row)>& visit) const
      ABSL_LOCKS_EXCLUDED(mutex_);

  // Grows whenever a resource of the type changes, so that who derives something from them knows when to do it anew.
  uint64_t Generation(std::string_view type) const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct Type {
    uint64_t generation = 1;
    absl::btree_map<std::string, Row> rows;  // By name.
  };

  mutable absl::Mutex mutex_;
  absl::btree_map<std::string, Type> types_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace yaoshi::resource
