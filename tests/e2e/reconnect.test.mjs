// Streams over connections that break: the official SDKs come back by themselves, miss nothing and see nothing twice.
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {all, human, kSdks, Talk} from './support/graphs.mjs';
import {Proxy} from './support/proxy.mjs';
import {kConformance, Server} from './support/server.mjs';

let server;
let proxy;
beforeAll(async () => {
  server = await Server.start({plugins: kConformance});
  proxy = await Proxy.before(server);
});
afterAll(async () => {
  proxy?.stop();
  await server?.remove();
});

// Eight events while it sleeps, then the rest.
const kInput = {...human('foo'), sleep: {steps: 8, ms: 60}};
const kModes = ['values', 'updates', 'custom', 'messages-tuple'];

// Breaks every connection at the events with these places, counted over all that come.
async function with_breaks(places, stream) {
  const events = [];
  for await (const event of stream) {
    events.push(event);
    if (places.includes(events.length)) proxy.cut();
  }
  return events;
}

describe.each(kSdks)('SDK %s', (_, Client) => {
  let client; // behind the proxy
  let talk;
  let direct;
  beforeAll(() => {
    client = new Client({apiUrl: proxy.url, apiKey: null});
    direct = new Client({apiUrl: server.url, apiKey: null});
    talk = new Talk(direct);
  });
  const replay = (thread_id, run_id) => all(direct.runs.joinStream(thread_id, run_id, {lastEventId: '-1'}));

  it.each([
    ['once', [3]],
    ['again and again', [3, 5, 8]],
  ])('runs.stream goes on after its connection broke %s', async (__, places) => {
    for (const streamResumable of [true, false]) {
      const thread_id = await talk.thread();
      const payload = {input: kInput, streamMode: kModes, streamResumable, onDisconnect: 'continue'};
      const events = await with_breaks(places, client.runs.stream(thread_id, 'agent', payload));
      expect(events).toEqual(await replay(thread_id, events[0].data.run_id));
      expect(events.at(-1).event).toBe('end');
      expect(await direct.runs.list(thread_id)).toMatchObject([{status: 'success'}]);
    }
  });

  it('runs.joinStream goes on after its connection broke', async () => {
    const thread_id = await talk.thread();
    const payload = {input: kInput, streamMode: kModes, streamResumable: true};
    const {run_id} = await direct.runs.create(thread_id, 'agent', payload);
    const events = await with_breaks([3, 6], client.runs.joinStream(thread_id, run_id, {lastEventId: '-1'}));
    expect(events).toEqual(await replay(thread_id, run_id));
    expect(events.at(-1).event).toBe('end');
  });

  it('a run without a thread goes on as well', async () => {
    const payload = {input: kInput, streamMode: kModes, onDisconnect: 'continue'};
    const events = await with_breaks([4], client.runs.stream(null, 'agent', payload));
    expect(events.map(({id}) => Number(id))).toEqual(events.map((___, at) => at + 1));
    expect(events.at(-1).event).toBe('end');
  });
});
