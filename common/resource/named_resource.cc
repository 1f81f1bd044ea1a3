#include "common/resource/named_resource.h"

#include <fmt/format.h>

#include <utility>

#include "absl/strings/strip.h"
#include "common/page/field_mask.h"
#include "common/page/page_size.h"
#include "common/region/region.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "google/protobuf/util/message_differencer.h"
#include "google/protobuf/wire_format_lite.h"

namespace yaoshi::resource {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::internal::WireFormatLite;

constexpr int kResourcesField = 1;  // Of every List response.
constexpr int kNextTokenField = 2;

const FieldDescriptor* StringField(const Message& message, const std::string& name) {
  const FieldDescriptor* field = message.GetDescriptor()->FindFieldByName(name);
  const bool usable = field != nullptr && !field->is_repeated() && field->type() == FieldDescriptor::TYPE_STRING;
  return usable ? field : nullptr;
}

std::string GetText(const Message& message, const std::string& name) {
  const FieldDescriptor* field = StringField(message, name);
  return field == nullptr ? "" : message.GetReflection()->GetString(message, field);
}

void SetText(Message& message, const std::string& name, std::string text) {
  const FieldDescriptor* field = StringField(message, name);
  if (field != nullptr) message.GetReflection()->SetString(&message, field, std::move(text));
}

std::unique_ptr<Message> ParseAs(const Message& prototype, const std::string& body) {
  std::unique_ptr<Message> message(prototype.New());
  message->ParseFromString(body);
  return message;
}

// Deterministic, so that the digest of a version does not hang on the order of a map.
std::string Serialize(const Message& message) {
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    message.SerializePartialToCodedStream(&coded);
  }
  return bytes;
}

// One page, put together from bodies that are serialised already.
class PageBytes {
 public:
  void Add(const std::string& body) { Write(kResourcesField, body); }
  void SetNextToken(const std::string& token) { Write(kNextTokenField, token); }
  rpc::Bytes Take() { return {std::move(bytes_)}; }

 private:
  void Write(int field, const std::string& value) {
    google::protobuf::io::StringOutputStream stream(&bytes_);
    google::protobuf::io::CodedOutputStream coded(&stream);
    WireFormatLite::WriteBytes(field, value, &coded);
  }

  std::string bytes_;
};

absl::Status ToStatus(const std::vector<Finding>& findings, const std::string& path) {
  if (findings.empty()) return absl::OkStatus();
  std::vector<FieldViolation> violations;
  bool one_reason = true;
  for (const Finding& finding : findings) {
    violations.push_back({path + "." + finding.field, finding.description});
    one_reason = one_reason && finding.reason == findings.front().reason;
  }
  return one_reason ? InvalidFields(findings.front().reason, violations) : InvalidFields(violations);
}

rpc::Bytes AsBytes(std::string serialized) {
  return {std::move(serialized)};
}

absl::StatusOr<rpc::Bytes> ToBytes(absl::StatusOr<std::string> reply) {
  if (!reply.ok()) return std::move(reply).status();
  return AsBytes(*std::move(reply));
}

}  // namespace

NamedResource::NamedResource(Spec spec, const ResourceMemory& memory, feed::Writer& writer, const PageTokens& tokens)
    : spec_(std::move(spec)),
      fields_(*spec_.prototype->GetDescriptor(), spec_.filter_fields, spec_.searched),
      memory_(memory),
      writer_(writer),
      tokens_(tokens) {}

bool NamedResource::MayTouch(const rpc::Call& call, const std::string& region, const Message& resource) const {
  const std::string unit = spec_.organization_field.empty() ? "" : GetText(resource, spec_.organization_field);
  return call.MayTouch(region, std::string(absl::StripPrefix(unit, "organizations/")));
}

bool NamedResource::MaySee(const rpc::Call& call, const Row& row) const {
  if (call.MayTouch(row.region, "")) return true;
  if (spec_.shared_below && RegionCovers(row.region, call.principal().region)) return true;
  if (spec_.account_field.empty()) return false;
  return GetText(*ParseAs(*spec_.prototype, *row.body), spec_.account_field) == call.principal().account;
}

absl::StatusOr<rpc::Bytes> NamedResource::Get(rpc::Call& call, const std::string& name) const {
  const std::optional<Row> row = memory_.Find(spec_.type, name);
  if (!row.has_value() || !MaySee(call, *row)) return spec_.not_found(name);
  return AsBytes(*row->body);
}

PageScope NamedResource::ScopeOf(const rpc::Call& call, const ListQuery& query) const {
  const auth::Principal& who = call.principal();
  PageScope scope;
  scope.method = call.method();
  scope.filter = query.filter;
  scope.principal = fmt::format("{}/{}/{}", auth::RoleName(who.role), who.region, who.organization);
  if (!spec_.account_field.empty()) scope.principal += "/" + who.account;
  return scope;
}

