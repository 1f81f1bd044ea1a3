#include "services/registry/file_handlers.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>

#include "google/api/httpbody.pb.h"
#include "google/protobuf/wrappers.pb.h"
#include "services/registry/store/file_store.h"
#include "services/registry/testing/directory_server.h"

namespace yaoshi::registry {
namespace {

using rpc::testing::CityOffice;
using rpc::testing::County;
using testing::ReasonOr;
using testing::WrongFields;

// SHA-256 of "", "abc" and "abcdef".
constexpr char kOfNothing[] = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
constexpr char kOfAbc[] = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
constexpr char kOfAbcdef[] = "bef57ec7f53a6d40beb640a780a639c83bc29ac8a9816f1fc6c5c6dcd93c4721";

struct Downloaded {
  absl::Status status;
  std::string content_type, filename, bytes;
  size_t largest_piece = 0;
};

class FileTest : public ::testing::Test {
 protected:
  struct Fixture {
    std::unique_ptr<FileHandlers> handlers;
    testing::DirectoryServer server{[this](const DirectoryContext& context, const db::Options& database) {
      handlers = std::make_unique<FileHandlers>(context.writer, database);
      return std::vector<rpc::BoundService>{handlers->Bind()};
    }};
  };
  static void SetUpTestSuite() { fixture_ = new Fixture(); }
  static void TearDownTestSuite() {
    delete fixture_;
    fixture_ = nullptr;
  }
  static testing::DirectoryServer& server() { return fixture_->server; }

  static absl::StatusOr<v1::File> Create(const std::string& filename, int64_t size = 0) {
    v1::CreateFileRequest request;
    request.set_filename(filename);
    request.set_size_bytes(size);
    return server().Call<v1::File>(CityOffice(), "FileService/CreateFile", request);
  }
  static absl::StatusOr<v1::File> Write(const std::string& name, int64_t offset, const std::string& data,
                                        const auth::Principal& who = CityOffice()) {
    v1::WriteFileRequest request;
    request.set_name(name);
    request.set_offset_bytes(offset);
    request.set_data(data);
    return server().Call<v1::File>(who, "FileService/WriteFile", request);
  }
  static absl::StatusOr<v1::File> Finish(const std::string& name, const std::string& sha256,
                                         const auth::Principal& who = CityOffice()) {
    v1::FinishFileRequest request;
    request.set_name(name);
    request.set_sha256(sha256);
    return server().Call<v1::File>(who, "FileService/FinishFile", request);
  }
  static absl::StatusOr<v1::File> Get(const std::string& name, const auth::Principal& who = CityOffice()) {
    v1::GetFileRequest request;
    request.set_name(name);
    return server().Call<v1::File>(who, "FileService/GetFile", request);
  }
  static Downloaded Download(const std::string& name, const auth::Principal& who = CityOffice()) {
    v1::DownloadFileRequest request;
    request.set_name(name);
    Downloaded result;
    std::mutex mutex;
    std::condition_variable ended;
    bool done = false;
    const auto handle = server().rpc().channel().ReadStream(
        testing::kRegistry + "FileService/DownloadFile", request.SerializeAsString(), server().rpc().As(who),
        [&](const std::string& bytes) {
          google::api::HttpBody body;
          body.ParseFromString(bytes);
          google::protobuf::StringValue filename;
          if (body.extensions_size() > 0 && body.extensions(0).UnpackTo(&filename)) result.filename = filename.value();
          if (!body.content_type().empty()) result.content_type = body.content_type();
          result.bytes += body.data();
          result.largest_piece = std::max(result.largest_piece, body.data().size());
        },
        [&](absl::Status status) {
          const std::lock_guard lock(mutex);
          result.status = std::move(status);
          done = true;
          ended.notify_all();
        });
    std::unique_lock lock(mutex);
    ended.wait(lock, [&] { return done; });
    return result;
  }

