// The official JavaScript SDKs, both lines of them, against the real server: nothing here knows the wire.
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import * as sdk_1 from 'sdk-1';
import * as sdk_2 from 'sdk-2';
import {kUnknownId, until} from './support/api.mjs';
import {Server} from './support/server.mjs';

let server;
beforeAll(async () => {
  server = await Server.start();
});
afterAll(() => server?.remove());

async function all(stream) {
  const events = [];
  for await (const event of stream) events.push(event);
  return events;
}
const data_of = (events, name) => events.filter(({event}) => event === name).map(({data}) => data);
const failure_of = (promise) =>
  promise.then(
    () => {
      throw new Error('should have been refused');
    },
    (error) => error,
  );

describe.each([
  ['1.15.0', sdk_1.Client],
  ['2.0.0', sdk_2.Client],
])('SDK %s', (_, Client) => {
  let client;
  beforeAll(() => {
    client = new Client({apiUrl: server.url, apiKey: null});
  });
  const thread = () => client.threads.create().then(({thread_id}) => thread_id);

  describe('assistants', () => {
    it('finds the system assistant of a graph under its well-known id', async () => {
      const [found] = await client.assistants.search({graphId: 'agent'});
      expect(found).toMatchObject({
        assistant_id: 'fe096781-5601-53d2-b2f6-0d3403f7e9ca',
        graph_id: 'agent',
        metadata: {created_by: 'system'},
      });
      expect(await client.assistants.get('hitl')).toMatchObject({assistant_id: 'd2a02ed8-fb92-5e43-81ea-cb78d82caa2f'});
    });

    it('keeps versions and brings one back', async () => {
      const made = await client.assistants.create({
        graphId: 'echo',
        name: 'a',
        config: {configurable: {k: 1}},
        metadata: {m: 1},
      });
      const updated = await client.assistants.update(made.assistant_id, {
        graphId: 'echo',
        config: {configurable: {k: 2}},
        metadata: {n: 2},
      });
      expect(updated).toMatchObject({version: 2, config: {configurable: {k: 2}}, metadata: {m: 1, n: 2}});
      expect(await client.assistants.setLatest(made.assistant_id, 1)).toMatchObject({config: {configurable: {k: 1}}});
      await client.assistants.delete(made.assistant_id);
      expect((await failure_of(client.assistants.get(made.assistant_id))).status).toBe(404);
    });
  });

  describe('threads', () => {
    it('shows a fresh thread as one without a checkpoint', async () => {
      expect(await client.threads.getState(await thread())).toMatchObject({
        values: {},
        next: [],
        tasks: [],
        checkpoint: null,
        metadata: {},
      });
    });

    it('creates, finds by metadata, updates and deletes', async () => {
      const tag = crypto.randomUUID();
      const {thread_id} = await client.threads.create({metadata: {tag}});
      expect((await client.threads.search({metadata: {tag}})).map((found) => found.thread_id)).toEqual([thread_id]);
      expect(await client.threads.update(thread_id, {metadata: {extra: true}})).toMatchObject({
        metadata: {tag, extra: true},
      });
      await client.threads.delete(thread_id);
      expect((await failure_of(client.threads.get(thread_id))).status).toBe(404);
    });
  });

  describe('streaming', () => {
    const run = async (assistant, options) => all(client.runs.stream(await thread(), assistant, options));
    const hello = {messages: [{role: 'user', content: 'uno dos tres', id: 'mine'}]};

    it('values: full states, beginning with the input, under the id the client gave', async () => {
      const events = await run('echo', {input: hello, streamMode: 'values'});
      expect(events[0]).toMatchObject({event: 'metadata', data: {run_id: expect.any(String)}});
      const values = data_of(events, 'values');
      expect(values[0].messages).toMatchObject([{type: 'human', content: 'uno dos tres', id: 'mine'}]);
      expect(values.at(-1).messages).toMatchObject([{id: 'mine'}, {type: 'ai'}]);
    });

    it('updates: one event per finished task', async () => {
      expect(data_of(await run('hitl', {input: {foo: ['in']}, streamMode: 'updates'}), 'updates')).toMatchObject([
        {one: {foo: ['one']}},
        {__interrupt__: [{id: expect.stringMatching(/^[0-9a-f]{32}$/), value: {question: 'ok?'}}]},
      ]);
    });

    it('custom: what a node reports while it works, and nothing else', async () => {
      const events = await run('echo', {input: {...hello, tokens: 3}, streamMode: 'custom'});
      expect(events.map(({event}) => event).filter((name) => name !== 'end')).toEqual([
        'metadata',
        'custom',
        'custom',
        'custom',
      ]);
      expect(data_of(events, 'custom')).toEqual([{token: 'tok0'}, {token: 'tok1'}, {token: 'tok2'}]);
    });

    it('messages-tuple: chunks that say where they come from and add up to what was written', async () => {
      const thread_id = await thread();
      await client.runs.wait(thread_id, 'agent', {
        input: {project_title: 'Paneles solares', project_description: 'Energía solar para comunidades rurales'},
      });
      const events = await all(
        client.runs.stream(thread_id, 'agent', {command: {resume: 'all'}, streamMode: ['messages-tuple', 'values']}),
      );
      const chunks = data_of(events, 'messages').filter(([, {langgraph_node}]) => langgraph_node === 'generate_report');
      expect(new Set(chunks.map(([chunk]) => chunk.id)).size).toBe(1);
      expect(chunks.map(([chunk]) => chunk.content).join('')).toBe(data_of(events, 'values').at(-1).improvement_report);
    });

    it('tells the run id before the first event', async () => {
      let created;
      const thread_id = await thread();
      await all(
        client.runs.stream(thread_id, 'echo', {
          input: hello,
          onRunCreated: (run_made) => {
            created = run_made;
          },
        }),
      );
      expect(created).toMatchObject({run_id: expect.any(String), thread_id});
      expect(await client.runs.get(thread_id, created.run_id)).toMatchObject({
        status: 'success',
        assistant_id: expect.any(String),
      });
    });

    it('a second reader joins a run under way, and one that is over', async () => {
      const thread_id = await thread();
      const made = await client.runs.create(thread_id, 'echo', {
        input: {...hello, delay_ms: 300},
        streamMode: ['values'],
        streamResumable: true,
      });
      const live = await all(client.runs.joinStream(thread_id, made.run_id, {lastEventId: '-1'}));
      expect(data_of(live, 'values').at(-1).messages.length).toBe(2);
      const replay = await all(client.runs.joinStream(thread_id, made.run_id, {lastEventId: '-1'}));
      expect(data_of(replay, 'values')).toEqual(data_of(live, 'values'));
    });
  });

  describe('a human in the loop', () => {
    it('stops at the question, shows it everywhere the same, and goes on with the answer', async () => {
      const thread_id = await thread();
      const events = await all(
        client.runs.stream(thread_id, 'hitl', {input: {foo: ['in']}, streamMode: ['values', 'updates']}),
      );
      const [asked] = data_of(events, 'values').at(-1).__interrupt__;
      const state = await client.threads.getState(thread_id);
      expect(state).toMatchObject({next: ['ask'], values: {foo: ['in', 'one']}});
      expect(state.tasks[0].interrupts).toEqual([asked]);
      const shown = await client.threads.get(thread_id);
      expect(shown.status).toBe('interrupted');
      expect(shown.interrupts).toEqual({[state.tasks[0].id]: [asked]});

      const resumed = await all(client.runs.stream(thread_id, 'hitl', {command: {resume: 'sí'}, streamMode: 'values'}));
      expect(data_of(resumed, 'values').at(-1)).toMatchObject({answer: 'sí'});
      expect(data_of(resumed, 'values').every((values) => !('__interrupt__' in values))).toBe(true);
      expect(await client.threads.getState(thread_id)).toMatchObject({next: [], tasks: []});
      expect((await client.threads.get(thread_id)).status).toBe('idle');
    });

    it('answers by interrupt id as well', async () => {
      const thread_id = await thread();
      const stopped = await client.runs.wait(thread_id, 'hitl', {input: {foo: ['in']}});
      const values = await client.runs.wait(thread_id, 'hitl', {
        command: {resume: {[stopped.__interrupt__[0].id]: 'por id'}},
      });
      expect(values.answer).toBe('por id');
    });
  });

  describe('waiting and history', () => {
    it('wait returns the final values, without a thread too', async () => {
      const input = {messages: [{role: 'user', content: 'hola'}]};
      expect((await client.runs.wait(await thread(), 'echo', {input})).messages.map(({content}) => content)).toEqual([
        'hola',
        expect.any(String),
      ]);
      expect((await client.runs.wait(null, 'echo', {input})).messages.length).toBe(2);
    });

    it('history lists every checkpoint, newest first, each linked to its parent', async () => {
      const thread_id = await thread();
      await client.runs.wait(thread_id, 'hitl', {input: {foo: ['in']}});
      const history = await client.threads.getHistory(thread_id, {limit: 100});
      expect(history.map(({metadata}) => metadata.step)).toEqual([1, 0, -1]);
      expect(history.map(({parent_checkpoint}) => parent_checkpoint?.checkpoint_id ?? null)).toEqual([
        ...history.slice(1).map(({checkpoint}) => checkpoint.checkpoint_id),
        null,
      ]);
      const past = await client.threads.getState(thread_id, history[1].checkpoint.checkpoint_id);
      expect(past).toMatchObject({values: {foo: ['in']}, next: ['one']});
    });
  });

  describe('refusals', () => {
    it('an unknown thread, an unknown graph and a bad body come as typed errors', async () => {
      expect((await failure_of(client.threads.get(kUnknownId))).status).toBe(404);
      expect((await failure_of(client.runs.wait(kUnknownId, 'echo', {input: {}}))).status).toBe(404);
      expect((await failure_of(client.runs.wait(await thread(), 'no-such-graph', {input: {}}))).status).toBe(404);
      expect((await failure_of(client.threads.search({limit: -1}))).status).toBe(422);
    });

    it('a busy thread refuses a second run when told to reject', async () => {
      const thread_id = await thread();
      const first = await client.runs.create(thread_id, 'echo', {input: {messages: [], delay_ms: 5_000}});
      const second = client.runs.create(thread_id, 'echo', {input: {messages: []}, multitaskStrategy: 'reject'});
      expect((await failure_of(second)).status).toBe(409);
      await client.runs.cancel(thread_id, first.run_id, true);
      expect(await until(async () => (await client.runs.get(thread_id, first.run_id)).status, 'a status')).toBe(
        'interrupted',
      );
    });
  });
});
