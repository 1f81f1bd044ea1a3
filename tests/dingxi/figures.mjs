// What the figures of the data set must be, computed from the plain data, for any date.
import { CITY } from './geography.mjs';
import { typeOf } from './rules.mjs';

/** Figures that were published (domain/article.md, reference §1): count, total and planned investment in 万元. */
export const PUBLISHED = [
  { list: 'invest-2022', as_of: '2022-02-19', region: '', projects: 725, total: 26090000, planned: 7650000 },
  { list: 'invest-2022', as_of: '2022-04-20', region: '', projects: 737, total: 26116000, planned: 7667000 },
  { list: 'invest-2022', as_of: '2022-04-20', region: '621122', projects: 115, total: 3527000, planned: 1104000 },
  { list: 'invest-2022', as_of: '2022-04-20', region: '621125', projects: 63, total: 732000, planned: 296000 },
  { list: 'major-145', as_of: '2022-04-20', region: '', projects: 561, total: 69860000 },
  { list: 'plan-2023', as_of: '2022-04-20', region: '', projects: 163, total: 10170000 },
];

const covers = (region, other) => region === '' || region === CITY.code || region === other;

/** The entries of a list at a date as `[{key, kind, total, plans}]`; those of the master list are the union of its sub-lists. */
export function entriesAt(data, listId, asOf) {
  const found = data.lists.find((l) => l.id === listId);
  const ids = found.kind === 'MASTER' ? data.lists.filter((l) => l.parent === listId).map((l) => l.id) : [listId];
  const entries = new Map();
  for (const id of ids) for (const [key, kind] of membersAt(data, id, asOf)) entries.set(key, kind);
  return [...entries].map(([key, kind]) => ({ key, kind, ...amountsAt(data, key, asOf) }));
}

function membersAt(data, id, asOf) {
  const members = new Map();
  for (const w of data.workbooks) if (w.list === id && w.effective_on <= asOf) for (const key of w.rows) members.set(key, w.kinds[key]);
  for (const order of data.orders) {
    if (order.list !== id || order.effective_on > asOf) continue;
    for (const a of order.additions) members.set(a.key, a.kind);
    for (const r of order.removals) members.delete(r.key);
  }
  return members;
}

function amountsAt(data, key, asOf) {
  const project = data.projects.get(key);
  const order = data.orders.find((o) => o.amendments.some((a) => a.key === key));
  if (!order || asOf >= order.effective_on) return { total: project.total, plans: project.plans };
  return { total: project.before.total, plans: { ...project.plans, 2022: project.before.planned } };
}

/** `{projects, total, planned}` of a list at a date in a region ('' is all), in 万元; planned is that of the list's years. */
export function figuresAt(data, listId, asOf, region = '') {
  const { first_year, last_year } = data.lists.find((l) => l.id === listId);
  const rows = entriesAt(data, listId, asOf).filter((e) => covers(region, data.projects.get(e.key).region));
  const planned = (plans) => Object.entries(plans).reduce((a, [year, amount]) => (year >= first_year && year <= last_year ? a + amount : a), 0);
  return { projects: rows.length, total: rows.reduce((a, e) => a + e.total, 0), planned: rows.reduce((a, e) => a + planned(e.plans), 0) };
}

/**
 * `{required, completed, projects, ready}` of a list at a date in a region: of the projects on it that start in its years and have
 * a case, the procedures that they need before the start, and those that are approved and valid.
 */
export function ratesAt(data, listId, asOf, region = '') {
  const { first_year, last_year } = data.lists.find((l) => l.id === listId);
  const cases = new Map(data.cases.map((c) => [c.key, c]));
  const rates = { required: 0, completed: 0, projects: 0, ready: 0 };
  for (const { key } of entriesAt(data, listId, asOf)) {
    const project = data.projects.get(key);
    const year = Number(project.planned_start_on.slice(0, 4));
    const one = cases.get(key);
    if (!one || one.opened_on > asOf || year < first_year || year > last_year || !covers(region, project.region)) continue;
    const done = one.moves.filter((m) => m.move === 'APPROVE' && m.on <= asOf && !(validUntil(m) < asOf)).length;
    rates.required += one.required.length;
    rates.completed += done;
    rates.projects += 1;
    rates.ready += done === one.required.length ? 1 : 0;
  }
  return rates;
}

/** The last day of an approval's validity by the terms in force at the acceptance; '9999' without end. */
function validUntil({ code, on }) {
  const terms = typeOf(code).terms.filter((t) => t.effective_on <= on).at(-1);
  if (!terms.validity_months) return '9999';
  const [year, month, day] = on.split('-').map(Number);
  return new Date(Date.UTC(year, month - 1 + terms.validity_months, day) - 86400000).toISOString().slice(0, 10);
}
