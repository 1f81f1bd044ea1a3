// Pre-approval when things break: killed among moves, the registry away, projects that go elsewhere. On an installation of its own.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { Client } from '../dingxi/client.mjs';
import { loadCatalogue } from '../dingxi/load_catalogue.mjs';
import { Random } from '../dingxi/random.mjs';
import { createProject } from './samples.mjs';
import { eventually, ownStack } from './stack.mjs';

const SINCE = '2022-05-01'; // the projects
let stack;
let office;

before(async () => {
  stack = await ownStack('preapproval');
  office = await stack.createAccount('city-office', { role: 'CITY_OFFICE', region: '621100', organization: 'city' });
  const unit = (id, title, kind, region) => office.post('/v1/organizations', { title, kind, region }, { organization_id: id, request_id: randomUUID() });
  for (const number of ['01', '02', '10']) await unit(`dept-${number}`, `市直部门${number}`, 'DEPARTMENT', '621100');
  await unit('longxi', '陇西县', 'COUNTY_LEVEL', '621122');
  await unit('weiyuan', '渭源县', 'COUNTY_LEVEL', '621123');
  await loadCatalogue(office);
});

/** A client that takes the first answer, whatever it is. */
const impatient = () => Object.assign(new Client(stack.url, { account: 'city-office', password: stack.accounts['city-office'], patience_ms: 0 }), { token: office.token, expires: office.expires });
const healthy = () => eventually('the door is healthy', async () => (await stack.nobody().try('GET', '/healthz')).status === 200, { within_ms: 40000 });
const kill = async (name) => process.kill(await stack.pid(name), 'SIGKILL');
const stepOf = (kase, code) => office.get(`/v1/${kase.name}/procedures/${code}`);

async function newCase(more = {}) {
  const project = await createProject(office, { planned_start_on: '2023-03-01', attributes: { uses_new_land: true, building_or_municipal: true }, ...more });
  const kase = await eventually('the project has come to preapproval', async () => {
    const reply = await office.try('POST', '/v1/cases', { body: { project: project.name, opened_on: SINCE, request_id: randomUUID() } });
    if (reply.status === 200) return reply.body;
    assert.equal(reply.body.error.details[0].reason, 'PROJECT_NOT_FOUND', JSON.stringify(reply.body));
    return null;
  });
  return { project, kase };
}

const DAYS = { PREPARE: '2022-05-02', SUBMIT: '2022-05-03', ACCEPT: '2022-05-05', REQUEST_CORRECTION: '2022-05-06', APPROVE: '2022-05-06' };
const PLAN = ['PREPARE', 'SUBMIT', 'ACCEPT', 'REQUEST_CORRECTION'];
const bodyOf = (move, more = {}) => ({ move, effective_on: DAYS[move], ...(move === 'REQUEST_CORRECTION' && { reason: '缺少附图' }), request_id: randomUUID(), ...more });
const move = (kase, code, what, more) => office.post(`/v1/${kase.name}/procedures/${code}:move`, bodyOf(what, more));

/** Repeats every move of a plan: what was acknowledged is answered the same again, and the history has each once. */
async function checkEachOnce(kase, steps) {
  for (const { path, body, first } of steps) {
    const again = await office.post(path, body);
    if (first?.status === 200) assert.deepEqual(again, first.body, 'the first answer comes again');
    else assert.ok([undefined, 0, 502, 503, 504, 409].includes(first?.status), `${first?.status} ${JSON.stringify(first?.body)}`);
  }
  const { versions } = await office.get(`/v1/${kase.name}/procedures/P00/versions`, { page_size: 100 });
  assert.deepEqual(versions.map((v) => v.procedure.last_move).sort(), [...PLAN].sort(), 'each move once');
  assert.equal((await stepOf(kase, 'P00')).state, 'IN_CORRECTION');
}

describe('preapproval is killed', () => {
  test('among the moves of many cases: each acknowledged one is there once, each other repeats, and none is skipped', { timeout: 180000 }, async () => {
    const random = new Random(`preapproval kills/${process.env.YAOSHI_SEED ?? 'first'}`);
    const hasty = impatient();
    for (let round = 0; round < 2; round++) {
      const cases = await Promise.all(Array.from({ length: 8 }, () => newCase()));
      const plans = cases.map(({ kase }) => PLAN.map((what) => ({ path: `/v1/${kase.name}/procedures/P00:move`, body: bodyOf(what) })));
      const after_ = random.int(4, 24);
      let answered = 0;
      let killed;
      await Promise.all(plans.map(async (steps) => {
        for (const step of steps) {
          step.first = await hasty.try('POST', step.path, { body: step.body }).catch(() => ({ status: 0 }));
          if (++answered === after_) killed = kill('preapproval');
          if (step.first.status !== 200) return; // The next would come too early; it is made below.
        }
      }));
      await killed;
      await healthy();
      for (const [i, steps] of plans.entries()) await checkEachOnce(cases[i].kase, steps);
    }
  });

  test('and comes back with the same answers for today and for every day before', { timeout: 60000 }, async () => {
    const { kase } = await newCase();
    for (const what of ['PREPARE', 'SUBMIT', 'ACCEPT']) await move(kase, 'P00', what);
    const ask = async () => [await office.get(`/v1/${kase.name}`), await office.get(`/v1/${kase.name}`, { as_of: '2022-05-04' }), await office.get('/v1/cases', { page_size: 1000 })];
    const said = await ask();
    await kill('preapproval');
    await healthy();
    const facts = (answers) => JSON.parse(JSON.stringify(answers, (key, value) => (key === 'as_of_time' ? undefined : value)));
    assert.deepEqual(facts(await ask()), facts(said));
  });
});

