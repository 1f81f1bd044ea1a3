// The pre-approval cases of the data set: which procedures each project that starts in its list's year needs, and every move of
// them, so that the completion rates of spring 2021 and 2022 come out exactly.
import { DEPARTMENTS } from './directory.mjs';
import { WorkDays } from './calendars.mjs';
import { Random } from './random.mjs';
import { factsOf, prerequisitesOf, requirementsOf, templateFor, typeOf } from './rules.mjs';

/** The completion rates that were published (reference §1.2, R2.5), in percent: 99 %, 42 points above the year before. */
export const PUBLISHED_RATES = [
  { list: 'invest-2021', as_of: '2021-04-20', percent: 57 },
  { list: 'invest-2022', as_of: '2022-04-20', percent: 99 },
];

/** From when the projects that need approvals are in the city's reserve: their procedures begin later. */
export const RESERVES = [
  { list: 'invest-2021', year: 2021, effective_on: '2020-01-10', issued_on: '2021-02-10', reason: '2020年度项目储备库入库' },
  { list: 'invest-2022', year: 2022, effective_on: '2021-01-11', issued_on: '2022-02-10', reason: '2021年度项目储备库入库' },
];

/** The projects of a reserve: new starts of the list's year, those that leave the list again included. */
export const reserveOf = ({ list, year }, all) =>
  all.filter((p) => p.lists.includes(list) && p.kind === 'NEW_START' && p.planned_start_on.startsWith(`${year}-`));

const days = new WorkDays();

/** Codes that a project needs before its start, with the codes that each waits for. */
function needsOf(project) {
  const facts = factsOf(project, project.before?.total ?? project.total);
  const template = templateFor(facts);
  const requirements = requirementsOf(template, facts);
  const gates = new Set(template.template.nodes.filter((n) => n.gates_start).map((n) => n.code));
  const before = prerequisitesOf(template, requirements);
  return { template: template.template_id, before: new Map([...before].filter(([code]) => gates.has(code))) };
}

/**
 * Makes the number of required procedures of each list a multiple of 100, so that whole percents are whole numbers: some more
 * projects lie near a river, and need P07.
 */
export function roundRequired(all) {
  for (const reserve of RESERVES) {
    const random = new Random(`rivers/${reserve.list}`);
    const counted = reserveOf(reserve, all).filter((p) => !p.removed);
    const required = counted.reduce((sum, p) => sum + needsOf(p).before.size, 0);
    const dry = counted.filter((p) => !p.attributes.near_river);
    for (const p of random.sample(dry, (100 - (required % 100)) % 100)) p.attributes.near_river = true;
  }
}

/** Working days that the office has, and whether it kept to them: most do, some need all, a few more. */
function usedDays(random, type, promised) {
  const terms = type.terms.at(promised ? Math.min(1, type.terms.length - 1) : 0);
  const limit = terms.promised_limit ?? terms.legal_limit ?? type.terms.at(-1).promised_limit ?? { count: 5, unit: 'WORKING_DAYS' };
  const working = limit.unit === 'CALENDAR_DAYS' ? Math.floor((limit.count * 5) / 7) : limit.count;
  const share = random.chance(0.9) ? 25 + random.int(0, 60) : random.chance(0.6) ? 100 : 110 + random.int(0, 30);
  return limit.count === 0 ? 0 : Math.max(1, Math.floor((working * share) / 100));
}

/** The moves of one procedure from its first possible working day on, as `[move, day, reason?]`. */
function stepsOf(random, code, from, promised) {
  const type = typeOf(code);
  const submitted = from + random.int(0, Math.max(1, (type.preparation?.count ?? 2) >> 1));
  const accepted = submitted + (code === 'P00' ? 0 : random.int(0, 2));
  const steps = [['SUBMIT', submitted], ['ACCEPT', accepted]];
  let day = accepted;
  if (random.chance(0.05)) {
    steps.push(['REQUEST_CORRECTION', day + 1, '申请材料不齐全，一次性告知补正'], ['RESUBMIT', day + 1 + random.int(1, 4)]);
    day = steps.at(-1)[1];
  }
  if (type.outside_clock && random.chance(0.15)) {
    steps.push(['BEGIN_SPECIAL_PROCEDURE', day + 1, '组织专家评审'], ['END_SPECIAL_PROCEDURE', day + 1 + random.int(2, 6)]);
    day = steps.at(-1)[1];
  }
  steps.push(['APPROVE', day + usedDays(random, type, promised)]);
  return steps;
}

