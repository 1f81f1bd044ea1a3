// Things that break: the registry killed in the middle of a write, the database gone. On an installation of its own.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { Random } from '../dingxi/random.mjs';
import { Client } from '../dingxi/client.mjs';
import { call, checkFeed, clientOf, subscribe, withToken } from './grpc.mjs';
import { adjust, createList, createProject, projectBody } from './samples.mjs';
import { slowCommits } from './slow_database.mjs';
import { eventually, ownStack } from './stack.mjs';

let stack;
let office;

before(async () => {
  stack = await ownStack('faults');
  office = await stack.createAccount('city-office', { role: 'CITY_OFFICE', region: '621100', organization: 'city' });
  const unit = (id, title, kind, region) => office.post('/v1/organizations', { title, kind, region }, { organization_id: id, request_id: randomUUID() });
  await unit('dept-01', '市发展改革委', 'DEPARTMENT', '621100');
  await unit('longxi', '陇西县', 'COUNTY_LEVEL', '621122');
});

const healthy = () => eventually('the door is healthy', async () => (await stack.nobody().try('GET', '/healthz')).status === 200, { within_ms: 40000 });

const kill = async (name, signal = 'SIGKILL') => process.kill(await stack.pid(name), signal);

const newBody = () => ({ project: projectBody(), effective_on: '2022-05-01', request_id: randomUUID() });

const count = async (title) => (await office.all('/v1/projects', 'projects', { filter: `title = "${title}"` })).length;

/** All changes of the feed, which must be whole. */
async function wholeFeed() {
  const operator = await stack.as('operator');
  await operator.signIn();
  const made = await createProject(office);
  const feed = subscribe(clientOf(stack.registry, 'common.v1.ChangeFeed'), { after_sequence: '0' }, withToken(operator.token));
  await eventually('the feed reaches the newest project', () => feed.changes.some((c) => c.name === made.name), { within_ms: 20000 });
  feed.close();
  checkFeed(assert, feed.changes);
  return feed.changes;
}

/** A client that takes the first answer, whatever it is. */
const impatient = () => Object.assign(new Client(stack.url, { account: 'city-office', password: stack.accounts['city-office'], patience_ms: 0 }), { token: office.token, expires: office.expires });

describe('the registry is killed', () => {
  test('in the middle of a write: it comes back by itself, and the repeated request has one effect and one answer', { timeout: 180000 }, async () => {
    const random = new Random(`kills/${process.env.YAOSHI_SEED ?? 'first'}`);
    const acknowledged = [];
    for (let round = 0; round < 4; round++) {
      const bodies = Array.from({ length: 24 }, newBody);
      const hasty = impatient();
      const after_ = random.int(2, 23);
      let answered = 0;
      let killed;
      const first = await Promise.all(bodies.map(async (body) => {
        const reply = await hasty.try('POST', '/v1/projects', { body }).catch(() => ({ status: 0 }));
        if (++answered === after_) killed = kill('registry');
        return reply;
      }));
      await (killed ?? kill('registry'));
      await healthy();
      for (const [i, body] of bodies.entries()) {
        const again = await office.post('/v1/projects', body);
        if (first[i].status === 200) assert.deepEqual(again, first[i].body, 'the first answer comes again');
        else assert.ok([0, 502, 503, 504, 409].includes(first[i].status), `${first[i].status} ${JSON.stringify(first[i].body)}`);
        assert.deepEqual(await office.post('/v1/projects', body), again);
        assert.equal(await count(body.project.title), 1);
        acknowledged.push(again);
      }
    }
    const changes = await wholeFeed();
    for (const project of acknowledged) assert.equal(changes.filter((c) => c.name === project.name).length, 1, project.name);
  });

  test('while idle: a client that reads along the feed takes it up again where it was, without gap or repetition', { timeout: 60000 }, async () => {
    const operator = await stack.as('operator');
    const open = (after_sequence) => subscribe(clientOf(stack.registry, 'common.v1.ChangeFeed'), { after_sequence }, withToken(operator.token));
    const first = open('0');
    const before_ = await createProject(office);
    await eventually('the feed gives it', () => first.changes.some((c) => c.name === before_.name));
    const last = first.changes.at(-1).sequence;
    await kill('registry');
    await eventually('the stream ends', () => first.error);
    await healthy();
    const made = await createProject(office);
    const second = await eventually('the feed is open again', async () => {
      const feed = open(last);
      await eventually('it gives or fails', () => feed.error || feed.changes.length > 0, { within_ms: 5000 });
      return feed.error ? null : feed;
    }, { within_ms: 20000 });
    await eventually('the feed gives the next', () => second.changes.some((c) => c.name === made.name));
    second.close();
    checkFeed(assert, [...first.changes, ...second.changes]);
  });

  test('politely: what is under way is finished, and an orderly restart remembers the first answers', { timeout: 60000 }, async () => {
    const body = newBody();
    const first = await office.post('/v1/projects', body);
    await kill('registry', 'SIGTERM');
    await healthy();
    assert.deepEqual(await office.post('/v1/projects', body), first);
  });
});

