// States through both official SDKs: what a client can read, change, branch and answer.
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {human, kSdks, Talk} from './support/graphs.mjs';
import {kConformance, Server} from './support/server.mjs';

let server;
beforeAll(async () => {
  server = await Server.start({plugins: kConformance});
});
afterAll(() => server?.remove());

describe.each(kSdks)('SDK %s', (_version, Client) => {
  let client;
  let talk;
  beforeAll(() => {
    client = new Client({apiUrl: server.url, apiKey: null});
    talk = new Talk(client);
  });

  // hitl, waiting for its answer.
  async function asked() {
    const thread_id = await talk.thread();
    await client.runs.wait(thread_id, 'hitl', {input: {foo: ['in']}});
    return thread_id;
  }
  const steps = (history) => history.map(({metadata}) => metadata.step);

  describe('state', () => {
    it('is changed as whoever wrote last, and the question is asked anew', async () => {
      const thread_id = await asked();
      const before = await client.threads.getState(thread_id);
      await client.threads.updateState(thread_id, {values: {foo: ['patched']}});
      const after = await client.threads.getState(thread_id);
      expect(after.values).toEqual({foo: ['in', 'one', 'patched']});
      expect(after.next).toEqual(['ask']);
      expect(after.tasks[0].interrupts).toEqual([]);
      expect(after.metadata).toMatchObject({source: 'update', step: before.metadata.step + 1});
      expect(after.parent_checkpoint.checkpoint_id).toBe(before.checkpoint.checkpoint_id);
      const values = await client.runs.wait(thread_id, 'hitl', {input: null});
      expect(values.__interrupt__[0].value).toEqual({question: 'ok?'});
    });

    it('is changed as a node, ended, and refused as no node', async () => {
      const thread_id = await asked();
      await client.threads.updateState(thread_id, {values: {foo: ['x']}, asNode: 'ask'});
      expect((await client.threads.getState(thread_id)).next).toEqual(['two']);
      await client.threads.updateState(thread_id, {values: null, asNode: '__end__'});
      const ended = await client.threads.getState(thread_id);
      expect([ended.next, ended.tasks]).toEqual([[], []]);
      expect((await client.threads.get(thread_id)).status).toBe('idle');
      await expect(client.threads.updateState(thread_id, {values: {}, asNode: 'nope'})).rejects.toThrow(/422/);
    });

    it('is not changed while a run is at work', async () => {
      const thread_id = await talk.thread();
      const run = await client.runs.create(thread_id, 'slow', {input: {foo: []}});
      await expect(client.threads.updateState(thread_id, {values: {foo: ['x']}})).rejects.toThrow(/409/);
      await client.runs.cancel(thread_id, run.run_id, true);
      await client.threads.updateState(thread_id, {values: {foo: ['x']}, asNode: 'one'});
    });

    it('has a pushed task next when it is written as a node that sends', async () => {
      const thread_id = await talk.thread();
      await client.runs.wait(thread_id, 'agent_simple', {input: human('foo')});
      await client.threads.updateState(thread_id, {
        values: {messages: [{type: 'ai', content: 'go'}]},
        asNode: 'agent',
      });
      const {next, tasks} = await client.threads.getState(thread_id);
      expect(next).toEqual(['tool']);
      expect(tasks).toMatchObject([{name: 'tool', path: ['__pregel_push', 0, false]}]);
    });

    it('of a graph inside is shown on request, has its own history and can be changed', async () => {
      const thread_id = await talk.thread();
      await client.runs.wait(thread_id, 'parent', {input: {foo: ['in']}});
      const plain = await client.threads.getState(thread_id);
      const {checkpoint} = plain.tasks[0];
      expect(checkpoint.checkpoint_ns).toBe(`child:${plain.tasks[0].id}`);
      const expanded = await client.threads.getState(thread_id, undefined, {subgraphs: true});
      expect(expanded.tasks[0].state).toMatchObject({values: {foo: ['in', 'p1', 'inner_a']}, next: ['inner_ask']});
      const asked = await fetch(`${server.url}/threads/${thread_id}/state/checkpoint?subgraphs=true`, {
        method: 'POST',
        body: JSON.stringify({checkpoint: plain.checkpoint}),
      });
      expect((await asked.json()).tasks).toEqual(expanded.tasks);
      const history = await client.threads.getHistory(thread_id, {checkpoint});
      expect(steps(history)).toEqual([1, 0, -1]);
      expect(Object.keys(history[0].checkpoint.checkpoint_map)).toEqual(['', checkpoint.checkpoint_ns]);
      await client.threads.updateState(thread_id, {values: {foo: ['patched']}, checkpoint});
      await client.runs.wait(thread_id, 'parent', {input: null});
      const values = await client.runs.wait(thread_id, 'parent', {command: {resume: 'yes'}});
      expect(values).toMatchObject({answer: 'yes'});
      expect(values.foo).toContain('patched');
    });
  });

  describe('the past', () => {
    it('is where a run may branch off, and the branch is linked', async () => {
      const thread_id = await asked();
      const [, chosen] = await client.threads.getHistory(thread_id);
      await client.runs.wait(thread_id, 'hitl', {input: null, checkpointId: chosen.checkpoint.checkpoint_id});
      const [newest, fork] = await client.threads.getHistory(thread_id);
      expect(fork.metadata.source).toBe('fork');
      expect(fork.parent_checkpoint.checkpoint_id).toBe(chosen.checkpoint.checkpoint_id);
      expect(newest.parent_checkpoint.checkpoint_id).toBe(fork.checkpoint.checkpoint_id);
      expect(newest.values).toEqual({foo: ['in', 'one']});
    });

    it('is where a question inside a graph may be answered another way', async () => {
      const thread_id = await talk.thread();
      await client.runs.wait(thread_id, 'parent', {input: {foo: ['in']}});
      const {checkpoint} = await client.threads.getState(thread_id);
      const answer = (resume, more = {}) => client.runs.wait(thread_id, 'parent', {command: {resume}, ...more});
      const one_way = await answer('one');
      const other_way = await answer('other', {checkpointId: checkpoint.checkpoint_id});
      expect(one_way.answer).toBe('one');
      expect(other_way).toEqual({...one_way, answer: 'other'});
    });
  });

  describe('commands', () => {
    it('update and go to a node beside the question, which stays', async () => {
      const thread_id = await asked();
      const first = await client.threads.getState(thread_id);
      const values = await client.runs.wait(thread_id, 'hitl', {
        command: {update: {foo: ['u']}, goto: {node: 'two', input: {foo: ['sent']}}},
      });
      expect(values.__interrupt__).toEqual(first.tasks[0].interrupts);
      const {tasks} = await client.threads.getState(thread_id);
      expect(tasks.map(({name, result}) => [name, result])).toEqual([
        ['ask', null],
        ['two', {foo: ['two']}],
      ]);
    });

    it('answer one of two questions and leave the other', async () => {
      const thread_id = await talk.thread();
      const first = await client.runs.wait(thread_id, 'par', {input: {foo: ['in']}});
      const [a, b] = first.__interrupt__;
      await client.runs.wait(thread_id, 'par', {command: {resume: {[b.id]: 'B'}}});
      const {next, interrupts, values} = await client.threads.getState(thread_id);
      expect([next, interrupts]).toEqual([['a'], [a]]);
      expect(values.foo).toEqual(['in', 'fan', 'b:B']);
      const last = await client.runs.wait(thread_id, 'par', {command: {resume: {[a.id]: 'A'}}});
      expect(last.foo).toEqual(['in', 'fan', 'a:A', 'b:B']);
    });
  });
});
