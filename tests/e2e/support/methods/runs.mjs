// client.runs, method by method. See ../../sdk-methods.test.mjs.
import {expect} from 'vitest';
import {until} from '../api.mjs';
import {all, data_of, failure_of, human, texts} from '../graphs.mjs';

const kHello = human('hola');
const slow = (delay_ms) => ({...kHello, delay_ms});
const kUnknown = '00000000-0000-4000-8000-000000000000';
const kForever = 60_000;
const kSecond = {...human('second'), delay_ms: 0};

const status_of = (client, {thread_id, run_id}) => client.runs.get(thread_id, run_id).then(({status}) => status);
const run_ids = (runs) => runs.map(({run_id}) => run_id);
const names = (events) => events.map(({event}) => event);

// A run of echo that is in its delay.
async function busy({client, talk}) {
  const thread_id = await talk.thread();
  return client.runs.create(thread_id, 'echo', {input: slow(kForever)});
}

export const runs = {
  create: {
    'starts one in the background and tells which before it answers': async ({client, talk}) => {
      const thread_id = await talk.thread();
      let told;
      const run = await client.runs.create(thread_id, 'echo', {
        input: kHello,
        metadata: {m: 1},
        onRunCreated: (made) => (told = made),
      });
      expect(run).toMatchObject({thread_id, status: 'pending', metadata: {m: 1}, multitask_strategy: 'enqueue'});
      expect(told).toEqual({run_id: run.run_id, thread_id});
      await client.runs.join(thread_id, run.run_id);
      expect(await status_of(client, run)).toBe('success');
    },
    'with afterSeconds waits pending, and then runs': async ({client, talk}) => {
      const thread_id = await talk.thread();
      const began = Date.now();
      const run = await client.runs.create(thread_id, 'echo', {input: kHello, afterSeconds: 0.5});
      expect(await status_of(client, run)).toBe('pending');
      expect((await client.threads.get(thread_id)).status).toBe('busy');
      expect((await client.runs.join(thread_id, run.run_id)).messages).toHaveLength(2);
      expect(Date.now() - began).toBeGreaterThanOrEqual(490);
      expect((await client.threads.get(thread_id)).status).toBe('idle');
    },
    'makes the thread when told to, and is refused otherwise': async ({client}) => {
      const thread_id = crypto.randomUUID();
      const create = (ifNotExists) => client.runs.create(thread_id, 'echo', {input: kHello, ifNotExists});
      expect((await failure_of(create('reject'))).status).toBe(404);
      const run = await create('create');
      expect((await client.runs.join(thread_id, run.run_id)).messages).toHaveLength(2);
    },
    'on a busy thread waits its turn, or is refused': async (the) => {
      const {client} = the;
      const first = await busy(the);
      const again = (multitaskStrategy) =>
        client.runs.create(first.thread_id, 'echo', {input: kSecond, multitaskStrategy});
      expect((await failure_of(again('reject'))).status).toBe(409);
      const second = await again('enqueue');
      expect(await status_of(client, second)).toBe('pending');
      await client.runs.cancel(first.thread_id, first.run_id);
      const {messages} = await client.runs.join(second.thread_id, second.run_id);
      expect(texts(messages)).toEqual(['hola', 'second', 'echo: second']);
    },
    'on a busy thread interrupts the other and goes on from its state': async (the) => {
      const {client} = the;
      const first = await busy(the);
      const {thread_id} = first;
      await until(async () => (await client.threads.getState(thread_id)).next[0] === 'echo', 'the first to begin');
      const second = await client.runs.create(thread_id, 'echo', {
        input: kSecond,
        multitaskStrategy: 'interrupt',
      });
      const {messages} = await client.runs.join(thread_id, second.run_id);
      expect(texts(messages)).toEqual(['hola', 'second', 'echo: second']);
      expect(await status_of(client, first)).toBe('interrupted');
    },
    'on a busy thread rolls the other back, as if it had never been': async (the) => {
      const {client} = the;
      const first = await busy(the);
      const {thread_id} = first;
      await until(async () => (await client.threads.getState(thread_id)).next[0] === 'echo', 'the first to begin');
      const second = await client.runs.create(thread_id, 'echo', {
        input: kSecond,
        multitaskStrategy: 'rollback',
      });
      const {messages} = await client.runs.join(thread_id, second.run_id);
      expect(texts(messages)).toEqual(['second', 'echo: second']);
      expect((await failure_of(client.runs.get(thread_id, first.run_id))).status).toBe(404);
    },
  },

  createBatch: {
    'starts every run on a thread of its own, that goes with it': async ({client}) => {
      const made = await client.runs.createBatch([
        {assistantId: 'echo', input: kHello},
        {assistantId: 'echo', input: kHello},
      ]);
      expect(made).toMatchObject([{status: 'pending'}, {status: 'pending'}]);
      const [one, other] = made.map(({thread_id}) => thread_id);
      expect(one).not.toBe(other);
      const gone = () => client.threads.get(one).then(() => false, ({status}) => status === 404);
      await until(gone, 'the thread to go');
    },
  },

  stream: {
    'begins with the run, ends by itself and tells the run before': async ({client, talk}) => {
      const thread_id = await talk.thread();
      const made = [];
      const onRunCreated = (run) => made.push(run);
      const payload = {input: kHello, streamMode: 'values', onRunCreated};
      const events = await all(client.runs.stream(thread_id, 'echo', payload));
      expect(names(events)).toEqual(['metadata', 'values', 'values', 'end']);
      expect(made).toEqual([{thread_id, run_id: events[0].data.run_id}]);
      const [first, last] = data_of(events, 'values');
      expect(texts(first.messages)).toEqual(['hola']);
      expect(texts(last.messages)).toEqual(['hola', 'echo: hola']);
      await all(client.runs.stream(null, 'echo', {input: kHello, onRunCreated}));
      expect(made[1]).toMatchObject({run_id: expect.any(String)});
    },
    'carries every mode under its name': async ({client, talk}) => {
      const streamMode = [
        ...['values', 'updates', 'messages', 'messages-tuple', 'custom'],
        ...['tasks', 'checkpoints', 'debug', 'events', 'tools'],
      ];
      const input = {...human('foo'), sleep: {steps: 1, ms: 0}};
      const events = await all(client.runs.stream(await talk.thread(), 'agent', {input, streamMode}));
      expect([...new Set(names(events))].sort()).toEqual([
        ...['checkpoints', 'custom', 'debug', 'end', 'events', 'messages', 'messages/complete', 'messages/metadata'],
        ...['messages/partial', 'metadata', 'tasks', 'updates', 'values'],
      ]);
      const tools = await talk.stream(await talk.thread(), 'agent_with_tools', {input, streamMode: 'tools'});
      expect(names(tools)).toEqual(['metadata', 'tools', 'tools', 'end']);
    },
    'names the graph inside only for what comes from there': async ({client, talk}) => {
      const streamed = async (streamSubgraphs) => {
        const options = {input: {foo: ['in']}, streamMode: ['updates', 'values'], streamSubgraphs};
        return names(await all(client.runs.stream(await talk.thread(), 'parent', options)));
      };
      const inside = (await streamed(true)).filter((name) => name.includes('|'));
      const where = [...new Set(inside.map((name) => name.replace(/:.*/, '')))].sort();
      expect(where).toEqual(['updates|child', 'values|child']);
      expect((await streamed(false)).filter((name) => name.includes('|'))).toEqual([]);
    },
    'stops at breakpoints before and after nodes': async ({client, talk}) => {
      const input = {foo: ['in']};
      const before = await talk.thread();
      const events = await all(
        client.runs.stream(before, 'slow', {input, interruptBefore: ['nap'], streamMode: ['values', 'updates']}),
      );
      expect(data_of(events, 'updates')).toEqual([{one: {foo: ['one']}}, {__interrupt__: []}]);
      expect(data_of(events, 'values').at(-1)).toEqual({foo: ['in', 'one']});
      expect(await client.threads.getState(before)).toMatchObject({next: ['nap'], tasks: [{interrupts: []}]});
      const after = await talk.thread();
      expect(await client.runs.wait(after, 'hitl', {input, interruptAfter: '*'})).toEqual({foo: ['in', 'one']});
      expect((await client.threads.getState(after)).next).toEqual(['ask']);
    },
    'shows a question when it can be answered': async ({client, talk}) => {
      for (let round = 0; round < 5; ++round) {
        const thread_id = await talk.thread();
        const payload = {input: {foo: ['in']}, streamMode: 'values'};
        for await (const {data} of client.runs.stream(thread_id, 'hitl', payload)) {
          if (!data?.__interrupt__) continue;
          const [{tasks}, {status}] = [await client.threads.getState(thread_id), await client.threads.get(thread_id)];
          expect([tasks[0].interrupts, status]).toEqual([data.__interrupt__, 'interrupted']);
          await client.threads.updateState(thread_id, {values: {foo: ['x']}, asNode: 'ask'});
        }
        expect((await client.threads.getState(thread_id)).next).toEqual(['two']);
      }
    },
    'ends without an error when somebody else cancels the run': async ({client, talk}) => {
      const thread_id = await talk.thread();
      const events = [];
      for await (const event of client.runs.stream(thread_id, 'echo', {input: slow(kForever)})) {
        events.push(event.event);
        if (event.event === 'values') client.runs.cancel(thread_id, (await client.runs.list(thread_id))[0].run_id);
      }
      expect(events).not.toContain('error');
      expect(events.slice(0, 2)).toEqual(['metadata', 'values']);
    },
  },

  wait: {
    'gives the final values, with a thread or without, and tells the run': async ({client, talk}) => {
      const thread_id = await talk.thread();
      let made;
      const onRunCreated = (run) => (made = run);
      const {messages} = await client.runs.wait(thread_id, 'echo', {input: kHello, onRunCreated});
      expect(texts(messages)).toEqual(['hola', 'echo: hola']);
      expect(made).toEqual({thread_id, run_id: expect.any(String)});
      expect((await client.runs.wait(null, 'echo', {input: kHello})).messages).toHaveLength(2);
    },
    'throws what the run failed with, or gives it': async ({client, talk}) => {
      const wait = async (raiseError) =>
        client.runs.wait(await talk.thread(), 'err', {input: {foo: ['in']}, raiseError});
      expect((await failure_of(wait())).message).toBe('TypeError: kaboom');
      expect(await wait(false)).toMatchObject({__error__: {error: 'TypeError', message: 'kaboom'}});
    },
    'gives the values with the question, and an empty object when there is nothing': async ({client, talk}) => {
      expect(await client.runs.wait(await talk.thread(), 'hitl', {input: {foo: ['in']}})).toEqual({
        foo: ['in', 'one'],
        __interrupt__: [{id: expect.stringMatching(/^[0-9a-f]{32}$/), value: {question: 'ok?'}}],
      });
      expect(await client.runs.wait(await talk.thread(), 'simple_runtime', {input: {}})).toEqual({});
    },
    'leaves one checkpoint when only the end is to be kept': async ({client, talk}) => {
      for (const once of [{durability: 'exit'}, {checkpointDuring: false}]) {
        const thread_id = await talk.thread();
        await client.runs.wait(thread_id, 'agent', {input: human('foo'), ...once});
        const history = await client.threads.getHistory(thread_id);
        expect(history.map(({next}) => next), JSON.stringify(once)).toEqual([[]]);
        expect(history[0].values.messages).toHaveLength(4);
      }
    },
  },

  list: {
    'filters by status, in pages, with the members asked for': async (the) => {
      const {client} = the;
      const first = await busy(the);
      const {thread_id} = first;
      const second = await client.runs.create(thread_id, 'echo', {input: slow(0)});
      const third = await client.runs.create(thread_id, 'echo', {input: slow(0)});
      const list = (options) => client.runs.list(thread_id, options);
      expect(run_ids(await list({status: 'pending'}))).toEqual([second.run_id, third.run_id]);
      expect(run_ids(await list())).toEqual([third.run_id, second.run_id, first.run_id]);
      expect(run_ids(await list({limit: 1, offset: 1}))).toEqual([second.run_id]);
      expect(await list({status: 'running', select: ['run_id', 'status']})).toEqual([
        {run_id: first.run_id, status: 'running'},
      ]);
      await client.runs.cancel(thread_id, first.run_id, true);
      await client.runs.join(thread_id, third.run_id);
    },
  },

  get: {
    'shows the run as it was asked for': async ({client, talk}) => {
      const thread_id = await talk.thread();
      const {run_id} = await client.runs.create(thread_id, 'echo', {input: kHello, config: {tags: ['t']}});
      await client.runs.join(thread_id, run_id);
      expect(await client.runs.get(thread_id, run_id)).toMatchObject({
        run_id,
        thread_id,
        assistant_id: expect.any(String),
        status: 'success',
        kwargs: {input: kHello, config: {tags: ['t']}},
      });
      expect((await failure_of(client.runs.get(thread_id, kUnknown))).status).toBe(404);
    },
  },

  cancel: {
    'with wait comes back when the run has stopped, and is harmless afterwards': async (the) => {
      const run = await busy(the);
      const {cancel} = the.client.runs;
      const stop = cancel.bind(the.client.runs, run.thread_id);
      await stop(run.run_id, true);
      expect(await status_of(the.client, run)).toBe('interrupted');
      await stop(run.run_id, false, 'interrupt');
      expect((await failure_of(stop(kUnknown))).status).toBe(404);
    },
    'with rollback removes the run and its state': async (the) => {
      const run = await busy(the);
      await the.client.runs.cancel(run.thread_id, run.run_id, true, 'rollback');
      expect((await failure_of(the.client.runs.get(run.thread_id, run.run_id))).status).toBe(404);
      expect(await the.client.threads.getState(run.thread_id)).toMatchObject({values: {}, checkpoint: null});
    },
  },

  join: {
    'waits for the end and gives the final values, also of a run that is over': async ({client, talk}) => {
      const thread_id = await talk.thread();
      const {run_id} = await client.runs.create(thread_id, 'echo', {input: slow(100)});
      const values = await client.runs.join(thread_id, run_id);
      expect(texts(values.messages)).toEqual(['hola', 'echo: hola']);
      expect(await client.runs.join(thread_id, run_id)).toEqual(values);
    },
  },

  joinStream: {
    'joins a live run, by modes, and one that is over': async ({client, talk}) => {
      const thread_id = await talk.thread();
      const {run_id} = await client.runs.create(thread_id, 'echo', {
        input: {...slow(300), tokens: 3},
        streamMode: ['values', 'custom'],
        streamResumable: true,
      });
      const join = (options) => all(client.runs.joinStream(thread_id, run_id, options));
      const custom = await join({streamMode: ['custom'], lastEventId: '-1'});
      expect(names(custom)).toEqual(['metadata', 'custom', 'custom', 'custom', 'end']);
      const again = await join({lastEventId: '-1'});
      expect(names(again)).toEqual(['metadata', 'values', 'custom', 'custom', 'custom', 'values', 'end']);
      expect(await join({lastEventId: again[1].id})).toEqual(again.slice(2));
      expect(names(await join())).toEqual(['end']);
      expect((await failure_of(all(client.runs.joinStream(thread_id, kUnknown)))).message).toMatch(/404/);
    },
    'joins a run without a thread by its id alone': async ({client}) => {
      let made;
      const events = await all(client.runs.stream(null, 'echo', {input: kHello, onRunCreated: (run) => (made = run)}));
      const again = await all(client.runs.joinStream(null, made.run_id, {lastEventId: '-1'}));
      expect(names(again)).toEqual(names(events));
    },
    'that leaves stops the run only when it said so': async (the) => {
      for (const [cancelOnDisconnect, delay_ms, status] of [
        [true, kForever, 'interrupted'],
        [false, 500, 'success'],
      ]) {
        const thread_id = await the.talk.thread();
        const run = await the.client.runs.create(thread_id, 'echo', {input: slow(delay_ms)});
        const leave = new AbortController();
        const options = {lastEventId: '-1', cancelOnDisconnect, signal: leave.signal};
        for await (const {event} of the.client.runs.joinStream(thread_id, run.run_id, options))
          if (event === 'values') break;
        leave.abort();
        const over = async () => !['pending', 'running'].includes(await status_of(the.client, run));
        await until(over, 'the run to be over');
        expect(await status_of(the.client, run)).toBe(status);
      }
    },
  },

  delete: {
    'refuses an active run and removes one that is over': async (the) => {
      const {thread_id, run_id} = await busy(the);
      const {client} = the;
      expect((await failure_of(client.runs.delete(thread_id, run_id))).status).toBe(409);
      await client.runs.cancel(thread_id, run_id, true);
      await client.runs.delete(thread_id, run_id);
      expect((await failure_of(client.runs.get(thread_id, run_id))).status).toBe(404);
    },
  },
};
