// What an error's reason says in Chinese: the one table from which LocalizedMessage is made.
#pragma once

#include <span>
#include <string_view>
#include <utility>

#include "absl/status/status.h"

namespace yaoshi::gateway {

// The Chinese text of an ErrorInfo reason; of the status code when the table does not know the reason.
std::string_view ChineseMessage(std::string_view reason, absl::StatusCode code);

// The whole table, ordered by reason.
std::span<const std::pair<std::string_view, std::string_view>> ChineseMessages();

}  // namespace yaoshi::gateway
