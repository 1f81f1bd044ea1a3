// A running Yaoshi for the end-to-end tests.
//
// sharedStack() gives a test file an installation with the acceptance data set: that of YAOSHI_E2E_URL,
// YAOSHI_E2E_ACCOUNTS, YAOSHI_E2E_REGISTRY and YAOSHI_E2E_GRPC (host:port, of the gateway) when they are set; otherwise one of a few below YAOSHI_SCRATCH
// (`./dev test` stops and removes them), which the first file makes: it loads one with `./dev up` and copies the others from it;
// or one in a temporary folder that its user removes. Test files take turns with them, beside those that have one of their own.
// ownStack() starts an empty one for a test file alone, to be broken at will.
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { access, readFile, rename, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Client } from '../dingxi/client.mjs';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);
const START_MS = 240000;
const SHARED = 3; // Installations with the data set: as many as there are test files that use one at a time.

/** Asks again and again until `probe` gives something true, and returns it; fails with `what` after the deadline. */
export async function eventually(what, probe, { within_ms = 15000, every_ms = 25 } = {}) {
  const until = Date.now() + within_ms;
  let last;
  for (;;) {
    try {
      const value = await probe();
      if (value) return value;
      last = undefined;
    } catch (error) {
      last = error;
    }
    if (Date.now() > until) throw new Error(`not within ${within_ms} ms: ${what}`, { cause: last });
    await new Promise((resolve) => setTimeout(resolve, every_ms));
  }
}

/** `home` is the folder of an installation that these tests started; of another they know none, and what would write there fails. */
class Stack {
  constructor({ url, accounts, registry, grpc, metrics, home }) {
    Object.assign(this, { url, accounts, registry, grpc, metrics, home, clients: new Map() });
  }

  /** A signed-in client of an account of the installation; one per account, so that sign-ins are few. */
  async as(account) {
    if (!this.clients.has(account)) {
      const password = this.accounts[account];
      if (!password) throw new Error(`no password of ${account} in the accounts file`);
      this.clients.set(account, new Client(this.url, { account, password }).signIn());
    }
    return this.clients.get(account);
  }

  /** A client that is nobody. */
  nobody() {
    return new Client(this.url);
  }

  /** Creates an account with a random password, and remembers it. */
  async createAccount(id, { title = id, role, region, organization }) {
    const password = randomBytes(15).toString('base64url');
    const operator = await this.as('operator');
    await operator.post('/v1/accounts', { account_id: id, password, account: { title, role, region, organization: `organizations/${organization}` } });
    this.accounts[id] = password;
    return this.as(id);
  }

  /** The live pid of "db", "registry" or "gateway"; only of a stack that these tests started. */
  async pid(name) {
    return Number((await readFile(join(this.home, 'run', `${name}.pid`), 'utf8')).split(' ')[0]);
  }
}

async function dev(home, ...words) {
  return run(join(ROOT, 'dev'), [...words, '--home', home], { cwd: ROOT, env: { ...process.env, YAOSHI_HOME: home }, maxBuffer: 1 << 26, timeout: START_MS });
}

async function start(home, ...words) {
  mkdirSync(home, { recursive: true });
  try {
    await dev(home, 'up', '--detach', '--port', '0', ...words);
  } catch (error) {
    throw new Error(`./dev up failed:\n${error.stdout?.slice(-4000)}\n${error.stderr?.slice(-4000)}`);
  }
  return describe(home);
}

function describe(home) {
  const [port, registry, metrics, , , , gateway] = readFileSync(join(home, 'run', 'ports'), 'utf8').trim().split(' ');
  const accounts = JSON.parse(readFileSync(join(home, 'accounts.json'), 'utf8'));
  return { url: `http://127.0.0.1:${port}`, accounts, registry: `127.0.0.1:${registry}`, grpc: `127.0.0.1:${gateway}`, metrics: { registry: `127.0.0.1:${metrics}` }, home };
}

// A service ends by itself or by a signal that a test sends; by any other (abort, segmentation fault …) it has crashed.
const CRASH = /"event":"service ended".*"code":13[2-69]\b/;

