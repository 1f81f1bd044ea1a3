// The views of the portal: what they say is what the services say, for each role what it may see, and at once after a write.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { adjust, createList, createProject } from './samples.mjs';
import { eventually, freshWord, sharedStack } from './stack.mjs';

let stack;
let office;

before(async () => {
  stack = await sharedStack();
  office = await stack.as('city-office');
});

const april = { as_of: '2022-04-20', list: 'lists/invest-2022' };
/** The overview with every part: one that took too long for it is named, and comes with a later try. */
const overview = (query) => eventually('every part of the overview comes', async () => {
  const view = await office.get('/v1/views/overview', query);
  return view.parts.every((part) => part.state === 'OK') && view;
}, { within_ms: 60000 });
const sum = (groups, what) => groups.reduce((total, group) => total + Number(group[what].value), 0);

describe('the overview', () => {
  test('says what was published, and its sums add up in every direction', async () => {
    const view = await overview(april);
    const list = view.lists.find((l) => l.name === 'lists/invest-2022');
    assert.deepEqual([list.projects.value, list.total_investment.value], ['737', '261160000000.00']);
    for (const groups of [view.regions.map((r) => r.sums), view.stages, view.fields, view.funnel]) assert.equal(sum(groups, 'projects'), 737);
    for (const region of view.regions) {
      assert.equal(sum(region.stages, 'projects'), Number(region.sums.projects.value), region.sums.title);
      assert.equal(sum(region.fields, 'projects'), Number(region.sums.projects.value), region.sums.title);
    }
    assert.equal(view.regions.find((r) => r.sums.key === '621122').sums.projects.value, '115');
    const trend = view.trends.find((t) => t.figure === 'lists.invest-2022.projects');
    assert.equal(trend.points.at(-1).value, '737');
    assert.equal(trend.points.find((p) => p.as_of === '2022-02-28').value, '725');
    const { total, stages, departments, regions } = view.approvals;
    assert.equal(total.completion_rate.value, '99.00');
    for (const groups of [stages, departments, regions]) for (const what of ['required', 'completed', 'late']) assert.equal(sum(groups, what), Number(total[what].value), what);
  });

  test('chooses the main list where none is named, and counts a list against its predecessor', async () => {
    for (const as_of of [april.as_of, '2026-11-28']) assert.equal((await overview({ as_of, list: '-' })).list, april.list, as_of);
    assert.equal((await overview({ as_of: '2021-12-01', list: '-' })).list, 'lists/invest-2021', 'the only one with projects then');
    const [chosen, named] = [await overview({ as_of: april.as_of, list: '-' }), await overview(april)];
    assert.deepEqual({ ...chosen, parts: [] }, { ...named, parts: [] });
    assert.equal((await overview({ as_of: april.as_of })).list, '', 'an empty list is all projects');
    const change = (figure) => named.trends.find((trend) => trend.figure === figure);
    assert.deepEqual([change('lists.invest-2022.projects').year_before_value, change('lists.invest-2022.projects').year_on_year_change], ['668', '+69']);
    assert.equal(change('procedures.invest-2022.completion_rate').year_on_year_change, '+42.00', 'what was published');
    const region = await office.get('/v1/views/regions/621122', { as_of: april.as_of, list: '-' });
    assert.equal(region.overview.list, april.list);
  });

  test('leads from each number to the rows that make it up', async () => {
    const view = await office.get('/v1/views/overview', april);
    const numbers = [...view.stages, ...view.fields, ...view.funnel, ...view.regions.map((r) => r.sums), view.regions[0].stages[0]].map((group) => group.projects);
    for (const number of [...numbers, view.starts_late, view.starts_due]) {
      const separator = number.rows.includes('?') ? '&' : '?';
      const page = await office.get(`${number.rows}${separator}page_size=1&include_total_size=true`);
      assert.equal(page.total_size, number.value, number.rows);
    }
  });

  test('refuses what cannot be asked', async () => {
    assert.equal((await office.try('GET', '/v1/views/overview', { query: { as_of: '2022-02-30' } })).status, 400);
    assert.equal((await office.try('GET', '/v1/views/overview', { query: { list: 'lists/nowhere' } })).status, 404);
    assert.equal((await office.try('GET', '/v1/views/overview', { query: { region: '110000' } })).status, 404);
    assert.equal((await stack.nobody().try('GET', '/v1/views/overview')).status, 401);
    const operator = await stack.as('operator');
    assert.equal((await operator.try('GET', '/v1/views/overview')).status, 403);
  });

  test('says the published figures, as the services do', async () => {
    const { figures } = await office.get('/v1/figures', { as_of: april.as_of });
    const view = await office.get('/v1/views/overview', april);
    assert.deepEqual(view.figures.map((f) => [f.key, f.value]), figures.map((f) => [f.key, f.value]));
    const value = (key) => view.figures.find((f) => f.key === key).value;
    assert.equal(value('lists.major-145.projects'), '561');
    assert.equal(value('lists.major-145.total_investment'), '698600000000.00');
    assert.equal(value('lists.invest-2022.planned_investment'), '76670000000.00');
    assert.equal(value('lists.plan-2023.projects'), '163');
    assert.equal(value('lists.plan-2023.total_investment'), '101700000000.00');
  });

  test('shows a county its own region and nothing of others', async () => {
    const county = await stack.as('county-longxi');
    const view = await county.get('/v1/views/overview', april);
    assert.deepEqual(view.regions.map((r) => r.sums.key), ['621122']);
    assert.equal(view.lists.find((l) => l.name === 'lists/invest-2022').projects.value, '115');
    assert.equal((await county.try('GET', '/v1/views/overview', { query: { ...april, region: '621125' } })).status, 404);
  });

  test('shows a writer its own write at once, again and again', async () => {
    const list = await createList(office);
    for (let n = 1; n <= 5; n++) {
      const project = await createProject(office);
      await adjust(office, list.name, { additions: [{ project: project.name, kind: 'NEW_START' }] });
      const view = await office.get('/v1/views/overview', { list: list.name });
      assert.equal(sum(view.stages, 'projects'), n);
      assert.equal(view.lists.find((l) => l.name === list.name).projects.value, String(n));
    }
  });

  test('is not sent again to who has it', async () => {
    await overview(april);
    const first = await office.try('GET', '/v1/views/overview', { query: april });
    const again = await fetch(`${stack.url}/v1/views/overview?${new URLSearchParams(april)}`, { headers: { authorization: `Bearer ${office.token}`, 'if-none-match': first.headers.get('etag') } });
    assert.equal(again.status, 304);
  });
});

