#include "common/obs/trace.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace yaoshi::obs {
namespace {

constexpr char kGood[] = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

TEST(TraceTest, RefusesMalformedHeaders) {
  for (const char* header : {
           "",
           "00",
           "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
           "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
           "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
           "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
           "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
           "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
           "00_4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
           "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0g",
       }) {
    EXPECT_EQ(ParseTraceparent(header), std::nullopt) << header;
  }
}

TEST(TraceTest, ReadsAndWrites) {
  const auto context = ParseTraceparent(kGood);
  ASSERT_TRUE(context.has_value());
  EXPECT_EQ(context->trace_id, "4bf92f3577b34da6a3ce929d0e0e4736");
  EXPECT_EQ(context->span_id, "00f067aa0ba902b7");
  EXPECT_TRUE(context->sampled);
  EXPECT_EQ(ToTraceparent(*context), kGood);
  EXPECT_TRUE(ParseTraceparent("01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more").has_value());
}

TEST(TraceTest, ChildrenStayInTheTrace) {
  const TraceContext parent = *ParseTraceparent(kGood);
  const TraceContext child = ChildOf(parent);
  EXPECT_EQ(child.trace_id, parent.trace_id);
  EXPECT_NE(child.span_id, parent.span_id);
}

TEST(TraceTest, NewTracesDiffer) {
  std::set<std::string> seen;
  for (int i = 0; i < 500; ++i) {
    const TraceContext context = NewTrace();
    EXPECT_EQ(ParseTraceparent(ToTraceparent(context)), context);
    EXPECT_TRUE(seen.insert(context.trace_id).second);
  }
}

}  // namespace
}  // namespace yaoshi::obs
