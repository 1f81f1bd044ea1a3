// ./dev itself: a second time, after kill -9, with a taken port; and what it leaves behind.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { ROOT } from './stack.mjs';

const home = mkdtempSync(join(process.env.YAOSHI_SCRATCH ?? tmpdir(), 'dev-'));

/** {code, output} of ./dev with `words` on the installation of this file. */
function dev(...words) {
  return new Promise((resolve) => {
    execFile(join(ROOT, 'dev'), [...words, '--home', home], { maxBuffer: 1 << 24, timeout: 240000 }, (error, stdout, stderr) =>
      resolve({ code: error ? error.code ?? 1 : 0, output: stdout + stderr }));
  });
}

const up = (...words) => dev('up', '--detach', '--empty', '--port', '0', ...words);
const url = () => readFileSync(join(home, 'run/url'), 'utf8').trim();
const pids = () => readdirSync(join(home, 'run')).filter((f) => f.endsWith('.pid')).map((f) => Number(readFileSync(join(home, 'run', f), 'utf8').split(' ')[0]));
const healthy = async () => (await fetch(`${url()}/healthz`)).status === 200;

/** What the kernel says of a process: nobody may reap a zombie in a container, yet it is dead. */
function alive(pid) {
  try {
    return !/^\d+ \(.*\) [ZX]/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

before(async () => {
  const started = await up();
  assert.equal(started.code, 0, started.output);
});

after(async () => {
  await dev('down');
  rmSync(home, { recursive: true, force: true });
});

test('up prints the URL and the first account, and keeps secrets to their owner', async () => {
  assert.ok(await healthy());
  assert.equal(statSync(join(home, 'accounts.json')).mode & 0o777, 0o600);
  assert.equal(statSync(join(home, 'keys')).mode & 0o777, 0o700);
  assert.equal(statSync(join(home, 'keys/gateway.key')).mode & 0o777, 0o600);
  assert.equal(statSync(join(home, 'run')).mode & 0o777, 0o700);
});

test('no service has a port that the kernel may give to an outgoing connection while it restarts', () => {
  const [first, last] = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').trim().split(/\s+/).map(Number);
  const ports = readFileSync(join(home, 'run/ports'), 'utf8').trim().split(' ').map(Number);
  assert.equal(new Set(ports).size, 7);
  assert.deepEqual(ports.filter((port) => port >= first && port <= last), []);
});

test('a second up says that it runs already, and where', async () => {
  const before = pids();
  const again = await up();
  assert.equal(again.code, 0, again.output);
  assert.match(again.output, /already running/);
  assert.ok(again.output.includes(url()));
  assert.deepEqual(pids(), before);
});

test('after kill -9 of every process up starts it again with the same accounts', async () => {
  const accounts = readFileSync(join(home, 'accounts.json'), 'utf8');
  for (const pid of pids()) process.kill(pid, 'SIGKILL');
  const again = await up();
  assert.equal(again.code, 0, again.output);
  assert.ok(await healthy());
  assert.equal(readFileSync(join(home, 'accounts.json'), 'utf8'), accounts);
});

test('after kill -9 of the guards alone up ends what they left and starts anew', async () => {
  const before = pids();
  for (const name of ['db', 'registry', 'gateway']) {
    process.kill(Number(readFileSync(join(home, `run/${name}.guard.pid`), 'utf8').split(' ')[0]), 'SIGKILL');
  }
  const again = await up();
  assert.equal(again.code, 0, again.output);
  assert.ok(await healthy());
  assert.deepEqual(before.filter(alive), []);
});

test('down ends every process, twice is fine, and the data stay', async () => {
  const before = pids();
  for (let i = 0; i < 2; i++) assert.equal((await dev('down')).code, 0);
  assert.deepEqual(before.filter(alive), []);
  assert.ok(statSync(join(home, 'db')).isDirectory());
});

test('a taken port is named, and nothing is left running', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address();
  const refused = await dev('up', '--detach', '--empty', '--port', String(port));
  server.close();
  assert.notEqual(refused.code, 0);
  assert.match(refused.output, new RegExp(`Port ${port} is taken.*--port`));
  assert.deepEqual(pids().filter(alive), []);
});

test('an unknown verb or option says what there is', async () => {
  assert.match((await dev('fly')).output, /no verb fly/);
  assert.match((await dev('up', '--fast')).output, /--detach, --empty, --port N/);
});
