// Counts and money of the portfolio: which project is on which list, with which amounts, so that every published total
// comes out exactly. All amounts are whole 万元; sums are cut into cells first and then into projects.
import { Random, partition } from './random.mjs';

const sum = (items, f) => items.reduce((a, item) => a + f(item), 0);

// The 2022 list as of 2022-04-20 by region: projects started with the first batch, with the second, not yet; and of the first
// batch those that go on from earlier years (续建). 陇西县 and 漳县 are published (reference §1.1, §1.3), the other
// regions share what is left of 737 projects, 26 116 000 and 7 667 000 万元, of which 496, 15 835 000 and 4 829 000 in the first batch.
const CELLS_2022 = [
  cell('621122', { first: [73, 2840000, 792000], second: [40, 649000, 303000], none: [2, 38000, 9000], continuing: 56 }),
  cell('621125', { first: [41, 547000, 229000], second: [22, 185000, 67000], none: [0, 0, 0], continuing: 28 }),
  ...shared({
    regions: ['621102', '621121', '621123', '621124', '621126', '621171', '621172', '621100'],
    weights: [1.2, 0.9, 0.8, 1.2, 0.9, 1.5, 1.6, 2.4],
    first: [[75, 63, 55, 77, 53, 19, 12, 28], 12448000, 3808000],
    second: [[34, 28, 25, 34, 24, 9, 6, 12], 9348000, 2445000],
    none: [[1, 1, 0, 1, 1, 0, 0, 1], 61000, 14000],
    continuing: [52, 44, 38, 54, 37, 12, 7, 21],
  }),
];

/** Published and chosen totals that are cut up below, in 万元. */
const MAJOR = { projects: 561, total: 69860000 };
const NEXT = { projects: 163, total: 10170000 };
const LAST = { projects: 668, total: 23184000, planned: 6982000, continuing: 290 }; // 2021: chosen, nothing is published
const CHANGE = { total: 26000, planned: 17000 }; // 动态管理 between 2022-02-19 and 2022-04-20, net

function cell(region, { first, second, none, continuing }) {
  return { region, groups: { 1: first, 2: second, 0: none }, continuing };
}

function shared({ regions, weights, first, second, none, continuing }) {
  const cut = ([counts, total, planned]) => {
    const shares = counts.map((n, i) => n * weights[i]);
    const split = (amount) => partition({ weights: shares, sum: amount, low: 0, high: amount, unit: 1000 });
    return [counts, split(total), split(planned)];
  };
  const groups = { first: cut(first), second: cut(second), none: cut(none) };
  const at = (name, i) => groups[name].map((values) => values[i]);
  return regions.map((region, i) =>
    cell(region, { first: at('first', i), second: at('second', i), none: at('none', i), continuing: continuing[i] }),
  );
}

/** Moves a few 万元 between neighbours, so that amounts are not all round. Sums stay. */
function roughen(random, amounts, low) {
  for (let i = 0; i + 1 < amounts.length; i += 2) {
    if (!random.chance(0.35)) continue;
    const by = random.int(1, 9);
    if (amounts[i] - by >= low && amounts[i + 1] - by >= low) {
      amounts[i] += by;
      amounts[i + 1] -= by;
    }
  }
  return amounts;
}

function cutTotals(random, { count, total, low = 500, high = 620000 }) {
  if (count === 0) return [];
  const weights = Array.from({ length: count }, () => random.size());
  return roughen(random, partition({ weights, sum: total, low, high }), low);
}

/** Planned investment of one year: most of a small project, a part of a large one, and the sum exact. */
function cutPlanned(random, totals, planned) {
  const weights = totals.map((t) => (t / (1 + t / 60000)) * (0.6 + random.unit() * 0.8));
  return partition({ weights, sum: planned, low: totals.map((t) => Math.min(100, t)), high: totals.map((t) => t - (t % 10)) });
}

