// The zip package of a workbook, inflated under limits that are counted while inflating and never taken from headers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "common/sheet/limits.h"

struct zip;
struct zip_file;

namespace yaoshi::sheet {

class Package;

// One part, inflated from its beginning. Must not outlive its package.
class PartStream {
 public:
  ~PartStream();
  PartStream(const PartStream&) = delete;
  PartStream& operator=(const PartStream&) = delete;

  const std::string& name() const { return name_; }
  // Up to `size` bytes into `to`; 0 at the end. Reasons WORKBOOK_TOO_LARGE_INSIDE, NOT_A_WORKBOOK (damaged).
  absl::StatusOr<std::size_t> Read(char* to, std::size_t size);

 private:
  friend class Package;
  PartStream(Package& package, std::string name, zip_file* file, std::int64_t compressed_bytes)
      : package_(package), name_(std::move(name)), file_(file), compressed_bytes_(compressed_bytes) {}
  absl::Status CheckLimits() const;

  Package& package_;
  std::string name_;
  zip_file* file_;
  std::int64_t compressed_bytes_;
  std::int64_t inflated_bytes_ = 0;
};

class Package {
 public:
  // Opens the file and refuses what is encrypted, carries macros, or is no package at all.
  static absl::StatusOr<std::unique_ptr<Package>> Open(const std::string& path, const Limits& limits);
  ~Package();
  Package(const Package&) = delete;
  Package& operator=(const Package&) = delete;

  // Names are compared without case, as the package format says.
  bool Has(const std::string& name) const;
  absl::StatusOr<std::unique_ptr<PartStream>> OpenPart(const std::string& name);
  // Bytes inflated so far, of all parts.
  std::int64_t inflated_bytes() const { return inflated_bytes_; }

 private:
  friend class PartStream;
  Package(zip* archive, std::int64_t file_bytes, const Limits& limits)
      : archive_(archive), file_bytes_(file_bytes), limits_(limits) {}
  absl::Status CheckEntries() const;

  zip* archive_;
  std::int64_t file_bytes_;
  Limits limits_;
  std::int64_t inflated_bytes_ = 0;
};

}  // namespace yaoshi::sheet
