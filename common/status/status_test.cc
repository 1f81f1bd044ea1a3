#include "common/status/status.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace yaoshi {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string Message(const absl::Status& status) {
  return std::string(status.message());
}

TEST(Error, CarriesOneReasonAndItsMetadata) {
  const absl::Status status =
      Error(absl::StatusCode::kAborted, "ETAG_MISMATCH", "Read the project again.", {{"etag", "4"}});
  EXPECT_EQ(status.code(), absl::StatusCode::kAborted);
  EXPECT_EQ(ReasonOf(status), "ETAG_MISMATCH");
  EXPECT_EQ(MetadataOf(status, "etag"), "4");
  EXPECT_EQ(MetadataOf(status, "limit"), "");
}

TEST(Error, StatusWithoutDetailsHasNoReason) {
  const absl::Status status = absl::InternalError("x");
  EXPECT_EQ(ReasonOf(status), "");
  EXPECT_EQ(MetadataOf(status, "etag"), "");
  EXPECT_THAT(ViolationsOf(status), ElementsAre());
}

TEST(InvalidFields, ListsAllViolationsAtOnce) {
  const std::vector<FieldViolation> violations = {{"project.title", "is empty"}, {"project.region", "is unknown"}};
  const absl::Status status = InvalidFields(violations);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ReasonOf(status), "INVALID_FIELDS");
  EXPECT_EQ(ViolationsOf(status), violations);
  EXPECT_THAT(Message(status), HasSubstr("project.title: is empty (and 1 more"));
}

TEST(InvalidFields, NoViolationIsNoError) {
  EXPECT_TRUE(InvalidFields({}).ok());
}

TEST(InvalidFields, FitsTheMetadataOfAResponse) {
  std::vector<FieldViolation> violations(1000, {"requests[7].project.title", std::string(80, 'x')});
  const absl::Status status = InvalidFields(violations);
  const auto listed = ViolationsOf(status);
  EXPECT_LT(ToWire(status).size(), 5000u);
  ASSERT_GT(listed.size(), 10u);
  EXPECT_EQ(listed.back().description,
            std::to_string(1000 - (listed.size() - 1)) + " more violations are not listed; correct these first.");
}

TEST(WithDetails, KeepReasonAndAddTheirs) {
  absl::Status status = Error(absl::StatusCode::kFailedPrecondition, "LIST_CLOSED", "Open an adjustment order.");
  status = WithPreconditions(std::move(status), {{"STATE", "lists/1", "is closed"}});
  status = WithPreconditions(std::move(status), {{"DATE", "lists/1", "is past"}});
  status = WithResource(std::move(status), "yaoshi/List", "lists/1");
  status = WithRetryAfter(std::move(status), std::chrono::milliseconds(1250));
  EXPECT_EQ(ReasonOf(status), "LIST_CLOSED");

  google::rpc::Status wire;
  ASSERT_TRUE(wire.ParseFromString(ToWire(status)));
  ASSERT_EQ(wire.details_size(), 4);
  google::rpc::ErrorInfo info;
  EXPECT_TRUE(wire.details(0).UnpackTo(&info));
  EXPECT_EQ(info.domain(), "yaoshi");
  google::rpc::PreconditionFailure failure;
  EXPECT_TRUE(wire.details(1).UnpackTo(&failure));
  EXPECT_EQ(failure.violations_size(), 2);
  google::rpc::ResourceInfo resource;
  EXPECT_TRUE(wire.details(2).UnpackTo(&resource));
  EXPECT_EQ(resource.resource_name(), "lists/1");
  google::rpc::RetryInfo retry;
  EXPECT_TRUE(wire.details(3).UnpackTo(&retry));
  EXPECT_EQ(retry.retry_delay().seconds(), 1);
  EXPECT_EQ(retry.retry_delay().nanos(), 250'000'000);
}

TEST(Wire, GarbageDetailsKeepCodeAndMessage) {
  const absl::Status status = FromWire(5, "gone", "\xFF\xFF garbage");
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(Message(status), "gone");
  EXPECT_EQ(ReasonOf(status), "");
}

TEST(Wire, RoundTrips) {
  const absl::Status status = InvalidFields({{"a", "b"}});
  EXPECT_EQ(FromWire(static_cast<int>(status.code()), Message(status), ToWire(status)), status);
  EXPECT_EQ(ToWire(absl::OkStatus()), "");
  EXPECT_TRUE(FromWire(0, "", "").ok());
}

absl::StatusOr<std::unique_ptr<int>> Halve(int value) {
  if (value % 2 != 0) return Error(absl::StatusCode::kInvalidArgument, "ODD", "Give an even number.");
  return std::make_unique<int>(value / 2);
}

absl::StatusOr<int> Quarter(int value) {
  RETURN_IF_ERROR(absl::OkStatus());
  ASSIGN_OR_RETURN(const std::unique_ptr<int> half, Halve(value));
  ASSIGN_OR_RETURN(const std::unique_ptr<int> quarter, Halve(*half));
  return *quarter;
}

TEST(Macros, ReturnTheFirstErrorOrTheMovedValue) {
  EXPECT_EQ(ReasonOf(Quarter(6).status()), "ODD");
  EXPECT_EQ(Quarter(8).value(), 2);
}

}  // namespace
}  // namespace yaoshi
