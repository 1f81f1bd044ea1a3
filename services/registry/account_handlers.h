// AccountService: who may sign in, with which role and reach.
#pragma once

#include <string>

#include "common/resource/named_resource.h"
#include "google/protobuf/empty.pb.h"
#include "services/registry/directory_context.h"
#include "yaoshi/registry/v1/account.pb.h"

namespace yaoshi::registry {

class AccountHandlers {
 public:
  explicit AccountHandlers(const DirectoryContext& context);

  // This must outlive the server.
  rpc::BoundService Bind();

 private:
  absl::StatusOr<rpc::Bytes> Create(rpc::Call& call, const v1::CreateAccountRequest& request);
  absl::StatusOr<google::protobuf::Empty> SetPassword(rpc::Call& call, const v1::SetPasswordRequest& request);
  absl::StatusOr<v1::Account> Authenticate(rpc::Call& call, const v1::AuthenticateRequest& request);
  absl::StatusOr<v1::Account> CheckAccount(rpc::Call& call, const v1::CheckAccountRequest& request);
  // WRONG_CREDENTIALS when there is none or it is disabled.
  absl::StatusOr<v1::Account> LoadEnabled(rpc::Call& call, const std::string& name) const;

  const resource::NamedResource accounts_;
};

}  // namespace yaoshi::registry
