#include "gateway/static_files.h"

#include <filesystem>
#include <fstream>
#include <iterator>

#include "absl/strings/match.h"
#include "fmt/format.h"
#include "gateway/http/gzip.h"

namespace yaoshi::gateway {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMaxFolderBytes = size_t{64} << 20;  // Some ten times of what a portal has.
constexpr std::string_view kIndex = "/index.html";
constexpr std::string_view kAssets = "/assets/";
constexpr std::string_view kPacked = ".gz";  // Beside a file: the same, compressed when the portal was built.

// Everything comes from here; no script and no style stands in a page, and none is made out of text.
constexpr std::string_view kPortalPolicy =
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

constexpr std::pair<std::string_view, std::string_view> kTypes[] = {
    {".css", "text/css; charset=utf-8"},
    {".html", "text/html; charset=utf-8"},
    {".ico", "image/x-icon"},
    {".js", "text/javascript; charset=utf-8"},
    {".json", "application/json; charset=utf-8"},
    {".geojson", "application/geo+json"},
    {".map", "application/json; charset=utf-8"},
    {".png", "image/png"},
    {".svg", "image/svg+xml"},
    {".txt", "text/plain; charset=utf-8"},
    {".webmanifest", "application/manifest+json"},
    {".woff2", "font/woff2"},
};

std::string TypeOf(const fs::path& path) {
  for (const auto& [extension, type] : kTypes) {
    if (path.extension() == extension) return std::string(type);
  }
  return "application/octet-stream";
}

bool Read(const fs::path& path, std::string& bytes) {
  std::ifstream stream(path, std::ios::binary);
  bytes.assign(std::istreambuf_iterator<char>(stream), {});
  return stream.is_open() && !stream.bad();
}

// What the gateway itself answers, and what a wrong address of the API must not hide behind a page.
bool IsOfTheApi(std::string_view path) {
  return path == "/v1" || path.starts_with("/v1/") || path == "/openapi.json" || path == "/healthz";
}

}  // namespace

absl::StatusOr<std::unique_ptr<StaticFiles>> StaticFiles::Load(const std::string& folder) {
  auto files = std::make_unique<StaticFiles>();
  std::error_code error;
  size_t total = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder, error)) {
    if (!entry.is_regular_file(error) || entry.is_symlink(error)) continue;
    const std::string path = "/" + entry.path().lexically_relative(folder).generic_string();
    if (absl::StrContains(path, "/.")) continue;  // Hidden: stamps and the like.
    if (entry.path().extension() == kPacked && fs::exists(fs::path(entry.path()).replace_extension(), error)) continue;
    std::string bytes;
    const bool read = Read(entry.path(), bytes);
    total += bytes.size();
    if (!read || total > kMaxFolderBytes) {
      return absl::FailedPreconditionError(fmt::format("{} cannot be read or is too large", path));
    }
    std::string packed;
    if (!Read(entry.path().string() + std::string(kPacked), packed)) packed = Gzip(bytes, kBestGzip);
    files->files_[path] = {Representation::Of(TypeOf(entry.path()), std::move(bytes), std::move(packed)),
                           path.starts_with(kAssets)};
  }
  if (error) return absl::FailedPreconditionError(fmt::format("{} cannot be read: {}", folder, error.message()));
  if (!files->files_.contains(kIndex)) {
    return absl::FailedPreconditionError(fmt::format("{} holds no index.html", folder));
  }
  return files;
}

std::optional<HttpReply> StaticFiles::Serve(const HttpRequest& request) const {
  if ((request.method != "GET" && request.method != "HEAD") || IsOfTheApi(request.path)) return std::nullopt;
  auto found = files_.find(request.path);
  if (found == files_.end() && request.path.starts_with(kAssets)) return std::nullopt;
  if (found == files_.end()) found = files_.find(kIndex);
  const File& file = found->second;
  HttpReply reply = file.kept.ReplyTo(request, file.immutable ? "public, max-age=31536000, immutable" : "no-cache");
  reply.headers.emplace_back("Content-Security-Policy", std::string(kPortalPolicy));
  reply.headers.emplace_back("Cross-Origin-Opener-Policy", "same-origin");
  return reply;
}

}  // namespace yaoshi::gateway
