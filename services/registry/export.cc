#include "services/registry/export.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <set>

#include "common/import/spool.h"
#include "common/import/temp_folder.h"
#include "common/page/page_size.h"
#include "common/region/region.h"
#include "common/sheet/errors.h"
#include "common/sheet/sheet_writer.h"
#include "google/api/httpbody.pb.h"
#include "google/protobuf/wrappers.pb.h"
#include "services/registry/errors.h"
#include "services/registry/importer/ledger.h"
#include "services/registry/importer/titles.h"
#include "services/registry/list_query.h"
#include "services/registry/summary.h"

namespace yaoshi::registry {
namespace {

using sheet::ColumnKind;
using sheet::WriteValue;

constexpr size_t kPieceBytes = size_t{512} << 10;

absl::Status Gone() {
  return absl::CancelledError("The caller has gone; nobody reads the file any more.");
}

// What is exported.
struct Subject {
  std::string title;         // Of the file and its sheet.
  std::optional<List> list;  // Unset: all projects.
  std::string region;
  Moment moment;
  ListParameters parameters;  // As a list request has them.
  v1::ExportFormat format;
};

// One page of rows as the spool keeps them: the serialised v1::Entry with its project.
struct Page {
  std::vector<std::string> rows;
  std::string next_token;
};

std::string RowBytes(std::string_view entry_body, std::string_view project_body, EntryKind kind, Date admitted_on) {
  std::string bytes(entry_body);
  if (entry_body.empty()) {
    v1::Entry entry;
    entry.set_kind(static_cast<v1::EntryKind>(kind));
    entry.set_admitted_on(admitted_on.ToString());
    bytes = entry.SerializeAsString();
  }
  AppendMessage(bytes, v1::Entry::kProjectFieldNumber, project_body);
  return bytes;
}

absl::StatusOr<Page> PastPageOf(const Context& context, db::Session& session, const Subject& subject,
                                const ListQuery& query) {
  const int year = subject.moment.at.as_of.year();
  PastQuery past{subject.moment.at, {}, year, year, subject.region, nullptr};
  if (subject.list) past = PastOf(context, *subject.list, subject.region, subject.moment);
  past.filter = &query.filter;
  ASSIGN_OR_RETURN(PastPage found, LoadPast(session, past, query.order, query.position(), query.limit, false));
  const bool more = found.rows.size() > query.limit;
  if (more) found.rows.resize(query.limit);
  const bool master = subject.list && subject.list->kind == ListKind::kMaster;
  Page page;
  for (const PastRow& row : found.rows) {
    page.rows.push_back(RowBytes(master ? std::string_view() : row.entry_body, row.body, row.kind, row.admitted_on));
  }
  if (more) {
    v1::Project last;
    last.ParseFromString(found.rows.back().body);
    page.next_token =
        NextPageToken(context, query, OrderValues(query.order, last, found.rows.back()), found.rows.back().id);
  }
  return page;
}

Page PresentPageOf(const Context& context, const Subject& subject, const ListQuery& query) {
  const PageQuery wanted{RegionNumber(subject.region),
                         subject.parameters.filter.empty() ? nullptr : &query.filter,
                         query.order,
                         query.limit,
                         query.position(),
                         false};
  return context.memory.Read([&](const Portfolio& portfolio) {
    Page page;
    std::vector<filter::FieldValue> keys;
    if (subject.list) {
      const Portfolio::EntryPage found = portfolio.Entries(*subject.list, wanted);
      for (const ListedProject& row : found.rows) {
        page.rows.push_back(RowBytes(row.entry == nullptr ? std::string_view() : row.entry->body, row.project->body,
                                     row.kind, row.admitted_on));
      }
      if (!found.more) return page;
      for (const filter::OrderKey& key : query.order) {
        keys.push_back(portfolio.Value(*subject.list, found.rows.back(), key.field));
      }
      page.next_token = NextPageToken(context, query, keys, found.rows.back().project->id);
      return page;
    }
    const Portfolio::Page found = portfolio.Projects(wanted);
    for (const ProjectRow* row : found.rows)
      page.rows.push_back(RowBytes("", row->body, EntryKind::kUnspecified, Date()));
    if (!found.more) return page;
    for (const filter::OrderKey& key : query.order) keys.push_back(portfolio.Value(*found.rows.back(), key.field));
    page.next_token = NextPageToken(context, query, keys, found.rows.back()->id);
    return page;
  });
}

// Reads all pages into the spool; returns the years that have plans.
absl::StatusOr<std::set<int>> Collect(const Context& context, rpc::Call& call, const Subject& subject,
                                      imports::Spool& spool) {
  db::Session session(context.database);
  std::set<int> years;
  ListParameters parameters = subject.parameters;
  do {
    if (call.cancelled()) return Gone();
    ASSIGN_OR_RETURN(const ListQuery query, ParseListQuery(context, call, parameters));
    Page page;
    if (subject.moment.past) {
      ASSIGN_OR_RETURN(page, PastPageOf(context, session, subject, query));
    } else {
      page = PresentPageOf(context, subject, query);
    }
    for (const std::string& row : page.rows) {
      v1::Entry entry;
      entry.ParseFromString(row);
      for (const v1::AnnualPlan& plan : entry.project().annual_plans()) years.insert(plan.year());
      RETURN_IF_ERROR(spool.Append(row));
    }
    parameters.page_token = page.next_token;
  } while (!parameters.page_token.empty());
  return years;
}

// ------------------------------------------------------------------------------------------------ the file

WriteValue TextOrNone(const std::string& text) {
  return text.empty() ? WriteValue() : WriteValue(text);
}

WriteValue DateOrNone(const std::string& text) {
  const absl::StatusOr<Date> date = Date::Parse(text);
  return date.ok() ? WriteValue(*date) : WriteValue();
}

// A column of the file: its heading, and how a row fills it.
struct ExportColumn {
  sheet::WriteColumn heading;
  std::function<WriteValue(const v1::Entry&)> value;
};

class Layout {
 public:
  Layout(Titles titles, bool listed, const std::set<int>& years) : titles_(std::move(titles)) {
    columns_.push_back({{.heading = "序号", .kind = ColumnKind::kInteger, .width = 7}, nullptr});
    AddIdentity();
    AddPeople();
    AddMoney(years);
    if (listed)
      Add(
          "entry_kind", [](const v1::Entry& e) { return TextOrNone(LabelOf("entry_kind", e.kind())); }, 9);
    Add(
        "stage", [](const v1::Entry& e) { return TextOrNone(LabelOf("stage", e.project().stage())); }, 9);
    AddAttributes();
    AddText(
        "duplicate_override_reason", [](const v1::Project& p) { return p.duplicate_override_reason(); }, 24);
    if (listed) {
      Add(
          "admission_override_reason", [](const v1::Entry& e) { return TextOrNone(e.admission_override_reason()); },
          24);
    }
  }

