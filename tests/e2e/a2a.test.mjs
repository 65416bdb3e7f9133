// The assistants as agents of Agent2Agent, for the official clients of both its versions and over plain HTTP.
import {randomUUID} from 'node:crypto';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import * as a2a_0 from 'a2a-0/client';
import * as a2a_1 from 'a2a-1/client';
import {Api, kUnknownId, until} from './support/api.mjs';
import {kConformance, Server} from './support/server.mjs';

let server;
let api;
beforeAll(async () => {
  server = await Server.start({plugins: kConformance});
  api = new Api(server);
});
afterAll(() => server?.remove());

async function all(stream) {
  const events = [];
  for await (const event of stream) events.push(event);
  return events;
}
const card_path = (graph) => `/.well-known/agent-card.json?assistant_id=${graph}`;

it('GET /.well-known/agent-card.json presents an assistant', async () => {
  const card = await api.ok('GET', card_path('echo'));
  const {assistant_id} = await api.ok('GET', '/assistants/echo');
  const url = `${server.url}/a2a/${assistant_id}`;
  expect(card).toEqual({
    protocolVersion: '0.3.0',
    name: 'echo',
    description: expect.any(String),
    url,
    version: '1',
    capabilities: {streaming: true, pushNotifications: false},
    defaultInputModes: ['text/plain', 'application/json'],
    defaultOutputModes: ['text/plain', 'application/json'],
    skills: [{id: 'echo', name: 'echo', description: expect.any(String), tags: []}],
    preferredTransport: 'JSONRPC',
    supportedInterfaces: [{url, protocolBinding: 'JSONRPC', protocolVersion: '1.0'}],
  });
  await api.refused(404, 'GET', card_path('nobody'));
  await api.refused(422, 'GET', '/.well-known/agent-card.json');
  const behind_proxy = await api.call('GET', card_path('echo'), undefined, {'X-Forwarded-Proto': 'https'});
  expect(behind_proxy.json.url).toBe(url.replace('http:', 'https:'));
});

