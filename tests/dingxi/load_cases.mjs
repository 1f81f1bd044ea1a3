// Opens the pre-approval cases and makes their moves, in batches of whole cases.
import { setTimeout as pause } from 'node:timers/promises';
import { ApiError, idOf } from './client.mjs';
import { each } from './progress.mjs';

const BATCH = { cases: 200, moves: 1000, parallel: 3 };
const ARRIVAL_MS = { within: 30000, every: 200 }; // of the registry's facts at preapproval

/** Passes items in groups whose sizes add up to at most `most`. */
function inGroups(items, most, size) {
  const groups = [];
  let free = 0;
  for (const item of items) {
    if (groups.length === 0 || size(item) > free) {
      groups.push([]);
      free = most;
    }
    groups.at(-1).push(item);
    free -= size(item);
  }
  return groups;
}

/** Opens cases of projects that may be on their way from the registry still. */
async function openCases(client, requests) {
  const until = Date.now() + ARRIVAL_MS.within;
  for (;;) {
    try {
      return await client.post('/v1/cases:batchOpen', { requests, request_id: idOf('cases', ...requests.map((r) => r.project)) });
    } catch (error) {
      if (!(error instanceof ApiError) || error.reason !== 'PROJECT_NOT_FOUND' || Date.now() > until) throw error;
    }
    await pause(ARRIVAL_MS.every);
  }
}

function moveRequest(name, { code, move, on, ...more }) {
  return { name: `${name}/procedures/${code}`, move, effective_on: on, ...more };
}

/** `names` gives the resource name of a project by its title. What is there already stays as it is. */
export async function loadCases(client, data, names) {
  const there = new Map((await client.all('/v1/cases', 'rows')).map((row) => [row.case.name, row]));
  const cases = data.cases.map((c) => ({ ...c, project: names.get(data.projects.get(c.key).title) }));
  for (const c of cases) c.name = c.project.replace('projects/', 'cases/');
  const missing = cases.filter((c) => !there.has(c.name));
  await each('Cases', inGroups(missing, BATCH.cases, () => 1), (group) =>
    openCases(client, group.map(({ project, template, opened_on }) => ({ project, template: `templates/${template}`, opened_on }))), BATCH.parallel);
  // The moves of a case come in one batch: all or none of them are there.
  const idle = cases.filter((c) => c.moves.length > 0 && !there.get(c.name)?.completed);
  await each('Moves, in batches', inGroups(idle, BATCH.moves, (c) => c.moves.length), (group) => {
    const requests = group.flatMap((c) => c.moves.map((m) => moveRequest(c.name, m)));
    return client.post('/v1/procedures:batchMove', { requests, request_id: idOf('moves', ...group.map((c) => c.name)) });
  }, BATCH.parallel);
}
