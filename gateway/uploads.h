// Takes files in: streams the body to the registry in pieces, whatever its size, with a few hundred KiB of memory.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "gateway/local_call.h"

namespace yaoshi::gateway {

struct UploadOptions {
  uint64_t max_bytes = 64ull << 20;
};

class Uploads {
 public:
  // `files` is the channel to the registry; `fresh_id` makes request ids.
  Uploads(UploadOptions options, std::shared_ptr<rpc::Channel> files, std::function<std::string()> fresh_id)
      : options_(options), files_(std::move(files)), fresh_id_(std::move(fresh_id)) {}

  // Answers with the finished file.
  void Upload(LocalCall call);

 private:
  const UploadOptions options_;
  const std::shared_ptr<rpc::Channel> files_;
  const std::function<std::string()> fresh_id_;
};

}  // namespace yaoshi::gateway
