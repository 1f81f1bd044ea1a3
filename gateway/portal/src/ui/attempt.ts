// What a person sets off, and which may be refused.
import { computed, ref, type ComputedRef, type Ref } from 'vue';
import { newRequestId } from '@/api/client';
import { ApiError, type Violation } from '@/api/error';

export interface Attempt {
  busy: Ref<boolean>;
  /** Why the last attempt failed. */
  problem: Ref<unknown>;
  violations: ComputedRef<Violation[]>;
  /** Whether it succeeded. Tried again after no answer, or one that does not say whether it was done, it is the same request; else another. */
  attempt: (act: (requestId: string) => Promise<unknown>) => Promise<boolean>;
}

const isRefusal = (error: unknown): error is ApiError => error instanceof ApiError && error.status >= 400 && error.status < 500;

/** `meetTheirs` is done, in place of telling the problem, when somebody else was faster: it shows what stands now. */
export function useAttempt(meetTheirs?: () => Promise<unknown>): Attempt {
  const problem = ref<unknown>();
  const busy = ref(false);
  let requestId = newRequestId();

  async function attempt(act: (id: string) => Promise<unknown>): Promise<boolean> {
    problem.value = undefined;
    busy.value = true;
    try {
      await act(requestId);
      requestId = newRequestId();
      return true;
    } catch (error) {
      if (isRefusal(error)) requestId = newRequestId();
      if (meetTheirs && error instanceof ApiError && error.reason === 'ETAG_MISMATCH') await meetTheirs().catch((second: unknown) => (problem.value = second));
      else problem.value = error;
      return false;
    } finally {
      busy.value = false;
    }
  }
  return { busy, problem, violations: computed(() => (problem.value instanceof ApiError ? problem.value.violations : [])), attempt };
}
