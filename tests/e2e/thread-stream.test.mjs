// Protocol v2 through the official SDK: client.threads.stream over server-sent events and over WebSocket.
import {randomUUID} from 'node:crypto';
import {afterAll, afterEach, beforeAll, describe, expect, it} from 'vitest';
import {Client, ThreadStream} from 'sdk-1';
import {Api, until} from './support/api.mjs';
import {Proxy} from './support/proxy.mjs';
import {kConformance, Server} from './support/server.mjs';

let server;
beforeAll(async () => {
  server = await Server.start();
});
afterAll(() => server?.remove());

const kAsk = {assistantId: 'hitl'};
const kInput = {input: {foo: ['in']}};

async function all(iterable) {
  const items = [];
  for await (const item of iterable) items.push(item);
  return items;
}

// What the subscription shows up to and with the first event for which `is_last` holds. At the end of each run the
// SDK pauses its subscriptions, until the next one speaks.
async function up_to(subscription, is_last) {
  const events = [];
  for (;;) {
    for await (const event of subscription) {
      events.push(event);
      if (is_last(event)) return events;
    }
    if (!subscription.isPaused) return events;
    await subscription.waitForResume();
  }
}
const is_end = ({method, params}) =>
  method === 'lifecycle' && params.namespace.length === 0 && params.data.event !== 'running';
const lifecycle = (events) => events.filter(({method}) => method === 'lifecycle').map(({params}) => params.data.event);

// Notes which members of a thread stream the tests use: at the end none may be left.
const used = new Set();
function watched(of, path = '') {
  return new globalThis.Proxy(of, {
    get(target, name) {
      const value = Reflect.get(target, name, target);
      if (typeof name === 'symbol') return value;
      used.add(path + name);
      if (typeof value === 'function') return value.bind(target);
      return kGroups.includes(path + name) ? watched(value, `${name}.`) : value;
    },
  });
}
const kGroups = ['run', 'agent', 'input', 'state'];
function members_of(thread) {
  const own = Object.getOwnPropertyNames(ThreadStream.prototype).filter((name) => name !== 'constructor');
  return [...own, ...kGroups.flatMap((group) => Object.keys(thread[group]).map((name) => `${group}.${name}`))];
}