absl::StatusOr<rpc::Bytes> NamedResource::List(rpc::Call& call, const ListQuery& query) const {
  ASSIGN_OR_RETURN(const int size, PageSize(query.page_size));
  ASSIGN_OR_RETURN(const filter::BoundExpr wanted, filter::ParseAndBind(query.filter, fields_.table()));
  const PageScope scope = ScopeOf(call, query);
  std::string after;
  if (!query.page_token.empty()) {
    ASSIGN_OR_RETURN(const PagePosition position, tokens_.Decode(scope, query.page_token));
    if (position.keys.size() == 1) after = std::get<std::string>(position.keys.front());
  }
  const std::unique_ptr<Message> message(spec_.prototype->New());
  const auto value = [&](size_t field) { return fields_.Value(*message, field); };
  PageBytes page;
  std::string last;
  int count = 0;
  memory_.Scan(spec_.type, after, [&](const std::string& name, const Row& row) {
    if (!MaySee(call, row)) return true;
    if (!query.filter.empty()) {
      message->ParseFromString(*row.body);
      if (!filter::Matches(wanted, value)) return true;
    }
    if (count == size) {
      page.SetNextToken(tokens_.Encode(scope, {{last}, Uuid()}));
      return false;
    }
    page.Add(*row.body);
    last = name;
    ++count;
    return true;
  });
  return page.Take();
}

absl::StatusOr<std::optional<feed::StoredVersion>> NamedResource::Load(db::Session& session,
                                                                       const std::string& name) const {
  auto latest = feed::LoadLatest(session, feed::NamedId(spec_.type, name));
  if (absl::IsNotFound(latest.status())) return std::nullopt;
  RETURN_IF_ERROR(latest.status());
  return *std::move(latest);
}

absl::StatusOr<feed::StoredVersion> NamedResource::LoadTouchable(rpc::Call& call, feed::Tx& tx,
                                                                 const std::string& name) const {
  ASSIGN_OR_RETURN(std::optional<feed::StoredVersion> stored, Load(tx.session(), name));
  if (!stored.has_value()) return spec_.not_found(name);
  const std::unique_ptr<Message> resource = ParseAs(*spec_.prototype, stored->body);
  if (!MayTouch(call, stored->region, *resource)) return spec_.not_found(name);
  return *std::move(stored);
}

absl::Status NamedResource::Check(Draft& draft) const {
  std::vector<Finding> findings;
  if (spec_.check) {
    ASSIGN_OR_RETURN(findings, spec_.check(draft));
  }
  if (!MayTouch(draft.call, draft.region, draft.after)) {
    findings.push_back({"INVALID_FIELDS", "region",
                        fmt::format("{} lies outside the region of your account, {}; choose one inside it.",
                                    draft.region, draft.call.principal().region)});
  }
  RETURN_IF_ERROR(ToStatus(findings, spec_.path));
  return spec_.write ? spec_.write(draft) : absl::OkStatus();
}

std::string NamedResource::Put(Draft& draft, const std::string& name, int64_t version) const {
  const std::string now = draft.tx.now().ToString();
  SetText(draft.after, "name", name);
  SetText(draft.after, "etag", fmt::format("{}", version));
  SetText(draft.after, "create_time", draft.before == nullptr ? now : GetText(*draft.before, "create_time"));
  SetText(draft.after, "update_time", now);
  SetText(draft.after, "update_account", draft.call.principal().account);
  feed::Version put;
  put.type = spec_.type;
  put.id = feed::NamedId(spec_.type, name);
  put.name = name;
  put.version = version;
  put.effective_on = draft.call.today();
  put.region = draft.region;
  put.body = Serialize(draft.after);
  std::string reply = put.body;
  draft.tx.Put(std::move(put));
  return reply;
}

absl::StatusOr<std::string> NamedResource::CreateIn(rpc::Call& call, feed::Tx& tx, const std::string& name,
                                                    const Message& resource, const WriteQuery& query) const {
  const std::unique_ptr<Message> after(resource.New());
  after->CopyFrom(resource);
  SetText(*after, "name", name);
  const bool has_region = StringField(*after, "region") != nullptr;
  Draft draft{call, tx, nullptr, *after, has_region ? GetText(*after, "region") : call.principal().region};
  RETURN_IF_ERROR(Check(draft));
  if (query.write) RETURN_IF_ERROR(query.write(draft));
  return Put(draft, name, 1);
}

