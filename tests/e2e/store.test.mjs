// The store over plain HTTP: what the wire says. Through the SDKs: sdk-methods.test.mjs.
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {Api, until} from './support/api.mjs';
import {Server} from './support/server.mjs';

let server;
let api;
beforeAll(async () => {
  server = await Server.start({config: {log: {level: 'warn'}, store: {sweep_interval_ms: 20}}});
  api = new Api(server);
});
afterAll(() => server?.remove());

const tag = () => crypto.randomUUID();
const put = (namespace, key, value, more = {}) =>
  api.call('PUT', '/store/items', {namespace, key, value, ...more}).then((answer) => {
    expect([answer.status, answer.text]).toEqual([204, '']);
  });
const get = (namespace, key, query = '') =>
  api.ok('GET', `/store/items?namespace=${namespace.join('.')}&key=${encodeURIComponent(key)}${query}`);
const search = (body) => api.ok('POST', '/store/items/search', body).then(({items}) => items.map(({key}) => key));
const namespaces = (body) => api.ok('POST', '/store/namespaces', body).then((answer) => answer.namespaces);

describe('items', () => {
  it('are put, read, replaced and deleted', async () => {
    const root = tag();
    await put([root, '1'], 'k', {a: 1, b: 'x'});
    const item = await get([root, '1'], 'k');
    expect(item).toEqual({
      namespace: [root, '1'],
      key: 'k',
      value: {a: 1, b: 'x'},
      created_at: expect.stringMatching(/\+00:00$/),
      updated_at: item.created_at,
    });
    await put([root, '1'], 'k', {a: 2});
    const again = await get([root, '1'], 'k');
    expect(again).toMatchObject({value: {a: 2}, created_at: item.created_at});
    expect(again.updated_at > item.updated_at).toBe(true);
    const forget = () => api.call('DELETE', '/store/items', {namespace: [root, '1'], key: 'k'});
    expect((await forget()).status).toBe(204);
    expect((await forget()).status).toBe(204);
    expect(await get([root, '1'], 'k')).toBeNull();
  });

  it('that are missing are null, not 404', async () => {
    for (const path of ['?namespace=u.1&key=missing', '?key=k', '?namespace=langgraph.x&key=k']) {
      const answer = await api.call('GET', `/store/items${path}`);
      expect([answer.status, answer.text], path).toEqual([200, 'null']);
    }
    expect((await api.call('DELETE', '/store/items', {key: 'k'})).status).toBe(204);
  });

  it('are found whatever way the namespace is written', async () => {
    const root = tag();
    await put([root, 'ñ 1'], 'clé?', {a: 1});
    const key = `key=${encodeURIComponent('clé?')}`;
    const label = encodeURIComponent('ñ 1');
    const list = encodeURIComponent(JSON.stringify([root, 'ñ 1']));
    for (const space of [`namespace=${root}.${label}`, `namespace=${root}&namespace=${label}`, `namespace=${list}`]) {
      expect(await api.ok('GET', `/store/items?${space}&${key}`), space).toMatchObject({key: 'clé?', value: {a: 1}});
    }
  });

  it('are refused with what is wrong', async () => {
    const wrong = (status, body) => api.refused(status, 'PUT', '/store/items', {namespace: ['a'], key: 'k', value: {}, ...body});
    expect(await wrong(400, {namespace: []})).toBe('Namespace is required');
    expect(await wrong(422, {namespace: ['a.b']})).toMatch(/cannot be empty or contain periods.*Received: a\.b/);
    expect(await wrong(422, {namespace: ['a', '']})).toMatch(/cannot be empty/);
    expect(await wrong(422, {namespace: ['langgraph', 'x']})).toMatch(/reserved/);
    expect(await wrong(422, {value: 'str'})).toBe('value: must be an object');
    expect(await wrong(422, {value: null})).toBe('value: is required');
    expect(await wrong(422, {key: ''})).toBe('key: is required');
    expect(await wrong(422, {ttl: -1})).toMatch(/^ttl: /);
    expect(await api.refused(422, 'GET', '/store/items?namespace=a')).toBe('key: is required');
    expect(await api.refused(422, 'GET', '/store/items?namespace=a..b&key=k')).toMatch(/labels/);
    await api.refused(400, 'PUT', '/store/items', '{');
    await api.refused(422, 'POST', '/store/items/search', {limit: -1});
    await api.refused(422, 'POST', '/store/namespaces', {prefix: ['a.b']});
    await api.refused(405, 'POST', '/store/items', {});
  });
});

