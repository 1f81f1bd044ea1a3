// The one page that the gateway serves by itself.
#pragma once

#include <string_view>

namespace yaoshi::gateway {

// What runs here and where to look, Chinese first.
extern const std::string_view kLandingPage;
// Its Content-Security-Policy: nothing but its own inline style.
extern const std::string_view kLandingPolicy;

}  // namespace yaoshi::gateway
