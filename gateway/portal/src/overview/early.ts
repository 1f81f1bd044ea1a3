// The overview is what most visits begin with: it is asked for while the session is still being taken up and the page still loads.
import { urlOf } from '@/api/client';
import { getOverview, type Overview } from '@/api/generated/gateway';
import type { Input } from '@/api/method';
import type { GetOverviewRequest } from '@/api/generated/gateway';
import { askedDate } from '@/asof/asof';
import { session } from '@/session/session';

const MAIN_LIST = '-'; // The gateway chooses (protos: GetOverviewRequest.list).

/** What is asked for an address. Without a list it is the main one; an empty list is all projects. */
export const requestOf = (query: { as_of?: unknown; list?: unknown }): Input<GetOverviewRequest> => ({ as_of: askedDate(query.as_of), list: typeof query.list === 'string' ? query.list : MAIN_LIST });

let early: { url: string; answer: Promise<Overview | undefined> } | undefined;

/** Asks for the overview at the address, when there seems to be a session. What goes wrong is left to the page to find. */
export function askEarly(): void {
  if (location.pathname !== '/' || !session.isExpected()) return;
  const url = urlOf(getOverview, requestOf(Object.fromEntries(new URLSearchParams(location.search))));
  early = { url, answer: fetch(url, { headers: session.headers() }).then(async (answer) => (answer.ok ? ((await answer.json()) as Overview) : undefined)).catch(() => undefined) };
}

/** What was asked for early, once, if it was the same. */
export async function takeEarly(request: Input<GetOverviewRequest>): Promise<Overview | undefined> {
  const mine = early?.url === urlOf(getOverview, request) ? early.answer : undefined;
  early = undefined;
  return mine;
}
