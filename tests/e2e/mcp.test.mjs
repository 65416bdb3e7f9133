// The assistants as tools of the Model Context Protocol, for its official client and for rude ones.
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {Client} from '@modelcontextprotocol/sdk/client/index.js';
import {StreamableHTTPClientTransport} from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import {Api} from './support/api.mjs';
import {kConformance, Server} from './support/server.mjs';

let server;
let api;
beforeAll(async () => {
  server = await Server.start({plugins: kConformance});
  api = new Api(server);
});
afterAll(() => server?.remove());

describe('the official client', () => {
  let client;
  beforeAll(async () => {
    client = new Client({name: 'test', version: '1'});
    await client.connect(new StreamableHTTPClientTransport(new URL(`${server.url}/mcp`)));
  });
  afterAll(() => client?.close());

  const call = (name, args) => client.callTool({name, arguments: args});
  const text_of = ({content}) => content[0].text;

  it('is told who serves it and what', async () => {
    expect(client.getServerVersion()).toEqual({name: 'agenthost', version: expect.any(String)});
    expect(client.getServerCapabilities()).toEqual({tools: {listChanged: false}});
    expect(await client.ping()).toEqual({});
  });

  it('lists one tool per assistant, with what it takes', async () => {
    const {tools} = await client.listTools();
    const names = tools.map(({name}) => name);
    expect(names).toEqual(expect.arrayContaining(['agent', 'echo', 'hitl']));
    expect(new Set(names).size).toBe(names.length);
    expect(tools.find(({name}) => name === 'agent')).toMatchObject({
      description: expect.any(String),
      inputSchema: {type: 'object', properties: {messages: {type: 'array'}}},
    });
  });

  it('finds an assistant made later under its name, and under its id when the name is taken', async () => {
    const make = (name) => api.ok('POST', '/assistants', {graph_id: 'echo', name, description: 'says it again'});
    const [first, second] = [await make('parrot'), await make('parrot')];
    const {tools} = await client.listTools();
    expect(tools.find(({name}) => name === 'parrot').description).toBe('says it again');
    expect(tools.map(({name}) => name)).toContain(second.assistant_id);
    expect(tools.map(({name}) => name)).not.toContain(first.assistant_id);
    for (const name of ['parrot', second.assistant_id])
      expect((await call(name, {messages: [{role: 'user', content: 'hi'}]})).isError).toBe(false);
  });

  it('calls one: the final values, as text and as structure', async () => {
    const result = await call('echo', {messages: [{role: 'user', content: 'hi'}]});
    expect(result.isError).toBe(false);
    expect(result.structuredContent.messages.map(({content}) => content)).toEqual(['hi', 'echo: hi']);
    expect(JSON.parse(text_of(result))).toEqual(result.structuredContent);
  });

  it('keeps nothing of a call', async () => {
    const {stats} = await api.ok('GET', '/info');
    await call('echo', {messages: [{role: 'user', content: 'hi'}]});
    expect((await api.ok('GET', '/info')).stats.total_threads).toBe(stats.total_threads);
  });

  it('is told that a run failed, and how', async () => {
    expect(await call('err', {})).toEqual({isError: true, content: [{type: 'text', text: 'kaboom'}]});
  });

  it('is told that a run stopped to ask, and what', async () => {
    const result = await call('hitl', {});
    expect(result.isError).toBe(true);
    expect(text_of(result)).toMatch(/stopped to ask a human.*ok\?/);
  });

  it('is told which argument does not fit', async () => {
    const result = await call('agent', {messages: 7});
    expect(result.isError).toBe(true);
    expect(text_of(result)).toMatch(/inputSchema.*"type" at #\/messages/);
  });

  it('is refused a tool that does not exist', async () => {
    await expect(call('nobody', {})).rejects.toMatchObject({code: -32602, message: expect.stringMatching(/nobody/)});
  });
});

describe('plain HTTP', () => {
  const kBoth = {Accept: 'application/json, text/event-stream'};
  const post = (body, headers = kBoth) => api.call('POST', '/mcp/', body, headers);
  const rpc = (method, params, more) => post({jsonrpc: '2.0', id: 1, method, params, ...more});

  it.each(['2024-11-05', '2025-03-26', '2025-06-18'])('agrees to protocol version %s', async (protocolVersion) => {
    const {status, headers, json} = await rpc('initialize', {protocolVersion, capabilities: {}, clientInfo: {}});
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('application/json');
    expect(headers.get('mcp-session-id')).toBeNull();
    expect(json).toMatchObject({jsonrpc: '2.0', id: 1, result: {protocolVersion}});
  });

  it('offers its newest version to a client of the future', async () => {
    const {json} = await rpc('initialize', {protocolVersion: '2099-01-01'});
    expect(json.result.protocolVersion).toBe('2025-06-18');
    expect((await post({jsonrpc: '2.0', id: 1, method: 'ping'}, {...kBoth, 'MCP-Protocol-Version': '2099-01-01'})).status).toBe(400);
  });

  it('wants both media types accepted', async () => {
    for (const Accept of ['application/json', 'text/event-stream', '*/*'])
      expect((await post({jsonrpc: '2.0', id: 1, method: 'ping'}, {Accept})).status, Accept).toBe(400);
  });

  it('takes notifications and responses in silence', async () => {
    const silent = {status: 202, text: ''};
    expect(await post({jsonrpc: '2.0', method: 'notifications/initialized'})).toMatchObject(silent);
    expect(await post({jsonrpc: '2.0', id: 4, result: {}})).toMatchObject(silent);
  });

  it('has no stream and no sessions', async () => {
    const stream = await api.call('GET', '/mcp', undefined, {Accept: 'text/event-stream'});
    expect([stream.status, stream.headers.get('allow')]).toEqual([405, 'POST']);
    expect((await api.call('DELETE', '/mcp')).status).toBe(404);
  });

  it('refuses what is no message, with 400 and in words', async () => {
    const wrong = async (body) => {
      const {status, json} = await post(body);
      expect(status).toBe(400);
      expect(json).toMatchObject({jsonrpc: '2.0', id: null, error: {message: expect.any(String)}});
      return json.error.code;
    };
    expect(await wrong('{')).toBe(-32700);
    for (const body of ['[]', '7', {id: 1, method: 'ping'}, {jsonrpc: '2.0', id: 1}, {jsonrpc: '2.0', id: {}, method: 'ping'}])
      expect(await wrong(body)).toBe(-32600);
  });

  it('knows its methods and no others', async () => {
    expect((await rpc('ping', undefined, {id: 'a'})).json).toEqual({jsonrpc: '2.0', id: 'a', result: {}});
    expect((await rpc('resources/list')).json.error.code).toBe(-32601);
    expect((await rpc('tools/call', {})).json.error.code).toBe(-32602);
    expect((await rpc('tools/call', {name: 'echo', arguments: []})).json.error.code).toBe(-32602);
  });
});
