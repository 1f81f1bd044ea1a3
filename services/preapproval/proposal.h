// What is counted or previewed first, kept, looked at, and then applied or not: scenarios, migrations of cases.
#pragma once

#include <fmt/format.h>

#include <charconv>
#include <string>
#include <string_view>
#include <vector>

#include "common/feed/transact.h"
#include "common/page/page_size.h"
#include "common/status/status.h"
#include "services/preapproval/case_convert.h"
#include "services/preapproval/context.h"
#include "services/preapproval/convert.h"
#include "services/preapproval/store/proposal_store.h"

namespace yaoshi::preapproval {

// T is the proto of one kind: v1::Scenario, v1::CaseMigration.
template <class T>
class Proposals {
 public:
  // `prefix` begins their names, `type` is that of their versions. `details` is the number of the field that only the
  // page of one shows: it lies in the store, not in the feed.
  Proposals(std::string_view prefix, std::string_view type, int details, ProposalStore kept,
            absl::Status (*not_found)(std::string_view name))
      : store(std::move(kept)), prefix_(prefix), type_(type), details_(details), not_found_(not_found) {}

  std::string NameOf(const Uuid& id) const { return prefix_ + id.ToString(); }
  // INVALID_FIELDS with path "name".
  absl::StatusOr<Uuid> IdOf(std::string_view name) const { return ParseName(prefix_, name, "name"); }

  // The next version as the feed keeps it. Sets the etag.
  feed::Version NextVersion(T& proposal) const {
    int64_t number = 0;
    std::from_chars(proposal.etag().data(), proposal.etag().data() + proposal.etag().size(), number);
    proposal.set_etag(fmt::format("{}", ++number));
    T kept = proposal;
    kept.GetReflection()->ClearField(&kept, Details());
    return {type_,
            IdOf(kept.name()).value_or(Uuid()),
            kept.name(),
            number,
            DateOr(kept.counted_on(), Date()),
            kept.region(),
            kept.SerializeAsString()};
  }

  // Names and stamps a proposal and writes it with its packed cases.
  absl::StatusOr<T> Create(feed::Writer& writer, rpc::Call& call, const feed::WriteOptions& options, T proposal,
                           const std::string& cases) const {
    const Uuid id = Uuid::New(SystemClock());
    proposal.set_name(NameOf(id));
    proposal.set_create_time(call.now().ToString());
    proposal.set_create_account(call.principal().account);
    const feed::Version version = NextVersion(proposal);
    T whole = proposal, details;
    whole.GetReflection()->SwapFields(&whole, &details, {Details()});
    return writer.Transact<T>(call, options, [&](feed::Tx& tx) -> absl::StatusOr<T> {
      tx.Put(version);
      RETURN_IF_ERROR(
          store.Insert(tx.session(), id, tx.change_set(), proposal.region(), details.SerializeAsString(), cases));
      return proposal;
    });
  }

  // The newest version without details, when the caller may read it. The not-found error; ETAG_MISMATCH.
  absl::StatusOr<T> Load(const rpc::Call& call, db::Session& session, const std::string& name,
                         const std::string& etag = "") const {
    ASSIGN_OR_RETURN(const Uuid id, IdOf(name));
    const auto stored = feed::LoadLatest(session, id);
    T proposal;
    const bool found = stored.ok() && stored->type == type_ && proposal.ParseFromString(stored->body);
    if (!stored.ok() && ReasonOf(stored.status()) != "VERSION_NOT_FOUND") return stored.status();
    if (!found || !call.MayTouch(proposal.region(), "")) return not_found_(name);
    if (!etag.empty() && etag != proposal.etag()) return feed::EtagMismatch(name, stored->version);
    return proposal;
  }

  // The same with details.
  absl::StatusOr<T> Get(rpc::Call& call, const std::string& name) const {
    ASSIGN_OR_RETURN(T proposal, Load(call, call.session(), name));
    ASSIGN_OR_RETURN(const Uuid id, IdOf(name));
    ASSIGN_OR_RETURN(const std::string details, store.LoadDetails(call.session(), id));
    proposal.MergeFromString(details);
    return proposal;
  }

  // A page of a List request into `page`; returns the token of the next.
  template <class Request>
  absl::StatusOr<std::string> List(const Context& context, rpc::Call& call, const Request& request,
                                   google::protobuf::RepeatedPtrField<T>& page) const {
    ProposalQuery query;
    ASSIGN_OR_RETURN(const int size, PageSize(request.page_size()));
    ASSIGN_OR_RETURN(query.region, ScopeOf(call, request.region()));
    const PageScope scope{call.method(), query.region, "", "", "", "", PrincipalScope(call)};
    if (!request.page_token().empty()) {
      ASSIGN_OR_RETURN(const PagePosition position, context.tokens.Decode(scope, request.page_token()));
      query.after = position.id;
    }
    query.limit = size + 1;
    ASSIGN_OR_RETURN(std::vector<ProposalRow> rows, store.List(call.session(), query));
    const bool more = rows.size() > static_cast<size_t>(size);
    if (more) rows.pop_back();
    for (const ProposalRow& row : rows) page.Add()->ParseFromString(row.body);
    return more ? context.tokens.Encode(scope, {{}, rows.back().id}) : std::string();
  }

  const ProposalStore store;

 private:
  const google::protobuf::FieldDescriptor* Details() const { return T::descriptor()->FindFieldByNumber(details_); }

  const std::string prefix_, type_;
  const int details_;
  absl::Status (*const not_found_)(std::string_view name);
};

}  // namespace yaoshi::preapproval
