// Throw-away installations for the measurements, made with `./dev up`, and what the kernel says of their processes.
import { execFile, spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Client } from '../dingxi/client.mjs';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
export const BUILD = process.env.YAOSHI_BUILD ?? join(ROOT, 'build/release');
const run = promisify(execFile);
const MICROS_PER_TICK = 10000; // USER_HZ is 100 on Linux.

/** Runs a program to its end; its standard output. */
export async function output(program, ...words) {
  return (await run(program, words, { cwd: ROOT, maxBuffer: 1 << 28 })).stdout;
}

/** CPU time of a process so far, in microseconds. */
export function cpuMicros(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * MICROS_PER_TICK;
}

/** Resident memory of a process in MiB. */
export function residentMiB(pid) {
  return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;
}

/** Asks again until `probe` is true; the milliseconds that it took. */
export async function until(probe, { within_ms = 120000, every_ms = 2 } = {}) {
  const start = performance.now();
  for (;;) {
    if (await probe().catch(() => false)) return performance.now() - start;
    if (performance.now() - start > within_ms) throw new Error(`not within ${within_ms} ms: ${probe}`);
    await pause(every_ms);
  }
}

const alive = (pid) => existsSync(`/proc/${pid}/stat`) && !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));

async function gone(pid) {
  await until(async () => !alive(pid));
}

async function dev(home, words, { release = true } = {}) {
  const env = { ...process.env, YAOSHI_HOME: home, YAOSHI_BUILD: BUILD };
  if (!release) delete env.YAOSHI_BUILD;
  return run(join(ROOT, 'dev'), [...words, '--home', home], { cwd: ROOT, env, maxBuffer: 1 << 26 });
}

export class Install {
  constructor(name, home) {
    Object.assign(this, { name, home, clients: new Map() });
  }

  /** Starts an installation: with the acceptance data set, or empty. */
  static async start(name, base, { empty = true } = {}) {
    const install = new Install(name, join(base, name));
    await mkdir(install.home, { recursive: true });
    await install.up(empty ? ['--empty'] : []);
    return install;
  }

  async up(words = [], options = {}) {
    await dev(this.home, ['up', '--detach', '--port', '0', ...words], options);
    const [port, registry, registryMetrics, , preapproval, , grpc] = readFileSync(join(this.home, 'run/ports'), 'utf8').trim().split(' ');
    this.url = `http://127.0.0.1:${port}`;
    this.registry = `127.0.0.1:${registry}`;
    this.preapproval = `127.0.0.1:${preapproval}`;
    this.grpc = `127.0.0.1:${grpc}`;
    this.health = { registry: `http://127.0.0.1:${registryMetrics}/healthz`, gateway: `${this.url}/healthz` };
    this.clients.clear();
  }

  async down() {
    await dev(this.home, ['down']);
  }

  async remove() {
    await this.down();
    rmSync(this.home, { recursive: true, force: true });
  }

  /** The pid of "db", "registry" or "gateway". */
  pid(name) {
    return Number(readFileSync(join(this.home, 'run', `${name}.pid`), 'utf8').split(' ')[0]);
  }

  /** CPU time of all its processes so far, in microseconds. */
  cpuMicros() {
    return ['db', 'registry', 'preapproval', 'gateway'].reduce((sum, name) => sum + cpuMicros(this.pid(name)), 0);
  }

  /** The words that a process was started with. */
  words(name) {
    return readFileSync(`/proc/${this.pid(name)}/cmdline`, 'utf8').split('\0').slice(0, -1);
  }

  get socket() {
    return this.words('db').find((word) => word.startsWith('--socket=')).slice('--socket='.length);
  }

  /** Runs SQL as root; the rows as arrays of text. */
  async sql(text, schema = 'registry') {
    const rows = await output('mariadb', '--no-defaults', `--socket=${this.socket}`, '--user=root', '--batch', '--skip-column-names', schema, '-e', text);
    return rows.trim().split('\n').filter(Boolean).map((line) => line.split('\t'));
  }

  /** A signed-in client; its token is fresh. */
  async as(account) {
    if (!this.clients.has(account)) {
      const { [account]: password } = JSON.parse(readFileSync(join(this.home, 'accounts.json'), 'utf8'));
      this.clients.set(account, new Client(this.url, { account, password }));
    }
    return this.clients.get(account).signIn();
  }

  /** Starts a service that its guard does not, `rounds` times; each time the milliseconds until it is healthy, and its memory then. */
  async restarts(name, rounds) {
    const words = this.words(name);
    const hold = join(this.home, 'run', `${name}.hold`);
    writeFileSync(hold, '');
    const pid = this.pid(name);
    process.kill(pid, 'SIGTERM');
    await gone(pid);
    const results = [];
    try {
      for (let i = 0; i < rounds; i++) results.push(await this.#startOnce(name, words));
    } finally {
      rmSync(hold);
    }
    await until(async () => this.pid(name) !== pid && (await fetch(this.health[name])).ok, { every_ms: 50 });
    return results;
  }

  async #startOnce(name, words) {
    const begin = performance.now();
    const child = spawn(words[0], words.slice(1), { stdio: 'ignore' });
    await until(async () => (await fetch(this.health[name])).ok);
    const ms = performance.now() - begin;
    const mib = residentMiB(child.pid);
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    await ended;
    return { ms, mib };
  }
}
