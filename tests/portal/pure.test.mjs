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
  const procedure = { code: 'P10', department: 'organizations/a', allowed_moves: ['WITHDRAW', 'RETURN', 'REJECT', 'APPROVE', 'WAIVE'], signatures: [] };
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
  const approved = { ...procedure, allowed_moves: ['RENEW', 'EXPIRE', 'REVOKE'] };
  assert.deepEqual(movesFor(approved, person('DEPARTMENT', 'procedures.write')), ['EXPIRE', 'REVOKE'], 'an approval may lapse by hand; only the applicant asks for more time');
  assert.deepEqual([['REVOKE', 'WAIVE', 'EXPIRE'], ['ACCEPT', 'WAIVE'], []].map(waits), [false, true, false]);
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

test('a change concerns what shows it: by kind, by name, and by the day from which it holds', async () => {
  const { concerns } = await load('live/change.ts');
  const change = { type: 'project', name: 'projects/a', effective_on: '2022-04-20' };
  const cases = [
    [change, { of: ['project'] }, '', true], [change, { of: ['case', 'entry'] }, '', false], [{ ...change, type: 'project_copy' }, { of: ['project'] }, '', true], [{ ...change, type: 'project_x' }, { of: ['project'] }, '', false],
    [change, { of: ['project'], about: () => 'a' }, '', true], [change, { of: ['project'], about: () => 'b' }, '', false],
    [change, { of: ['project'] }, '2022-04-20', true], [change, { of: ['project'] }, '2022-04-19', false], [{ ...change, effective_on: '' }, { of: ['project'] }, '2022-04-19', true], [change, { of: [] }, '', false],
  ];
  for (const [one, shows, date, expected] of cases) assert.equal(concerns(one, shows, date), expected, JSON.stringify([one, shows.of, date]));
});

test('server-sent events are read however they are cut; a heartbeat says how far it is', async () => {
  const { eventReader } = await load('live/change.ts');
  const text = 'id: registry:3\n: still here\n\nid: registry:4\nevent: change\ndata: {"type":"project"}\n\n: still here\n\nid: registry:9\nevent: reset\ndata: {}\n\nid: registry:10\nevent: change\nda';
  for (const size of [1, 7, 1000]) {
    const told = [];
    const take = eventReader((event, data) => told.push(`${event} ${data}`), (id) => told.push(id));
    for (let at = 0; at < text.length; at += size) take(text.slice(at, at + size));
    assert.deepEqual(told, ['registry:3', 'change {"type":"project"}', 'registry:4', 'reset {}', 'registry:9'], `${size}`);
  }
});

test('a burst of changes is one load, one at a time, at a growing pause; what fails is tried again', async (t) => {
  const { eased } = await load('live/eased.ts');
  t.mock.timers.enable({ apis: ['setTimeout'] });
  t.mock.method(Math, 'random', () => 0);
  const others = async () => { for (let i = 0; i < 5; i++) await Promise.resolve(); };
  const pass = async (milliseconds) => { await others(); t.mock.timers.tick(milliseconds); await others(); };
  let [loads, good] = [0, true];
  let finish = () => {};
  const one = eased(() => { loads++; return new Promise((resolve) => { finish = () => resolve(good); }); });
  for (let i = 0; i < 5; i++) one.ask();
  await pass(399);
  assert.equal(loads, 0);
  await pass(1);
  assert.equal(loads, 1, 'one for the burst');
  one.ask();
  await pass(10000);
  assert.equal(loads, 1, 'not two at a time');
  good = false;
  finish();
  await pass(799);
  assert.equal(loads, 1);
  await pass(1);
  assert.equal(loads, 2, 'what came meanwhile, after a longer pause');
  finish();
  await pass(1600);
  assert.equal(loads, 3, 'it failed');
  good = true;
  finish();
  await pass(100000);
  assert.equal(loads, 3, 'nothing more to do');
  one.ask();
  await pass(400);
  assert.equal(loads, 4, 'the pause is short again');
  one.stop();
  finish();
  one.ask();
  await pass(100000);
  assert.equal(loads, 4, 'stopped');
});

