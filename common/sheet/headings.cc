#include "common/sheet/headings.h"

#include <algorithm>
#include <array>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_replace.h"
#include "common/sheet/errors.h"
#include "common/sheet/normal_text.h"
#include "common/status/status.h"

namespace yaoshi::sheet {
namespace {

// How well a heading fits: the lower the better. A sub-heading alone, without its group, comes after all whole
// headings.
constexpr int kMapped = -1;
constexpr int kSubHeadingOnly = 3;
constexpr int kNoMatch = 100;

constexpr std::array<std::pair<std::string_view, AmountUnit>, 8> kUnits = {{
    {"亿元", AmountUnit::kYi},
    {"亿", AmountUnit::kYi},
    {"万元", AmountUnit::kWan},
    {"万", AmountUnit::kWan},
    {"千元", AmountUnit::kThousand},
    {"人民币元", AmountUnit::kYuan},
    {"元", AmountUnit::kYuan},
    {"圆", AmountUnit::kYuan},
}};

std::optional<AmountUnit> UnitOf(std::string_view text) {
  for (const std::string_view prefix : {"单位:", "金额单位:", "计量单位:", "单位"}) {
    if (text.starts_with(prefix)) {
      text.remove_prefix(prefix.size());
      break;
    }
  }
  for (const auto& [name, unit] : kUnits) {
    if (text == name) {
      return unit;
    }
  }
  return std::nullopt;
}

std::string Canonical(std::string_view heading) {
  const std::string folded = absl::AsciiStrToLower(WithoutSpaces(FoldAll(heading)));
  return absl::StrReplaceAll(folded,
                             {{"*", ""}, {"【", "("}, {"】", ")"}, {"〔", "("}, {"〕", ")"}, {"[", "("}, {"]", ")"}});
}

// Removes each "(…)" for which `drop` says so.
template <class Drop>
std::string WithoutBrackets(const std::string& text, Drop drop) {
  std::string rest;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::size_t end = text[i] == '(' ? text.find(')', i) : std::string::npos;
    if (end != std::string::npos && drop(std::string_view(text).substr(i + 1, end - i - 1))) {
      i = end;
    } else {
      rest += text[i];
    }
  }
  return rest;
}

// "总投资:万元", "总投资/万元", "总投资万元" → "总投资" and its unit. A bare 元 needs a separator: 单元 is no unit.
std::optional<AmountUnit> TakeUnitSuffix(std::string& text) {
  for (const auto& [name, unit] : kUnits) {
    const bool whole_word = name != "元" && name != "圆" && name != "亿" && name != "万";
    for (const std::string_view separator : {":", "/", ",", "-", "、", ""}) {
      const std::string suffix = std::string(separator) + std::string(name);
      if (text.size() > suffix.size() && absl::EndsWith(text, suffix) && (whole_word || !separator.empty())) {
        text.resize(text.size() - suffix.size());
        return unit;
      }
    }
  }
  return std::nullopt;
}

std::string WithoutSlashes(const std::string& text) {
  return absl::StrReplaceAll(text, {{"/", ""}});
}

// A column's heading: the group above, the text itself, and the column's units.
struct ColumnHeading {
  std::string shown;
  HeadingForms whole;
  std::optional<HeadingForms> sub;
};

struct Match {
  int level = kNoMatch;
  std::size_t spec = 0;
  bool skipped = false;
};

int Compare(const HeadingForms& found, const HeadingForms& known) {
  if (found.full == known.full) {
    return 0;
  }
  if (found.without_unit == known.without_unit) {
    return 1;
  }
  return found.bare == known.bare ? 2 : kNoMatch;
}

class Matcher {
 public:
  explicit Matcher(std::span<const ColumnSpec> specs) : specs_(specs) {
    for (const ColumnSpec& spec : specs) {
      std::vector<HeadingForms>& forms = known_.emplace_back();
      for (const std::string& heading : spec.headings) {
        forms.push_back(FormsOfHeading(heading));
      }
    }
  }

  absl::Status Map(const HeadingMapping& mapping) {
    for (const auto& [heading, key] : mapping) {
      const auto spec = std::find_if(specs_.begin(), specs_.end(), [&](const ColumnSpec& s) { return s.key == key; });
      if (!key.empty() && spec == specs_.end()) {
        return UnknownMappingKey(heading, key);
      }
      mapped_[FormsOfHeading(heading).full] = {kMapped, static_cast<std::size_t>(spec - specs_.begin()), key.empty()};
    }
    return absl::OkStatus();
  }

