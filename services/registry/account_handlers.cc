#include "services/registry/account_handlers.h"

#include "common/auth/password.h"
#include "services/registry/directory_errors.h"
#include "services/registry/store/account_store.h"
#include "services/registry/store/directory.h"
#include "services/registry/store/region_store.h"

namespace yaoshi::registry {
namespace {

using resource::Draft;
using resource::Finding;

// The operator's accounts are the operator's alone: who could make or take over one would have its reach.
absl::Status CheckGrant(const Draft& draft) {
  if (draft.call.principal().role == auth::Role::kOperator) return absl::OkStatus();
  const auto is_operator = [](const google::protobuf::Message* account) {
    return account != nullptr && static_cast<const v1::Account*>(account)->role() == v1::Account::OPERATOR;
  };
  const bool denied = is_operator(draft.before) || is_operator(&draft.after);
  return denied ? RoleNotGranted(auth::RoleName(auth::Role::kOperator)) : absl::OkStatus();
}

// Nobody locks themselves out, or changes what they are.
void CheckOwnAccount(const Draft& draft, std::vector<Finding>& findings) {
  const auto& after = static_cast<const v1::Account&>(draft.after);
  if (draft.before == nullptr || after.name() != "accounts/" + draft.call.principal().account) return;
  const auto& before = static_cast<const v1::Account&>(*draft.before);
  if (after.disabled()) findings.push_back(Wrong("disabled", "is your own account; let somebody else disable it."));
  if (after.role() != before.role()) {
    findings.push_back(Wrong("role", "is that of your own account; let somebody else change it."));
  }
}

absl::StatusOr<std::vector<Finding>> Check(Draft& draft) {
  RETURN_IF_ERROR(CheckGrant(draft));
  const auto& account = static_cast<const v1::Account&>(draft.after);
  std::vector<Finding> findings;
  if (auth::RoleFromName(v1::Account::Role_Name(account.role())).value_or(auth::Role::kNone) == auth::Role::kNone) {
    findings.push_back(Wrong("role", "is no role of this version."));
  }
  ASSIGN_OR_RETURN(const auto organization, LoadOrganization(draft.tx.session(), account.organization()));
  if (!organization.has_value()) findings.push_back(UnknownOrganization("organization", account.organization()));
  ASSIGN_OR_RETURN(const std::string unit, UnitOfRegion(draft.tx.session(), account.region()));
  if (unit.empty()) findings.push_back(UnknownRegion("region", account.region()));
  CheckOwnAccount(draft, findings);
  return findings;
}

resource::Spec MakeSpec() {
  resource::Spec spec;
  spec.type = "account";
  spec.collection = "accounts";
  spec.path = "account";
  spec.prototype = &v1::Account::default_instance();
  spec.not_found = AccountNotFound;
  spec.exists = AccountExists;
  spec.filter_fields = {"role", "region", "title", "disabled"};
  spec.searched = {"title"};
  spec.check = Check;
  return spec;
}

// The hash of a request without its password: a hash of the password that is fast to try must not lie in the database.
template <class Request>
std::string HashWithoutPassword(Request request) {
  request.clear_password();
  return feed::Sha256(request.SerializeAsString());
}

}  // namespace

AccountHandlers::AccountHandlers(const DirectoryContext& context)
    : accounts_(MakeSpec(), context.memory, context.writer, context.tokens) {}

absl::StatusOr<rpc::Bytes> AccountHandlers::Create(rpc::Call& call, const v1::CreateAccountRequest& request) {
  ASSIGN_OR_RETURN(const std::string hash, auth::HashPassword(request.password()));
  return accounts_.Create(call, request.account_id(), request.account(),
                          {.request_hash = HashWithoutPassword(request), .write = [&](Draft& draft) {
                             const auto& account = static_cast<const v1::Account&>(draft.after);
                             return SavePasswordHash(draft.tx.session(), account.name(), hash, draft.tx.now());
                           }});
}

absl::StatusOr<google::protobuf::Empty> AccountHandlers::SetPassword(rpc::Call& call,
                                                                     const v1::SetPasswordRequest& request) {
  ASSIGN_OR_RETURN(const std::string hash, auth::HashPassword(request.password()));
  RETURN_IF_ERROR(accounts_.Touch(call, request.name(), HashWithoutPassword(request), [&](Draft& draft) {
    const absl::Status granted = CheckGrant(draft);
    return granted.ok() ? SavePasswordHash(draft.tx.session(), request.name(), hash, draft.tx.now()) : granted;
  }));
  return google::protobuf::Empty();
}

absl::StatusOr<v1::Account> AccountHandlers::LoadEnabled(rpc::Call& call, const std::string& name) const {
  ASSIGN_OR_RETURN(const auto stored, accounts_.Load(call.session(), name));
  v1::Account account;
  if (!stored.has_value() || !account.ParseFromString(stored->body) || account.disabled()) return WrongCredentials();
  return account;
}

absl::StatusOr<v1::Account> AccountHandlers::Authenticate(rpc::Call& call, const v1::AuthenticateRequest& request) {
  const std::string name = "accounts/" + request.account();
  ASSIGN_OR_RETURN(const std::string hash, LoadPasswordHash(call.session(), name));
  absl::StatusOr<v1::Account> account = LoadEnabled(call, name);
  // Every cause does the same work, so that the time it takes tells nothing.
  const bool right =
      hash.empty() ? auth::VerifyAgainstNobody(request.password()) : auth::VerifyPassword(hash, request.password());
  return right ? std::move(account) : absl::StatusOr<v1::Account>(WrongCredentials());
}

absl::StatusOr<v1::Account> AccountHandlers::CheckAccount(rpc::Call& call, const v1::CheckAccountRequest& request) {
  const std::string name = "accounts/" + request.account();
  if (!request.sign_in_time().empty()) {
    ASSIGN_OR_RETURN(const Timestamp signed_in, Timestamp::Parse(request.sign_in_time()));
    ASSIGN_OR_RETURN(const Timestamp set, LoadPasswordTime(call.session(), name));
    if (set > signed_in) return WrongCredentials();  // Who knew only the old password is out.
  }
  return LoadEnabled(call, name);
}

rpc::BoundService AccountHandlers::Bind() {
  rpc::ServiceBuilder builder(v1::Account::descriptor()->file()->FindServiceByName("AccountService"));
  builder.Memory("GetAccount", [this](rpc::Call& call, const v1::GetAccountRequest& request) {
    return accounts_.Get(call, request.name());
  });
  builder.Memory("ListAccounts", [this](rpc::Call& call, const v1::ListAccountsRequest& request) {
    return accounts_.List(call, {request.page_size(), request.page_token(), request.filter()});
  });
  builder.Database("UpdateAccount", [this](rpc::Call& call, const v1::UpdateAccountRequest& request) {
    return accounts_.Update(call, request.account(), {.update_mask = request.update_mask()});
  });
  builder.Database("CreateAccount", this, &AccountHandlers::Create);
  builder.Database("SetPassword", this, &AccountHandlers::SetPassword);
  builder.Database("Authenticate", this, &AccountHandlers::Authenticate);
  builder.Database("CheckAccount", this, &AccountHandlers::CheckAccount);
  return builder.Finish();
}

}  // namespace yaoshi::registry