describe('the official client of version 0.3', () => {
  const client = (graph) => new a2a_0.ClientFactory().createFromUrl(server.url, card_path(graph));
  const message = (parts, more = {}) => ({
    message: {kind: 'message', messageId: randomUUID(), role: 'user', parts: [].concat(parts), ...more},
  });
  const text = (text) => ({kind: 'text', text});
  const data = (data) => ({kind: 'data', data});

  it('sends a message, and another in the same context', async () => {
    const echo = await client('echo');
    const task = await echo.sendMessage(message(text('hi')));
    expect(task).toMatchObject({
      kind: 'task',
      status: {state: 'completed', timestamp: expect.any(String)},
      artifacts: [{name: 'Assistant Response', parts: [{kind: 'text', text: 'echo: hi'}]}],
    });
    expect((await api.ok('GET', `/threads/${task.contextId}/runs/${task.id}`)).status).toBe('success');
    const next = await echo.sendMessage({
      ...message(text('ho'), {contextId: task.contextId}),
      configuration: {blocking: true, historyLength: 3},
    });
    expect(next.contextId).toBe(task.contextId);
    expect(next.id).not.toBe(task.id);
    expect(next.history.map(({role, parts}) => [role, parts[0].text])).toEqual([
      ['agent', 'echo: hi'],
      ['user', 'ho'],
      ['agent', 'echo: ho'],
    ]);
  });

  it('keeps the ids of messages', async () => {
    const messageId = randomUUID();
    const task = await (await client('echo')).sendMessage(message(text('hi'), {messageId}));
    const {values} = await api.state(task.contextId);
    expect(values.messages[0].id).toBe(messageId);
  });

  it('sends data, and gets the values of a graph without messages', async () => {
    const task = await (await client('simple_runtime')).sendMessage(message(data({message: 'm'})));
    expect(task.artifacts[0].parts[0]).toMatchObject({kind: 'data', data: {message: 'm'}});
  });

  it('streams the words as they come', async () => {
    const agent = await client('agent');
    const events = await all(agent.sendMessageStream(message(text('should_end'))));
    expect(events.map(({kind}) => kind)).toEqual([
      ...['status-update', 'status-update'],
      ...Array(6).fill('artifact-update'),
      'status-update',
    ]);
    expect(events.slice(0, 2).map(({status, final}) => [status.state, final])).toEqual([
      ['submitted', false],
      ['working', false],
    ]);
    const pieces = events.slice(2, -1);
    expect(pieces.map(({artifact}) => artifact.parts[0].text)).toEqual([...'begin', 'begin']);
    expect(pieces.map(({append}) => append)).toEqual([false, true, true, true, true, false]);
    expect(pieces.at(-1).lastChunk).toBe(true);
    expect(events.at(-1)).toMatchObject({status: {state: 'completed'}, final: true});
    const task = await agent.getTask({id: events[0].taskId, historyLength: 10});
    expect(task).toMatchObject({contextId: events[0].contextId, artifacts: [{parts: [{text: 'begin'}]}]});
    expect(task.artifacts[0].artifactId).toBe(pieces[0].artifact.artifactId);
  });

  it('does not wait when told not to, then cancels', async () => {
    const slow = await client('slow');
    const task = await slow.sendMessage({...message(data({})), configuration: {blocking: false}});
    expect(['submitted', 'working']).toContain(task.status.state);
    await until(async () => (await slow.getTask({id: task.id})).status.state === 'working', 'the task to be at work');
    await expect(slow.sendMessage(message(data({}), {taskId: task.id}))).rejects.toMatchObject({
      errorResponse: {error: {code: -32004}},
    });
    expect((await slow.cancelTask({id: task.id})).status.state).toBe('canceled');
    expect((await slow.getTask({id: task.id})).status.state).toBe('canceled');
    await expect(slow.cancelTask({id: task.id})).rejects.toMatchObject({errorResponse: {error: {code: -32002}}});
  });

  it('answers a question with a text, under the same task', async () => {
    const hitl = await client('hitl');
    const asked = await hitl.sendMessage(message(data({foo: ['in']})));
    expect(asked.status).toMatchObject({
      state: 'input-required',
      message: {
        role: 'agent',
        parts: [
          {kind: 'text', text: '{"question":"ok?"}'},
          {kind: 'data', data: {interrupts: [{id: expect.any(String), value: {question: 'ok?'}}]}},
        ],
      },
    });
    expect((await hitl.getTask({id: asked.id})).status.state).toBe('input-required');
    const answered = await hitl.sendMessage(message(text('fine'), {taskId: asked.id, contextId: asked.contextId}));
    expect(answered).toMatchObject({id: asked.id, contextId: asked.contextId, status: {state: 'completed'}});
    expect(answered.artifacts[0].parts[0].data).toEqual({answer: 'fine', foo: ['in', 'one', 'ask', 'two']});
    expect((await hitl.getTask({id: asked.id})).status.state).toBe('completed');
    await expect(hitl.sendMessage(message(text('again'), {taskId: asked.id}))).rejects.toMatchObject({
      errorResponse: {error: {code: -32004}},
    });
  });

  it('answers several questions by their ids, some or all', async () => {
    const par = await client('par');
    const asked = await par.sendMessage(message(data({})));
    const {interrupts} = asked.status.message.parts.at(-1).data;
    expect(interrupts.map(({value}) => value)).toEqual(['qa', 'qb']);
    const answer = (...parts) => par.sendMessage(message(parts, {taskId: asked.id}));
    const wrong = {errorResponse: {error: {code: -32602}}};
    await expect(answer(text('which?'))).rejects.toMatchObject(wrong);
    await expect(answer(data({resume: [{id: 'nobody', value: 1}]}))).rejects.toMatchObject(wrong);
    const half = await answer(data({resume: [{id: interrupts[0].id, value: 'A'}]}));
    expect(half).toMatchObject({id: asked.id, status: {state: 'input-required'}});
    const done = await answer(data({resume: [{id: interrupts[1].id, value: 'B'}]}));
    expect(done).toMatchObject({id: asked.id, status: {state: 'completed'}});
    expect(done.artifacts[0].parts[0].data.foo.sort()).toEqual(['a:A', 'b:B', 'fan']);
  });

  it('is told that a run failed, and how', async () => {
    const task = await (await client('err')).sendMessage(message(data({})));
    expect(task.status).toMatchObject({state: 'failed', message: {parts: [{text: 'kaboom'}]}});
    expect(task.artifacts).toEqual([]);
    const events = await all((await client('err')).sendMessageStream(message(data({}))));
    expect(events.at(-1)).toMatchObject({status: {state: 'failed', message: {parts: [{text: 'kaboom'}]}}, final: true});
  });

  it('finds a refusal in its stream', async () => {
    const hitl = await client('hitl');
    await expect(all(hitl.sendMessageStream(message(text('x'))))).rejects.toThrow(/takes no messages.*-32602/);
  });

  it('is told that a question was answered through another door', async () => {
    const hitl = await client('hitl');
    const asked = await hitl.sendMessage(message(data({})));
    await api.wait(asked.contextId, {assistant_id: 'hitl', command: {resume: 'elsewhere'}});
    expect((await hitl.getTask({id: asked.id})).status.state).toBe('completed');
    await expect(hitl.sendMessage(message(text('late'), {taskId: asked.id}))).rejects.toMatchObject({
      errorResponse: {error: {code: -32004}},
    });
  });
});

