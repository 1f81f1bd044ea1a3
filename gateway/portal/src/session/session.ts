// Who is signed in. The proof is a cookie that scripts cannot read; the gateway says whose it is.
import { computed, reactive } from 'vue';
import type { CurrentSession } from '@/api/generated/gateway';
import { ApiError } from '@/api/error';

interface State {
  current: CurrentSession | undefined;
  /** The session has ended while the person works: the sign-in dialog lies over the page. */
  ended: boolean;
}

// Whether it is worth asking who is signed in: without it every visit of a stranger would begin with a refusal.
const MARK = 'yaoshi.signedIn';
const CSRF = { 'yaoshi-csrf': '1' };
const state = reactive<State>({ current: undefined, ended: false });
let waiting: (() => void)[] = [];

async function ask(path: string, init: RequestInit): Promise<unknown> {
  const answer = await fetch(path, { ...init, headers: { 'Content-Type': 'application/json', ...CSRF } }).catch(() => undefined);
  if (!answer) throw new ApiError(0, undefined);
  const body: unknown = await answer.json().catch(() => undefined);
  if (!answer.ok) throw new ApiError(answer.status, body);
  return body;
}

async function readCurrent(): Promise<void> {
  state.current = (await ask('/v1/sessions/current', { method: 'GET' })) as CurrentSession;
  state.ended = false;
  localStorage.setItem(MARK, '1');
}

export const session = {
  state,
  current: computed(() => state.current),
  signedIn: computed(() => state.current !== undefined),
  mayWrite: computed(() => state.current?.permissions.includes('projects.write') ?? false),

  /** What every call carries besides the cookie. */
  headers: (): Record<string, string> => CSRF,

  /** Takes up the session of an earlier visit, if there is one. */
  async resume(): Promise<void> {
    if (!localStorage.getItem(MARK)) return;
    await readCurrent().catch(() => localStorage.removeItem(MARK));
  },

  /** Signs in; whoever waits for a renewed session goes on. */
  async signIn(account: string, password: string): Promise<void> {
    await ask('/v1/sessions', { method: 'POST', body: JSON.stringify({ account, password }) });
    await readCurrent();
    const ready = waiting;
    waiting = [];
    for (const go of ready) go();
  },

  /** Ends the session everywhere. What waited for it stays undone. */
  async signOut(): Promise<void> {
    await ask('/v1/sessions/current', { method: 'DELETE' }).catch(() => undefined);
    localStorage.removeItem(MARK);
    location.assign('/');
  },

  /** Says that the session has ended, and waits until the person has signed in again. */
  renewed(): Promise<void> {
    state.ended = true;
    return new Promise((resolve) => waiting.push(resolve));
  },
};