test('outlines are drawn in one frame, north above, each with a place for its name', async () => {
  const { drawingOf } = await load('overview/map.ts');
  const square = (west, south, size) => [[west, south], [west + size, south], [west + size, south + size], [west, south + size], [west, south]];
  const feature = (region, ...polygons) => ({ properties: { region, title: region }, geometry: { coordinates: polygons } });
  const hole = square(100.25, 0.25, 0.5);
  const { width, height, shapes } = drawingOf({ features: [feature('a', [square(100, 0, 1), hole]), feature('b', [square(101, 1, 0.1)], [square(101, -1, 1)])] });
  assert.equal(width, 1000);
  assert.ok(Math.abs(height - 1050) < 2, `two degrees and a bit high, two wide, at the equator: ${height}`);
  assert.equal(shapes[0].path.match(/M/g).length, 2, 'the hole is drawn, too');
  assert.ok(shapes.every(({ path }) => path.startsWith('M') && path.endsWith('Z')));
  const [a, b] = shapes;
  assert.ok(a.x < b.x && a.y < b.y, 'b lies to the east, and the larger of its two parts to the south');
  assert.ok(Math.abs(a.x - 250) < 2, `${a.x}`);
  const far = drawingOf({ features: [feature('c', [square(100, 60, 1)])] });
  assert.ok(Math.abs(far.height - 2000) < 50, `a degree of longitude is half as long at 60°: ${far.height}`);
});

test('a migration asks for each code that the new template lacks, and offers what only the new one has', async () => {
  const { linesFor, targetsOf, toRules, codesText, mayApply } = await load('migrations/migration.ts');
  const template = (...codes) => ({ nodes: codes.map((code) => ({ code })) });
  const [old, fresh] = [template('A', 'B', 'C'), template('A', 'D', 'E')];
  assert.deepEqual(targetsOf(old, fresh), ['D', 'E']);
  const lines = linesFor(old, fresh, [{ from: 'B', to: 'D', reason: '改名' }, { from: 'C', to: 'X', reason: '' }, { from: 'Z', to: 'D', reason: '无关' }]);
  assert.deepEqual(lines, [{ from: 'B', to: 'D', reason: '改名' }, { from: 'C', to: '', reason: '' }], 'what was typed stays, unless it leads nowhere');
  assert.equal(toRules(lines), undefined, 'a reason is missing');
  assert.deepEqual(toRules([{ from: 'B', to: '', reason: ' 取消 ' }]), [{ from: 'B', to: '', reason: '取消' }]);
  assert.deepEqual(linesFor(undefined, fresh, []), []);
  assert.deepEqual([['A', 'A'], ['A', ''], ['', 'D'], ['B', 'D']].map(([from, to]) => codesText({ from, to })), ['A', 'A', 'D', 'B → D']);
  const migration = (state, cases, cases_refused, skip_refused) => mayApply({ state, cases, cases_refused, skip_refused });
  assert.deepEqual([migration('PREVIEWED', '3', '0', false), migration('PREVIEWED', '3', '1', false), migration('PREVIEWED', '3', '1', true), migration('PREVIEWED', '3', '3', true), migration('APPLIED', '3', '0', false)], [true, false, true, false, false]);
});

const number = (value, figure = '', rows = '', unit = 'count') => ({ figure, value, unit, rows });
const figure = (key, value = '1', more = {}) => ({ key, title: key, value, unit: 'count', definition: `口径 ${key}`, known_at: '2022-05-01T00:00:00Z', missing_reason: '', ...more });

