// Command-line flags with environment fallback: --queue-limit, or YAOSHI_QUEUE_LIMIT. All problems are reported at
// once.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"

namespace yaoshi::config {

class Flags {
 public:
  // `program` and `about` head the --help text.
  Flags(std::string program, std::string about);
  ~Flags();
  Flags(const Flags&) = delete;
  Flags& operator=(const Flags&) = delete;

  // `name` is written without dashes in front ("queue-limit"); the value keeps its default when neither the flag nor
  // the environment gives one. An int must lie in [min, max]. A bool flag takes true or false, and alone means true.
  void String(std::string_view name, std::string_view help, std::string* value);
  void Int(std::string_view name, std::string_view help, int* value, int min, int max);
  void Bool(std::string_view name, std::string_view help, bool* value);
  // Values separated by commas.
  void List(std::string_view name, std::string_view help, std::vector<std::string>* values);

  // `environment` is asked for "YAOSHI_<NAME>"; null means the process's own. Problems of all flags, one a line, in
  // one INVALID_ARGUMENT (reason INVALID_CONFIG). CANCELLED, with the text to print, after --help.
  absl::Status Parse(int argc, const char* const* argv,
                     const std::function<const char*(const char*)>& environment = nullptr);

  std::string Help() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// One status of all problems, or OK when there are none.
absl::Status ConfigProblems(const std::vector<std::string>& problems);

}  // namespace yaoshi::config