describe('the official client of version 1.0', () => {
  const client = (graph) => new a2a_1.ClientFactory().createFromUrl(server.url, card_path(graph));
  const kUser = 1; // ROLE_USER
  const send = ($case, value, more = {}) => ({
    tenant: '',
    message: {
      messageId: randomUUID(),
      role: kUser,
      parts: [{content: {$case, value}, filename: '', mediaType: ''}],
      contextId: '',
      taskId: '',
      extensions: [],
      referenceTaskIds: [],
      ...more,
    },
  });
  const [kWorking, kCompleted, kCanceled, kInputRequired] = [2, 3, 5, 6]; // TaskState

  it('sends, streams, asks and lists', async () => {
    const echo = await client('echo');
    const task = await echo.sendMessage(send('text', 'hi'));
    expect(task.status.state).toBe(kCompleted);
    expect(task.artifacts[0].parts[0].content).toEqual({$case: 'text', value: 'echo: hi'});
    const events = await all(echo.sendMessageStream(send('text', 'ho', {contextId: task.contextId})));
    expect(events.map(({payload}) => payload.$case)).toEqual([
      'task',
      'statusUpdate',
      ...Array(2).fill('artifactUpdate'),
      'statusUpdate',
    ]);
    expect(events.at(1).payload.value.status.state).toBe(kWorking);
    expect(events.at(-1).payload.value.status.state).toBe(kCompleted);
    const second = events[0].payload.value;
    const list = (more) => echo.listTasks({tenant: '', contextId: task.contextId, status: 0, pageToken: '', ...more});
    const page = await list({pageSize: 1});
    expect(page).toMatchObject({totalSize: 2, pageSize: 1, tasks: [{id: second.id, status: {state: kCompleted}}]});
    const rest = await list({pageToken: page.nextPageToken});
    expect(rest).toMatchObject({nextPageToken: '', tasks: [{id: task.id}]});
    expect((await list({status: kCanceled})).tasks).toEqual([]);
  });

  it('answers a question, and cancels', async () => {
    const hitl = await client('hitl');
    const asked = await hitl.sendMessage(send('data', {}));
    expect(asked.status.state).toBe(kInputRequired);
    expect((await hitl.listTasks({contextId: asked.contextId, status: kInputRequired})).tasks).toHaveLength(1);
    const answered = await hitl.sendMessage(send('text', 'fine', {taskId: asked.id}));
    expect([answered.id, answered.status.state]).toEqual([asked.id, kCompleted]);
    expect((await hitl.listTasks({contextId: asked.contextId, status: 0})).tasks).toHaveLength(1);

    const slow = await client('slow');
    const task = await slow.sendMessage({
      ...send('data', {}),
      configuration: {acceptedOutputModes: [], returnImmediately: true},
    });
    expect((await slow.cancelTask({tenant: '', id: task.id})).status.state).toBe(kCanceled);
    await expect(slow.getTask({tenant: '', id: kUnknownId})).rejects.toMatchObject({envelopeCode: -32001});
  });
});

