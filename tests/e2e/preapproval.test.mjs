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
/** The day in China, so many days from today. */
const day = (days) => new Date(Date.now() + (8 + 24 * days) * 3600_000).toISOString().slice(0, 10);
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

  test('while the registry plans starts anew: each change makes one baseline, with its reason', { timeout: 120000 }, async () => {
    const random = new Random(`preapproval replans/${process.env.YAOSHI_SEED ?? 'first'}`);
    const cases = await Promise.all(Array.from({ length: 6 }, () => newCase()));
    const starts = Array.from({ length: 8 }, (_, i) => `2023-0${i + 1}-06`);
    const rounds = [random.int(1, 3), random.int(5, 7)];
    for (const [round, planned_start_on] of starts.entries()) {
      const killed = rounds.includes(round) && kill('preapproval');
      await Promise.all(cases.map(({ project }) => office.patch(`/v1/${project.name}`, { planned_start_on }, { reason: `第${round + 1}次调整`, request_id: randomUUID() })));
      await killed;
      if (killed) await healthy();
    }
    const told = starts.map((on, i) => `登记的计划开工日期由 ${i === 0 ? '2023-03-01' : starts[i - 1]} 改为 ${on}：第${i + 1}次调整`);
    for (const { kase } of cases) {
      await eventually('the last plan has come', async () => (await office.get(`/v1/${kase.name}`)).case.replan?.to_on === starts.at(-1), { within_ms: 30000 });
      const { baselines } = await office.get(`/v1/${kase.name}/baselines`, { page_size: 100 });
      assert.deepEqual(baselines.map((b) => b.reason), ['', ...told].reverse());
      assert.deepEqual(baselines.map((b) => b.target_start_on), ['2023-03-01', ...starts].reverse());
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
    let away;
    try {
      await kill('registry');
      await eventually('the registry is away', async () => (await impatient().try('GET', `/v1/${project.name}`)).status === 503);
      away = Date.now();
      await move(kase, 'P00', 'PREPARE');
      await move(kase, 'P00', 'SUBMIT');
      assert.equal((await stepOf(kase, 'P00')).state, 'SUBMITTED');
      const view = await office.get(`/v1/${kase.name}`);
      assert.equal(view.project.title, project.title, 'the copied facts are shown');
      const gate = await office.get(`/v1/${project.name}:checkGate`);
      assert.equal(gate.clear, false);
      assert.equal(gate.as_of, day(0));
      assert.ok(gate.obstacles.some((o) => o.procedure.endsWith('/P40')), 'the construction permit is open');
      assert.ok(Date.parse(gate.facts_time) <= away, 'it says until when the facts are known');
      assert.equal((await office.get(`/v1/${project.name}:checkGate`)).facts_time, gate.facts_time, 'and knows no later ones');
    } finally {
      rmSync(door, { force: true });
    }
    await healthy();
    await eventually('the facts are those of now', async () => Date.parse((await office.get(`/v1/${project.name}:checkGate`)).facts_time) > away, { within_ms: 30000 });
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
  let fresh; // P20 is handed in before what it waits for.
  let accepted; // P00 is accepted.
  let stranger; // A department that decides neither.
  before(async () => {
    [{ kase: fresh }, { kase: accepted }] = [await newCase(), await newCase()];
    await move(fresh, 'P20', 'SUBMIT');
    for (const step of ['PREPARE', 'SUBMIT', 'ACCEPT']) await move(accepted, 'P00', step);
    stranger = await stack.createAccount('dept-02', { role: 'DEPARTMENT', region: '621100', organization: 'dept-02' });
    for (const [id, nodes] of Object.entries(DRAFTS)) await office.post('/v1/templates', template(nodes), { template_id: id, request_id: randomUUID() });
  });

  const template = (nodes) => ({ title: '试验模板', effective_on: '2022-01-01', basis: '试验', selector: { regimes: ['APPROVAL'] }, nodes });
  const DRAFTS = {
    'wrong-cycle': [{ code: 'P00', prerequisites: ['P01'], gates_start: true }, { code: 'P01', prerequisites: ['P00'], gates_start: true }],
    'wrong-unknown': [{ code: 'P00', gates_start: true }, { code: 'P98', prerequisites: ['P00'], gates_start: true }],
    'wrong-missing': [{ code: 'P01', prerequisites: ['P00'], gates_start: true }],
    'wrong-unreachable': [{ code: 'P00', gates_start: true }, { code: 'P01' }],
  };
  const type = (more) => ({ title: '半日', stage: 'PLANNING_PERMISSION', department: 'organizations/dept-01', terms: [{ effective_on: '2022-01-01', basis: '试验', legal_limit: { count: 1, unit: 'WORKING_DAYS' } }], ...more });
  const limit = (count) => [{ effective_on: '2022-01-01', basis: '试验', legal_limit: { count, unit: 'WORKING_DAYS' } }];
  const approval = { number: '定发改〔2022〕1号', issuer: '定西市发展和改革委员会' };
  const moves = (kase, code, body) => [`/v1/${kase.name}/procedures/${code}:move`, { request_id: randomUUID(), ...body }];
  const approve = (more) => moves(accepted, 'P00', { move: 'APPROVE', effective_on: DAYS.APPROVE, etag: '3', approval, ...more });

  // What is asked, by whom when it is not the office; then the status, the reason, and what the answer names.
  const cases = [
    ['a day before the case', () => moves(fresh, 'P00', bodyOf('PREPARE', { effective_on: '2022-04-30' })), 400, 'BEFORE_CASE', /2022-05-01/],
    ['a day that has not come', () => moves(fresh, 'P00', bodyOf('PREPARE', { effective_on: day(1) })), 400, 'INVALID_FIELDS', /effective_on/],
    ['a day that is none', () => moves(fresh, 'P00', bodyOf('PREPARE', { effective_on: '2022-02-30' })), 400, 'INVALID_FIELDS', /effective_on/],
    ['a day before the last move', () => approve({ effective_on: '2022-05-04' }), 400, 'LATER_MOVE_EXISTS', /2022-05-05/],
    ['an approval of what was not accepted', () => moves(fresh, 'P00', { move: 'APPROVE', effective_on: DAYS.APPROVE, etag: '0', approval }), 400, 'PROCEDURE_MOVE_NOT_ALLOWED', /NOT_STARTED/],
    ['an approval without a number', () => approve({ approval: { ...approval, number: '' } }), 400, 'INVALID_FIELDS', /approval\.number/],
    ['an approval with a number of blanks', () => approve({ approval: { ...approval, number: '　 ' } }), 400, 'INVALID_FIELDS', /approval\.number/],
    ['an approval that nobody issued', () => approve({ approval: { ...approval, issuer: '' } }), 400, 'INVALID_FIELDS', /approval\.issuer/],
    ['an approval that ends before it begins', () => approve({ approval: { ...approval, valid_until: '2022-05-05' } }), 400, 'INVALID_FIELDS', /approval\.valid_until/],
    ['an approval without an etag', () => approve({ etag: '' }), 400, 'INVALID_FIELDS', /etag/],
    ['an approval with a stale etag', () => approve({ etag: '2' }), 409, 'ETAG_MISMATCH', /procedures\/P00/],
    ['a move with a stale etag', () => moves(fresh, 'P00', bodyOf('PREPARE', { etag: '77' })), 409, 'ETAG_MISMATCH', /procedures\/P00/],
    ['a target of a case with a stale etag', () => [`/v1/${fresh.name}:setTargetStart`, { target_start_on: '2023-06-01', reason: '调整', etag: '77' }], 409, 'ETAG_MISMATCH', /cases\//],
    ['an acceptance before its prerequisites', () => moves(fresh, 'P20', bodyOf('ACCEPT')), 400, 'PREREQUISITES_OPEN', /before: P\d\d/],
    ["another department's procedure", () => moves(accepted, 'P00', { ...approve()[1] }), 403, 'NOT_YOUR_PROCEDURE', /dept-01/, () => stranger],
    ['a correction without a reason', () => moves(accepted, 'P00', { move: 'REQUEST_CORRECTION', effective_on: '2022-05-06' }), 400, 'INVALID_FIELDS', /reason/],
    ['a code that the case has not', () => moves(fresh, 'P99', bodyOf('PREPARE')), 404, 'PROCEDURE_NOT_FOUND', /P99/],
    ['a case that there is not', () => moves({ name: `cases/${randomUUID()}` }, 'P00', bodyOf('PREPARE')), 404, 'PROCEDURE_NOT_FOUND', /P00/],
    ['a move that is none', () => moves(fresh, 'P00', { move: 'JUMP' }), 400, 'INVALID_FIELDS', /move/],
    ['a case that is open already', () => ['/v1/cases', { project: fresh.project, request_id: randomUUID() }], 409, 'CASE_EXISTS', /cases\//],
    ['a case of a project that there is not', () => ['/v1/cases', { project: `projects/${randomUUID()}` }], 404, 'PROJECT_NOT_FOUND', /projects\//],
    ['a limit of half a day', () => ['/v1/procedureTypes?procedure_type_id=P88', type({ terms: limit(0.5) })], 400, 'INVALID_FIELDS', /count/],
    ['a limit of less than a day', () => ['/v1/procedureTypes?procedure_type_id=P88', type({ terms: limit(-1) })], 400, 'INVALID_FIELDS', /count/],
    ['a preparation of a day and a half', () => ['/v1/procedureTypes?procedure_type_id=P88', type({ preparation: { count: 1.5, unit: 'WORKING_DAYS' } })], 400, 'INVALID_FIELDS', /count/],
    ['a template in a circle', () => ['/v1/templates/wrong-cycle:publish', {}], 400, 'INVALID_FIELDS', /in a circle: P00 → P01 → P00/],
    ['a template with an unknown code', () => ['/v1/templates/wrong-unknown:publish', {}], 400, 'INVALID_FIELDS', /P98/],
    ['a template with a prerequisite that it has not', () => ['/v1/templates/wrong-missing:publish', {}], 400, 'INVALID_FIELDS', /P00/],
    ['a template with what no start waits for', () => ['/v1/templates/wrong-unreachable:publish', {}], 400, 'INVALID_FIELDS', /P01/],
    ['a scenario of nothing', () => ['/v1/scenarios', { request_id: randomUUID() }], 400, 'INVALID_FIELDS', /changes|cases|list/],
  ];

  /** All that these requests could have changed. */
  async function everything() {
    const parts = [`/v1/${fresh.name}`, `/v1/${accepted.name}`, '/v1/templates', '/v1/procedureTypes', '/v1/scenarios'];
    const answers = await Promise.all(parts.map((path) => office.get(path)));
    return JSON.parse(JSON.stringify(answers, (key, value) => (key === 'as_of_time' ? undefined : value)));
  }

  for (const [what, request, status, reason, names, who = () => office] of cases) {
    test(what, async () => {
      const said = await everything();
      const [path, body] = request();
      const reply = await who().try('POST', path, { body });
      const info = reply.body.error?.details.find((d) => d['@type'].endsWith('ErrorInfo'));
      assert.deepEqual([reply.status, info?.reason], [status, reason], JSON.stringify(reply.body));
      assert.match(JSON.stringify(reply.body), names);
      assert.deepEqual(await everything(), said, 'nothing has changed');
    });
  }

  test('a case of a day that has not come, or of one before there were any', async () => {
    const project = await createProject(office);
    await eventually('the project has come to preapproval', async () => (await office.try('GET', `/v1/${project.name}:checkGate`)).status === 200);
    for (const opened_on of [day(1), '1999-12-31']) {
      const reply = await office.try('POST', '/v1/cases', { body: { project: project.name, opened_on, request_id: randomUUID() } });
      assert.deepEqual([reply.status, reply.body.error.details[0].reason], [400, 'INVALID_FIELDS'], JSON.stringify(reply.body));
      assert.match(JSON.stringify(reply.body), /opened_on/);
    }
    assert.equal((await office.try('GET', `/v1/cases/${project.name.split('/')[1]}`)).status, 404);
  });
});
