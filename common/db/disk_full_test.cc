// A disk that is full: writes are refused whole, the server lives, and all is well again when there is room.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/mount.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>

#include "common/db/db_testing.h"
#include "common/db/write.h"
#include "common/status/status.h"
#include "common/testing/private_mariadb.h"

namespace yaoshi::db {
namespace {

// A small file system of its own; not mounted where the process may not.
class SmallDisk {
 public:
  SmallDisk() {
    path_ = std::filesystem::temp_directory_path() / "yaoshi-disk-XXXXXX";
    mkdtemp(path_.data());
    mounted_ = mount("tmpfs", path_.c_str(), "tmpfs", 0, "size=32m") == 0;
    if (!mounted_) std::printf("No small disk here (%s): skipped.\n", std::strerror(errno));
  }
  ~SmallDisk() {
    if (mounted_) umount2(path_.c_str(), MNT_DETACH);
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
  }
  bool mounted() const { return mounted_; }
  const std::string& path() const { return path_; }
  // Leaves `bytes` free.
  void FillBut(std::uintmax_t bytes) {
    std::ofstream file(path_ + "/ballast");
    const std::string block(1 << 20, 'x');
    while (std::filesystem::space(path_).available > bytes) {
      file << block;
      file.flush();
    }
  }
  void Free() { std::filesystem::remove(path_ + "/ballast"); }

 private:
  std::string path_;
  bool mounted_ = false;
};

TEST(DiskFullTest, RefusesWritesWholeAndHeals) {
  SmallDisk disk;
  if (!disk.mounted()) GTEST_SKIP() << "the process may not mount a file system";
  InitDriver();
  testing::PrivateMariaDb server;
  Options options;
  options.socket = server.socket();
  options.user = "root";
  ASSERT_TRUE(Session(options).Run("CREATE DATABASE city").ok());
  options.schema = "city";
  Session session(options);
  ASSERT_TRUE(Migrate(session, kTestTables, SystemClock()).ok());
  // Only this table's file, and no large values: a server whose redo log, or whose rollback of a BLOB, finds no room
  // ends, which is the fault of other tests.
  ASSERT_TRUE(session
                  .Run(fmt::format("CREATE TABLE paper (id INT NOT NULL PRIMARY KEY, body VARBINARY(4000) NOT NULL) "
                                   "DATA DIRECTORY = '{}'",
                                   disk.path()))
                  .ok());
  ASSERT_TRUE(session.Execute("INSERT INTO bond (id, used_fen) VALUES (1, 0)").ok());
  disk.FillBut(8 << 20);

  constexpr int kSheets = 40;
  const auto file = [&](int id) {
    return RunWrite(
               session, Request(fmt::format("r{}", id)), SystemClock().Now(), Soon(),
               [&](Session& tx) -> absl::StatusOr<std::string> {
                 RETURN_IF_ERROR(tx.Execute("INSERT INTO draw (id, bond_id, fen) VALUES (?, 1, 1)", {id}).status());
                 RETURN_IF_ERROR(tx.Execute("UPDATE bond SET used_fen = used_fen + 1 WHERE id = 1").status());
                 for (int sheet = 0; sheet < kSheets; ++sheet) {
                   RETURN_IF_ERROR(tx.Execute("INSERT INTO paper (id, body) VALUES (?, ?)",
                                              {id * kSheets + sheet, std::string(4000, 'x')})
                                       .status());
                 }
                 return "";
               })
        .status();
  };
  int filed = 0;
  absl::Status full;
  while (filed < 200 && full.ok()) {
    full = file(filed);
    if (full.ok()) ++filed;
  }
  EXPECT_EQ(ReasonOf(full), "DATABASE_FULL") << full;
  EXPECT_EQ(full.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(ReasonOf(file(filed)), "DATABASE_FULL");
  EXPECT_EQ(Number(session, "SELECT COUNT(*) FROM paper"), filed * kSheets);
  for (const char* table : {"draw", "idempotency"}) {
    EXPECT_EQ(Number(session, fmt::format("SELECT COUNT(*) FROM {}", table)), filed) << table;
  }
  EXPECT_EQ(Number(session, "SELECT used_fen FROM bond"), filed);

  disk.Free();
  const absl::Status healed = file(filed);
  EXPECT_TRUE(healed.ok()) << healed;
  EXPECT_EQ(Number(session, "SELECT COUNT(*) FROM paper"), (filed + 1) * kSheets);
}

}  // namespace
}  // namespace yaoshi::db
