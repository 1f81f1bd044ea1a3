// The figures that were published in spring 2022, read back through the gateway, and the rows behind them.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { entriesAt, figuresAt, PUBLISHED } from '../dingxi/figures.mjs';
import { portfolio } from '../dingxi/portfolio.mjs';
import { expectedFigures, expectedRates, figureValue } from '../dingxi/verify.mjs';
import { fen } from '../dingxi/client.mjs';
import { adjust, createList, createProject } from './samples.mjs';
import { eventually, sharedStack } from './stack.mjs';

const FEBRUARY = '2022-02-19';
const APRIL = '2022-04-20';
const data = portfolio();
let stack;
let office;

before(async () => {
  stack = await sharedStack();
  office = await stack.as('city-office');
});

/** A part that is not there in time is named in the answer, and asked again. */
async function figures(query, client = office) {
  const view = await eventually('all services say their figures', async () => {
    const answer = await client.get('/v1/figures', query);
    return (answer.missing_parts ?? []).length === 0 && answer;
  });
  return new Map(view.figures.map((f) => [f.key, f]));
}

/** All entries behind a link of a figure, page by page. */
async function rowsBehind(link) {
  const [path, query = ''] = link.split('?');
  const parameters = Object.fromEntries(new URLSearchParams(query));
  return office.all(path, path.endsWith('/entries') ? 'entries' : 'projects', { ...parameters, page_size: 300 });
}

const sum = (items, f) => items.reduce((a, item) => a + f(item), 0n);

/** Just before the first order of spring was entered: the known_at of February's knowledge. */
async function beforeSpringOrders() {
  const orders = await office.all('/v1/lists/invest-2022/adjustments', 'adjustments');
  const first = orders.find((o) => o.number === data.orders[0].number);
  assert.ok(first, 'the order of March is in the log');
  return new Date(Date.parse(first.record_time) - 1).toISOString();
}

