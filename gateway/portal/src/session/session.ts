// Who is signed in. The access token is kept in memory alone: closing the page forgets it.
import { computed, reactive } from 'vue';
import type { Session } from '@/api/generated/gateway';
import { ApiError } from '@/api/error';

interface State {
  current: Session | undefined;
  /** The session has ended while the person works: the sign-in dialog lies over the page. */
  ended: boolean;
}

const state = reactive<State>({ current: undefined, ended: false });
let waiting: (() => void)[] = [];

// What the portal offers to whom; the services decide anew on every call (common/auth/rules.cc).
const WRITERS = new Set(['CITY_OFFICE', 'COUNTY']);

export const session = {
  state,
  current: computed(() => state.current),
  signedIn: computed(() => state.current !== undefined),
  mayWrite: computed(() => WRITERS.has(state.current?.role ?? '')),
  headers(): Record<string, string> {
    return state.current ? { Authorization: `Bearer ${state.current.access_token}` } : {};
  },

  /** Signs in; whoever waits for a renewed session goes on. */
  async signIn(account: string, password: string): Promise<void> {
    const answer = await fetch('/v1/sessions', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ account, password }) }).catch(() => undefined);
    if (!answer) throw new ApiError(0, undefined);
    const body: unknown = await answer.json().catch(() => undefined);
    if (!answer.ok) throw new ApiError(answer.status, body);
    state.current = body as Session;
    state.ended = false;
    const ready = waiting;
    waiting = [];
    for (const go of ready) go();
  },

  signOut(): void {
    state.current = undefined;
    state.ended = false;
  },

  /** Says that the session has ended, and waits until the person has signed in again. */
  renewed(): Promise<void> {
    state.ended = true;
    return new Promise((resolve) => waiting.push(resolve));
  },
};
