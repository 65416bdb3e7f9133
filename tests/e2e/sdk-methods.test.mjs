// Every public method of the official SDK's client, found by reflection: each has a scenario here, or this fails.
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {failure_of, kSdks, Talk} from './support/graphs.mjs';
import {assistants} from './support/methods/assistants.mjs';
import {crons} from './support/methods/crons.mjs';
import * as only_1_15 from './support/methods/only_1_15.mjs';
import {runs} from './support/methods/runs.mjs';
import {store} from './support/methods/store.mjs';
import {threads} from './support/methods/threads.mjs';
import {kConformance, Server} from './support/server.mjs';

let server;
beforeAll(async () => {
  server = await Server.start({plugins: kConformance});
});
afterAll(() => server?.remove());

const ui = {
  getComponent: {
    'is refused: pages of generative interfaces are not served': async ({client}) => {
      expect((await failure_of(client['~ui'].getComponent('agent', 'weather'))).status).toBe(404);
    },
  },
};

// {sub-client: {method: {sentence: scenario}}}
const kShared = {assistants, threads, runs, crons, store, '~ui': ui};
const scenarios_for = (version) =>
  Object.fromEntries(
    Object.entries(kShared).map(([part, shared]) => {
      const more = version === '1.15.0' ? (only_1_15[part] ?? {}) : {};
      const methods = [...new Set([...Object.keys(shared), ...Object.keys(more)])];
      return [part, Object.fromEntries(methods.map((method) => [method, {...shared[method], ...more[method]}]))];
    }),
  );

// The methods of a part of a client; what all parts inherit is the SDK's own affair.
function methods_of(part) {
  const names = (of) => Object.getOwnPropertyNames(of).filter((name) => name !== 'constructor');
  return names(Object.getPrototypeOf(part)).filter((name) => typeof part[name] === 'function');
}
const parts_of = (client) => Object.keys(client).filter((name) => typeof client[name] === 'object');
const sorted = (iterable) => [...iterable].sort();

it('the versions differ in three methods', () => {
  const [in_1, in_2] = kSdks.map(([, Client]) => {
    const client = new Client({apiUrl: server.url, apiKey: null});
    return parts_of(client).flatMap((part) => methods_of(client[part]).map((method) => `${part}.${method}`));
  });
  const only_in_1 = ['threads.prune', 'threads.stream', 'runs.cancelMany'];
  expect(in_1.filter((method) => !in_2.includes(method))).toEqual(only_in_1);
  expect(in_2.filter((method) => !in_1.includes(method))).toEqual([]);
});

describe.each(kSdks)('SDK %s', (version, Client) => {
  let the;
  beforeAll(() => {
    const client = new Client({apiUrl: server.url, apiKey: null});
    the = {client, talk: new Talk(client), url: server.url};
  });
  const table = scenarios_for(version);

  it('has a scenario for every method, and no other', () => {
    expect(sorted(parts_of(the.client))).toEqual(sorted(Object.keys(table)));
    for (const [part, methods] of Object.entries(table))
      expect(sorted(Object.keys(methods)), part).toEqual(sorted(methods_of(the.client[part])));
  });

  for (const [part, methods] of Object.entries(table))
    for (const [method, scenarios] of Object.entries(methods))
      for (const [sentence, scenario] of Object.entries(scenarios))
        it(`${part}.${method} ${sentence}`, () => scenario(the));
});
