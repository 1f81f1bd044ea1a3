#!/usr/bin/env node
// ./dev bench: measures Yaoshi against what it is made of, prints one table and writes build/bench.json. It judges, and fails nobody.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { overview } from './gateway.mjs';
import { Install, output, ROOT, until } from './install.mjs';
import { table } from './measure.mjs';
import { memoryAndStart, warmUp } from './processes.mjs';
import { bySize, farPage, fromDatabase, fromMemory } from './reads.mjs';
import { casePage, scanning, scheduling } from './schedules.mjs';
import { committing, importing } from './writes.mjs';

const HELP = `./dev bench [--full] [--projects N] [--rounds N] [--seconds N] [--import-rows N] [--only B1,B4] [--out FILE]
  --full         the large set has 1 000 000 projects instead of 100 000, and the import 100 000 rows; loading takes long
  --rounds N     rounds of each comparison, 5 or more (5)
  --seconds N    length of each round (2)
  --only B1,B4   only these
  --out FILE     the rounds as JSON (build/bench.json)`;

const { values } = parseArgs({
  options: {
    full: { type: 'boolean', default: false }, projects: { type: 'string' }, rounds: { type: 'string', default: '5' }, seconds: { type: 'string', default: '2' },
    'import-rows': { type: 'string' }, only: { type: 'string', default: '' }, out: { type: 'string' }, help: { type: 'boolean' },
  },
});

const SMALL = 1000;
const COUNTIES = 9;
const projects = Number(values.projects ?? (values.full ? 1000000 : 100000));
const options = {
  full: projects >= 1000000, rounds: Number(values.rounds), seconds: Number(values.seconds), projects,
  importRows: Number(values['import-rows'] ?? (values.full ? 100000 : 10000)),
};
const out = values.out ? resolve(values.out) : join(ROOT, 'build/bench.json');
const wanted = new Set(values.only.split(',').filter(Boolean));
const asked = (...ids) => wanted.size === 0 || ids.some((id) => wanted.has(id));
const say = (text) => process.stderr.write(`${text}\n`);

const installs = [];
let base;

async function started(name, how) {
  say(`  starting the installation “${name}” …`);
  const install = await Install.start(name, base, how);
  installs.push(install);
  return install;
}

/** An installation with so many projects of the generator. */
async function scaled(name, count) {
  const install = await started(name);
  const set = join(base, `${name}-set`);
  say(`  loading ${count} projects …`);
  await output('node', join(ROOT, 'tests/dingxi/generate.mjs'), '--out', set, '--counties', String(COUNTIES), '--projects', String(count));
  const begin = performance.now();
  await output('node', join(ROOT, 'tests/dingxi/load.mjs'), '--url', install.url, '--accounts', join(install.home, 'accounts.json'), '--scale', set);
  install.load_seconds = (performance.now() - begin) / 1000;
  say(`  loaded in ${install.load_seconds.toFixed(1)} s`);
  install.office = 'scale-625100';
  return install;
}

const firstLine = (program, ...words) => {
  try {
    return execFileSync(program, words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).split('\n')[0];
  } catch {
    return 'not there';
  }
};

function machine() {
  return {
    cpu: cpus()[0].model, cores: cpus().length, memory_gib: Math.round(totalmem() / 2 ** 30), kernel: release(),
    system: firstLine('sh', '-c', '. /etc/os-release; echo "$PRETTY_NAME"'), compiler: firstLine('g++', '--version'), database: firstLine('mariadbd', '--version'),
    grpc: firstLine('pkg-config', '--modversion', 'grpc++'), h2load: firstLine('h2load', '--version'), node: process.version,
    revision: firstLine('git', '-C', ROOT, 'describe', '--always', '--dirty'),
  };
}

const rows = [];
const failures = [];
const start = { time: new Date().toISOString(), load: loadavg() };

function save() {
  rows.sort((a, b) => Number(a.id.slice(1)) - Number(b.id.slice(1)));
  const took_seconds = Math.round((Date.now() - Date.parse(start.time)) / 1000);
  const loads = installs.filter((i) => i.load_seconds).map((i) => ({ set: i.name, seconds: i.load_seconds }));
  const report = { time: start.time, took_seconds, machine: machine(), load_before: start.load, load_after: loadavg(), options, loads, rows, failures };
  mkdirSync(dirname(out), { recursive: true });
  writeFileSync(out, `${JSON.stringify(report, null, 1)}\n`);
}

const RESTING_SHARE = 0.05; // Of one processor.

/** Waits until the installations rest: after a load the database purges and flushes for a while. */
async function rest() {
  const used = () => installs.reduce((sum, install) => sum + install.cpuMicros(), 0);
  let before = -Infinity;
  await until(async () => {
    const now = used();
    const spent = now - before;
    before = now;
    return spent < RESTING_SHARE * 1e6;
  }, { every_ms: 1000 }).catch(() => say('  the installations did not come to rest'));
}

/** Runs one measurement; one that breaks is told, and the others go on. */
async function measure(id, work) {
  if (!asked(id)) return;
  await rest();
  say(`  ${id} … (load of the machine ${loadavg()[0].toFixed(1)})`);
  try {
    rows.push(...(await work()));
  } catch (error) {
    failures.push({ id, error: error.stack });
    say(`  ${id} could not be measured: ${error.message}`);
  }
  save(); // A run that is broken off leaves what it has.
}

async function measureAll(folder) {
  const city = asked('B1', 'B4', 'B7', 'B9', 'B10', 'B11') ? await started('city', { empty: false }) : null;
  const small = asked('B5', 'B6') ? await scaled('small', SMALL) : null;
  const large = asked('B2', 'B3', 'B5', 'B9', 'B10', 'B15') ? await scaled('large', projects) : null;
  const context = { ...options, folder, base, city, small, large };
  await measure('B1', () => fromMemory(context));
  await measure('B2', () => fromDatabase(context));
  await measure('B4', () => overview(context));
  await measure('B5', () => bySize(context));
  await measure('B15', () => farPage(context));
  await measure('B3', () => committing(context));
  await measure('B6', () => importing(context));
  await measure('B7', async () => [...(await scheduling(context)), ...(await scanning(context)), ...(await casePage(context))]);
  for (const [size, install, count] of [['city', city, 'those of the city'], ['large', large, projects]]) {
    if (asked('B9', 'B10')) await measure(asked('B9') ? 'B9' : 'B10', () => memoryAndStart({ ...context, install, size, projects: count }));
  }
  await measure('B11', () => warmUp(context));
}

async function cleanUp() {
  for (const install of installs.splice(0)) await install.down().catch((error) => say(error.message));
  if (base) rmSync(base, { recursive: true, force: true });
}

async function main() {
  if (values.help) return console.log(HELP);
  mkdirSync(join(ROOT, '.dev'), { recursive: true });
  base = mkdtempSync(join(ROOT, '.dev/bench-')); // On the disk of the sources: in a tmpfs an fsync would cost nothing.
  const folder = join(base, 'files');
  mkdirSync(folder);
  try {
    await measureAll(folder);
  } finally {
    await cleanUp();
  }
  console.log(table(rows));
  for (const { id, error } of failures) console.log(`${id} could not be measured: ${error.split('\n')[0]}`);
  say(`The rounds are in ${out}. Load of the machine before: ${start.load[0].toFixed(1)}.`);
}

for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => cleanUp().finally(() => process.exit(130)));
await main();
