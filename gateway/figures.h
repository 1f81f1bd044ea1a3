// The figures of all services, put together.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "common/calendar/clock.h"
#include "gateway/backends.h"
#include "gateway/local_call.h"
#include "gateway/memory.h"
#include "yaoshi/common/v1/figure.pb.h"
#include "yaoshi/gateway/v1/figure_view.pb.h"

namespace yaoshi::gateway {

// What one service answered.
struct FigurePart {
  std::string service;
  std::vector<std::string> prefixes;  // Of its keys.
  absl::Status status;
  std::vector<yaoshi::common::v1::Figure>
      figures;  // When OK; otherwise those it last gave, of which only what they are counts.
  std::string last_answer_time;
};

// Puts the parts together, in order of key. Pure. The figures of a part that failed are missing with the reason; when
// none are known there is one figure "<prefix>*" per prefix. An error that is the caller's own fault (INVALID_ARGUMENT,
// NOT_FOUND, UNAUTHENTICATED, PERMISSION_DENIED) is the answer.
absl::StatusOr<v1::FigureView> MergeFigures(const std::vector<FigurePart>& parts,
                                            const yaoshi::common::v1::ListFiguresRequest& request);

// Asks all services at once.
class Figures {
 public:
  // All outlive this.
  Figures(const std::map<std::string, Backend>& backends, const ConsistencyMemory& memory, const Clock& clock)
      : backends_(backends), memory_(memory), clock_(clock) {}
  void List(LocalCall call);

 private:
  struct Gathered;
  void Add(const std::shared_ptr<Gathered>& gathered, size_t index, const rpc::Reply& reply);
  void Remember(FigurePart& part) ABSL_LOCKS_EXCLUDED(mutex_);

  struct Known {
    std::vector<yaoshi::common::v1::Figure> figures;  // Without values.
    std::string answer_time;
  };
  const std::map<std::string, Backend>& backends_;
  const ConsistencyMemory& memory_;
  const Clock& clock_;
  absl::Mutex mutex_;
  std::map<std::string, Known> known_ ABSL_GUARDED_BY(mutex_);  // One per service.
};

}  // namespace yaoshi::gateway