  std::vector<sheet::WriteColumn> headings() const {
    std::vector<sheet::WriteColumn> headings;
    for (const ExportColumn& column : columns_) headings.push_back(column.heading);
    return headings;
  }

  std::vector<WriteValue> Row(int64_t number, const v1::Entry& entry) const {
    std::vector<WriteValue> values;
    values.reserve(columns_.size());
    values.emplace_back(sheet::Scaled{number});
    for (size_t i = 1; i < columns_.size(); ++i) values.push_back(columns_[i].value(entry));
    return values;
  }

 private:
  using Value = std::function<WriteValue(const v1::Entry&)>;

  void Add(std::string_view key, Value value, double width = 0) {
    const sheet::ColumnSpec& spec = LedgerColumn(key);
    const ColumnKind kind = spec.kind == ColumnKind::kEnum ? ColumnKind::kText : spec.kind;
    columns_.push_back(
        {{.heading = spec.headings.front(), .kind = kind, .unit = spec.unit, .scale = spec.scale, .width = width},
         std::move(value)});
  }
  template <class F>
  void AddText(std::string_view key, F text, double width) {
    Add(
        key, [text](const v1::Entry& entry) { return TextOrNone(text(entry.project())); }, width);
  }
  template <class F>
  void AddNumber(std::string_view key, F number) {
    Add(key,
        [number](const v1::Entry& entry) { return WriteValue(sheet::Scaled{number(entry.project().attributes())}); });
  }
  template <class F>
  void AddFlag(std::string_view key, F flag) {
    Add(
        key, [flag](const v1::Entry& entry) { return WriteValue(flag(entry.project().attributes())); }, 9);
  }

