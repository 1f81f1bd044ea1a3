// What the writers share about files.
#pragma once

#include <string>

namespace yaoshi::sheet {

// Removes an unfinished file; a device or a pipe stays.
void RemoveUnfinished(const std::string& path);

}  // namespace yaoshi::sheet
