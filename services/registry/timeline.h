// Changing the past: a fact that holds from a date on runs through to later versions unless they changed it themselves.
#pragma once

#include <string>
#include <vector>

#include "common/feed/change_set.h"
#include "services/registry/convert.h"

namespace yaoshi::registry {

// A project as its versions tell it: per effective date the newest statement, oldest date first. Never empty.
using Timeline = std::vector<v1::Project>;
Timeline TimelineOf(const std::vector<feed::StoredVersion>& history);

// The statement that holds on a date, or nullptr before the first.
const v1::Project* StateOn(const Timeline& timeline, Date date);

// The statements to write so that the fields at `paths` have the values of `values` from `on` on: the one of that date,
// then every later one whose field was the same as on that date. Effective dates are set, versions are not. `on` is not
// before the first.
std::vector<v1::Project> Amend(const Timeline& timeline, Date on, const std::vector<std::string>& paths,
                               const v1::Project& values);

}  // namespace yaoshi::registry
