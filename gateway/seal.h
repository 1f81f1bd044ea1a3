// Texts that go through a browser and come back: nobody but a gateway can read, make or change them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace yaoshi::gateway {

class Seal {
 public:
  // `key` has 32 bytes. `purpose` is sealed with every text, so that what is sealed for one is nothing to another.
  // Longer sealed texts than `max_bytes` are not looked at.
  Seal(std::string key, std::string purpose, size_t max_bytes)
      : key_(std::move(key)), purpose_(std::move(purpose)), max_bytes_(max_bytes) {}

  // Characters that a cookie's value may have.
  std::string Close(std::string_view plain) const;
  // nullopt when it was not sealed with the key for this purpose.
  std::optional<std::string> Open(std::string_view sealed) const;

 private:
  const std::string key_;
  const std::string purpose_;
  const size_t max_bytes_;
};

}  // namespace yaoshi::gateway
