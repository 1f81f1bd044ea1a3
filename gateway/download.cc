#include "gateway/download.h"

#include <deque>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "gateway/http/reply.h"
#include "google/api/httpbody.pb.h"
#include "google/protobuf/wrappers.pb.h"

namespace yaoshi::gateway {
namespace {

// The service is asked to wait when so many pieces wait for the client.
constexpr size_t kMostWaiting = 4;

class Transfer : public std::enable_shared_from_this<Transfer> {
 public:
  Transfer(const Api& api, std::shared_ptr<Exchange> exchange, std::function<void(int, const absl::Status&)> answered)
      : api_(api), exchange_(std::move(exchange)), answered_(std::move(answered)) {}

  void OnMessage(const std::string& bytes) ABSL_LOCKS_EXCLUDED(mutex_) {
    google::api::HttpBody body;
    const bool parsed = body.ParseFromString(bytes);
    {
      const absl::MutexLock lock(&mutex_);
      if (!parsed) {
        if (handle_ != nullptr) handle_->Cancel();
        return;
      }
      if (!started_) Start(body);
      if (!body.data().empty()) waiting_.push_back(std::move(*body.mutable_data()));
      if (waiting_.size() >= kMostWaiting && handle_ != nullptr) handle_->Pause();
    }
    Advance();
  }

  void OnDone(absl::Status status) ABSL_LOCKS_EXCLUDED(mutex_) {
    {
      const absl::MutexLock lock(&mutex_);
      ended_ = true;
      status_ = std::move(status);
    }
    Advance();
  }

  void SetHandle(std::shared_ptr<rpc::CallHandle> handle) ABSL_LOCKS_EXCLUDED(mutex_) {
    const absl::MutexLock lock(&mutex_);
    if (!ended_) handle_ = std::move(handle);
  }

 private:
  void Start(const google::api::HttpBody& body) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    started_ = true;
    HttpReply head;
    head.headers.emplace_back("Content-Type",
                              body.content_type().empty() ? "application/octet-stream" : body.content_type());
    google::protobuf::StringValue name;
    std::string file_name;
    if (body.extensions_size() > 0 && body.extensions(0).UnpackTo(&name)) file_name = name.value();
    head.headers.emplace_back("Content-Disposition", ContentDisposition(file_name.empty() ? "download" : file_name));
    exchange_->StartStream(std::move(head));
  }

  // Writes the next piece, whose end calls this again; finishes after the last one.
  void Advance() ABSL_LOCKS_EXCLUDED(mutex_) {
    std::string piece;
    {
      const absl::MutexLock lock(&mutex_);
      if (writing_ || finished_ || (waiting_.empty() && !ended_)) return;
      if (waiting_.empty()) {
        finished_ = true;
        handle_.reset();
      } else {
        writing_ = true;
        piece = std::move(waiting_.front());
        waiting_.pop_front();
      }
    }
    // Outside of the lock: when the client is gone the callback runs at once.
    if (piece.empty()) return Finish();
    exchange_->WritePiece(std::move(piece), [self = shared_from_this()](bool ok) { self->Written(ok); });
  }

  void Written(bool ok) ABSL_LOCKS_EXCLUDED(mutex_) {
    std::shared_ptr<rpc::CallHandle> resume;
    {
      const absl::MutexLock lock(&mutex_);
      writing_ = false;
      if (!ok) waiting_.clear();
      if (!ok && handle_ != nullptr) handle_->Cancel();
      if (waiting_.size() < kMostWaiting) resume = handle_;
    }
    if (resume != nullptr) resume->Resume();
    Advance();
  }

  // Runs once, after the last piece.
  void Finish() ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::Status status;
    bool started = false;
    {
      const absl::MutexLock lock(&mutex_);
      status = status_;
      started = started_;
    }
    if (started) {
      exchange_->FinishStream(status.ok());
      return answered_(200, status);
    }
    if (status.ok()) status = absl::InternalError("an empty stream");
    HttpReply reply = ErrorReply(api_, status);
    const int http_status = reply.status;
    exchange_->Reply(std::move(reply));
    answered_(http_status, status);
  }

  const Api& api_;
  const std::shared_ptr<Exchange> exchange_;
  const std::function<void(int, const absl::Status&)> answered_;
  absl::Mutex mutex_;
  std::shared_ptr<rpc::CallHandle> handle_ ABSL_GUARDED_BY(mutex_);
  std::deque<std::string> waiting_ ABSL_GUARDED_BY(mutex_);
  absl::Status status_ ABSL_GUARDED_BY(mutex_);
  bool started_ ABSL_GUARDED_BY(mutex_) = false;
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
  bool finished_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace

void Download(const Api& api, const Route& route, rpc::Channel& channel, std::string request,
              const rpc::CallOptions& options, std::shared_ptr<Exchange> exchange,
              std::function<void(int, const absl::Status&)> answered) {
  auto transfer = std::make_shared<Transfer>(api, std::move(exchange), std::move(answered));
  transfer->SetHandle(channel.ReadStream(
      route.rpc_path, std::move(request), options, [transfer](const std::string& bytes) { transfer->OnMessage(bytes); },
      [transfer](absl::Status status) { transfer->OnDone(std::move(status)); }));
}

}  // namespace yaoshi::gateway
