// gRPC as an internal system would use it: @grpc/grpc-js, with the protos of the repository or with reflection alone.
import { join } from 'node:path';
import { after } from 'node:test';
import grpc from '@grpc/grpc-js';
import loader from '@grpc/proto-loader';
import { ROOT } from './stack.mjs';

const OPTIONS = { keepCase: true, longs: String, enums: String, defaults: true, oneofs: true };
const PROTOS = ['common/v1/change_feed', 'common/v1/figure', 'common/v1/operation', 'gateway/v1/figure_view', 'gateway/v1/portal', 'registry/v1/account', 'registry/v1/file', 'registry/v1/import', 'registry/v1/list', 'registry/v1/official', 'registry/v1/organization', 'registry/v1/project'];

function packageOf(definition) {
  return grpc.loadPackageDefinition(definition);
}

const ours = packageOf(
  loader.loadSync(PROTOS.map((p) => `yaoshi/${p}.proto`), { ...OPTIONS, includeDirs: [join(ROOT, 'protos'), join(ROOT, '.dev/protos')] }),
);

/** The constructor of a service by its full name. */
const serviceOf = (root, name) => name.split('.').reduce((at, part) => at?.[part], root);

/** Connects to a service; the client is closed after the test file. */
function connect(Service, address) {
  const client = new Service(address, grpc.credentials.createInsecure(), { 'grpc.enable_retries': 0 });
  after(() => client.close());
  return client;
}

/** A client of a service of ours, such as "registry.v1.ProjectService". */
export const clientOf = (address, name) => connect(serviceOf(ours, `yaoshi.${name}`), address);

/** Metadata with a token, as every call needs it. */
export function withToken(token) {
  const metadata = new grpc.Metadata();
  if (token) metadata.set('authorization', `Bearer ${token}`);
  return metadata;
}

/** One unary call; the answer, or the error with `code`, `details` and `metadata`. */
export function call(client, method, request, metadata, { within_ms = 10000 } = {}) {
  return new Promise((resolve, reject) => {
    client[method](request, metadata, { deadline: Date.now() + within_ms }, (error, reply) => (error ? reject(error) : resolve(reply)));
  });
}

/** One question to the server's reflection. */
export function reflect(address, question) {
  const definition = loader.loadSync(join(ROOT, 'tests/e2e/reflection.proto'), OPTIONS);
  const client = connect(packageOf(definition).grpc.reflection.v1alpha.ServerReflection, address);
  return new Promise((resolve, reject) => {
    const stream = client.ServerReflectionInfo();
    stream.on('data', (reply) => (stream.end(), resolve(reply)));
    stream.on('error', reject);
    stream.write(question);
  });
}

function varint(n) {
  const bytes = [];
  for (; n > 127; n >>>= 7) bytes.push((n & 127) | 128);
  return Buffer.from([...bytes, n]);
}

/** A client of a service that knows nothing but what reflection tells. */
export async function reflectedClient(address, name) {
  const reply = await reflect(address, { file_containing_symbol: name });
  const files = reply.file_descriptor_response.file_descriptor_proto;
  const set = Buffer.concat(files.flatMap((file) => [Buffer.from([0x0a]), varint(file.length), file]));
  return connect(serviceOf(packageOf(loader.loadFileDescriptorSetFromBuffer(set, OPTIONS)), name), address);
}

/** A subscription to the change feed: `changes` grows until `close()`; `error` is set when the stream ends. */
export function subscribe(client, request, metadata) {
  const stream = client.Subscribe(request, metadata);
  const feed = { changes: [], heartbeats: 0, error: null, close: () => stream.cancel() };
  after(feed.close);
  stream.on('data', (change) => {
    if (change.sequence === '0') feed.heartbeats++;
    else feed.changes.push(change);
  });
  stream.on('error', (error) => (feed.error = error));
  stream.on('end', () => (feed.error ??= new Error('the feed ended')));
  return feed;
}

/** Fails when a full feed has a gap, a duplicate, or versions of a resource out of order. */
export function checkFeed(assert, changes, { after_sequence = 0n } = {}) {
  let last = after_sequence;
  const versions = new Map();
  for (const change of changes) {
    assert.equal(BigInt(change.sequence), last + 1n, `after ${last}`);
    last = BigInt(change.sequence);
    const before = versions.get(change.name) ?? (after_sequence === 0n ? 0n : BigInt(change.version) - 1n);
    assert.equal(BigInt(change.version), before + 1n, `versions of ${change.name}`);
    versions.set(change.name, BigInt(change.version));
  }
  return last;
}

export const status = grpc.status;