describe.each(['sse', 'websocket'])('threads.stream over %s', (transport) => {
  const open = [];
  const stream = (thread_id, options, apiUrl = server.url) => {
    const opened = watched(new Client({apiUrl, apiKey: null}).threads.stream(thread_id, {transport, ...options}));
    open.push(opened);
    return opened;
  };
  afterAll(() => Promise.all(open.map((one) => one.close())));

  it('creates the thread with the first run, streams its values and ends with its output', async () => {
    const thread = stream(randomUUID(), {assistantId: 'echo_chain'});
    const {run_id} = await thread.run.start({input: {counter: 0}});
    expect(run_id).toEqual(expect.any(String));
    expect((await all(thread.values)).map(({counter}) => counter)).toEqual([0, 1, 2, 3]);
    expect(await thread.output).toEqual({counter: 3});
    expect(await new Api(server).state(thread.threadId)).toMatchObject({values: {counter: 3}, next: []});
  });

  it('streams the messages of a node in blocks that add up', async () => {
    const thread = stream(randomUUID(), {assistantId: 'echo_cpp'});
    const messages = all(thread.messages);
    await thread.run.start({input: {messages: [{role: 'user', content: 'hello', id: 'mine'}]}});
    const [said] = await messages;
    expect(await said.text).toBe('echo: hello');
    expect(said).toMatchObject({namespace: [], node: 'echo'});
    expect((await thread.output).messages.map(({id}) => id)).toEqual(['mine', said.id]);
  });

  it('stops at a question and goes on with the answer, on the same connection', async () => {
    const thread = stream(randomUUID(), kAsk);
    const first = thread.subscribe(['lifecycle', 'input', 'values']);
    await thread.run.start(kInput);
    const asked = await up_to(await first, is_end);
    expect(lifecycle(asked)).toEqual(['running', 'interrupted']);
    expect(thread.interrupts).toMatchObject([{payload: {question: 'ok?'}, namespace: []}]);
    // State first, then event: nothing has to be tried again.
    const api = new Api(server);
    expect((await api.ok('GET', `/threads/${thread.threadId}`)).status).toBe('interrupted');
    const interrupt_id = thread.interrupts[0].interruptId;
    expect((await api.state(thread.threadId)).tasks[0].interrupts[0].id).toBe(interrupt_id);
    const second = await thread.subscribe(['lifecycle', 'input']);
    await thread.input.respond({namespace: [], interrupt_id, response: 'yes'});
    let ends = 0;
    const events = await up_to(second, (event) => is_end(event) && ++ends === 2);
    expect(lifecycle(events)).toEqual(['running', 'interrupted', 'running', 'completed']);
    expect(events.find(({method}) => method === 'input.answered').params.data).toEqual({interrupt_ids: [interrupt_id]});
    expect((await api.state(thread.threadId)).values).toEqual({foo: ['in', 'one', 'ask', 'two'], answer: 'yes'});
  });

  it('shows two runs one after the other on one connection, each with its own end', async () => {
    const thread = stream(randomUUID(), {assistantId: 'echo_chain'});
    const subscription = await thread.subscribe({channels: ['lifecycle', 'values']});
    const first = await thread.run.start({input: {counter: 0}});
    const second = await thread.run.start({input: {counter: 10}});
    let ends = 0;
    const events = await up_to(subscription, (event) => is_end(event) && ++ends === 2);
    expect(events.filter(is_end).map(({event_id}) => event_id)).toEqual([
      `synth:${first.run_id}:completed`,
      `synth:${second.run_id}:completed`,
    ]);
    expect(events.filter(({method}) => method === 'values').at(-1).params.data).toEqual({counter: 13});
    const seqs = events.map(({seq}) => seq);
    expect(seqs).toEqual([...seqs].sort((a, b) => a - b));
  });

  it('replays everything to a client that comes late, with the same numbers', async () => {
    const thread_id = randomUUID();
    const early = stream(thread_id, {assistantId: 'echo_chain'});
    const subscription = early.subscribe({channels: ['lifecycle', 'values', 'tasks']});
    await early.run.start({input: {counter: 0}});
    const live = await up_to(await subscription, is_end);
    const late = await stream(thread_id, {assistantId: 'echo_chain'}).subscribe({
      channels: ['lifecycle', 'values', 'tasks'],
    });
    const replay = await up_to(late, is_end);
    expect(replay).toEqual(live);
  });

  it('shows runs that were started in any other way', async () => {
    const api = new Api(server);
    const thread_id = await api.thread();
    const thread = stream(thread_id, {assistantId: 'echo_chain'});
    const subscription = await thread.subscribe({channels: ['lifecycle', 'tasks', 'values']});
    const {run_id} = await api.run(thread_id, {assistant_id: 'echo_chain', input: {counter: 5}});
    const events = await up_to(subscription, is_end);
    expect(events.at(-1).event_id).toBe(`synth:${run_id}:completed`);
    expect(events.filter(({method}) => method === 'tasks').length).toBe(6);
  });

  it('comes back after the connection broke in the middle of a run, and misses nothing', async () => {
    const proxy = await Proxy.before(server);
    try {
      const thread = stream(randomUUID(), {assistantId: 'echo', reconnectDelayMs: () => 10}, proxy.url);
      const subscription = await thread.subscribe({channels: ['lifecycle', 'custom', 'values']});
      await thread.run.start({
        input: {messages: [{role: 'user', content: 'hi'}], tokens: 4, delay_ms: 400},
      });
      const iterator = subscription[Symbol.asyncIterator]();
      const events = [(await iterator.next()).value];
      proxy.cut();
      events.push(...(await up_to(subscription, is_end)));
      expect(lifecycle(events)).toEqual(['running', 'completed']);
      expect(events.filter(({method}) => method === 'custom').map(({params}) => params.data.payload)).toEqual(
        [0, 1, 2, 3].map((n) => ({token: `tok${n}`})),
      );
      expect(new Set(events.map(({event_id}) => event_id)).size).toBe(events.length);
      await thread.close();
    } finally {
      proxy.stop();
    }
  });

  it('stops a run: the stream says interrupted, and the run says so too', async () => {
    const thread = stream(randomUUID(), {assistantId: 'echo'});
    const subscription = thread.subscribe({channels: ['lifecycle']});
    const {run_id} = await thread.run.start({input: {messages: [{role: 'user', content: 'x'}], delay_ms: 60_000}});
    await new Api(server).call('POST', `/threads/${thread.threadId}/runs/${run_id}/cancel`);
    expect(lifecycle(await up_to(await subscription, is_end))).toEqual(['running', 'interrupted']);
    expect((await new Api(server).ok('GET', `/threads/${thread.threadId}/runs/${run_id}`)).status).toBe('interrupted');
  });

  it('reads and forks state, shows the tree, and says what it cannot do', async () => {
    const thread = stream(randomUUID(), {assistantId: 'echo_chain'});
    await thread.run.start({input: {counter: 0}});
    await thread.output;
    expect(await thread.state.get({namespace: []})).toMatchObject({
      values: {counter: 3},
      checkpoint: {id: expect.any(String)},
    });
    const {checkpoints} = await thread.state.listCheckpoints({namespace: [], limit: 10});
    expect(checkpoints.map(({step}) => step)).toEqual([3, 2, 1, 0, -1]);
    const forked = await thread.state.fork({checkpoint_id: checkpoints.find(({step}) => step === 1).id});
    await until(async () => {
      const run = await new Api(server).ok('GET', `/threads/${thread.threadId}/runs/${forked.run_id}`);
      return run.status === 'success';
    }, 'the forked run to succeed');
    expect((await thread.state.get({namespace: []})).values).toEqual({counter: 3});
    expect(await thread.agent.getTree()).toMatchObject({tree: {namespace: [], graph_name: 'echo_chain'}});
    const refused = (promise) => promise.then(() => 'accepted', ({code}) => code);
    expect(await refused(thread.input.inject({namespace: [], message: {role: 'user', content: 'x'}}))).toBe(
      'not_supported',
    );
    expect(await refused(thread.state.fork({checkpoint_id: 'x'}))).toBe('no_such_checkpoint');
    expect(await refused(thread.input.respond({namespace: [], interrupt_id: 'x', response: 1}))).toBe(
      'invalid_argument',
    );
  });
});

