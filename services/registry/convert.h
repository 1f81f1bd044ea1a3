// Where protos meet the domain.
#pragma once

#include <string>
#include <vector>

#include "common/calendar/clock.h"
#include "common/feed/change_set.h"
#include "services/registry/domain/life_cycle.h"
#include "services/registry/domain/list.h"
#include "services/registry/domain/project.h"
#include "services/registry/store/project_store.h"
#include "yaoshi/registry/v1/list.pb.h"
#include "yaoshi/registry/v1/project.pb.h"

namespace yaoshi::registry {

// Who entered a resource and who changed it last.
struct Meta {
  int64_t version = 0;
  std::string create_time, create_account, update_time, update_account;
};

// "projects/{uuid}" and back. INVALID_FIELDS with `field` when the name has another form.
std::string ProjectName(const Uuid& id);
absl::StatusOr<Uuid> ParseProjectName(std::string_view name, std::string_view field);
// "lists/{id}": INVALID_FIELDS when the name has another form.
absl::StatusOr<std::string> ParseListName(std::string_view name, std::string_view field);
std::string EntryName(std::string_view list, const Uuid& project);

// The facts of a message whose field rules hold. Output-only fields are taken as they are.
Project FromProto(const v1::Project& proto);
v1::Project ToProto(const Project& project, const Meta& meta);
Meta MetaOf(const v1::Project& proto);

List FromProto(const v1::List& proto);
// The entry itself, without the project's facts.
Entry FromProto(const v1::Entry& proto);
v1::Entry ToProto(const Entry& entry);
std::vector<AnnualPlan> FromProto(const google::protobuf::RepeatedPtrField<v1::AnnualPlan>& plans);

// The versions as the feed keeps them.
feed::Version VersionOf(const v1::Project& project);
feed::Version VersionOf(const Entry& entry, const std::string& region, int64_t version);

// `text` as a date, or `otherwise` when it is empty. Field rules have checked its form.
Date DateOr(const std::string& text, Date otherwise);

}  // namespace yaoshi::registry
