// Enters the work calendars, the procedure types and the templates of the default catalogue, and publishes the templates.
import { idOf } from './client.mjs';
import { YEARS, workCalendar } from './calendars.mjs';
import { each, unlessThere } from './progress.mjs';
import { PROCEDURE_TYPES, TEMPLATES } from './rules.mjs';

async function createTemplate(client, { template_id: id, template }) {
  await unlessThere(['TEMPLATE_EXISTS'], () => client.post('/v1/templates', template, { template_id: id, request_id: idOf('template', id) }));
  await unlessThere(['TEMPLATE_NOT_DRAFT'], () => client.post(`/v1/templates/${id}:publish`, { request_id: idOf('publish', id) }));
}

/** What is there already stays as it is. */
export async function loadCatalogue(client) {
  await each('Work calendars', YEARS, (year) =>
    unlessThere(['WORK_CALENDAR_EXISTS'], () => client.post('/v1/workCalendars', workCalendar(year), { request_id: idOf('calendar', year) })));
  await each('Procedure types', PROCEDURE_TYPES, ({ procedure_type_id: id, procedure_type }) =>
    unlessThere(['PROCEDURE_TYPE_EXISTS'], () =>
      client.post('/v1/procedureTypes', procedure_type, { procedure_type_id: id, request_id: idOf('procedure type', id) })));
  await each('Templates', TEMPLATES, (request) => createTemplate(client, request));
}