function projectsOf2022(random) {
  const slots = [];
  for (const { region, groups, continuing } of CELLS_2022) {
    let left = continuing;
    for (const batch of [1, 2, 0]) {
      const [count, total, planned] = groups[batch];
      const totals = cutTotals(random, { count, total });
      const plans = count ? cutPlanned(random, totals, planned) : [];
      for (let i = 0; i < count; i++) {
        const kind = left-- > 0 ? 'CONTINUING' : 'NEW_START';
        slots.push({ region, batch, kind, total: totals[i], plans: { 2022: plans[i] }, lists: new Set(['invest-2022']) });
      }
    }
  }
  return slots;
}

/** What comes, goes and is amended between the two dates, with the effect that the published totals demand. */
function chooseChanges(random, slots) {
  const second = slots.filter((s) => s.batch === 2);
  const from = (region, count, fits = () => true) => {
    const free = second.filter((s) => !s.added && !s.amendedTo && fits(s) && (region ? s.region === region : !['621122', '621125'].includes(s.region)));
    return random.sample(free, count);
  };
  const middle = (s) => s.total >= 4000 && s.total <= 45000;
  const added = [...from('621122', 2, middle), ...from('621125', 1, middle), ...from('', 20, middle)];
  added.forEach((s) => (s.added = true));
  const amended = [...from('621122', 3), ...from('621125', 2), ...from('', 22)];
  for (const s of amended) amend(random, s);
  const removedTotal = sum(added, (s) => s.total) + sum(amended, (s) => s.total - s.before.total) - CHANGE.total;
  const removedPlanned = sum(added, (s) => s.plans[2022]) + sum(amended, (s) => s.plans[2022] - s.before.planned) - CHANGE.planned;
  const totals = partition({ weights: Array.from({ length: 11 }, () => 1 + random.size()), sum: removedTotal, low: 1200, high: 160000, unit: 1 });
  const weights = totals.map((t) => t * (0.5 + random.unit()));
  const plans = partition({ weights, sum: removedPlanned, low: 200, high: totals.map((t) => Math.floor(t * 0.95)), unit: 1 });
  const regions = random.shuffle(['621102', '621121', '621123', '621124', '621126', '621171', '621100', '621122', '621124', '621102', '621123']);
  return totals.map((total, i) => ({
    region: regions[i], batch: 0, kind: i < 2 ? 'CONTINUING' : 'NEW_START', total, plans: { 2022: plans[i] }, removed: true, lists: new Set(['invest-2022']),
  }));
}

/** Gives a project the amounts that it had before its amendment. */
function amend(random, slot) {
  slot.amendedTo = true;
  const share = random.int(4, 18) / 100;
  const up = random.chance(0.55);
  const change = (value) => Math.max(10, Math.round((value * share) / 10) * 10) * (up ? 1 : -1);
  const only = random.chance(0.3); // only the plan of the year changes
  const before = { total: only ? slot.total : slot.total - change(slot.total), planned: slot.plans[2022] - change(slot.plans[2022]) };
  before.total = Math.max(before.total, 500);
  before.planned = Math.min(Math.max(before.planned, 10), before.total);
  slot.before = before;
}

/** Puts projects of 2022 on the other lists, and adds the projects that are on those alone. */
function otherLists(random, slots, removed) {
  const free = (s) => !s.amendedTo && s.lists.size === 1;
  const put = (chosen, list) => (chosen.forEach((s) => s.lists.add(list)), chosen);
  put(random.sample(slots.filter((s) => free(s) && !s.added && s.total >= 25000), 140), 'major-145');
  put(slots.filter((s) => free(s) && s.added).sort((a, b) => b.total - a.total).slice(0, 8), 'major-145');
  put(removed.slice(0, 4), 'major-145');
  const fresh = (s) => s.kind === 'NEW_START' && !s.added && !s.amendedTo;
  put(random.sample(slots.filter((s) => fresh(s) && s.lists.has('major-145') && s.total <= 90000), 12), 'plan-2023');
  put(random.sample(slots.filter((s) => fresh(s) && free(s) && s.total >= 4000 && s.total <= 40000), 8), 'plan-2023');
  const on = (list) => [...slots, ...removed].filter((s) => s.lists.has(list));
  const planned = next(random, NEXT.total - sum(on('plan-2023'), (s) => s.total));
  const inMajor = [...on('major-145'), ...planned.filter((s) => s.lists.has('major-145'))];
  const reserve = reserveOnly(random, MAJOR.projects - inMajor.length, MAJOR.total - sum(inMajor, (s) => s.total));
  return [...planned, ...reserve];
}

