// A running Yaoshi for the end-to-end tests.
//
// sharedStack() gives all test files one installation with the acceptance data set: that of YAOSHI_E2E_URL,
// YAOSHI_E2E_ACCOUNTS and YAOSHI_E2E_REGISTRY (host:port) when they are set; otherwise one that the first file starts with
// `./dev up` below YAOSHI_SCRATCH (`./dev test` stops and removes it), or below a temporary folder that its last user removes.
// The files take turns with it, beside those that have one of their own.
// ownStack() starts an empty one for a test file alone, to be broken at will.
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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

class Stack {
  constructor({ url, accounts, registry, home = '' }) {
    Object.assign(this, { url, accounts, registry, home, clients: new Map() });
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
  const [port, registry] = readFileSync(join(home, 'run', 'ports'), 'utf8').trim().split(' ');
  const accounts = JSON.parse(readFileSync(join(home, 'accounts.json'), 'utf8'));
  return { url: `http://127.0.0.1:${port}`, accounts, registry: `127.0.0.1:${registry}`, home };
}

// A hook of a test file ends with the file only when it is made outside of all tests and hooks: here.
const started = [];
const turns = [];
after(async () => {
  for (const turn of turns) rmSync(turn, { force: true });
  for (const home of started) {
    await dev(home, 'down');
    rmSync(home, { recursive: true, force: true });
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
  const { YAOSHI_E2E_URL: url, YAOSHI_E2E_ACCOUNTS: file, YAOSHI_E2E_REGISTRY: registry, YAOSHI_SCRATCH: scratch } = process.env;
  if (url) return new Stack({ url, registry, accounts: JSON.parse(await readFile(file, 'utf8')) });
  if (!scratch) {
    const home = mkdtempSync(join(tmpdir(), 'yaoshi-e2e-'));
    started.push(home);
    return new Stack(await start(home));
  }
  await takeTurn(join(scratch, 'shared.turn'));
  return new Stack(await startedOnce(scratch));
}

const alive = (pid) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

/** Waits until no other test file counts or changes what is in the installation; this one has it to its end. */
async function takeTurn(turn) {
  await eventually('another test file is done with the installation', () => {
    try {
      writeFileSync(turn, String(process.pid), { flag: 'wx' });
      return true;
    } catch {
      if (!alive(Number(readFileSync(turn, 'utf8')))) rmSync(turn, { force: true });
      return false;
    }
  }, { within_ms: 2 * START_MS, every_ms: 50 });
  turns.push(turn);
}

/** Of all test files of a run, the first starts the installation; the others wait for its description. */
async function startedOnce(scratch) {
  const description = join(scratch, 'shared.json');
  let first = true;
  try {
    openSync(join(scratch, 'shared.lock'), 'wx');
  } catch {
    first = false;
  }
  if (first) {
    const result = await start(join(scratch, 'shared')).catch((error) => ({ failed: error.message }));
    await writeFile(`${description}.new`, JSON.stringify(result), { mode: 0o600 });
    await rename(`${description}.new`, description);
  }
  await eventually('another test file starts the installation', () => access(description).then(() => true), { within_ms: START_MS, every_ms: 100 });
  const result = JSON.parse(await readFile(description, 'utf8'));
  if (result.failed) throw new Error(result.failed);
  return result;
}

/** A word that no other run has used, for names of things that a test makes. */
export const freshWord = () => randomBytes(5).toString('hex');
