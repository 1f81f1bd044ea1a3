// B3 and B6: writes, against the same SQL and against LOAD DATA.
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { scaleCounties, scaleCsv } from '../dingxi/scale.mjs';
import { cpuMicros, until } from './install.mjs';
import { counted } from './load.mjs';
import { alternating, medians, row } from './measure.mjs';

const COPY = 'bench'; // A schema beside the registry's, with copies of its tables.
const MOST_PER_RUN = 20000;
const COUNTIES = 9;

async function copyTables(install, tables) {
  await install.sql(`DROP DATABASE IF EXISTS ${COPY}; CREATE DATABASE ${COPY} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`);
  for (const table of tables) {
    await install.sql(`CREATE TABLE ${COPY}.${table} LIKE registry.${table}; INSERT INTO ${COPY}.${table} SELECT * FROM registry.${table}`);
  }
}

async function fsyncs(install) {
  const rows = await install.sql("SHOW GLOBAL STATUS WHERE Variable_name IN ('Innodb_os_log_fsyncs', 'Innodb_data_fsyncs')");
  return Math.max(...rows.map(([, value]) => Number(value)));
}

async function withFsyncs(install, work) {
  const before = await fsyncs(install);
  const result = await work();
  return { ...result, fsyncs: ((await fsyncs(install)) - before) / result.count };
}

/** B3: UpdateProject with 16 callers against its SQL in a bare loop with 16 connections. Every project is written once. */
export async function committing({ folder, large, rounds, seconds }) {
  await copyTables(large, ['idempotency', 'change_set', 'resource_version', 'outbox', 'feed', 'project_version', 'plan_version']);
  const names = (await large.sql("SELECT name FROM resource_version WHERE type = 'project' AND version = 1 ORDER BY id")).map(([name]) => name);
  const [tokenFile, namesFile] = [join(folder, 'token'), join(folder, 'names')];
  writeFileSync(tokenFile, `${(await large.as(large.office)).token}\n`, { mode: 0o600 });
  const used = { ours: 0, bare: 0 };
  const common = ['--seconds', String(seconds)];
  const pids = { registry: large.pid('registry'), db: large.pid('db') };
  const ours = async () => {
    writeFileSync(namesFile, names.slice(used.ours, used.ours + MOST_PER_RUN).join('\n'));
    const words = ['updates', '--target', large.registry, '--token-file', tokenFile, '--names', namesFile, '--in-flight', '16', ...common];
    const result = await withFsyncs(large, () => counted(words, pids));
    used.ours += result.count;
    return result;
  };
  const bare = async () => {
    const words = ['sql-writes', '--socket', large.socket, '--schema', COPY, '--threads', '16', '--skip', String(used.bare), ...common];
    const result = await withFsyncs(large, () => counted(words, { db: pids.db }));
    used.bare += result.count + 16;
    return result;
  };
  const result = await alternating(rounds, { ours, bare });
  const ratio = result.ours.per_second / result.bare.per_second;
  await large.sql(`DROP DATABASE ${COPY}`);
  return [row({
    id: 'B3', work: 'UpdateProject, 16 callers', against: 'its SQL from a bare loop, 16 connections', unit: '/s', ours: result.ours.per_second,
    theirs: result.bare.per_second, ratio, goal: '≥ 0.70; ≤ 0.5 fsync each', met: ratio >= 0.7 && result.ours.fsyncs <= 0.5,
    cpu_us: result.ours.cpu_us, cpu_us_against: result.bare.cpu_us,
    note: `${result.ours.fsyncs.toFixed(2)} fsync each (bare ${result.bare.fsyncs.toFixed(2)}); p50 ${(result.ours.p50_us / 1000).toFixed(1)} ms, p99 ${(result.ours.p99_us / 1000).toFixed(1)} ms`,
    rounds: result.rounds,
  })];
}

/** The code of a round's county, for that of the generator: 9 for each round, behind those of the set. */
const codeIn = (round, code) => String(621110 + COUNTIES * round + Number(code) - 625101);

/** A ledger of so many rows in counties that no other round has. */
function ledger(round, rows) {
  let text = '';
  for (const piece of scaleCsv({ counties: COUNTIES, projects: rows, fromDate: '2022-02-10' })) text += piece.text;
  return Buffer.from(text.replace(/(?<=,)6251\d\d(?=,)/g, (code) => codeIn(round, code)).replace(/第(\d+)县/g, `第$1县${round + 1}区`));
}

async function makeCounties(client, round) {
  for (const { id, title, region } of scaleCounties(COUNTIES)) {
    const body = { title: `${title}${round + 1}区`, kind: 'COUNTY_LEVEL', region: codeIn(round, region), credit_code: '' };
    await client.post('/v1/organizations', body, { organization_id: `round${round + 1}-${id}`, request_id: randomUUID() });
  }
}

