// B4: the overview through the gateway, against nginx with the same bytes in a file, and golang-grpc-gateway before the same views.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { startProxy } from './grpc_gateway.mjs';
import { output, ROOT, until } from './install.mjs';
import { h2load, overHttp, timed } from './load.mjs';
import { alternating, row } from './measure.mjs';

const OVERVIEW = '/v1/views/overview';

/** nginx of Debian, unpacked beside the sources and not installed: an installed one would start as a system service. */
async function findNginx() {
  const folder = join(ROOT, '.dev/cache/nginx');
  const program = join(folder, 'usr/sbin/nginx');
  if (existsSync('/usr/sbin/nginx')) return '/usr/sbin/nginx';
  if (existsSync(program)) return program;
  mkdirSync(folder, { recursive: true });
  await output('sh', '-c', `cd '${folder}' && apt-get -q download nginx`);
  const [file] = readdirSync(folder).filter((name) => name.endsWith('.deb'));
  await output('dpkg', '-x', join(folder, file), folder);
  return program;
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

async function startNginx(folder, bytes) {
  const program = await findNginx();
  const port = await freePort();
  mkdirSync(join(folder, 'www/v1/views'), { recursive: true });
  writeFileSync(join(folder, `www${OVERVIEW}`), bytes);
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder}/${name};`).join(' ');
  const user = process.getuid() === 0 ? 'user root;' : ''; // Its workers would be nobody, who may not read the folder.
  writeFileSync(join(folder, 'nginx.conf'), `
${user} daemon off; worker_processes auto; pid ${folder}/nginx.pid; error_log ${folder}/nginx.log warn;
events { worker_connections 1024; }
http {
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 100000000; default_type application/json; ${temporary}
  open_file_cache max=10; server { listen 127.0.0.1:${port}; root ${folder}/www; }
}
`);
  const child = spawn(program, ['-p', folder, '-e', `${folder}/nginx.log`, '-c', `${folder}/nginx.conf`], { stdio: 'ignore' });
  const url = `http://127.0.0.1:${port}${OVERVIEW}`;
  await until(async () => (await fetch(url)).ok, { within_ms: 5000 });
  const workers = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim().split(' ').map(Number);
  return { url, workers, child };
}

const LOAD = { connections: 16, streams: 1 };

async function againstNginx({ folder, request, pids, rounds, seconds }) {
  const { bytes, body, words } = request;
  const ours = () => h2load(request, { seconds, ...LOAD, pids });
  const nginx = await startNginx(folder, body).catch((error) => ({ error }));
  if (nginx.error) {
    await ours();
    const alone = await ours();
    return row({
      id: 'B4', work: 'overview as JSON through the gateway', unit: '/s', ours: alone.per_second, goal: '≥ 0.5 of nginx', cpu_us: alone.cpu_us,
      note: `nginx is not there: ${nginx.error.message.split('\n')[0]}`,
    });
  }
  const nginxPids = Object.fromEntries(nginx.workers.map((pid, i) => [`worker${i + 1}`, pid]));
  const result = await alternating(rounds, {
    ours,
    nginx: () => h2load({ url: nginx.url, words, bytes, http1: true }, { seconds, ...LOAD, pids: nginxPids }),
  }).finally(() => nginx.child.kill('SIGTERM'));
  const ratio = result.ours.per_second / result.nginx.per_second;
  return row({
    id: 'B4', work: 'overview as JSON through the gateway', against: 'nginx, same bytes in a file', unit: '/s', ours: result.ours.per_second, theirs: result.nginx.per_second,
    ratio, goal: '≥ 0.5 of nginx', met: ratio >= 0.5, cpu_us: result.ours.cpu_us, cpu_us_against: result.nginx.cpu_us, note: `${OVERVIEW}, ${bytes} bytes`, rounds: result.rounds,
  });
}

async function againstProxy({ folder, city, token, request, pids, rounds, seconds }) {
  const port = await freePort();
  const proxy = await startProxy(port, city.grpc);
  const url = `http://127.0.0.1:${port}`;
  try {
    await until(async () => (await fetch(url + OVERVIEW, { headers: { authorization: `Bearer ${token}` } })).ok, { within_ms: 10000 });
    const theirs = await overHttp({ url }, token, OVERVIEW);
    const result = await alternating(rounds, {
      ours: () => timed(folder, request, { seconds, ...LOAD, pids }),
      proxy: () => timed(folder, theirs, { seconds, ...LOAD, pids: { 'grpc-gateway': proxy.pid, ...pids } }),
    });
    const ratio = result.ours.per_second / result.proxy.per_second;
    const slower = result.ours.p99_us / result.proxy.p99_us;
    return row({
      id: 'B4', work: 'the same', against: 'golang-grpc-gateway, the same views by gRPC', unit: '/s', ours: result.ours.per_second, theirs: result.proxy.per_second, ratio,
      goal: '≥ 4 ×; p99 ≤ 0.5', met: ratio >= 4 && slower <= 0.5, cpu_us: result.ours.cpu_us, cpu_us_against: result.proxy.cpu_us,
      note: `p99 ${(result.ours.p99_us / 1000).toFixed(2)} ms, of that ${(result.proxy.p99_us / 1000).toFixed(2)} ms (${theirs.bytes} bytes): ${slower.toFixed(3)}`, rounds: result.rounds,
    });
  } finally {
    proxy.kill('SIGTERM');
  }
}

export async function overview(options) {
  const { token } = await options.city.as('city-office');
  const request = await overHttp(options.city, token, OVERVIEW);
  const pids = { gateway: options.city.pid('gateway'), registry: options.city.pid('registry') };
  const all = { ...options, token, request, pids };
  return [await againstNginx(all), await againstProxy(all)];
}
