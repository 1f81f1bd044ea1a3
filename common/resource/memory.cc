#include "common/resource/memory.h"

#include <utility>

namespace yaoshi::resource {
namespace {

// Rows copied under the lock at a time: few enough not to hold up Apply, enough to make locking cheap.
constexpr size_t kScanBatch = 256;

}  // namespace

ResourceMemory::ResourceMemory(const std::vector<std::string>& types) {
  for (const std::string& type : types) types_[type];
}

void ResourceMemory::Apply(const std::vector<feed::Change>& changes) {
  absl::MutexLock lock(&mutex_);
  for (const feed::Change& change : changes) {
    const auto type = types_.find(change.type);
    if (type == types_.end()) continue;
    Row& row = type->second.rows[change.name];
    if (change.version <= row.version) continue;
    row = {change.id, change.version, change.region, std::make_shared<const std::string>(change.body),
           change.recorded_at};
    ++type->second.generation;
  }
}

std::optional<Row> ResourceMemory::Find(std::string_view type, std::string_view name) const {
  absl::ReaderMutexLock lock(&mutex_);
  const auto kept = types_.find(std::string(type));
  if (kept == types_.end()) return std::nullopt;
  const auto row = kept->second.rows.find(std::string(name));
  if (row == kept->second.rows.end()) return std::nullopt;
  return row->second;
}

void ResourceMemory::Scan(std::string_view type, std::string_view after_name,
                          const std::function<bool(const std::string&, const Row&)>& visit) const {
  std::string after(after_name);
  std::vector<std::pair<std::string, Row>> batch;
  do {
    batch.clear();
    {
      absl::ReaderMutexLock lock(&mutex_);
      const auto kept = types_.find(std::string(type));
      if (kept == types_.end()) return;
      const auto& rows = kept->second.rows;
      for (auto row = rows.upper_bound(after); row != rows.end() && batch.size() < kScanBatch; ++row) {
        batch.emplace_back(row->first, row->second);
      }
    }
    for (const auto& [name, row] : batch) {
      if (!visit(name, row)) return;
    }
    if (!batch.empty()) after = batch.back().first;
  } while (batch.size() == kScanBatch);
}

uint64_t ResourceMemory::Generation(std::string_view type) const {
  absl::ReaderMutexLock lock(&mutex_);
  const auto kept = types_.find(std::string(type));
  return kept == types_.end() ? 0 : kept->second.generation;
}

}  // namespace yaoshi::resource
