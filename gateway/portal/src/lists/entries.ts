// The rows of a list, page by page, into a sparse view of all of them: the table is as long as the list from the beginning,
// and rows come as they are reached. Pages follow each other by token, so a far row brings those before it.
import { computed, markRaw, onScopeDispose, ref, shallowRef, triggerRef, watch, type ComputedRef } from 'vue';
import { call } from '@/api/client';
import type { Input } from '@/api/method';
import { listEntries, type Entry, type ListEntriesRequest } from '@/api/generated/registry';
import type { LoadState } from '@/ui/load';
import { ApiError } from '@/api/error';

const PAGE = 200;

export function useEntries(request: ComputedRef<Input<ListEntriesRequest>>) {
  const rows = shallowRef<Entry[]>([]);
  const total = ref(0);
  const state = ref<LoadState>('loading');
  const error = shallowRef<unknown>();
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
      state.value = problem instanceof ApiError && problem.status === 403 ? 'noright' : problem instanceof ApiError && problem.status === 404 ? 'absent' : 'error';
    }
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
    await fetchWanted(signal);
  }

  watch(request, (now, before) => JSON.stringify(now) !== JSON.stringify(before) && void reload(), { immediate: true });
  onScopeDispose(() => run?.abort());
  return { rows, total, state, error, need, reload, loaded: computed(() => rows.value.length) };
}
