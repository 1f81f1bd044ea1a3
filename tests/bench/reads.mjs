// B1, B2, B5 and B15: reads of the registry, straight by gRPC, and of the gateway's views.
import { GrpcClient } from './grpc.mjs';
import { counted, echo, h2load, latency, overHttp, prepared } from './load.mjs';
import { alternating, row } from './measure.mjs';

const PROJECTS = 'registry.v1.ProjectService';
const OVERVIEW = { group_by: ['BY_REGION'] };
const TWO_DIMENSIONS = { group_by: ['BY_REGION', 'BY_STAGE'] };

async function tokenOf(install, account) {
  return (await install.as(account)).token;
}

async function someProject(install, token) {
  const client = new GrpcClient(install.registry, token);
  const page = await client.call(`${PROJECTS}/ListProjects`, { page_size: 1 });
  client.close();
  return page.projects[0].name;
}

/** B1: answers from memory against a bare echo of the same bytes. */
export async function fromMemory({ folder, city, rounds, seconds }) {
  const token = await tokenOf(city, 'city-office');
  const name = await someProject(city, token);
  const cases = { GetProject: { name }, ListProjects: { page_size: 50 }, SummarizeProjects: OVERVIEW };
  const rows = [];
  for (const [method, request] of Object.entries(cases)) {
    const ours = await prepared(folder, method, { address: city.registry, method: `${PROJECTS}/${method}`, request, token });
    const bare = await echo([ours]);
    const pids = { registry: city.pid('registry') };
    const result = await alternating(rounds, {
      ours: () => h2load(ours, { seconds, pids }),
      bare: () => h2load(bare.of(ours), { seconds, pids: { echo: bare.pid } }),
    });
    await bare.stop();
    const ratio = result.ours.per_second / result.bare.per_second;
    const more = result.ours.cpu_us.registry - result.bare.cpu_us.echo;
    rows.push(row({
      id: 'B1', work: `${method} from memory`, against: 'bare gRPC echo, same bytes', unit: '/s', ours: result.ours.per_second, theirs: result.bare.per_second,
      ratio, goal: '≥ 0.80; ≤ +8 µs CPU', met: ratio >= 0.8 && more <= 8, cpu_us: result.ours.cpu_us, cpu_us_against: result.bare.cpu_us,
      note: `${ours.bytes - 5} bytes; ${more >= 0 ? '+' : '−'}${Math.abs(more).toFixed(1)} µs CPU`, rounds: result.rounds,
    }));
  }
  return rows;
}

/** B2: a read that needs the database against the cost of an echo and of the bare SELECT together. */
export async function fromDatabase({ folder, large, rounds, seconds }) {
  const token = await tokenOf(large, large.office);
  const name = await someProject(large, token);
  const request = { name, as_of: '2022-03-01' };
  const ours = await prepared(folder, 'GetProjectAsOf', { address: large.registry, method: `${PROJECTS}/GetProject`, request, token });
  const bare = await echo([ours]);
  const pids = { registry: large.pid('registry'), db: large.pid('db') };
  const words = ['sql-reads', '--socket', large.socket, '--schema', 'registry', '--seconds', String(seconds), '--project', name.split('/')[1].replaceAll('-', '')];
  const result = await alternating(rounds, {
    ours: () => h2load(ours, { seconds, connections: 4, streams: 8, pids }),
    echo: () => h2load(bare.of(ours), { seconds, connections: 4, streams: 8, pids: { echo: bare.pid } }),
    sql: () => counted(words, { db: pids.db }),
  });
  await bare.stop();
  const bound = 1 / (1 / result.echo.per_second + 1 / result.sql.per_second);
  const ratio = result.ours.per_second / bound;
  return [row({
    id: 'B2', work: 'GetProject of a past date', against: '1 / (echo + bare prepared SELECT)', unit: '/s', ours: result.ours.per_second, theirs: bound, ratio,
    goal: '≥ 0.75', met: ratio >= 0.75, cpu_us: result.ours.cpu_us, cpu_us_against: { ...result.echo.cpu_us, ...result.sql.cpu_us },
    note: `echo ${result.echo.per_second.toFixed(0)} /s, SELECT ${result.sql.per_second.toFixed(0)} /s`, rounds: result.rounds,
  })];
}

