// The first account of a new installation: without it nobody could sign in to make the others.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "common/calendar/clock.h"
#include "common/db/session.h"

namespace yaoshi::registry {

// Creates the city and an operator's account from a JSON file, when there is no account yet; otherwise does nothing.
//
//   {"account": "operator", "password": "…", "city": {"id": "city", "title": "定西市", "region": "621100"}}
//
// "city" and its parts may be left out and are then as above. BOOTSTRAP_UNUSABLE when the file cannot be read or used.
absl::Status Bootstrap(db::Session& session, const std::string& file, const Clock& clock);

}  // namespace yaoshi::registry
