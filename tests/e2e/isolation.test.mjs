// Plugins in worker processes, from outside: processes are killed at random under the load of runs, and no run and no
// server is lost; one loss too many puts the plugin in quarantine, and that is said.
import {readFile} from 'node:fs/promises';
import {afterEach, expect, it} from 'vitest';
import {Api} from './support/api.mjs';
import {Server} from './support/server.mjs';

const kInput = {messages: [{role: 'user', content: 'hi'}]};

let server;
afterEach(() => server?.remove());

function start(process) {
  return Server.start({config: {log: {level: 'error'}, plugins: {isolation: 'process', process}}});
}

async function plugin(api, id) {
  return (await api.ok('GET', '/info')).plugins.find((one) => one.id === id);
}

// AGENTHOST_KILL_RUNS=10000 makes it the long one (docs/isolation.md has its figures).
const kRuns = Number(process.env.AGENTHOST_KILL_RUNS ?? 1_000);

it('loses no run and no server while worker processes are killed and stopped', {timeout: 600_000}, async () => {
  server = await start({children: 2, restarts_per_minute: 100_000, hang_timeout_ms: 1_000});
  const api = new Api(server);
  const {pid} = server;
  const began = Date.now();
  let left = kRuns;
  let kills = 0;
  let stops = 0;
  const answers = new Map();
  const client = async () => {
    while (left-- > 0) {
      const {status, json, text} = await api.call('POST', '/runs/wait', {assistant_id: 'echo', input: {...kInput, delay_ms: left % 3}});
      const answer = `${status} ${json?.messages?.at(-1)?.content ?? text}`;
      answers.set(answer, (answers.get(answer) ?? 0) + 1);
    }
  };
  const killer = async () => {
    while (left > 0) {
      const before = left;
      const pids = await server.workers();
      const victim = pids[(kills * 7) % pids.length];
      // A process that is stopped gives no sign of life, and is replaced as one that hangs.
      const signal = kills % 10 === 5 ? 'SIGSTOP' : 'SIGKILL';
      if (victim !== undefined) {
        process.kill(victim, signal);
        kills += 1;
        stops += signal === 'SIGSTOP' ? 1 : 0;
      }
      await expect.poll(() => left, {interval: 1, timeout: 20_000}).toBeLessThan(before - 20);
    }
  };
  const watcher = async () => {
    while (left > 0) expect((await api.call('GET', '/ok')).status).toBe(200);
  };
  await Promise.all([watcher(), killer().catch((error) => left > 0 && Promise.reject(error)), ...Array.from({length: 16}, client)]);
  if (process.env.AGENTHOST_KILL_RUNS) {
    console.log(`${kRuns} runs, ${kills - stops} kills, ${stops} stops in ${(Date.now() - began) / 1000} s`);
  }
  expect(Object.fromEntries(answers)).toEqual({'200 echo: hi': kRuns});
  expect(kills).toBeGreaterThan(kRuns / 100);
  expect(stops).toBeGreaterThan(0);
  expect(server.pid).toBe(pid);
  expect(server.alive).toBe(true);
  expect(await plugin(api, 'echo')).toMatchObject({loaded: true});
});

it('puts a plugin in quarantine after too many losses, and says so', async () => {
  server = await start({children: 1, restarts_per_minute: 0});
  const api = new Api(server);
  for (const pid of await server.workers()) process.kill(pid, 'SIGKILL');
  await expect.poll(async () => (await plugin(api, 'echo')).loaded).toBe(false);
  expect((await plugin(api, 'echo')).reason).toMatch(/^in quarantine: more than 0 of its processes were lost/);
  const thread_id = await api.thread();
  const {run_id} = await api.run(thread_id, {assistant_id: 'echo', input: kInput});
  await api.call('GET', `/threads/${thread_id}/runs/${run_id}/join`);
  expect((await api.ok('GET', `/threads/${thread_id}/runs/${run_id}`)).status).toBe('error');
});

it('lets its worker processes end with it, even when it is killed', async () => {
  server = await start({children: 2});
  const pids = await server.workers();
  expect(pids.length).toBeGreaterThan(2);
  await server.stop('SIGKILL');
  // Gone, or dead and not yet collected by whoever inherits it.
  const gone = (pid) => readFile(`/proc/${pid}/stat`, 'utf8').then((stat) => / Z /.test(stat), () => true);
  await expect.poll(async () => (await Promise.all(pids.map(gone))).every(Boolean), {timeout: 10_000}).toBe(true);
});
