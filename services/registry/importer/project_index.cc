#include "services/registry/importer/project_index.h"

#include <fmt/format.h>

#include "common/auth/rules.h"
#include "common/region/region.h"
#include "services/registry/context.h"

namespace yaoshi::registry {
namespace {

std::string OwnerKey(std::string_view region, std::string_view owner_title) {
  return fmt::format("{} {}", region, owner_title);
}

uint32_t ScopeOf(const auth::Principal& principal) {
  const auth::Reach reach = auth::ReachOf(principal.role, "projects.write");
  return reach == auth::Reach::kAll ? 0 : RegionNumber(principal.region);
}

}  // namespace

bool MayWrite(const auth::Principal& principal, std::string_view region) {
  return auth::WithinReach(principal, auth::ReachOf(principal.role, "projects.write"), region, "");
}

ProjectIndex::ProjectIndex(const Memory& memory, const auth::Principal& principal) : memory_(memory) {
  memory.Read([&](const Portfolio& portfolio) {
    portfolio.Visit(
        nullptr, ScopeOf(principal),
        [&](const ListedProject& listed, int64_t) {
          const ProjectRow& row = *listed.project;
          if (row.merged) return;
          const std::string_view code = row.Text(ProjectField::kProjectCode);
          if (!code.empty()) by_code_.emplace(code, row.id);
          by_owner_[OwnerKey(RegionCode(row.region), row.Text(ProjectField::kOwnerTitle))].projects.push_back(row.id);
        },
        0);
  });
}

Uuid ProjectIndex::WithCode(const std::string& project_code) const {
  const auto found = by_code_.find(project_code);
  return found == by_code_.end() ? Uuid() : found->second;
}

void ProjectIndex::NormaliseTitles(Owner& owner) const {
  std::vector<std::pair<std::string, Known>> titles;
  memory_.Read([&](const Portfolio& portfolio) {
    for (const Uuid& id : owner.projects) {
      const ProjectRow* row = portfolio.Find(id);
      if (row == nullptr) continue;
      titles.push_back(
          {std::string(row->Text(ProjectField::kTitle)), {id, std::string(row->Text(ProjectField::kProjectCode))}});
    }
  });
  for (auto& [title, known] : titles) owner.by_title[NormaliseTitle(title)].push_back(std::move(known));
  owner.projects.clear();
}

const std::vector<ProjectIndex::Known>& ProjectIndex::Named(std::string_view region, std::string_view title,
                                                            std::string_view owner_title) {
  static const auto* const kNone = new std::vector<Known>();
  const auto found = by_owner_.find(OwnerKey(region, owner_title));
  if (found == by_owner_.end()) return *kNone;
  if (!found->second.projects.empty()) NormaliseTitles(found->second);
  const auto named = found->second.by_title.find(NormaliseTitle(title));
  return named == found->second.by_title.end() ? *kNone : named->second;
}

const ProjectIndex::Region& ProjectIndex::RegionOf(std::string_view region) {
  const auto [at, fresh] = regions_.try_emplace(std::string(region));
  Region& made = at->second;
  if (!fresh) return made;
  struct Texts {
    Uuid id;
    std::string title, place, owner, code;
  };
  std::vector<Texts> texts;  // Copied, so that memory is not held while they are compared.
  const uint32_t number = RegionNumber(region);
  memory_.Read([&](const Portfolio& portfolio) {
    portfolio.Visit(
        nullptr, number,
        [&](const ListedProject& listed, int64_t) {
          const ProjectRow& row = *listed.project;
          if (row.merged || row.stage == Stage::kCancelled || row.region != number) return;
          texts.push_back({row.id, std::string(row.Text(ProjectField::kTitle)),
                           std::string(row.Text(ProjectField::kPlace)),
                           std::string(row.Text(ProjectField::kOwnerTitle)),
                           std::string(row.Text(ProjectField::kOwnerCreditCode))});
        },
        0);
  });
  for (const Texts& text : texts) {
    made.index.Add(LikenessOf(text.title, text.place, text.owner, text.code), static_cast<uint32_t>(made.ids.size()));
    made.ids.push_back(text.id);
  }
  return made;
}

std::optional<ProjectIndex::Alike> ProjectIndex::MostAlike(std::string_view region, const Likeness& likeness) {
  const Region& projects = RegionOf(region);
  const auto found = projects.index.MostAlike(likeness);
  if (!found) return std::nullopt;
  Alike alike{projects.ids[found->item], "", *found->likeness};
  memory_.Read([&](const Portfolio& portfolio) {
    const ProjectRow* row = portfolio.Find(alike.project);
    if (row != nullptr) alike.title = std::string(row->Text(ProjectField::kTitle));
  });
  return alike;
}

}  // namespace yaoshi::registry
