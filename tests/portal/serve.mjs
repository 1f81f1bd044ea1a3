// Serves the built portal, and passes everything below /v1 on to a gateway, with the headers that a browser sees in production.
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer, request } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { createGzip } from 'node:zlib';

const TYPES = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8', '.svg': 'image/svg+xml' };
const POLICY = "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

function pass(gateway, incoming, outgoing) {
  const { hostname, port } = new URL(gateway);
  const upstream = request({ hostname, port, path: incoming.url, method: incoming.method, headers: incoming.headers }, (answer) => {
    outgoing.writeHead(answer.statusCode, answer.headers);
    answer.pipe(outgoing);
  });
  upstream.on('error', () => outgoing.destroy());
  incoming.pipe(upstream);
}

async function fileFor(folder, url) {
  const path = join(folder, normalize(new URL(url, 'http://portal').pathname));
  const found = path.startsWith(folder) && (await stat(path).catch(() => undefined));
  return found?.isFile() ? path : join(folder, 'index.html');
}

/** Starts the server on a free port: {url, close}. */
export async function serve(folder, gateway) {
  const server = createServer(async (incoming, outgoing) => {
    if (incoming.url.startsWith('/v1/')) return pass(gateway, incoming, outgoing);
    const file = await fileFor(folder, incoming.url);
    outgoing.writeHead(200, {
      'Content-Type': TYPES[extname(file)] ?? 'application/octet-stream', 'Content-Encoding': 'gzip', 'Content-Security-Policy': POLICY, 'X-Content-Type-Options': 'nosniff',
      'Cache-Control': file.includes('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
    });
    return createReadStream(file).pipe(createGzip()).pipe(outgoing);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    close: () => new Promise((resolve) => { server.closeAllConnections(); server.close(resolve); }),
  };
}
