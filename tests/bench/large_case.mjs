// A case of thirty procedures: the largest template of the catalogue and as many more as that takes, half of them decided, some under way.
import { randomUUID } from 'node:crypto';
import { fen } from '../dingxi/client.mjs';

const PROCEDURES = 30;
const DECIDED = 12; // Then as many under way as there are moves of a clock below.
const day = (days) => new Date(Date.now() + days * 86400_000).toISOString().slice(0, 10);
const DAYS = { opened: day(-120), submitted: day(-40), decided: day(-20), start: day(150) }; // What has begun still runs today.
const YEARS_AHEAD = 3; // That the forecast may need.
const UNDER_WAY = [
  [],
  [{ move: 'REQUEST_CORRECTION', reason: '缺少附图' }],
  [{ move: 'BEGIN_SPECIAL_PROCEDURE', special_procedure: 'EXPERT_REVIEW', reason: '专家评审' }],
  [{ move: 'REQUEST_COUNTERSIGNATURE', departments: ['organizations/dept-02'] }],
];

/** The calendars that nobody has published yet. */
async function createCalendars(client) {
  const known = new Set((await client.all('/v1/workCalendars', 'work_calendars')).map((c) => c.year));
  for (let year = new Date().getFullYear(), last = year + YEARS_AHEAD; year <= last; year++) {
    if (!known.has(year)) await client.post('/v1/workCalendars', { year, source: '基准测试' }, { request_id: randomUUID() });
  }
}

/** The types that the catalogue has not. */
async function createTypes(client, codes) {
  for (const code of codes) {
    const procedure_type = {
      title: `专项手续${code}`, stage: 'ENGINEERING_PERMISSION', department: 'organizations/dept-01', preparation: { count: 3, unit: 'WORKING_DAYS' },
      terms: [{ effective_on: '2019-01-01', basis: '基准测试', legal_limit: { count: 20, unit: 'WORKING_DAYS' }, promised_limit: { count: 10, unit: 'WORKING_DAYS' } }],
    };
    await client.post('/v1/procedureTypes', procedure_type, { procedure_type_id: code, request_id: randomUUID() });
  }
}

/** A template in which nothing is left out: its cases have all of its procedures. */
async function createTemplate(client) {
  const templates = await client.all('/v1/templates', 'templates');
  const largest = templates.filter((t) => t.state === 'PUBLISHED').reduce((a, b) => (b.nodes.length > a.nodes.length ? b : a));
  const more = Array.from({ length: PROCEDURES - largest.nodes.length }, (_, i) => `P${90 + i}`);
  await createTypes(client, more);
  const nodes = [
    ...largest.nodes.map(({ code, prerequisites, gates_start, preparation }) => ({ code, prerequisites, gates_start, preparation })),
    ...more.map((code) => ({ code, prerequisites: ['P10'], gates_start: true })),
  ];
  const template = { title: '基准测试模板', effective_on: DAYS.opened, basis: '基准测试', selector: { regimes: ['APPROVAL'], min_total_investment_fen: fen(90000000) }, nodes };
  const { name } = await client.post('/v1/templates', template, { template_id: 'bench-thirty', request_id: randomUUID() });
  await client.post(`/v1/${name}:publish`, { request_id: randomUUID() });
  return name;
}

async function openCase(client, template) {
  const project = {
    title: '三十项手续基准测试项目', region: '621122', place: '基准测试', industry: 'N78', field: 'URBAN_INFRASTRUCTURE', nature: 'NEW_CONSTRUCTION', regime: 'APPROVAL',
    owner_title: '基准测试单位', total_investment_fen: fen(8000), planned_start_on: DAYS.start, annual_plans: [{ year: Number(DAYS.opened.slice(0, 4)), planned_investment_fen: fen(4000) }],
  };
  const { name } = await client.post('/v1/projects', { project, initial_stage: 'PREPARING', effective_on: DAYS.opened, request_id: randomUUID() });
  for (let tries = 0; ; tries++) { // Until the project has come to preapproval.
    const reply = await client.try('POST', '/v1/cases', { body: { project: name, template, opened_on: DAYS.opened, request_id: randomUUID() } });
    if (reply.status === 200) return reply.body.name;
    if (tries > 200) throw new Error(`no case: ${JSON.stringify(reply.body)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** The name of a new case, with its moves made. */
export async function largeCase(client) {
  await createCalendars(client);
  const name = await openCase(client, await createTemplate(client));
  const move = (code, body) => client.post(`/v1/${name}/procedures/${code}:move`, { request_id: randomUUID(), ...body });
  const accept = async (code) => {
    await move(code, { move: 'SUBMIT', effective_on: DAYS.submitted });
    return move(code, { move: 'ACCEPT', effective_on: DAYS.decided });
  };
  for (let decided = 0; decided < DECIDED; decided++) {
    const { etag, code } = await accept(await nextOpen(client, name));
    await move(code, { move: 'APPROVE', effective_on: DAYS.decided, etag, approval: { number: `基〔2022〕${code}号`, issuer: '定西市' } });
  }
  for (const moves of UNDER_WAY) {
    const code = await nextOpen(client, name);
    await accept(code);
    for (const body of moves) await move(code, { effective_on: day(-10), ...body });
  }
  return name;
}

/** The first procedure that has not begun and waits for none. */
async function nextOpen(client, name) {
  const { procedures } = await client.get(`/v1/${name}`);
  const next = procedures.find((p) => p.state === 'NOT_STARTED' && p.open_prerequisites.length === 0);
  if (!next) throw new Error(`nothing is left to do in ${name}`);
  return next.code;
}