test('figures go to their list, in one order; lists without projects and figures without a list stand apart', async () => {
  const { cardsOf } = await load('overview/overview.ts');
  const list = (id, projects) => ({ name: `lists/${id}`, title: id, projects: projects === undefined ? undefined : number(projects) });
  const figures = ['duty.leaders', 'lists.a.planned_investment', 'lists.a.projects', 'procedures.a.completed', 'procedures.a.completion_rate', 'procedures.a.new_one', 'lists.a-b.projects'].map((key) => figure(key));
  const { cards, empty, beside } = cardsOf({ lists: [list('a', '5'), list('none', '0'), list('a-b', '2'), list('unknown')], figures });
  assert.deepEqual(cards.map((card) => [card.list.title, card.figures.map(({ key }) => key)]), [
    ['a', ['lists.a.projects', 'lists.a.planned_investment', 'procedures.a.completion_rate', 'procedures.a.completed', 'procedures.a.new_one']], ['a-b', ['lists.a-b.projects']], ['unknown', []],
  ]);
  assert.deepEqual([empty.map(({ title }) => title), beside.map(({ key }) => key)], [['none'], ['duty.leaders']]);
});

test('a number of a view opens as a figure: its own rows, the definition of the figure that it is a part of', async () => {
  const { figureOf, rateFigure } = await load('overview/overview.ts');
  const { expectedOf, sourceOf } = await load('figures/figure.ts');
  const view = { as_of: '2022-04-20', known_at: '', figures: [figure('lists.a.projects', '737')], approvals: { definition: '完成率口径' } };
  const part = figureOf(view, number('12', 'lists.a.projects', '/v1/lists/a/entries?filter=x'), '前期·项目数');
  assert.deepEqual([part.title, part.value, part.rows, part.definition, part.known_at, part.as_of], ['前期·项目数', '12', '/v1/lists/a/entries?filter=x', '口径 lists.a.projects', '2022-05-01T00:00:00Z', '2022-04-20']);
  const alone = figureOf(view, number('3', '', '/v1/procedures?x'), '超时限', { definition: '说明' });
  assert.deepEqual([alone.key, alone.known_at, alone.definition, sourceOf(alone), sourceOf(part)], ['', '', '说明', 'preapproval', 'registry']);
  assert.equal(figureOf(view, undefined, '没有').value, '');
  const rate = rateFigure(view, { key: 'x', required: number('4'), completed: number('3'), completion_rate: number('75.00', 'procedures.a.completion_rate', '/v1/procedures?y', 'percent') }, '完成率');
  assert.deepEqual([expectedOf(rate), rate.denominator, rate.unit, rate.definition], ['3', '4', 'percent', '完成率口径']);
});

test('a service that is away is said once, since its first silence, with all that is missing or old', async () => {
  const { awayOf, isMissing } = await load('overview/overview.ts');
  const part = (name, service, state, since_time = '') => ({ part: name, service, state, reason: state === 'OK' ? '' : 'UNAVAILABLE', since_time, as_of_time: state === 'STALE' ? since_time.replace('2022', '2021') : '' });
  const parts = [
    part('directory', 'registry', 'OK'), part('figures', 'preapproval', 'STALE', '2022-04-20T02:00:00Z'), part('figures-on-2022-02-28', 'preapproval', 'MISSING', '2022-04-20T01:00:00Z'),
    part('figures-on-2022-03-31', 'preapproval', 'MISSING', '2022-04-20T03:00:00Z'), part('figures-year-before', 'preapproval', 'MISSING', '2022-04-20T02:00:00Z'), part('rates', 'preapproval', 'MISSING', '2022-04-20T02:00:00Z'), part('figures-on-2022-03-31', 'registry', 'STALE', '2022-04-20T05:00:00Z'),
  ];
  assert.deepEqual(awayOf(parts), [
    { service: 'preapproval', state: 'MISSING', missing: ['trends', 'rates'], stale: ['figures'], reason: 'UNAVAILABLE', since: '2022-04-20T01:00:00Z', said: '2021-04-20T02:00:00Z' },
    { service: 'registry', state: 'STALE', missing: [], stale: ['trends'], reason: 'UNAVAILABLE', since: '2022-04-20T05:00:00Z', said: '2021-04-20T05:00:00Z' },
  ]);
  assert.deepEqual(awayOf(parts.slice(0, 1)), []);
  assert.deepEqual(['rates', 'figures', 'directory'].map((name) => isMissing({ parts }, name)), [true, false, false]);
});

