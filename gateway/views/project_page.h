// A project's page. Pure.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "gateway/views/part.h"

namespace yaoshi::gateway {

std::vector<PartAsk> AsksOf(const v1::GetProjectPageRequest& request, const Basis& basis);
absl::StatusOr<v1::ProjectPage> ComposeProjectPage(const std::vector<PartAnswer>& answers);

}  // namespace yaoshi::gateway
