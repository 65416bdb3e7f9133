// GET /metrics: it is what Prometheus reads, it says what docs/metrics.md says, and its numbers move as they should.
import {readFileSync} from 'node:fs';
import {resolve} from 'node:path';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {Api, until} from './support/api.mjs';
import {kConformance, Server} from './support/server.mjs';

let server;
let api;
beforeAll(async () => {
  server = await Server.start({plugins: kConformance});
  api = new Api(server);
});
afterAll(() => server?.remove());

const kName = '[a-z_][a-z0-9_]*';
const kLabel = `${kName}="(?:[^"\\\\\\n]|\\\\["\\\\n])*"`;
const kSample = new RegExp(`^(${kName})(?:\\{(${kLabel}(?:,${kLabel})*)\\})? (-?[0-9.e+-]+)$`);

// Strict: {families: {name: type}, samples: [{name, labels, value}]}.
function parse(text) {
  expect(text.endsWith('\n')).toBe(true);
  const families = {};
  const samples = [];
  let family;
  for (const line of text.slice(0, -1).split('\n')) {
    const help = new RegExp(`^# HELP (${kName}) \\S.*$`).exec(line);
    const type = new RegExp(`^# TYPE (${kName}) (counter|gauge|histogram)$`).exec(line);
    if (help) {
      family = help[1];
      expect(families, `${family} comes twice`).not.toHaveProperty(family);
    } else if (type) {
      expect(type[1]).toBe(family);
      families[family] = type[2];
    } else {
      const [, name, labels = '', value] = kSample.exec(line) ?? expect.fail(`no sample: ${line}`);
      const suffix = families[family] === 'histogram' ? '(_bucket|_sum|_count)' : '';
      expect(name, line).toMatch(new RegExp(`^${family}${suffix}$`));
      const pairs = [...labels.matchAll(new RegExp(`(${kName})="((?:[^"\\\\]|\\\\.)*)"`, 'g'))];
      samples.push({name, labels: Object.fromEntries(pairs.map(([, key, text]) => [key, text])), value: Number(value)});
    }
  }
  return {families, samples};
}

