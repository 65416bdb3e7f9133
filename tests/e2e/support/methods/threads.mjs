// client.threads, method by method. See ../../sdk-methods.test.mjs.
import {expect} from 'vitest';
import {failure_of, human, texts} from '../graphs.mjs';

const tag = () => crypto.randomUUID();
const ids = (threads) => threads.map(({thread_id}) => thread_id);

// A thread of hitl that waits for its answer.
async function asked({client, talk}, foo = 'in') {
  const thread_id = await talk.thread();
  await client.runs.wait(thread_id, 'hitl', {input: {foo: [foo]}});
  return thread_id;
}

export const threads = {
  create: {
    'makes one with the id, graph and metadata given, once': async ({client}) => {
      const threadId = tag();
      const made = await client.threads.create({threadId, graphId: 'hitl', metadata: {m: 1}});
      expect(made).toMatchObject({
        thread_id: threadId,
        status: 'idle',
        metadata: {graph_id: 'hitl', m: 1},
        values: null,
        interrupts: {},
      });
      expect((await failure_of(client.threads.create({threadId}))).status).toBe(409);
      expect(await client.threads.create({threadId, ifExists: 'do_nothing'})).toEqual(made);
    },
    'gives it the past of another thread': async ({client}) => {
      const written = (values, asNode) => ({updates: [{values, asNode}]});
      const {thread_id, values} = await client.threads.create({
        graphId: 'hitl',
        supersteps: [
          written({foo: ['in']}, '__input__'),
          written({foo: ['in']}, '__start__'),
          written({foo: ['one']}, 'one'),
        ],
      });
      expect(values).toEqual({foo: ['in', 'one']});
      const history = await client.threads.getHistory(thread_id);
      expect(history.map(({metadata}) => metadata.step)).toEqual([1, 0, -1]);
      expect((await client.runs.wait(thread_id, 'hitl', {input: null})).__interrupt__).toHaveLength(1);
    },
    'lets it live as long as told': async ({client, url}) => {
      const {thread_id} = await client.threads.create({ttl: {ttl: 5, strategy: 'keep_latest'}});
      const shown = await fetch(`${url}/threads/${thread_id}?include=ttl`).then((answer) => answer.json());
      expect(shown.ttl).toMatchObject({strategy: 'keep_latest', ttl_minutes: 5});
    },
  },

  get: {
    'shows what the last run left': async ({client, ...more}) => {
      const thread_id = await asked({client, ...more});
      const shown = await client.threads.get(thread_id);
      expect(shown).toMatchObject({
        status: 'interrupted',
        values: {foo: ['in', 'one']},
        metadata: {graph_id: 'hitl', assistant_id: expect.any(String)},
      });
      expect(Object.values(shown.interrupts)).toMatchObject([[{value: {question: 'ok?'}}]]);
      expect((await failure_of(client.threads.get(tag()))).status).toBe(404);
    },
  },

  copy: {
    'goes on from where the original was, by itself': async ({client, ...more}) => {
      const thread_id = await asked({client, ...more});
      const copy = await client.threads.copy(thread_id);
      expect(copy).toMatchObject({status: 'interrupted', values: {foo: ['in', 'one']}});
      const values = await client.runs.wait(copy.thread_id, 'hitl', {command: {resume: 'ok'}});
      expect(values.foo).toEqual(['in', 'one', 'ask', 'two']);
      expect((await client.threads.get(thread_id)).status).toBe('interrupted');
    },
  },

  update: {
    'merges the metadata': async ({client}) => {
      const {thread_id} = await client.threads.create({metadata: {a: 1, b: 1}});
      expect(await client.threads.update(thread_id, {metadata: {b: 2}})).toMatchObject({metadata: {a: 1, b: 2}});
      expect((await client.threads.get(thread_id)).metadata).toEqual({a: 1, b: 2});
    },
  },

  delete: {
    'removes it with its runs': async ({client, ...more}) => {
      const thread_id = await asked({client, ...more});
      await client.threads.delete(thread_id);
      expect((await failure_of(client.threads.get(thread_id))).status).toBe(404);
      expect((await failure_of(client.runs.list(thread_id))).status).toBe(404);
    },
  },

  search: {
    'finds by metadata, values, state and ids, sorted, with the members asked for': async ({client, ...more}) => {
      const word = tag();
      const waiting = await asked({client, ...more}, word);
      const {thread_id: idle} = await client.threads.create({metadata: {word}});
      const search = async (query) => ids(await client.threads.search(query));
      expect(await search({metadata: {word}})).toEqual([idle]);
      expect(await search({values: {foo: [word]}})).toEqual([waiting]);
      expect(await search({values: {foo: [word]}, status: 'idle'})).toEqual([]);
      const both = {ids: [waiting, idle]};
      expect(await search(both)).toEqual([idle, waiting]);
      expect(await search({...both, sortBy: 'created_at', sortOrder: 'asc', limit: 1, offset: 1})).toEqual([idle]);
      expect(await client.threads.search({...both, status: 'interrupted', select: ['thread_id', 'status']})).toEqual([
        {thread_id: waiting, status: 'interrupted'},
      ]);
      expect((await failure_of(client.threads.search({limit: -1}))).status).toBe(422);
    },
  },

  count: {
    'counts what a search would find': async ({client, ...more}) => {
      const word = tag();
      await asked({client, ...more}, word);
      expect(await client.threads.count({values: {foo: [word]}})).toBe(1);
      expect(await client.threads.count({values: {foo: [word]}, status: 'busy'})).toBe(0);
    },
  },

  getState: {
    'of a fresh thread has no checkpoint': async ({client, talk}) => {
      expect(await client.threads.getState(await talk.thread())).toMatchObject({
        values: {},
        next: [],
        tasks: [],
        checkpoint: null,
        parent_checkpoint: null,
        metadata: {},
      });
    },
    'is the latest, one of the past by id or by checkpoint, and the graphs inside': async ({client, talk}) => {
      const thread_id = await talk.thread();
      await client.runs.wait(thread_id, 'parent', {input: {foo: ['in']}});
      const latest = await client.threads.getState(thread_id);
      expect(latest).toMatchObject({next: ['child'], tasks: [{name: 'child', state: null}]});
      const {parent_checkpoint} = latest;
      const past = await client.threads.getState(thread_id, parent_checkpoint.checkpoint_id);
      expect(past).toMatchObject({checkpoint: parent_checkpoint, next: ['p1'], values: {foo: ['in']}});
      expect(await client.threads.getState(thread_id, parent_checkpoint)).toEqual(past);
      const whole = await client.threads.getState(thread_id, latest.checkpoint, {subgraphs: true});
      expect(whole.tasks[0].state).toMatchObject({next: ['inner_ask'], values: {foo: ['in', 'p1', 'inner_a']}});
      expect(await client.threads.getState(thread_id, undefined, {subgraphs: true})).toEqual(whole);
    },
  },

  updateState: {
    'writes as a node and tells the new checkpoint': async ({client, ...more}) => {
      const thread_id = await asked({client, ...more});
      const {checkpoint} = await client.threads.updateState(thread_id, {values: {foo: ['x']}, asNode: 'ask'});
      expect(await client.threads.getState(thread_id)).toMatchObject({
        checkpoint: {thread_id, checkpoint_ns: '', checkpoint_id: checkpoint.checkpoint_id},
        next: ['two'],
        values: {foo: ['in', 'one', 'x']},
      });
    },
    'branches off a past checkpoint': async ({client, ...more}) => {
      const thread_id = await asked({client, ...more});
      const [, past] = await client.threads.getHistory(thread_id);
      const checkpointId = past.checkpoint.checkpoint_id;
      await client.threads.updateState(thread_id, {values: {foo: ['y']}, asNode: 'one', checkpointId});
      expect(await client.threads.getState(thread_id)).toMatchObject({
        parent_checkpoint: past.checkpoint,
        values: {foo: ['in', 'y']},
        next: ['ask'],
      });
    },
  },

  patchState: {
    'adds to the metadata of the latest checkpoint': async ({client, ...more}) => {
      const thread_id = await asked({client, ...more});
      await client.threads.patchState(thread_id, {reviewed: true});
      await client.threads.patchState({configurable: {thread_id}}, {by: 'ana'});
      expect((await client.threads.getState(thread_id)).metadata).toMatchObject({
        reviewed: true,
        by: 'ana',
        source: 'loop',
      });
    },
  },

  getHistory: {
    'comes newest first, by limit, before in each of its forms, metadata and checkpoint': async ({client, ...more}) => {
      const thread_id = await asked({client, ...more});
      const whole = await client.threads.getHistory(thread_id);
      const steps = async (options) =>
        (await client.threads.getHistory(thread_id, options)).map(({metadata}) => metadata.step);
      expect(whole.map(({metadata}) => metadata.step)).toEqual([1, 0, -1]);
      expect(whole.map(({parent_checkpoint}) => parent_checkpoint)).toEqual([
        whole[1].checkpoint,
        whole[2].checkpoint,
        null,
      ]);
      expect(whole[1].tasks).toMatchObject([{name: 'one', result: {foo: ['one']}}]);
      expect(await steps({limit: 1})).toEqual([1]);
      const {checkpoint} = whole[0];
      for (const before of [checkpoint.checkpoint_id, checkpoint, {configurable: checkpoint}])
        expect(await steps({before}), JSON.stringify(before)).toEqual([0, -1]);
      expect(await steps({metadata: {source: 'input'}})).toEqual([-1]);
      expect(await steps({checkpoint: whole[1].checkpoint})).toEqual([0]);
    },
    'of a fresh thread is empty': async ({client, talk}) => {
      expect(await client.threads.getHistory(await talk.thread())).toEqual([]);
    },
  },

  joinStream: {
    'follows every run of the thread, from the one under way': async ({client, talk}) => {
      const thread_id = await talk.thread();
      const start = (text, delay_ms) =>
        client.runs.create(thread_id, 'echo', {input: {...human(text), delay_ms}, streamMode: 'values'});
      const first = await start('one', 60_000);
      const said = [];
      const options = {streamMode: ['run_modes'], lastEventId: '-'};
      for await (const {event, data} of client.threads.joinStream(thread_id, options)) {
        if (event !== 'values') continue;
        said.push(texts(data.messages).at(-1));
        if (said.length === 3) break;
        if (said.length > 1) continue;
        await client.runs.cancel(thread_id, first.run_id, true);
        await start('two', 0);
      }
      expect(said).toEqual(['one', 'two', 'echo: two']);
    },
  },
};
