// For which departments a department may act (委托), asked once per session: what it cannot do is not offered.
import { reactive } from 'vue';
import { call } from '@/api/client';
import { listDelegations, type Delegation } from '@/api/generated/preapproval';
import { session } from '@/session/session';

const PAGE = 1000;
const state = reactive({ all: [] as Delegation[] });
let loading: Promise<void> | undefined;

/** All delegations; they fill themselves on first use by a department, and stay empty when they cannot: then only its own is offered. */
export function useDelegations(): { all: Delegation[] } {
  if (session.current.value?.role === 'DEPARTMENT') {
    loading ??= call(listDelegations, { page_size: PAGE }).then((answer) => void (state.all = answer.delegations), () => {
      loading = undefined;
    });
  }
  return state;
}
