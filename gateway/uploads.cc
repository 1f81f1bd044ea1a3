#include "gateway/uploads.h"

#include <sodium.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/escaping.h"
#include "common/status/status.h"
#include "fmt/format.h"
#include "gateway/http/multipart.h"
#include "gateway/http/task.h"
#include "yaoshi/gateway/v1/upload.pb.h"
#include "yaoshi/registry/v1/file.pb.h"

namespace yaoshi::gateway {
namespace {

namespace registry = yaoshi::registry::v1;

constexpr size_t kPieceBytes = size_t{512} * 1024;  // As FileService.WriteFile takes.
constexpr std::string_view kService = "/yaoshi.registry.v1.FileService/";

absl::Status TooLarge(uint64_t max) {
  return Error(absl::StatusCode::kInvalidArgument, "FILE_TOO_LARGE",
               fmt::format("The file is larger than {} bytes. Split it, or leave out what is not needed.", max),
               {{"limit", std::to_string(max)}});
}

// SHA-256 of what passes by.
class Hash {
 public:
  Hash() { crypto_hash_sha256_init(&state_); }
  void Add(std::string_view data) {
    crypto_hash_sha256_update(&state_, reinterpret_cast<const unsigned char*>(data.data()), data.size());
  }
  std::string Hex() {
    std::string digest(crypto_hash_sha256_BYTES, '\0');
    crypto_hash_sha256_final(&state_, reinterpret_cast<unsigned char*>(digest.data()));
    return std::string(absl::BytesToHexString(digest));
  }

 private:
  crypto_hash_sha256_state state_;
};

// One upload in progress.
class Transfer {
 public:
  Transfer(LocalCall call, uint64_t max_bytes, std::shared_ptr<rpc::Channel> files, std::string request_id)
      : call_(std::move(call)), max_bytes_(max_bytes), files_(std::move(files)), request_id_(std::move(request_id)) {}

  const std::shared_ptr<Exchange>& exchange() const { return call_.exchange; }
  void Done(absl::StatusOr<std::string> answer) { call_.done(std::move(answer)); }

  // What can be refused before a byte is read.
  absl::Status Begin() {
    v1::UploadFileRequest request;
    request.ParseFromString(call_.request);
    filename_ = request.filename();
    const HttpRequest& http = call_.exchange->request();
    const std::string_view type = http.Header("content-type");
    if (type.starts_with("multipart/form-data")) {
      ASSIGN_OR_RETURN(form_, MultipartReader::ForContentType(type));
    } else if (filename_.empty()) {
      return InvalidFields({{"filename", "must be set: the name to keep the file under, as query parameter"}});
    }
    constexpr uint64_t kFormOverhead = 8192;
    if (http.content_length.value_or(0) > max_bytes_ + (form_.has_value() ? kFormOverhead : 0))
      return TooLarge(max_bytes_);
    if (!form_.has_value()) declared_ = http.content_length.value_or(0);
    return absl::OkStatus();
  }

  // Takes a piece of the body; an empty one is its end.
  absl::Status Take(const std::string& piece) {
    const size_t before = pending_.size();
    ended_ = piece.empty();
    if (!form_.has_value()) {
      pending_ += piece;
    } else if (ended_) {
      RETURN_IF_ERROR(form_->Finish());
    } else {
      RETURN_IF_ERROR(form_->Feed(piece, pending_));
    }
    hash_.Add(std::string_view(pending_).substr(before));
    total_ += pending_.size() - before;
    if (total_ > max_bytes_) return TooLarge(max_bytes_);
    if (ended_ && total_ == 0) return InvalidFields({{"file", "must not be empty"}});
    return absl::OkStatus();
  }

  bool ended() const { return ended_; }
  bool created() const { return !file_.name().empty(); }
  bool HasPiece() const { return pending_.size() >= kPieceBytes || (ended_ && !pending_.empty()); }

  // The three calls, each followed by Accept with its reply.
  void Create(std::function<void(rpc::Reply)> done) {
    registry::CreateFileRequest request;
    request.set_filename(filename_.empty() && form_.has_value() ? form_->filename() : filename_);
    request.set_size_bytes(static_cast<int64_t>(declared_));
    request.set_request_id(request_id_);
    Send("CreateFile", request, std::move(done));
  }
  void Write(std::function<void(rpc::Reply)> done) {
    registry::WriteFileRequest request;
    const size_t size = std::min(pending_.size(), kPieceBytes);
    request.set_name(file_.name());
    request.set_offset_bytes(offset_);
    request.set_data(pending_.substr(0, size));
    pending_.erase(0, size);
    offset_ += static_cast<int64_t>(size);
    Send("WriteFile", request, std::move(done));
  }
  void FinishFile(std::function<void(rpc::Reply)> done) {
    registry::FinishFileRequest request;
    request.set_name(file_.name());
    request.set_sha256(hash_.Hex());
    Send("FinishFile", request, std::move(done));
  }
  absl::Status Accept(const rpc::Reply& reply) {
    if (!reply.status.ok()) return reply.status;
    if (!file_.ParseFromString(reply.bytes) || file_.name().empty()) return absl::InternalError("no file came back");
    return absl::OkStatus();
  }

 private:
  void Send(std::string_view method, const google::protobuf::Message& request, std::function<void(rpc::Reply)> done) {
    files_->CallBytes(std::string(kService) + std::string(method), request.SerializeAsString(), call_.options,
                      std::move(done));
  }

  LocalCall call_;
  const uint64_t max_bytes_;
  const std::shared_ptr<rpc::Channel> files_;
  const std::string request_id_;
  std::string filename_;
  std::optional<MultipartReader> form_;
  uint64_t declared_ = 0;
  uint64_t total_ = 0;
  int64_t offset_ = 0;
  std::string pending_;  // Read and not yet written: at most two pieces.
  Hash hash_;
  registry::File file_;
  bool ended_ = false;
};

using Reading = Callback<absl::StatusOr<std::string>>;
using Calling = Callback<rpc::Reply>;

Detached Run(std::shared_ptr<Transfer> transfer) {
  absl::Status status = transfer->Begin();
  while (status.ok() && !transfer->ended()) {
    Reading reading([&](auto done) { transfer->exchange()->ReadBody(kPieceBytes, std::move(done)); });
    absl::StatusOr<std::string> piece = co_await reading;
    if (!piece.ok()) co_return;  // The client is gone; the registry drops unfinished files.
    status = transfer->Take(*piece);
    if (status.ok() && transfer->HasPiece() && !transfer->created()) {
      Calling creating([&](auto done) { transfer->Create(std::move(done)); });
      const rpc::Reply reply = co_await creating;
      status = transfer->Accept(reply);
    }
    while (status.ok() && transfer->HasPiece()) {
      Calling writing([&](auto done) { transfer->Write(std::move(done)); });
      const rpc::Reply reply = co_await writing;
      status = transfer->Accept(reply);
    }
  }
  if (!status.ok()) {
    transfer->Done(status);
    co_return;
  }
  Calling finishing([&](auto done) { transfer->FinishFile(std::move(done)); });
  const rpc::Reply reply = co_await finishing;
  if (reply.status.ok()) {
    transfer->Done(reply.bytes);
  } else {
    transfer->Done(reply.status);
  }
}

}  // namespace

void Uploads::Upload(LocalCall call) {
  Run(std::make_shared<Transfer>(std::move(call), options_.max_bytes, files_, fresh_id_()));
}

}  // namespace yaoshi::gateway
