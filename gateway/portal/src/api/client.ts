// The one way to the JSON door. Requests and answers are typed from the protos.
import { session } from '@/session/session';
import { ApiError } from './error';
import type { Input, Method } from './method';

type Fields = Record<string, unknown>;

/** The path of a method with the request's values in it, and which top-level fields it used up. */
export function fillPath(template: string, request: Fields): { path: string; used: Set<string> } {
  const used = new Set<string>();
  const path = template.replace(/\{([\w.]+)(?:=[^}]*)?\}/g, (_, name: string) => {
    const [first = ''] = name.split('.');
    if (!name.includes('.')) used.add(first);
    const value = name.split('.').reduce<unknown>((at, key) => (at as Fields | undefined)?.[key], request);
    return String(value ?? '').split('/').map(encodeURIComponent).join('/');
  });
  return { path, used };
}

/** The query of the fields that are neither in the path nor in the body. Zero values are left out. */
export function toQuery(request: Fields, skip: Set<string>, prefix = ''): [string, string][] {
  return Object.entries(request).flatMap(([key, value]): [string, string][] => {
    if (!prefix && skip.has(key)) return [];
    if (Array.isArray(value)) return value.map((item): [string, string] => [prefix + key, String(item)]);
    if (value !== null && typeof value === 'object') return toQuery(value as Fields, skip, `${prefix}${key}.`);
    return value === undefined || value === '' || value === false || value === 0 ? [] : [[prefix + key, String(value)]];
  });
}

/** Path and query of a call without a body, for links and downloads. */
export function urlOf<Request, Response>(method: Method<Request, Response>, request: Input<Request>): string {
  const { path, used } = fillPath(method.path, request as Fields);
  if (method.body === '*') return path;
  if (method.body) used.add(method.body);
  const query = new URLSearchParams(toQuery(request as Fields, used)).toString();
  return query ? `${path}?${query}` : path;
}

function bodyOf<Request, Response>(method: Method<Request, Response>, request: Fields): string | undefined {
  if (!method.body) return undefined;
  if (method.body !== '*') return JSON.stringify(request[method.body] ?? {});
  const { used } = fillPath(method.path, request);
  return JSON.stringify(Object.fromEntries(Object.entries(request).filter(([key]) => !used.has(key))));
}

/** Calls a method. When the session has ended, waits until the person has signed in again, and repeats the call. */
export async function call<Request, Response>(method: Method<Request, Response>, request: Input<Request>, signal?: AbortSignal): Promise<Response> {
  const body = bodyOf(method, request as Fields);
  const answer = await send(urlOf(method, request), { method: method.verb, body, signal: signal ?? null, headers: body === undefined ? {} : { 'Content-Type': 'application/json' } });
  return (await answer.json()) as Response;
}

/** Sends a request of any kind with the session's proof; fails with an ApiError unless the answer is a good one. */
export async function send(path: string, init: RequestInit): Promise<globalThis.Response> {
  for (;;) {
    const answer = await fetch(path, { ...init, headers: { ...(init.headers as Record<string, string>), ...session.headers() } }).catch((error: unknown) => {
      if (error instanceof DOMException && error.name === 'AbortError') throw error;
      throw new ApiError(0, undefined);
    });
    if (answer.ok) return answer;
    const error = new ApiError(answer.status, await answer.json().catch(() => undefined));
    if (answer.status !== 401 || error.reason === 'WRONG_CREDENTIALS') throw error;
    await session.renewed();
  }
}

/** A fresh id of one attempt: repeating the call with it changes nothing more. */
export function newRequestId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** Asks for a file and gives it to the person. */
export async function download(path: string, filename: string): Promise<void> {
  const answer = await send(path, { method: 'GET' });
  saveFile(await answer.blob(), filename);
}

export function saveFile(blob: Blob, filename: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = filename;
  link.click();
  URL.revokeObjectURL(link.href);
}
