// What plugins tell of their own work, in the server's process and in processes of their own: their numbers are on
// GET /metrics beside the server's, their spans in the run's trace, which goes on the caller's.
import {afterEach, describe, expect, it} from 'vitest';
import {Api, until} from './support/api.mjs';
import {Server} from './support/server.mjs';

let server;
let api;
afterEach(() => server?.remove());

async function start(config) {
  server = await Server.start({config: {log: {level: 'info'}, ...config}});
  api = new Api(server);
}

const read = (text, headers) => api.call('POST', '/runs/wait', {assistant_id: 'reader', input: {text}}, headers);

// The spans in the log, by name.
async function spans(count) {
  const found = () => [...server.output.matchAll(/ trace: (\{.*\})$/gm)].map(([, json]) => JSON.parse(json));
  await until(() => found().length >= count);
  return Object.fromEntries(found().map((span) => [span.name, span]));
}

describe.each([['in the server', 'in_process'], ['in worker processes', 'process']])('a plugin %s', (_, isolation) => {
  it('counts on /metrics', async () => {
    await start({plugins: {isolation}});
    for (const text of ['one', 'one two', 'one two three']) expect((await read(text)).json.words).toBe(text.split(' ').length);
    const {'agenthost_plugin_words_read_total': words, 'agenthost_plugin_text_words': spread} = await api.ok('GET', '/metrics?format=json');
    expect(words).toMatchObject({type: 'counter', samples: [{labels: {plugin: 'echo-cpp', graph: 'reader'}, value: 6}]});
    expect(spread.samples).toEqual([
      {labels: {plugin: 'echo-cpp'}, count: 3, sum: 6, buckets: {1: 1, 10: 3, 100: 3, '+Inf': 3}},
    ]);
  });

  it('adds its spans to the run, and the run goes on the trace of its caller', async () => {
    await start({plugins: {isolation}, trace: {sink: 'log'}});
    const {status, json} = await read('one two', {traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'});
    expect(status).toBe(200);
    const {'run reader': run, 'node read': node, 'count words': words} = await spans(3);
    expect([run, node, words].map((span) => span.trace_id)).toEqual(Array(3).fill('4bf92f3577b34da6a3ce929d0e0e4736'));
    expect(run.parent_span_id).toBe('00f067aa0ba902b7');
    expect(node.parent_span_id).toBe(run.span_id);
    expect(words.parent_span_id).toBe(node.span_id);
    expect(words.attributes).toEqual({plugin: 'echo-cpp', words: 2});
    expect(json.traceparent).toBe(`00-${words.trace_id}-${words.span_id}-01`);
    expect(words.duration_ms).toBeLessThanOrEqual(node.duration_ms);
    expect(node.duration_ms).toBeLessThanOrEqual(run.duration_ms);
  });
});

it('names a trace after its run, and says what failed', async () => {
  await start({trace: {sink: 'log'}});
  const thread_id = await api.thread();
  const run = await api.run(thread_id, {assistant_id: 'delegate', input: {agent: 'nobody', question: 'why'}});
  const {'run delegate': whole, 'node ask': node} = await spans(2);
  expect(whole).toMatchObject({trace_id: run.run_id.replaceAll('-', ''), attributes: {run_id: run.run_id, thread_id, status: 'error'}});
  expect(whole).not.toHaveProperty('parent_span_id');
  expect(node.error).toMatch(/subagent/);
});

it('follows a run into the agents it asks', async () => {
  await start({trace: {sink: 'log'}});
  await api.ok('POST', '/runs/wait', {assistant_id: 'delegate', input: {agent: 'echo', question: 'why'}});
  const {'node ask': node, 'run echo': asked, 'run delegate': whole} = await spans(4);
  expect(asked.trace_id).toBe(whole.trace_id);
  expect(asked.parent_span_id).toBe(node.span_id);
});

it('leaves out what its caller does not record', async () => {
  await start({trace: {sink: 'log'}});
  const {json} = await read('one', {traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00'});
  expect(json.traceparent).toBe('');
  expect(server.output).not.toMatch(/ trace: /);
});

it('keeps no spans unless it is told to', async () => {
  await start({});
  expect((await read('one', {traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'})).json.traceparent).toBe('');
  expect(server.output).not.toMatch(/ trace: /);
});
