// The server is killed, not stopped, at random moments under load. What it acknowledged must be there afterwards, what it
// had begun must end by itself, and nothing may run again after its checkpoint. SEED=n repeats a run's choices.
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {Api, until} from './support/api.mjs';
import {Server} from './support/server.mjs';
import {events_of} from './support/sse.mjs';

const kRounds = 10;
const kRuns = 200;
const kSeed = Number(process.env.SEED ?? Date.now() % 1_000_000);

// Attempts are counted over crashes; ten kills in a row must not use them up.
const kConfig = {log: {level: 'error'}, runtime: {max_attempts: 20}};

function random_from(seed) {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

let server;
let api;
let cut_short = 0;
const random = random_from(kSeed);
beforeAll(async () => {
  server = await Server.start({config: kConfig});
  api = new Api(server);
});
afterAll(() => server?.remove());

const kGraphs = {
  echo: {
    input: () => ({messages: [{role: 'user', content: 'hola'}], delay_ms: random(60)}),
    // One question, one answer: an answer given twice is a node that ran again after its checkpoint.
    expect_once: (values) => expect(values.messages.map(({type}) => type)).toEqual(['human', 'ai']),
  },
  echo_chain: {
    input: () => ({counter: 0}),
    // Each of the three nodes adds one to what the last checkpoint says.
    expect_once: (values) => expect(values.counter).toBe(3),
  },
};

// How a run may be asked for, and what its acknowledgement promises.
const kWays = {
  async create(run, body) {
    const made = await api.ok('POST', `/threads/${run.thread_id}/runs`, body);
    run.run_id = made.run_id;
  },
  async wait(run, body) {
    run.result = await api.ok('POST', `/threads/${run.thread_id}/runs/wait`, body);
  },
  // With durability `sync`, what a superstep starts from is on disk before it starts.
  async watch(run, body) {
    run.checkpoints = [];
    const response = await fetch(`${server.url}/threads/${run.thread_id}/runs/stream`, {
      method: 'POST',
      headers: {'Content-Type': 'application/json'},
      body: JSON.stringify({...body, stream_mode: ['checkpoints'], durability: 'sync'}),
    });
    run.run_id = response.headers.get('content-location').split('/').at(-1);
    for await (const {event, data} of events_of(response.body)) {
      if (event === 'checkpoints') run.checkpoints.push({id: data.checkpoint.checkpoint_id, step: data.metadata.step});
    }
  },
};

function launch(at) {
  const graph = at % 2 ? 'echo_chain' : 'echo';
  const run = {thread_id: crypto.randomUUID(), graph};
  const body = {assistant_id: graph, input: kGraphs[graph].input(), if_not_exists: 'create'};
  const way = Object.values(kWays)[at % 3];
  // The kill breaks connections; only acknowledgements are claims.
  run.answered = way(run, body).catch(() => {
    ++cut_short;
  });
  return run;
}

async function expect_kept(run) {
  const path = `/threads/${run.thread_id}`;
  const thread = await api.call('GET', path);
  if (thread.status === 404) {
    expect(run.run_id ?? run.result, 'an acknowledged thread is gone').toBeUndefined();
    return;
  }
  const {values} = await api.state(run.thread_id);
  const [stored] = await api.ok('GET', `${path}/runs`);
  if (run.run_id) expect(stored.run_id).toBe(run.run_id);
  if (stored) {
    expect(stored.status, `run ${stored.run_id} of ${run.graph}`).toBe('success');
    kGraphs[run.graph].expect_once(values);
  }
  if (run.result) expect(values).toEqual(run.result);
  const last_step = run.checkpoints?.at(-1)?.step ?? 0;
  if (last_step > 0) {
    const kept = (await api.ok('GET', `${path}/history?limit=100`)).map(({checkpoint}) => checkpoint.checkpoint_id);
    expect(kept).toEqual(
      expect.arrayContaining(run.checkpoints.filter(({step}) => step < last_step).map(({id}) => id)),
    );
  }
}

describe(`${kRuns} runs and a SIGKILL (SEED=${kSeed})`, () => {
  it.each(Array.from({length: kRounds}, (_, round) => round))(
    'round %i',
    async () => {
      const runs = Array.from({length: kRuns}, (_, at) => launch(at));
      await new Promise((moment) => setTimeout(moment, 10 + random(400)));
      await server.restart('SIGKILL');
      await Promise.all(runs.map(({answered}) => answered));
      await until(
        async () => (await api.ok('POST', '/threads/search', {status: 'busy', limit: 1})).length === 0,
        'every thread to come to rest',
      );
      await Promise.all(runs.map(expect_kept));
    },
    60_000,
  );

  it('hit runs that were under way', () => expect(cut_short).toBeGreaterThan(0));
});
