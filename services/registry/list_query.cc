#include "services/registry/list_query.h"

#include "common/page/page_size.h"

namespace yaoshi::registry {
namespace {

using filter::FieldType;
using filter::FieldValue;

PageKey ToKey(const FieldValue& value) {
  if (const auto* text = std::get_if<std::string_view>(&value)) return std::string(*text);
  if (const auto* number = std::get_if<int64_t>(&value)) return *number;
  if (const auto* date = std::get_if<Date>(&value)) return int64_t{date->days()};
  return std::monostate();
}

// Texts are kept in `texts`, which does not grow any more: its elements stay where they are.
FieldValue FromKey(const PageKey& key, FieldType type, std::vector<std::string>& texts) {
  if (const auto* text = std::get_if<std::string>(&key)) {
    texts.push_back(*text);
    return std::string_view(texts.back());
  }
  const auto* number = std::get_if<int64_t>(&key);
  if (number == nullptr) return std::monostate();
  if (type == FieldType::kDate) return Date::FromDays(static_cast<int32_t>(*number));
  return *number;
}

FieldValue DateValue(const std::string& text) {
  const absl::StatusOr<Date> date = Date::Parse(text);
  return date.ok() ? FieldValue(*date) : FieldValue();
}

FieldValue ValueOf(ProjectField field, const v1::Project& p, const PastRow& row) {
  switch (field) {
    case ProjectField::kTitle:
      return std::string_view(p.title());
    case ProjectField::kProjectCode:
      return std::string_view(p.project_code());
    case ProjectField::kRegion:
      return std::string_view(p.region());
    case ProjectField::kPlace:
      return std::string_view(p.place());
    case ProjectField::kIndustry:
      return std::string_view(p.industry());
    case ProjectField::kField:
      return int64_t{p.field()};
    case ProjectField::kNature:
      return int64_t{p.nature()};
    case ProjectField::kRegime:
      return int64_t{p.regime()};
    case ProjectField::kStage:
      return int64_t{p.stage()};
    case ProjectField::kOwnerTitle:
      return std::string_view(p.owner_title());
    case ProjectField::kOwnerCreditCode:
      return std::string_view(p.owner_credit_code());
    case ProjectField::kCompetentDepartment:
      return std::string_view(p.competent_department());
    case ProjectField::kResponsibleUnit:
      return std::string_view(p.responsible_unit());
    case ProjectField::kTotalInvestment:
      return p.total_investment_fen();
    case ProjectField::kPlannedStart:
      return DateValue(p.planned_start_on());
    case ProjectField::kPlannedCompletion:
      return DateValue(p.planned_completion_on());
    case ProjectField::kStarted:
      return DateValue(p.started_on());
    case ProjectField::kCompleted:
      return DateValue(p.completed_on());
    case ProjectField::kEntryKind:
      return static_cast<int64_t>(row.kind);
    case ProjectField::kAdmitted:
      return row.admitted_on;
    case ProjectField::kPlannedInvestment:
      return row.planned_investment_fen;
  }
  return std::monostate();
}

void AppendRaw(std::string& bytes, uint64_t value) {
  while (value >= 0x80) {
    bytes += static_cast<char>(value | 0x80);
    value >>= 7;
  }
  bytes += static_cast<char>(value);
}

}  // namespace

absl::StatusOr<ListQuery> ParseListQuery(const Context& context, const rpc::Call& call,
                                         const ListParameters& parameters) {
  ListQuery query;
  ASSIGN_OR_RETURN(const int limit, PageSize(parameters.page_size));
  query.limit = static_cast<size_t>(limit);
  ASSIGN_OR_RETURN(query.filter, filter::ParseAndBind(parameters.filter, parameters.fields));
  ASSIGN_OR_RETURN(query.order, filter::ParseOrderBy(parameters.order_by, parameters.fields));
  query.scope = {call.method(),       parameters.parent + "@" + parameters.region,
                 parameters.filter,   parameters.order_by,
                 parameters.as_of,    parameters.known_at,
                 PrincipalScope(call)};
  if (parameters.page_token.empty()) return query;
  ASSIGN_OR_RETURN(const PagePosition position, context.tokens.Decode(query.scope, parameters.page_token));
  if (position.keys.size() != query.order.size()) {
    return InvalidFields({{"page_token", "belongs to another order; start from the first page"}});
  }
  query.texts.reserve(position.keys.size());
  query.after.emplace();
  query.after->id = position.id;
  for (size_t i = 0; i < position.keys.size(); ++i) {
    query.after->keys.push_back(FromKey(position.keys[i], parameters.fields[query.order[i].field].type, query.texts));
  }
  return query;
}

std::string NextPageToken(const Context& context, const ListQuery& query, const std::vector<FieldValue>& keys,
                          const Uuid& id) {
  PagePosition position;
  position.id = id;
  for (const FieldValue& key : keys) position.keys.push_back(ToKey(key));
  return context.tokens.Encode(query.scope, position);
}

std::vector<FieldValue> OrderValues(const std::vector<filter::OrderKey>& order, const v1::Project& project,
                                    const PastRow& row) {
  std::vector<FieldValue> values;
  for (const filter::OrderKey& key : order) {
    values.push_back(ValueOf(static_cast<ProjectField>(key.field), project, row));
  }
  return values;
}

absl::StatusOr<rpc::Bytes> PastPageBytes(const Context& context, rpc::Call& call, const ListQuery& query,
                                         const PastQuery& past, bool count, const PageFields& fields,
                                         const std::function<std::string(const PastRow&)>& item) {
  ASSIGN_OR_RETURN(PastPage page, LoadPast(call.session(), past, query.order, query.position(), query.limit, count));
  const bool more = page.rows.size() > query.limit;
  if (more) page.rows.resize(query.limit);
  rpc::Bytes answer;
  for (const PastRow& row : page.rows) AppendMessage(answer.serialized, fields.rows, item(row));
  if (more) {
    const PastRow& last = page.rows.back();
    v1::Project project;
    project.ParseFromString(last.body);
    AppendMessage(answer.serialized, fields.next_page_token,
                  NextPageToken(context, query, OrderValues(query.order, project, last), last.id));
  }
  AppendVarint(answer.serialized, fields.total_size, page.total);
  return answer;
}

void AppendMessage(std::string& bytes, int field, std::string_view message) {
  AppendRaw(bytes, static_cast<uint64_t>(field) << 3 | 2);
  AppendRaw(bytes, message.size());
  bytes += message;
}

void AppendVarint(std::string& bytes, int field, int64_t value) {
  if (value == 0) return;
  AppendRaw(bytes, static_cast<uint64_t>(field) << 3);
  AppendRaw(bytes, static_cast<uint64_t>(value));
}

}  // namespace yaoshi::registry
