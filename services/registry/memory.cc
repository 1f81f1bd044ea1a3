#include "services/registry/memory.h"

#include "services/registry/convert.h"

namespace yaoshi::registry {
namespace {

// What a change means for the portfolio, decoded before the lock is taken.
struct Decoded {
  const feed::Change* change;
  Project project;
  List list;
  Entry entry;
};

}  // namespace

void Memory::Apply(const std::vector<feed::Change>& changes) {
  std::vector<Decoded> decoded;
  decoded.reserve(changes.size());
  for (const feed::Change& change : changes) {
    Decoded item{&change, {}, {}, {}};
    if (change.type == "project") {
      v1::Project proto;
      if (!proto.ParseFromString(change.body)) continue;
      item.project = FromProto(proto);
    } else if (change.type == "list") {
      v1::List proto;
      if (!proto.ParseFromString(change.body)) continue;
      item.list = FromProto(proto);
    } else if (change.type == "entry") {
      v1::Entry proto;
      if (!proto.ParseFromString(change.body)) continue;
      item.entry = FromProto(proto);
      item.entry.effective_on = change.effective_on;
    } else {
      continue;
    }
    decoded.push_back(std::move(item));
  }
  absl::MutexLock lock(&mutex_);
  for (Decoded& item : decoded) {
    const feed::Change& change = *item.change;
    if (change.type == "project") {
      portfolio_.PutProject(item.project, change.version, change.body);
    } else if (change.type == "list") {
      portfolio_.PutList(item.list);
    } else {
      portfolio_.PutEntry(item.entry, change.version, change.body);
    }
  }
  resources_.Apply(changes);
}

}  // namespace yaoshi::registry
