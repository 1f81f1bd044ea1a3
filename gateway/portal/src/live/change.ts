// What GET /v1/changes tells of a change, and whether a screen shows it. Pure.

/** One change of a resource, as the stream tells it. */
export interface Change {
  service: string;
  /** "project"; "project_copy" when a service has taken over another's resource. */
  type: string;
  name: string;
  region: string;
  /** From which day it holds; empty: always. */
  effective_on: string;
}

export type Kind = 'project' | 'entry' | 'list' | 'organization' | 'procedure_type' | 'template' | 'work_calendar' | 'delegation' | 'case' | 'procedure' | 'warning' | 'scenario' | 'case_migration';

/** What a load shows: resources of these kinds, or only those in whose name `about` stands (a uuid, the id of a list). */
export interface Shows {
  of: readonly Kind[];
  about?: () => string;
}

/** All that figures are counted from. */
export const COUNTED: readonly Kind[] = ['project', 'entry', 'list', 'case', 'procedure', 'warning', 'template', 'work_calendar'];

/** Whether what is shown of a date (empty: of now) may be another with the change. */
export function concerns(change: Change, shows: Shows, date: string): boolean {
  if (!shows.of.some((kind) => change.type === kind || change.type === `${kind}_copy`)) return false;
  if (shows.about && !change.name.includes(shows.about())) return false;
  return !date || !change.effective_on || change.effective_on <= date;
}

/** Takes a text/event-stream apart, however it is cut into pieces. Without data an event only says how far it is. */
export function eventReader(heard: (event: string, data: string) => void, reached: (id: string) => void): (piece: string) => void {
  let rest = '';
  return (piece) => {
    const blocks = (rest + piece).split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const field = (name: string): string => block.split('\n').find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2) ?? '';
      if (field('data')) heard(field('event'), field('data'));
      if (field('id')) reached(field('id'));
    }
  };
}
