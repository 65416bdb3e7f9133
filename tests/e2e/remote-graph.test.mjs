// RemoteGraph of @langchain/langgraph: a graph of this server as if it were a local one, alone and inside a local one.
import {
  Annotation,
  Command,
  END,
  GraphInterrupt,
  MemorySaver,
  START,
  StateGraph,
  interrupt,
  isGraphInterrupt,
} from '@langchain/langgraph';
import {RemoteGraph} from '@langchain/langgraph/remote';
import {HumanMessage} from '@langchain/core/messages';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {all, failure_of, human, texts} from './support/graphs.mjs';
import {kConformance, Server} from './support/server.mjs';

let server;
beforeAll(async () => {
  server = await Server.start({plugins: kConformance});
});
afterAll(() => server?.remove());

const remote = (graphId, more = {}) => new RemoteGraph({graphId, url: server.url, apiKey: null, ...more});
const on_thread = () => ({configurable: {thread_id: crypto.randomUUID()}});
const kinds = (chunks) => [...new Set(chunks.map(({type}) => type))].sort();

describe('alone', () => {
  it('is invoked, with a thread or without, with messages of the library', async () => {
    const input = {messages: [new HumanMessage({content: 'hola', id: 'mine'})]};
    for (const config of [undefined, on_thread()]) {
      const {messages} = await remote('echo').invoke(input, config);
      expect(messages).toMatchObject([
        {type: 'human', content: 'hola', id: 'mine'},
        {type: 'ai', content: 'echo: hola'},
      ]);
    }
  });

  it('throws what a node failed with', async () => {
    const error = await failure_of(remote('err').invoke({foo: []}, on_thread()));
    expect(error.name).toBe('RemoteException');
    expect(JSON.parse(error.message)).toMatchObject({error: 'TypeError', message: 'kaboom'});
  });

  it.each([
    ['values', (chunks) => expect(chunks.map(({messages}) => messages.length)).toEqual([1, 2, 3, 4])],
    ['updates', (chunks) => expect(chunks.map((chunk) => Object.keys(chunk)[0])).toEqual(['agent', 'tool', 'agent'])],
    ['custom', (chunks) => expect(chunks).toEqual([{type: 'sleep', step: 0}])],
    ['debug', (chunks) => expect(kinds(chunks)).toEqual(['checkpoint', 'task', 'task_result'])],
    ['tasks', (chunks) => expect(chunks.map(({name}) => name).join(' ')).toBe('agent agent tool tool agent agent')],
    ['checkpoints', (chunks) => expect(chunks.map(({metadata}) => metadata.step)).toEqual([-1, 0, 1, 2, 3])],
  ])('streams %s', async (streamMode, check) => {
    const input = {...human('foo'), sleep: {steps: 1, ms: 0}};
    check(await all(await remote('agent').stream(input, {...on_thread(), streamMode})));
  });

  it('streams several modes at once, each under its name, messages by the letter', async () => {
    const modes = ['values', 'messages-tuple', 'tools'];
    const chunks = await all(await remote('agent').stream(human('foo'), {...on_thread(), streamMode: modes}));
    expect(new Set(chunks.map(([mode]) => mode))).toEqual(new Set(['values']));
    const written = await all(await remote('agent').stream(human('foo'), {...on_thread(), streamMode: ['messages']}));
    expect(written.map(([mode, [chunk]]) => [mode, chunk.content])).toEqual(
      [...'begin', 'tool_call__begin', ...'end'].map((text) => ['messages', text]),
    );
  });

  it('streams what graphs inside say, under where they are', async () => {
    const config = {...on_thread(), streamMode: ['custom', 'updates'], subgraphs: true, interruptBefore: ['child']};
    const graph = remote('parent');
    const until_break = [];
    const broken = failure_of(
      (async () => {
        for await (const chunk of await graph.stream({foo: ['in']}, config)) until_break.push(chunk);
      })(),
    );
    expect(isGraphInterrupt(await broken)).toBe(true);
    expect(until_break).toEqual([
      [[], 'custom', {hello: 'p1'}],
      [[], 'updates', {p1: {foo: ['p1']}}],
    ]);
    const inside = [];
    await failure_of(
      (async () => {
        for await (const chunk of await graph.stream(null, {...config, interruptBefore: []})) inside.push(chunk);
      })(),
    );
    expect(inside[0]).toEqual([[expect.stringMatching(/^child:/)], 'custom', {progress: 1}]);
  });

  it('shows, changes and remembers its state', async () => {
    const graph = remote('hitl');
    const config = on_thread();
    const asked = await failure_of(graph.invoke({foo: ['in']}, config));
    expect(asked).toBeInstanceOf(GraphInterrupt);
    expect(asked.interrupts).toMatchObject([{id: expect.any(String), value: {question: 'ok?'}}]);
    const state = await graph.getState(config);
    expect(state).toMatchObject({
      values: {foo: ['in', 'one']},
      next: ['ask'],
      metadata: {source: 'loop', step: 1},
      config: {configurable: {thread_id: config.configurable.thread_id, checkpoint_ns: '', checkpoint_map: {}}},
      tasks: [{name: 'ask', interrupts: [{interrupt_id: asked.interrupts[0].id, value: {question: 'ok?'}}]}],
    });

    const changed = await graph.updateState(config, {foo: ['x']}, 'ask');
    expect(changed.configurable.checkpoint_id > state.config.configurable.checkpoint_id).toBe(true);
    expect(await graph.getState(changed)).toMatchObject({values: {foo: ['in', 'one', 'x']}, next: ['two']});
    expect(await graph.getState(state.config)).toMatchObject({values: {foo: ['in', 'one']}, next: ['ask']});
    expect(await graph.invoke(null, config)).toEqual({foo: ['in', 'one', 'x', 'two']});

    const steps = async (options) =>
      (await all(graph.getStateHistory(config, options))).map(({metadata}) => metadata.step);
    expect(await steps()).toEqual([3, 2, 1, 0, -1]);
    expect(await steps({limit: 2, before: state.config})).toEqual([0, -1]);
    expect(await steps({filter: {source: 'update'}})).toEqual([2]);
  });

  it('shows the state of graphs inside', async () => {
    const graph = remote('parent');
    const config = on_thread();
    await failure_of(graph.invoke({foo: ['in']}, config));
    const [{state}] = (await graph.getState(config)).tasks;
    expect(state.configurable).toMatchObject({checkpoint_ns: expect.stringMatching(/^child:/)});
    const [task] = (await graph.getState(config, {subgraphs: true})).tasks;
    expect(task.state).toMatchObject({values: {foo: ['in', 'p1', 'inner_a']}, next: ['inner_ask']});
  });

  it('draws itself, and knows the graphs inside', async () => {
    const drawn = await remote('weather').getGraphAsync();
    const names = ['__start__', 'router_node', 'weather_graph', '__end__'];
    expect(Object.keys(drawn.nodes)).toEqual(expect.arrayContaining(names));
    expect(drawn.drawMermaid()).toMatch(/router_node/);
    const deep = await remote('nested').getGraphAsync({xray: true});
    expect(Object.keys(deep.nodes)).toContain('gp_two:p_two:c_one');
    const inside = await all(remote('nested').getSubgraphsAsync(undefined, true));
    expect(inside.map(([name]) => name)).toEqual(['gp_two', 'gp_two|p_two']);
  });

  it('streams events of protocol v2', async () => {
    const run = await remote('agent').streamEvents(human('foo'), {...on_thread(), version: 'v3'});
    const methods = new Set((await all(run)).map(({method}) => method));
    for (const method of ['lifecycle', 'values', 'messages']) expect(methods).toContain(method);
    expect(texts((await run.output).messages)).toEqual(['foo', 'begin', 'tool_call__begin', 'end']);
  });
});

