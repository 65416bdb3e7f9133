// The API as plain HTTP: what a client in any language would send and see.
import {expect} from 'vitest';
import {events_of} from './sse.mjs';

export const kUnknownId = '00000000-0000-4000-8000-000000000000';

export class Api {
  constructor(server) {
    this.server = server;
  }

  // body: an object is sent as JSON; a string or bytes as they are. Returns {status, headers, text, json}.
  async call(method, path, body, headers = {}) {
    const raw = typeof body === 'string' || body instanceof Uint8Array;
    const response = await fetch(this.server.url + path, {
      method,
      headers: {...(body !== undefined && {'Content-Type': 'application/json'}), ...headers},
      body: raw || body === undefined ? body : JSON.stringify(body),
    });
    const text = await response.text();
    let json;
    try {
      json = JSON.parse(text);
    } catch {
      /* not JSON: the caller asserts on text */
    }
    return {status: response.status, headers: response.headers, text, json};
  }

  async ok(method, path, body) {
    const answer = await this.call(method, path, body);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
    return answer.json;
  }

  // Expects a refusal in the one shape errors have.
  async refused(status, method, path, body, headers) {
    const answer = await this.call(method, path, body, headers);
    expect([].concat(status), `${method} ${path}: ${answer.text.slice(0, 300)}`).toContain(answer.status);
    expect(answer.json?.detail, answer.text).toEqual(expect.any(String));
    return answer.json.detail;
  }

  thread(metadata = {}) {
    return this.ok('POST', '/threads', {metadata}).then((thread) => thread.thread_id);
  }
  state(thread_id) {
    return this.ok('GET', `/threads/${thread_id}/state`);
  }
  wait(thread_id, body) {
    return this.ok('POST', `/threads/${thread_id}/runs/wait`, body);
  }
  run(thread_id, body) {
    return this.ok('POST', `/threads/${thread_id}/runs`, body);
  }

  // Runs to the end of the stream: {headers, events}.
  async stream(thread_id, body) {
    const events = [];
    const response = await this.open_stream('POST', `/threads/${thread_id}/runs/stream`, body);
    for await (const event of response.events) events.push(event);
    return {headers: response.headers, events};
  }

  async open_stream(method, path, body, headers = {}, signal = undefined) {
    const response = await fetch(this.server.url + path, {
      method,
      signal,
      headers: {'Content-Type': 'application/json', ...headers},
      body: body && JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
    return {headers: response.headers, events: events_of(response.body)};
  }
}

export const named = (events, name) => events.filter(({event}) => event === name).map(({data}) => data);

// The interrupt a stream ended with, or undefined.
export function interrupt_of(events) {
  return named(events, 'values').findLast((values) => values.__interrupt__?.length)?.__interrupt__[0];
}

// Polls until probe() is truthy and returns that.
export async function until(probe, what, ms = 20_000) {
  const end = Date.now() + ms;
  for (;;) {
    const value = await probe();
    if (value) return value;
    if (Date.now() > end) throw new Error(`gave up waiting: ${what}`);
    await new Promise((next) => setTimeout(next, 25));
  }
}

export const settled = (api, thread_id) =>
  until(async () => {
    const thread = await api.ok('GET', `/threads/${thread_id}`);
    return thread.status !== 'busy' && thread;
  }, `thread ${thread_id} to stop being busy`);