  Match Find(const ColumnHeading& heading) const {
    for (const HeadingForms* forms : {&heading.whole, heading.sub ? &*heading.sub : nullptr}) {
      if (const auto found = forms == nullptr ? mapped_.end() : mapped_.find(forms->full); found != mapped_.end()) {
        return found->second;
      }
    }
    Match best;
    for (std::size_t spec = 0; spec < known_.size(); ++spec) {
      for (const HeadingForms& known : known_[spec]) {
        int level = Compare(heading.whole, known);
        if (heading.sub) {
          level = std::min(level, Compare(*heading.sub, known) + kSubHeadingOnly);
        }
        best = level < best.level ? Match{level, spec, false} : best;
      }
    }
    return best;
  }

 private:
  std::span<const ColumnSpec> specs_;
  std::vector<std::vector<HeadingForms>> known_;
  std::map<std::string, Match> mapped_;
};

// What one choice of heading rows gives.
struct Attempt {
  std::uint32_t row = 0;
  Headings headings;
  std::vector<std::string> missing;
  std::vector<std::string> found;
  // One for each spec.
  std::vector<absl::Status> duplicates;

  bool complete() const { return missing.empty(); }
};

std::string ShownText(const Cell& cell) {
  return Shorten(JoinLines(Trim(cell.text)), 60);
}

std::vector<ColumnHeading> ColumnHeadings(const Row& top, const Row* below) {
  std::vector<ColumnHeading> result(std::max(top.cells.size(), below == nullptr ? 0 : below->cells.size()));
  std::string group;
  for (std::size_t i = 0; i < result.size(); ++i) {
    const std::string own = ShownText(top.At(i));
    group = own.empty() ? group : own;
    const std::string sub = below == nullptr ? "" : ShownText(below->At(i));
    result[i].shown = sub.empty() ? own : (group.empty() ? sub : group + "/" + sub);
    result[i].whole = FormsOfHeading(result[i].shown);
    if (!sub.empty() && !group.empty()) {
      result[i].sub = FormsOfHeading(sub);
      // The sub-heading's own unit, else its group's.
      const std::optional<AmountUnit> own_unit = result[i].sub->unit;
      result[i].whole.unit = own_unit ? own_unit : FormsOfHeading(group).unit;
    }
  }
  return result;
}

Attempt Try(const Matcher& matcher, std::span<const ColumnSpec> specs, const Row& top, const Row* below) {
  Attempt attempt;
  attempt.row = top.number;
  attempt.headings.last_row = below == nullptr ? top.number : below->number;
  const std::vector<ColumnHeading> columns = ColumnHeadings(top, below);
  attempt.duplicates.resize(specs.size());
  std::vector<int> levels(specs.size(), kNoMatch);
  std::vector<MatchedColumn> matched(specs.size());
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].shown.empty()) {
      continue;
    }
    attempt.found.push_back(columns[i].shown);
    const Match match = matcher.Find(columns[i]);
    if (match.skipped || match.level >= kNoMatch) {
      attempt.headings.unknown.push_back(columns[i].shown);
    } else if (match.level == levels[match.spec]) {
      const std::size_t first = matched[match.spec].column;
      attempt.duplicates[match.spec] = DuplicateHeading(columns[i].shown, CellName(attempt.headings.last_row, first),
                                                        CellName(attempt.headings.last_row, i));
    } else if (match.level < levels[match.spec]) {
      levels[match.spec] = match.level;
      attempt.duplicates[match.spec] = absl::OkStatus();
      matched[match.spec] = {match.spec, i, columns[i].shown, columns[i].whole.unit.value_or(specs[match.spec].unit)};
    }
  }
  for (std::size_t spec = 0; spec < specs.size(); ++spec) {
    if (levels[spec] < kNoMatch) {
      attempt.headings.columns.push_back(std::move(matched[spec]));
    } else if (specs[spec].required) {
      attempt.missing.push_back(specs[spec].headings.empty() ? specs[spec].key : specs[spec].headings.front());
    }
  }
  return attempt;
}

// Whether `below` may be the second heading row of `top`: only texts, directly below, and something stands where `top`
// is empty, so `top` has merged cells there; nothing stands below a required heading that `top` has alone.
bool MayBeSubHeadings(const Row& top, const Row& below, const Attempt& single, std::span<const ColumnSpec> specs) {
  bool under_merged = false;
  for (std::size_t i = 0; i < below.cells.size(); ++i) {
    const Cell& cell = below.cells[i];
    if (!cell.empty() && cell.kind != Cell::Kind::kText) {
      return false;
    }
    under_merged = under_merged || (!cell.empty() && top.At(i).empty());
  }
  const auto stands_below = [&](const MatchedColumn& column) {
    return specs[column.spec].required && !below.At(column.column).empty();
  };
  const std::vector<MatchedColumn>& columns = single.headings.columns;
  return under_merged && below.number == top.number + 1 &&
         (!single.complete() || std::none_of(columns.begin(), columns.end(), stands_below));
}

