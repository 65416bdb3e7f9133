// The 24 routes of the original system, one by one: status, headers, bodies.
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {Api, kUnknownId, named, settled} from './support/api.mjs';
import {Server} from './support/server.mjs';
import {events_of} from './support/sse.mjs';

const kUuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const kTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)$/;
const hello = (text = 'hola') => ({messages: [{role: 'user', content: text}]});

let server;
let api;
beforeAll(async () => {
  server = await Server.start();
  api = new Api(server);
});
afterAll(() => server?.remove());

describe('system', () => {
  it('GET / names the server', async () => {
    expect((await api.call('GET', '/')).status).toBe(200);
  });

  it('GET /ok', async () => {
    expect(await api.ok('GET', '/ok')).toEqual({ok: true});
  });

  it('GET /info has version, flags and counts', async () => {
    await api.thread();
    const info = await api.ok('GET', '/info');
    expect(info).toMatchObject({version: expect.any(String), flags: expect.any(Object)});
    expect(info.stats.total_assistants).toBeGreaterThanOrEqual(4);
    expect(info.stats.total_threads).toBeGreaterThanOrEqual(1);
    expect(info.stats.total_runs).toEqual(expect.any(Number));
  });
});

describe('assistants', () => {
  const make = (body = {}) => api.ok('POST', '/assistants', {graph_id: 'echo', ...body});

  it('POST /assistants makes one, complete', async () => {
    const made = await make({name: 'Uno', metadata: {m: 1}});
    expect(made).toMatchObject({
      assistant_id: expect.stringMatching(kUuid),
      graph_id: 'echo',
      name: 'Uno',
      description: null,
      version: 1,
      config: {},
      context: {},
      metadata: {m: 1},
      created_at: expect.stringMatching(kTime),
      updated_at: expect.stringMatching(kTime),
    });
  });

  it('POST /assistants refuses a known id, or returns it untouched when asked to', async () => {
    const {assistant_id} = await make({name: 'first'});
    await api.refused(409, 'POST', '/assistants', {graph_id: 'echo', assistant_id});
    expect(await make({assistant_id, if_exists: 'do_nothing', name: 'second'})).toMatchObject({
      assistant_id,
      name: 'first',
    });
  });

  it('POST /assistants/search counts every match in its header', async () => {
    const tag = crypto.randomUUID();
    for (let n = 0; n < 3; ++n) await make({metadata: {tag}});
    const page = await api.call('POST', '/assistants/search', {metadata: {tag}, limit: 2});
    expect(page.json.length).toBe(2);
    expect(page.headers.get('x-pagination-total')).toBe('3');
    expect(page.headers.get('x-pagination-next')).toBe('2');
    const rest = await api.call('POST', '/assistants/search', {metadata: {tag}, limit: 2, offset: 2});
    expect(rest.json.length).toBe(1);
    expect(rest.headers.get('x-pagination-next')).toBeNull();
  });

  it('GET /assistants lists newest first', async () => {
    const {assistant_id} = await make();
    const page = await api.ok('GET', '/assistants?limit=1&offset=0');
    expect(page.map((one) => one.assistant_id)).toEqual([assistant_id]);
  });

  it('GET /assistants/{id} takes a graph id too', async () => {
    expect(await api.ok('GET', '/assistants/echo')).toMatchObject({graph_id: 'echo', metadata: {created_by: 'system'}});
    await api.refused(404, 'GET', `/assistants/${kUnknownId}`);
  });

  it('PATCH, /latest by body and by query, DELETE', async () => {
    const {assistant_id} = await make({name: 'v1', context: {a: 1}});
    const path = `/assistants/${assistant_id}`;
    expect(await api.ok('PATCH', path, {name: 'v2', context: {a: 2}})).toMatchObject({
      name: 'v2',
      version: 2,
      context: {a: 2},
    });
    expect(await api.ok('POST', `${path}/latest`, {version: 1})).toMatchObject({name: 'v1', context: {a: 1}});
    expect(await api.ok('POST', `${path}/latest?version=2`)).toMatchObject({name: 'v2'});
    await api.refused(404, 'POST', `${path}/latest`, {version: 9});
    expect((await api.call('DELETE', path)).status).toBe(200);
    await api.refused(404, 'GET', path);
  });
});