/** B5: one call at a time at two sizes of the portfolio. */
export async function bySize({ folder, small, large, rounds, seconds, projects }) {
  const tokens = { small: await tokenOf(small, small.office), large: await tokenOf(large, large.office) };
  const grpc = (method, request) => (install, which) =>
    prepared(folder, `${which}-${method}`, { address: install.registry, method: `${PROJECTS}/${method}`, request, token: tokens[which] });
  const http = (path) => (install, which) => overHttp(install, tokens[which], path);
  const cases = {
    'overview (view of the gateway)': http('/v1/views/overview'),
    'sums by region': grpc('SummarizeProjects', OVERVIEW),
    'sums by region and stage': grpc('SummarizeProjects', TWO_DIMENSIONS),
    'list page of 50': grpc('ListProjects', { page_size: 50 }),
    'search for one title (view of the gateway)': http(`/v1/views/search?query=${encodeURIComponent('第5县7号')}`),
    'filter of a list by title, a walk': grpc('ListProjects', { page_size: 50, filter: 'title:"第5县7号"' }),
  };
  const rows = [];
  for (const [work, of] of Object.entries(cases)) {
    const [many, few] = [await of(large, 'large'), await of(small, 'small')];
    const result = await alternating(rounds, {
      ours: () => latency(folder, many, { seconds: Math.min(seconds, 1) }),
      few: () => latency(folder, few, { seconds: Math.min(seconds, 1) }),
    });
    const ratio = result.ours.us / result.few.us;
    rows.push(row({
      id: 'B5', work: `${work}, ${projects} projects`, against: 'the same, 1000 projects', unit: 'µs', ours: result.ours.us, theirs: result.few.us, ratio,
      goal: '≤ 1.3 ×', met: ratio <= 1.3, note: 'median of one call at a time', rounds: result.rounds,
    }));
  }
  return rows;
}

/** The request for page number `page`; pages of 10, reached in long steps where the token allows it. */
async function pageRequest(install, token, page) {
  const client = new GrpcClient(install.registry, token);
  let [page_token, skipped] = ['', 0];
  while (skipped < (page - 1) * 10) {
    const page_size = Math.min(1000, (page - 1) * 10 - skipped);
    const reply = await client.call(`${PROJECTS}/ListProjects`, { page_size, page_token });
    [page_token, skipped] = [reply.next_page_token, skipped + reply.projects.length];
    if (!page_token) throw new Error(`there are only ${skipped} projects`);
  }
  client.close();
  return { page_size: 10, page_token };
}

/** B15: a page far into a list. */
export async function farPage({ folder, large, rounds, seconds, projects }) {
  const token = await tokenOf(large, large.office);
  const number = Math.min(10000, Math.floor(projects / 10));
  const of = async (page) =>
    prepared(folder, `page-${page}`, { address: large.registry, method: `${PROJECTS}/ListProjects`, request: await pageRequest(large, token, page), token });
  const [far, first] = [await of(number), await of(1)];
  const result = await alternating(rounds, {
    ours: () => latency(folder, far, { seconds: Math.min(seconds, 1) }),
    first: () => latency(folder, first, { seconds: Math.min(seconds, 1) }),
  });
  const ratio = result.ours.us / result.first.us;
  return [row({
    id: 'B15', work: `page ${number} of a list`, against: 'page 1', unit: 'µs', ours: result.ours.us, theirs: result.first.us, ratio,
    goal: '≤ 1.2 ×', met: ratio <= 1.2, note: `${projects} projects, pages of 10`, rounds: result.rounds,
  })];
}
