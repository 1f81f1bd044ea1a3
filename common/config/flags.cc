#include "common/config/flags.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <optional>
#include <utility>

#include "common/status/status.h"

namespace yaoshi::config {
namespace {

// Takes a value's text into the caller's variable; the problem in words, or nullopt.
using Take = std::function<std::optional<std::string>(const std::string& text)>;

struct Flag {
  std::string name;
  std::string environment;  // YAOSHI_QUEUE_LIMIT
  std::string text;         // As given on the command line.
  CLI::Option* option = nullptr;
  Take take;
};

std::string EnvironmentName(std::string_view flag) {
  std::string name = "YAOSHI_";
  for (const char c : flag) name += c == '-' ? '_' : static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  return name;
}

std::vector<std::string> SplitAtCommas(const std::string& text) {
  std::vector<std::string> parts;
  size_t begin = 0;
  while (begin <= text.size()) {
    const size_t end = std::min(text.find(',', begin), text.size());
    if (end > begin) parts.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

}  // namespace

struct Flags::State {
  State(const std::string& program, const std::string& about) : app(about, program) { app.allow_extras(); }

  CLI::App app;
  std::vector<std::unique_ptr<Flag>> flags;

  Flag& Add(std::string_view name, std::string_view help, std::string_view default_text, Take take) {
    auto flag = std::make_unique<Flag>();
    flag->name = name;
    flag->environment = EnvironmentName(name);
    flag->take = std::move(take);
    std::string text = fmt::format("{} (environment: {})", help, flag->environment);
    if (!default_text.empty()) text += fmt::format(" [{}]", default_text);
    flag->option = app.add_option(fmt::format("--{}", name), flag->text, text);
    flag->option->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);  // An operator's flags stand behind ours.
    flags.push_back(std::move(flag));
    return *flags.back();
  }
};

Flags::Flags(std::string program, std::string about) : state_(std::make_unique<State>(program, about)) {}
Flags::~Flags() = default;

void Flags::String(std::string_view name, std::string_view help, std::string* value) {
  state_->Add(name, help, *value, [value](const std::string& text) -> std::optional<std::string> {
    *value = text;
    return std::nullopt;
  });
}

void Flags::Int(std::string_view name, std::string_view help, int* value, int min, int max) {
  const auto take = [value, min, max](const std::string& text) -> std::optional<std::string> {
    int number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size() || number < min || number > max) {
      return fmt::format("must be a whole number from {} to {}, not \"{}\"", min, max, text);
    }
    *value = number;
    return std::nullopt;
  };
  state_->Add(name, help, std::to_string(*value), take);
}

void Flags::Bool(std::string_view name, std::string_view help, bool* value) {
  const auto take = [value](const std::string& text) -> std::optional<std::string> {
    if (text != "true" && text != "false") return fmt::format("must be true or false, not \"{}\"", text);
    *value = text == "true";
    return std::nullopt;
  };
  // "--name" alone takes this text.
  Flag& flag = state_->Add(name, help, *value ? "true" : "false", take);
  flag.option->expected(0, 1)->default_str("true");
}

void Flags::List(std::string_view name, std::string_view help, std::vector<std::string>* values) {
  state_->Add(name, help, fmt::format("{}", fmt::join(*values, ",")),
              [values](const std::string& text) -> std::optional<std::string> {
                *values = SplitAtCommas(text);
                return std::nullopt;
              });
}

absl::Status Flags::Parse(int argc, const char* const* argv,
                          const std::function<const char*(const char*)>& environment) {
  std::vector<std::string> problems;
  try {
    state_->app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    return absl::CancelledError(Help());
  } catch (const CLI::ParseError& error) {
    problems.emplace_back(error.what());
  }
  for (const std::string& extra : state_->app.remaining()) {
    problems.push_back(fmt::format("{} is not a flag of this program; see --help", extra));
  }
  for (const auto& flag : state_->flags) {
    const char* fallback =
        environment ? environment(flag->environment.c_str()) : std::getenv(flag->environment.c_str());
    const bool given = flag->option->count() > 0;
    if (!given && fallback == nullptr) continue;
    const std::string text = given ? flag->option->as<std::string>() : std::string(fallback);
    const std::string source = given ? "--" + flag->name : flag->environment;
    if (std::optional<std::string> problem = flag->take(text)) problems.push_back(source + " " + *problem);
  }
  return ConfigProblems(problems);
}

std::string Flags::Help() const {
  return state_->app.help();
}

absl::Status ConfigProblems(const std::vector<std::string>& problems) {
  if (problems.empty()) return absl::OkStatus();
  return Error(absl::StatusCode::kInvalidArgument, "INVALID_CONFIG", fmt::format("{}", fmt::join(problems, "\n")));
}

}  // namespace yaoshi::config
