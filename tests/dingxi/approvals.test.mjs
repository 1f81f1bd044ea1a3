// The cases of the data set: the published rates exactly, and moves that an office could have made.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PUBLISHED_RATES, RESERVES } from './approvals.mjs';
import { WorkDays, workCalendar } from './calendars.mjs';
import { ratesAt } from './figures.mjs';
import { portfolio } from './portfolio.mjs';
import { PROCEDURE_TYPES, TEMPLATES, factsOf, holds, prerequisitesOf, requirementsOf, templateFor } from './rules.mjs';

const data = portfolio();
const byKey = new Map(data.cases.map((c) => [c.key, c]));

for (const { list, as_of, percent } of PUBLISHED_RATES) {
  test(`${percent} % of the required procedures of ${list} are done on ${as_of}, to the digit`, () => {
    const { required, completed, projects } = ratesAt(data, list, as_of);
    assert.ok(required > 3000 && projects > 300, `${required} of ${projects}`);
    assert.equal(completed * 100, required * percent);
  });

  test(`the rate of ${list} rises with time, and regions add up`, () => {
    const at = (date) => ratesAt(data, list, date);
    const dates = [as_of.replace('-04-20', '-02-19'), as_of.replace('-04-20', '-03-20'), as_of];
    const shares = dates.map((date) => at(date).completed / at(date).required);
    assert.deepEqual([...shares].sort(), shares);
    const regions = [...new Set([...data.projects.values()].map((p) => p.region))].filter((r) => r !== '621100');
    const parts = regions.map((r) => ratesAt(data, list, as_of, r));
    const city = data.cases.filter((c) => data.projects.get(c.key).region === '621100' && c.list === list).length;
    assert.ok(parts.reduce((sum, r) => sum + r.projects, 0) + city >= at(as_of).projects);
  });
}

test('whoever started by the spring of 2022 had every approval before', () => {
  for (const { key, year, on } of data.starts) {
    const one = byKey.get(key);
    if (year !== 2022 || !one) continue;
    const approved = one.moves.filter((m) => m.move === 'APPROVE');
    assert.equal(approved.length, one.required.length, key);
    assert.ok(approved.every((m) => m.on < on), key);
  }
});

test('every new start of the two lists has one case, opened when the project was in the reserve', () => {
  assert.equal(byKey.size, data.cases.length);
  for (const { list, effective_on } of RESERVES) {
    for (const one of data.cases.filter((c) => c.list === list)) {
      assert.ok(one.opened_on >= effective_on, one.key);
      assert.ok(one.moves.every((m) => m.on >= one.opened_on), one.key);
    }
  }
});

test('moves come in the order of their days, on working days, and keep to the order of the catalogue', () => {
  const days = new WorkDays();
  const working = new Set(days.dates);
  for (const one of data.cases) {
    const project = data.projects.get(one.key);
    const facts = factsOf(project, project.before?.total ?? project.total);
    const before = prerequisitesOf(templateFor(facts), requirementsOf(templateFor(facts), facts));
    const approved = new Map();
    const state = new Map();
    let last = '';
    for (const { code, move, on } of one.moves) {
      assert.ok(on >= last && working.has(on), `${one.key} ${code} ${on}`);
      last = on;
      const from = { SUBMIT: undefined, ACCEPT: 'SUBMIT', REQUEST_CORRECTION: 'ACCEPT', RESUBMIT: 'REQUEST_CORRECTION' }[move];
      if (from || move === 'SUBMIT') assert.equal(state.get(code), from, `${one.key} ${code} ${move}`);
      if (move === 'ACCEPT') for (const b of before.get(code)) assert.ok(approved.has(b), `${one.key} ${code} waits for ${b}`);
      if (move === 'APPROVE') approved.set(code, on);
      state.set(code, move);
    }
  }
});

test('an approval has a number of its own, an office, and nobody’s name', () => {
  const documents = data.cases.flatMap((c) => c.moves.filter((m) => m.move === 'APPROVE').map((m) => ({ ...m.approval, list: c.list, code: m.code })));
  assert.equal(new Set(documents.map((d) => `${d.list} ${d.code} ${d.number}`)).size, documents.length);
  for (const { number, issuer } of documents) assert.match(`${number} ${issuer}`, /^定.+审〔20\d\d〕\d+号 定西市.+$/);
});

test('conditions are read as AIP-160 has them, and what cannot be read is refused', () => {
  const facts = { a: true, n: 5n, s: 'X' };
  for (const yes of ['', 'a = true', 'n < 6 AND n >= 5', 'NOT a = false', 'n = 1 OR n = 5 AND a = true', '(n = 1 OR s = "X") AND s != Y']) {
    assert.ok(holds(yes, facts), yes);
  }
  // OR binds more tightly than AND.
  assert.ok(!holds('s = X OR n = 5 AND a = false', facts));
  for (const bad of ['b = 1', 'a = true n = 5', '(a = true']) assert.throws(() => holds(bad, facts), undefined, bad);
});

test('the default catalogue names only codes that it has, and merged ones hand their prerequisites on', () => {
  const codes = new Set(PROCEDURE_TYPES.map((t) => t.procedure_type_id));
  for (const request of TEMPLATES) {
    const nodes = request.template.nodes.map((n) => n.code);
    for (const n of request.template.nodes) {
      assert.ok(codes.has(n.code));
      for (const p of n.prerequisites ?? []) assert.ok(nodes.includes(p), `${request.template_id} ${n.code} ${p}`);
      for (const r of n.rules ?? []) assert.ok(!r.merged_into || nodes.includes(r.merged_into));
    }
    const everything = { uses_new_land: true, near_river: true, uses_forest_or_grass: true, building_or_municipal: true, epc: false };
    const facts = { ...everything, energy_tce: 5000n, electricity_kwh: 9n, site_hectares_e2: 900n, earthwork_m3: 1n, total_investment_fen: 10n ** 12n };
    const before = prerequisitesOf(request, requirementsOf(request, facts));
    for (const gate of ['P00', 'P02', 'P31']) assert.ok(reaches(before, 'P40', gate), `${request.template_id}: P40 waits for ${gate}`);
  }
});

const reaches = (before, code, goal) => code === goal || before.get(code).some((b) => reaches(before, b, goal));

test('working days are those of the reference vectors', () => {
  const days = new WorkDays();
  for (const [from, n, to] of [['2022-01-17', 20, '2022-02-17'], ['2022-01-28', 1, '2022-01-29'], ['2022-04-01', 1, '2022-04-02'], ['2022-09-30', 1, '2022-10-08'], ['2022-04-29', -90, '2021-12-20'], ['2022-04-29', -120, '2021-11-08']]) {
    assert.equal(days.date(days.index(from) + n), to);
  }
  assert.deepEqual(workCalendar(2022).worked_weekends, ['2022-01-29', '2022-01-30', '2022-04-02', '2022-04-24', '2022-05-07', '2022-10-08', '2022-10-09']);
  assert.throws(() => days.date(days.dates.length), /no work calendar/);
});
