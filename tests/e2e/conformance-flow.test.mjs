// The conformance graphs that go by Sends, commands and subgraphs, through the official SDKs: once with the plugin in the
// server's process, once in worker processes.
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {data_of, human, kSdks, Talk, texts} from './support/graphs.mjs';
import {kConformance, Server} from './support/server.mjs';

const servers = {};
beforeAll(async () => {
  for (const isolation of ['in_process', 'process']) {
    const environment = {AGENTHOST_PLUGINS__ISOLATION: isolation};
    servers[isolation] = await Server.start({plugins: kConformance, environment});
  }
});
afterAll(() => Promise.all(Object.values(servers).map((server) => server.remove())));

const kPlaces = kSdks.flatMap(([name, Client]) => [
  [name, 'in_process', Client],
  [name, 'process', Client],
]);

describe.each(kPlaces)('SDK %s, isolation %s', (_, isolation, Client) => {
  let server;
  let client;
  let talk;
  beforeAll(() => {
    server = servers[isolation];
    client = new Client({apiUrl: server.url, apiKey: null});
    talk = new Talk(client);
  });

  describe('agent_simple', () => {
    it('gives the tool one message, and bears a line separator in the last', async () => {
      expect(texts((await talk.wait('agent_simple', human('foo'))).messages)).toEqual([
        'foo',
        'begin',
        'tool_call__begin',
        'end\u2028',
      ]);
      const values = await talk.run('agent_simple', human('foo'), 'values');
      expect(values.at(-1).messages.at(-1).content).toBe('end\u2028');
    });
  });

  describe('weather', () => {
    it('stops in its child before the answer, and resumes there', async () => {
      const thread_id = await talk.thread();
      const before = await talk.stream(thread_id, 'weather', {input: human('SF'), streamMode: ['values', 'updates']});
      expect(data_of(before, 'values').map(({route}) => route)).toEqual([undefined, 'weather']);
      expect(data_of(before, 'updates')).toEqual([{router_node: {route: 'weather'}}, {__interrupt__: []}]);
      expect((await client.threads.get(thread_id)).status).toBe('interrupted');
      expect((await client.threads.getState(thread_id)).next).toEqual(['weather_graph']);

      const events = await talk.stream(thread_id, 'weather', {
        input: null,
        streamMode: ['values', 'updates'],
        streamSubgraphs: true,
      });
      const inner = events.filter(({event}) => event.includes('|'));
      expect(inner.map(({event}) => event.split(':')[0])).toContain('updates|weather_graph');
      const [update] = data_of(events, 'updates');
      expect(texts(update.weather_graph.messages)).toEqual(['SF', "It's sunny in San Francisco!"]);
      expect(data_of(events, 'values').at(-1)).toMatchObject({
        route: 'weather',
        messages: [{content: 'SF'}, {content: "It's sunny in San Francisco!"}],
      });
      expect(data_of(events, 'values').at(-1)).not.toHaveProperty('city');
      expect(await client.threads.getHistory(thread_id)).toHaveLength(4);
    });
  });

  describe('nested', () => {
    it('repeats at each level what it saw', async () => {
      const entered = (...names) => names.map((name) => `Entered ${name} node`);
      expect((await talk.wait('nested', {messages: []})).messages).toEqual(
        entered('gp_one', 'gp_one', 'p_one', 'gp_one', 'p_one', 'c_one', 'c_two'),
      );
      expect((await talk.wait('nested', {messages: ['input']})).messages).toHaveLength(10);
    });
  });

  describe('parent', () => {
    it('reports from inside, asks from inside, and takes what the child has', async () => {
      const thread_id = await talk.thread();
      const events = await talk.stream(thread_id, 'parent', {
        input: {foo: ['in']},
        streamMode: ['custom', 'values'],
        streamSubgraphs: true,
      });
      expect(data_of(events, 'custom')).toEqual([{hello: 'p1'}]);
      expect(events.find(({event}) => event.startsWith('custom|child:')).data).toEqual({progress: 1});
      const values = await client.runs.wait(thread_id, 'parent', {command: {resume: 'r'}});
      expect(values).toEqual({foo: ['in', 'p1', 'in', 'p1', 'inner_a', 'inner_ask', 'p2'], answer: 'r'});
    });
  });

  describe('tools and messages', () => {
    it('agent_with_tools: tells the stream what the tool does', async () => {
      const tools = await talk.run('agent_with_tools', human('SF?'), 'tools');
      expect(tools).toMatchObject([
        {event: 'on_tool_start', toolCallId: 'call_embed_1', name: 'weather', input: '{"query":"SF"}'},
        {event: 'on_tool_end', toolCallId: 'call_embed_1', output: {content: "It's 60 degrees and foggy."}},
      ]);
    });

    it('agent: messages mode says once who writes, then what is there so far, then the whole', async () => {
      const events = await talk.stream(await talk.thread(), 'agent', {input: human('foo'), streamMode: 'messages'});
      const said = events.filter(({event}) => event.startsWith('messages/'));
      const [tool] = data_of(events, 'messages/complete').find(([{type}]) => type === 'tool');
      expect(
        said
          .filter(({data}) => !(tool.id in data) && data[0]?.type !== 'human')
          .map(({event, data}) => [event, data[0]?.content]),
      ).toEqual([
        ['messages/metadata', undefined],
        ...['b', 'be', 'beg', 'begi', 'begin'].map((text) => ['messages/partial', text]),
        ['messages/complete', 'begin'],
        ['messages/complete', 'tool_call__begin'],
        ['messages/metadata', undefined],
        ...['e', 'en', 'end'].map((text) => ['messages/partial', text]),
        ['messages/complete', 'end'],
      ]);
    });

    it('sdk_deep_agent: a sub-agent speaks and ends its call in the namespace of the tool', async () => {
      const events = await talk.stream(await talk.thread(), 'sdk_deep_agent', {
        input: human('go'),
        streamMode: ['messages-tuple', 'tools'],
        streamSubgraphs: true,
      });
      const [start, end] = events.filter(({event}) => event.startsWith('tools|tools:'));
      expect(start.data).toMatchObject({event: 'on_tool_start', toolCallId: 'tc-task-1', name: 'task'});
      expect(end.data).toMatchObject({event: 'on_tool_end', output: {tool_call_id: 'tc-task-1'}});
      const words = events.filter(({data}) => data?.[0]?.id === 'res-1');
      expect(texts(words.map(({data}) => data[0])).join('')).toBe('v3 streaming is event-typed and thread-centric.');
    });

    it('deep_agent: two sub-agents answer two calls, and what they said stays with them', async () => {
      const {messages, ...rest} = await talk.wait('deep_agent', human('go'));
      expect(rest).toEqual({});
      expect(texts(messages)).toEqual([
        'go',
        '',
        'These are the facts.',
        'This is the text.',
        'Both have reported.',
      ]);
      expect(messages.slice(2, 4).map(({tool_call_id}) => tool_call_id)).toEqual(
        messages[1].tool_calls.map(({id}) => id),
      );
    });
  });

  describe('what the Python SDK talks to', () => {
    it('sdk_agent: every kind of event, and a child that writes for its parent', async () => {
      const thread_id = await talk.thread();
      const before = await talk.stream(thread_id, 'sdk_agent', {input: human('hi'), streamMode: 'custom'});
      expect(data_of(before, 'custom').map(({step, phase}) => `${step} ${phase}`)).toEqual([
        'stream_message start',
        'stream_message end',
        'call_tool start',
        'call_tool end',
        'ask_human start',
      ]);
      const values = await client.runs.wait(thread_id, 'sdk_agent', {command: {resume: 'yes'}});
      expect(values.items).toEqual(['streamed', 'tool', 'asked', 'sub']);
      expect(values.value).toBe('x');
      expect(values.messages.map(({id}) => id).slice(1)).toEqual([
        'ai-msg-1',
        'ai-msg-2',
        expect.any(String),
        'ai-msg-3',
        'sub-msg-1',
      ]);
      expect(values.messages.at(-2).content).toBe('Human said: yes');
    });

    it('sdk_tools_agent and sdk_deep_agent: end with their fixed words', async () => {
      expect((await talk.wait('sdk_tools_agent', human('hi'))).messages.at(-1)).toMatchObject({
        id: 'ai-tools-done',
        content: 'done.',
      });
      expect((await talk.wait('sdk_deep_agent', human('hi'))).messages.at(-1)).toMatchObject({
        id: 'sup-2',
        content: 'Research complete.',
      });
    });
  });
});
