// Workbooks lie with the registry: its FileService, called for the person who began the import.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "common/auth/principal.h"
#include "common/rpc/client.h"

namespace yaoshi::preapproval {

class RegistryFiles {
 public:
  // `token` signs for a person. A null channel is a registry that is not there.
  RegistryFiles(std::shared_ptr<rpc::Channel> registry, std::function<std::string(const auth::Principal&)> token)
      : registry_(std::move(registry)), token_(std::move(token)) {}

  // All block. Errors: what FileService answers, above all FILE_NOT_FOUND when the file is not this person's;
  // REGISTRY_UNAVAILABLE.

  // FILE_NOT_FINISHED.
  absl::Status CheckFinished(const auth::Principal& who, const std::string& name,
                             std::chrono::milliseconds timeout) const;
  // Writes the bytes to `path`; the name that the file was uploaded under. FILE_FAILED, STORAGE_FULL.
  absl::StatusOr<std::string> Download(const auth::Principal& who, const std::string& name,
                                       const std::string& path) const;
  // Keeps bytes as a finished file; its name.
  absl::StatusOr<std::string> Upload(const auth::Principal& who, const std::string& filename,
                                     const std::string& bytes) const;

 private:
  rpc::CallOptions OptionsFor(const auth::Principal& who, std::chrono::milliseconds timeout) const;

  const std::shared_ptr<rpc::Channel> registry_;
  const std::function<std::string(const auth::Principal&)> token_;
};

}  // namespace yaoshi::preapproval
