// What a table file may cost. Every limit has an error that names it.
#pragma once

#include <cstddef>
#include <cstdint>

namespace yaoshi::sheet {

struct Limits {
  // The file as uploaded. A ledger of 100 000 rows × 40 columns is about 25 MiB.
  std::int64_t file_bytes = std::int64_t{64} << 20;
  // Inflated bytes of one part and of all parts read, counted while inflating; the same ledger has about 350 MiB.
  std::int64_t part_bytes = std::int64_t{768} << 20;
  std::int64_t total_bytes = std::int64_t{1} << 30;
  // Inflated : compressed of one part, looked at from `ratio_grace_bytes` on. Sheets reach 60; deflate's end is 1032.
  std::int64_t ratio = 200;
  std::int64_t ratio_grace_bytes = std::int64_t{8} << 20;
  // Texts of all cells after shared strings are put in: a small file can name one long string a million times.
  std::int64_t text_bytes = std::int64_t{1} << 30;
  // Parts of the package. A workbook of 100 sheets with pictures has a few hundred.
  std::int64_t parts = 10'000;
  // Rows with at least one filled cell, headings included.
  std::uint32_t rows = 200'000;
  std::size_t columns = 256;
  // Excel's own limit of one cell.
  std::size_t cell_characters = 32'767;
  // Shared strings above this go to an unlinked temporary file.
  std::size_t shared_string_memory_bytes = std::size_t{16} << 20;
};

// Hard limits of the format.
inline constexpr std::uint32_t kMaxSheetRows = 1'048'576;
inline constexpr std::size_t kMaxSheetColumns = 16'384;

}  // namespace yaoshi::sheet