describe.each(['sse', 'websocket'])('graphs inside graphs, tools and refusals over %s', (transport) => {
  let own;
  let thread;
  beforeAll(async () => {
    own = await Server.start({plugins: kConformance});
  });
  afterEach(() => thread?.close());
  afterAll(() => own?.remove());
  const stream = (assistantId) => {
    const {threads} = new Client({apiUrl: own.url, apiKey: null});
    thread = watched(threads.stream(randomUUID(), {transport, assistantId}));
    return thread;
  };

  it('shows a graph inside a graph with a namespace, a beginning and an end of its own', async () => {
    stream('parent');
    const subscription = thread.subscribe({channels: ['lifecycle', 'values', 'input', 'tasks'], namespaces: [['child']]});
    const root = thread.subscribe({channels: ['lifecycle']});
    await thread.run.start(kInput);
    await up_to(await root, is_end);
    const [{interruptId, namespace, payload}] = thread.interrupts;
    expect({namespace, payload}).toEqual({namespace: [expect.stringMatching(/^child:/)], payload: 'inner?'});
    await thread.input.respond({namespace, interrupt_id: interruptId, response: 'yes'});
    let ends = 0;
    const events = await up_to(
      await subscription,
      ({method, params}) => method === 'lifecycle' && params.data.event !== 'started' && ++ends === 2,
    );
    expect(lifecycle(events)).toEqual(['started', 'interrupted', 'started', 'completed']);
    expect(new Set(events.map(({params}) => params.namespace[0]))).toEqual(new Set(namespace));
    expect((await thread.output).answer).toBe('yes');
  });

  it('tells of tool calls, what they are given and what they give', async () => {
    stream('agent_with_tools');
    const calls = all(thread.toolCalls);
    await thread.run.start({input: {messages: [{role: 'user', content: 'SF?'}]}});
    const [call] = await calls;
    expect(call).toMatchObject({name: 'weather', callId: 'call_embed_1', input: {query: 'SF'}});
    expect(await call.output).toBe("It's 60 degrees and foggy.");
  });

  it('finds the graphs inside, and tells a listener every event', async () => {
    stream('nested');
    const heard = [];
    const wrong = [];
    thread.onEvent(({method, params}) => heard.push([method, params.namespace.length]));
    thread.onError((error) => wrong.push(error));
    const inside = all(thread.subgraphs);
    const {output} = thread; // asked for before there is any
    const {run_id} = await thread.submitRun({input: {messages: []}});
    expect(run_id).toEqual(expect.any(String));
    thread.startLifecycleWatcher(); // it has begun with the run; once is enough
    expect((await output).messages).toHaveLength(7);
    await until(() => heard.some(([method, depth]) => method === 'lifecycle' && depth === 2), 'the graph two below');
    await thread.close();
    expect((await inside).map(({name, namespace}) => [name, namespace.length])).toEqual([['gp_two', 1]]);
    expect(wrong).toEqual([]);
  });

  it('finds the agents that a tool calls, and hears what they say', async () => {
    stream('sdk_deep_agent');
    const agents = all(thread.subagents);
    await thread.run.start({input: {messages: [{role: 'user', content: 'go'}]}});
    expect((await thread.output).messages.at(-1).content).toBe('Research complete.');
    const [agent] = await agents;
    expect(agent).toMatchObject({name: 'researcher', callId: 'tc-task-1'});
    const {value: said} = await agent.messages[Symbol.asyncIterator]().next();
    expect(await said.text).toBe('v3 streaming is event-typed and thread-centric.');
  });

  it('tells what a graph writes under a name of its own, and of media that there are none', async () => {
    stream('sdk_agent');
    const progress = all(thread.extensions.progress);
    const media = ['audio', 'images', 'video', 'files'].map((kind) => all(thread[kind]));
    await thread.run.start({input: {messages: [{role: 'user', content: 'hi'}]}});
    await until(() => thread.interrupts.length === 1, 'the question');
    await thread.close();
    expect((await progress).map(({step, phase}) => `${step} ${phase}`).slice(0, 2)).toEqual([
      'stream_message start',
      'stream_message end',
    ]);
    expect(await Promise.all(media)).toEqual([[], [], [], []]);
  });

  it('refuses a strict answer to a question that nobody asked, and the question still waits', async () => {
    stream('hitl');
    const subscription = await thread.subscribe({channels: ['lifecycle', 'input']});
    await thread.run.start(kInput);
    let ends = 0;
    const done = up_to(subscription, (event) => is_end(event) && ++ends === 2);
    await until(() => thread.interrupts.length === 1, 'the question');
    const [{interruptId}] = thread.interrupts;
    const nobody = 'f'.repeat(32);
    await thread.respondInput({namespace: [], interrupt_id: nobody, response: 1}, {strictResume: true});
    expect((await done).at(-1).params.data).toMatchObject({
      event: 'failed',
      reason: expect.any(String),
      interrupt_ids: [nobody],
      pending_ids: [interruptId],
    });
    expect((await new Api(own).ok('GET', `/threads/${thread.threadId}`)).status).toBe('interrupted');
  });
});

