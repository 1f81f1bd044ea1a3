#include "gateway/views/view_cache.h"

#include <utility>

namespace yaoshi::gateway {
namespace {

constexpr size_t kMaxKept = 2000;

}  // namespace

uint64_t ViewCache::Join(const std::string& key, const Basis& basis, bool alone, Done done) {
  std::shared_ptr<const Rendered> hit;
  {
    const absl::MutexLock lock(&mutex_);
    if (!alone) {
      if (const auto kept = kept_.find(key); kept != kept_.end()) {
        hit = kept->second.rendered;
      } else if (const auto open = open_.find(key); open != open_.end()) {
        flights_[open->second].waiting.push_back(std::move(done));
        return 0;
      }
    }
    if (hit == nullptr) {
      const uint64_t flight = ++last_flight_;
      flights_[flight] = {key, basis, {std::move(done)}, false};
      if (!alone) open_[key] = flight;
      return flight;
    }
  }
  done(hit);
  return 0;
}

void ViewCache::Finish(uint64_t number, const Answer& answer) {
  Flight flight;
  {
    const absl::MutexLock lock(&mutex_);
    const auto found = flights_.find(number);
    if (found == flights_.end()) return;
    flight = std::move(found->second);
    flights_.erase(found);
    if (const auto open = open_.find(flight.key); open != open_.end() && open->second == number) open_.erase(open);
    if (answer.ok() && (*answer)->complete && !flight.overtaken) {
      if (kept_.size() >= kMaxKept) kept_.clear();
      kept_[flight.key] = {*answer, flight.basis};
    }
  }
  for (const Done& done : flight.waiting) done(answer);
}

void ViewCache::Apply(const yaoshi::common::v1::Change& change) {
  const absl::MutexLock lock(&mutex_);
  absl::erase_if(kept_, [&](const auto& entry) { return Touches(change, entry.second.basis); });
  for (auto& [number, flight] : flights_) {
    if (!Touches(change, flight.basis)) continue;
    flight.overtaken = true;
    if (const auto open = open_.find(flight.key); open != open_.end() && open->second == number) open_.erase(open);
  }
}

}  // namespace yaoshi::gateway
