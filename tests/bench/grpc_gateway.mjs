// Debian's golang-grpc-gateway before the gRPC door of the gateway: a proxy of generated Go, built out of the same protos.
import { spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { output, ROOT } from './install.mjs';

const PORTAL = 'yaoshi/gateway/v1/portal.proto';
// Where Debian's Go packages have what the protos of Google stand for; the others say so themselves.
const GOOGLE = {
  'google/protobuf/any.proto': 'github.com/golang/protobuf/ptypes/any',
  'google/protobuf/descriptor.proto': 'github.com/golang/protobuf/protoc-gen-go/descriptor',
  'google/protobuf/field_mask.proto': 'google.golang.org/genproto/protobuf/field_mask',
  'google/protobuf/wrappers.proto': 'github.com/golang/protobuf/ptypes/wrappers',
};

/** The protos of ours that `file` needs, itself last. */
function closure(file, found = new Set()) {
  const text = readFileSync(join(ROOT, 'protos', file), 'utf8');
  for (const [, needed] of text.matchAll(/^import "(yaoshi\/[^"]+)"/gm)) if (!found.has(needed)) closure(needed, found);
  return found.add(file);
}

async function build(folder) {
  const protos = join(folder, 'protos');
  const sources = join(folder, 'src');
  for (const old of [protos, sources]) rmSync(old, { recursive: true, force: true });
  mkdirSync(join(sources, 'proxy'), { recursive: true });
  const files = [...closure(PORTAL)];
  for (const file of files) {
    mkdirSync(dirname(join(protos, file)), { recursive: true });
    // Debian's generator for Go is older than `optional` in proto3; on the wire it is the same.
    writeFileSync(join(protos, file), readFileSync(join(ROOT, 'protos', file), 'utf8').replace(/^(\s*)optional /gm, '$1'));
  }
  const packages = [...files.map((file) => `M${file}=${dirname(file)}`), ...Object.entries(GOOGLE).map(([file, where]) => `M${file}=${where}`)].join(',');
  const protoc = (...words) => output('protoc', '-I', protos, '-I', join(ROOT, '.dev/protos'), ...words);
  for (const one of new Set(files.map(dirname))) await protoc(`--go_out=plugins=grpc,${packages}:${sources}`, ...files.filter((file) => dirname(file) === one));
  await protoc(`--grpc-gateway_out=${packages}:${sources}`, PORTAL);
  copyFileSync(join(ROOT, 'tests/bench/grpc_gateway/main.go'), join(sources, 'proxy/main.go'));
  const program = join(folder, 'proxy');
  const go = { GO111MODULE: 'off', GOPATH: `${folder}:/usr/share/gocode`, GOCACHE: join(folder, 'cache') };
  await output('env', ...Object.entries(go).map(([name, value]) => `${name}=${value}`), 'go', 'build', '-o', program, 'proxy');
  return program;
}

/** Builds and starts it on `port`, before the gateway's gRPC at `backend`. */
export async function startProxy(port, backend) {
  const folder = join(ROOT, '.dev/cache/grpc-gateway');
  mkdirSync(folder, { recursive: true });
  const program = await build(folder);
  return spawn(program, ['-address', `127.0.0.1:${port}`, '-backend', backend], { stdio: 'ignore' });
}