it('every member of a thread stream is used above', async () => {
  const thread = new Client({apiUrl: server.url, apiKey: null}).threads.stream(randomUUID(), kAsk);
  expect(members_of(thread).filter((name) => !used.has(name))).toEqual([]);
  await thread.close();
});

describe('the thread stream on the wire', () => {
  let api;
  beforeAll(() => {
    api = new Api(server);
  });
  const command = (thread_id, method, params, id = 1) =>
    api.call('POST', `/threads/${thread_id}/commands`, {id, method, params});

  it('answers errors of the protocol with 200, and what is no command with 400', async () => {
    const thread_id = randomUUID();
    expect(await command(thread_id, 'run.start', {})).toMatchObject({
      status: 200,
      json: {type: 'error', id: 1, error: 'invalid_argument'},
    });
    expect(await command(thread_id, 'zzz')).toMatchObject({status: 200, json: {error: 'no_such_run'}});
    await api.refused(404, 'POST', `/threads/${thread_id}/commands`, {
      id: 1,
      method: 'run.start',
      params: {assistant_id: 'nope', input: {}},
    });
    await api.refused(404, 'POST', `/threads/${thread_id}/commands`, {id: 1, method: 'state.get', params: {}});
    await api.refused(400, 'POST', `/threads/${thread_id}/commands`, {method: 'zzz'});
    await api.refused(400, 'POST', `/threads/${thread_id}/commands`, '{bad');
    await api.refused(400, 'POST', `/threads/${thread_id}/stream/events`, {});
    await api.refused(400, 'POST', `/threads/${thread_id}/stream/events`, {channels: []});
    await api.refused(422, 'POST', '/threads/none/stream/events', {channels: ['values']});
    await api.refused(426, 'GET', `/threads/${thread_id}/stream/events`);
  });

  it('keeps a thread to its assistant, and takes input as the answer when a question waits', async () => {
    const thread_id = randomUUID();
    await command(thread_id, 'run.start', {assistant_id: 'hitl', ...kInput});
    await until(async () => (await api.ok('GET', `/threads/${thread_id}`)).status === 'interrupted', 'the question');
    expect(await command(thread_id, 'run.start', {assistant_id: 'echo', input: {}})).toMatchObject({
      json: {error: 'invalid_argument'},
    });
    expect(await command(thread_id, 'input.respond', {interrupt_id: 'x', response: 1})).toMatchObject({
      json: {error: 'no_such_interrupt'},
    });
    const started = await command(thread_id, 'run.start', {assistant_id: 'hitl', input: 'sure'});
    expect(started.json).toMatchObject({type: 'success', meta: {thread_id, applied_through_seq: 12}});
    await until(async () => (await api.ok('GET', `/threads/${thread_id}`)).status === 'idle', 'the answer');
    expect((await api.state(thread_id)).values.answer).toBe('sure');
  });

  it('opens subscriptions that come in a row together: answers first, then one story, each event once', async () => {
    const thread_id = randomUUID();
    await command(thread_id, 'run.start', {assistant_id: 'echo_chain', input: {counter: 0}});
    await until(async () => (await api.ok('GET', `/threads/${thread_id}`)).status === 'idle', 'the end of the run');
    const socket = new WebSocket(`${server.url.replace('http', 'ws')}/threads/${thread_id}/stream/events`);
    const frames = [];
    const ends = () => frames.filter(({event_id}) => event_id?.endsWith(':completed')).length;
    const heard = new Promise((done) => {
      socket.onmessage = ({data}) => {
        frames.push(JSON.parse(data));
        if (ends() > 0) done();
      };
    });
    await new Promise((opened) => (socket.onopen = opened));
    const subscribe = (id, channels) =>
      socket.send(JSON.stringify({id, method: 'subscription.subscribe', params: {channels}}));
    subscribe(1, ['lifecycle']);
    subscribe(2, ['lifecycle', 'values']);
    await heard;
    socket.close();
    const events = frames.filter(({type}) => type === 'event');
    expect(frames.slice(0, 2).map(({type, id}) => [type, id])).toEqual([
      ['success', 1],
      ['success', 2],
    ]);
    expect(events.map(({method}) => method).join(' ')).toBe('lifecycle values values values values lifecycle');
  });

  it('refuses one subscription too many, and goes on with the others and with other clients', async () => {
    const socket = new WebSocket(`${server.url.replace('http', 'ws')}/threads/${randomUUID()}/stream/events`);
    await new Promise((opened) => (socket.onopen = opened));
    const ask = (id, method, params) =>
      new Promise((answered) => {
        socket.onmessage = ({data}) => answered(JSON.parse(data));
        socket.send(JSON.stringify({id, method, params}));
      });
    const subscribe = (id) => ask(id, 'subscription.subscribe', {channels: ['values']});
    const answers = [];
    for (let id = 1; id <= 257; ++id) answers.push(await subscribe(id));
    expect(answers.filter(({type}) => type === 'success')).toHaveLength(256);
    expect(answers.at(-1)).toMatchObject({type: 'error', id: 257, error: 'invalid_argument'});
    const {subscription_id} = answers[0].result;
    expect(await ask(258, 'subscription.unsubscribe', {subscription_id})).toMatchObject({type: 'success'});
    expect(await subscribe(259)).toMatchObject({type: 'success'});
    await api.ok('GET', '/ok');
    socket.close();
  });

  it('joins all runs of a thread the older way', async () => {
    const thread_id = await api.thread();
    const path = `/threads/${thread_id}/stream?stream_mode=run_modes&stream_mode=state_update`;
    const joined = await api.open_stream('GET', path, undefined, {'Last-Event-ID': '-'});
    await api.run(thread_id, {assistant_id: 'echo_chain', input: {counter: 0}, stream_mode: ['values']});
    await api.run(thread_id, {assistant_id: 'echo_chain', input: {counter: 10}, stream_mode: ['updates']});
    const events = [];
    for await (const event of joined.events) {
      events.push(event);
      if (events.filter(({event: name}) => name === 'state_update').length === 2) break;
    }
    expect(events.filter(({event}) => event === 'values').map(({data}) => data.counter)).toEqual([0, 1, 2, 3]);
    expect(events.filter(({event}) => event === 'updates').map(({data}) => Object.keys(data)[0])).toEqual([
      'one',
      'two',
      'three',
    ]);
    expect(events.filter(({event}) => event === 'state_update').map(({data}) => data.state.values.counter)).toEqual([
      3, 13,
    ]);
    await api.refused(404, 'GET', `/threads/${randomUUID()}/stream`);
    await api.refused(422, 'GET', `/threads/${thread_id}/stream?stream_mode=nonsense`);
  });

  it('goes on after a restart with a run that was started here, and its numbers grow', async () => {
    const own = await Server.start();
    try {
      const there = new Api(own);
      const thread_id = randomUUID();
      const started = await there.call('POST', `/threads/${thread_id}/commands`, {
        id: 1,
        method: 'run.start',
        params: {assistant_id: 'echo', input: {messages: [{role: 'user', content: 'x'}], delay_ms: 1000}},
      });
      expect(started.json.type).toBe('success');
      const before = await there.open_stream('POST', `/threads/${thread_id}/stream/events`, {channels: ['values']});
      const {value: seen} = await before.events.next();
      await own.stop('SIGKILL');
      await own.launch();
      const thread = new Client({apiUrl: own.url, apiKey: null}).threads.stream(thread_id, {assistantId: 'echo'});
      const events = await up_to(await thread.subscribe({channels: ['lifecycle', 'values']}), is_end);
      await thread.close();
      expect(events.at(-1).event_id).toBe(`synth:${started.json.result.run_id}:completed`);
      expect(events[0].seq).toBeGreaterThan(1_000_000);
      // What was seen before comes again under the name it had.
      expect(events.find(({method}) => method === 'values').event_id).toBe(seen.data.event_id);
    } finally {
      await own.remove();
    }
  });
});