 private:
  static inline Fixture* fixture_ = nullptr;
};

TEST_F(FileTest, RefusesWhatCannotBe) {
  EXPECT_EQ(WrongFields(Create("").status()), "filename");
  EXPECT_EQ(ReasonOr(Create("large.xlsx", kMaxFileBytes + 1)), "FILE_TOO_LARGE");
  const std::string name = Create("small.xlsx", 4)->name();
  EXPECT_EQ(WrongFields(Write(name, 0, "").status()), "data");
  EXPECT_EQ(WrongFields(Write(name, 0, std::string(kMaxPieceBytes + 1, 'x')).status()), "data");
  EXPECT_EQ(WrongFields(Write(name, -1, "x").status()), "offset_bytes");
  EXPECT_EQ(ReasonOr(Write(name, 1, "x")), "OFFSET_MISMATCH");
  EXPECT_EQ(ReasonOr(Write(name, 0, "12345")), "FILE_TOO_LARGE");
  EXPECT_EQ(ReasonOr(Write("files/none", 0, "x")), "FILE_NOT_FOUND");
  EXPECT_EQ(ReasonOr(Write("files/018f3c5e-7b1a-7c3d-8e9f-0123456789ab", 0, "x")), "FILE_NOT_FOUND");
  ASSERT_TRUE(Write(name, 0, "abc").ok());
  EXPECT_EQ(ReasonOr(Write(name, 0, "abd")), "OFFSET_MISMATCH");
  const auto short_file = Finish(name, kOfAbc);
  EXPECT_EQ(ReasonOr(short_file), "HASH_MISMATCH") << "three of four bytes";
  EXPECT_EQ(ReasonOr(Download(name).status.ok() ? absl::StatusOr<int>(0) : absl::StatusOr<int>(Download(name).status)),
            "FILE_NOT_FINISHED");
  EXPECT_EQ(WrongFields(Finish(name, "ABC").status()), "sha256");
}

TEST_F(FileTest, UploadsInPiecesAndBack) {
  const std::string name = Create("项目台账.xlsx")->name();
  ASSERT_TRUE(Write(name, 0, "abc").ok());
  EXPECT_EQ(Write(name, 3, "def")->size_bytes(), 6);
  EXPECT_EQ(Write(name, 0, "abc")->size_bytes(), 6) << "the same piece again";
  EXPECT_EQ(ReasonOr(Finish(name, kOfAbc)), "HASH_MISMATCH");
  const auto finished = Finish(name, kOfAbcdef);
  ASSERT_TRUE(finished.ok()) << finished.status();
  EXPECT_TRUE(finished->finished());
  EXPECT_EQ(finished->sha256(), kOfAbcdef);
  EXPECT_EQ(Finish(name, kOfAbcdef)->SerializeAsString(), finished->SerializeAsString());
  EXPECT_EQ(Get(name)->SerializeAsString(), finished->SerializeAsString());
  EXPECT_EQ(ReasonOr(Finish(name, kOfAbc)), "HASH_MISMATCH");
  EXPECT_EQ(ReasonOr(Write(name, 6, "g")), "FILE_FINISHED");
  const Downloaded back = Download(name);
  ASSERT_TRUE(back.status.ok()) << back.status;
  EXPECT_EQ(back.bytes, "abcdef");
  EXPECT_EQ(back.filename, "项目台账.xlsx");
  EXPECT_EQ(back.content_type, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet");
}

TEST_F(FileTest, AnEmptyFileIsAFile) {
  const std::string name = Create("leer.csv")->name();
  ASSERT_TRUE(Finish(name, kOfNothing).ok());
  const Downloaded back = Download(name);
  EXPECT_TRUE(back.status.ok()) << back.status;
  EXPECT_EQ(back.bytes, "");
  EXPECT_EQ(back.filename, "leer.csv");
}

TEST_F(FileTest, IsItsAccountsAlone) {
  const std::string name = Create("own.csv")->name();
  ASSERT_TRUE(Write(name, 0, "abc").ok());
  const auth::Principal other = County("621122");
  EXPECT_EQ(ReasonOr(Get(name, other)), "FILE_NOT_FOUND");
  EXPECT_EQ(ReasonOr(Write(name, 3, "def", other)), "FILE_NOT_FOUND");
  EXPECT_EQ(ReasonOr(Finish(name, kOfAbc, other)), "FILE_NOT_FOUND");
  EXPECT_EQ(ReasonOf(Download(name, other).status), "FILE_NOT_FOUND");
  EXPECT_EQ(ReasonOr(Finish(name, kOfAbc)), "OK");
}

TEST_F(FileTest, KeepsTheSameBytesOnce) {
  db::Session session(server().database());
  const auto chunks = [&] {
    auto rows = session.Query("SELECT COUNT(*) FROM file_chunk");
    rows->Next();
    return rows->Int(1);
  };
  const std::string large = std::string(kMaxPieceBytes, 'a') + std::string(kMaxPieceBytes, 'b') + "c";
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  const auto first = SaveFile(session, "somebody", "a.xlsx", large, Timestamp(), deadline);
  ASSERT_TRUE(first.ok()) << first.status();
  const int64_t before = chunks();
  const auto second = SaveFile(session, "CITY_OFFICE-account", "b.xlsx", large, Timestamp(), deadline);
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_EQ(chunks(), before);
  EXPECT_NE(first->id, second->id);
  const Downloaded back = Download(FileName(second->id));
  EXPECT_EQ(back.bytes, large);
  EXPECT_EQ(back.largest_piece, static_cast<size_t>(kMaxPieceBytes));
  EXPECT_EQ(ReasonOf(Download(FileName(first->id)).status), "FILE_NOT_FOUND");
}

TEST_F(FileTest, ForgetsWhatIsNotFinishedInADay) {
  const std::string old = Create("old.csv")->name(), finished = Create("finished.csv")->name();
  ASSERT_TRUE(Write(old, 0, "abc").ok() && Write(finished, 0, "abc").ok() && Finish(finished, kOfAbc).ok());
  const auto create_and_get = [&](std::chrono::hours later) {
    server().rpc().clock().Advance(later);
    EXPECT_TRUE(Create("new.csv").ok());
    return ReasonOr(Get(old));
  };
  EXPECT_EQ(create_and_get(std::chrono::hours(23)), "OK");
  std::string reason;
  // Each new upload removes a few old ones.
  for (int i = 0; i < 50 && reason != "FILE_NOT_FOUND"; ++i)
    reason = create_and_get(std::chrono::hours(i == 0 ? 2 : 0));
  EXPECT_EQ(reason, "FILE_NOT_FOUND");
  EXPECT_EQ(ReasonOr(Get(finished)), "OK");
  db::Session session(server().database());
  auto rows = session.Query("SELECT COUNT(*) FROM file_chunk WHERE file_id = ?", {ParseFileName(old)});
  ASSERT_TRUE(rows->Next());
  EXPECT_EQ(rows->Int(1), 0);
}

}  // namespace
}  // namespace yaoshi::registry
