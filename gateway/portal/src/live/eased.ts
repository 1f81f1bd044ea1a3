// Loading anew at a bearable pace: a burst of changes is one load, one load at a time, and what fails is tried again.

const FIRST_MS = 400;
const LONGEST_MS = 8000;

export interface Eased {
  /** There is something to load, soon. */
  ask: () => void;
  stop: () => void;
}

/** `refresh` says whether it succeeded. Asked again meanwhile, or without success, it waits longer each time. */
export function eased(refresh: () => Promise<boolean>): Eased {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let busy = false;
  let again = false;
  let stopped = false;
  let pause = FIRST_MS;

  async function run(): Promise<void> {
    timer = undefined;
    busy = true;
    again = false;
    const good = await refresh();
    busy = false;
    pause = again || !good ? Math.min(2 * pause, LONGEST_MS) : FIRST_MS;
    if (again || !good) ask();
  }

  function ask(): void {
    if (stopped) return;
    if (busy) again = true;
    else timer ??= setTimeout(() => void run(), pause * (1 + Math.random())); // All browsers hear of a change at once.
  }

  return {
    ask,
    stop: () => {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