async function scrape() {
  const {status, headers, text} = await api.call('GET', '/metrics');
  expect([status, headers.get('content-type')]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8']);
  return parse(text);
}

// The sum of the samples that have these labels.
async function number(name, labels = {}) {
  const {samples} = await scrape();
  const has = (sample) => Object.entries(labels).every(([key, value]) => sample.labels[key] === value);
  return samples.filter((sample) => sample.name === name && has(sample)).reduce((sum, {value}) => sum + value, 0);
}

// How much each number grows while work() is done: [[name, labels], ...] -> [delta, ...].
async function growth(numbers, work) {
  const read = () => Promise.all(numbers.map(([name, labels]) => number(name, labels)));
  const before = await read();
  await work();
  return (await read()).map((now, i) => now - before[i]);
}

const wait = (graph, input) => api.ok('POST', '/runs/wait', {assistant_id: graph, input});

it('shows what docs/metrics.md describes, and nothing else', async () => {
  const described = readFileSync(resolve(import.meta.dirname, '../../docs/metrics.md'), 'utf8');
  const rows = [...described.matchAll(/^\| `([a-z0-9_]+)` \| (\w+) \|/gm)].map(([, name, type]) => [name, type]);
  expect((await scrape()).families).toEqual(Object.fromEntries(rows));
});

it('fills histograms as Prometheus expects them', async () => {
  await wait('echo', {});
  const {families, samples} = await scrape();
  const groups = {};
  for (const {name, labels, value} of samples) {
    const [, family, part] = /^(.*?)(_bucket|_sum|_count)?$/.exec(name);
    if (families[family] !== 'histogram') continue;
    const {le, ...rest} = labels;
    const group = (groups[family + JSON.stringify(rest)] ??= {bounds: [], counts: []});
    if (part === '_count') group.count = value;
    if (part !== '_bucket') continue;
    group.bounds.push(le === '+Inf' ? Infinity : Number(le));
    group.counts.push(value);
  }
  expect(Object.keys(groups).length).toBeGreaterThan(4);
  const grows = (list) => list.every((one, i) => i === 0 || one >= list[i - 1]);
  for (const [name, {bounds, counts, count}] of Object.entries(groups)) {
    expect(grows(bounds) && grows(counts), name).toBe(true);
    expect([bounds.at(-1), counts.at(-1)], name).toEqual([Infinity, count]);
  }
});

describe('counts', () => {
  it('requests by route and class of status', async () => {
    const route = '/threads/{thread_id}';
    const requests = (labels) => ['agenthost_http_requests_total', labels];
    const thread_id = await api.thread();
    const grown = await growth(
      [
        requests({method: 'GET', route, status: '2xx'}),
        requests({method: 'GET', route, status: '4xx'}),
        requests({method: '', route: '', status: '4xx'}),
        ['agenthost_http_request_duration_seconds_count', {method: 'GET', route}],
      ],
      async () => {
        for (const id of [thread_id, thread_id, 'not-a-uuid']) await api.call('GET', `/threads/${id}`);
        await api.call('GET', `/nowhere/${crypto.randomUUID()}`);
      },
    );
    expect(grown).toEqual([2, 1, 1, 3]);
  });

  it('runs and nodes by graph and outcome, of stateless runs too', async () => {
    const finished = (graph, status) => ['agenthost_runs_finished_total', {graph, status}];
    const grown = await growth(
      [
        ['agenthost_runs_started_total', {graph: 'echo'}],
        finished('echo', 'success'),
        ['agenthost_run_duration_seconds_count', {graph: 'echo'}],
        finished('err', 'error'),
        ['agenthost_node_executions_total', {graph: 'err'}],
        ['agenthost_node_failures_total', {graph: 'err'}],
        finished('hitl', 'success'),
      ],
      async () => {
        await wait('echo', {});
        await wait('err', {});
        await api.wait(await api.thread(), {assistant_id: 'echo', input: {}});
        await api.wait(await api.thread(), {assistant_id: 'hitl', input: {}});
      },
    );
    expect(grown).toEqual([2, 2, 2, 1, 2, 1, 1]);
  });

  it('runs that are at work, and those that wait for their turn', async () => {
    const thread_id = await api.thread();
    const first = await api.run(thread_id, {assistant_id: 'slow', input: {}});
    const second = await api.run(thread_id, {assistant_id: 'slow', input: {}});
    expect([await number('agenthost_runs_running'), await number('agenthost_runs_queued')]).toEqual([1, 1]);
    for (const {run_id} of [second, first]) await api.call('POST', `/threads/${thread_id}/runs/${run_id}/cancel?wait=1`);
    expect([await number('agenthost_runs_running'), await number('agenthost_runs_queued')]).toEqual([0, 0]);
    expect(await number('agenthost_runs_finished_total', {graph: 'slow', status: 'interrupted'})).toBe(2);
  });

  it('streams while they are open', async () => {
    const open = () => number('agenthost_http_streams_open', {kind: 'response'});
    const leave = new AbortController();
    const body = {assistant_id: 'slow', input: {}, on_disconnect: 'cancel'};
    await api.open_stream('POST', '/runs/stream', body, {}, leave.signal);
    expect(await open()).toBe(1);
    leave.abort();
    await until(async () => (await open()) === 0, 'the stream to be counted as closed');
  });

  it('what the storage commits', async () => {
    const [batches, commits] = await growth(
      [['agenthost_storage_commit_batches_sum'], ['agenthost_storage_commit_duration_seconds_count']],
      () => Promise.all(Array.from({length: 20}, () => api.thread())),
    );
    expect(batches).toBe(20);
    expect(commits).toBeGreaterThan(0);
    expect(commits).toBeLessThanOrEqual(20);
  });
});

it('says the same as JSON, and refuses other forms', async () => {
  const metrics = await api.ok('GET', '/metrics?format=json');
  const {families} = await scrape();
  expect(Object.fromEntries(Object.entries(metrics).map(([name, {type}]) => [name, type]))).toEqual(families);
  expect(metrics.agenthost_build_info.samples[0]).toMatchObject({labels: {version: expect.any(String)}, value: 1});
  expect(metrics.agenthost_run_duration_seconds.samples[0]).toMatchObject({
    labels: {graph: expect.any(String)},
    count: expect.any(Number),
    sum: expect.any(Number),
    buckets: {'+Inf': expect.any(Number)},
  });
  await api.refused(422, 'GET', '/metrics?format=xml');
});
