// Who is signed in. The proof is a cookie that scripts cannot read; the gateway says whose it is.
import { computed, reactive } from 'vue';
import type { CurrentSession, SignInOptions } from '@/api/generated/gateway';
import { ApiError } from '@/api/error';
import { isAttended } from './attended';

interface State {
  current: CurrentSession | undefined;
  /** The session has ended while the person works: the sign-in dialog lies over the page. */
  ended: boolean;
  /** Meanwhile somebody else has signed in in this browser: their title. What waits is not theirs to do. */
  stranger: string;
}

// Whether it is worth asking who is signed in: without it every visit of a stranger would begin with a refusal.
const MARK = 'yaoshi.signedIn';
const CSRF = { 'yaoshi-csrf': '1' };
/** Where the identity provider leads a window that was opened for signing in: it tells the others and closes. */
export const SIGNED_IN_PATH = '/signed-in';
const LONGEST_RETURN = 1024; // characters of a path that the gateway takes to come back to
let windows: BroadcastChannel | undefined; // From resume() on: what only reads this module hears nobody.
const state = reactive<State>({ current: undefined, ended: false, stranger: '' });
let waiting: (() => void)[] = [];

async function ask(path: string, init: RequestInit): Promise<unknown> {
  const answer = await fetch(path, { ...init, headers: { 'Content-Type': 'application/json', ...CSRF } }).catch(() => undefined);
  if (!answer) throw new ApiError(0, undefined);
  const body: unknown = await answer.json().catch(() => undefined);
  if (!answer.ok) throw new ApiError(answer.status, body);
  return body;
}

/** Takes up the session that the browser has; whoever waits for a renewed one goes on. */
async function readCurrent(): Promise<void> {
  const found = (await ask('/v1/sessions/current', { method: 'GET' })) as CurrentSession;
  state.stranger = state.ended && found.account !== state.current?.account ? found.title : '';
  if (state.stranger) return;
  state.current = found;
  state.ended = false;
  localStorage.setItem(MARK, '1');
  const ready = waiting;
  waiting = [];
  for (const go of ready) go();
}

function listen(): void {
  windows = new BroadcastChannel('yaoshi.session');
  windows.onmessage = () => {
    if (state.ended || !state.current) void readCurrent().catch(() => undefined);
  };
}

/** Whether the person's role has a permission, such as "cases.write". */
const may = (permission: string): boolean => state.current?.permissions.includes(permission) ?? false;

export const session = {
  state,
  current: computed(() => state.current),
  signedIn: computed(() => state.current !== undefined),
  may,
  mayWrite: computed(() => may('projects.write')),

  /** What every call carries besides the cookie. */
  headers: (): Record<string, string> => (isAttended() ? CSRF : { ...CSRF, 'Yaoshi-Background': '1' }),

  /** Whether there seems to be a session of an earlier visit. */
  isExpected: (): boolean => localStorage.getItem(MARK) !== null,

  /** Takes up the session of an earlier visit, if there is one. */
  async resume(): Promise<void> {
    listen();
    if (!session.isExpected()) return;
    await readCurrent().catch(() => localStorage.removeItem(MARK));
  },

  /** Signs in with a password. */
  async signIn(account: string, password: string): Promise<void> {
    await ask('/v1/sessions', { method: 'POST', body: JSON.stringify({ account, password }) });
    await readCurrent();
  },

  /** Where signing in at the identity provider begins; empty when there is none. */
  async providerPath(): Promise<string> {
    return ((await ask('/v1/sessions/options', { method: 'GET' })) as SignInOptions).oidc_path;
  },

  /** Goes to the identity provider, which leads back to the page that is wanted now. */
  goToProvider(path: string): void {
    const { pathname, search, hash } = location;
    const wanted = pathname + search + hash;
    localStorage.setItem(MARK, '1'); // who comes back is signed in
    location.assign(`${path}?return_to=${encodeURIComponent(wanted.length > LONGEST_RETURN ? '/' : wanted)}`);
  },

  /** Opens the identity provider beside the page, which stays as it is and goes on when the session is there. */
  openProvider(path: string): void {
    const query = new URLSearchParams({ return_to: SIGNED_IN_PATH, ...(state.stranger ? { prompt: 'login' } : {}) });
    window.open(`${path}?${query.toString()}`, 'yaoshi-sign-in', 'popup,width=560,height=720');
  },

  /** Tells the other windows that there is a session again. */
  announce(): void {
    windows?.postMessage('signed in');
  },

  /** Ends the session everywhere, and goes on to the identity provider's own sign-out, if there is one. What waited stays undone. */
  async signOut(): Promise<void> {
    const next = state.current?.sign_out_uri || '/';
    await ask('/v1/sessions/current', { method: 'DELETE' }).catch(() => undefined);
    localStorage.removeItem(MARK);
    location.assign(next);
  },

  /** Says that the session has ended, and waits until the person has signed in again. */
  renewed(): Promise<void> {
    state.ended = true;
    return new Promise((resolve) => waiting.push(resolve));
  },
};