describe('searching', () => {
  const root = tag();
  beforeAll(async () => {
    await put([root, '1'], 'one', {a: 1, b: 'x'});
    await put([root, '2'], 'five', {a: 5});
  });

  it.each([
    [{}, ['five', 'one']],
    [{a: {$gt: 2}}, ['five']],
    [{a: 1}, ['one']],
    [{a: {$eq: 1}}, ['one']],
    [{a: {$ne: 1}}, ['five']],
    [{a: {$gte: 1}}, ['five', 'one']],
    [{a: {$lt: 5}}, ['one']],
    [{a: {$lte: 5}}, ['five', 'one']],
    [{a: {$in: [1]}}, ['one']],
    [{a: {$nin: [1]}}, ['five']],
    [{b: {$exists: true}}, ['one']],
    [{b: 'x', a: 1}, ['one']],
    [{a: {$zz: 1}}, []],
  ])('by %j', async (filter, keys) => {
    expect(await search({namespace_prefix: [root], filter})).toEqual(keys);
  });

  it('lists last changed first, in pages, with or without a query', async () => {
    expect(await search({namespace_prefix: [root], query: 'hello', limit: 1})).toEqual(['five']);
    expect(await search({namespace_prefix: [root], limit: 1, offset: 1})).toEqual(['one']);
    expect(await search({namespace_prefix: [root, '1']})).toEqual(['one']);
    expect(await search({namespace_prefix: []})).toEqual(expect.arrayContaining(['five', 'one']));
    expect(await search({namespace_prefix: null})).toEqual(expect.arrayContaining(['five', 'one']));
  });

  it('lists namespaces by prefix, suffix, depth and wildcards', async () => {
    expect(await namespaces({prefix: [root]})).toEqual([[root, '1'], [root, '2']]);
    expect(await namespaces({prefix: [root], max_depth: 1})).toEqual([[root]]);
    expect(await namespaces({prefix: [root], suffix: ['2']})).toEqual([[root, '2']]);
    expect(await namespaces({prefix: ['*', '1']})).toContainEqual([root, '1']);
    expect(await namespaces({prefix: ['*', '1']})).not.toContainEqual([root, '2']);
    expect(await namespaces({prefix: [root], limit: 1, offset: 1})).toEqual([[root, '2']]);
    expect(await namespaces({})).toContainEqual([root, '1']);
  });
});

describe('time to live', () => {
  it('ends an item', async () => {
    const root = tag();
    await put([root], 'soon', {a: 1}, {ttl: 0.002}); // 120 ms
    await put([root], 'later', {a: 1}, {ttl: 60});
    await until(async () => (await get([root], 'soon', '&refresh_ttl=false')) === null, 'the item to be over');
    expect(await search({namespace_prefix: [root]})).toEqual(['later']);
  });

  it('is lengthened by reads, unless they say not to', async () => {
    const root = tag();
    await put([root], 'read', {}, {ttl: 0.02}); // 1.2 s
    await put([root], 'spared', {}, {ttl: 0.02});
    await until(async () => {
      expect(await get([root], 'read')).not.toBeNull();
      return (await get([root], 'spared', '&refresh_ttl=false')) === null;
    }, 'the item that is not refreshed to be over');
    expect(await get([root], 'read', '&refresh_ttl=true')).not.toBeNull();
  });
});

it('is shared by clients and agents, over all threads', async () => {
  const name = tag();
  const told = () => api.ok('POST', '/runs/wait', {assistant_id: 'greeter', input: {name}});
  expect(await told()).toEqual({name, times: 1, last_met: name});
  expect(await told()).toMatchObject({times: 2});
  expect(await get(['echo-cpp', 'met'], name)).toMatchObject({value: {times: 2}});
  await put(['echo-cpp', 'met'], name, {times: 9});
  expect(await told()).toMatchObject({times: 10});
  const unnamed = await api.ok('POST', '/runs/wait', {assistant_id: 'greeter', input: {name: ''}});
  expect(unnamed.__error__.message).toMatch(/key: is required/);
});

it('keeps items over a restart', async () => {
  const root = tag();
  await put([root], 'k', {a: 1});
  await server.restart();
  expect(await get([root], 'k')).toMatchObject({value: {a: 1}});
});
