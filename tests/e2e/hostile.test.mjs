// Input that is wrong, huge or rude. Each is refused with a readable reason, and the server goes on as if nothing was.
import net from 'node:net';
import {afterAll, afterEach, beforeAll, describe, expect, it} from 'vitest';
import {Api, kUnknownId} from './support/api.mjs';
import {Server} from './support/server.mjs';

let server;
let api;
let thread_id;
beforeAll(async () => {
  server = await Server.start();
  api = new Api(server);
  thread_id = await api.thread();
});
afterEach(async () => expect((await api.call('GET', '/ok')).status).toBe(200));
afterAll(() => server?.remove());

describe('bodies', () => {
  it.each([
    ['cut short', '{"metadata":'],
    ['two documents', '{}{}'],
    ['a bare word', 'hello'],
    ['invalid UTF-8', new Uint8Array([...Buffer.from('{"metadata":{"a":"'), 0xff, 0xfe, ...Buffer.from('"}}')])],
    ['1,000 levels deep', '{"metadata":' + '{"a":'.repeat(1000) + '1' + '}'.repeat(1001)],
    ['100,000 open brackets', '['.repeat(100_000)],
  ])('that are no JSON we take: %s', async (_, body) => {
    await api.refused([400, 422], 'POST', '/threads', body);
  });

  it.each([
    ['POST', '/threads', [1]],
    ['POST', '/threads', {metadata: 'text'}],
    ['POST', '/threads', {thread_id: 'not-a-uuid'}],
    ['POST', '/threads', {if_exists: 'explode'}],
    ['POST', '/threads/search', {limit: -1}],
    ['POST', '/threads/search', {limit: 'ten'}],
    ['POST', '/threads/search', {limit: 1.5}],
    ['POST', '/threads/search', {limit: 1e30}],
    ['POST', '/threads/search', {offset: -1}],
    ['POST', '/threads/search', {status: 'asleep'}],
    ['POST', '/threads/search', {metadata: []}],
    ['POST', '/assistants', {}],
    ['POST', '/assistants', {graph_id: 7}],
    ['POST', '/assistants', {graph_id: 'echo', assistant_id: 'x'}],
    ['POST', '/assistants/search', {limit: 0.5}],
    ['GET', '/threads?limit=-5'],
    ['GET', '/threads?limit=abc'],
    ['GET', '/threads/not-a-uuid'],
    ['GET', '/threads/not-a-uuid/state'],
    ['DELETE', '/threads/..%2f..%2fetc'],
  ])('with the wrong types: %s %s %j', async (method, path, body) => {
    await api.refused(422, method, path, body);
  });

  it.each([
    [{}],
    [{assistant_id: null}],
    [{assistant_id: 5}],
    [{assistant_id: 'echo', stream_mode: 7}],
    [{assistant_id: 'echo', multitask_strategy: 'fight'}],
    [{assistant_id: 'echo', config: 'x'}],
    [{assistant_id: 'echo', config: {recursion_limit: -3}}],
    [{assistant_id: 'echo', interrupt_before: 5}],
    [{assistant_id: 'echo', stream_mode: ['values', 'smell']}],
    [{assistant_id: 'echo', on_disconnect: 'maybe'}],
  ])('of runs: %j', async (body) => {
    await api.refused(422, 'POST', `/threads/${thread_id}/runs`, body);
    await api.refused(422, 'POST', `/threads/${thread_id}/runs/stream`, body);
    await api.refused(422, 'POST', `/threads/${thread_id}/runs/wait`, body);
  });

  it('of 64 MB are refused before they are read', async () => {
    expect(
      await answer_to(
        `POST /threads HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${64 << 20}\r\n\r\n{"metadata":{"a":"`,
      ),
    ).toMatch(/^HTTP\/1\.1 413 /);
  });

  it('leave no run and no assistant behind', async () => {
    expect(await api.ok('GET', `/threads/${thread_id}/runs`)).toEqual([]);
    expect((await api.ok('GET', `/threads/${thread_id}`)).status).toBe('idle');
  });
});

describe('names that do not exist', () => {
  it.each([
    ['GET', `/threads/${kUnknownId}`],
    ['GET', `/threads/${kUnknownId}/state`],
    ['GET', `/threads/${kUnknownId}/runs`],
    ['PATCH', `/threads/${kUnknownId}`, {metadata: {}}],
    ['POST', `/threads/${kUnknownId}/runs`, {assistant_id: 'echo'}],
    ['POST', `/threads/${kUnknownId}/runs/stream`, {assistant_id: 'echo'}],
    ['POST', `/threads/${kUnknownId}/runs/wait`, {assistant_id: 'echo'}],
    ['GET', `/assistants/${kUnknownId}`],
    ['PATCH', `/assistants/${kUnknownId}`, {name: 'x'}],
    ['POST', '/assistants', {graph_id: 'no-such-graph'}],
    ['GET', '/no/such/route'],
  ])('%s %s', async (method, path, body) => {
    await api.refused(404, method, path, body);
  });

  it('an unknown graph makes no run', async () => {
    await api.refused(404, 'POST', `/threads/${thread_id}/runs`, {assistant_id: 'no-such-graph'});
    await api.refused([404, 405], 'PUT', '/ok');
  });
});

describe('numbers at the edge', () => {
  it('a huge offset is an empty page', async () => {
    const page = await api.call('POST', '/threads/search', {offset: 2_000_000_000});
    expect(page).toMatchObject({status: 200, json: []});
    expect(page.headers.get('x-pagination-next')).toBeNull();
  });

  it('nulls count as absent, unknown fields as nothing', async () => {
    expect(
      await api.ok('POST', '/threads', {thread_id: null, metadata: null, if_exists: null, ttl: null, whatIsThis: 1}),
    ).toMatchObject({metadata: {}});
  });
});

// Sends bytes and returns what came back until the other side closed or fell silent.
function answer_to(bytes) {
  const {hostname, port} = new URL(server.url);
  return new Promise((resolve, reject) => {
    let heard = '';
    const socket = net.connect(port, hostname, () => socket.write(bytes));
    socket.setEncoding('utf8').setTimeout(3_000, () => socket.destroy());
    socket.on('data', (text) => {
      heard += text;
      socket.setTimeout(300);
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(heard));
  });
}

describe('connections', () => {
  it.each([
    ['no request at all', 'hello\r\n\r\n', 400],
    ['two lengths', 'POST /threads HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}', 400],
    [
      'a length and chunks',
      'POST /threads HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
    ],
    ['no host', 'GET /ok HTTP/1.1\r\n\r\n', 400],
    ['a 100 kB header', `GET /ok HTTP/1.1\r\nHost: x\r\nX-Long: ${'a'.repeat(100_000)}\r\n\r\n`, 431],
  ])('with %s', async (_, bytes, status) => {
    expect(await answer_to(bytes)).toMatch(new RegExp(`^HTTP/1\\.1 (${status}|400|413) `));
  });

  it('an honest chunked body is read', async () => {
    expect(
      await answer_to(
        'POST /threads HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n2\r\n{}\r\n0\r\n\r\n',
      ),
    ).toMatch(/^HTTP\/1\.1 200 /);
  });

  it('two requests in one packet get two answers in order', async () => {
    const heard = await answer_to(
      'GET /ok HTTP/1.1\r\nHost: x\r\n\r\nGET /no-such HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
    );
    expect(heard.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 404']);
  });
});
