#include "services/preapproval/memory.h"

namespace yaoshi::preapproval {

std::vector<std::string> SmallTypes() {
  return {"work_calendar", "procedure_type", "template", "delegation"};
}

void Memory::Apply(const std::vector<feed::Change>& changes) {
  resources_.Apply(changes);
}

}  // namespace yaoshi::preapproval
