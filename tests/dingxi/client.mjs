// A small client of the HTTP/JSON door, for the loader and the end-to-end tests.
import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';

/** An answer that is an error: `status` is the HTTP code, `reason` the ErrorInfo reason, `body` the whole answer. */
export class ApiError extends Error {
  constructor(what, status, body) {
    const error = body?.error ?? {};
    super(`${what} → ${status} ${error.message ?? JSON.stringify(body)?.slice(0, 300)}${violations(error)}`);
    this.status = status;
    this.body = body;
    this.reason = error.details?.find((d) => d['@type']?.endsWith('ErrorInfo'))?.reason ?? '';
  }
}

function violations(error) {
  const all = (error.details ?? []).flatMap((d) => d.field_violations ?? d.fieldViolations ?? []);
  return all.slice(0, 5).map((v) => `\n  ${v.field}: ${v.description}`).join('');
}

/** The same UUID for the same words: a request that is repeated carries the same request_id. */
export function idOf(...words) {
  const hex = createHash('sha256').update(words.join('\n')).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

const WAIT_MS = { first: 100, most: 2000 };

export class Client {
  constructor(url, { account = '', password = '', patience_ms = 30000 } = {}) {
    Object.assign(this, { url: url.replace(/\/$/, ''), account, password, patience_ms, token: '', expires: 0 });
  }

  /** Signs in now, or again when the token is about to expire. */
  async signIn() {
    const session = await this.#call('POST', '/v1/sessions', { body: { account: this.account, password: this.password }, anonymous: true });
    this.token = session.body.access_token;
    this.expires = Date.parse(session.body.expire_time) || Date.now() + 600000;
    return this;
  }

  /** The answer's JSON. Overload and unreachable services are waited for; any other error is thrown as ApiError. */
  async get(path, query = {}) {
    return (await this.#call('GET', path, { query })).body;
  }

  async post(path, body = {}, query = {}) {
    return (await this.#call('POST', path, { body, query })).body;
  }

  async patch(path, body, query = {}) {
    return (await this.#call('PATCH', path, { body, query })).body;
  }

  /** Uploads bytes; the answer is the File. */
  async upload(filename, bytes) {
    return (await this.#call('POST', '/v1/files', { raw: bytes, query: { filename } })).body;
  }

  /** `{status, headers, body}` of one try, whatever the status. A body that is not JSON is given as a Buffer. */
  async try(method, path, { query = {}, body, raw, headers = {}, anonymous = false, signal } = {}) {
    const target = `${this.url}${path}${queryText(query, path)}`;
    const send = { ...headers };
    if (!anonymous && this.account) {
      if (Date.now() > this.expires - 30000) await this.signIn();
      send.authorization ??= `Bearer ${this.token}`;
    }
    if (body !== undefined) send['content-type'] ??= 'application/json';
    if (raw !== undefined) send['content-type'] ??= 'application/octet-stream';
    const reply = await fetch(target, { method, headers: send, body: raw ?? (body === undefined ? undefined : JSON.stringify(body)), signal });
    const bytes = Buffer.from(await reply.arrayBuffer());
    const json = bytes.length > 0 && (reply.headers.get('content-type') ?? '').startsWith('application/json');
    return { status: reply.status, headers: reply.headers, body: json ? JSON.parse(bytes.toString('utf8')) : bytes };
  }

  async #call(method, path, options) {
    const until = Date.now() + this.patience_ms;
    for (let wait = WAIT_MS.first; ; wait = Math.min(wait * 2, WAIT_MS.most)) {
      const reply = await this.try(method, path, options).catch((error) => ({ status: 0, error }));
      if (reply.status >= 200 && reply.status < 300) return reply;
      const later = [0, 429, 503].includes(reply.status) && Date.now() + wait < until;
      if (!later && reply.status === 0) throw reply.error;
      if (!later) throw new ApiError(`${method} ${path}`, reply.status, Buffer.isBuffer(reply.body) ? reply.body.toString('utf8') : reply.body);
      const asked = Number(reply.headers?.get('retry-after')) * 1000;
      await pause(asked > 0 ? Math.min(asked, until - Date.now()) : wait);
    }
  }

  /** All items of a list request, page by page. */
  async all(path, field, query = {}) {
    const items = [];
    let page_token = '';
    do {
      const page = await this.get(path, { page_size: 1000, ...query, page_token });
      items.push(...page[field]);
      page_token = page.next_page_token;
    } while (page_token);
    return items;
  }

  /** Polls an operation until it is done; `progress` is called with its metadata. Its error is thrown as ApiError. */
  async finish(operation, progress = () => {}) {
    const until = Date.now() + this.patience_ms + 300000;
    for (let wait = 50; !operation.done; wait = Math.min(wait * 2, 500)) {
      if (Date.now() > until) throw new Error(`${operation.name} is not done: ${JSON.stringify(operation.metadata)}`);
      await pause(wait);
      operation = await this.get(`/v1/registry/${operation.name}`);
      progress(operation.metadata ?? {});
    }
    if (operation.error) throw new ApiError(operation.name, operation.error.code, { error: operation.error });
    return operation.response;
  }
}

/** A query of path parameters; empty values are left out, arrays are repeated. */
function queryText(query, path) {
  const pairs = Object.entries(query).flatMap(([k, v]) => (Array.isArray(v) ? v.map((x) => [k, x]) : [[k, v]]));
  const text = pairs.filter(([, v]) => v !== '' && v !== undefined).map(([k, v]) => `${k}=${encodeURIComponent(v)}`).join('&');
  return text ? `${path.includes('?') ? '&' : '?'}${text}` : '';
}

const FEN_PER_WAN = 1000000n;

/** 万元 as fen, as a decimal string. */
export const fen = (wan) => String(BigInt(wan) * FEN_PER_WAN);

/** An exact decimal of yuan, such as "260900000000" or "12.34", as fen. */
export function yuanToFen(text) {
  const match = /^(-?)(\d+)(?:\.(\d{1,2})0*)?$/.exec(text);
  if (!match) throw new Error(`not an amount in yuan: ${text}`);
  const value = BigInt(match[2]) * 100n + BigInt((match[3] ?? '').padEnd(2, '0'));
  return match[1] ? -value : value;
}
