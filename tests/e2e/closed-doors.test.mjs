// MCP and A2A when the operator does not want them, and the operator's own door, which is closed unless asked for. A file of its own: its server has another /openapi.json.
import {afterAll, beforeAll, expect, it} from 'vitest';
import {Api} from './support/api.mjs';
import {kConformance, Server} from './support/server.mjs';

let server;
let api;
beforeAll(async () => {
  server = await Server.start({
    plugins: kConformance,
    config: {log: {level: 'warn'}, api: {mcp: false, a2a: false}},
  });
  api = new Api(server);
});
afterAll(() => server?.remove());

it('are not there', async () => {
  for (const method of ['POST', 'GET', 'DELETE']) await api.refused(404, method, '/mcp');
  await api.refused(404, 'POST', '/a2a/echo', {});
  await api.refused(404, 'GET', '/.well-known/agent-card.json?assistant_id=echo');
  await api.refused(404, 'POST', '/admin/plugins/reload');
  const {paths} = await api.ok('GET', '/openapi.json');
  expect(Object.keys(paths).filter((path) => /mcp|a2a|agent-card|admin/.test(path))).toEqual([]);
});
