#include "common/sheet/package.h"

#include <zip.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "common/sheet/errors.h"
#include "common/status/status.h"

namespace yaoshi::sheet {
namespace {

constexpr std::string_view kSaveAgain = "Open it in Excel or WPS, save it as .xlsx and upload that.";

absl::Status OpenFailed(int code) {
  if (code == ZIP_ER_NOZIP || code == ZIP_ER_INCONS || code == ZIP_ER_EOF || code == ZIP_ER_MULTIDISK) {
    return NotAWorkbook("its zip directory is missing or cut off", "Upload it again; if that fails, save it anew.");
  }
  zip_error_t error;
  zip_error_init_with_code(&error, code);
  const int system = zip_error_code_system(&error);
  zip_error_fini(&error);
  return FileFailed("read", system);
}

bool IsEncryption(int code) {
  return code == ZIP_ER_NOPASSWD || code == ZIP_ER_WRONGPASSWD || code == ZIP_ER_ENCRNOTSUPP;
}

absl::Status ReadFailed(std::string_view part, zip_error_t* error) {
  if (IsEncryption(zip_error_code_zip(error))) {
    return EncryptedWorkbook();
  }
  return DamagedPart(part, "it does not unpack (" + std::string(zip_error_strerror(error)) + ")");
}

bool IsMacroPart(const std::string& lower) {
  return absl::EndsWith(lower, "vbaproject.bin") || absl::StartsWith(lower, "xl/macrosheets/");
}

}  // namespace

PartStream::~PartStream() {
  zip_fclose(file_);
}

absl::Status PartStream::CheckLimits() const {
  const Limits& limits = package_.limits_;
  if (inflated_bytes_ > limits.part_bytes) {
    return WorkbookTooLargeInside(name_, "bytes", limits.part_bytes);
  }
  if (package_.inflated_bytes_ > limits.total_bytes) {
    return WorkbookTooLargeInside(name_, "bytes in all parts", limits.total_bytes);
  }
  if (inflated_bytes_ > limits.ratio_grace_bytes && inflated_bytes_ / compressed_bytes_ >= limits.ratio) {
    return WorkbookTooLargeInside(name_, "times its packed size", limits.ratio);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::size_t> PartStream::Read(char* to, std::size_t size) {
  const zip_int64_t got = zip_fread(file_, to, size);
  if (got < 0) {
    return ReadFailed(name_, zip_file_get_error(file_));
  }
  inflated_bytes_ += got;
  package_.inflated_bytes_ += got;
  RETURN_IF_ERROR(CheckLimits());
  return static_cast<std::size_t>(got);
}

absl::StatusOr<std::unique_ptr<Package>> Package::Open(const std::string& path, const Limits& limits) {
  int code = 0;
  zip_t* archive = zip_open(path.c_str(), ZIP_RDONLY, &code);
  if (archive == nullptr) {
    return OpenFailed(code);
  }
  std::error_code ignored;
  const auto bytes = static_cast<std::int64_t>(std::filesystem::file_size(path, ignored));
  std::unique_ptr<Package> package(new Package(archive, bytes, limits));
  RETURN_IF_ERROR(package->CheckEntries());
  return package;
}

Package::~Package() {
  zip_discard(archive_);
}

absl::Status Package::CheckEntries() const {
  const zip_int64_t count = zip_get_num_entries(archive_, 0);
  if (count > limits_.parts) {
    return WorkbookTooLargeInside("[Content_Types].xml", "parts", limits_.parts);
  }
  absl::flat_hash_set<std::string> names;
  for (zip_int64_t i = 0; i < count; ++i) {
    zip_stat_t entry;
    if (zip_stat_index(archive_, static_cast<zip_uint64_t>(i), ZIP_FL_ENC_RAW, &entry) != 0) {
      return NotAWorkbook("its zip directory cannot be read", kSaveAgain);
    }
    if ((entry.valid & ZIP_STAT_ENCRYPTION_METHOD) != 0 && entry.encryption_method != ZIP_EM_NONE) {
      return EncryptedWorkbook();
    }
    const std::string lower = absl::AsciiStrToLower(entry.name);
    if (IsMacroPart(lower)) {
      return MacroWorkbook(entry.name);
    }
    if (!names.insert(lower).second) {
      return DamagedPart(entry.name, "the package has it twice");
    }
  }
  return absl::OkStatus();
}

bool Package::Has(const std::string& name) const {
  return zip_name_locate(archive_, name.c_str(), ZIP_FL_NOCASE) >= 0;
}

absl::StatusOr<std::unique_ptr<PartStream>> Package::OpenPart(const std::string& name) {
  const zip_int64_t index = zip_name_locate(archive_, name.c_str(), ZIP_FL_NOCASE);
  if (index < 0) {
    return DamagedPart(name, "it is missing");
  }
  zip_stat_t entry;
  zip_file_t* file = zip_stat_index(archive_, static_cast<zip_uint64_t>(index), 0, &entry) == 0
                         ? zip_fopen_index(archive_, static_cast<zip_uint64_t>(index), 0)
                         : nullptr;
  if (file == nullptr) {
    return ReadFailed(name, zip_get_error(archive_));
  }
  const auto stated = static_cast<std::int64_t>(entry.comp_size);
  const std::int64_t compressed = std::clamp<std::int64_t>(stated, 1, std::max<std::int64_t>(file_bytes_, 1));
  return std::unique_ptr<PartStream>(new PartStream(*this, name, file, compressed));
}

}  // namespace yaoshi::sheet
