// W3C trace context: https://www.w3.org/TR/trace-context/
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace yaoshi::obs {

struct TraceContext {
  std::string trace_id;  // 32 lower-case hex digits, not all zero.
  std::string span_id;   // 16 lower-case hex digits, not all zero.
  bool sampled = false;
  friend bool operator==(const TraceContext&, const TraceContext&) = default;
};

// The context of a traceparent header, or nullopt when it is malformed (then a new trace starts).
std::optional<TraceContext> ParseTraceparent(std::string_view header);
// A new trace.
TraceContext NewTrace();
// The next hop: same trace, new span.
TraceContext ChildOf(const TraceContext& parent);
// "00-<trace>-<span>-01"
std::string ToTraceparent(const TraceContext& context);

}  // namespace yaoshi::obs
