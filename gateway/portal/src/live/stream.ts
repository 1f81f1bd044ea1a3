// One connection to GET /v1/changes. By fetch: an EventSource tells no status, gives up at a refusal, and begins without Last-Event-ID when it is made anew.
import { ApiError } from '@/api/error';
import { session } from '@/session/session';
import { eventReader } from './change';

const SILENCE_MS = 45_000; // Three heartbeats of the gateway.

export interface Ears {
  opened: () => void;
  heard: (event: string, data: string) => void;
  /** Where to go on after it. */
  reached: (id: string) => void;
}

/** Listens until the stream ends, falls silent, or `signal` ends it; fails with an ApiError when there is none. */
export async function listen(after: string, signal: AbortSignal, ears: Ears): Promise<void> {
  const mine = new AbortController();
  const leave = (): void => mine.abort();
  signal.addEventListener('abort', leave);
  let silence = setTimeout(leave, SILENCE_MS);
  try {
    const answer = await fetch('/v1/changes', { signal: mine.signal, cache: 'no-store', headers: { ...session.headers(), ...(after && { 'Last-Event-ID': after }) } });
    if (!answer.ok || !answer.body) throw new ApiError(answer.status, await answer.json().catch(() => undefined));
    ears.opened();
    const take = eventReader(ears.heard, ears.reached);
    const reader = answer.body.getReader();
    const decoder = new TextDecoder();
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
      clearTimeout(silence);
      silence = setTimeout(leave, SILENCE_MS);
      take(decoder.decode(piece.value, { stream: true }));
    }
  } catch (error) {
    if (error instanceof ApiError) throw error;
    if (!signal.aborted) throw new ApiError(0, undefined);
  } finally {
    clearTimeout(silence);
    signal.removeEventListener('abort', leave);
  }
}