test('every family of parts that the gateway asks for has a name in both languages', async () => {
  const { awayOf } = await load('overview/overview.ts');
  const [zh, en] = await Promise.all(['i18n/overview.zh-CN.ts', 'i18n/overview.en.ts'].map(load));
  const asked = ['overview', 'approvals', 'region_page', 'trends'].map((name) => readFileSync(join(ROOT, `gateway/views/${name}.cc`), 'utf8')).join('\n');
  const names = [...asked.matchAll(/(?:Ask|AskSums|AskCount)\("([a-z-]+)"|Part = "([a-z-]+)"|asks\.push_back\(\{"([a-z-]+)"|\{"(sums-[a-z-]+)"/g)].map((match) => match.slice(1).find(Boolean));
  assert.ok(names.includes('largest-projects') && names.includes('figures-on-') && names.includes('sums-by-field') && names.includes('rates') && names.length >= 13, `${names}`);
  for (const { missing: [family] } of names.map((part) => awayOf([{ part, service: 's', state: 'MISSING', since_time: '' }])[0])) for (const words of [zh, en]) assert.ok(words.default.partName[family], family);
});

test('a trend is a line in its box, by date and value, and a change on the year before says its unit', async () => {
  const { lineOf, changeText } = await load('figures/trend.ts');
  const points = (...values) => values.map((value, i) => ({ as_of: ['2022-01-31', '2022-02-28', '2022-03-31'][i], value }));
  const placed = lineOf(points('100', '50', '75'), 102, 22).split(' ').map((point) => point.split(',').map(Number));
  assert.deepEqual([placed[0], placed[1][1], placed[2]], [[1, 1], 21, [101, 11]]);
  assert.ok(placed[1][0] > 40 && placed[1][0] < 52, 'February is short');
  assert.equal(lineOf(points('5', '5'), 102, 22), '1.0,11.0 101.0,11.0');
  assert.equal(lineOf(points('5'), 102, 22), '51.0,11.0');
  const said = (year_on_year_change, unit) => changeText({ year_on_year_change }, unit, (key) => key.replace('unit.', ''));
  assert.deepEqual([said('+12', 'count'), said('-39', 'count'), said('+42.00', 'percent'), said('+350000000.00', 'CNY'), said('-120000.00', 'CNY'), said('0.00', 'CNY')], ['+12 count', '-39 count', '+42.00 points', '+3.5 yi', '-12 wan', '0 wan']);
});

test('regions, titles and bars of a view', async () => {
  const { regionRows, titlesOf, sharesOf } = await load('overview/overview.ts');
  const sums = (key, title, projects, yuan) => ({ sums: { key, title, projects: number(projects), total_investment: number(yuan, '', '', 'CNY') } });
  const view = { regions: [sums('621122', '陇西县', '115', '2.50'), sums('621125', '', '63', '1.00')], approvals: { regions: [{ key: '621125', title: '漳县' }], departments: [{ key: 'organizations/dept-01', title: '市发展改革委' }] } };
  assert.deepEqual(regionRows(view), [
    { region: '621122', title: '陇西县', projects: '115', total_investment_fen: '250', planned_investment_fen: '0' }, { region: '621125', title: '621125', projects: '63', total_investment_fen: '100', planned_investment_fen: '0' },
  ]);
  assert.deepEqual([...titlesOf(view)], [['621122', '陇西县'], ['621125', '漳县'], ['organizations/dept-01', '市发展改革委']]);
  assert.deepEqual(sharesOf([number('5'), undefined, number('10')]), [0.5, 0, 1]);
  assert.deepEqual(sharesOf([number('0')]), [0]);
});
