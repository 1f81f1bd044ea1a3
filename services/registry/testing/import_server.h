// A registry with imports on a real database, whose runner a test drives by hand: each import is worked on when the
// test says so.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "common/db/session.h"
#include "common/rpc/testing.h"
#include "google/longrunning/operations.pb.h"
#include "services/registry/context.h"
#include "yaoshi/registry/v1/import.pb.h"
#include "yaoshi/registry/v1/project.pb.h"

namespace yaoshi::registry::testing {

namespace v1 = ::yaoshi::registry::v1;

// The cells of one row of a ledger by heading; what is not named is filled in so that the row is right.
using Cells = std::map<std::string, std::string>;
// A CSV ledger. Row n, from 1, is titled “第n号…” and owned by a unit of its own, so that no two are alike; it stands
// in line n + 1.
std::string Ledger(const std::vector<Cells>& rows);
std::vector<Cells> Rows(size_t count, const std::string& word);

class ImportServer {
 public:
  ImportServer();
  ~ImportServer();

  const Context& context() const;
  db::Session& session();
  FakeClock& clock();

  template <class Response>
  absl::StatusOr<Response> Call(const auth::Principal& who, const std::string& method,
                                const google::protobuf::Message& request) {
    return rpc().Call<Response>(who, "/yaoshi.registry.v1." + method, request);
  }
  rpc::testing::TestServer& rpc();

  // A list of its own for a test: "lists/{id}".
  std::string NewList(const std::string& id, int64_t min_total_wan = 0);
  // Keeps bytes as a finished file of the account.
  std::string Upload(const std::string& bytes, const auth::Principal& who, const std::string& filename = "台账.csv");
  // Begins an import; the operation's name.
  absl::StatusOr<std::string> Begin(const v1::ImportProjectsRequest& request, const auth::Principal& who);
  // Takes up one import as a runner does and works on it; `after_chunk` as in ImportRunOptions. NOT_FOUND when none is
  // free.
  absl::Status Work(const std::function<bool()>& after_chunk = nullptr);
  google::longrunning::Operation Operation(const std::string& name, const auth::Principal& who);
  // Uploads, begins, works and waits until memory has it; the error of the operation when it has one.
  absl::StatusOr<v1::ImportResult> Import(const std::string& ledger, v1::ImportProjectsRequest request,
                                          const auth::Principal& who);

  // The projects in memory whose title contains the word.
  std::vector<v1::Project> Projects(const std::string& word);
  size_t Listed(const std::string& list);
  // The number that a SELECT of one number gives.
  int64_t Count(const std::string& sql);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace yaoshi::registry::testing