const CODES = CELLS_2022.map((c) => c.region);
const COUNTS = [18, 9, 16, 14, 12, 17, 13, 6, 4, 12]; // how often each region of CODES has a project of the reserve

function anyRegion(random) {
  let at = random.int(0, sum(COUNTS, (n) => n) - 1);
  for (let i = 0; ; i++) if ((at -= COUNTS[i]) < 0) return CODES[i];
}

function next(random, total) {
  const count = NEXT.projects - 20;
  const large = (i) => i < 48;
  const weights = Array.from({ length: count }, (_, i) => random.size() * (large(i) ? 4 : 1));
  const totals = partition({ weights, sum: total, low: weights.map((_, i) => (large(i) ? 20000 : 800)), high: 480000 });
  return totals.map((amount, i) => ({
    region: anyRegion(random), batch: 0, kind: 'STANDBY', total: amount, plans: { 2023: share(random, amount, 15, 45) },
    lists: new Set(large(i) ? ['major-145', 'plan-2023'] : ['plan-2023']),
  }));
}

function reserveOnly(random, count, total) {
  return cutTotals(random, { count, total, low: 6000, high: 1500000 }).map((amount) => ({
    region: anyRegion(random), batch: 0, kind: 'STANDBY', total: amount, plans: {}, lists: new Set(['major-145']),
  }));
}

/** The list of the year before: what went on from it into 2022, and what did not. */
function lastYear(random, slots) {
  const carried = random.sample(slots.filter((s) => s.kind === 'CONTINUING' && !s.amendedTo && s.total - s.plans[2022] >= 100), 180);
  carried.forEach((s) => s.lists.add('invest-2021'));
  const own = LAST.projects - carried.length;
  const totals = cutTotals(random, { count: own, total: LAST.total - sum(carried, (s) => s.total), high: 400000 });
  for (const s of carried) s.plans[2021] = Math.min(share(random, s.total, 15, 35), s.total - s.plans[2022]);
  const plans = cutPlanned(random, totals, LAST.planned - sum(carried, (s) => s.plans[2021]));
  return totals.map((total, i) => ({
    region: anyRegion(random), batch: 0, kind: i < LAST.continuing - carried.length ? 'CONTINUING' : 'NEW_START', total,
    plans: { 2021: plans[i] }, lists: new Set(['invest-2021']),
  }));
}

function share(random, amount, low, high) {
  return Math.max(10, Math.round((amount * random.int(low, high)) / 1000) * 10);
}

/** Spreads what the plans leave open over the years of the five-year plan. */
function planYears(random, slot) {
  const given = sum(Object.values(slot.plans), (p) => p);
  let open = slot.total - given;
  const take = (year, low, high) => {
    if (slot.plans[year] !== undefined || open < 100) return;
    const amount = Math.min(open, share(random, open, low, high));
    if (amount > 0) open -= slot.plans[year] = amount;
  };
  if (slot.kind === 'CONTINUING') take(2021, 25, 50);
  if (slot.kind === 'STANDBY' && !slot.lists.has('plan-2023') && random.chance(0.4)) take(2024, 20, 40);
  else take(2023, 25, 60);
  take(2024, 30, 70);
  take(2025, 50, 100);
}

/**
 * All projects as `{region, kind, batch, total, plans, lists, before?, added?, removed?}`; `before` holds the amounts before
 * an amendment, `batch` is 1 or 2 when the project starts with that batch in 2022, `batch2021` likewise.
 */
export function slots() {
  const random = new Random('amounts');
  const current = projectsOf2022(random);
  const removed = chooseChanges(random, current);
  const others = otherLists(random, current, removed);
  const last = lastYear(random, current);
  const all = [...current, ...removed, ...others, ...last];
  for (const s of all) if (s.lists.has('major-145') || s.lists.has('plan-2023')) planYears(random, s);
  const of2021 = all.filter((s) => s.lists.has('invest-2021'));
  random.sample(of2021, 528).forEach((s) => (s.started2021 = true)); // 79.04 % a year before
  return all;
}