/** A case with days counted from its own first: `{key, template, steps: [[code, move, day, reason?]], length}`. */
function relativeCase(random, project, promised) {
  const { template, before } = needsOf(project);
  const approved = new Map();
  const steps = [];
  const place = (code) => {
    if (approved.has(code)) return approved.get(code);
    const from = Math.max(0, ...before.get(code).map((b) => place(b)));
    const own = stepsOf(random, code, from, promised);
    steps.push(...own.map(([move, day, reason]) => [code, move, day, reason]));
    approved.set(code, own.at(-1)[1]);
    return approved.get(code);
  };
  for (const code of before.keys()) place(code);
  return { key: project.key, template, steps, length: Math.max(...approved.values()), end: 0 };
}

const approvals = (one) => one.steps.filter(([, move]) => move === 'APPROVE');
const doneBy = (one, day) => approvals(one).filter(([, , at]) => one.end - one.length + at <= day).length;

/** Moves cases by some days until exactly `target` procedures are done by `day`. */
function settle(random, cases, day, target) {
  let missing = target - cases.reduce((sum, c) => sum + doneBy(c, day), 0);
  for (let round = 0; missing !== 0; round++) {
    if (round === 10000) throw new Error(`cannot make ${target} procedures done by ${days.date(day)}`);
    const one = cases[random.int(0, cases.length - 1)];
    const [end, done] = [one.end, doneBy(one, day)];
    one.end = end + (missing > 0 ? -1 : 1) * random.int(1, 60);
    const change = doneBy(one, day) - done;
    if (Math.sign(change) === Math.sign(missing) && Math.abs(change) <= Math.abs(missing)) missing -= change;
    else one.end = end;
  }
}

/** The last working day of each case: of a project that started, before its start. */
function lastDay(random, project, list) {
  const between = (from, to) => random.int(days.index(from), days.index(to));
  if (list === 'invest-2021') return between('2020-12-14', '2021-10-29');
  if (project.batch === 1) return between('2022-01-05', '2022-02-17');
  if (project.batch === 2) return between('2022-02-14', '2022-04-19');
  return between('2022-05-05', '2022-06-02');
}

function casesOf(reserve, all) {
  const random = new Random(`approvals/${reserve.list}`);
  const projects = reserveOf(reserve, all);
  const cases = projects.map((p) => ({ ...relativeCase(random, p, reserve.year > 2021), end: lastDay(random, p, reserve.list) }));
  const { as_of, percent } = PUBLISHED_RATES.find((r) => r.list === reserve.list);
  const counted = cases.filter((_, i) => !projects[i].removed);
  const required = counted.reduce((sum, c) => sum + approvals(c).length, 0);
  const free = reserve.year > 2021 ? cases.filter((_, i) => !projects[i].removed && !projects[i].batch) : counted;
  const settled = counted.filter((c) => !free.includes(c)).reduce((sum, c) => sum + approvals(c).length, 0);
  settle(random, free, days.index(as_of), (required * percent) / 100 - settled);
  return cases.map((c, i) => dated(random, c, projects[i], reserve));
}

const two = (n) => String(n).padStart(2, '0');

/** The approval document: number and office. */
function documentOf(code, on, serial) {
  const department = DEPARTMENTS[Number(typeOf(code).department.slice(-2)) - 1];
  return { number: `${department.replace(/^市(委)?/, '定')}审〔${on.slice(0, 4)}〕${two(serial)}号`, issuer: `定西${department}` };
}

const SERIALS = new Map();

/** The case with dates. A project that is taken off its list has no moves from then on. */
function dated(random, { key, template, steps, length, end }, project, { list, effective_on, issued_on }) {
  const first = end - length;
  const last = project.removed ? days.index('2022-03-01') : Infinity;
  const serial = (code, year) => {
    const name = `${list}/${code}/${year}`;
    SERIALS.set(name, (SERIALS.get(name) ?? 0) + 1);
    return SERIALS.get(name);
  };
  const moves = steps.filter(([, , day]) => first + day <= last).map(([code, move, day, reason = '']) => {
    const on = days.date(first + day);
    const approval = move === 'APPROVE' ? documentOf(code, on, serial(code, on.slice(0, 4))) : undefined;
    return { code, move, on, ...(reason && { reason }), ...(approval && { approval }), ...(move === 'BEGIN_SPECIAL_PROCEDURE' && { special_procedure: 'EXPERT_REVIEW' }) };
  });
  moves.sort((a, b) => (a.on < b.on ? -1 : a.on > b.on ? 1 : 0));
  // A case is open when its list is issued, or before its first move.
  const opened_on = [[days.date(first - random.int(1, 5)), issued_on].sort()[0], effective_on].sort().at(-1);
  return { key, list, template, opened_on, required: [...new Set(steps.map(([code]) => code))].sort(), moves };
}

/** All cases: `{key, list, template, opened_on, required, moves: [{code, move, on, reason?, approval?, special_procedure?}]}`. */
export function cases(all) {
  SERIALS.clear();
  return RESERVES.flatMap((reserve) => casesOf(reserve, all));
}