async function importer(install) {
  const operator = await install.as('operator');
  const account = { title: '测量', role: 'CITY_OFFICE', region: '621100', organization: 'organizations/city' };
  const password = randomUUID();
  await operator.post('/v1/accounts', { account_id: 'bench', password, account, request_id: randomUUID() });
  const { Client } = await import('../dingxi/client.mjs');
  return new Client(install.url, { account: 'bench', password }).signIn();
}

/** Imports a ledger; seconds from the call to the end of its operation. */
async function importOnce(install, client, round, rows) {
  await makeCounties(client, round);
  const file = await client.upload(`round-${round}.csv`, ledger(round, rows));
  const pids = { registry: install.pid('registry'), db: install.pid('db') };
  const cpu = Object.entries(pids).map(([name, pid]) => [name, pid, cpuMicros(pid)]);
  const begin = performance.now();
  const body = { file: file.name, effective_on: '2022-02-10', reason: 'measuring', request_id: randomUUID() };
  let operation = await client.post('/v1/projects:import', body);
  await until(async () => (operation = await client.get(`/v1/registry/${operation.name}`)).done, { every_ms: 20, within_ms: 600000 });
  const seconds = (performance.now() - begin) / 1000;
  if (!operation.response?.applied || Number(operation.response.created) !== rows) throw new Error(`the import failed: ${JSON.stringify(operation).slice(0, 2000)}`);
  return { per_second: rows / seconds, cpu_us: Object.fromEntries(cpu.map(([name, pid, micros]) => [name, (cpuMicros(pid) - micros) / rows])) };
}

/** Writes what the newest change set put into the tables to files, and loads them into the copies; rows of the ledger per second. */
async function loadOnce(install, tables, rows, folder) {
  const [[set]] = await install.sql('SELECT HEX(id) FROM change_set ORDER BY id DESC LIMIT 1');
  const files = [];
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  chmodSync(folder, 0o777); // The database writes here.
  for (const table of tables) {
    const file = join(folder, table);
    await install.sql(`SELECT * FROM ${table} WHERE ${table === 'change_set' ? 'id' : 'change_set_id'} = X'${set}' INTO OUTFILE '${file}' CHARACTER SET binary`);
    files.push(`LOAD DATA INFILE '${file}' INTO TABLE ${table} CHARACTER SET binary`);
  }
  const db = install.pid('db');
  const cpu = cpuMicros(db);
  const begin = performance.now();
  await install.sql(`START TRANSACTION; ${files.join('; ')}; COMMIT`, COPY);
  const seconds = (performance.now() - begin) / 1000;
  const [[loaded]] = await install.sql(`SELECT COUNT(*) FROM project_version WHERE change_set_id = X'${set}'`, COPY);
  if (Number(loaded) !== rows) throw new Error(`LOAD DATA loaded ${loaded} of ${rows} rows`);
  return { per_second: rows / seconds, cpu_us: { db: (cpuMicros(db) - cpu) / rows } };
}

/** B6: an import of a ledger, with all its checks, history and feed, against LOAD DATA of what it wrote. */
export async function importing({ small, base, rounds, importRows }) {
  const client = await importer(small);
  const tables = (await small.sql("SELECT TABLE_NAME FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = 'registry' AND COLUMN_NAME = 'change_set_id'"))
    .map(([table]) => table).filter((table) => table !== 'outbox').concat('change_set');
  await copyTables(small, tables);
  const [ours, bare] = [[], []];
  for (let round = -1; round < rounds; round++) {
    const imported = await importOnce(small, client, round + 1, importRows);
    await until(async () => (await small.sql('SELECT 1 FROM outbox LIMIT 1')).length === 0, { every_ms: 20 });
    const loaded = await loadOnce(small, tables, importRows, join(base, 'load-data'));
    if (round < 0) continue;
    ours.push(imported);
    bare.push(loaded);
  }
  await small.sql(`DROP DATABASE ${COPY}`);
  const [one, other] = [medians(ours), medians(bare)];
  const ratio = one.per_second / other.per_second;
  return [row({
    id: 'B6', work: `import of a ledger of ${importRows} rows`, against: 'LOAD DATA of what it wrote', unit: 'rows/s', ours: one.per_second, theirs: other.per_second,
    ratio, goal: '≥ 0.35', met: ratio >= 0.35, cpu_us: one.cpu_us, cpu_us_against: other.cpu_us, note: `tables ${tables.join(', ')}`, rounds: { ours, bare },
  })];
}
