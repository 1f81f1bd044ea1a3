// gRPC for the measurements: frames requests for h2load, and calls with @grpc/grpc-js to see that the answers are right.
import { join } from 'node:path';
import grpc from '@grpc/grpc-js';
import loader from '@grpc/proto-loader';
import { ROOT } from './install.mjs';

const OPTIONS = { keepCase: true, longs: String, enums: String, defaults: true, oneofs: true };
const PACKAGE = grpc.loadPackageDefinition(
  loader.loadSync(['yaoshi/registry/v1/project.proto', 'yaoshi/preapproval/v1/case.proto', 'yaoshi/common/v1/figure.proto'], {
    ...OPTIONS, includeDirs: [join(ROOT, 'protos'), join(ROOT, '.dev/protos')],
  }),
);

/** The definition of a method such as "registry.v1.ProjectService/GetProject": `path`, `requestSerialize`, `responseDeserialize`. */
export function methodOf(name) {
  const [service, method] = name.split('/');
  return service.split('.').reduce((at, part) => at[part], PACKAGE.yaoshi).service[method];
}

/** A message as a unary gRPC call sends it: not compressed, length, bytes. */
export function framed(bytes) {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(bytes.length, 1);
  return Buffer.concat([head, bytes]);
}

/** One call; the answer's bytes as they came. */
export function callBytes(address, name, request, token) {
  const { path, requestSerialize } = methodOf(name);
  const client = new grpc.Client(address, grpc.credentials.createInsecure());
  const metadata = new grpc.Metadata();
  metadata.set('authorization', `Bearer ${token}`);
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(path, requestSerialize, (bytes) => bytes, request, metadata, { deadline: Date.now() + 20000 }, (error, reply) => {
      client.close();
      if (error) reject(error);
      else resolve(reply);
    });
  });
}

/** Many calls over one connection, for walking through pages. */
export class GrpcClient {
  constructor(address, token) {
    this.client = new grpc.Client(address, grpc.credentials.createInsecure());
    this.metadata = new grpc.Metadata();
    this.metadata.set('authorization', `Bearer ${token}`);
  }

  call(name, request) {
    const { path, requestSerialize, responseDeserialize } = methodOf(name);
    return new Promise((resolve, reject) => {
      const options = { deadline: Date.now() + 20000 };
      this.client.makeUnaryRequest(path, requestSerialize, responseDeserialize, request, this.metadata, options, (error, reply) =>
        error ? reject(error) : resolve(reply));
    });
  }

  close() {
    this.client.close();
  }
}
