// Tools of other servers, as an agent calls them: those of the protocol's official server, with sessions and streams, and
// those of a second agenthost; from the server's process and from a worker's.
import {randomUUID} from 'node:crypto';
import {once} from 'node:events';
import {createServer} from 'node:http';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {McpServer} from '@modelcontextprotocol/sdk/server/mcp.js';
import {StreamableHTTPServerTransport} from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import {Api} from './support/api.mjs';
import {Server} from './support/server.mjs';

// The official server; forget() drops its sessions, as a restart would.
class Official {
  sessions = new Map();

  async start() {
    this.http = createServer((request, response) => this.#serve(request, response)).listen(0, '127.0.0.1');
    await once(this.http, 'listening');
    this.url = `http://127.0.0.1:${this.http.address().port}/mcp`;
    return this;
  }
  forget() {
    this.sessions.clear();
  }
  stop() {
    this.http.closeAllConnections();
    this.http.close();
  }

  async #serve(request, response) {
    if (request.headers.authorization !== 'Bearer sesame') return response.writeHead(401).end('who are you?');
    const session = request.headers['mcp-session-id'];
    if (session && !this.sessions.has(session)) return response.writeHead(404).end();
    const transport = this.sessions.get(session) ?? (await this.#open());
    await transport.handleRequest(request, response);
  }
  async #open() {
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (id) => this.sessions.set(id, transport),
    });
    const server = new McpServer({name: 'official', version: '1'});
    server.registerTool('dice', {description: 'always four'}, () => ({content: [{type: 'text', text: '4'}]}));
    server.registerTool('broken', {}, () => {
      throw new Error('out of order');
    });
    await server.connect(transport);
    return transport;
  }
}

let official;
let other;
beforeAll(async () => {
  official = await new Official().start();
  other = await Server.start();
});
afterAll(async () => {
  official?.stop();
  await other?.remove();
});

describe.each(['in_process', 'process'])('a plugin %s', (isolation) => {
  let server;
  let api;
  beforeAll(async () => {
    const headers = {authorization: 'Bearer sesame'};
    const servers = {
      official: {base_url: official.url, headers},
      stranger: {base_url: official.url},
      other: {base_url: `${other.url}/mcp`},
      secret: {base_url: official.url, headers},
    };
    const plugins = {isolation, tools: {'echo-cpp': ['official', 'stranger', 'other']}};
    server = await Server.start({config: {log: {level: 'warn'}, tools: {servers}, plugins}});
    api = new Api(server);
  });
  afterAll(() => server?.remove());

  const use = (name, tool, args = {}) =>
    api.call('POST', '/runs/wait', {assistant_id: 'toolbox', input: {server: name, tool, arguments: args}});

  it('lists and calls tools of the official server, also after it forgot its sessions', async () => {
    const expected = {tools: ['dice', 'broken'], result: {content: [{type: 'text', text: '4'}]}};
    expect((await use('official', 'dice')).json).toMatchObject(expected);
    expect(official.sessions.size).toBeGreaterThan(0);
    official.forget();
    expect((await use('official', 'dice')).json).toMatchObject(expected);
  });

  it('is given the failure of a tool as a result', async () => {
    expect((await use('official', 'broken')).json.result).toMatchObject({
      isError: true,
      content: [{type: 'text', text: expect.stringContaining('out of order')}],
    });
  });

  it('calls the agents of another agenthost as tools', async () => {
    const {json} = await use('other', 'Echo', {messages: [{role: 'user', content: 'hi'}]});
    expect(json.tools).toEqual(expect.arrayContaining(['Echo', 'toolbox']));
    expect(json.result.structuredContent.messages.at(-1).content).toBe('echo: hi');
  });

  it('is told in words why there is no result', async () => {
    const failure = async (...call) => (await use(...call)).text;
    expect(await failure('secret', 'dice')).toContain('add it to plugins.tools.echo-cpp');
    expect(await failure('stranger', 'dice')).toContain('HTTP 401: who are you?');
  });
});
