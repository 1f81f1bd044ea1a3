#include "common/status/status.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/cord.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace yaoshi {
namespace {

constexpr std::string_view kTypePrefix = "type.googleapis.com/";

// Bytes of field violations that one error carries. The details travel as base64 in the trailing metadata, whose limit
// is 8 KiB in common clients: beyond it the caller would get no reason at all.
constexpr std::size_t kMaxViolationBytes = 4096;

template <class Detail>
std::string TypeUrl() {
  return std::string(kTypePrefix) + Detail::descriptor()->full_name();
}

template <class Detail>
void Attach(absl::Status& status, const Detail& detail) {
  status.SetPayload(TypeUrl<Detail>(), absl::Cord(detail.SerializeAsString()));
}

template <class Detail>
std::optional<Detail> Find(const absl::Status& status) {
  const auto payload = status.GetPayload(TypeUrl<Detail>());
  Detail detail;
  if (!payload.has_value() || !detail.ParseFromString(std::string(*payload))) return std::nullopt;
  return detail;
}

google::rpc::BadRequest BadRequestOf(const std::vector<FieldViolation>& violations) {
  google::rpc::BadRequest bad_request;
  std::size_t bytes = 0;
  for (const FieldViolation& violation : violations) {
    bytes += violation.field.size() + violation.description.size();
    auto* listed = bad_request.add_field_violations();
    if (bytes > kMaxViolationBytes && bad_request.field_violations_size() > 1) {
      const auto left = violations.size() + 1 - static_cast<std::size_t>(bad_request.field_violations_size());
      listed->set_description(fmt::format("{} more violations are not listed; correct these first.", left));
      break;
    }
    listed->set_field(violation.field);
    listed->set_description(violation.description);
  }
  return bad_request;
}

}  // namespace

absl::Status Error(absl::StatusCode code, std::string_view reason, std::string_view message,
                   const std::map<std::string, std::string>& metadata) {
  absl::Status status(code, std::string(message));
  google::rpc::ErrorInfo info;
  info.set_reason(std::string(reason));
  info.set_domain(std::string(kErrorDomain));
  info.mutable_metadata()->insert(metadata.begin(), metadata.end());
  Attach(status, info);
  return status;
}

absl::Status InvalidFields(const std::vector<FieldViolation>& violations) {
  return InvalidFields("INVALID_FIELDS", violations);
}

absl::Status InvalidFields(std::string_view reason, const std::vector<FieldViolation>& violations) {
  if (violations.empty()) return absl::OkStatus();
  std::string message = fmt::format("Correct the request: {}: {}", violations[0].field, violations[0].description);
  if (violations.size() > 1) message += fmt::format(" (and {} more, see the field violations)", violations.size() - 1);
  absl::Status status = Error(absl::StatusCode::kInvalidArgument, reason, message);
  Attach(status, BadRequestOf(violations));
  return status;
}

absl::Status WithRetryAfter(absl::Status status, std::chrono::milliseconds delay) {
  google::rpc::RetryInfo info;
  info.mutable_retry_delay()->set_seconds(delay.count() / 1000);
  info.mutable_retry_delay()->set_nanos(static_cast<int>(delay.count() % 1000) * 1'000'000);
  Attach(status, info);
  return status;
}

absl::Status WithPreconditions(absl::Status status, const std::vector<Precondition>& violations) {
  auto failure = Find<google::rpc::PreconditionFailure>(status).value_or(google::rpc::PreconditionFailure());
  for (const Precondition& violation : violations) {
    auto* listed = failure.add_violations();
    listed->set_type(violation.type);
    listed->set_subject(violation.subject);
    listed->set_description(violation.description);
  }
  Attach(status, failure);
  return status;
}

absl::Status WithResource(absl::Status status, std::string_view type, std::string_view name) {
  google::rpc::ResourceInfo info;
  info.set_resource_type(std::string(type));
  info.set_resource_name(std::string(name));
  Attach(status, info);
  return status;
}

std::string ReasonOf(const absl::Status& status) {
  const auto info = Find<google::rpc::ErrorInfo>(status);
  return info.has_value() ? info->reason() : std::string();
}

std::string MetadataOf(const absl::Status& status, std::string_view key) {
  const auto info = Find<google::rpc::ErrorInfo>(status);
  if (!info.has_value()) return {};
  const auto found = info->metadata().find(std::string(key));
  return found == info->metadata().end() ? std::string() : found->second;
}

std::vector<FieldViolation> ViolationsOf(const absl::Status& status) {
  std::vector<FieldViolation> violations;
  const auto bad_request = Find<google::rpc::BadRequest>(status);
  if (!bad_request.has_value()) return violations;
  for (const auto& violation : bad_request->field_violations()) {
    violations.push_back({violation.field(), violation.description()});
  }
  return violations;
}

std::string ToWire(const absl::Status& status) {
  if (status.ok()) return {};
  std::vector<std::pair<std::string, std::string>> details;
  status.ForEachPayload([&](absl::string_view url, const absl::Cord& payload) {
    details.emplace_back(std::string(url), std::string(payload));
  });
  // One order whatever the status's own, ErrorInfo first, so that equal errors are equal bytes.
  const std::string first = TypeUrl<google::rpc::ErrorInfo>();
  std::sort(details.begin(), details.end(), [&](const auto& a, const auto& b) {
    return std::pair(a.first != first, a.first) < std::pair(b.first != first, b.first);
  });
  google::rpc::Status wire;
  wire.set_code(static_cast<int>(status.code()));
  wire.set_message(std::string(status.message()));
  for (auto& [url, payload] : details) {
    auto* detail = wire.add_details();
    detail->set_type_url(std::move(url));
    detail->set_value(std::move(payload));
  }
  return wire.SerializeAsString();
}

absl::Status FromWire(int code, std::string_view message, std::string_view details) {
  absl::Status status(static_cast<absl::StatusCode>(code), std::string(message));
  google::rpc::Status wire;
  if (status.ok() || !wire.ParseFromArray(details.data(), static_cast<int>(details.size()))) return status;
  for (const auto& detail : wire.details()) {
    status.SetPayload(detail.type_url(), absl::Cord(detail.value()));
  }
  return status;
}

}  // namespace yaoshi
