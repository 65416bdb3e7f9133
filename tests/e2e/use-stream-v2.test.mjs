// useStream of @langchain/react, which speaks protocol v2 alone, in a real browser on a page of another origin.
import {afterAll, afterEach, beforeAll, describe, expect, it} from 'vitest';
import {Api, until} from './support/api.mjs';
import {Site} from './support/chat.mjs';
import {human, texts} from './support/graphs.mjs';
import {kConformance, Server} from './support/server.mjs';

// The package brings an SDK of its own; with the newest one in its place it has to work as well.
const kHook = {'the-hook': '@langchain/react'};
const kHooks = {own: kHook, '1.15.0': {...kHook, '@langchain/langgraph-sdk': 'sdk-1'}};

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

describe.each([
  ['own', 'sse'],
  ['1.15.0', 'sse'],
  ['1.15.0', 'websocket'],
])('useStream v2 with SDK %s over %s', (version, transport) => {
  let chat;
  afterEach(() => chat?.close());
  const open = async (assistantId, thread_id) => {
    chat = await site.open(version, {apiUrl: server.url, apiKey: null, assistantId, transport}, thread_id);
    return chat;
  };
  const runs = async () => api.ok('GET', `/threads/${(await chat.seen()).threadId}/runs`);

  it('shows messages while they grow, each once, and the values, in two runs', async () => {
    await open('agent');
    await chat.submit({messages: [{type: 'human', content: 'foo', id: 'mine'}]});
    const first = await chat.until(({messages, isLoading}) => messages.length === 4 && !isLoading);
    expect(texts(first.messages)).toEqual(kFoo);
    expect(first.values.interrupt).toBe(false);
    expect(first.error).toBeFalsy();
    const kept = async () => (await api.state(first.threadId)).values.messages.map(({id}) => id);
    expect(first.messages.map(({id}) => id)).toEqual(await kept());
    expect((await chat.said_at(1)).every((text) => 'begin'.startsWith(text))).toBe(true);

    await chat.submit(human('bar'));
    const second = await chat.until(({messages, isLoading}) => messages.length === 8 && !isLoading);
    expect(texts(second.messages)).toEqual([...kFoo, 'bar', 'begin', 'tool_call__begin', 'end']);
    expect(second.messages.map(({id}) => id)).toEqual(await kept());
    await chat.expect_no_doubles();
  });

  it('shows the question of a node, also after a reload, and goes on with the answer', async () => {
    await open('hitl');
    await chat.submit({foo: ['in']});
    const asked = await chat.until(({interrupt, isLoading}) => interrupt && !isLoading);
    expect(asked.interrupt).toMatchObject({value: {question: 'ok?'}});
    expect((await api.state(asked.threadId)).tasks[0].interrupts[0].id).toBe(asked.interrupt.id);
    await chat.reload();
    expect((await chat.until(({interrupt}) => interrupt)).interrupt).toMatchObject(asked.interrupt);
    await chat.with_hook((stream) => void stream.respond('yes'));
    const done = await chat.until(({values, isLoading}) => values.answer && !isLoading);
    expect(done.values).toMatchObject({foo: ['in', 'one', 'ask', 'two'], answer: 'yes'});
    expect(done.interrupt).toBeUndefined();
  });

  it('answers two questions at once', async () => {
    await open('par');
    await chat.submit({foo: ['in']});
    await chat.until(({interrupts, isLoading}) => interrupts.length === 2 && !isLoading);
    await chat.with_hook((stream) =>
      void stream.respondAll(Object.fromEntries(stream.interrupts.map(({id, value}) => [id, `re ${value}`]))),
    );
    const {values} = await chat.until(({values, isLoading}) => values.foo?.length === 4 && !isLoading);
    expect(values.foo).toEqual(['in', 'fan', 'a:re qa', 'b:re qb']);
  });

  it('finds a run again after a reload in its middle, and sees it end', async () => {
    await open('agent');
    await chat.submit({...human('foo'), sleep: {steps: 15, ms: 100}});
    await chat.page.waitForFunction(() => window.created.length === 1);
    await until(async () => (await runs())[0]?.status === 'running', 'the run to begin');
    await chat.reload();
    const {messages, error} = await chat.until(({messages, isLoading}) => messages.length === 4 && !isLoading);
    expect(error).toBeFalsy();
    expect(texts(messages)).toEqual(kFoo);
    await chat.expect_no_doubles();
    expect(await runs()).toMatchObject([{status: 'success'}]);
  });

  it('stops a run, without an error', async () => {
    await open('agent');
    await chat.submit({...human('foo'), sleep: 60});
    await chat.page.waitForFunction(() => window.created.length === 1);
    await chat.with_hook((stream) => void stream.stop());
    const {error} = await chat.until(({isLoading}) => !isLoading);
    expect(error).toBeFalsy();
    await until(async () => (await runs())[0].status === 'interrupted', 'the run to be cancelled');
  });

  it('shows an error as what the node said', async () => {
    await open('err');
    await chat.submit({foo: ['in']});
    expect((await chat.until(({error}) => error)).error.message).toMatch(/kaboom/);
  });

  it('opens a fresh thread, and writes its first message', async () => {
    const thread_id = await api.thread();
    await open('echo', thread_id);
    const fresh = await chat.until(({isThreadLoading}) => !isThreadLoading);
    expect(fresh).toMatchObject({messages: [], isLoading: false});
    expect([fresh.error, fresh.interrupt]).toEqual([undefined, undefined]);
    await chat.submit(human('hola'));
    const {messages, threadId} = await chat.until(({messages, isLoading}) => messages.length === 2 && !isLoading);
    expect(texts(messages)).toEqual(['hola', 'echo: hola']);
    expect(threadId).toBe(thread_id);
  });
});
