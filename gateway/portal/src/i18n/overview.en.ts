import type zh from './overview.zh-CN';

const en: typeof zh = {
  overview: {
    title: 'Overview of the city', hall: 'Full screen', leaveHall: 'Leave full screen', figures: 'Figures', byRegion: 'Counties and zones', byField: 'By field', funnel: 'Stages', share: 'Share', soon: 'Late and soon due', warnings: 'Newest warnings', noWarnings: 'There are no warnings.', warnedOn: 'warned on {day}',
    noProjects: 'Lists without projects yet: {lists}', openFigure: '{title}: {value}. Open definition and rows', partOf: '{group} · {figure}', metric: 'Colour by', noneThere: 'no project', medianDays: 'Days there (median)', maxDays: 'Days there (longest)', noLists: 'There are no lists yet.', otherLists: 'Other lists', attachedTo: 'The parts show', allProjects: 'All projects',
    yearOnYear: '{change} on the year', yearBefore: '{value} a year before',
  },
  regionPage: { inList: 'Open in the list', largest: 'Projects of the largest investment' },
  approvalsPart: { title: 'Approvals', none: 'This list has no approvals to complete yet.', by_stages: 'Stage of approval', by_departments: 'Department', by_regions: 'Region', completion_rate: 'Completion rate', required: 'Required', completed: 'Completed', late: 'Late' },
  soon: { starts_late: 'Should have started', starts_due: 'Should start within 30 days', procedures_late: 'Procedures past their limit', procedures_due: 'Procedures due within 10 days' },
  soonDefinition: {
    starts_late: 'Projects whose planned start is before the date and that are still planned, in reserve or in preparation.', starts_due: 'Projects whose planned start is on the date or within 30 days after it and that are still planned, in reserve or in preparation.',
    procedures_late: 'Procedures that run on the date and are past their promised limit.', procedures_due: 'Procedures that run on the date and whose limit passes on it or within 10 days after it.',
  },
  figureName: { projects: 'Projects', total_investment: 'Total investment', planned_investment: 'Planned investment', required: 'Approvals required', completed: 'Approvals completed', completion_rate: 'Completion of approvals', completion_rate_change_yoy: 'Completion, change on the year', ready_projects: 'Projects with all approvals', ready_rate: 'Share with all approvals' },
  serviceName: { registry: 'Project registry', preapproval: 'Approvals' },
  awayReason: { UNAVAILABLE: 'it does not answer', DEADLINE_EXCEEDED: 'it takes too long' },
  partName: { figures: 'figures', trends: 'trends and changes', lists: 'lists and directory', funnel: 'stages', sums: 'sums by region and field', starts: 'starts due', procedures: 'procedures due', rates: 'completion of approvals', warnings: 'warnings', largest: 'largest projects' },
  warningKind: { KIND_UNSPECIFIED: 'None', DUE_SOON: 'Due soon', OVERDUE: 'Late', LEGALLY_OVERDUE: 'Past the legal limit', EXPIRES_SOON: 'Approval expires soon', START_AT_RISK: 'Start at risk', OBLIGATION_OVERDUE: 'Obligation overdue' },
};
export default en;
