// The conformance graphs, one by one, through the official SDKs: which values, updates and messages a client sees.
import {execFile} from 'node:child_process';
import {resolve} from 'node:path';
import {promisify} from 'node:util';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {until} from './support/api.mjs';
import {data_of, human, kSdks, Talk, texts} from './support/graphs.mjs';
import {kBinary, kConformance, Server} from './support/server.mjs';

const kUuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

let server;
beforeAll(async () => {
  server = await Server.start({plugins: kConformance});
});
afterAll(() => server?.remove());

it('the example configuration is one that the server takes', async () => {
  const config = resolve(import.meta.dirname, '../../config/examples/conformance.yaml');
  const places = ['--config', config, '--plugins', kConformance];
  const {stdout} = await promisify(execFile)(kBinary, ['plugins', ...places]);
  expect(stdout).toMatch(/conformance/);
  expect(stdout).not.toMatch(/refused/);
});

describe.each(kSdks)('SDK %s', (_, Client) => {
  let client;
  let talk;
  beforeAll(() => {
    client = new Client({apiUrl: server.url, apiKey: null});
    talk = new Talk(client);
  });

  describe('agent', () => {
    it('values: what was asked, the beginning, the tool, the end', async () => {
      const values = await talk.run('agent', human('foo'), 'values');
      expect(values.map(({messages}) => texts(messages))).toEqual([
        ['foo'],
        ['foo', 'begin'],
        ['foo', 'begin', 'tool_call__begin'],
        ['foo', 'begin', 'tool_call__begin', 'end'],
      ]);
      expect(values.at(-1).interrupt).toBe(false);
      const [asked, , tool] = values.at(-1).messages;
      expect(asked).toEqual({
        type: 'human',
        content: 'foo',
        additional_kwargs: {},
        response_metadata: {},
        id: expect.stringMatching(kUuid),
      });
      expect(tool).toMatchObject({type: 'tool', tool_call_id: 'tool_call_id', id: expect.stringMatching(kUuid)});
    });

    it('updates: agent, tool, agent, with nothing that is no channel', async () => {
      const updates = await talk.run('agent', human('foo'), 'updates');
      expect(updates.map((update) => Object.keys(update))).toEqual([['agent'], ['tool'], ['agent']]);
      expect(Object.keys(updates[0].agent).sort()).toEqual(['interrupt', 'messages']);
    });

    it('messages-tuple: letters under the id of the final message, the tool message whole', async () => {
      const thread_id = await talk.thread();
      const events = await talk.stream(thread_id, 'agent', {input: human('foo'), streamMode: 'messages-tuple'});
      const chunks = data_of(events, 'messages');
      expect(chunks.map(([{content}]) => content)).toEqual([...'begin', 'tool_call__begin', ...'end']);
      const {messages} = (await client.threads.getState(thread_id)).values;
      expect(chunks.map(([{id}]) => id)).toEqual(
        [1, 1, 1, 1, 1, 2, 3, 3, 3].map((place) => messages[place].id),
      );
      expect(chunks[0][1]).toMatchObject({
        langgraph_node: 'agent',
        langgraph_step: 1,
        langgraph_triggers: ['branch:to:agent'],
        langgraph_path: ['__pregel_pull', 'agent'],
        thread_id,
        graph_id: 'agent',
      });
    });

    it('leaves five checkpoints, the first of them empty', async () => {
      const thread_id = await talk.thread();
      await client.runs.wait(thread_id, 'agent', {input: human('foo')});
      const history = await client.threads.getHistory(thread_id);
      expect(history.map(({metadata}) => metadata.step)).toEqual([3, 2, 1, 0, -1]);
      expect(history.map(({next}) => next)).toEqual([[], ['agent'], ['tool'], ['agent'], ['__start__']]);
      expect(history.at(-1).values.messages).toEqual([]);
    });

    it('ends at once when its first message says so', async () => {
      expect(texts((await talk.wait('agent', human('should_end'))).messages)).toEqual(['should_end', 'begin']);
    });

    it('interrupts, and starts the node over when it is resumed', async () => {
      const thread_id = await talk.thread();
      await talk.stream(thread_id, 'agent', {input: {...human('foo'), interrupt: true}});
      const state = await client.threads.getState(thread_id);
      expect(state.next).toEqual(['agent']);
      expect(state.tasks[0].interrupts).toMatchObject([{value: 'i want to interrupt'}]);
      const values = await client.runs.wait(thread_id, 'agent', {command: {resume: 'whatever'}});
      expect(texts(values.messages)).toEqual(['foo', 'begin', 'tool_call__begin', 'end']);
    });

    it('reports the steps of its sleep', async () => {
      const events = await talk.run('agent', {...human('foo'), sleep: {steps: 2, ms: 5}}, 'custom');
      expect(events).toEqual([
        {type: 'sleep', step: 0},
        {type: 'sleep', step: 1},
      ]);
    });

    it('knows the user of the run from the store, and checks what a client put there', async () => {
      const user_id = crypto.randomUUID();
      const values = await talk.wait('agent', human('foo'), {config: {configurable: {user_id}}});
      expect(values.sharedStateFromStoreConfig).toEqual({id: user_id});
      await client.store.putItem(['inputtedState', 'data'], 'my_key', {isTrue: false});
      await expect(talk.wait('agent', human('___check_state_value'))).rejects.toThrow('Value is not true');
      await client.store.putItem(['inputtedState', 'data'], 'my_key', {isTrue: true});
      expect(texts((await talk.wait('agent', human('___check_state_value'))).messages)).toEqual([
        '___check_state_value',
        'begin',
      ]);
    });

    it('says what its state looks like', async () => {
      const {state_schema, config_schema} = await client.assistants.getSchemas('agent');
      const kMessage = 'BaseMessage<MessageStructure<MessageToolSet>,MessageType>';
      expect(state_schema.properties.messages).toEqual({type: 'array', items: {$ref: `#/definitions/${kMessage}`}});
      expect(state_schema.definitions[kMessage].oneOf).toEqual([{$ref: '#/definitions/RemoveMessage'}]);
      expect(config_schema.properties).toEqual({model_name: {type: 'string'}});
    });
  });

  describe('errors', () => {
    it('error: values first, then the failure under its class name', async () => {
      const events = await talk.stream(await talk.thread(), 'error', {input: human('x'), streamMode: 'values'});
      expect(data_of(events, 'values').length).toBeGreaterThan(0);
      expect(data_of(events, 'error')).toMatchObject([{error: 'CustomError', message: 'Boo!'}]);
    });

    it('err: what the good node wrote is kept', async () => {
      const thread_id = await talk.thread();
      const events = await talk.stream(thread_id, 'err', {input: {foo: ['in']}, streamMode: 'updates'});
      expect(data_of(events, 'updates')).toEqual([{one: {foo: ['one']}}]);
      expect(data_of(events, 'error')).toMatchObject([{error: 'TypeError', message: 'kaboom'}]);
      const state = await client.threads.getState(thread_id);
      expect(state).toMatchObject({values: {foo: ['in', 'one']}, next: ['boom']});
      expect((await client.threads.get(thread_id)).status).toBe('error');
    });
  });

  describe('waiting', () => {
    it('delay: as long as told', async () => {
      const {messages} = await talk.wait('delay', {messages: [], delay: 20});
      expect(messages).toMatchObject([{type: 'human', content: 'finished after 20ms'}]);
    });

    it('slow: ends at once when it is cancelled, with what was done kept', async () => {
      const thread_id = await talk.thread();
      const {run_id} = await client.runs.create(thread_id, 'slow', {input: {foo: ['in']}});
      await until(async () => (await client.threads.getState(thread_id)).next[0] === 'nap', 'the nap to begin');
      const began = Date.now();
      await client.runs.cancel(thread_id, run_id, true);
      expect(Date.now() - began).toBeLessThan(2000);
      expect((await client.threads.getState(thread_id)).values.foo).toEqual(['in', 'one']);
    });
  });

  describe('context', () => {
    it("simple_runtime: a run's context wins over the assistant's, and unknown input is dropped", async () => {
      expect(await talk.wait('simple_runtime', human('x'), {context: {model: 'openai'}})).toEqual({model: 'openai'});
      const {assistant_id} = await client.assistants.create({
        graphId: 'simple_runtime',
        context: {model: 'anthropic'},
      });
      expect(await talk.wait(assistant_id, {})).toEqual({model: 'anthropic'});
      expect(await talk.wait(assistant_id, {}, {context: {model: 'openai'}})).toEqual({model: 'openai'});
      const {context_schema} = await client.assistants.getSchemas('simple_runtime');
      expect(context_schema.properties.model.enum).toEqual(['anthropic', 'openai', 'unknown']);
    });
  });

  describe('tools', () => {
    it('agent_with_tools: asks, runs the tool, is done', async () => {
      const thread_id = await talk.thread();
      const first = await client.runs.wait(thread_id, 'agent_with_tools', {input: human('SF?')});
      expect(first.messages.slice(1)).toMatchObject([
        {type: 'ai', content: '', tool_calls: [{id: 'call_embed_1', name: 'weather', args: {query: 'SF'}}]},
        {type: 'tool', content: "It's 60 degrees and foggy.", tool_call_id: 'call_embed_1', status: 'success'},
        {type: 'ai', content: 'Done.'},
      ]);
    });

    it('agent_with_stats: the same without a word', async () => {
      const {messages} = await talk.wait('agent_with_stats', human('SF?'));
      expect(messages[2]).toMatchObject({type: 'tool', name: 'weather'});
      expect(messages[2]).not.toHaveProperty('status');
    });
  });

  describe('people', () => {
    it('hitl: asks once', async () => {
      const thread_id = await talk.thread();
      await client.runs.wait(thread_id, 'hitl', {input: {foo: ['in']}});
      expect((await client.threads.getState(thread_id)).tasks[0].interrupts).toMatchObject([
        {value: {question: 'ok?'}},
      ]);
      expect(await client.runs.wait(thread_id, 'hitl', {command: {resume: 'yes'}})).toEqual({
        foo: ['in', 'one', 'ask', 'two'],
        answer: 'yes',
      });
    });

    it('par: asks two at once, and takes the answers by id in any order', async () => {
      const thread_id = await talk.thread();
      await client.runs.wait(thread_id, 'par', {input: {foo: ['in']}});
      const {tasks} = await client.threads.getState(thread_id);
      const ids = Object.fromEntries(tasks.map(({name, interrupts: [{id}]}) => [name, id]));
      const resume = (answers) => client.runs.wait(thread_id, 'par', {command: {resume: answers}});
      await resume({[ids.b]: '2'});
      expect((await resume({[ids.a]: '1'})).foo).toEqual(['in', 'fan', 'a:1', 'b:2']);
    });
  });
});
