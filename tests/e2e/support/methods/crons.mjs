// client.crons, method by method. See ../../sdk-methods.test.mjs.
import {expect} from 'vitest';
import {failure_of} from '../graphs.mjs';

const kYearly = {schedule: '0 0 1 1 *', input: {foo: ['in']}};
const tagged = () => ({...kYearly, metadata: {tag: crypto.randomUUID()}});

export const crons = {
  create: {
    'makes one that belongs to no thread': async ({client: {crons}}) => {
      const cron = await crons.create('hitl', {...kYearly, onRunCompleted: 'keep'});
      expect(cron).toMatchObject({
        cron_id: expect.any(String),
        thread_id: null,
        enabled: true,
        schedule: '0 0 1 1 *',
        on_run_completed: 'keep',
        payload: {assistant_id: 'hitl', input: {foo: ['in']}},
        next_run_date: expect.stringMatching(/-01-01T00:00:00/),
      });
      expect((await failure_of(crons.create('hitl', {schedule: 'often'}))).status).toBe(422);
      await crons.delete(cron.cron_id);
    },
  },

  createForThread: {
    'makes one of a thread that there is': async ({client: {crons}, talk}) => {
      const thread_id = await talk.thread();
      expect(await crons.createForThread(thread_id, 'hitl', kYearly)).toMatchObject({thread_id});
      expect((await failure_of(crons.createForThread(crypto.randomUUID(), 'hitl', kYearly))).status).toBe(404);
    },
  },

  update: {
    'changes the schedule, pauses and goes on': async ({client: {crons}}) => {
      const {cron_id} = await crons.create('hitl', kYearly);
      expect(await crons.update(cron_id, {enabled: false})).toMatchObject({enabled: false, next_run_date: null});
      expect(await crons.update(cron_id, {enabled: true, schedule: '30 12 * * *'})).toMatchObject({
        enabled: true,
        next_run_date: expect.stringMatching(/T12:30:00/),
      });
      await crons.delete(cron_id);
    },
  },

  delete: {
    'removes it': async ({client: {crons}}) => {
      const {cron_id} = await crons.create('hitl', kYearly);
      await crons.delete(cron_id);
      expect((await failure_of(crons.delete(cron_id))).status).toBe(404);
    },
  },

  search: {
    'finds by thread and assistant, sorted, in pages': async ({client: {crons}, talk}) => {
      const threadId = await talk.thread();
      const made = [];
      for (const graph of ['hitl', 'par']) made.push(await crons.createForThread(threadId, graph, kYearly));
      const found = async (query) => (await crons.search({threadId, ...query})).map(({cron_id}) => cron_id);
      expect(await found({sortBy: 'created_at', sortOrder: 'asc'})).toEqual(made.map(({cron_id}) => cron_id));
      expect(await found({assistantId: 'par'})).toEqual([made[1].cron_id]);
      expect(await found({limit: 1, offset: 1})).toEqual([made[0].cron_id]);
    },
  },

  count: {
    'counts what a search would find': async ({client: {crons}, talk}) => {
      const threadId = await talk.thread();
      for (let n = 0; n < 2; ++n) await crons.createForThread(threadId, 'hitl', tagged());
      expect(await crons.count({threadId})).toBe(2);
      expect(await crons.count({threadId, assistantId: 'par'})).toBe(0);
    },
  },
};
