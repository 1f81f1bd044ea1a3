#include "gateway/http/gzip.h"

#include <sodium.h>
#include <zlib.h>

#include <array>
#include <cstdlib>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"

namespace yaoshi::gateway {
namespace {

constexpr int kGzipWindow = 15 + 16;  // The largest window; + 16 asks zlib for a gzip header.
constexpr int kMemoryLevel = 8;       // zlib's own default.
constexpr size_t kHashBytes = 16;

// Cuts the part before `mark` off `text`.
std::string_view Cut(std::string_view& text, char mark) {
  const size_t end = text.find(mark);
  std::string_view part = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  while (part.starts_with(' ') || part.starts_with('\t')) part.remove_prefix(1);
  while (part.ends_with(' ') || part.ends_with('\t')) part.remove_suffix(1);
  return part;
}

std::string_view Opaque(std::string_view etag) {
  if (etag.starts_with("W/")) etag.remove_prefix(2);
  return etag;
}

}  // namespace

std::string Gzip(std::string_view data, int level) {
  z_stream stream{};
  // The parameters are constants and memory is all that can be missing, without which nothing goes on.
  if (deflateInit2(&stream, level, Z_DEFLATED, kGzipWindow, kMemoryLevel, Z_DEFAULT_STRATEGY) != Z_OK) std::abort();
  std::string packed(deflateBound(&stream, data.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(data.data()));
  stream.avail_in = static_cast<uInt>(data.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

bool AcceptsGzip(std::string_view accept_encoding) {
  bool any = false;
  while (!accept_encoding.empty()) {
    std::string_view item = Cut(accept_encoding, ',');
    const std::string name = absl::AsciiStrToLower(std::string(Cut(item, ';')));
    double weight = 1;
    if (const std::string_view parameter = Cut(item, ';'); parameter.starts_with("q=")) {
      if (!absl::SimpleAtod(std::string(parameter.substr(2)), &weight)) weight = 0;
    }
    if (name == "gzip" || name == "x-gzip") return weight > 0;
    any = any || (name == "*" && weight > 0);
  }
  return any;
}

bool MatchesEtag(std::string_view if_none_match, std::string_view etag) {
  if (etag.empty()) return false;
  while (!if_none_match.empty()) {
    const std::string_view item = Cut(if_none_match, ',');
    if (item == "*" || Opaque(item) == Opaque(etag)) return true;
  }
  return false;
}

std::string EtagOf(std::string_view bytes) {
  std::string hash(kHashBytes, '\0');
  crypto_generichash(reinterpret_cast<unsigned char*>(hash.data()), hash.size(),
                     reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), nullptr, 0);
  return "W/\"" + std::string(absl::WebSafeBase64Escape(hash)) + "\"";
}

}  // namespace yaoshi::gateway
