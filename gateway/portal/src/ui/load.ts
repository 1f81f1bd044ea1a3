// Loading for a screen or a part of one: the data, or why there are none. What was shown stays while it loads anew.
import { onScopeDispose, shallowRef, watch, type ShallowRef, type WatchSource } from 'vue';
import { ApiError } from '@/api/error';

export type LoadState = 'loading' | 'ready' | 'noright' | 'absent' | 'error';

export interface Loaded<T> {
  data: ShallowRef<T | undefined>;
  state: ShallowRef<LoadState>;
  error: ShallowRef<unknown>;
  reload: () => Promise<void>;
}

/** Runs `load` now and whenever `sources` change; an older run that is still under way is given up. */
export function useLoad<T>(sources: WatchSource | WatchSource[], load: (signal: AbortSignal) => Promise<T>): Loaded<T> {
  const data = shallowRef<T>();
  const state = shallowRef<LoadState>('loading');
  const error = shallowRef<unknown>();
  let running: AbortController | undefined;
  async function reload(): Promise<void> {
    running?.abort();
    const mine = (running = new AbortController());
    state.value = 'loading';
    try {
      const value = await load(mine.signal);
      if (mine !== running) return;
      data.value = value;
      error.value = undefined;
      state.value = 'ready';
    } catch (problem) {
      if (mine !== running) return;
      error.value = problem;
      state.value = stateOf(problem);
    }
  }
  watch(sources, reload, { immediate: true });
  onScopeDispose(() => running?.abort());
  return { data, state, error, reload };
}

function stateOf(error: unknown): LoadState {
  if (!(error instanceof ApiError)) return 'error';
  if (error.status === 403) return 'noright';
  return error.status === 404 ? 'absent' : 'error';
}
