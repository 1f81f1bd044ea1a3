// What a person sets off, and which may be refused.
import { ref, type Ref } from 'vue';
import { newRequestId } from '@/api/client';
import { ApiError } from '@/api/error';

export interface Attempt {
  busy: Ref<boolean>;
  /** Why the last attempt failed. */
  problem: Ref<unknown>;
  /** Whether it succeeded. Tried again after no answer it is the same request, after a refusal another. */
  attempt: (act: (requestId: string) => Promise<unknown>) => Promise<boolean>;
}

export function useAttempt(): Attempt {
  const problem = ref<unknown>();
  const busy = ref(false);
  let requestId = newRequestId();

  async function attempt(act: (id: string) => Promise<unknown>): Promise<boolean> {
    problem.value = undefined;
    busy.value = true;
    try {
      await act(requestId);
      return true;
    } catch (error) {
      problem.value = error;
      if (error instanceof ApiError && error.status !== 0) requestId = newRequestId();
      return false;
    } finally {
      busy.value = false;
    }
  }
  return { busy, problem, attempt };
}
