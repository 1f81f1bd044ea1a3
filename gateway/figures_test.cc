#include "gateway/figures.h"

#include <gtest/gtest.h>

#include "common/status/status.h"
#include "gateway/testing/golden.h"

namespace yaoshi::gateway {
namespace {

namespace common = yaoshi::common::v1;

common::Figure FigureOf(const std::string& key, const std::string& title, const std::string& value) {
  common::Figure figure;
  figure.set_key(key);
  figure.set_title(title);
  figure.set_value(value);
  figure.set_unit("count");
  figure.set_as_of("2022-04-20");
  figure.set_definition("口径");
  return figure;
}

common::ListFiguresRequest April() {
  common::ListFiguresRequest request;
  request.set_as_of("2022-04-20");
  return request;
}

std::vector<FigurePart> ThreeParts() {
  return {
      {"registry",
       {"lists."},
       absl::OkStatus(),
       {FigureOf("lists.master.projects", "总清单项目数", "900"),
        FigureOf("lists.invest-2022.projects", "2022年投资项目数", "737")},
       ""},
      {"preapproval",
       {"procedures."},
       absl::UnavailableError("connect to 10.0.0.7"),
       {FigureOf("procedures.invest-2022.completed", "已办手续数", "")},
       "2022-04-20T00:00:00.000000Z"},
      {"funding", {"bonds."}, absl::DeadlineExceededError("late"), {}, ""},
  };
}

TEST(MergeFigures, TheCallersOwnFaultIsTheAnswer) {
  std::vector<FigurePart> parts = ThreeParts();
  parts[0].status = Error(absl::StatusCode::kNotFound, "REGION_NOT_FOUND", "No such region.");
  EXPECT_EQ(ReasonOf(MergeFigures(parts, April()).status()), "REGION_NOT_FOUND");
}

TEST(MergeFigures, NoPartsNoFigures) {
  EXPECT_EQ(MergeFigures({}, April())->figures_size(), 0);
}

// The view as outsiders see it: a changed golden file is a changed API.
TEST(MergeFigures, MarksWhatIsMissingAndKeepsTheRest) {
  const auto view = MergeFigures(ThreeParts(), April());
  ASSERT_TRUE(view.ok()) << view.status();
  testing::ExpectGolden(*view, "gateway/testdata/figures.json");
}

}  // namespace
}  // namespace yaoshi::gateway