describe('plain HTTP', () => {
  const post = (body, graph = 'echo', headers = {Accept: 'application/json'}) =>
    api.call('POST', `/a2a/${graph}`, body, headers);
  const rpc = (method, params, graph) => post({jsonrpc: '2.0', id: 1, method, params}, graph);
  const code = async (...call) => (await rpc(...call)).json.error.code;
  const message = (more) => ({message: {role: 'user', messageId: 'm', parts: [{kind: 'text', text: 'hi'}], ...more}});

  it('refuses with the code that says what is wrong', async () => {
    expect(await post('{')).toMatchObject({status: 400, json: {id: null, error: {code: -32700}}});
    for (const body of ['[]', {id: 1, method: 'tasks/get'}, {jsonrpc: '2.0', method: 'tasks/get'}])
      expect(await post(body)).toMatchObject({status: 400, json: {error: {code: -32600}}});
    for (const method of ['tasks/resubscribe', 'SubscribeToTask', 'tasks/pushNotificationConfig/set', 'x'])
      expect(await code(method, {})).toBe(-32601);
    const wrong = [
      {},
      message({role: 'king'}),
      message({parts: []}),
      message({parts: [{kind: 'text'}]}),
      message({contextId: 'not-a-uuid'}),
      {...message(), configuration: {historyLength: 11}},
    ];
    for (const params of wrong) expect(await code('message/send', params), JSON.stringify(params)).toBe(-32602);
    expect(await code('message/send', message(), 'hitl')).toBe(-32602);
    expect(await code('message/send', message({parts: [{kind: 'file', file: {uri: 'data:,'}}]}))).toBe(-32005);
    expect(await code('message/send', message({taskId: kUnknownId}))).toBe(-32001);
    expect(await code('tasks/get', {id: kUnknownId})).toBe(-32001);
    expect(await code('tasks/get', {})).toBe(-32602);
    expect(await code('tasks/cancel', {id: 'not-a-uuid'})).toBe(-32001);
    expect(await code('ListTasks', {})).toBe(-32602);
  });

  it('keeps the tasks of one assistant from another', async () => {
    const {result} = (await rpc('message/send', message())).json;
    expect(await code('tasks/get', {id: result.id}, 'agent')).toBe(-32001);
    expect(await code('tasks/get', {id: result.id, contextId: kUnknownId})).toBe(-32001);
    expect(await code('tasks/get', {id: result.id, historyLength: 11})).toBe(-32602);
    expect((await rpc('tasks/get', {id: result.id, contextId: result.contextId})).json.result).toEqual({
      ...result,
      status: {...result.status, timestamp: expect.any(String)},
    });
  });

  it('wants the answer accepted in the form that it has', async () => {
    const call = (method, Accept) => post({jsonrpc: '2.0', id: 1, method, params: message()}, 'echo', {Accept});
    expect((await call('message/send', 'text/event-stream')).status).toBe(400);
    expect((await call('message/stream', 'application/json')).status).toBe(400);
    const {status, headers, text} = await call('message/stream', 'text/event-stream');
    expect([status, headers.get('content-type')]).toEqual([200, 'text/event-stream']);
    const frames = text.split('\n\n').filter((frame) => frame.startsWith('data: '));
    for (const frame of frames) expect(JSON.parse(frame.slice(6))).toMatchObject({jsonrpc: '2.0', id: 1});
  });

  it('knows no unknown assistant, and shows its card when asked for more', async () => {
    await api.refused(404, 'POST', `/a2a/${kUnknownId}`, {});
    for (const method of ['agent/getAuthenticatedExtendedCard', 'GetExtendedAgentCard'])
      expect((await rpc(method)).json.result.name).toBe('echo');
  });
});