describe('the registry is away', () => {
  test('cases go on with what was copied, the gate says from when that is, and what changed meanwhile comes by itself', { timeout: 120000 }, async () => {
    const { project, kase } = await newCase();
    const door = join(stack.home, 'run', 'registry.hold');
    writeFileSync(door, '');
    try {
      await kill('registry');
      await eventually('the registry is away', async () => (await impatient().try('GET', `/v1/${project.name}`)).status === 503);
      await move(kase, 'P00', 'PREPARE');
      await move(kase, 'P00', 'SUBMIT');
      assert.equal((await stepOf(kase, 'P00')).state, 'SUBMITTED');
      const view = await office.get(`/v1/${kase.name}`);
      assert.equal(view.project.title, project.title, 'the copied facts are shown');
      const gate = await office.get(`/v1/${project.name}:checkGate`);
      assert.equal(gate.clear, false);
      assert.ok(gate.obstacles.some((o) => o.procedure.endsWith('/P40')), 'the construction permit is open');
      assert.ok(Date.parse(gate.facts_time) <= Date.now(), 'it says until when the facts are known');
    } finally {
      rmSync(door, { force: true });
    }
    await healthy();
    await office.patch(`/v1/${project.name}`, { title: `${project.title}甲` }, { request_id: randomUUID() });
    await eventually('the new title has come', async () => (await office.get(`/v1/${kase.name}`)).project.title === `${project.title}甲`, { within_ms: 30000 });
  });
});

describe('a project goes elsewhere', () => {
  test('to another county: its case goes along, and the old county sees it no more', { timeout: 60000 }, async () => {
    const { project, kase } = await newCase({ region: '621122' });
    const [longxi, weiyuan] = [
      await stack.createAccount('county-longxi', { role: 'COUNTY', region: '621122', organization: 'longxi' }),
      await stack.createAccount('county-weiyuan', { role: 'COUNTY', region: '621123', organization: 'weiyuan' }),
    ];
    assert.equal((await longxi.try('GET', `/v1/${kase.name}`)).status, 200);
    assert.equal((await weiyuan.try('GET', `/v1/${kase.name}`)).status, 404);
    await office.patch(`/v1/${project.name}`, { region: '621123' }, { request_id: randomUUID() });
    await eventually('the case has gone along', async () => (await weiyuan.try('GET', `/v1/${kase.name}`)).status === 200);
    assert.equal((await longxi.try('GET', `/v1/${kase.name}`)).status, 404);
    assert.equal((await longxi.try('POST', `/v1/${kase.name}/procedures/P00:move`, { body: bodyOf('PREPARE') })).status, 404);
  });

  test('away: the case of a cancelled project is closed, and moves no more', { timeout: 60000 }, async () => {
    const { project, kase } = await newCase();
    await office.post(`/v1/${project.name}:move`, { move: 'CANCEL', reason: '不再实施', effective_on: '2022-06-01', request_id: randomUUID() });
    const closed = await eventually('the case is closed', async () => {
      const view = await office.get(`/v1/${kase.name}`);
      return view.case.closed_on && view.case;
    });
    assert.notEqual(closed.closed_reason, '');
    const reply = await office.try('POST', `/v1/${kase.name}/procedures/P00:move`, { body: bodyOf('PREPARE') });
    assert.deepEqual([reply.status, reply.body.error.details[0].reason], [400, 'CASE_CLOSED']);
  });

  test('into another: the case of a merged project is closed, that of the one that stays is not', { timeout: 60000 }, async () => {
    const [stays, goes] = [await newCase(), await newCase()];
    await office.post(`/v1/${goes.project.name}:merge`, { into: stays.project.name, reason: '同一项目', effective_on: '2022-06-01', request_id: randomUUID() });
    await eventually('the case is closed', async () => (await office.get(`/v1/${goes.kase.name}`)).case.closed_on);
    assert.equal((await office.get(`/v1/${stays.kase.name}`)).case.closed_on, '');
  });
});

