// Something that is put together on a page, looked at as often as one likes, and kept when it is worth it.
import { onBeforeUnmount, ref, shallowRef, watch, type ComputedRef, type Ref, type ShallowRef } from 'vue';
import { useRouter } from 'vue-router';
import type { Violation } from '@/api/error';
import { useAttempt } from '@/ui/attempt';

/** How a service is asked: only to count, or to keep what it counted. */
export interface How { validate_only: boolean; request_id: string }

export interface Draft<T> {
  /** What the last look came to; gone when the question is another. */
  answer: ShallowRef<T | undefined>;
  busy: Ref<'' | 'look' | 'keep'>;
  problem: Ref<unknown>;
  violations: ComputedRef<Violation[]>;
  /** Keeping it leads to its page. */
  send: (what: 'look' | 'keep') => Promise<void>;
  stop: () => void;
}

/** `question` is all that the answer depends on. */
export function useDraft<T extends { name: string }>(create: (how: How, signal: AbortSignal) => Promise<T>, question: () => unknown): Draft<T> {
  const router = useRouter();
  const { problem, violations, attempt } = useAttempt();
  const answer = shallowRef<T>();
  const busy = ref<'' | 'look' | 'keep'>('');
  let asking: AbortController | undefined;
  const stop = (): void => asking?.abort();
  onBeforeUnmount(stop);
  watch(() => JSON.stringify(question()), () => (answer.value = undefined));

  async function send(what: 'look' | 'keep'): Promise<void> {
    busy.value = what;
    const mine = (asking = new AbortController());
    await attempt(async (requestId) => {
      const said = await create({ validate_only: what === 'look', request_id: what === 'keep' ? requestId : '' }, mine.signal);
      if (what === 'keep') await router.push(`/${said.name}`);
      else answer.value = said;
    });
    if (mine.signal.aborted) problem.value = undefined;
    busy.value = '';
  }
  return { answer, busy, problem, violations, send, stop };
}