// The row as heading alone, or with the next one as its sub-headings when together they match more than either.
Attempt Choose(const Matcher& matcher, std::span<const ColumnSpec> specs, std::span<const Row> rows, std::size_t i) {
  Attempt single = Try(matcher, specs, rows[i], nullptr);
  if (i + 1 == rows.size() || !MayBeSubHeadings(rows[i], rows[i + 1], single, specs)) {
    return single;
  }
  Attempt both = Try(matcher, specs, rows[i], &rows[i + 1]);
  const Attempt below = Try(matcher, specs, rows[i + 1], nullptr);
  const std::size_t matched = both.headings.columns.size();
  const bool use_both = matched >= single.headings.columns.size() && matched > below.headings.columns.size();
  return use_both ? std::move(both) : std::move(single);
}

// The unit in a line such as "单位：万元、公顷" above the headings, if it names exactly one of money.
std::optional<AmountUnit> UnitLine(std::span<const Row> rows) {
  std::optional<AmountUnit> unit;
  for (const Row& row : rows) {
    for (const Cell& cell : row.cells) {
      const std::string text = Canonical(cell.text);
      const std::size_t at = text.find("单位:");
      for (const std::string_view name : {"亿元", "万元", "千元"}) {
        if (at != std::string::npos && absl::StrContains(text.substr(at), std::string(name))) {
          if (unit && unit != UnitOf(name)) {
            return std::nullopt;
          }
          unit = UnitOf(name);
        }
      }
      if (at != std::string::npos && UnitOf(text.substr(at)) == AmountUnit::kYuan) {
        unit = AmountUnit::kYuan;
      }
    }
  }
  return unit;
}

absl::StatusOr<Headings> Accept(Attempt attempt, std::span<const Row> above) {
  for (const absl::Status& duplicate : attempt.duplicates) {
    RETURN_IF_ERROR(duplicate);
  }
  const std::optional<AmountUnit> unit_line = UnitLine(above);
  for (MatchedColumn& column : attempt.headings.columns) {
    if (unit_line && !FormsOfHeading(column.heading).unit) {
      column.unit = *unit_line;
    }
  }
  for (const Row& row : above) {
    if (attempt.headings.title.empty() && row.filled() == 1) {
      attempt.headings.title = ShownText(row.cells.back());
    }
  }
  return std::move(attempt.headings);
}

}  // namespace

const MatchedColumn* Headings::Find(std::size_t spec) const {
  const auto found =
      std::find_if(columns.begin(), columns.end(), [&](const MatchedColumn& c) { return c.spec == spec; });
  return found == columns.end() ? nullptr : &*found;
}

HeadingForms FormsOfHeading(std::string_view heading) {
  HeadingForms forms;
  const std::string canonical = Canonical(heading);
  std::string without_unit = WithoutBrackets(canonical, [&](std::string_view inside) {
    const std::optional<AmountUnit> unit = UnitOf(inside);
    forms.unit = unit ? unit : forms.unit;
    return unit.has_value();
  });
  if (!forms.unit) {
    forms.unit = TakeUnitSuffix(without_unit);
  }
  forms.full = WithoutSlashes(canonical);
  forms.without_unit = WithoutSlashes(without_unit);
  forms.bare = WithoutSlashes(WithoutBrackets(without_unit, [](std::string_view) { return true; }));
  return forms;
}

absl::StatusOr<Headings> MatchHeadings(std::span<const Row> rows, std::span<const ColumnSpec> specs,
                                       const HeadingMapping& mapping) {
  Matcher matcher(specs);
  RETURN_IF_ERROR(matcher.Map(mapping));
  Attempt closest;
  for (std::size_t i = 0; i < rows.size() && i < kMaxHeadingSearchRows; ++i) {
    Attempt attempt = Choose(matcher, specs, rows, i);
    if (attempt.complete() && !attempt.headings.columns.empty()) {
      return Accept(std::move(attempt), rows.first(i));
    }
    const bool closer = attempt.headings.columns.size() > closest.headings.columns.size() ||
                        (closest.headings.columns.empty() && attempt.found.size() > closest.found.size());
    if (closest.row == 0 || closer) {
      closest = std::move(attempt);
    }
  }
  if (closest.row == 0) {
    closest = Try(matcher, specs, Row(), nullptr);
  }
  return HeadingsNotFound(closest.missing, closest.found, closest.row);
}

bool IsTotalRow(const Row& row) {
  std::size_t seen = 0;
  for (const Cell& cell : row.cells) {
    if (cell.empty()) {
      continue;
    }
    const std::string text = Canonical(cell.text);
    if (text == "合计" || text == "总计" || text == "小计" || text == "共计") {
      return true;
    }
    if (++seen == 3) {
      return false;
    }
  }
  return false;
}

}  // namespace yaoshi::sheet
