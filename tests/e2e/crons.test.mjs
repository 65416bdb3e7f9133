// Crons as clients make, find, change and delete them. When they fire is tested by a clock that can be set, see
// tests/unit/services/cron_test.cpp.
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {Api, kUnknownId} from './support/api.mjs';
import {Server} from './support/server.mjs';

let server;
let api;
beforeAll(async () => {
  server = await Server.start();
  api = new Api(server);
});
afterAll(() => server?.remove());

const yearly = (more = {}) => ({schedule: '0 0 1 1 *', assistant_id: 'hitl', input: {foo: ['in']}, ...more});
const make = (more) => api.ok('POST', '/runs/crons', yearly(more));

it('GET /info says that there are crons', async () => {
  expect((await api.ok('GET', '/info')).flags.crons).toBe(true);
});

it('creates one, complete', async () => {
  const cron = await make({end_time: '2099-01-01T00:00:00', timezone: 'America/Bogota', metadata: {m: 1}});
  expect(cron).toEqual({
    cron_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    assistant_id: 'd2a02ed8-fb92-5e43-81ea-cb78d82caa2f',
    thread_id: null,
    on_run_completed: 'delete',
    schedule: '0 0 1 1 *',
    timezone: 'America/Bogota',
    end_time: '2099-01-01T00:00:00.000000+00:00',
    created_at: expect.stringMatching(/\+00:00$/),
    updated_at: cron.created_at,
    user_id: null,
    payload: {assistant_id: 'hitl', input: {foo: ['in']}},
    next_run_date: expect.stringMatching(/^\d{4}-01-01T05:00:00\.000000\+00:00$/),
    metadata: {m: 1},
    enabled: true,
  });
  expect(await api.ok('GET', `/runs/crons/${cron.cron_id}`)).toEqual(cron);
});

it('refuses with what is wrong', async () => {
  const wrong = (body) => api.refused(422, 'POST', '/runs/crons', yearly(body));
  expect(await wrong({schedule: 'often'})).toMatch(/^schedule: must have five fields/);
  expect(await wrong({schedule: '0 0 30 2 *'})).toMatch(/^schedule: never comes/);
  expect(await wrong({timezone: 'Mars/Olympus'})).toMatch(/^timezone: unknown/);
  expect(await wrong({end_time: 'soon'})).toMatch(/^end_time: /);
  expect(await wrong({assistant_id: null})).toBe('assistant_id: is required');
  await api.refused(404, 'POST', '/runs/crons', yearly({assistant_id: 'nobody'}));
  await api.refused(404, 'POST', `/threads/${kUnknownId}/runs/crons`, yearly());
  await api.refused(422, 'POST', '/threads/not-a-uuid/runs/crons', yearly());
  for (const method of ['GET', 'PATCH', 'DELETE']) {
    await api.refused(404, method, `/runs/crons/${kUnknownId}`, method === 'GET' ? undefined : {});
    await api.refused(422, method, '/runs/crons/not-a-uuid', method === 'GET' ? undefined : {});
  }
  await api.refused(400, 'POST', '/runs/crons', '{');
  await api.refused(422, 'POST', '/runs/crons/search', {sort_by: 'payload'});
});

it('changes what a patch names, pauses and resumes', async () => {
  const {cron_id} = await make({metadata: {m: 1}, end_time: '2099-01-01'});
  const patch = (body) => api.ok('PATCH', `/runs/crons/${cron_id}`, body);
  expect(await patch({enabled: false})).toMatchObject({enabled: false, next_run_date: null, metadata: {m: 1}});
  expect(await patch({enabled: true})).toMatchObject({next_run_date: expect.any(String)});
  expect(await patch({schedule: '30 12 * * *', metadata: {n: 2}, end_time: null, input: {foo: []}})).toMatchObject({
    next_run_date: expect.stringMatching(/T12:30:00/),
    metadata: {m: 1, n: 2},
    end_time: null,
    payload: {input: {foo: []}},
  });
  expect(await api.refused(422, 'PATCH', `/runs/crons/${cron_id}`, {schedule: '61 * * * *'})).toMatch(/minute/);
});

it('is found by thread, assistant, metadata and state, in pages', async () => {
  const tag = crypto.randomUUID();
  const thread_id = await api.thread();
  const on_thread = await api.ok('POST', `/threads/${thread_id}/runs/crons`, yearly({metadata: {tag}}));
  expect(on_thread).toMatchObject({thread_id, on_run_completed: 'keep'});
  const paused = await make({metadata: {tag}, enabled: false});
  const search = (body) => api.call('POST', '/runs/crons/search', body);
  const ids = async (body) => (await search(body)).json.map((cron) => cron.cron_id);
  expect(await ids({metadata: {tag}})).toEqual([paused.cron_id, on_thread.cron_id]);
  expect(await ids({thread_id})).toEqual([on_thread.cron_id]);
  expect(await ids({metadata: {tag}, enabled: false})).toEqual([paused.cron_id]);
  expect(await ids({metadata: {tag}, assistant_id: 'echo'})).toEqual([]);
  expect(await ids({metadata: {tag}, assistant_id: 'nobody'})).toEqual([]);
  const page = await search({metadata: {tag}, limit: 1, sort_order: 'asc', select: ['cron_id', 'now']});
  expect(page.json).toEqual([{cron_id: on_thread.cron_id, now: expect.stringMatching(/\+00:00$/)}]);
  expect(page.headers.get('x-pagination-total')).toBe('2');
  expect(page.headers.get('x-pagination-next')).toBe('1');
  const count = (body) => api.ok('POST', '/runs/crons/count', body);
  expect(await count({metadata: {tag}})).toBe(2);
  expect(await count({thread_id})).toBe(1);
  await api.call('DELETE', `/threads/${thread_id}`);
  expect(await ids({metadata: {tag}}), 'goes with its thread').toEqual([paused.cron_id]);
});

it('goes with its assistant, and survives a restart', async () => {
  const {assistant_id} = await api.ok('POST', '/assistants', {graph_id: 'hitl'});
  const {cron_id} = await make({assistant_id});
  const before = await api.ok('GET', `/runs/crons/${cron_id}`);
  await server.restart('SIGKILL');
  expect(await api.ok('GET', `/runs/crons/${cron_id}`)).toEqual(before);
  await api.call('DELETE', `/assistants/${assistant_id}`);
  await api.refused(404, 'GET', `/runs/crons/${cron_id}`);
});
