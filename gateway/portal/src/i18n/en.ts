import type zh from './zh-CN';

const en: typeof zh = {
  app: { name: 'Yaoshi', subtitle: 'All investment projects of the city: reserve, approvals, starts, support', skip: 'Skip to the content' },
  nav: { label: 'Main menu', overview: 'Overview', lists: 'Lists', import: 'Import' },
  look: { dark: 'Dark', large: 'Large' },
  session: { account: 'Account', password: 'Password', signIn: 'Sign in', signOut: 'Sign out', ended: 'Your session has ended', endedText: 'Sign in again. Nothing that you typed on the page is lost.', leave: 'Give up and leave' },
  asOf: { label: 'As of', past: 'You see {date} as it was', readOnly: 'All pages are read-only.', back: 'Back to today' },
  state: { loading: 'Loading…', error: 'The data did not come: ', retry: 'Try again', noright: 'This account may not see this part.', absent: 'There is no such thing, or this account may not see it.', empty: 'Nothing here.' },
  part: { MISSING: '“{part}” is missing', STALE: '“{part}” is not up to date', since: 'Since {time}.', reason: 'Reason: {reason}' },
  absent: { title: 'No such page', text: 'The address may be wrong.' },
  unit: { yuan: 'yuan', wan: '× 10⁴ yuan', yi: '× 10⁸ yuan', count: 'projects', percent: '%', points: 'points' },
  common: { close: 'Close', save: 'Save', projects: 'Projects', totalInvestment: 'Total investment', plannedInvestment: 'Planned investment', list: 'List', none: '—', reason: 'Reason', total: 'Total', no: 'No', wanInput: '{label} (10k yuan)', more: 'Load more' },
  overview: {
    title: 'Overview of the city', hall: 'Full screen', leaveHall: 'Leave full screen', figures: 'Figures', byRegion: 'Counties and zones', byField: 'By field', funnel: 'Stages', stageOf: 'Stages of {list}', noProjects: 'Lists without projects yet: {lists}',
    openFigure: '{title}: {value}. Open definition and rows', metric: 'Colour by', table: 'As a table', medianDays: 'Days there (median)', maxDays: 'Days there (longest)', noLists: 'There are no lists yet.', attachedTo: 'The parts show', 
  },
  figure: { definition: 'Definition', asOf: 'As of', knownAt: 'Known at', numerator: 'Numerator', denominator: 'Denominator', rows: 'Rows', adds: '{count} rows add up to the figure', differs: '{count} rows add up to {sum}, which is not the figure', adding: 'Adding up… {count} rows', toList: 'Open in the list', key: 'Key', moreRows: 'The first {count} rows; open the list for all.' },
  stage: { STAGE_UNSPECIFIED: 'None', PLANNED: 'Planned', RESERVED: 'Reserved', PREPARING: 'Preparing', STARTED: 'Started', UNDER_CONSTRUCTION: 'Under construction', SUSPENDED: 'Suspended', COMPLETED: 'Completed', OPERATING: 'Operating', CANCELLED: 'Cancelled' },
  move: { MOVE_UNSPECIFIED: 'None', RESERVE: 'Reserve', PREPARE: 'Prepare', START: 'Start', BUILD: 'Build', SUSPEND: 'Suspend', RESUME: 'Resume', COMPLETE: 'Complete', OPERATE: 'Operate', CANCEL: 'Cancel', RESTORE: 'Restore', WITHDRAW_START: 'Withdraw the start' },
  field: { FIELD_UNSPECIFIED: 'None', AGRICULTURE_WATER: 'Agriculture and water', ECOLOGY: 'Ecology', TRANSPORT_LOGISTICS: 'Transport and logistics', ENERGY: 'Energy', INDUSTRY_INNOVATION: 'Industry and innovation', SOCIAL: 'Social', CULTURE_TOURISM: 'Culture and tourism', URBAN_INFRASTRUCTURE: 'Urban infrastructure' },
  nature: { NATURE_UNSPECIFIED: 'None', NEW_CONSTRUCTION: 'New', EXTENSION: 'Extension', RECONSTRUCTION: 'Reconstruction', RELOCATION: 'Relocation', RESTORATION: 'Restoration', PURCHASE: 'Purchase' },
  regime: { REGIME_UNSPECIFIED: 'None', APPROVAL: 'Approval', VERIFICATION: 'Verification', FILING: 'Filing' },
  entryKind: { ENTRY_KIND_UNSPECIFIED: 'None', CONTINUING: 'Continuing', NEW_START: 'New start', STANDBY: 'Standby' },
  funding: { FUNDING_KIND_UNSPECIFIED: 'None', CENTRAL_BUDGET: 'Central budget', OTHER_CENTRAL: 'Other central', PROVINCIAL: 'Provincial', MUNICIPAL: 'Municipal', COUNTY_FUNDS: 'County', SPECIAL_BOND: 'Special bonds', BANK_LOAN: 'Bank loans', OWN_FUNDS: 'Own funds', OTHER_FUNDS: 'Other' },
  horizon: { HORIZON_UNSPECIFIED: 'None', THIS_YEAR: 'This year', NEXT_YEAR: 'Next year', FIVE_YEARS: 'Five years' },
  listKind: { KIND_UNSPECIFIED: 'None', MASTER: 'Master list', SUB: 'Sub-list', STANDALONE: 'Standalone list' },
  project: {
    title: 'Title', project_code: 'Project code', region: 'Region', place: 'Place', industry: 'Industry', field: 'Field', nature: 'Nature', regime: 'Approval regime', stage: 'Stage', stage_since: 'In stage since', owner_title: 'Owner', owner_credit_code: 'Credit code',
    competent_department: 'Competent department', responsible_unit: 'Responsible unit', responsible_person: 'Responsible person', content_and_scale: 'Content and scale', planned_start_on: 'Planned start', planned_completion_on: 'Planned completion', total_investment_fen: 'Total investment', started_on: 'Started on', completed_on: 'Completed on',
    funding_sources: 'Funding sources', annual_plans: 'Annual plans', attributes: 'Attributes for approvals', effective_on: 'Effective on', update_time: 'Last changed', noCode: 'no code yet',
  },
  entry: { kind: 'Kind', admitted_on: 'Admitted on', planned_investment_fen: 'Planned investment', reason: 'Why admitted' },
  lists: {
    title: 'Lists', years: 'Years', kind: 'Kind', horizon: 'Horizon', none: 'There are no lists yet.', empty: 'No project matches.', table: 'Table', kanban: 'Stages', groups: 'Subtotals', loaded: '{loaded} / {total} loaded', rowsLabel: 'Projects of {list}', view: 'View',
    columns: 'Columns', columnsTitle: 'Choose and order columns', up: 'Move {column} up', down: 'Move {column} down', filter: 'Filter', filterTitle: 'Filter', search: 'Title contains', addCondition: 'Add a condition', addGroup: 'Add a group', remove: 'Remove', and: 'All of', or: 'Any of', combine: 'Combine', apply: 'Apply', clear: 'Clear the filter',
    asText: 'As text (AIP-160)', notEditable: 'This filter was written as text; change the text.', condField: 'Field', condOperator: 'Comparison', condValue: 'Value', is: 'is', isNot: 'is not', contains: 'contains', atLeast: 'at least', atMost: 'at most', savedViews: 'Saved views', saveView: 'Save the view', viewName: 'Name of the view', deleteView: 'Delete the view', copyLink: 'Copy the link', copied: 'The link is copied.',
    exportSeen: 'Export what is seen (CSV)', exportLedger: 'Export the ledger (XLSX)', compare: 'Compare with another date', adjustments: 'Adjustment orders', groupBy: 'Group by', openGroup: 'Only this group', sort: 'Sort by {column}', selected: '{count} selected', adjust: 'Adjust', select: 'Select {title}', importInto: 'Import a ledger', region: 'Only region', allRegions: 'All regions', moreInStage: '{count} more; see the table',
  },
  compare: { title: 'What changed between two dates', from: 'From', to: 'To', came: 'Came', went: 'Went', changed: 'Changed', CAME: 'Came', WENT: 'Went', CHANGED: 'Changed', KIND_UNSPECIFIED: 'None', what: 'What changed', none: 'Nothing changed between the two dates.', investmentChange: 'Change of total investment', plannedChange: 'Change of planned investment' },
  adjust: {
    title: 'Adjustment orders', none: 'There are no orders yet.', number: 'Number', reason: 'Reason', effective: 'Effective on', additions: 'Added', removals: 'Removed', amendments: 'Amended', by: 'Account', at: 'Recorded', order: 'Adjust the list', search: 'Find projects to add', find: 'Find', add: 'Add', remove: 'Remove', amend: 'Amend', ownReason: 'Reason of its own (optional)', override: 'Why admitted against the rules (optional)',
    newTotal: 'New total investment', check: 'Check', checked: 'The order can be carried out.', submit: 'Carry out', done: 'Done: {additions} added, {removals} removed, {amendments} amended.', nothing: 'Select projects to remove or amend, or find some to add.', action: 'Action', drop: 'Leave out {title}',
  },
  importKey: { entry_kind: 'Kind of entry', total_investment: 'Total investment', site_hectares_e2: 'Site', earthwork_m3: 'Earthwork', energy_tce: 'Energy', electricity_kwh: 'Electricity', duplicate_override_reason: 'Why no duplicate' },
  imports: {
    pastDate: 'You look at a past date; nothing can be imported there.',
    title: 'Import a ledger', steps: 'Steps', upload: 'Upload', mapping: 'Columns', check: 'Check', run: 'Import', file: 'Ledger (.xlsx)', list: 'Onto the list', noList: 'Projects only, no list', effective: 'Effective on', reason: 'Reason', next: 'Next', back: 'Back', uploading: 'Uploading…', sheet: 'Sheet', column: 'Column', heading: 'Heading', sample: 'First row', readAs: 'Read as', notRead: 'not read', missing: 'Required columns are missing: {columns}',
    checking: 'Checking', importing: 'Importing', progress: '{read} rows read, {wrong} wrong', clean: 'All {count} rows are right.', wrongRows: '{count} rows are wrong; nothing is imported until they are mended.', errorsTable: 'Wrong cells', row: 'Row', errorFile: 'Download the ledger with the errors', again: 'Upload the mended ledger', start: 'Import', cancel: 'Stop the import', result: 'Done: {created} created, {updated} updated, {unchanged} unchanged, {added} put on the list.', openList: 'Open the list', validRows: 'Leave wrong rows out and import the right ones', 
  },
  projectPage: {
    facts: 'Facts', money: 'Money', plans: 'Annual plans', year: 'Year', amount: 'Amount', share: 'Share', history: 'History', version: 'Version', when: 'Recorded', who: 'Account', what: 'What', why: 'Why', effective: 'Effective on', changes: 'Changes', firstVersion: 'Entered', edit: 'Edit', moveTitle: 'Move to another stage', moveOn: 'Happened on', move: 'Move', noMoves: 'No move is possible from this stage.',
    saved: 'Saved.', editReason: 'Reason', effectiveFrom: 'Effective from', conflict: 'Somebody else changed this project meanwhile', conflictText: 'Choose for each field which value stays, then save again.', before: 'Before', keepMine: 'Keep mine', takeTheirs: 'Take the new one', resolve: 'Save as chosen', noChange: 'Nothing was changed.', since: 'since {date}', merged: 'This project was merged into another.', openMerged: 'Open it', uses_new_land: 'Uses new land', uses_cultivated_land: 'Uses cultivated land', uses_forest_or_grass: 'Uses forest or grassland', near_river: 'Near a river', building_or_municipal: 'Building or municipal works', epc: 'EPC', noFunding: 'No funding sources yet.', noPlans: 'No annual plans yet.',
  },
};
export default en;
