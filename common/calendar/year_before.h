// What figures are compared with.
#pragma once

#include "common/calendar/date.h"

namespace yaoshi {

// The same day of the year before; February 28 of a February 29.
Date YearBefore(Date day);

}  // namespace yaoshi
