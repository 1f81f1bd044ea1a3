// Load: h2load for requests that repeat, and our own tool for the rest.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { callBytes, framed, methodOf } from './grpc.mjs';
import { BUILD, cpuMicros, output } from './install.mjs';

export const TOOL = join(BUILD, 'bin/yaoshi_bench');

/** A request of gRPC as h2load sends it, and the answer that is expected. */
export async function prepared(folder, file, { address, method, request, token }) {
  const { path, requestSerialize } = methodOf(method);
  const body = join(folder, `${file}.request`);
  writeFileSync(body, framed(requestSerialize(request)));
  const answer = await callBytes(address, method, request, token);
  const answerFile = join(folder, `${file}.answer`);
  writeFileSync(answerFile, answer);
  const words = ['-d', body, '-H', 'content-type: application/grpc', '-H', 'te: trailers', '-H', `authorization: Bearer ${token}`];
  return { words, path, url: `http://${address}${path}`, answerFile, bytes: answer.length + 5 };
}

/** A GET of the gateway as h2load sends it, and the answer that is expected. */
export async function overHttp({ url }, token, path) {
  const reply = await fetch(url + path, { headers: { authorization: `Bearer ${token}` } });
  if (reply.status !== 200) throw new Error(`${path} answers ${reply.status}`);
  const body = Buffer.from(await reply.arrayBuffer());
  return { words: ['-H', `authorization: Bearer ${token}`], url: url + path, body, bytes: body.length, http1: true };
}

function numberAfter(text, pattern) {
  const match = pattern.exec(text);
  if (!match) throw new Error(`h2load did not say ${pattern}:\n${text}`);
  return Number(match[1]);
}

/**
 * Requests one after another for `seconds` over `connections` × `streams`. Every answer must be 200 and as long as the expected one:
 * an error of gRPC is 200 too, but has no body. `pids` are {name: pid} of the processes whose CPU time is counted.
 */
export async function h2load({ url, words, bytes, http1 = false }, { seconds, connections = 4, streams = 16, pids = {}, log = '' }) {
  const before = Object.entries(pids).map(([name, pid]) => [name, pid, cpuMicros(pid)]);
  const options = ['-D', String(seconds), '-c', String(connections), '-m', String(streams), ...(http1 ? ['--h1'] : []), ...(log ? [`--log-file=${log}`] : [])];
  const text = await output('h2load', ...options, ...words, url);
  const cpu = before.map(([name, pid, micros]) => [name, cpuMicros(pid) - micros]);
  const done = numberAfter(text, /(\d+) succeeded/);
  if (numberAfter(text, /(\d+) failed/) > 0 || numberAfter(text, /(\d+) 5xx/) + numberAfter(text, /(\d+) 4xx/) > 0) throw new Error(`${url} fails:\n${text}`);
  const each = numberAfter(text, /\((\d+)\) data/) / done;
  if (Math.abs(each / bytes - 1) > 0.1) throw new Error(`${url} answers ${each.toFixed(0)} bytes instead of ${bytes}:\n${text}`);
  return {
    per_second: done / seconds,
    cpu_us: Object.fromEntries(cpu.map(([name, micros]) => [name, micros / done])),
  };
}

/** h2load, with the median and the 99th percentile of the times of its requests, in microseconds. */
export async function timed(folder, request, options) {
  const log = join(folder, 'latency.log');
  writeFileSync(log, '');
  const result = await h2load(request, { ...options, log });
  const times = readFileSync(log, 'utf8').trim().split('\n').map((line) => Number(line.split('\t')[2])).sort((a, b) => a - b);
  const at = (part) => times[Math.min(times.length - 1, Math.floor(times.length * part))];
  return { ...result, us: at(0.5), p99_us: at(0.99) };
}

/** The same of single requests, one at a time. */
export const latency = (folder, request, { seconds }) => timed(folder, request, { seconds, connections: 1, streams: 1 });

/** A bare gRPC server that answers each request with its expected bytes; `stop()` ends it. */
export async function echo(requests) {
  const answers = requests.flatMap(({ path, answerFile }) => ['--answer', `${path}=${answerFile}`]);
  const child = spawn(TOOL, ['echo', ...answers], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  const address = `127.0.0.1:${line.split(' ')[1]}`;
  return {
    pid: child.pid,
    of: (request) => ({ ...request, url: `http://${address}${request.path}` }),
    stop: async () => {
      const ended = once(child, 'exit');
      child.stdin.end();
      await ended;
    },
  };
}

/** Runs a command of our tool that counts: operations per second, CPU per operation of the given processes, and what else it says. */
export async function counted(words, pids = {}) {
  const before = Object.entries(pids).map(([name, pid]) => [name, pid, cpuMicros(pid)]);
  const { count, seconds, ...more } = JSON.parse(await output(TOOL, ...words));
  const cpu_us = Object.fromEntries(before.map(([name, pid, micros]) => [name, (cpuMicros(pid) - micros) / count]));
  return { per_second: count / seconds, count, cpu_us, ...more };
}
