// Projects of the data set as the API's resources.
import { DEPARTMENTS } from './directory.mjs';
import { REGIONS } from './geography.mjs';
import { fen } from './client.mjs';

/** "organizations/{id}" of a department's or region's title. */
export function organizationName(title) {
  const department = DEPARTMENTS.indexOf(title);
  if (department >= 0) return `organizations/dept-${String(department + 1).padStart(2, '0')}`;
  const region = REGIONS.find((r) => r.title === title);
  if (!region) throw new Error(`no organization ${title}`);
  return `organizations/${region.id}`;
}

/** The Project message (snake_case JSON) of a project of the data set. */
export function apiProject(p) {
  return {
    title: p.title, project_code: p.project_code, region: p.region, place: p.place, industry: p.industry, field: p.field,
    nature: p.nature, regime: p.regime, owner_title: p.owner_title, owner_credit_code: p.owner_credit_code,
    competent_department: organizationName(p.competent_department), responsible_unit: organizationName(p.responsible_unit),
    responsible_person: p.responsible_person, content_and_scale: p.content_and_scale,
    planned_start_on: p.planned_start_on, planned_completion_on: p.planned_completion_on, total_investment_fen: fen(p.total),
    funding_sources: Object.entries(p.sources).map(([kind, wan]) => ({ kind, amount_fen: fen(wan) })),
    annual_plans: Object.entries(p.plans).map(([year, wan]) => ({ year: Number(year), planned_investment_fen: fen(wan) })),
    attributes: Object.fromEntries(Object.entries(p.attributes).map(([k, v]) => [k, typeof v === 'number' ? String(v) : v])),
  };
}
