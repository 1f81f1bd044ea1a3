// The portal's pure parts: money, filters, files, three-way merges. They are bundled from TypeScript as they are.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { build } from 'esbuild';
import { ROOT } from '../e2e/stack.mjs';

async function load(path) {
  const source = join(ROOT, 'gateway/portal/src');
  const { outputFiles } = await build({ entryPoints: [join(source, path)], bundle: true, write: false, format: 'esm', alias: { '@': source }, logLevel: 'silent' });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`);
}

test('money is exact, and rounds half to even', async () => {
  const { exactYuan, shortMoney, toWan, fromWan, fenOfYuan } = await load('ui/money.ts');
  assert.equal(exactYuan(26116000000000n), '261,160,000,000.00');
  assert.equal(exactYuan(-5n), '-0.05');
  const short = (fen) => Object.values(shortMoney(fen)).join(' ');
  assert.deepEqual([26116000000000n, 9999999999n, 0n, -123450000n, 10000000000n].map(short), ['2,611.6 yi', '10,000 wan', '0 wan', '-123.45 wan', '1 yi']);
  assert.deepEqual([12345000000n, 12335000000n].map(short), ['1.23 yi', '1.23 yi']);
  assert.deepEqual([12355000000n, 12365000000n].map(short), ['1.24 yi', '1.24 yi']);
  for (const text of ['', '-1', '1e3', '1.2345678', '一千', '9999999999999']) assert.equal(fromWan(text), undefined, text);
  for (const fen of [0n, 1n, 999999n, 5200000000n, 9000000000000000n]) assert.equal(fromWan(toWan(fen)), fen);
  assert.equal(fenOfYuan('261160000000.00'), 26116000000000n);
  assert.equal(fenOfYuan('-0.5'), -50n);
});

test('a filter that the builder writes is read back the same; what it does not know stays text', async () => {
  const { parseFilter, printFilter } = await load('lists/filter.ts');
  for (const text of [
    '', 'stage = PREPARING', 'title : "公路"', 'stage = PREPARING AND (region = 621122 OR region = 621125)', '(stage = STARTED AND region != 621122) OR total_investment_fen >= 500000000',
    'title = "a \\"quoted\\" \\\\ \\* (text) AND OR"',
  ]) {
    const tree = parseFilter(text);
    assert.ok(tree, text);
    assert.equal(printFilter(tree), text);
  }
  for (const text of ['a = 1 AND b = 2 OR c = 3', 'NOT stage = PLANNED', '-stage = PLANNED', 'title:*', '公路', 'title = "x*"', '(stage = PLANNED', 'stage:(PLANNED OR STARTED)', 'stage = ', '= 3']) assert.equal(parseFilter(text), undefined, text);
});

test('a CSV cell is quoted, and no spreadsheet takes it for a formula', async () => {
  const { csvCell } = await load('lists/columns.ts');
  assert.deepEqual(['=1+1', '+86', '@x', '-x', '-12.5', 'a,b', 'say "hi"', '公路'].map(csvCell), ["'=1+1", "'+86", "'@x", "'-x", '-12.5', '"a,b"', '"say ""hi"""', '公路']);
});

test('a merge takes what one side changed and asks about what both did', async () => {
  const { merge, FACTS } = await load('project/facts.ts');
  const all = Object.fromEntries(FACTS.map(({ key }) => [key, 'old']));
  const { facts, conflicts } = merge(all, { ...all, place: 'mine', title: 'mine', region: 'same' }, { ...all, place: 'theirs', owner_title: 'theirs', region: 'same' });
  assert.deepEqual(conflicts, ['place']);
  assert.deepEqual([facts.title, facts.owner_title, facts.place, facts.region, facts.nature], ['mine', 'theirs', 'theirs', 'same', 'old']);
});

test('arrows run between needed procedures: what is not needed passes its own on, what is merged stands for the other', async () => {
  const { arrowsOf } = await load('approvals/procedure.ts');
  const needs = (code, requirement = 'REQUIRED', merged_into = '') => ({ code, requirement, merged_into });
  const procedures = [needs('A'), needs('B', 'NOT_REQUIRED'), needs('C'), needs('D', 'MERGED', 'C'), needs('E')];
  const graph = [{ code: 'B', prerequisites: ['A'] }, { code: 'C', prerequisites: ['B', 'D'] }, { code: 'E', prerequisites: ['D', 'B', 'E'] }];
  assert.deepEqual(arrowsOf({ case: { procedures }, procedures, graph }).map(({ from, to }) => from + to), ['AC', 'CE', 'AE']);
});

test('a department is offered its own moves alone, the likeliest first; readers are offered none', async () => {
  const { movesFor, waits } = await load('approvals/procedure.ts');
  const procedure = { code: 'P10', department: 'organizations/a', allowed_moves: ['WITHDRAW', 'EXPIRE', 'RETURN', 'REJECT', 'APPROVE', 'WAIVE'], signatures: [] };
  const person = (role, ...permissions) => ({ role, organization: 'organizations/a', permissions });
  const other = { ...person('DEPARTMENT', 'procedures.write'), organization: 'organizations/c' };
  const link = (from, to, codes = []) => ({ from_department: `organizations/${from}`, to_department: `organizations/${to}`, codes, from_on: '2022-01-01', to_on: '2022-12-31' });
  assert.deepEqual(movesFor(procedure, person('DEPARTMENT', 'procedures.write')), ['APPROVE', 'RETURN', 'REJECT', 'WAIVE']);
  assert.deepEqual(movesFor(procedure, other), [], "another department's procedure");
  assert.deepEqual(movesFor({ ...procedure, allowed_moves: ['SIGN', 'APPROVE'], signatures: [{ department: 'organizations/c', signed_on: '' }] }, other), ['SIGN'], 'only its signature');
  assert.equal(movesFor(procedure, other, [link('a', 'b'), link('b', 'c', ['P10'])], '2022-06-01').length, 4, 'by a chain of delegations');
  for (const chain of [[link('a', 'b'), link('b', 'c', ['P20'])], [link('a', 'b')], [link('c', 'a')]]) assert.deepEqual(movesFor(procedure, other, chain, '2022-06-01'), []);
  assert.deepEqual(movesFor(procedure, other, [link('a', 'c')], '2023-01-01'), [], 'no more');
  assert.deepEqual(movesFor(procedure, person('COUNTY', 'procedures.write'))[0], 'APPROVE');
  assert.ok(movesFor(procedure, person('COUNTY', 'procedures.write')).includes('WITHDRAW'));
  assert.deepEqual(movesFor(procedure, person('LEADER', 'procedures.read')), []);
  assert.deepEqual(movesFor(procedure, undefined), []);
  assert.deepEqual([['REVOKE', 'WAIVE'], ['ACCEPT', 'WAIVE'], []].map(waits), [false, true, false]);
});

test('the frame of a Gantt holds its bars, today and the start that is aimed at', async () => {
  const { chartOf, dayOf } = await load('approvals/procedure.ts');
  const item = (code, forecast_start_on, forecast_finish_on, latest_finish_on, float_days) => ({ code, forecast_start_on, forecast_finish_on, latest_finish_on, float_days, critical: false });
  const chart = chartOf({ counted_on: '2022-03-01', target_start_on: '2022-04-30', items: [item('A', '2021-12-20', '2022-01-10', '', 0), item('B', '2022-03-01', '2022-05-20', '2022-04-20', -20), item('C', '', '', '', 0)] });
  assert.deepEqual(chart.bars.map(({ code, done, late }) => [code, done, late]), [['A', true, false], ['B', false, true]]);
  assert.ok(chart.first < dayOf('2021-12-20') && chart.last > dayOf('2022-05-20'));
  assert.deepEqual(chart.months.map(({ label }) => label), ['2022-01', '2022-02', '2022-03', '2022-04', '2022-05']);
});

test('the moves that are offered are those that the proto writes down, and no others', async () => {
  const { MOVES, LEADS_TO, moveBetween } = await load('project/facts.ts');
  const proto = readFileSync(join(ROOT, 'protos/yaoshi/registry/v1/project.proto'), 'utf8');
  const [body] = /enum Move \{[\s\S]*?\n\}/.exec(proto);
  const stages = Object.keys(MOVES).filter((stage) => stage !== 'STAGE_UNSPECIFIED');
  const before = stages.slice(0, stages.indexOf('COMPLETED'));
  const written = [...body.matchAll(/\/\/ ([^\n]*?) → ([A-Z_]+)[^\n]*\n\s*([A-Z_]+) = \d+;/g)].flatMap(([, from, to, move]) => (from.startsWith('Any stage before COMPLETED') ? before : from.split(' or ')).map((stage) => `${stage} ${move} ${to}`));
  assert.ok(written.length > 15, `${written}`);
  const offered = stages.flatMap((stage) => MOVES[stage].map((move) => `${stage} ${move} ${LEADS_TO[move]}`));
  assert.deepEqual([...offered].sort(), [...written].sort());
  assert.equal(moveBetween('PREPARING', 'STARTED'), 'START');
  assert.equal(moveBetween('PLANNED', 'STARTED'), undefined);
});

test('a line of a what-if becomes a change only when it says one', async () => {
  const { newLine, toChange, usualDates, covers, percentOf } = await load('scenarios/scenario.ts');
  const line = (kind, more) => toChange({ ...newLine(kind), ...more });
  for (const wrong of [line('shift', {}), line('shift', { days: 0 }), line('shift', { days: 1.5 }), line('shift', { days: 2001 }), line('start', {}), line('procedure', {}), line('limit', {}), line('limit', { percent: 0 }), line('limit', { percent: 1001 })]) assert.equal(wrong, undefined);
  assert.deepEqual(line('shift', { days: -5, date: '2022-01-01' }), { shift_working_days: -5 });
  assert.deepEqual(line('start', { date: '2022-06-01', days: 5 }), { target_start_on: '2022-06-01' });
  assert.deepEqual(line('limit', { percent: 80, code: 'P10' }), { limit_percent: 80, limit_code: 'P10' });
  assert.deepEqual(['2022-02-14', '2022-10-01', '2022-12-31'].map(usualDates), [['2022-03-31', '2022-12-31'], ['2022-12-31'], ['2022-12-31']]);
  assert.deepEqual([['621100', '621122'], ['621122', '621122'], ['621122', '621100'], ['621122', '621125']].map(([a, b]) => covers(a, b)), [true, true, false, false]);
  assert.deepEqual([percentOf('1', '3'), percentOf('0', '0')], ['33.3', '']);
});

test('plans, funding and attributes are compared and merged like any other fact', async () => {
  const { factsOf, changedFacts, merge, valueOf } = await load('project/facts.ts');
  const project = (more) => ({ annual_plans: [{ year: 2023, planned_investment_fen: '2', monthly_fen: [] }, { year: 2022, planned_investment_fen: '1', monthly_fen: [] }], funding_sources: [], attributes: { epc: false }, ...more });
  const [before, same] = [project(), project({ annual_plans: [...project().annual_plans].reverse() })].map(factsOf);
  assert.deepEqual(changedFacts(before, same), [], 'their order says nothing');
  const mine = { ...before, funding_sources: JSON.stringify([{ kind: 'BANK_LOAN', amount_fen: '5' }]) };
  const theirs = factsOf(project({ funding_sources: [{ kind: 'OWN_FUNDS', amount_fen: '7' }], attributes: { epc: true } }));
  const merged = merge(before, mine, theirs);
  assert.deepEqual(merged.conflicts, ['funding_sources']);
  assert.deepEqual(valueOf('attributes', merged.facts.attributes), { epc: true });
  assert.equal(valueOf('title', '标题'), '标题');
});

test('the rows of approvals add up: how many there are, how many are done, and the change on the year before', async () => {
  const { sumOf, expectedOf, yearBefore } = await load('figures/figure.ts');
  const procedures = (done, open) => [...Array(done).fill({ kind: 'procedure', done: true }), ...Array(open).fill({ kind: 'procedure', done: false })];
  const figure = (unit, value, numerator = value, denominator = '') => ({ key: 'procedures.a', unit, value, numerator, denominator });
  const cases = [
    [figure('count', '3'), procedures(2, 1), [], '3'],
    [figure('percent', '66.67', '2', '3'), procedures(2, 1), [], '2'],
    [figure('points', '16.67'), procedures(2, 1), procedures(1, 1), '16.67'],
    [figure('points', '-33.33'), procedures(1, 2), procedures(2, 1), '-33.33'],
    [figure('points', '0.00'), procedures(1, 2), procedures(1, 2), '0.00'],
    [figure('points', ''), procedures(1, 2), [], ''],
  ];
  for (const [one, rows, before, sum] of cases) {
    assert.equal(sumOf(one, { rows, before }), sum);
    assert.equal(expectedOf(one), sum);
  }
  assert.notEqual(sumOf(figure('percent', '66.67', '2', '3'), { rows: procedures(1, 2), before: [] }), '2');
  assert.deepEqual(['2022-04-20', '2024-02-29', '2022-01-01'].map(yearBefore), ['2021-04-20', '2023-02-28', '2021-01-01']);
});
