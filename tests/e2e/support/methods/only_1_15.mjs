// What SDK 1.15 has and 2.0.0, the older code, has not.
import {expect} from 'vitest';
import {until} from '../api.mjs';
import {failure_of, human} from '../graphs.mjs';

const kUnknown = '00000000-0000-4000-8000-000000000000';
const kBusy = {input: {...human('hola'), delay_ms: 60_000}};

export const threads = {
  prune: {
    'keeps the latest state alone, or nothing': async ({client, talk}) => {
      const ids = [await talk.thread(), await talk.thread()];
      for (const id of ids) await client.runs.wait(id, 'agent', {input: human('foo')});
      expect(await client.threads.prune([ids[0]], {strategy: 'keep_latest'})).toEqual({pruned_count: 1});
      expect(await client.threads.getHistory(ids[0])).toHaveLength(1);
      expect((await client.threads.getState(ids[0])).values.messages).toHaveLength(4);
      expect(await client.threads.prune(ids)).toEqual({pruned_count: 2});
      expect((await failure_of(client.threads.get(ids[0]))).status).toBe(404);
    },
  },

  // Each member of what it returns: see thread-stream.test.mjs.
  stream: {
    'follows a thread that its first run makes': async ({client}) => {
      const thread = client.threads.stream({assistantId: 'echo'});
      await thread.run.start({input: human('hola')});
      expect((await thread.output).messages).toMatchObject([{content: 'hola'}, {content: 'echo: hola'}]);
      await thread.close();
      expect(await client.threads.get(thread.threadId)).toMatchObject({status: 'idle'});
    },
  },

  get: {
    'shows the time to live on request': async ({client}) => {
      const {thread_id} = await client.threads.create({ttl: 5});
      expect(await client.threads.get(thread_id)).not.toHaveProperty('ttl');
      expect(await client.threads.get(thread_id, {include: ['ttl']})).toMatchObject({
        ttl: {strategy: 'delete', ttl_minutes: 5},
      });
    },
  },

  update: {
    'says nothing when nothing is asked for': async ({client, talk}) => {
      const thread_id = await talk.thread();
      expect(await client.threads.update(thread_id, {metadata: {a: 1}, returnMinimal: true})).toBeUndefined();
      expect((await client.threads.get(thread_id)).metadata).toEqual({a: 1});
    },
  },

  search: {
    'extracts what is asked for': async ({client, talk}) => {
      const thread_id = await talk.thread();
      await client.runs.wait(thread_id, 'echo', {input: human('hola')});
      const extract = {last: 'values.messages[-1].content'};
      expect(await client.threads.search({ids: [thread_id], extract, select: ['thread_id']})).toEqual([
        {thread_id, extracted: {last: 'echo: hola'}},
      ]);
    },
  },

  getState: {
    'gives the members asked for': async ({client, talk}) => {
      const thread_id = await talk.thread();
      await client.runs.wait(thread_id, 'hitl', {input: {foo: ['in']}});
      const select = ['next', 'values.foo'];
      expect(await client.threads.getState(thread_id, undefined, {select})).toEqual({
        next: ['ask'],
        values: {foo: ['in', 'one']},
      });
    },
  },
};

export const runs = {
  create: {
    'on no thread may be kept': async ({client}) => {
      const run = await client.runs.create(null, 'echo', {input: human('hola'), onCompletion: 'keep'});
      expect((await client.runs.join(run.thread_id, run.run_id)).messages).toHaveLength(2);
      expect((await client.runs.get(run.thread_id, run.run_id)).status).toBe('success');
    },
  },

  cancel: {
    'that took the input leaves its reason': async ({client, talk}) => {
      const thread_id = await talk.thread();
      const run = await client.runs.create(thread_id, 'echo', kBusy);
      await client.runs.cancel(thread_id, run.run_id, true, 'interrupt', {reason: 'taken'});
      expect((await client.runs.get(thread_id, run.run_id)).cancel_reason).toMatch(/^taken:/);
    },
  },

  cancelMany: {
    'cancels by ids and by status': async ({client, talk}) => {
      const threadId = await talk.thread();
      const stopped = async ({run_id}) => (await client.runs.get(threadId, run_id)).status === 'interrupted';
      const run = await client.runs.create(threadId, 'echo', kBusy);
      await client.runs.cancelMany({threadId, runIds: [run.run_id]});
      await until(() => stopped(run), 'the run to stop');
      expect((await failure_of(client.runs.cancelMany({threadId, runIds: [kUnknown]}))).status).toBe(404);
      const late = await client.runs.create(threadId, 'echo', {...kBusy, afterSeconds: 3_600});
      await client.runs.cancelMany({status: 'pending'});
      await until(() => stopped(late), 'the run to be cancelled');
    },
  },

  stream: {
    'keeps to the graphs inside that are named': async ({client, talk}) => {
      const options = {input: {foo: ['in']}, streamMode: 'values', streamSubgraphs: true};
      const heard = async (streamNamespaces) => {
        const names = [];
        for await (const {event} of client.runs.stream(await talk.thread(), 'parent', {...options, streamNamespaces}))
          if (event.includes('|')) names.push(event.replace(/:.*/, ''));
        return names;
      };
      expect(new Set(await heard(['child']))).toEqual(new Set(['values|child']));
      expect(await heard(['other'])).toEqual([]);
    },
  },
};
