// Runs the end-to-end tests: node tests/run.mjs FILE…
// The first of them loads the data set, which takes a while; meanwhile those run that start installations of their own. `node --test` would sort them by name.
import { readFileSync } from 'node:fs';
import { run } from 'node:test';
import { spec as Spec } from 'node:test/reporters';

const AT_A_TIME = 4; // One that kills and waits beside three that take turns with the shared installations (e2e/stack.mjs).
const ofItsOwn = (file) => {
  const text = readFileSync(file, 'utf8');
  return /ownStack\(|'up', '--detach'/.test(text) && !text.includes('sharedStack(');
};
const [loads, ...others] = process.argv.slice(2);
const files = [loads, ...others.filter(ofItsOwn), ...others.filter((file) => !ofItsOwn(file))];
run({ files, concurrency: AT_A_TIME }).on('test:fail', () => { process.exitCode = 1; }).compose(new Spec()).pipe(process.stdout);
