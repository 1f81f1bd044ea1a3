#include "common/obs/trace.h"

#include <sodium.h>

#include <algorithm>

namespace yaoshi::obs {
namespace {

constexpr size_t kTraceDigits = 32;
constexpr size_t kSpanDigits = 16;
// Version, trace, span and flags with three dashes.
constexpr size_t kHeaderSize = 2 + 1 + kTraceDigits + 1 + kSpanDigits + 1 + 2;

bool IsLowerHex(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool IsId(std::string_view text) {
  return IsLowerHex(text) && text.find_first_not_of('0') != std::string_view::npos;
}

// Random bytes fetched from the system in larger pieces: one system call for many ids.
class RandomPool {
 public:
  void Take(unsigned char* out, size_t bytes) {
    if (used_ + bytes > sizeof(pool_)) {
      randombytes_buf(pool_, sizeof(pool_));
      used_ = 0;
    }
    std::copy_n(pool_ + used_, bytes, out);
    used_ += bytes;
  }

 private:
  unsigned char pool_[1024];
  size_t used_ = sizeof(pool_);
};

// Random and never all zero: the first digit is not 0.
std::string NewId(size_t digits) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  thread_local RandomPool pool;
  unsigned char bytes[kTraceDigits / 2];
  pool.Take(bytes, digits / 2);
  bytes[0] |= 0x10;
  std::string id(digits, '0');
  for (size_t i = 0; i < digits; ++i) id[i] = kDigits[i % 2 == 0 ? bytes[i / 2] >> 4 : bytes[i / 2] & 0xF];
  return id;
}

}  // namespace

std::optional<TraceContext> ParseTraceparent(std::string_view header) {
  // A later version may append fields behind a dash; its first four are as in version 00.
  if (header.size() < kHeaderSize || (header.size() > kHeaderSize && header[kHeaderSize] != '-')) return std::nullopt;
  const std::string_view version = header.substr(0, 2);
  const std::string_view trace = header.substr(3, kTraceDigits);
  const std::string_view span = header.substr(3 + kTraceDigits + 1, kSpanDigits);
  const std::string_view flags = header.substr(kHeaderSize - 2, 2);
  const bool dashes = header[2] == '-' && header[3 + kTraceDigits] == '-' && header[kHeaderSize - 3] == '-';
  if (!dashes || !IsLowerHex(version) || version == "ff" || !IsId(trace) || !IsId(span) || !IsLowerHex(flags)) {
    return std::nullopt;
  }
  if (version == "00" && header.size() != kHeaderSize) return std::nullopt;
  const bool sampled = std::string_view("13579bdf").find(flags[1]) != std::string_view::npos;
  return TraceContext{std::string(trace), std::string(span), sampled};
}

TraceContext NewTrace() {
  return {NewId(kTraceDigits), NewId(kSpanDigits), true};
}

TraceContext ChildOf(const TraceContext& parent) {
  return {parent.trace_id, NewId(kSpanDigits), parent.sampled};
}

std::string ToTraceparent(const TraceContext& context) {
  std::string header = "00-";
  header.reserve(kHeaderSize);
  header.append(context.trace_id).append("-").append(context.span_id).append(context.sampled ? "-01" : "-00");
  return header;
}

}  // namespace yaoshi::obs