describe('threads', () => {
  it('POST /threads makes one, idle', async () => {
    const made = await api.ok('POST', '/threads', {metadata: {a: 1}});
    expect(made).toMatchObject({
      thread_id: expect.stringMatching(kUuid),
      status: 'idle',
      metadata: {a: 1},
      values: null,
      interrupts: {},
      created_at: expect.stringMatching(kTime),
      updated_at: expect.stringMatching(kTime),
    });
    await api.refused(409, 'POST', '/threads', {thread_id: made.thread_id});
    expect(await api.ok('POST', '/threads', {thread_id: made.thread_id, if_exists: 'do_nothing'})).toMatchObject({
      metadata: {a: 1},
    });
  });

  it('GET /threads lists newest first', async () => {
    const first = await api.thread();
    const second = await api.thread();
    expect((await api.ok('GET', '/threads?limit=2')).map((one) => one.thread_id)).toEqual([second, first]);
    expect((await api.ok('GET', '/threads?limit=1&offset=1')).map((one) => one.thread_id)).toEqual([first]);
  });

  it('GET, PATCH, DELETE /threads/{id}', async () => {
    const path = `/threads/${await api.thread({a: 1})}`;
    expect(await api.ok('PATCH', path, {metadata: {b: 2}})).toMatchObject({metadata: {a: 1, b: 2}});
    expect(await api.ok('GET', path)).toMatchObject({metadata: {a: 1, b: 2}});
    expect(await api.call('DELETE', path)).toMatchObject({status: 204, text: ''});
    await api.refused(404, 'GET', path);
    await api.refused(404, 'DELETE', path);
  });

  it('GET /threads/{id}/state, /messages, POST /state/checkpoint', async () => {
    const thread_id = await api.thread();
    const path = `/threads/${thread_id}`;
    expect(await api.state(thread_id)).toMatchObject({
      values: {},
      next: [],
      tasks: [],
      checkpoint: null,
      parent_checkpoint: null,
      metadata: {},
    });
    await api.wait(thread_id, {assistant_id: 'echo', input: hello('uno')});
    const state = await api.state(thread_id);
    expect(Object.keys(state)).toEqual(
      expect.arrayContaining([
        'values',
        'next',
        'tasks',
        'metadata',
        'created_at',
        'checkpoint',
        'parent_checkpoint',
        'interrupts',
      ]),
    );
    expect(await api.ok('GET', `${path}/messages`)).toEqual(state.values.messages);
    expect(await api.ok('POST', `${path}/state/checkpoint`)).toEqual(state);
    expect(await api.ok('POST', `${path}/state/checkpoint`, {checkpoint: state.checkpoint})).toEqual(state);
    expect(await api.ok('POST', `${path}/state/checkpoint`, {checkpoint: state.parent_checkpoint})).toMatchObject({
      checkpoint: state.parent_checkpoint,
    });
  });
});