describe('inside a local graph', () => {
  const Shared = Annotation.Root({
    foo: Annotation({reducer: (_, next) => next, default: () => []}),
    answer: Annotation(),
  });
  const local = (node) =>
    new StateGraph(Shared)
      .addNode('before', () => ({foo: ['local']}))
      .addNode('far', node)
      .addNode('after', ({foo}) => ({foo: [...foo, 'after']}))
      .addEdge(START, 'before')
      .addEdge('before', 'far')
      .addEdge('far', 'after')
      .addEdge('after', END)
      .compile({checkpointer: new MemorySaver()});

  it('pauses the graph around it with its question', async () => {
    const graph = local(remote('hitl'));
    const config = on_thread();
    const paused = await graph.invoke({foo: []}, config);
    expect(paused).toMatchObject({foo: ['local'], __interrupt__: [{value: {question: 'ok?'}}]});
    const {next, tasks} = await graph.getState(config);
    expect(next).toEqual(['far']);
    expect(tasks[0].interrupts).toEqual(paused.__interrupt__);
    // Its thread here is the local one's.
    expect(await remote('hitl').getState(config)).toMatchObject({next: ['ask'], values: {foo: ['local', 'one']}});
  });

  it('goes on with the answer that the graph around it is given', async () => {
    const far = remote('hitl');
    // A RemoteGraph that is a node itself begins anew whenever its node does; one that is called can be answered.
    const graph = local(async ({foo}, {configurable: {thread_id}}) => {
      const config = {configurable: {thread_id}};
      const state = await far.getState(config).catch(() => undefined); // there is none the first time
      const [waiting] = (state?.tasks ?? []).flatMap(({interrupts}) => interrupts);
      if (waiting) return far.invoke(new Command({resume: interrupt(waiting.value)}), config);
      try {
        return await far.invoke({foo}, config);
      } catch (error) {
        if (!isGraphInterrupt(error)) throw error;
        return far.invoke(new Command({resume: interrupt(error.interrupts[0].value)}), config);
      }
    });
    const config = on_thread();
    const paused = await graph.invoke({foo: []}, config);
    expect(paused.__interrupt__).toMatchObject([{value: {question: 'ok?'}}]);
    const done = await graph.invoke(new Command({resume: 'yes'}), config);
    expect(done).toEqual({foo: ['local', 'one', 'ask', 'two', 'after'], answer: 'yes'});
    expect((await graph.getState(config)).next).toEqual([]);
    expect((await far.getState(config)).next).toEqual([]);
  });

  it('streams through the graph around it', async () => {
    const chunks = await all(
      await local(remote('parent', {interruptBefore: ['child']})).stream(
        {foo: []},
        {...on_thread(), streamMode: ['custom', 'updates'], subgraphs: true},
      ),
    );
    expect(chunks).toContainEqual([[expect.stringMatching(/^far:/)], 'custom', {hello: 'p1'}]);
    expect(chunks).toContainEqual([[expect.stringMatching(/^far:/)], 'updates', {p1: {foo: ['p1']}}]);
  });
});
