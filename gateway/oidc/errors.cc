#include "gateway/oidc/errors.h"

#include <string>

#include "common/status/status.h"
#include "fmt/format.h"

namespace yaoshi::gateway::oidc {
namespace {

constexpr std::chrono::seconds kRetry{10};
constexpr std::string_view kAnswerInvalid = "OIDC_ANSWER_INVALID";

}  // namespace

absl::Status SignInLost() {
  return Error(absl::StatusCode::kFailedPrecondition, "OIDC_SIGN_IN_LOST",
               "This sign-in was not begun in this browser, or too long ago. Begin it again.");
}

absl::Status Denied() {
  return Error(absl::StatusCode::kPermissionDenied, "OIDC_DENIED",
               "The identity provider did not let you sign in. Begin again, or sign in with account and password.");
}

absl::Status CodeRefused() {
  return Error(absl::StatusCode::kFailedPrecondition, "OIDC_CODE_REFUSED",
               "The identity provider does not take this sign-in any more: it was used or is too old. Begin it again.");
}

absl::Status ProviderUnavailable() {
  return WithRetryAfter(
      Error(
          absl::StatusCode::kUnavailable, "OIDC_PROVIDER_UNAVAILABLE",
          "The identity provider cannot be reached now. Try again in a moment, or sign in with account and password."),
      kRetry);
}

absl::Status AnswerInvalid(std::string_view check) {
  return Error(absl::StatusCode::kPermissionDenied, kAnswerInvalid,
               fmt::format("The identity provider's answer does not hold ({}). Begin again; if it stays, tell the "
                           "operator.",
                           check),
               {{"check", std::string(check)}});
}

absl::Status AccountRefused() {
  return Error(absl::StatusCode::kPermissionDenied, "OIDC_ACCOUNT_REFUSED",
               "The identity provider knows you, but no account that may sign in here is yours. Ask the operator.");
}

std::string FailedCheck(const absl::Status& status) {
  return ReasonOf(status) == kAnswerInvalid ? MetadataOf(status, "check") : "";
}

}  // namespace yaoshi::gateway::oidc
