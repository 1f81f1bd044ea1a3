// The rows of a list, page by page, into a sparse view of all of them: the table is as long as the list from the beginning,
// and rows come as they are reached. Pages follow each other by token, so a far row brings those before it.
import { computed, markRaw, onScopeDispose, ref, shallowRef, triggerRef, watch, type ComputedRef } from 'vue';
import { call } from '@/api/client';
import type { Input } from '@/api/method';
import { listEntries, type Entry, type ListEntriesRequest } from '@/api/generated/registry';
import { eased } from '@/live/eased';
import { onChanges } from '@/live/live';
import { mayCome, stateOf, type LoadState } from '@/ui/load';

const PAGE = 200;
const LARGE_PAGE = 1000; // Of rows that are read anew; the most that the service gives.
const MOST_ANEW = 10_000; // Rows that are read anew by themselves.

export function useEntries(request: ComputedRef<Input<ListEntriesRequest>>) {
  const rows = shallowRef<Entry[]>([]);
  const total = ref(0);
  const state = ref<LoadState>('loading');
  const error = shallowRef<unknown>();
  const behind = ref(false); // Too many are shown to be read anew for every change.
  let token = '';
  let wanted = 0;
  let run: AbortController | undefined;
  let fetching: Promise<void> | undefined;

  async function nextPage(signal: AbortSignal): Promise<void> {
    const first = rows.value.length === 0;
    const answer = await call(listEntries, { ...request.value, page_size: PAGE, page_token: token, include_total_size: first }, signal);
    if (signal.aborted) return;
    if (first) total.value = Number(answer.total_size);
    for (const entry of answer.entries) rows.value.push(markRaw(entry));
    token = answer.next_page_token;
    if (!token) total.value = rows.value.length;
    triggerRef(rows);
  }

  async function fetchWanted(signal: AbortSignal): Promise<void> {
    try {
      do await nextPage(signal);
      while (!signal.aborted && token && rows.value.length < wanted);
      if (!signal.aborted) state.value = 'ready';
    } catch (problem) {
      if (signal.aborted) return;
      error.value = problem;
      state.value = stateOf(problem);
    }
  }

  /** All rows that are there, as they are now; the page after them follows these. */
  async function readAnew(signal: AbortSignal): Promise<void> {
    const fresh: Entry[] = [];
    let [next, count] = ['', 0];
    do {
      const answer = await call(listEntries, { ...request.value, page_size: rows.value.length > PAGE ? LARGE_PAGE : PAGE, page_token: next, include_total_size: !next }, signal);
      if (signal.aborted) return;
      if (!next) count = Number(answer.total_size);
      for (const entry of answer.entries) fresh.push(markRaw(entry));
      next = answer.next_page_token;
    } while (next && fresh.length < rows.value.length);
    [rows.value, total.value, token] = [fresh, next ? count : fresh.length, next];
  }

  /** Brings what is shown up to date, and leaves it there meanwhile. True unless it must be tried again. */
  async function refresh(): Promise<boolean> {
    await fetching;
    if (state.value !== 'ready') {
      if (state.value === 'error') await reload();
      return !mayCome(error.value);
    }
    behind.value = rows.value.length > MOST_ANEW;
    if (behind.value || !run) return true;
    const { signal } = run;
    const reading = readAnew(signal).then(() => true, (problem: unknown) => signal.aborted || !mayCome(problem));
    fetching = reading.then(() => (fetching = undefined));
    return reading;
  }

  /** Brings rows until `count` are there; what is under way goes on. */
  async function need(count: number): Promise<void> {
    wanted = Math.max(wanted, Math.min(count, total.value || count));
    while (run && !run.signal.aborted && rows.value.length < wanted && token) {
      fetching ??= fetchWanted(run.signal).finally(() => (fetching = undefined));
      await fetching;
      if (state.value !== 'ready') return;
    }
  }

  async function reload(): Promise<void> {
    run?.abort();
    run = new AbortController();
    const { signal } = run;
    rows.value = [];
    total.value = 0;
    token = '';
    wanted = 0;
    state.value = 'loading';
    error.value = undefined;
    fetching = undefined;
    behind.value = false;
    await fetchWanted(signal);
    if (mayCome(error.value)) anew.ask();
  }

  const anew = eased(refresh);
  onChanges({ of: ['entry', 'project'] }, anew.ask);
  watch(request, (now, before) => JSON.stringify(now) !== JSON.stringify(before) && void reload(), { immediate: true });
  onScopeDispose(() => {
    run?.abort();
    anew.stop();
  });
  return { rows, total, state, error, behind, need, reload, loaded: computed(() => rows.value.length) };
}
