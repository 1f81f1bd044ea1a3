// Loading for a screen or a part of one: the data, or why there are none. What was shown stays while it loads anew.
import { onScopeDispose, shallowRef, watch, type ShallowRef, type WatchSource } from 'vue';
import { ApiError } from '@/api/error';
import type { Shows } from '@/live/change';
import { eased } from '@/live/eased';
import { onChanges } from '@/live/live';

export type LoadState = 'loading' | 'ready' | 'noright' | 'absent' | 'error';

export interface Loaded<T> {
  data: ShallowRef<T | undefined>;
  state: ShallowRef<LoadState>;
  error: ShallowRef<unknown>;
  reload: () => Promise<void>;
}

/**
 * Runs `load` now and whenever `sources` change; an older run that is still under way is given up. When something changes of what it `shows`, it is
 * loaded anew behind what stands there; what could not be had is asked for again until it comes.
 */
export function useLoad<T>(sources: WatchSource | WatchSource[], load: (signal: AbortSignal) => Promise<T>, shows?: Shows): Loaded<T> {
  const data = shallowRef<T>();
  const state = shallowRef<LoadState>('loading');
  const error = shallowRef<unknown>();
  let running: AbortController | undefined;
  let settled = Promise.resolve();
  const anew = eased(async () => {
    await settled;
    await run(true);
    return !mayCome(error.value) && isWhole(data.value);
  });

  async function run(quiet: boolean): Promise<void> {
    running?.abort();
    const mine = (running = new AbortController());
    if (!quiet) state.value = 'loading';
    try {
      const value = await load(mine.signal);
      if (mine !== running) return;
      data.value = value;
      error.value = undefined;
      state.value = 'ready';
    } catch (problem) {
      if (mine !== running) return;
      error.value = problem;
      if (!quiet || state.value !== 'ready' || !mayCome(problem)) state.value = stateOf(problem);
    }
  }

  async function reload(): Promise<void> {
    await (settled = run(false));
    if (mayCome(error.value) || !isWhole(data.value)) anew.ask();
  }

  watch(sources, reload, { immediate: true });
  if (shows) onChanges(shows, anew.ask);
  onScopeDispose(() => {
    running?.abort();
    anew.stop();
  });
  return { data, state, error, reload };
}

/** Nobody answered, or the answer is that there is none now: it may be another in a moment. */
export const mayCome = (error: unknown): boolean => error instanceof ApiError && (error.status === 0 || error.status === 429 || error.status >= 502);

interface View {
  parts?: { state?: string }[];
  missing_parts?: unknown[];
  overview?: View;
}

/** A view says of itself, or of the view in it, which of its parts are away. */
function isWhole(view: unknown): boolean {
  const { parts, missing_parts, overview } = (view ?? {}) as View;
  return !missing_parts?.length && !parts?.some((part) => part.state === 'STALE' || part.state === 'MISSING') && (!overview || isWhole(overview));
}

export function stateOf(error: unknown): LoadState {
  if (!(error instanceof ApiError)) return 'error';
  if (error.status === 403) return 'noright';
  return error.status === 404 ? 'absent' : 'error';
}
