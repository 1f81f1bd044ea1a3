#!/usr/bin/env node
// Loads the acceptance data set (or a scale set) through the public API, and verifies every figure that was published.
// It may be broken off and repeated: every request has an id of its own that is the same at every run, and what is there stays.
import { randomBytes } from 'node:crypto';
import { chmod, open, readFile, readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ApiError, Client, fen, idOf } from './client.mjs';
import { loadCases } from './load_cases.mjs';
import { loadCatalogue } from './load_catalogue.mjs';
import { portfolio } from './portfolio.mjs';
import { Step, each, unlessThere } from './progress.mjs';
import { verifyFigures } from './verify.mjs';
import { fileName, rowsOf, workbookBytes } from './workbook.mjs';

const HELP = `node tests/dingxi/load.mjs --url http://127.0.0.1:8080 --accounts .dev/accounts.json [--print-passwords]
node tests/dingxi/load.mjs --url … --accounts … --scale DIR     a set that generate.mjs --counties … --projects … wrote
node tests/dingxi/load.mjs --url … --accounts … --verify        only compares the figures`;

// ------------------------------------------------------------------------------------------ accounts

/** The accounts file: {account: password}, readable by its owner alone, replaced as a whole. */
class Passwords {
  static async read(path) {
    const passwords = new Passwords();
    Object.assign(passwords, { path, known: JSON.parse(await readFile(path, 'utf8')), fresh: [] });
    return passwords;
  }

  /** Makes and keeps the passwords that are missing, before any account gets one: a load that breaks off loses none. */
  async ensure(ids) {
    this.fresh = ids.filter((id) => !this.known[id]);
    if (this.fresh.length === 0) return;
    for (const id of this.fresh) this.known[id] = randomBytes(15).toString('base64url');
    const file = await open(`${this.path}.new`, 'w', 0o600);
    await file.writeFile(`${JSON.stringify(this.known, null, 1)}\n`);
    await file.sync();
    await file.close();
    await chmod(`${this.path}.new`, 0o600);
    await rename(`${this.path}.new`, this.path);
  }
}

/** Creates an account, or gives it the password of the file when it is there with another. */
async function createAccount(operator, passwords, { id, title, role, region, organization }) {
  const password = passwords.known[id];
  const body = {
    account_id: id, password, request_id: idOf('account', id, password),
    account: { title, role, region, organization: `organizations/${organization}` },
  };
  const made = await unlessThere(['ACCOUNT_EXISTS'], () => operator.post('/v1/accounts', body));
  if (!made && passwords.fresh.includes(id)) {
    await operator.post(`/v1/accounts/${id}:setPassword`, { password, request_id: idOf('password', id, password) });
  }
}

// ----------------------------------------------------------------------------------------- directory

const organizationBody = ({ title, kind, region, credit_code }) => ({ title, kind, region, credit_code });

async function createOrganization(client, unit) {
  const query = { organization_id: unit.id, request_id: idOf('organization', unit.id) };
  await unlessThere(['ORGANIZATION_EXISTS', 'REGION_TAKEN'], () => client.post('/v1/organizations', organizationBody(unit), query));
}

async function createOfficial(client, { id, title, rank, organization, term_from }) {
  const body = { title, rank, organization: `organizations/${organization}`, term_from };
  await unlessThere(['OFFICIAL_EXISTS'], () => client.post('/v1/officials', body, { official_id: id, request_id: idOf('official', id) }));
}

async function createList(client, list) {
  const { min_total_investment_wan: minimum = 0, ...rules } = list.admission_rules;
  const body = {
    title: list.title, kind: list.kind, parent: list.parent && `lists/${list.parent}`, horizon: list.horizon,
    predecessor: list.predecessor && `lists/${list.predecessor}`,
    first_year: list.first_year, last_year: list.last_year, admission_rules: { min_total_investment_fen: fen(minimum), ...rules },
  };
  await unlessThere(['LIST_EXISTS'], () => client.post('/v1/lists', body, { list_id: list.id, request_id: idOf('list', list.id) }));
}