describe('my work', () => {
  const KINDS = ['START_OVERDUE', 'START_DUE', 'CODE_MISSING', 'RESPONSIBLE_UNIT_MISSING'];

  test('counts what its rows hold, in the caller\'s region alone', async () => {
    const county = await stack.as('county-longxi');
    const work = await county.get('/v1/views/my-work', { as_of: '2022-02-19' });
    assert.deepEqual(work.groups.map((g) => g.kind), KINDS, 'tasks of procedures are said of today alone');
    for (const group of work.groups) {
      const page = await county.get(`${group.items_total.rows}&page_size=1&include_total_size=true`);
      assert.equal(page.total_size, group.items_total.value, group.kind);
      for (const item of group.items) assert.equal(item.project.region, '621122');
    }
    const leader = await stack.as('leader-01');
    assert.deepEqual((await leader.get('/v1/views/my-work')).groups, []);
  });
});

describe('the project page', () => {
  test('has the project, its units and its history, and is absent for who may not see it', async () => {
    const project = await createProject(office, { region: '621122' });
    const page = await office.get(`/v1/views/${project.name}`);
    assert.deepEqual(page.project, await office.get(`/v1/${project.name}`));
    assert.equal(page.region_unit.title, '陇西县');
    assert.equal(page.versions.length, 1);
    await office.patch(`/v1/${project.name}`, { place: '新址' }, { request_id: crypto.randomUUID() });
    assert.equal((await office.get(`/v1/views/${project.name}`)).project.place, '新址');
    const other = await stack.as('county-weiyuan');
    assert.equal((await other.try('GET', `/v1/views/${project.name}`)).status, 404);
  });
});

