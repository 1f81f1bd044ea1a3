// Installations of their own for end-to-end tests: `./dev up --home`, with the programs that ./dev test built.
//
//   const stack = await startStack();            // empty; startStack({data: true}) loads the acceptance data set
//   const {access_token} = await stack.signIn('operator');
//   await stack.request('GET', '/v1/projects', {account: 'city-office'});
//   stack.kill('registry');                      // its guard starts it again at once
//   stack.hold('db'); … stack.release('db');     // it stays down meanwhile
//   await stack.stop();
import {execFile} from 'node:child_process';
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join, resolve} from 'node:path';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';

const run = promisify(execFile);
const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const dev = join(root, 'dev');
const POLL_MS = 50;

// Calls `check` until it returns something truthy, and returns that; fails with its last error after `seconds`.
export async function eventually(check, seconds = 30) {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    let problem = new Error('the condition did not come true');
    try {
      const value = await check();
      if (value) return value;
    } catch (error) {
      problem = error;
    }
    if (Date.now() > end) throw new Error(`not within ${seconds} s: ${problem.message}`, {cause: problem});
    await new Promise((done) => setTimeout(done, POLL_MS));
  }
}

export class Stack {
  #tokens = new Map();

  constructor(home) {
    this.home = home;
  }

  get url() {
    return readFileSync(join(this.home, 'run/url'), 'utf8').trim();
  }

  // {account: password}
  get accounts() {
    return JSON.parse(readFileSync(join(this.home, 'accounts.json'), 'utf8'));
  }

  // Addresses of the inner listeners: {gateway, registry, registryMetrics, gatewayMetrics}.
  get addresses() {
    const [gateway, registry, registryMetrics, gatewayMetrics] =
      readFileSync(join(this.home, 'run/ports'), 'utf8').trim().split(' ').map((port) => `127.0.0.1:${port}`);
    return {gateway, registry, registryMetrics, gatewayMetrics};
  }

  pid(service) {
    return Number(readFileSync(join(this.home, `run/${service}.pid`), 'utf8').split(' ')[0]);
  }

  kill(service, signal = 'SIGKILL') {
    process.kill(this.pid(service), signal);
  }

  // Stops a service ('db', 'registry', 'gateway') and keeps it down until release().
  hold(service, signal = 'SIGKILL') {
    writeFileSync(join(this.home, `run/${service}.hold`), '');
    this.kill(service, signal);
  }

  release(service) {
    rmSync(join(this.home, `run/${service}.hold`), {force: true});
  }

  async signIn(account, password = this.accounts[account]) {
    const answer = await this.request('POST', '/v1/sessions', {body: {account, password}});
    if (answer.status !== 200) throw new Error(`${account} cannot sign in: ${answer.status} ${answer.text}`);
    return answer.body;
  }

  // One HTTP request: {status, headers, text, body}; `account` signs in once and sends its token, `body` goes as JSON.
  async request(method, path, {account, token, body, headers = {}} = {}) {
    if (account && !this.#tokens.has(account)) {
      this.#tokens.set(account, (await this.signIn(account)).access_token);
    }
    const bearer = token ?? (account && this.#tokens.get(account));
    const raw = body === undefined || typeof body === 'string' || body instanceof Uint8Array;
    const response = await fetch(this.url + path, {
      method,
      headers: {
        ...(bearer ? {authorization: `Bearer ${bearer}`} : {}),
        ...(body === undefined ? {} : {'content-type': 'application/json'}),
        ...headers,
      },
      body: raw ? body : JSON.stringify(body),
    });
    const text = await response.text();
    const json = (response.headers.get('content-type') ?? '').startsWith('application/json');
    return {status: response.status, headers: response.headers, text, body: json ? JSON.parse(text) : undefined};
  }

  // Resolves when the gateway says that all services are ready.
  async healthy(seconds = 60) {
    await eventually(async () => (await fetch(`${this.url}/healthz`)).status === 200, seconds);
  }

  async down() {
    await run(dev, ['down', '--home', this.home]);
  }

  // Starts it again with the data it has.
  async up(...options) {
    await up(this.home, options);
    this.#tokens.clear();
  }

  async stop() {
    await this.down();
    rmSync(this.home, {recursive: true, force: true});
  }
}

async function up(home, options) {
  const env = {...process.env, YAOSHI_BUILD: process.env.YAOSHI_BUILD ?? join(root, 'build/release')};
  await run(dev, ['up', '--detach', '--port', '0', '--home', home, ...options], {env, maxBuffer: 64 << 20});
}

export async function startStack({data = false} = {}) {
  const home = mkdtempSync(join(process.env.YAOSHI_SCRATCH ?? tmpdir(), 'stack-'));
  await up(home, data ? [] : ['--empty']);
  return new Stack(home);
}
