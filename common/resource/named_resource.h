// Get, List, Create and Update of resources that people name themselves ("organizations/longxi"), the same for all: the
// handlers of a service add only what is special about theirs.
//
//   NamedResource organizations({.type = "organization", .collection = "organizations", …}, memory, writer, tokens);
//   builder.Memory("GetOrganization", [&](rpc::Call& call, const v1::GetOrganizationRequest& req) {
//     return organizations.Get(call, req.name());
//   });
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/feed/transact.h"
#include "common/page/page_token.h"
#include "common/resource/memory.h"
#include "common/resource/message_fields.h"
#include "common/rpc/call.h"
#include "common/rpc/service.h"
#include "google/protobuf/field_mask.pb.h"
#include "google/protobuf/message.h"

namespace yaoshi::resource {

// Something wrong with a resource that is to be written. When all findings of a request have one reason, the error has
// it; otherwise the reason is INVALID_FIELDS.
struct Finding {
  std::string reason;       // "INVALID_FIELDS"
  std::string field;        // Relative to the resource: "region".
  std::string description;  // What is wrong and what is allowed.
};

// What Create or Update is about to write. Fields of `after` that the service fills are not filled yet.
struct Draft {
  rpc::Call& call;
  feed::Tx& tx;
  const google::protobuf::Message* before;  // Null at creation.
  google::protobuf::Message& after;
  // Where the resource belongs: its field "region", or that of the version before, or the caller's. A check may set it.
  std::string region;
};

struct Spec {
  std::string type;        // The feed's: "organization".
  std::string collection;  // "organizations"
  std::string path;        // The resource's field in requests: "organization".
  const google::protobuf::Message* prototype = nullptr;
  // The errors <RESOURCE>_NOT_FOUND and <RESOURCE>_EXISTS for a name.
  std::function<absl::Status(std::string_view name)> not_found;
  std::function<absl::Status(std::string_view name)> exists;
  std::vector<std::string> filter_fields;
  std::vector<std::string> searched;
  // True when everybody below reads it, too: a county reads the lists of its city.
  bool shared_below = false;
  // The field with the organization that a resource belongs to, for roles that reach no further; "": none.
  std::string organization_field;
  // The field with the account that a resource belongs to, which reads it wherever its reach ends; "": none.
  std::string account_field;
  // All that is wrong with a draft. Runs in the transaction. Errors of its own end the request.
  std::function<absl::StatusOr<std::vector<Finding>>(Draft&)> check;
  // Writes to tables beside the versions, when nothing is wrong; an error ends the request.
  std::function<absl::Status(Draft&)> write;
};

struct ListQuery {
  int32_t page_size = 0;
  std::string page_token;
  std::string filter;
};

struct WriteQuery {
  bool validate_only = false;
  google::protobuf::FieldMask update_mask = {};    // Of Update.
  std::string request_hash = {};                   // As feed::WriteOptions has it.
  std::function<absl::Status(Draft&)> write = {};  // As Spec::write, for this call alone.
  std::string reason = {};                         // Why, for the audit log.
};

// Thread-safe. The resource's message has "name", and may have "etag", "create_time", "update_time", "update_account",
// which are filled; a List response has the resources as field 1 and next_page_token as field 2.
class NamedResource {
 public:
  // `memory`, `writer` and `tokens` must outlive it.
  NamedResource(Spec spec, const ResourceMemory& memory, feed::Writer& writer, const PageTokens& tokens);

  // Memory. <RESOURCE>_NOT_FOUND, also when the caller may not see it.
  absl::StatusOr<rpc::Bytes> Get(rpc::Call& call, const std::string& name) const;
  // Memory. In order of name. INVALID_FIELDS, INVALID_FILTER, INVALID_PAGE_TOKEN.
  absl::StatusOr<rpc::Bytes> List(rpc::Call& call, const ListQuery& query) const;

  // Database. `id` is the part of the name behind the collection. <RESOURCE>_EXISTS, INVALID_FIELDS and what the hooks
  // say.
  absl::StatusOr<rpc::Bytes> Create(rpc::Call& call, const std::string& id, const google::protobuf::Message& resource,
                                    const WriteQuery& query) const;
  // Database. Changes what the mask names; without an etag whatever the version is. A change that changes nothing makes
  // no version. <RESOURCE>_NOT_FOUND, ETAG_MISMATCH, INVALID_FIELDS and what the hooks say.
  absl::StatusOr<rpc::Bytes> Update(rpc::Call& call, const google::protobuf::Message& resource,
                                    const WriteQuery& query) const;
  // Database. A verb: changes what `change` does to the resource, checked as Update is; "" as etag means whatever the
  // version is. <RESOURCE>_NOT_FOUND, ETAG_MISMATCH and what the hooks and `change` say.
  absl::StatusOr<rpc::Bytes> Change(rpc::Call& call, const std::string& name, const std::string& etag,
                                    const WriteQuery& query,
                                    const std::function<absl::Status(google::protobuf::Message&)>& change) const;
  // Database. Creates or replaces. INVALID_FIELDS, and <RESOURCE>_EXISTS when it is another region's.
  absl::StatusOr<rpc::Bytes> Save(rpc::Call& call, const std::string& id, const google::protobuf::Message& resource,
                                  const WriteQuery& query) const;
  // Database. Makes a new version with the same content, whose time and account say who did something beside it;
  // `write` does it in the same transaction. <RESOURCE>_NOT_FOUND.
  absl::Status Touch(rpc::Call& call, const std::string& name, const std::string& request_hash,
                     const std::function<absl::Status(Draft&)>& write) const;

  // The newest committed version straight from the database, whoever asks; nullopt when there is none.
  absl::StatusOr<std::optional<feed::StoredVersion>> Load(db::Session& session, const std::string& name) const;

 private:
  // Whether the caller may change the resource, wherever its reach ends.
  bool MayTouch(const rpc::Call& call, const std::string& region, const google::protobuf::Message& resource) const;
  bool MaySee(const rpc::Call& call, const Row& row) const;
  std::string NameOf(const std::string& id) const { return spec_.collection + "/" + id; }
  PageScope ScopeOf(const rpc::Call& call, const ListQuery& query) const;
  absl::StatusOr<feed::StoredVersion> LoadTouchable(rpc::Call& call, feed::Tx& tx, const std::string& name) const;
  absl::StatusOr<std::string> CreateIn(rpc::Call& call, feed::Tx& tx, const std::string& name,
                                       const google::protobuf::Message& resource, const WriteQuery& query) const;
  absl::StatusOr<std::string> ChangeIn(rpc::Call& call, feed::Tx& tx, const feed::StoredVersion& stored,
                                       const std::function<absl::Status(google::protobuf::Message&)>& change) const;
  absl::Status Check(Draft& draft) const;
  std::string Put(Draft& draft, const std::string& name, int64_t version) const;

  const Spec spec_;
  const MessageFields fields_;
  const ResourceMemory& memory_;
  feed::Writer& writer_;
  const PageTokens& tokens_;
};

}  // namespace yaoshi::resource