  void AddIdentity() {
    AddText(
        "title", [](const v1::Project& p) { return p.title(); }, 40);
    AddText(
        "project_code", [](const v1::Project& p) { return p.project_code(); }, 26);
    AddText(
        "region", [this](const v1::Project& p) { return titles_.RegionText(p.region()); }, 14);
    AddText(
        "place", [](const v1::Project& p) { return p.place(); }, 22);
    AddText(
        "industry", [](const v1::Project& p) { return p.industry(); }, 9);
    AddText(
        "field", [](const v1::Project& p) { return LabelOf("field", p.field()); }, 18);
    AddText(
        "nature", [](const v1::Project& p) { return LabelOf("nature", p.nature()); }, 9);
    AddText(
        "regime", [](const v1::Project& p) { return LabelOf("regime", p.regime()); }, 9);
  }

  void AddPeople() {
    AddText(
        "owner_title", [](const v1::Project& p) { return p.owner_title(); }, 32);
    AddText(
        "owner_credit_code", [](const v1::Project& p) { return p.owner_credit_code(); }, 21);
    AddText(
        "competent_department",
        [this](const v1::Project& p) { return titles_.OrganizationText(p.competent_department()); }, 18);
    AddText(
        "responsible_unit", [this](const v1::Project& p) { return titles_.OrganizationText(p.responsible_unit()); },
        18);
    AddText(
        "responsible_person", [](const v1::Project& p) { return p.responsible_person(); }, 22);
    AddText(
        "content_and_scale", [](const v1::Project& p) { return p.content_and_scale(); }, 44);
    Add("planned_start_on", [](const v1::Entry& e) { return DateOrNone(e.project().planned_start_on()); });
    Add("planned_completion_on", [](const v1::Entry& e) { return DateOrNone(e.project().planned_completion_on()); });
  }

  void AddMoney(const std::set<int>& years) {
    Add("total_investment",
        [](const v1::Entry& e) { return WriteValue(sheet::Fen{e.project().total_investment_fen()}); });
    for (const int year : years) {
      Add(PlanKey(year), [year](const v1::Entry& e) {
        for (const v1::AnnualPlan& plan : e.project().annual_plans()) {
          if (plan.year() == year) return WriteValue(sheet::Fen{plan.planned_investment_fen()});
        }
        return WriteValue();
      });
    }
    for (const SourceColumn& source : SourceColumns()) {
      Add(source.key, [kind = source.kind](const v1::Entry& e) {
        for (const v1::FundingSource& one : e.project().funding_sources()) {
          if (one.kind() == kind) return WriteValue(sheet::Fen{one.amount_fen()});
        }
        return WriteValue();
      });
    }
  }

  void AddAttributes() {
    AddFlag("uses_new_land", [](const v1::CategoryAttributes& a) { return a.uses_new_land(); });
    AddFlag("uses_cultivated_land", [](const v1::CategoryAttributes& a) { return a.uses_cultivated_land(); });
    AddFlag("uses_forest_or_grass", [](const v1::CategoryAttributes& a) { return a.uses_forest_or_grass(); });
    AddFlag("near_river", [](const v1::CategoryAttributes& a) { return a.near_river(); });
    AddNumber("site_hectares_e2", [](const v1::CategoryAttributes& a) { return a.site_hectares_e2(); });
    AddNumber("earthwork_m3", [](const v1::CategoryAttributes& a) { return a.earthwork_m3(); });
    AddNumber("energy_tce", [](const v1::CategoryAttributes& a) { return a.energy_tce(); });
    AddNumber("electricity_kwh", [](const v1::CategoryAttributes& a) { return a.electricity_kwh(); });
    AddFlag("building_or_municipal", [](const v1::CategoryAttributes& a) { return a.building_or_municipal(); });
    AddFlag("epc", [](const v1::CategoryAttributes& a) { return a.epc(); });
  }