describe('the database is gone, or slow', () => {
  /** Reads that memory answers must go on; writes must say UNAVAILABLE and when to come again. */
  async function checkWithoutDatabase(project, writes) {
    const hasty = impatient();
    assert.equal((await hasty.try('GET', `/v1/${project.name}`)).status, 200, 'GetProject from memory');
    assert.equal((await hasty.try('GET', '/v1/projects', { query: { page_size: 5 } })).status, 200, 'ListProjects from memory');
    assert.equal((await hasty.try('GET', '/v1/figures')).status, 200, 'ListFigures from memory');
    const body = newBody();
    const reply = await hasty.try('POST', '/v1/projects', { body });
    assert.equal(reply.status, 503, JSON.stringify(reply.body));
    assert.equal(reply.body.error.status, 'UNAVAILABLE');
    assert.ok(reply.body.error.details.some((d) => d['@type'].endsWith('RetryInfo')), 'RetryInfo');
    assert.ok(Number(reply.headers.get('retry-after')) >= 1, 'Retry-After');
    assert.doesNotMatch(JSON.stringify(reply.body), /mysql|mariadb|socket|SQL|\/run\//i, 'no internals');
    writes.push(body);
  }

  /** A project that memory has: nobody is shown a state from before their own last write, so reads would wait for it in vain. */
  async function settledProject() {
    const project = await createProject(office);
    return office.get(`/v1/${project.name}`);
  }

  async function whole(writes) {
    await healthy();
    for (const body of writes) {
      const made = await office.post('/v1/projects', body);
      assert.deepEqual(await office.post('/v1/projects', body), made);
      assert.equal(await count(body.project.title), 1);
    }
    await wholeFeed();
  }

  test('killed for ten seconds: reads go on, writes are UNAVAILABLE with RetryInfo, and all is well when it returns', { timeout: 120000 }, async () => {
    const project = await settledProject();
    const hold = join(stack.home, 'run', 'db.hold');
    writeFileSync(hold, '');
    const writes = [];
    try {
      await kill('db');
      const until = Date.now() + 10000;
      await eventually('ten seconds without a database', async () => {
        await checkWithoutDatabase(project, writes);
        return Date.now() > until;
      }, { within_ms: 60000, every_ms: 500 });
    } finally {
      rmSync(hold);
    }
    await whole(writes);
  });

  test('killed under sixteen writers: every acknowledged write is there once, every other repeats', { timeout: 120000 }, async () => {
    const list = await createList(office);
    const bodies = Array.from({ length: 120 }, newBody);
    const queue = [...bodies];
    const hasty = impatient();
    const answers = new Map();
    let done = 0;
    await Promise.all(Array.from({ length: 16 }, async () => {
      for (let body = queue.shift(); body; body = queue.shift()) {
        answers.set(body, await hasty.try('POST', '/v1/projects', { body }).catch(() => ({ status: 0 })));
        if (++done === 40) await kill('db');
      }
    }));
    await healthy();
    const made = [];
    for (const body of bodies) {
      const again = await office.post('/v1/projects', body);
      if (answers.get(body).status === 200) assert.deepEqual(again, answers.get(body).body);
      made.push(again);
    }
    assert.equal(new Set(made.map((p) => p.name)).size, bodies.length);
    await adjust(office, list.name, { effective_on: '2022-05-02', additions: made.map((p) => ({ project: p.name, kind: 'NEW_START' })) });
    assert.equal((await office.all(`/v1/${list.name}/entries`, 'entries')).length, bodies.length);
    const changes = await wholeFeed();
    for (const p of made) assert.equal(changes.filter((c) => c.name === p.name && c.version === '1').length, 1);
  });

  test('frozen: reads go on, writes end in time, and nothing is done twice when it thaws', { timeout: 120000 }, async () => {
    const project = await settledProject();
    const hasty = impatient();
    const body = newBody();
    const started = Date.now();
    await kill('db', 'SIGSTOP');
    try {
      const write = hasty.try('POST', '/v1/projects', { body });
      assert.equal((await hasty.try('GET', `/v1/${project.name}`)).status, 200);
      assert.equal((await hasty.try('GET', '/v1/figures')).status, 200);
      const reply = await write;
      assert.ok([503, 504].includes(reply.status), JSON.stringify(reply.body));
      assert.ok(Date.now() - started < 20000, 'within the deadline');
    } finally {
      await kill('db', 'SIGCONT');
    }
    await whole([body]);
  });

  test('on a slow disk: reads do not wait for writes, writes come through, and log and metrics say what is slow', { timeout: 120000 }, async () => {
    const project = await settledProject();
    const metrics = async () => (await fetch(`http://${stack.metrics.registry}/metrics`)).text();
    const slow = await slowCommits(stack.home, 1200);
    const bodies = Array.from({ length: 12 }, newBody);
    try {
      await kill('registry'); // Its sessions are opened anew, through the slow one.
      await healthy();
      const order = [];
      const writes = bodies.map((body) => office.post('/v1/projects', body).then((made) => order.push('write') && made));
      await impatient().get(`/v1/${project.name}`);
      await impatient().get('/v1/figures');
      order.push('reads');
      const made = await Promise.all(writes);
      assert.equal(order[0], 'reads', 'nobody who reads waits for the disk');
      assert.equal(new Set(made.map((one) => one.name)).size, bodies.length);
      assert.match(readFileSync(join(stack.home, 'log', 'registry.log'), 'utf8'), /"message":"the database is slow","statement":"COMMIT"/);
      assert.match(await metrics(), /^yaoshi_db_slow_statements_total\{service="[^"]*"\} [1-9]/m);
    } finally {
      await slow.end();
    }
    await whole(bodies);
  });
});

test('gRPC callers see the same: UNAVAILABLE or the first answer, never something else', { timeout: 60000 }, async () => {
  const projects = clientOf(stack.registry, 'registry.v1.ProjectService');
  const token = withToken(office.token);
  const request = newBody();
  const first = await call(projects, 'CreateProject', request, token);
  await kill('registry');
  const again = await eventually('the registry answers again', async () => {
    try {
      return await call(projects, 'CreateProject', request, token);
    } catch (error) {
      assert.ok([14, 4].includes(error.code), `${error.code} ${error.details}`);
      return null;
    }
  }, { within_ms: 30000, every_ms: 100 });
  assert.deepEqual(again, first);
});
