// A listing that is read page by page. Loaded anew it asks for as many rows as are shown, so that nothing moves away.
import { ref, shallowRef, type Ref, type ShallowRef, type WatchSource } from 'vue';
import type { Shows } from '@/live/change';
import { useLoad, type Loaded } from './load';

const MOST_ROWS = 1000; // Of one page, as the services have it.

export interface Page { page_size: number; page_token: string }

export interface Pages<Row> extends Omit<Loaded<true>, 'data'> {
  rows: ShallowRef<Row[]>;
  /** There are more. */
  token: Ref<string>;
  more: () => Promise<void>;
}

export function usePages<Row>(sources: WatchSource | WatchSource[], size: number, ask: (page: Page, signal?: AbortSignal) => Promise<{ rows: Row[]; next_page_token: string }>, shows?: Shows): Pages<Row> {
  const rows = shallowRef<Row[]>([]);
  const token = ref('');
  const { state, error, reload } = useLoad(sources, async (signal) => {
    const page = await ask({ page_size: Math.min(Math.max(size, rows.value.length), MOST_ROWS), page_token: '' }, signal);
    rows.value = page.rows;
    token.value = page.next_page_token;
    return true as const;
  }, shows);

  async function more(): Promise<void> {
    const page = await ask({ page_size: size, page_token: token.value });
    rows.value = [...rows.value, ...page.rows];
    token.value = page.next_page_token;
  }
  return { rows, token, more, state, error, reload };
}
