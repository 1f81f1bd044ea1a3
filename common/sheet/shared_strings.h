// The shared strings of a workbook, by number: in memory while small, else in an unlinked temporary file.
#pragma once

#include <array>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/sheet/limits.h"
#include "common/sheet/package.h"

namespace yaoshi::sheet {

class SharedStrings {
 public:
  // Above `memory_bytes` the strings go to a file in `temp_directory` that has no name, so it leaves with the process.
  SharedStrings(std::size_t memory_bytes, std::string temp_directory)
      : memory_bytes_(memory_bytes), temp_directory_(std::move(temp_directory)) {}

  // Reads the part: rich text is joined, phonetic runs are left out. Texts beyond the limit of a cell, and texts that
  // are not UTF-8, are kept as broken: whoever reads a cell that uses one gets the error with the cell's name.
  absl::Status Read(Package& package, const std::string& part, const Limits& limits);

  enum class Quality { kGood, kBadUtf8, kTooLong };
  struct Entry {
    std::string text;
    Quality quality = Quality::kGood;
  };
  absl::Status Add(std::string_view text, Quality quality);
  std::uint32_t size() const { return count_; }
  // `index` must be below size().
  absl::Status Get(std::uint32_t index, Entry& entry);

 private:
  // One string in so many has its place remembered; reading one skips over at most 15 others.
  static constexpr std::uint32_t kStride = 16;
  static constexpr std::size_t kPageBytes = std::size_t{16} << 10;
  static constexpr std::size_t kPages = 128;
  struct Page {
    std::int64_t number = -1;
    std::size_t size = 0;
    std::vector<char> bytes;
  };
  struct CloseFile {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };

  absl::Status Spill();
  absl::Status Flush();
  // Copies `size` bytes from position `at`.
  absl::Status Copy(std::uint64_t at, char* to, std::size_t size);
  absl::StatusOr<const Page*> LoadPage(std::int64_t number);

  std::size_t memory_bytes_;
  std::string temp_directory_;
  std::uint32_t count_ = 0;
  std::uint64_t bytes_ = 0;
  std::vector<std::uint64_t> places_;
  // All strings while in memory; what waits to be written once there is a file.
  std::string tail_;
  std::unique_ptr<std::FILE, CloseFile> file_;
  std::array<Page, kPages> pages_;
};

}  // namespace yaoshi::sheet
