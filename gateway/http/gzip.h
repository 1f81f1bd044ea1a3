// Compression of replies (RFC 1952), and what a client says about it.
#pragma once

#include <string>
#include <string_view>

namespace yaoshi::gateway {

inline constexpr size_t kMinGzipBytes = 1024;  // Less fits into one packet anyway.
inline constexpr int kFastGzip = 1;            // For replies made on request: most of the gain at a third of the time.
inline constexpr int kBestGzip = 9;            // For what is compressed once and sent often.

std::string Gzip(std::string_view data, int level);

// True when Accept-Encoding allows gzip: named, or covered by "*", with a weight above zero.
bool AcceptsGzip(std::string_view accept_encoding);

// True when If-None-Match names the entity tag, weakly compared (RFC 9110 §13.1.2).
bool MatchesEtag(std::string_view if_none_match, std::string_view etag);

// A weak entity tag that says what the bytes are: W/"…".
std::string EtagOf(std::string_view bytes);

}  // namespace yaoshi::gateway