describe('approvals in the views', () => {
  let project;
  let kase;
  const move = (code, what, more = {}) => office.post(`/v1/${kase.name}/procedures/${code}:move`, { move: what, request_id: crypto.randomUUID(), ...more });

  before(async () => {
    project = await createProject(office, { region: '621122' });
    kase = await eventually('preapproval knows the project', async () => {
      const reply = await office.try('POST', '/v1/cases', { body: { project: project.name, request_id: crypto.randomUUID() } });
      return reply.status === 200 && reply.body;
    });
  });

  test('the project page shows the case, what stands in the way of the start, and a move at once', async () => {
    const page = await office.get(`/v1/views/${project.name}`);
    for (const part of page.parts) assert.equal(part.state, 'OK', JSON.stringify(part));
    assert.equal(page.case.case.name, kase.name);
    assert.deepEqual(page.case, await office.get(`/v1/${kase.name}`));
    assert.equal(page.gate.clear, false);
    const [first] = page.case.procedures.filter((p) => p.allowed_moves.includes('SUBMIT') || p.allowed_moves.includes('PREPARE'));
    await move(first.code, 'PREPARE');
    const after = await office.get(`/v1/views/${project.name}`);
    assert.equal(after.case.procedures.find((p) => p.code === first.code).state, 'IN_PREPARATION');
  });

  test('what was handed in waits in the work of the department that decides, and of the region, and of nobody else', async () => {
    const page = await office.get(`/v1/views/${project.name}`);
    const first = page.case.procedures.find((p) => p.state === 'IN_PREPARATION');
    await move(first.code, 'SUBMIT');
    const group = async (client) => (await client.get('/v1/views/my-work')).groups.find((g) => g.kind === 'PROCEDURE_TO_ACCEPT');
    const has = (g) => g.items.some((i) => i.project.name === project.name && i.procedure.code === first.code);
    assert.ok(has(await group(office)), 'the office sees its own write at once');
    const county = await stack.as('county-longxi');
    await eventually('the county sees it', async () => has(await group(county)));
    assert.ok(!has(await group(await stack.as('county-weiyuan'))));
    const deciding = await stack.as(first.department.replace('organizations/', ''));
    await eventually('the department sees it', async () => has(await group(deciding)));
    for (const client of [county, deciding]) {
      const { items_total } = await group(client);
      const page_ = await client.get(`${items_total.rows}&page_size=1000`);
      assert.equal(String(page_.tasks.length), items_total.value);
    }
  });

  test('the department that decides accepts, and others may not', async () => {
    const page = await office.get(`/v1/views/${project.name}`);
    const first = page.case.procedures.find((p) => p.state === 'SUBMITTED');
    const body = { move: 'ACCEPT', request_id: crypto.randomUUID() };
    const other = await stack.as(first.department.endsWith('dept-02') ? 'dept-03' : 'dept-02');
    const path = `/v1/${kase.name}/procedures/${first.code}:move`;
    assert.equal((await other.try('POST', path, { body })).status, 403);
    const deciding = await stack.as(first.department.replace('organizations/', ''));
    const reply = await deciding.try('POST', path, { body });
    assert.equal(reply.status, 200, JSON.stringify(reply.body));
    const waits = (await deciding.get('/v1/views/my-work')).groups.find((g) => g.kind === 'PROCEDURE_TO_DECIDE');
    assert.ok(waits.items.some((i) => i.project.name === project.name), 'the department sees its own write at once');
  });

  test('each number of the overview leads to the procedures that it counts', async () => {
    const view = await overview({ list: 'lists/invest-2022' });
    const rates = view.approvals ? [view.approvals.total, ...view.approvals.stages, ...view.approvals.departments, ...view.approvals.regions] : [];
    const numbers = rates.flatMap((r) => [r.required, r.completed, r.late]);
    for (const number of [...numbers, view.procedures_late, view.procedures_due]) {
      const page = await office.get(`${number.rows}&page_size=1&include_total_size=true`);
      assert.equal(page.total_size, number.value, number.rows);
    }
  });
});

