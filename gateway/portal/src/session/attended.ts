// Whether somebody is at the page. What a page loads by itself, because others have changed something, keeps no session alive.

const ATTENDED_MS = 60_000;
let last = performance.now();

/** Notes from now on when a person does something. */
export function attend(): void {
  const note = (): void => { last = performance.now(); };
  for (const event of ['keydown', 'pointerdown', 'touchstart', 'wheel']) addEventListener(event, note, { capture: true, passive: true });
}

/** A person has done something within the last minute, or has just opened the page. */
export const isAttended = (): boolean => performance.now() - last < ATTENDED_MS;
