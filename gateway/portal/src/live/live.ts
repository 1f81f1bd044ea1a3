// What changes while people look. A window that is seen listens to the gateway, and tells each load what it shows has changed; one that is hidden
// does not, because a browser has few connections for all its windows, and hears of what it missed when it is seen again.
import { onScopeDispose, ref } from 'vue';
import { ApiError } from '@/api/error';
import { useAsOf } from '@/asof/asof';
import { session } from '@/session/session';
import { concerns, type Change, type Shows } from './change';
import { listen } from './stream';

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
const LOST_AFTER_MS = 5000; // A gateway that starts again is not worth a word.

/** The connection has been away for so long that what is shown may be old. */
export const lost = ref(false);

interface Listener {
  concerned: (change: Change) => boolean;
  stale: () => void;
}
const listeners = new Set<Listener>();

/** Calls `stale` whenever something changed of what the caller shows at the date of the portal. In setup. */
export function onChanges(shows: Shows, stale: () => void): void {
  const { date } = useAsOf();
  const listener = { concerned: (change: Change) => concerns(change, shows, date.value), stale };
  listeners.add(listener);
  onScopeDispose(() => listeners.delete(listener));
}

function tell(concerned: (listener: Listener) => boolean): void {
  for (const listener of listeners) if (concerned(listener)) listener.stale();
}

/** The next time the window is seen, or hidden: now, when it is. */
function untilSeen(seen: boolean, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (!signal.aborted && (document.visibilityState === 'visible') !== seen) return;
      document.removeEventListener('visibilitychange', look);
      signal.removeEventListener('abort', look);
      resolve();
    };
    signal.addEventListener('abort', look);
    document.addEventListener('visibilitychange', look);
    look();
  });
}

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds * (1 + Math.random())));

class Connection {
  private last = '';
  private failures = 0;
  private missed = false; // It was away, and does not know since which event.
  private doubt: ReturnType<typeof setTimeout> | undefined;

  /** Listens, again and again, until `signal` ends it. */
  async follow(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await untilSeen(true, signal);
      this.doubt ??= setTimeout(() => (lost.value = true), LOST_AFTER_MS);
      const now = new AbortController();
      const leave = (): void => now.abort();
      signal.addEventListener('abort', leave);
      void untilSeen(false, now.signal).then(leave);
      const over = await this.listenOnce(now.signal);
      signal.removeEventListener('abort', leave);
      leave();
      if (over) break;
    }
    this.trust();
  }

  /** True when there is nothing to hear for this person. */
  private async listenOnce(signal: AbortSignal): Promise<boolean> {
    try {
      await listen(this.last, signal, { opened: () => this.opened(), heard: (event, data) => this.heard(event, data), reached: (id) => (this.last = id) });
    } catch (error) {
      const status = error instanceof ApiError ? error.status : 0;
      if (status === 403) return true;
      if (status === 401) {
        this.trust();
        await session.renewed();
        return false;
      }
      this.failures++;
    }
    this.missed = this.last === '';
    if (document.visibilityState === 'visible') await pause(Math.min(FIRST_PAUSE_MS * 2 ** this.failures, LONGEST_PAUSE_MS));
    else this.trust();
    return false;
  }

  private opened(): void {
    this.failures = 0;
    this.trust();
    if (this.missed) tell(() => true);
    this.missed = false;
  }

  private trust(): void {
    clearTimeout(this.doubt);
    this.doubt = undefined;
    lost.value = false;
  }

  private heard(event: string, data: string): void {
    if (event === 'reset') return tell(() => true);
    const change = JSON.parse(data) as Change;
    tell((listener) => listener.concerned(change));
  }
}

/** Listens for as long as the caller lives. In setup. */
export function useLive(): void {
  const leaving = new AbortController();
  onScopeDispose(() => leaving.abort());
  void new Connection().follow(leaving.signal);
}