absl::StatusOr<std::string> NamedResource::ChangeIn(rpc::Call& call, feed::Tx& tx, const feed::StoredVersion& stored,
                                                    const std::function<absl::Status(Message&)>& change) const {
  const std::unique_ptr<Message> before = ParseAs(*spec_.prototype, stored.body);
  const std::unique_ptr<Message> after = ParseAs(*spec_.prototype, stored.body);
  RETURN_IF_ERROR(change(*after));
  if (google::protobuf::util::MessageDifferencer::Equals(*before, *after)) return stored.body;
  const bool has_region = StringField(*after, "region") != nullptr;
  Draft draft{call, tx, before.get(), *after, has_region ? GetText(*after, "region") : stored.region};
  RETURN_IF_ERROR(Check(draft));
  return Put(draft, stored.name, stored.version + 1);
}

absl::StatusOr<rpc::Bytes> NamedResource::Create(rpc::Call& call, const std::string& id, const Message& resource,
                                                 const WriteQuery& query) const {
  const std::string name = NameOf(id);
  auto reply = writer_.TransactBytes(
      call, {.reason = query.reason, .validate_only = query.validate_only, .request_hash = query.request_hash},
      [&](feed::Tx& tx) -> absl::StatusOr<std::string> {
        ASSIGN_OR_RETURN(const auto stored, Load(tx.session(), name));
        if (stored.has_value()) return spec_.exists(name);
        return CreateIn(call, tx, name, resource, query);
      });
  // Somebody else created it in the same moment.
  if (ReasonOf(reply.status()) == "ETAG_MISMATCH") return spec_.exists(name);
  return ToBytes(std::move(reply));
}

absl::StatusOr<rpc::Bytes> NamedResource::Update(rpc::Call& call, const Message& resource,
                                                 const WriteQuery& query) const {
  ASSIGN_OR_RETURN(const std::vector<std::string> paths, ResolveMask(query.update_mask, resource));
  return Change(call, GetText(resource, "name"), GetText(resource, "etag"), query, [&](Message& after) {
    const absl::Status immutable = CheckImmutable(resource, after, spec_.path);
    if (immutable.ok()) ApplyMask(paths, resource, after);
    return immutable;
  });
}

absl::StatusOr<rpc::Bytes> NamedResource::Change(rpc::Call& call, const std::string& name, const std::string& etag,
                                                 const WriteQuery& query,
                                                 const std::function<absl::Status(Message&)>& change) const {
  return ToBytes(writer_.TransactBytes(
      call, {.reason = query.reason, .validate_only = query.validate_only, .request_hash = query.request_hash},
      [&](feed::Tx& tx) -> absl::StatusOr<std::string> {
        ASSIGN_OR_RETURN(const feed::StoredVersion stored, LoadTouchable(call, tx, name));
        if (!etag.empty() && etag != fmt::format("{}", stored.version)) {
          return feed::EtagMismatch(name, stored.version);
        }
        return ChangeIn(call, tx, stored, change);
      }));
}

absl::StatusOr<rpc::Bytes> NamedResource::Save(rpc::Call& call, const std::string& id, const Message& resource,
                                               const WriteQuery& query) const {
  const std::string name = NameOf(id);
  return ToBytes(writer_.TransactBytes(
      call, {.reason = query.reason, .validate_only = query.validate_only, .request_hash = query.request_hash},
      [&](feed::Tx& tx) -> absl::StatusOr<std::string> {
        ASSIGN_OR_RETURN(const auto stored, Load(tx.session(), name));
        if (!stored.has_value()) return CreateIn(call, tx, name, resource, query);
        if (!call.MayTouch(stored->region, "")) return spec_.exists(name);
        return ChangeIn(call, tx, *stored, [&](Message& after) {
          after.CopyFrom(resource);
          SetText(after, "name", name);
          return absl::OkStatus();
        });
      }));
}

absl::Status NamedResource::Touch(rpc::Call& call, const std::string& name, const std::string& request_hash,
                                  const std::function<absl::Status(Draft&)>& write) const {
  return writer_
      .TransactBytes(call, {.reason = "", .validate_only = false, .request_hash = request_hash},
                     [&](feed::Tx& tx) -> absl::StatusOr<std::string> {
                       ASSIGN_OR_RETURN(const feed::StoredVersion stored, LoadTouchable(call, tx, name));
                       const std::unique_ptr<Message> before = ParseAs(*spec_.prototype, stored.body);
                       const std::unique_ptr<Message> after = ParseAs(*spec_.prototype, stored.body);
                       Draft draft{call, tx, before.get(), *after, stored.region};
                       RETURN_IF_ERROR(write(draft));
                       Put(draft, name, stored.version + 1);
                       return std::string();
                     })
      .status();
}

}  // namespace yaoshi::resource