describe('published figures', () => {
  for (const as_of of [FEBRUARY, APRIL]) {
    for (const region of ['', '621122', '621125']) {
      test(`every figure of the lists comes out exactly as of ${as_of}${region && ` in ${region}`}`, async () => {
        const got = await figures({ as_of, region });
        for (const { key, value } of expectedFigures(data).filter((e) => e.as_of === as_of && e.region === region)) {
          assert.ok(got.get(key), `${key} is there`);
          assert.equal(got.get(key).missing_reason, '', key);
          assert.equal(figureValue(got.get(key)), value, key);
        }
      });
    }
  }

  for (const [as_of, region] of [['2021-04-20', ''], ['2021-04-20', '621122'], [FEBRUARY, ''], [APRIL, ''], [APRIL, '621122'], [APRIL, '621125']]) {
    test(`the approvals that were required and done come out exactly as of ${as_of}${region && ` in ${region}`}`, async () => {
      const got = await figures({ as_of, region });
      const expected = expectedRates(data).filter((e) => e.as_of === as_of && e.region === region);
      assert.ok(expected.length >= 3);
      for (const { key, value } of expected) assert.equal(figureValue(got.get(key)), value, key);
    });
  }

  test('99 % of the approvals were done in spring 2022, 42 points above the 57 % of spring 2021', async () => {
    const [spring, before] = [await figures({ as_of: APRIL }), await figures({ as_of: '2021-04-20' })];
    assert.equal(spring.get('procedures.invest-2022.completion_rate').value, '99.00');
    assert.equal(spring.get('procedures.invest-2022.completion_rate_change_yoy').value, '42.00');
    assert.equal(before.get('procedures.invest-2021.completion_rate').value, '57.00');
  });

  test('a figure says its unit, date, definition and rows, in Chinese where people read', async () => {
    for (const f of (await figures({ as_of: APRIL })).values()) {
      assert.match(f.unit, /^(count|CNY|percent|points)$/);
      assert.equal(f.as_of, APRIL);
      assert.match(f.title, /\p{Script=Han}/u);
      assert.match(f.definition, /\p{Script=Han}/u);
      assert.match(f.rows, /^\/v1\//);
    }
  });

  test('a county sees the figures of its own region, and not those of another', async () => {
    const county = await stack.as('county-zhangxian');
    const got = await figures({ as_of: APRIL }, county);
    assert.equal(figureValue(got.get('lists.invest-2022.projects')), 63n);
    assert.equal((await county.try('GET', '/v1/figures', { query: { region: '621122' } })).status, 404);
  });

  test('an unknown region and an impossible date are named', async () => {
    assert.equal((await office.try('GET', '/v1/figures', { query: { region: '999999' } })).status, 404);
    const reply = await office.try('GET', '/v1/figures', { query: { as_of: '2022-02-30' } });
    assert.equal(reply.status, 400);
    assert.match(JSON.stringify(reply.body), /as_of/);
  });
});

describe('two dates and two knowledges', () => {
  test('what was known before the spring orders still gives February’s figures for April', async () => {
    const known_at = await beforeSpringOrders();
    const then = await figures({ as_of: APRIL, known_at });
    const expected = PUBLISHED.find((p) => p.list === 'invest-2022' && p.as_of === FEBRUARY);
    assert.equal(figureValue(then.get('lists.invest-2022.projects')), BigInt(expected.projects));
    assert.equal(figureValue(then.get('lists.invest-2022.total_investment')), BigInt(fen(expected.total)));
    assert.equal(figureValue(then.get('lists.invest-2022.planned_investment')), BigInt(fen(expected.planned)));
  });

  test('between the two orders the figures are those of the first order alone', async () => {
    const expected = figuresAt(data, 'invest-2022', '2022-04-01');
    const got = await figures({ as_of: '2022-04-01' });
    assert.equal(figureValue(got.get('lists.invest-2022.projects')), BigInt(expected.projects));
    assert.equal(figureValue(got.get('lists.invest-2022.total_investment')), BigInt(fen(expected.total)));
  });

  test('before a list was issued it has no projects', async () => {
    const got = await figures({ as_of: '2022-02-09' });
    assert.equal(figureValue(got.get('lists.invest-2022.projects')), 0n);
  });

  test('comparing the two dates names what came, went and changed: net +12, +2.6 and +1.7 亿', async () => {
    const compared = await office.get('/v1/lists:compare', { from: 'lists/invest-2022', from_as_of: FEBRUARY, to_as_of: APRIL, page_size: 1000 });
    assert.deepEqual([compared.came, compared.went], ['23', '11']);
    assert.equal(compared.total_investment_change_fen, fen(26000));
    assert.equal(compared.planned_investment_change_fen, fen(17000));
    assert.equal(compared.changed, '27');
    for (const d of compared.differences.filter((x) => x.kind === 'CHANGED')) assert.ok(d.changed_fields.length > 0);
    const came = new Set(compared.differences.filter((d) => d.kind === 'CAME').map((d) => d.to.project.title));
    const added = data.orders.flatMap((o) => o.additions.map((a) => data.projects.get(a.key).title));
    assert.deepEqual(came, new Set(added));
    const entries = await office.all('/v1/lists/invest-2022/entries', 'entries', { as_of: APRIL, filter: 'admitted_on > "2022-02-10"' });
    assert.equal(entries.length, 23);
    for (const e of entries) assert.ok(e.reason, 'each says why it came');
  });

  test('the adjustment log holds the issue of the list and the two orders, newest first, with their counts', async () => {
    const log = await office.all('/v1/lists/invest-2022/adjustments', 'adjustments', { page_size: 2 });
    const known = log.filter((a) => a.effective_on <= APRIL);
    assert.deepEqual(known.map((a) => a.effective_on), ['2022-04-18', '2022-03-10', '2022-02-10']);
    assert.deepEqual(known.map((a) => [a.additions, a.removals, a.amendments]), [['14', '7', '12'], ['9', '4', '15'], ['725', '0', '0']]);
  });
});

describe('drill-down', () => {
  const measures = { projects: () => 1n, total_investment: (e) => BigInt(e.project.total_investment_fen), planned_investment: (e) => BigInt(e.planned_investment_fen) };

  for (const [as_of, region] of [[FEBRUARY, ''], [APRIL, ''], [APRIL, '621122']]) {
    test(`the rows behind every list figure add up to it as of ${as_of}${region && ` in ${region}`}`, async () => {
      const links = new Map();
      for (const f of (await figures({ as_of, region })).values()) {
        const [, list, measure] = f.key.match(/^lists\.(.+)\.(\w+)$/) ?? [];
        if (!list || list.startsWith('scratch-')) continue;
        if (!links.has(f.rows)) links.set(f.rows, await rowsBehind(f.rows));
        assert.equal(sum(links.get(f.rows), measures[measure]), figureValue(f), `${f.key} by ${f.rows}`);
      }
      assert.ok(links.size >= 4);
    });
  }

  for (const region of ['', '621122']) {
    test(`the rows behind every figure of the approvals add up to it as of ${APRIL}${region && ` in ${region}`}`, async () => {
      const count = async (link) => Number((await office.get(link, { page_size: 1, include_total_size: true })).total_size);
      const got = await figures({ as_of: APRIL, region });
      let checked = 0;
      for (const f of got.values()) {
        const [, list, measure] = f.key.match(/^procedures\.(invest-\d+|master)\.(\w+)$/) ?? [];
        if (!list || f.missing_reason) continue;
        checked++;
        const value = (name) => Number(got.get(`procedures.${list}.${name}`).value);
        const rows = { required: 'required', completed: 'completed', completion_rate: 'required', completion_rate_change_yoy: 'required', ready_projects: 'ready_projects', ready_rate: 'ready_projects' };
        assert.equal(await count(f.rows), value(rows[measure]), `${f.key} by ${f.rows}`);
      }
      assert.ok(checked >= 11, `${checked} figures`);
    });
  }

  test('each procedure of 陇西县 that is required is one row, and those that are done are the completed ones', async () => {
    const got = await figures({ as_of: APRIL, region: '621122' });
    const rows = await office.all('/v1/procedures', 'procedures', { list: 'lists/invest-2022', rated: true, as_of: APRIL, region: '621122' });
    assert.equal(new Set(rows.map((p) => p.name)).size, rows.length);
    assert.ok(rows.every((p) => p.region === '621122' && p.requirement === 'REQUIRED' && p.gates_start));
    const done = rows.filter((p) => p.state === 'WAIVED' || (p.state === 'APPROVED' && !(p.approval.valid_until && p.approval.valid_until < APRIL)));
    assert.deepEqual([BigInt(rows.length), BigInt(done.length)], ['required', 'completed'].map((name) => figureValue(got.get(`procedures.invest-2022.${name}`))));
  });

  test('a project on three lists is one row of the master list', async () => {
    const rows = await office.all('/v1/lists/master/entries', 'entries', { as_of: APRIL });
    const titles = rows.map((e) => e.project.title);
    assert.equal(new Set(titles).size, titles.length);
    assert.deepEqual(new Set(titles), new Set(entriesAt(data, 'master', APRIL).map((e) => data.projects.get(e.key).title)));
  });

  test('a summary by any dimension adds up to the figure, and by region it is the county’s figure', async () => {
    for (const group_by of ['BY_REGION', 'BY_FIELD', 'BY_STAGE', 'BY_DEPARTMENT', 'BY_ENTRY_KIND']) {
      const s = await office.get('/v1/projects:summarize', { list: 'lists/invest-2022', as_of: APRIL, group_by });
      assert.equal(sum(s.rows, (r) => BigInt(r.projects)), 737n, group_by);
      assert.equal(sum(s.rows, (r) => BigInt(r.total_investment_fen)), BigInt(fen(26116000)), group_by);
      assert.equal(sum(s.rows, (r) => BigInt(r.planned_investment_fen)), BigInt(fen(7667000)), group_by);
      if (group_by === 'BY_REGION') assert.equal(s.rows.find((r) => r.region === '621122').projects, '115');
    }
  });

  test('陇西县 has 56 continuing and 59 new projects', async () => {
    const s = await office.get('/v1/projects:summarize', { list: 'lists/invest-2022', as_of: APRIL, region: '621122', group_by: 'BY_ENTRY_KIND' });
    assert.deepEqual(Object.fromEntries(s.rows.map((r) => [r.entry_kind, r.projects])), { CONTINUING: '56', NEW_START: '59' });
  });
});

describe('changing one fact', () => {
  test('a removal changes the figures of its list from its date on, none before, and no other figure; undone, all are as before', async () => {
    const list = await createList(office);
    const id = list.name.slice('lists/'.length);
    const projects = [];
    for (const wan of [1000, 2000, 4000]) projects.push(await createProject(office, { wan }, { effective_on: '2022-05-01' }));
    const additions = projects.map((p) => ({ project: p.name, kind: 'NEW_START' }));
    await adjust(office, list.name, { effective_on: '2022-05-02', additions });
    const dates = [FEBRUARY, APRIL, '2022-05-09', '2022-05-10', '2022-06-01'];
    const snapshot = async () => Promise.all(dates.map((as_of) => figures({ as_of })));
    const before = await snapshot();
    await adjust(office, list.name, { effective_on: '2022-05-10', removals: [{ project: projects[1].name }] });
    const after_ = await snapshot();
    dates.forEach((date, i) => {
      for (const [key, figure] of after_[i]) {
        const was = before[i].get(key);
        if (figure.value === '') {
          assert.equal(was.value, '', `${key} as of ${date}`);
          continue;
        }
        const [now, then] = [figureValue(figure), figureValue(was)];
        const lost = { [`lists.${id}.projects`]: 1n, [`lists.${id}.total_investment`]: BigInt(fen(2000)), [`lists.${id}.planned_investment`]: BigInt(fen(1000)) };
        if (key.startsWith('lists.scratch-') && !key.startsWith(`lists.${id}.`)) continue;
        assert.equal(now, then - (date >= '2022-05-10' ? (lost[key] ?? 0n) : 0n), `${key} as of ${date}`);
      }
    });
    assert.equal(figureValue(after_[4].get(`lists.${id}.projects`)), 2n);
    await adjust(office, list.name, { effective_on: '2022-05-20', additions: [additions[1]] });
    const undone = await figures({ as_of: '2022-06-01' });
    assert.equal(figureValue(undone.get(`lists.${id}.total_investment`)), BigInt(fen(7000)));
  });

  test('an approval that is revoked changes the rates of its list from that day on, none before, and no other figure; what was known before stays', async () => {
    const list = await createList(office);
    const id = list.name.slice('lists/'.length);
    const project = await createProject(office, { planned_start_on: '2022-09-01' });
    await adjust(office, list.name, { effective_on: '2022-05-02', additions: [{ project: project.name, kind: 'NEW_START' }] });
    const approvals = await eventually('preapproval knows the project', async () => {
      const reply = await office.try('POST', '/v1/cases', { body: { project: project.name, opened_on: '2022-05-03', request_id: crypto.randomUUID() } });
      return reply.status === 200 && reply.body;
    });
    const view = await office.get(`/v1/${approvals.name}`);
    const gating = view.procedures.filter((p) => p.requirement === 'REQUIRED' && p.gates_start);
    const first = gating.find((p) => p.open_prerequisites.length === 0);
    const move = (procedure, what, effective_on, more = {}) => ({ name: `${approvals.name}/procedures/${procedure.code}`, move: what, effective_on, ...more });
    const make = (requests) => office.post('/v1/procedures:batchMove', { requests, request_id: crypto.randomUUID() });
    await make([
      move(first, 'SUBMIT', '2022-05-05'), move(first, 'ACCEPT', '2022-05-06'), move(first, 'APPROVE', '2022-05-09', { approval: { number: '定发改〔2022〕99号', issuer: '市发展改革委' } }),
      ...gating.filter((p) => p !== first).map((p) => move(p, 'WAIVE', '2022-05-09', { reason: '端到端试验免办' })),
    ]);
    const key = (name) => `procedures.${id}.${name}`;
    await eventually('preapproval knows that the project is on the list', async () => (await figures({ as_of: '2022-06-01' })).get(key('required'))?.value === String(gating.length));
    const dates = [FEBRUARY, APRIL, '2022-05-19', '2022-05-20', '2022-06-01'];
    const ratesOf = async (as_of) => new Map([...await figures({ as_of })].filter(([k]) => k.startsWith('procedures.')).map(([k, f]) => [k, f.value]));
    const rates = async () => {
      const all = [];
      for (const as_of of dates) all.push(await ratesOf(as_of));
      return all;
    };
    const before = await rates();
    const [newest] = (await office.get(`/v1/${approvals.name}/procedures/${first.code}/versions`)).versions;
    const known_at = newest.record_time;
    await make([move(first, 'REVOKE', '2022-05-20', { reason: '端到端试验撤销' })]);
    const after = await rates();
    const share = ((100 * (gating.length - 1)) / gating.length).toFixed(2);
    const changed = { [key('completed')]: String(gating.length - 1), [key('completion_rate')]: share, [key('ready_projects')]: '0', [key('ready_rate')]: '0.00' };
    dates.forEach((date, i) => {
      const expected = date < '2022-05-20' ? before[i] : new Map([...before[i], ...Object.entries(changed)]);
      assert.deepEqual(after[i], expected, date);
    });
    assert.equal(before[4].get(key('completion_rate')), '100.00');
    assert.equal((await figures({ as_of: '2022-06-01', known_at })).get(key('completion_rate')).value, '100.00');
  });

  test('an amended amount holds from its date on, and what was known before it can still be asked', async () => {
    const list = await createList(office);
    const project = await createProject(office, { wan: 1000 });
    await adjust(office, list.name, { effective_on: '2022-05-02', additions: [{ project: project.name, kind: 'NEW_START' }] });
    const first = await office.all(`/v1/${list.name}/adjustments`, 'adjustments');
    const known_at = first[0].record_time;
    await adjust(office, list.name, { effective_on: '2022-05-10', amendments: [{ project: project.name, total_investment_fen: fen(1300) }] });
    const total = async (query) => figureValue((await figures(query)).get(`lists.${list.name.slice(6)}.total_investment`));
    assert.equal(await total({ as_of: '2022-05-09' }), BigInt(fen(1000)));
    assert.equal(await total({ as_of: '2022-05-10' }), BigInt(fen(1300)));
    assert.equal(await total({ as_of: '2022-05-10', known_at }), BigInt(fen(1000)));
  });
});
