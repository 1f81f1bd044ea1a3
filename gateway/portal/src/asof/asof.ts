// The one date that the whole portal shows. It lives in the URL (`as_of`), so that a link carries it.
import { computed, type ComputedRef } from 'vue';
import { useRoute, useRouter, type Router } from 'vue-router';

const ISO_DATE = /^\d{4}-\d{2}-\d{2}$/;

/** Today in the city, whatever the clock of the browser's zone says. */
export function today(now = new Date()): string {
  return new Date(now.getTime() + 8 * 3600_000).toISOString().slice(0, 10);
}

/** The date that a query asks for; empty means now. */
export const askedDate = (value: unknown): string => (typeof value === 'string' && ISO_DATE.test(value) && value !== today() ? value : '');

let clearing = false;

/** Keeps the date while the person walks from page to page. */
export function keepAsOf(router: Router): void {
  router.beforeEach((to, from) => {
    const keep = from.query.as_of;
    if (clearing || !keep || 'as_of' in to.query) return true;
    return { ...to, query: { ...to.query, as_of: keep } };
  });
}

export interface AsOf {
  /** The date asked; empty means now. */
  date: ComputedRef<string>;
  /** The date that is shown, never empty. */
  shown: ComputedRef<string>;
  /** A day before today: everything is read-only. */
  isPast: ComputedRef<boolean>;
  /** Puts the whole portal to a date; empty or today means now. */
  travel: (date: string) => Promise<void>;
}

export function useAsOf(): AsOf {
  const route = useRoute();
  const router = useRouter();
  const date = computed(() => askedDate(route.query.as_of));
  return {
    date,
    shown: computed(() => date.value || today()),
    isPast: computed(() => date.value !== '' && date.value < today()),
    travel: async (to) => {
      const query = { ...route.query };
      delete query.as_of;
      clearing = true;
      try {
        await router.push({ query: to && to !== today() ? { ...query, as_of: to } : query });
      } finally {
        clearing = false;
      }
    },
  };
}
