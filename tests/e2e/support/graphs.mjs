// The conformance graphs as a client of the official SDKs sees them.
import * as sdk_1 from 'sdk-1';
import * as sdk_2 from 'sdk-2';

// Both lines of the JavaScript SDK, for describe.each.
export const kSdks = [
  ['1.15.0', sdk_1.Client],
  ['2.0.0', sdk_2.Client],
];

export const data_of = (events, name) => events.filter(({event}) => event === name).map(({data}) => data);
export const texts = (messages) => messages.map(({content}) => content);
export const human = (content) => ({messages: [{role: 'human', content}]});

export async function all(stream) {
  const events = [];
  for await (const event of stream) events.push(event);
  return events;
}

// What a call that must fail failed with.
export const failure_of = (promise) =>
  promise.then(
    () => {
      throw new Error('should have been refused');
    },
    (error) => error,
  );

// Short words for a client's runs.
export class Talk {
  constructor(client) {
    this.client = client;
  }
  async thread() {
    return (await this.client.threads.create()).thread_id;
  }
  stream(thread_id, graph, payload) {
    return all(this.client.runs.stream(thread_id, graph, payload));
  }
  // On a fresh thread: the data of all events of that mode.
  async run(graph, input, mode) {
    const event = mode === 'messages-tuple' ? 'messages' : mode;
    return data_of(await this.stream(await this.thread(), graph, {input, streamMode: mode}), event);
  }
  // On a fresh thread: the final values.
  async wait(graph, input, more = {}) {
    return this.client.runs.wait(await this.thread(), graph, {input, ...more});
  }
}
