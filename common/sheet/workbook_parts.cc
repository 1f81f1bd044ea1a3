#include "common/sheet/workbook_parts.h"

#include <charconv>
#include <filesystem>
#include <optional>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/match.h"
#include "common/sheet/errors.h"
#include "common/sheet/number_format.h"
#include "common/sheet/xml_stream.h"
#include "common/status/status.h"

namespace yaoshi::sheet {
namespace {

bool EndsWith(std::string_view text, std::string_view suffix) {
  return text.ends_with(suffix);
}

struct Relationship {
  std::string type;
  std::string target;
};
using Relationships = absl::flat_hash_map<std::string, Relationship>;

class RelationshipHandler : public XmlHandler {
 public:
  void Start(XmlStream&, std::string_view name, const Attributes& attributes) override {
    if (name == "Relationship" && attributes.Get("TargetMode") != "External") {
      found[std::string(attributes.Get("Id"))] = {std::string(attributes.Get("Type")),
                                                  std::string(attributes.Get("Target"))};
    }
  }
  void End(XmlStream&, std::string_view) override {}

  Relationships found;
};

class WorkbookHandler : public XmlHandler {
 public:
  struct Sheet {
    std::string name;
    std::string id;
    bool visible;
  };
  void Start(XmlStream&, std::string_view name, const Attributes& attributes) override {
    if (name == "workbookPr" && attributes.Flag("date1904")) {
      date_system = DateSystem::k1904;
    } else if (name == "sheet") {
      const std::string_view state = attributes.Get("state");
      sheets.push_back({std::string(attributes.Get("name")), std::string(attributes.Get("id")),
                        state != "hidden" && state != "veryHidden"});
    }
  }
  void End(XmlStream&, std::string_view) override {}

  std::vector<Sheet> sheets;
  DateSystem date_system = DateSystem::k1900;
};

int Number(std::string_view text) {
  int number = -1;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

class StylesHandler : public XmlHandler {
 public:
  void Start(XmlStream&, std::string_view name, const Attributes& attributes) override {
    if (name == "numFmt") {
      custom[Number(attributes.Get("numFmtId"))] = IsDateFormat(attributes.Get("formatCode"));
    } else if (name == "cellXfs") {
      in_cell_formats = true;
    } else if (name == "xf" && in_cell_formats) {
      const int id = Number(attributes.Get("numFmtId"));
      const auto found = custom.find(id);
      dates.push_back(found != custom.end() ? found->second : IsBuiltInDateFormat(id));
    }
  }
  void End(XmlStream&, std::string_view name) override { in_cell_formats = in_cell_formats && name != "cellXfs"; }

  absl::flat_hash_map<int, bool> custom;
  bool in_cell_formats = false;
  std::vector<bool> dates;
};

// "/xl/workbook.xml" + "worksheets/sheet1.xml" → "xl/worksheets/sheet1.xml".
std::string Resolve(const std::string& base, const std::string& target) {
  const std::filesystem::path folder = std::filesystem::path("/" + base).parent_path();
  return (folder / target).lexically_normal().relative_path().string();
}

absl::StatusOr<Relationships> ReadRelationships(Package& package, const std::string& part) {
  const std::filesystem::path path(part);
  const std::string name =
      (path.parent_path() / "_rels" / (path.filename().string() + ".rels")).lexically_normal().string();
  RelationshipHandler handler;
  RETURN_IF_ERROR(ReadPart(package, name, handler));
  return std::move(handler.found);
}

constexpr std::string_view kSaveAsXlsx = "Open it in Excel or WPS, save it as .xlsx and upload that.";

// The workbook part, by the package's own relationships; the usual name when it has none.
absl::StatusOr<std::string> WorkbookPart(Package& package) {
  std::string part = "xl/workbook.xml";
  if (package.Has("_rels/.rels")) {
    ASSIGN_OR_RETURN(const Relationships relationships, ReadRelationships(package, ""));
    for (const auto& [id, relationship] : relationships) {
      if (EndsWith(relationship.type, "/officeDocument")) {
        part = Resolve("", relationship.target);
      }
    }
  }
  if (package.Has("xl/workbook.bin")) {
    return NotAWorkbook("it is a binary workbook (.xlsb)", kSaveAsXlsx);
  }
  if (!package.Has("xl/workbook.xml") &&
      (!package.Has(part) || absl::StartsWith(part, "word/") || absl::StartsWith(part, "ppt/"))) {
    return NotAWorkbook("it is a zip file without a workbook", kSaveAsXlsx);
  }
  return part;
}

}  // namespace

absl::StatusOr<WorkbookParts> ReadWorkbookParts(Package& package) {
  ASSIGN_OR_RETURN(const std::string workbook, WorkbookPart(package));
  WorkbookHandler handler;
  RETURN_IF_ERROR(ReadPart(package, workbook, handler));
  ASSIGN_OR_RETURN(const Relationships relationships, ReadRelationships(package, workbook));
  WorkbookParts parts;
  parts.date_system = handler.date_system;
  for (const auto& [id, relationship] : relationships) {
    if (EndsWith(relationship.type, "/sharedStrings")) {
      parts.shared_strings = Resolve(workbook, relationship.target);
    } else if (EndsWith(relationship.type, "/styles")) {
      parts.styles = Resolve(workbook, relationship.target);
    }
  }
  for (WorkbookHandler::Sheet& sheet : handler.sheets) {
    const auto found = relationships.find(sheet.id);
    if (found != relationships.end() && EndsWith(found->second.type, "/worksheet")) {
      parts.sheets.push_back({std::move(sheet.name), sheet.visible, Resolve(workbook, found->second.target)});
    }
  }
  return parts;
}

absl::StatusOr<std::vector<bool>> ReadDateStyles(Package& package, const std::string& part) {
  if (part.empty()) {
    return std::vector<bool>();
  }
  StylesHandler handler;
  RETURN_IF_ERROR(ReadPart(package, part, handler));
  return std::move(handler.dates);
}

}  // namespace yaoshi::sheet