async function loadDirectory(client, data) {
  const [city, ...units] = data.organizations;
  await createOrganization(client, city);
  await each('Organizations', units, (unit) => createOrganization(client, unit));
  await each('Officials', data.officials, (official) => createOfficial(client, official));
  const masters = data.lists.filter((l) => l.kind === 'MASTER');
  for (const list of masters) await createList(client, list);
  await each('Lists', data.lists.filter((l) => !masters.includes(l)), (list) => createList(client, list), 1);
}

// ------------------------------------------------------------------------------------------- imports

const orderIsThere = async (client, list, fits) => (await client.all(`/v1/lists/${list}/adjustments`, 'adjustments')).some(fits);

/** Uploads a ledger, imports it, and fails when a row is wrong. */
export async function importLedger(client, { filename, bytes, list = '', effective_on, reason }, step) {
  const file = await client.upload(filename, bytes);
  const body = { file: file.name, list: list && `lists/${list}`, effective_on, reason, request_id: idOf('import', file.name, list, effective_on) };
  const operation = await client.post('/v1/projects:import', body);
  const result = await client.finish(operation, (progress) => step?.set(Number(progress.rows_staged ?? 0), Number(progress.rows_total ?? 0)));
  if (!result.applied) {
    const errors = (result.errors ?? []).slice(0, 8).map((e) => `\n  row ${e.row}, ${e.column} ${e.heading} “${e.value}”: ${e.message}`);
    throw new Error(`${filename} was not applied: ${result.wrong} rows are wrong${errors.join('')}`);
  }
  return result;
}

async function projectsAreThere(client, data, { rows }) {
  const names = await namesByTitle(client);
  return rows.every((key) => names.has(data.projects.get(key).title));
}

async function loadWorkbook(client, data, workbook) {
  const filename = fileName(workbook);
  const step = new Step(`Workbook ${filename}`, workbook.rows.length);
  const fits = (a) => a.effective_on === workbook.effective_on && a.reason === workbook.reason;
  if (await (workbook.list ? orderIsThere(client, workbook.list, fits) : projectsAreThere(client, data, workbook))) return step.end('there already');
  const bytes = await workbookBytes({ title: workbook.title, years: workbook.years, rows: rowsOf(data, workbook) });
  const result = await importLedger(client, { ...workbook, filename, bytes }, step);
  step.end(`${result.created} new, ${result.updated} updated, ${result.added_to_list} on the list`);
}

// -------------------------------------------------------------------------------------------- orders

/** Names of all projects by title; titles are unique in the set. */
async function namesByTitle(client) {
  const projects = await client.all('/v1/projects', 'projects');
  return new Map(projects.map((p) => [p.title, p.name]));
}

async function loadOrder(client, data, order) {
  const step = new Step(`Adjustment order ${order.number}`, 1);
  if (await orderIsThere(client, order.list, (a) => a.number === order.number)) return step.end('there already');
  const names = await namesByTitle(client);
  const project = (line) => {
    const name = names.get(data.projects.get(line.key).title);
    if (!name) throw new Error(`no project is called ${data.projects.get(line.key).title}`);
    return name;
  };
  const plans = (line) => Object.entries(line.plans).map(([year, wan]) => ({ year: Number(year), planned_investment_fen: fen(wan) }));
  await client.post(`/v1/lists/${order.list}/adjustments`, {
    number: order.number, reason: order.reason, effective_on: order.effective_on,
    additions: order.additions.map((a) => ({ project: project(a), kind: a.kind, reason: a.reason })),
    removals: order.removals.map((r) => ({ project: project(r), reason: r.reason })),
    amendments: order.amendments.map((a) => ({ project: project(a), total_investment_fen: fen(a.total), annual_plans: plans(a), reason: a.reason })),
    request_id: idOf('order', order.number),
  });
  step.end(`+${order.additions.length} −${order.removals.length} ~${order.amendments.length}`);
}

// -------------------------------------------------------------------------------------------- the sets

