// The parts that a view is put together from: one question to one service each.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "common/calendar/clock.h"
#include "common/calendar/date.h"
#include "google/protobuf/message.h"
#include "yaoshi/common/v1/change_feed.pb.h"
#include "yaoshi/gateway/v1/portal.pb.h"

namespace yaoshi::gateway {

// What an answer was true for; it decides which changes make it untrue.
struct Basis {
  Date as_of;
  std::string known_at;  // Empty: now.
  friend bool operator==(const Basis&, const Basis&) = default;
};

// True when an answer on that basis may be another after the change. Facts of projects, entries, cases and procedures
// hold from their effective date on; everything else is taken as it is now, whatever the date asked.
bool Touches(const yaoshi::common::v1::Change& change, const Basis& basis);

// A question to a service.
struct PartAsk {
  std::string part;     // "figures"
  std::string service;  // "registry"
  std::string method;   // "/yaoshi.common.v1.FigureService/ListFigures"
  std::string request;  // Serialised.
  Basis basis;
  bool may_be_absent = false;  // NOT_FOUND is an answer: there is none.
};

// What came of it.
struct PartAnswer {
  std::string part;
  std::string service;
  absl::Status status;    // Why there is no new answer.
  bool known = false;     // `bytes` is an answer: a new one, or with an error the last one.
  std::string bytes;      // Serialised.
  Timestamp answer_time;  // When the service gave it.
  Timestamp since;        // With an error: since when the service has not answered.
};

// How the parts stand, in order of part and service.
void DescribeParts(const std::vector<PartAnswer>& answers, google::protobuf::RepeatedPtrField<v1::Part>* parts);

// True when an error of the code is no silence of the service, but its answer.
bool IsCallersFault(absl::StatusCode code);

// The error that is the caller's own fault, which is the answer to the whole view; OK when there is none.
absl::Status CallersFault(const std::vector<PartAnswer>& answers);

// True when something is known of the part, new or old.
bool IsKnown(const std::vector<PartAnswer>& answers, std::string_view part);

// The answer to a part of any service, or an empty message.
template <class Message>
Message AnswerOf(const std::vector<PartAnswer>& answers, std::string_view part) {
  Message message;
  for (const PartAnswer& answer : answers) {
    if (answer.part == part && answer.known) message.ParseFromString(answer.bytes);
  }
  return message;
}

}  // namespace yaoshi::gateway