/** What the guards of an installation say of services that crashed; the last lines before that tell why. */
function crashes(home) {
  return readdirSync(join(home, 'log')).flatMap((file) => {
    const lines = readFileSync(join(home, 'log', file), 'utf8').split('\n');
    return lines.flatMap((line, i) => (CRASH.test(line) ? [`${file}:\n${lines.slice(Math.max(0, i - 5), i + 1).join('\n')}`] : []));
  });
}

function endTurn(turn, { home }) {
  const crashed = crashes(home);
  if (crashed.length > 0) {
    console.error(`services crashed, now or in a test file before:\n${crashed.join('\n')}`);
    process.exitCode = 1;
  }
  rmSync(turn, { force: true });
}

// A hook of a test file ends with the file only when it is made outside of all tests and hooks: here.
const started = [];
after(async () => {
  for (const home of started) {
    await dev(home, 'down');
    const crashed = crashes(home);
    rmSync(home, { recursive: true, force: true });
    if (crashed.length > 0) throw new Error(`services crashed:\n${crashed.join('\n')}`);
  }
});

/** An empty installation of this test file alone. */
export async function ownStack(name) {
  const base = process.env.YAOSHI_SCRATCH ?? tmpdir();
  const home = mkdtempSync(join(base, `e2e-${name}-`));
  started.push(home);
  return new Stack(await start(home, '--empty'));
}

/** The installation with the data set. */
export async function sharedStack() {
  const { YAOSHI_E2E_URL: url, YAOSHI_E2E_ACCOUNTS: file, YAOSHI_E2E_REGISTRY: registry, YAOSHI_E2E_GRPC: grpc, YAOSHI_SCRATCH: scratch } = process.env;
  if (url) return new Stack({ url, registry, grpc, accounts: JSON.parse(await readFile(file, 'utf8')) });
  if (!scratch) {
    const home = mkdtempSync(join(tmpdir(), 'yaoshi-e2e-'));
    started.push(home);
    return new Stack(await start(home));
  }
  return takeTurn(scratch, await startedOnce(scratch));
}

const alive = (pid) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

/** Waits until no other test file counts or changes what is in one of the installations; this file has it to its end. */
async function takeTurn(scratch, installations) {
  return eventually('another test file is done with an installation', () => {
    for (const [i, installation] of installations.entries()) {
      const turn = join(scratch, `shared-${i}.turn`);
      try {
        writeFileSync(turn, String(process.pid), { flag: 'wx' });
      } catch {
        if (!alive(Number(readFileSync(turn, 'utf8')))) rmSync(turn, { force: true });
        continue;
      }
      process.on('exit', () => endTurn(turn, installation)); // A hook made here would run before those of the test file, which may still restart a service.
      return new Stack(installation);
    }
    return null;
  }, { within_ms: 2 * START_MS, every_ms: 50 });
}

/** Of all test files of a run, the first starts the installations; the others wait for their descriptions. */
async function startedOnce(scratch) {
  const descriptions = join(scratch, 'shared.json');
  let first = true;
  try {
    openSync(join(scratch, 'shared.lock'), 'wx');
  } catch {
    first = false;
  }
  if (first) {
    const result = await startShared(scratch).catch((error) => ({ failed: error.message }));
    await writeFile(`${descriptions}.new`, JSON.stringify(result), { mode: 0o600 });
    await rename(`${descriptions}.new`, descriptions);
  }
  await eventually('another test file starts the installations', () => access(descriptions).then(() => true), { within_ms: START_MS, every_ms: 100 });
  const result = JSON.parse(await readFile(descriptions, 'utf8'));
  if (result.failed) throw new Error(result.failed);
  return result;
}

/** The data set is loaded once; a copy of what then lies on the disk starts in seconds. */
async function startShared(scratch) {
  const homes = Array.from({ length: SHARED }, (_, i) => join(scratch, `shared-${i}`));
  await start(homes[0]);
  await dev(homes[0], 'down');
  for (const home of homes.slice(1)) {
    await run('cp', ['-a', homes[0], home]);
    rmSync(join(home, 'run', 'inner-ports'));
  }
  const running = [];
  for (const home of homes) running.push(await start(home));
  return running;
}

/** A word that no other run has used, for names of things that a test makes. */
export const freshWord = () => randomBytes(5).toString('hex');