async function loadAcceptanceSet(options, passwords) {
  const data = portfolio();
  await passwords.ensure(data.accounts.map((a) => a.id));
  const operator = await new Client(options.url, { account: 'operator', password: passwords.known.operator }).signIn();
  const [office, ...others] = data.accounts;
  // The first account makes the units; until its own is there it belongs to the city, which the installation begins with.
  await createAccount(operator, passwords, { ...office, organization: data.organizations[0].id });
  const client = await new Client(options.url, { account: office.id, password: passwords.known[office.id] }).signIn();
  await loadDirectory(client, data);
  const home = `organizations/${office.organization}`;
  await operator.patch(`/v1/accounts/${office.id}`, { organization: home }, { request_id: idOf('account', office.id, home) });
  // Each try to create one costs the hashing of a password, so those that are there with a known one are left alone.
  const there = new Set((await operator.all('/v1/accounts', 'accounts')).map((a) => a.name.slice('accounts/'.length)));
  const missing = others.filter((a) => !there.has(a.id) || passwords.fresh.includes(a.id));
  await each('Accounts', missing, (account) => createAccount(operator, passwords, account), 4);
  await loadCatalogue(client);
  for (const workbook of data.workbooks) await loadWorkbook(client, data, workbook);
  for (const order of data.orders) await loadOrder(client, data, order);
  await loadCases(client, data, await namesByTitle(client));
  await verifyFigures(client, data);
}

async function loadScaleSet(options, passwords) {
  const set = JSON.parse(await readFile(join(options.scale, 'scale.json'), 'utf8'));
  const id = `scale-${set.region}`;
  await passwords.ensure([id]);
  const operator = await new Client(options.url, { account: 'operator', password: passwords.known.operator }).signIn();
  // The set lies beyond the installation's own city: its region gets a unit, and that unit an office.
  await createOrganization(operator, { id, title: `规模测试${set.region}`, kind: 'CITY', region: set.region, credit_code: '' });
  await createAccount(operator, passwords, { id, title: '规模测试', role: 'CITY_OFFICE', region: set.region, organization: id });
  const client = await new Client(options.url, { account: id, password: passwords.known[id] }).signIn();
  await each('Organizations', set.organizations, (unit) => createOrganization(client, { ...unit, kind: 'COUNTY_LEVEL', credit_code: '' }));
  for (const filename of (await readdir(options.scale)).filter((f) => f.endsWith('.csv')).sort()) {
    const step = new Step(filename, 0);
    const bytes = await readFile(join(options.scale, filename));
    const result = await importLedger(client, { filename, bytes, effective_on: set.effective_on, reason: `规模测试 ${filename}` }, step);
    step.end(`${result.created} new, ${result.unchanged} unchanged`);
  }
}

function printPasswords(passwords) {
  for (const [id, password] of Object.entries(passwords.known)) console.log(`${id.padEnd(26)}${password}`);
}

async function main() {
  const { values } = parseArgs({
    options: {
      url: { type: 'string' }, accounts: { type: 'string' }, scale: { type: 'string' }, verify: { type: 'boolean' },
      'print-passwords': { type: 'boolean' }, help: { type: 'boolean' },
    },
  });
  if (values.help || !values.url || !values.accounts) {
    console.log(HELP);
    process.exit(values.help ? 0 : 2);
  }
  const passwords = await Passwords.read(values.accounts);
  if (values.verify) {
    const client = await new Client(values.url, { account: 'city-office', password: passwords.known['city-office'] }).signIn();
    return verifyFigures(client, portfolio());
  }
  await (values.scale ? loadScaleSet(values, passwords) : loadAcceptanceSet(values, passwords));
  if (values['print-passwords']) printPasswords(passwords);
}

if (import.meta.url === `file://${process.argv[1]}` || process.argv[1]?.endsWith('tests/dingxi/load.mjs')) {
  await main().catch((error) => {
    console.error(`\n${error instanceof ApiError ? error.message : (error.stack ?? error)}`);
    process.exitCode = 1;
  });
}
