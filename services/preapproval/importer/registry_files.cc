#include "services/preapproval/importer/registry_files.h"

#include <cerrno>
#include <cstdio>

#include "absl/strings/escaping.h"
#include "absl/synchronization/notification.h"
#include "common/feed/change_set.h"
#include "common/sheet/errors.h"
#include "common/status/status.h"
#include "google/api/httpbody.pb.h"
#include "google/protobuf/wrappers.pb.h"
#include "services/preapproval/errors.h"
#include "yaoshi/registry/v1/file.pb.h"

namespace yaoshi::preapproval {
namespace {

namespace files = ::yaoshi::registry::v1;

constexpr std::string_view kService = "/yaoshi.registry.v1.FileService/";
constexpr std::chrono::seconds kPieceTimeout{20};
constexpr std::chrono::seconds kWholeTimeout{60};
constexpr size_t kPieceBytes = 512 << 10;  // What FileService takes at once.

std::string Path(std::string_view method) {
  return std::string(kService) + std::string(method);
}

// The registry that does not answer is named; what it answers is passed on.
absl::Status Told(const absl::Status& status) {
  const bool answered = status.ok() || (!ReasonOf(status).empty() && !absl::IsUnavailable(status));
  return answered ? status : RegistryUnavailable();
}

// Pieces of a stream on their way to a file. Used by one thread at a time.
struct Arrival {
  std::FILE* out = nullptr;
  std::string filename;
  absl::Status written, ended;
  absl::Notification done;

  void Take(const std::string& bytes) {
    google::api::HttpBody body;
    if (!written.ok() || !body.ParseFromString(bytes)) return;
    google::protobuf::StringValue name;
    if (body.extensions_size() > 0 && body.extensions(0).UnpackTo(&name)) filename = name.value();
    const bool whole = std::fwrite(body.data().data(), 1, body.data().size(), out) == body.data().size();
    if (!whole) written = sheet::FileFailed("write", errno);
  }
};

}  // namespace

rpc::CallOptions RegistryFiles::OptionsFor(const auth::Principal& who, std::chrono::milliseconds timeout) const {
  rpc::CallOptions options;
  options.token = token_(who);
  options.timeout = timeout;
  return options;
}

absl::Status RegistryFiles::CheckFinished(const auth::Principal& who, const std::string& name,
                                          std::chrono::milliseconds timeout) const {
  if (registry_ == nullptr) return RegistryUnavailable();
  files::GetFileRequest request;
  request.set_name(name);
  const auto file = registry_->Call<files::File>(Path("GetFile"), request, OptionsFor(who, timeout));
  if (!file.ok()) return Told(file.status());
  return file->finished() ? absl::OkStatus() : FileNotFinished(name);
}

absl::StatusOr<std::string> RegistryFiles::Download(const auth::Principal& who, const std::string& name,
                                                    const std::string& path) const {
  if (registry_ == nullptr) return RegistryUnavailable();
  files::DownloadFileRequest request;
  request.set_name(name);
  Arrival arrival;
  arrival.out = std::fopen(path.c_str(), "wbe");
  if (arrival.out == nullptr) return sheet::FileFailed("write", errno);
  const auto stream = registry_->ReadStream(
      Path("DownloadFile"), request.SerializeAsString(), OptionsFor(who, kWholeTimeout),
      [&](const std::string& bytes) { arrival.Take(bytes); },
      [&](absl::Status status) {
        arrival.ended = std::move(status);
        arrival.done.Notify();
      });
  arrival.done.WaitForNotification();
  if (std::fclose(arrival.out) != 0 && arrival.written.ok()) arrival.written = sheet::FileFailed("write", errno);
  RETURN_IF_ERROR(Told(arrival.ended));
  RETURN_IF_ERROR(arrival.written);
  return std::move(arrival.filename);
}

absl::StatusOr<std::string> RegistryFiles::Upload(const auth::Principal& who, const std::string& filename,
                                                  const std::string& bytes) const {
  if (registry_ == nullptr) return RegistryUnavailable();
  files::CreateFileRequest create;
  create.set_filename(filename);
  create.set_size_bytes(static_cast<int64_t>(bytes.size()));
  auto file = registry_->Call<files::File>(Path("CreateFile"), create, OptionsFor(who, kPieceTimeout));
  if (!file.ok()) return Told(file.status());
  for (size_t begin = 0; begin < bytes.size(); begin += kPieceBytes) {
    files::WriteFileRequest write;
    write.set_name(file->name());
    write.set_offset_bytes(static_cast<int64_t>(begin));
    write.set_data(bytes.substr(begin, kPieceBytes));
    RETURN_IF_ERROR(
        Told(registry_->Call<files::File>(Path("WriteFile"), write, OptionsFor(who, kPieceTimeout)).status()));
  }
  files::FinishFileRequest finish;
  finish.set_name(file->name());
  finish.set_sha256(absl::BytesToHexString(feed::Sha256(bytes)));
  RETURN_IF_ERROR(
      Told(registry_->Call<files::File>(Path("FinishFile"), finish, OptionsFor(who, kPieceTimeout)).status()));
  return file->name();
}

}  // namespace yaoshi::preapproval