describe('runs', () => {
  const address = /^\/threads\/[0-9a-f-]{36}\/runs\/[0-9a-f-]{36}$/;

  it('POST and GET /threads/{id}/runs, GET /runs/{id}', async () => {
    const thread_id = await api.thread();
    const made = await api.call('POST', `/threads/${thread_id}/runs`, {
      assistant_id: 'echo',
      input: hello(),
      metadata: {why: 'test'},
    });
    expect(made.json).toMatchObject({
      run_id: expect.stringMatching(kUuid),
      thread_id,
      status: 'pending',
      metadata: {why: 'test'},
      multitask_strategy: 'enqueue',
    });
    expect(made.headers.get('content-location')).toBe(`/threads/${thread_id}/runs/${made.json.run_id}`);
    await settled(api, thread_id);
    expect(await api.ok('GET', `/threads/${thread_id}/runs/${made.json.run_id}`)).toMatchObject({status: 'success'});
    expect((await api.ok('GET', `/threads/${thread_id}/runs`)).map((run) => run.run_id)).toEqual([made.json.run_id]);
    await api.refused(404, 'GET', `/threads/${thread_id}/runs/${kUnknownId}`);
  });

  it('POST /runs/wait answers the bare values, or the envelope on request', async () => {
    const thread_id = await api.thread();
    const bare = await api.call('POST', `/threads/${thread_id}/runs/wait`, {assistant_id: 'echo', input: hello()});
    expect(bare.json.messages.length).toBe(2);
    expect(bare.headers.get('content-location')).toMatch(address);
    expect(bare.headers.get('content-type')).toMatch(/^application\/json/);
    const whole = await api.ok('POST', `/threads/${thread_id}/runs/wait?envelope=run`, {
      assistant_id: 'echo',
      input: hello(),
    });
    expect(whole).toMatchObject({
      run_id: expect.stringMatching(kUuid),
      thread_id,
      status: 'success',
      error: null,
      output: {messages: expect.any(Array)},
    });
  });

  it('POST /runs/stream: headers, metadata first, rising ids, end last', async () => {
    const thread_id = await api.thread();
    const {headers, events} = await api.stream(thread_id, {
      assistant_id: 'echo',
      input: hello(),
      stream_mode: ['values', 'tools', 'events', 'debug'],
    });
    expect(headers.get('content-location')).toMatch(address);
    expect(headers.get('location')).toBe(`${headers.get('content-location')}/stream`);
    expect(headers.get('cache-control')).toMatch(/no-cache|no-store/);
    expect(headers.get('x-accel-buffering')).toBe('no');
    expect(events[0]).toMatchObject({event: 'metadata', data: {attempt: 1}});
    expect(headers.get('content-location')).toContain(events[0].data.run_id);
    expect(events.at(-1)).toMatchObject({event: 'end', data: null});
    const ids = events.map(({id}) => id);
    expect(ids.every(Boolean)).toBe(true);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('a reader that comes back gets exactly what it missed', async () => {
    const thread_id = await api.thread();
    const {headers, events} = await api.stream(thread_id, {
      assistant_id: 'echo',
      stream_resumable: true,
      stream_mode: ['values', 'updates'],
      input: hello(),
    });
    const again = async (last) => {
      const joined = [];
      for await (const event of (
        await api.open_stream('GET', headers.get('location'), undefined, {'Last-Event-ID': last})
      ).events)
        joined.push(event);
      return joined;
    };
    expect(await again('-1')).toEqual(events);
    expect(await again(events[1].id)).toEqual(events.slice(2));
  });

  it('a failing node is an error event, a status and a task error, not a broken connection', async () => {
    const thread_id = await api.thread();
    const {events} = await api.stream(thread_id, {
      assistant_id: 'agent',
      input: {project_title: '', project_description: ''},
    });
    expect(named(events, 'error')).toEqual([{error: expect.any(String), message: expect.any(String)}]);
    const waited = await api.wait(await api.thread(), {
      assistant_id: 'agent',
      input: {project_title: '', project_description: ''},
    });
    expect(waited.__error__).toEqual({error: expect.any(String), message: expect.any(String)});
    expect(JSON.parse((await api.state(thread_id)).tasks[0].error)).toMatchObject({message: expect.any(String)});
  });

  it('POST /runs/{id}/cancel: twice is as good as once, and the stream ends without an error', async () => {
    const thread_id = await api.thread();
    const {headers, events} = await api.open_stream('POST', `/threads/${thread_id}/runs/stream`, {
      assistant_id: 'echo',
      input: {...hello(), delay_ms: 20_000},
    });
    const path = `${headers.get('content-location')}/cancel`;
    await events.next();
    expect(await api.call('POST', `${path}?wait=0`)).toMatchObject({status: 202, text: ''});
    expect(await api.call('POST', `${path}?wait=1`)).toMatchObject({status: 204, text: ''});
    expect([202, 204]).toContain((await api.call('POST', path)).status);
    const rest = [];
    for await (const event of events) rest.push(event.event);
    expect(rest).not.toContain('error');
    expect(await api.ok('GET', headers.get('content-location'))).toMatchObject({status: 'interrupted'});
    expect((await settled(api, thread_id)).status).toBe('idle');
    await api.refused(404, 'POST', `/threads/${thread_id}/runs/${kUnknownId}/cancel`);
  });
});

describe('two at once', () => {
  it('a busy thread: reject is 409, enqueue waits its turn', async () => {
    const thread_id = await api.thread();
    await api.run(thread_id, {assistant_id: 'echo', input: {...hello('uno'), delay_ms: 400}});
    await api.refused(409, 'POST', `/threads/${thread_id}/runs`, {
      assistant_id: 'echo',
      input: hello(),
      multitask_strategy: 'reject',
    });
    const values = await api.wait(thread_id, {assistant_id: 'echo', input: hello('dos')});
    expect(values.messages.filter(({type}) => type === 'human').map(({content}) => content)).toEqual(['uno', 'dos']);
  });

  it('of racing answers one counts; the others are refused, or find nothing to answer', async () => {
    let refusals = 0;
    for (let round = 0; round < 10; ++round) {
      const thread_id = await api.thread();
      await api.wait(thread_id, {assistant_id: 'hitl', input: {foo: ['in']}});
      const answer = (resume) =>
        api.call('POST', `/threads/${thread_id}/runs`, {assistant_id: 'hitl', command: {resume}});
      const answers = await Promise.all(['a', 'b', 'c', 'd'].map(answer));
      const made = answers.filter(({status}) => status === 200);
      refusals += answers.filter(({status}) => status === 409).length;
      expect(made.length).toBeGreaterThanOrEqual(1);
      expect(answers.every(({status}) => status === 200 || status === 409)).toBe(true);
      await settled(api, thread_id);
      const {values} = await api.state(thread_id);
      expect(values.foo).toEqual(['in', 'one', 'ask', 'two']);
      expect(['a', 'b', 'c', 'd']).toContain(values.answer);
    }
    expect(refusals).toBeGreaterThan(0);
  });

  it('an answer to nothing is a success that changes nothing', async () => {
    const thread_id = await api.thread();
    await api.wait(thread_id, {assistant_id: 'echo', input: hello()});
    const before = (await api.state(thread_id)).values;
    expect(await api.wait(thread_id, {assistant_id: 'echo', command: {resume: 'x'}})).toEqual(before);
    expect((await api.state(thread_id)).values).toEqual(before);
  });

  it('deleting a thread ends its run and every reader', async () => {
    const thread_id = await api.thread();
    const {events} = await api.open_stream('POST', `/threads/${thread_id}/runs/stream`, {
      assistant_id: 'echo',
      input: {...hello(), delay_ms: 20_000},
    });
    await events.next();
    expect((await api.call('DELETE', `/threads/${thread_id}`)).status).toBe(204);
    for await (const _ of events);
    await api.refused(404, 'GET', `/threads/${thread_id}`);
  });
});

describe('a client that goes in mid-stream', () => {
  const leave_after_first_event = async (thread_id, delay_ms, on_disconnect) => {
    const leaving = new AbortController();
    const request = {assistant_id: 'echo', input: {...hello(), delay_ms}, on_disconnect};
    const {headers, events} = await api.open_stream(
      'POST',
      `/threads/${thread_id}/runs/stream`,
      request,
      {},
      leaving.signal,
    );
    await events.next();
    leaving.abort();
    return headers.get('content-location');
  };

  it.each([
    ['cancel', 'interrupted', 60_000],
    ['continue', 'success', 500],
  ])('on_disconnect %s: the run is %s', async (on_disconnect, status, delay_ms) => {
    const thread_id = await api.thread();
    const run = await leave_after_first_event(thread_id, delay_ms, on_disconnect);
    await settled(api, thread_id);
    expect((await api.ok('GET', run)).status).toBe(status);
  });
});

describe('browsers', () => {
  it('may read the headers they need, on answers, errors and streams alike', async () => {
    const origin = {Origin: 'https://example.org'};
    const thread_id = await api.thread();
    const answers = [
      await api.call('GET', '/ok', undefined, origin),
      await api.call('GET', `/threads/${kUnknownId}`, undefined, origin),
      await fetch(`${server.url}/threads/${thread_id}/runs/stream`, {
        method: 'POST',
        headers: {...origin, 'Content-Type': 'application/json'},
        body: JSON.stringify({assistant_id: 'echo', input: hello()}),
      }),
    ];
    for await (const _ of events_of(answers[2].body));
    for (const {headers} of answers) {
      expect(headers.get('access-control-allow-origin')).toBe('*');
      const exposed = headers.get('access-control-expose-headers').toLowerCase();
      for (const name of ['content-location', 'location', 'x-pagination-total', 'x-pagination-next'])
        expect(exposed).toContain(name);
    }
  });

  it('get their preflight', async () => {
    const asked = {
      Origin: 'https://example.org',
      'Access-Control-Request-Method': 'PATCH',
      'Access-Control-Request-Headers': 'content-type,x-api-key,last-event-id',
      'Access-Control-Request-Private-Network': 'true', // a page from the web that talks to this machine
    };
    const {status, headers} = await api.call('OPTIONS', '/threads', undefined, asked);
    expect(status).toBe(204);
    expect(headers.get('access-control-allow-methods')).toContain('PATCH');
    expect(headers.get('access-control-allow-private-network')).toBe('true');
    for (const name of ['content-type', 'x-api-key', 'last-event-id'])
      expect(headers.get('access-control-allow-headers').toLowerCase()).toContain(name);
  });
});
