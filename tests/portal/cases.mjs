// Projects with a case, for the tests of what people do with approvals.
import assert from 'node:assert/strict';
import { eventually, freshWord } from '../e2e/stack.mjs';

/** The day so many days from today, in the city. */
export const day = (offset) => new Date(Date.now() + (8 + 24 * offset) * 3600_000).toISOString().slice(0, 10);
export const idOf = (project) => project.name.replace('projects/', '');

/** Schedules look years ahead; a calendar that is there already stays as it is. */
export async function ensureCalendars(office) {
  for (const more of [0, 1, 2]) {
    const year = Number(day(0).slice(0, 4)) + more;
    await office.post('/v1/workCalendars', { year, holidays: [`${year}-01-01`], source: '门户试验' }).catch((error) => assert.equal(error.reason, 'WORK_CALENDAR_EXISTS'));
  }
}

export async function newProject(office, more = {}) {
  const word = freshWord();
  return office.post('/v1/projects', {
    project: { title: `门户审批 ${word}`, region: '621122', field: 'AGRICULTURE_WATER', nature: 'NEW_CONSTRUCTION', regime: 'APPROVAL', owner_title: `门户审批 ${word} 公司`, total_investment_fen: '12300000000', planned_start_on: day(200), attributes: { uses_new_land: true, building_or_municipal: true }, ...more },
    initial_stage: 'PREPARING', duplicate_override_reason: '测试项目', effective_on: day(-40),
  });
}

/** A project with a case; the case service learns of projects a moment later. */
export async function newCase(office, more = {}) {
  const project = await newProject(office, more);
  await eventually('the project has come to the case service', () => office.post('/v1/cases', { project: project.name, opened_on: day(-30) }).catch((error) => {
    if (error.reason !== 'PROJECT_NOT_FOUND') throw error;
  }));
  return project;
}
