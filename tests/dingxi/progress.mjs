// How far a load is, and what it passes over.
import { ApiError } from './client.mjs';

const terminal = process.stderr.isTTY;

/** Shows how far a step is: a bar on a terminal, a line per step otherwise. */
export class Step {
  constructor(title, total) {
    Object.assign(this, { title, total, done: 0, start: Date.now() });
    this.show();
  }

  add(count = 1) {
    this.set(this.done + count);
  }

  set(done, total = this.total) {
    [this.done, this.total] = [done, total];
    this.show();
  }

  show() {
    if (!terminal) return;
    const share = this.total ? Math.min(1, this.done / this.total) : 0;
    const bar = '█'.repeat(Math.round(share * 24)).padEnd(24, '·');
    process.stderr.write(`\r\x1b[K  ${bar} ${this.title} ${this.done}${this.total ? `/${this.total}` : ''}`);
  }

  end(note = '') {
    const seconds = ((Date.now() - this.start) / 1000).toFixed(1);
    process.stderr.write(`${terminal ? '\r\x1b[K' : ''}  ${this.title}${note ? `: ${note}` : ''} (${seconds} s)\n`);
  }
}

/** Runs `work` on every item, a few at a time, in order of start. */
export async function each(title, items, work, parallel = 8) {
  const step = new Step(title, items.length);
  const queue = [...items];
  const worker = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) {
      await work(item);
      step.add();
    }
  };
  await Promise.all(Array.from({ length: parallel }, worker));
  step.end(String(items.length));
}

/** Passes when the thing is there already. */
export async function unlessThere(reasons, work) {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ApiError && reasons.includes(error.reason)) return null;
    throw error;
  }
}