  const Titles titles_;
  std::vector<ExportColumn> columns_;
};

// What the title may hold in a file's name.
std::string Nameable(const std::string& title) {
  std::string name;
  for (const char c : title) {
    const bool forbidden =
        static_cast<unsigned char>(c) < 0x20 || std::string_view("/\\:*?\"<>|").find(c) != std::string_view::npos;
    name += forbidden ? '_' : c;
  }
  return name;
}

absl::Status Send(rpc::StreamWriter& writer, const std::string& path, const std::string& type,
                  const std::string& filename) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rbe"), &std::fclose);
  if (file == nullptr) return sheet::FileFailed("read", errno);
  std::remove(path.c_str());
  google::api::HttpBody body;
  body.set_content_type(type);
  google::protobuf::StringValue name;
  name.set_value(filename);
  body.add_extensions()->PackFrom(name);
  for (bool more = true; more;) {
    std::string& data = *body.mutable_data();
    data.resize(kPieceBytes);
    data.resize(std::fread(data.data(), 1, kPieceBytes, file.get()));
    if (std::ferror(file.get()) != 0) return sheet::FileFailed("read", errno);
    more = data.size() == kPieceBytes;
    if (!writer.Write(body)) return Gone();
    body.Clear();
  }
  return absl::OkStatus();
}

absl::Status Export(const Context& context, rpc::Call& call, const Subject& subject, rpc::StreamWriter& writer) {
  const bool csv = subject.format == v1::CSV;
  // All rows are read before the first is written: the years of their plans are the file's columns.
  ASSIGN_OR_RETURN(imports::Spool spool, imports::Spool::Open());
  ASSIGN_OR_RETURN(const std::set<int> years, Collect(context, call, subject, spool));
  ASSIGN_OR_RETURN(const imports::TempFolder folder, imports::TempFolder::Make());
  const std::string path = folder.File("export");
  {
    const Layout layout(Titles::Load(context.memory.resources()), subject.list.has_value(), years);
    ASSIGN_OR_RETURN(const std::unique_ptr<sheet::SheetWriter> file,
                     sheet::SheetWriter::Create(path, csv ? sheet::FileFormat::kCsv : sheet::FileFormat::kXlsx,
                                                subject.title, layout.headings()));
    spool.Rewind();
    std::string bytes;
    for (int64_t number = 1;; ++number) {
      ASSIGN_OR_RETURN(const bool more, spool.Next(bytes));
      if (!more) break;
      if (call.cancelled()) return Gone();
      v1::Entry entry;
      entry.ParseFromString(bytes);
      RETURN_IF_ERROR(file->Append(layout.Row(number, entry)));
    }
    RETURN_IF_ERROR(file->Finish());
  }
  return Send(
      writer, path,
      csv ? "text/csv; charset=utf-8" : "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
      fmt::format("{}_{}.{}", Nameable(subject.title), subject.moment.at.as_of.ToString(), csv ? "csv" : "xlsx"));
}

}  // namespace

absl::Status ExportProjects(const Context& context, rpc::Call& call, const v1::ExportProjectsRequest& request,
                            rpc::StreamWriter& writer) {
  ASSIGN_OR_RETURN(const Moment moment, MomentOf(call, request.as_of(), request.known_at()));
  ASSIGN_OR_RETURN(const std::string region, ScopeOf(call, "", context.directory));
  const ListParameters parameters{ProjectFields(),    "", request.filter(), request.order_by(), "", request.as_of(),
                                  request.known_at(), "", kMaxPageSize};
  return Export(context, call, {"投资项目", std::nullopt, region, moment, parameters, request.format()}, writer);
}

absl::Status ExportEntries(const Context& context, rpc::Call& call, const v1::ExportEntriesRequest& request,
                           rpc::StreamWriter& writer) {
  ASSIGN_OR_RETURN(const Moment moment, MomentOf(call, request.as_of(), request.known_at()));
  ASSIGN_OR_RETURN(const std::string region, ScopeOf(call, request.region(), context.directory));
  ASSIGN_OR_RETURN(List list, FindList(context, request.parent()));
  const ListParameters parameters{EntryFields(),   request.parent(),   request.filter(), request.order_by(), "",
                                  request.as_of(), request.known_at(), request.region(), kMaxPageSize};
  const std::string title = list.title;
  return Export(context, call, {title, std::move(list), region, moment, parameters, request.format()}, writer);
}

}  // namespace yaoshi::registry
