// useStream of @langchain/langgraph-sdk/react, both lines, in a real browser on a page of another origin: what a chat
// built with it shows.
import {afterAll, afterEach, beforeAll, describe, expect, it} from 'vitest';
import {Api, until} from './support/api.mjs';
import {Site} from './support/chat.mjs';
import {human, texts} from './support/graphs.mjs';
import {kConformance, Server} from './support/server.mjs';

const kHooks = {'1.15.0': {'the-hook': 'sdk-1/react'}, '2.0.0': {'the-hook': 'sdk-2/react'}};

let server;
let api;
let site;
beforeAll(async () => {
  server = await Server.start({plugins: kConformance});
  api = new Api(server);
  site = await Site.start(kHooks);
});
afterAll(async () => {
  await site?.stop();
  await server?.remove();
});

const kFoo = ['foo', 'begin', 'tool_call__begin', 'end'];
const settled = (chat) =>
  chat.until(({threadId, isLoading, isThreadLoading}) => threadId && !isLoading && !isThreadLoading);

describe.each(Object.keys(kHooks))('useStream %s', (version) => {
  let chat;
  afterEach(() => chat?.close());
  const open = async (assistantId, options, thread_id) => {
    chat = await site.open(version, {apiUrl: server.url, apiKey: null, assistantId, ...options}, thread_id);
    return chat;
  };

  it('shows messages while they grow, each once, under the ids that are kept', async () => {
    await open('agent');
    const mine = {type: 'human', content: 'foo', id: 'mine'};
    await chat.submit({messages: [mine]}, {optimisticValues: {messages: [mine]}});
    await chat.until(({messages}) => messages.length === 4);
    const {messages, threadId, error} = await settled(chat);
    expect(error).toBeUndefined();
    expect(texts(messages)).toEqual(kFoo);
    const {values} = await api.state(threadId);
    expect(messages.map(({id}) => id)).toEqual(values.messages.map(({id}) => id));
    expect(messages[0].id).toBe('mine');
    await chat.expect_no_doubles();
    expect((await chat.said_at(1)).every((text) => 'begin'.startsWith(text))).toBe(true);
    expect(await chat.page.locator('p.ai').allInnerTexts()).toEqual(['begin', 'end']);
    // From another origin this header is read only when the server exposes it.
    const [run] = await api.ok('GET', `/threads/${threadId}/runs`);
    expect(await chat.page.evaluate(() => window.created)).toEqual([{run_id: run.run_id, thread_id: threadId}]);
  });

  it('shows the question of a node, and goes on with the answer', async () => {
    await open('hitl', {fetchStateHistory: true});
    await chat.submit({foo: ['in']});
    const asked = await chat.until(({interrupt, isLoading}) => interrupt && !isLoading);
    expect(asked.interrupt).toMatchObject({value: {question: 'ok?'}});
    const {tasks} = await api.state(asked.threadId);
    expect(asked.interrupt.id).toBe(tasks[0].interrupts[0].id);
    await chat.reload(); // the question is still there, from the state
    expect((await chat.until(({interrupt}) => interrupt)).interrupt).toMatchObject(asked.interrupt);
    await chat.submit(undefined, {command: {resume: 'yes'}});
    const done = await chat.until(({values, isLoading}) => values.answer && !isLoading);
    expect(done.values).toEqual({foo: ['in', 'one', 'ask', 'two'], answer: 'yes'});
    expect(done.interrupt).toBeUndefined();
  });

  it('shows a breakpoint as one, and goes on with nothing', async () => {
    await open('weather', {fetchStateHistory: true});
    await chat.submit(human('SF'));
    const stopped = await chat.until(({interrupt, isLoading}) => interrupt && !isLoading);
    expect(stopped.interrupt).toEqual({when: 'breakpoint'});
    await chat.submit(null);
    const done = await chat.until(({messages, isLoading}) => messages.length === 2 && !isLoading);
    expect(texts(done.messages)).toEqual(['SF', "It's sunny in San Francisco!"]);
    expect(done.interrupt).toBeUndefined();
  });

  it('joins a run again after a reload in its middle, and sees it end', async () => {
    await open('agent', {reconnectOnMount: true});
    await chat.submit({...human('foo'), sleep: {steps: 15, ms: 100}});
    await chat.page.waitForFunction(() => window.custom.length > 1);
    await chat.reload();
    const {messages, error} = await chat.until(({messages, isLoading}) => messages.length === 4 && !isLoading);
    expect(error).toBeUndefined();
    expect(texts(messages)).toEqual(kFoo);
    // Rejoined from the beginning: what came before the reload comes again.
    const steps = (await chat.page.evaluate(() => window.custom)).map(({step}) => step);
    expect(steps).toEqual([...Array(15).keys()]);
    await chat.expect_no_doubles();
    expect(await chat.page.evaluate(() => sessionStorage.length)).toBe(0);
    expect(await api.ok('GET', `/threads/${(await chat.seen()).threadId}/runs`)).toMatchObject([{status: 'success'}]);
  });

  it('branches where a message is edited or an answer made again, and switches between the branches', async () => {
    await open('agent', {fetchStateHistory: true});
    await chat.submit(human('foo'));
    await chat.until(({messages, isLoading}) => messages.length === 4 && !isLoading);
    const branches_of = (place) =>
      chat.with_hook((stream, at) => {
        const {branch, branchOptions} = stream.getMessagesMetadata(stream.messages[at]) ?? {};
        return {branch, options: branchOptions};
      }, place);
    const submit_from = (place, input) =>
      chat.with_hook(
        (stream, at, given) => {
          const {firstSeenState} = stream.getMessagesMetadata(stream.messages[at]);
          stream.submit(given ?? undefined, {checkpoint: firstSeenState.parent_checkpoint});
        },
        place,
        input,
      );
    expect((await branches_of(0)).options).toBeUndefined();

    await submit_from(0, human('should_end'));
    await chat.until(({messages, isLoading}) => messages.length === 2 && !isLoading);
    const {messages: edited} = await settled(chat);
    expect(texts(edited)).toEqual(['should_end', 'begin']);
    const {branch, options} = await branches_of(0);
    expect(options).toHaveLength(2);
    expect(branch).toBe(options[1]);

    await chat.with_hook((stream, one) => stream.setBranch(one), options[0]);
    expect(texts((await chat.until(({messages}) => messages.length === 4)).messages)).toEqual(kFoo);

    const before = (await chat.seen()).messages[3].id;
    await submit_from(3, null);
    await chat.page.waitForFunction((id) => window.seen.messages[3] && window.seen.messages[3].id !== id, before);
    const {messages: again, error} = await settled(chat);
    expect(error).toBeUndefined();
    expect(texts(again)).toEqual(kFoo);
    expect((await branches_of(3)).options).toHaveLength(2);
    await chat.expect_no_doubles();
  });

  it.each([
    ['that may be rejoined', {reconnectOnMount: true}],
    ['that goes with its page', {}],
  ])('stops a run %s, without an error', async (_, options) => {
    await open('agent', options);
    await chat.submit({...human('foo'), sleep: 60});
    const {threadId} = await chat.until(({messages, threadId}) => threadId && messages.length === 1);
    // A run is written to disk while it goes on; a human is slower than that.
    await until(async () => (await api.state(threadId)).next[0] === 'agent', 'the run to be at its node');
    await chat.with_hook((stream) => void stream.stop());
    const {error, messages} = await settled(chat);
    expect(error).toBeUndefined();
    expect(texts(messages)).toEqual(['foo']);
    const status = async () => (await api.ok('GET', `/threads/${threadId}/runs`))[0].status;
    await until(async () => (await status()) === 'interrupted', 'the run to be cancelled');
  });

  it('shows an error as what the node said, live and from the past', async () => {
    await open('err');
    await chat.submit({foo: ['in']});
    const kError = {name: 'TypeError', message: 'kaboom'};
    expect((await chat.until(({error}) => error)).error).toEqual(kError);
    await settled(chat);
    await chat.reload();
    expect((await chat.until(({error}) => error)).error).toEqual(kError);
  });

  it('opens a fresh thread with an empty past, and writes its first message', async () => {
    const thread_id = await api.thread();
    await open('echo', {fetchStateHistory: true}, thread_id);
    const fresh = await settled(chat);
    expect(fresh).toMatchObject({history: 0, messages: [], values: {}});
    expect([fresh.error, fresh.interrupt]).toEqual([undefined, undefined]);
    await chat.submit(human('hola'));
    const {messages, threadId} = await chat.until(({messages, isLoading}) => messages.length === 2 && !isLoading);
    expect(texts(messages)).toEqual(['hola', 'echo: hola']);
    expect(threadId).toBe(thread_id);
    expect((await settled(chat)).history).toBe(3);
  });
});

it('a page of another origin reads the headers that lead back to a run, and to the next page', async () => {
  const {page} = await site.open('1.15.0', {apiUrl: server.url, assistantId: 'echo'});
  const header_of = (path, body, name) =>
    page.evaluate(
      async ([url, json, header]) => {
        const headers = {'Content-Type': 'application/json', 'X-Api-Key': 'k', 'Last-Event-ID': '-1'};
        const response = await fetch(url, {method: 'POST', headers, body: JSON.stringify(json)});
        await response.text();
        return response.headers.get(header);
      },
      [server.url + path, body, name],
    );
  const run = {assistant_id: 'echo', input: {messages: []}};
  expect(await header_of('/runs/stream', run, 'content-location')).toMatch(/^\/runs\/[0-9a-f-]{36}$/);
  expect(await header_of('/runs/stream', run, 'location')).toMatch(/^\/threads\/.*\/stream$/);
  expect(await header_of('/assistants/search', {limit: 1}, 'x-pagination-next')).toBe('1');
  expect(Number(await header_of('/assistants/search', {limit: 1}, 'x-pagination-total'))).toBeGreaterThan(1);
  await page.close();
});
