// What a proposal (a scenario, a migration of cases) is beside its version in the feed: the details that its page
// shows, and the cases that applying it changes, packed, in parts.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "common/db/session.h"
#include "common/ids/uuid.h"

namespace yaoshi::preapproval {

// The newest versions of proposals, newest proposal first.
struct ProposalQuery {
  std::string region;  // The code and those that it covers; "": all.
  Uuid after;          // The last of the page before; nil: from the first.
  int limit = 0;
};
struct ProposalRow {
  Uuid id;
  std::string body;
};

class ProposalStore {
 public:
  // The tables `name` and {name}_part; the details are in the column `details`. A packed case has `case_bytes` bytes.
  ProposalStore(std::string_view name, std::string_view details, size_t case_bytes);

  // Inserts what belongs to the first version of a proposal, which the same transaction writes to the feed.
  absl::Status Insert(db::Session& tx, const Uuid& id, const Uuid& change_set, const std::string& region,
                      const std::string& details, std::string_view cases) const;
  // "" when there is no such proposal.
  absl::StatusOr<std::string> LoadDetails(db::Session& session, const Uuid& id) const;
  // In the order in which they were inserted.
  absl::StatusOr<std::string> LoadCases(db::Session& session, const Uuid& id) const;
  // Nobody will apply it any more, nor take it back.
  absl::Status DeleteCases(db::Session& tx, const Uuid& id) const;
  absl::StatusOr<std::vector<ProposalRow>> List(db::Session& session, const ProposalQuery& query) const;

 private:
  const size_t case_bytes_;
  const std::string insert_, insert_part_, select_details_, select_parts_, delete_parts_, list_;
};

}  // namespace yaoshi::preapproval