describe('a region\'s page', () => {
  test('is its overview, its unit and its largest projects', async () => {
    const page = await office.get('/v1/views/regions/621122', april);
    assert.equal(page.unit.title, '陇西县');
    assert.equal(page.overview.lists.find((l) => l.name === 'lists/invest-2022').projects.value, '115');
    assert.equal(page.largest_projects.length, 20);
    const sizes = page.largest_projects.map((p) => BigInt(p.total_investment_fen));
    assert.deepEqual(sizes, [...sizes].sort((a, b) => (a < b ? 1 : a > b ? -1 : 0)));
    assert.ok(page.largest_projects.every((p) => p.region === '621122'));
  });
});

describe('search', () => {
  const search = async (client, query, more = {}) => (await client.get('/v1/views/search', { query, ...more })).results;

  test('finds by words, by code and by pinyin initials, and at once what was just written', async () => {
    const word = freshWord();
    const project = await createProject(office, { title: `引洮供水${word}二期工程`, region: '621122' });
    for (const query of [word, `${word} 引洮`, `ytgs${word}`, `YTGS${word}EQGC`]) {
      assert.deepEqual((await search(office, query)).map((r) => r.name), [project.name], query);
    }
    await office.patch(`/v1/${project.name}`, { title: `引洮供热${word}二期工程` }, { request_id: crypto.randomUUID() });
    assert.equal((await search(office, word))[0].title, `引洮供热${word}二期工程`);
    assert.deepEqual(await search(office, `供水${word}`), []);
    const { projects } = await office.get('/v1/projects', { filter: 'project_code:*', page_size: 1 });
    assert.equal((await search(office, projects[0].project_code))[0].name, projects[0].name);
  });

  test('refuses what is no search', async () => {
    for (const query of [{ query: '  ' }, { query: 'a b c d e f' }, { query: 'a', page_size: -1 }, { query: 'a', region: 'x' }, {}]) {
      assert.equal((await office.try('GET', '/v1/views/search', { query })).status, 400, JSON.stringify(query));
    }
  });
});

describe('a browser\'s session', () => {
  const post = (path, headers = {}, body = '{}') => fetch(`${stack.url}${path}`, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body });

  test('lasts from the sign-in to the sign-out, and changes nothing without its header', async () => {
    const signedIn = await post('/v1/sessions', {}, JSON.stringify({ account: 'county-longxi', password: stack.accounts['county-longxi'] }));
    assert.equal(signedIn.status, 200);
    assert.match(signedIn.headers.get('set-cookie'), /HttpOnly; SameSite=Strict/);
    const cookie = signedIn.headers.get('set-cookie').split(';')[0];
    const ask = (path, headers = {}, method = 'GET') => fetch(`${stack.url}${path}`, { method, headers: { cookie, ...headers } });
    const current = await (await ask('/v1/sessions/current')).json();
    assert.deepEqual([current.account, current.title, current.role, current.region], ['county-longxi', '陇西县', 'COUNTY', '621122']);
    assert.ok(current.permissions.includes('projects.write'));
    assert.equal((await ask('/v1/views/overview')).status, 200);
    assert.equal((await post('/v1/projects:findDuplicates', { cookie })).status, 403);
    assert.equal((await ask('/v1/sessions/current', {}, 'DELETE')).status, 403);
    assert.equal((await ask('/v1/sessions/current', { 'yaoshi-csrf': '1' }, 'DELETE')).status, 200);
    assert.equal((await ask('/v1/sessions/current')).status, 401);
    const { access_token } = await signedIn.json();
    assert.equal((await fetch(`${stack.url}/v1/projects`, { headers: { authorization: `Bearer ${access_token}` } })).status, 401);
  });
});