describe('what is wrong is named, and changes nothing', () => {
  let kase;
  before(async () => ({ kase } = await newCase()));
  const tomorrow = () => new Date(Date.now() + (8 + 24) * 3600_000).toISOString().slice(0, 10);
  const template = (nodes) => ({ title: '试验模板', effective_on: '2022-01-01', basis: '试验', selector: { regimes: ['APPROVAL'] }, nodes });

  const cases = [
    ['a day before the case', () => [`/v1/${kase.name}/procedures/P00:move`, bodyOf('PREPARE', { effective_on: '2022-04-30' })], 400, 'BEFORE_CASE'],
    ['a day that has not come', () => [`/v1/${kase.name}/procedures/P00:move`, bodyOf('PREPARE', { effective_on: tomorrow() })], 400, 'INVALID_FIELDS'],
    ['a day that is none', () => [`/v1/${kase.name}/procedures/P00:move`, bodyOf('PREPARE', { effective_on: '2022-02-30' })], 400, 'INVALID_FIELDS'],
    ['an approval of what was not accepted', () => [`/v1/${kase.name}/procedures/P00:move`, bodyOf('APPROVE', { approval: { number: '1号' }, etag: '0' })], 400],
    ['an acceptance before its prerequisites', () => [`/v1/${kase.name}/procedures/P10:move`, bodyOf('ACCEPT')], 400],
    ['a stale etag', () => [`/v1/${kase.name}/procedures/P00:move`, bodyOf('PREPARE', { etag: '77' })], 409, 'ETAG_MISMATCH'],
    ['a code that the case has not', () => [`/v1/${kase.name}/procedures/P99:move`, bodyOf('PREPARE')], 404],
    ['a move that is none', () => [`/v1/${kase.name}/procedures/P00:move`, { move: 'JUMP' }], 400],
    ['a limit of half a day', () => ['/v1/procedureTypes?procedure_type_id=P88', { title: '半日', stage: 'PLANNING_PERMISSION', department: 'organizations/dept-01', terms: [{ effective_on: '2022-01-01', legal_limit: { count: 0.5, unit: 'WORKING_DAYS' }, basis: '试验' }] }], 400],
    ['a case that is open already', () => ['/v1/cases', { project: kase.project, request_id: randomUUID() }], 409, 'CASE_EXISTS'],
    ['a scenario of nothing', () => ['/v1/scenarios', { request_id: randomUUID() }], 400, 'INVALID_FIELDS'],
  ];
  for (const [what, request, status, reason] of cases) {
    test(what, async () => {
      const said = JSON.stringify(await office.get(`/v1/${kase.name}`));
      const [path, body] = request();
      const reply = await office.try('POST', path, { body });
      assert.equal(reply.status, status, JSON.stringify(reply.body));
      const info = reply.body.error.details.find((d) => d['@type'].endsWith('ErrorInfo'));
      assert.ok(info.reason, 'it has a reason');
      if (reason) assert.equal(info.reason, reason);
      assert.equal(JSON.stringify(await office.get(`/v1/${kase.name}`)), said, 'nothing has changed');
    });
  }

  test('an approval without a number', async () => {
    for (const step of ['PREPARE', 'SUBMIT', 'ACCEPT']) await move(kase, 'P00', step);
    const said = await stepOf(kase, 'P00');
    const reply = await office.try('POST', `/v1/${kase.name}/procedures/P00:move`, { body: bodyOf('APPROVE', { approval: { issuer: '市发展改革委' }, etag: said.etag }) });
    assert.equal(reply.status, 400, JSON.stringify(reply.body));
    assert.match(JSON.stringify(reply.body), /approval\.number/);
    assert.deepEqual(await stepOf(kase, 'P00'), said);
  });

  test('templates with a cycle, with unknown codes, and with what no start waits for are not published', async () => {
    const wrong = {
      cycle: [{ code: 'P00', prerequisites: ['P01'], gates_start: true }, { code: 'P01', prerequisites: ['P00'], gates_start: true }],
      unknown: [{ code: 'P00', gates_start: true }, { code: 'P98', prerequisites: ['P00'], gates_start: true }],
      missing: [{ code: 'P01', prerequisites: ['P00'], gates_start: true }],
    };
    for (const [name, nodes] of Object.entries(wrong)) {
      const made = await office.try('POST', '/v1/templates', { query: { template_id: `wrong-${name}` }, body: template(nodes) });
      const refused = made.status === 200 ? await office.try('POST', `/v1/templates/wrong-${name}:publish`, { body: {} }) : made;
      assert.equal(refused.status, 400, `${name}: ${JSON.stringify(refused.body)}`);
      assert.match(JSON.stringify(refused.body), name === 'cycle' ? /in a circle/ : name === 'unknown' ? /P98/ : /P00/);
    }
  });
});
