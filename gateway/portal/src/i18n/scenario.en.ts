import type zh from './scenario.zh-CN';

const en: typeof zh = {
  scenario: {
    title: 'What-if', newOne: 'New what-if', name: 'Title', none: 'No what-if has been kept yet.', hint: 'Suppose that starts move, procedures are added, or limits change, and see what follows; nothing is changed. What is worth it can be kept, and then applied.', pastDate: 'You are looking at a past date; a what-if counts from today.',
    changes: 'What would change', changeKind: 'Kind of change', shiftDays: 'Working days by which the start moves', shiftHint: 'working days (negative: earlier)', newStart: 'New start date', chooseProcedure: 'Choose a procedure', allProcedures: 'all procedures', limitPercent: 'New limit in percent of the old', percentHint: '% of the limit', oneMore: 'One more change', dropChange: 'Remove change {number}',
    dates: 'Dates at which starts are counted', dateNumber: 'Date {number}', dropDate: 'Remove date {number}', oneMoreDate: 'One more date', count: 'Count', counting: 'Counting: {subject}', keep: 'Keep', keeping: 'Keeping', keepNote: 'Once kept it can be applied or dropped, and there is a record of it.', limitsNote: 'Limits are law and promise and are changed in the catalogue: a what-if with other limits is compared, not applied.',
    elapsed: '{seconds} s so far', stop: 'Stop waiting', asIs: 'As it is', wouldBe: 'What if', by: 'By', change: 'Change', starts: 'Projects that can have started', compared: 'Case by case', measure: 'Measure', nothingDiffers: 'Nothing differs for any project.', firstOf: 'The {shown} that change most, of {all}.',
    state: 'State', scope: 'Scope', countedBy: 'Counted by', closedBy: 'Closed by', someCases: 'Chosen projects', chooseList: 'Choose a list', again: 'Count again', apply: 'Apply', drop: 'Drop', countedAt: 'Counted by {account} at {time}, as of {day}', appliedAt: 'Applied by {account} at {time}', droppedAt: 'Dropped by {account} at {time}',
    applyTitle: 'Apply this what-if', applyText: 'The start or the procedures of {count} projects change as it says: all of them, or none.', dropTitle: 'Drop this what-if', dropText: 'It can still be read, and not be applied any more.', applying: 'At work on {count} projects', conflict: 'Changed since it was counted:',
    saysStart: 'start on {date}', saysLater: 'start {days} working days later', saysEarlier: 'start {days} working days earlier', saysProcedure: 'procedure {code} added', saysLimit: 'limit of {code}: {percent} % of what it is',
  },
  scenarioChange: { shift: 'Move the start by working days', start: 'Move the start to a date', procedure: 'Add a procedure', limit: 'Change limits' },
  scenarioSum: { cases: 'Projects', cases_changed: 'Differ', cases_skipped: 'Cannot be counted', infeasible: 'Cannot start in time' },
  scenarioMeasure: { verdict: 'In time', target: 'Start', forecast: 'Ready by forecast', float: 'Float (working days)', acceptance: 'First latest acceptance', added: 'Added procedures' },
  scenarioVerdict: { feasible: 'yes', infeasible: 'no', uncounted: 'cannot be counted' },
  scenarioState: { STATE_UNSPECIFIED: 'None', OPEN: 'Open', APPLIED: 'Applied', DROPPED: 'Dropped' },
};
export default en;
