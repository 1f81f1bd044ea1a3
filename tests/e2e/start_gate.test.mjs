// The gate of starts where it is enforced: what stands in the way is named, and what happens when nobody can be asked. On an
// installation of its own.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { loadCatalogue } from '../dingxi/load_catalogue.mjs';
import { createProject } from './samples.mjs';
import { eventually, ownStack } from './stack.mjs';

const ON = '2022-06-01'; // the starts
let stack;
let office;

before(async () => {
  stack = await ownStack('start-gate');
  await enforce();
  office = await stack.createAccount('city-office', { role: 'CITY_OFFICE', region: '621100', organization: 'city' });
  const unit = (id, title, kind, region) => office.post('/v1/organizations', { title, kind, region }, { organization_id: id, request_id: randomUUID() });
  for (const number of ['01', '02', '10']) await unit(`dept-${number}`, `市直部门${number}`, 'DEPARTMENT', '621100');
  await unit('longxi', '陇西县', 'COUNTY_LEVEL', '621122');
  await loadCatalogue(office);
});

const ready = () => eventually('all services are ready', async () => (await stack.nobody().try('GET', '/healthz')).status === 200, { within_ms: 40000 });

/** Tells the registry so as an operator does: by a flag of its own, and a restart. */
async function enforce() {
  const before_ = await stack.pid('registry');
  writeFileSync(join(stack.home, 'run', 'registry.flags'), '--start-gate\nenforce\n');
  process.kill(before_, 'SIGTERM');
  await eventually('the registry is another process', async () => (await stack.pid('registry')) !== before_, { within_ms: 40000 });
  await ready();
}

async function newCase() {
  const project = await createProject(office, { planned_start_on: ON, attributes: { uses_new_land: false, building_or_municipal: true } });
  const kase = await eventually('the project has come to preapproval', async () => {
    const reply = await office.try('POST', '/v1/cases', { body: { project: project.name, opened_on: '2022-05-01', request_id: randomUUID() } });
    return reply.status === 200 && reply.body;
  });
  return { project, kase };
}

const start = (project, more = {}) => office.try('POST', `/v1/${project.name}:move`, { body: { move: 'START', effective_on: ON, reason: '开工', request_id: randomUUID(), ...more } });
const stageOf = async (project) => (await office.get(`/v1/${project.name}`)).stage;
const gateOf = (project) => office.get(`/v1/${project.name}:checkGate`, { as_of: ON });
const reasonOf = (reply) => reply.body.error?.details.find((d) => d['@type'].endsWith('ErrorInfo'))?.reason;

/** Has everything decided that the gate names, in the order in which it can be. */
async function approveAll({ project, kase }) {
  const move = (code, what, more = {}) => office.post(`/v1/${kase.name}/procedures/${code}:move`, { move: what, effective_on: '2022-05-10', request_id: randomUUID(), ...more });
  for (let round = 0; !(await gateOf(project)).clear; round++) {
    assert.ok(round < 30, 'the gate opens in the end');
    const { procedures } = await office.get(`/v1/${kase.name}`, { as_of: ON });
    for (const { code, state, requirement, open_prerequisites: open } of procedures) {
      if (requirement !== 'REQUIRED' || state === 'APPROVED' || open.length > 0) continue;
      await move(code, 'SUBMIT');
      const { etag } = await move(code, 'ACCEPT');
      await move(code, 'APPROVE', { etag, approval: { number: `定审〔2022〕${code}号`, issuer: '定西市' } });
    }
  }
}

describe('where the gate is enforced', () => {
  test('a start is refused by the names of the open procedures, and entered when they are approved', { timeout: 120000 }, async () => {
    const subject = await newCase();
    const refused = await start(subject.project);
    assert.deepEqual([refused.status, reasonOf(refused)], [400, 'GATE_NOT_CLEAR'], JSON.stringify(refused.body));
    const { violations } = refused.body.error.details.find((d) => d['@type'].endsWith('PreconditionFailure'));
    const gate = await gateOf(subject.project);
    assert.ok(gate.obstacles.length > 3, 'several stand in the way');
    assert.deepEqual(violations, gate.obstacles.map((o) => ({ type: o.kind, subject: o.procedure, description: o.explanation })));
    assert.equal(await stageOf(subject.project), 'PREPARING', 'nothing has changed');
    await approveAll(subject);
    const started = await start(subject.project);
    assert.deepEqual([started.status, started.body.stage], [200, 'STARTED'], JSON.stringify(started.body));
  });

  test('a start without a case is refused today, and one of before there were cases is entered', { timeout: 60000 }, async () => {
    const [today, earlier] = [await createProject(office), await createProject(office)];
    await eventually('both have come to preapproval', async () => (await gateOf(today)).obstacles && (await gateOf(earlier)).obstacles);
    const refused = await start(today, { effective_on: '' });
    assert.deepEqual([refused.status, reasonOf(refused)], [400, 'GATE_NOT_CLEAR'], JSON.stringify(refused.body));
    assert.match(JSON.stringify(refused.body), /NO_CASE/);
    assert.equal(await stageOf(today), 'PREPARING');
    assert.equal((await start(earlier)).status, 200);
  });

  test('with preapproval away a start is put off, or entered with a reason that the audit log keeps; then it asks again', { timeout: 120000 }, async () => {
    const [waits, hurries] = [await newCase(), await newCase()];
    const hold = join(stack.home, 'run', 'preapproval.hold');
    writeFileSync(hold, '');
    try {
      process.kill(await stack.pid('preapproval'), 'SIGKILL');
      await eventually('preapproval is away', async () => (await office.try('GET', `/v1/${waits.kase.name}`)).status === 503);
      const refused = await start(waits.project);
      assert.deepEqual([refused.status, reasonOf(refused)], [503, 'GATE_UNAVAILABLE'], JSON.stringify(refused.body));
      assert.equal(await stageOf(waits.project), 'PREPARING', 'nothing has changed');
      const entered = await start(hurries.project, { gate_override_reason: '抢险工程' });
      assert.deepEqual([entered.status, entered.body.stage], [200, 'STARTED'], JSON.stringify(entered.body));
    } finally {
      rmSync(hold, { force: true });
    }
    const auditor = await stack.createAccount('auditor', { role: 'AUDITOR', region: '621100', organization: 'city' });
    const { changes } = await auditor.get('/v1/registry/changes', { name: hurries.project.name, page_size: 100 });
    assert.equal(changes.at(-1).reason, '开工；手续未齐开工：抢险工程');
    await ready();
    await eventually('preapproval is asked again', async () => reasonOf(await start(waits.project)) === 'GATE_NOT_CLEAR', { within_ms: 20000 });
  });
});
