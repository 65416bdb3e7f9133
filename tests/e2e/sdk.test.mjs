// The official JavaScript SDKs and the agents that come with the server. Method by method: sdk-methods.test.mjs.
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {all, data_of, kSdks} from './support/graphs.mjs';
import {Server} from './support/server.mjs';

let server;
beforeAll(async () => {
  server = await Server.start();
});
afterAll(() => server?.remove());

describe.each(kSdks)('SDK %s', (_, Client) => {
  let client;
  beforeAll(() => {
    client = new Client({apiUrl: server.url, apiKey: null});
  });
  const thread = () => client.threads.create().then(({thread_id}) => thread_id);

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
});
