// What can stand in the way of a sign-in by OpenID Connect. Each has a page of its own for the person (notice.h).
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace yaoshi::gateway::oidc {

// The sign-in was not begun in this browser, was begun too long ago, or is over.
absl::Status SignInLost();
// The provider, or the person there, said no.
absl::Status Denied();
// The provider does not take the code: it was used before or is too old.
absl::Status CodeRefused();
// The provider cannot be reached.
absl::Status ProviderUnavailable();
// The provider's answer does not hold; `check` names what was checked, such as "aud" or "issuer".
absl::Status AnswerInvalid(std::string_view check);
// What the provider says names no account that may sign in here.
absl::Status AccountRefused();

// The `check` of AnswerInvalid; empty for other errors.
std::string FailedCheck(const absl::Status& status);

}  // namespace yaoshi::gateway::oidc
