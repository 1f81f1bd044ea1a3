// The pages that the gateway serves by itself.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/http/reply.h"

namespace yaoshi::gateway {

// What runs here and where to look, Chinese first.
extern const std::string_view kLandingPage;
// Its Content-Security-Policy: nothing but its own inline style.
extern const std::string_view kLandingPolicy;

// Something to tell a person in a browser, Chinese first.
struct Notice {
  std::string title_zh;
  std::string title;
  std::string text_zh;
  std::string text;
  std::string reason = {};                                      // Of an error; empty: none is shown.
  std::vector<std::pair<std::string, std::string>> links = {};  // Text and address.
  std::string go_to = {};                                       // Where the browser goes by itself; empty: it stays.
};

// A page without script, of the landing page's looks and policy. All texts and addresses are escaped.
HttpReply NoticeReply(const Notice& notice);

}  // namespace yaoshi::gateway
