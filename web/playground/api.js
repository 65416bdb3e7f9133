// The server's public API: JSON calls, and a run's events as an async iterator that outlives a broken connection.

export class ApiError extends Error {
  constructor(status, detail) {
    super(detail);
    this.status = status;
  }
}

async function checked(response) {
  if (response.ok) return response;
  const text = await response.text();
  let detail = text;
  try {
    detail = JSON.parse(text).detail ?? text;
  } catch {
    /* not JSON: shown as it is */
  }
  throw new ApiError(response.status, `${response.status}: ${detail || response.statusText}`);
}

function request(method, path, body, signal) {
  const json = body === undefined ? {} : {headers: {'Content-Type': 'application/json'}, body: JSON.stringify(body)};
  return fetch(path, {method, signal, ...json}).then(checked);
}

export async function call(method, path, body) {
  const text = await (await request(method, path, body)).text();
  return text ? JSON.parse(text) : undefined;
}

// Server-sent events, one object each: {event, data, id}.
async function* parse_events(body) {
  let rest = '';
  let event = {data: ''};
  for await (const piece of body.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + piece).split(/\r?\n/);
    rest = lines.pop();
    for (const line of lines) {
      if (line === '') {
        if (event.event) yield {...event, data: JSON.parse(event.data || 'null')};
        event = {data: ''};
      } else if (!line.startsWith(':')) {
        const colon = line.indexOf(':');
        const field = line.slice(0, colon);
        const value = line.slice(colon + 1).replace(/^ /, '');
        if (field === 'data') event.data += value;
        else event[field] = value;
      }
    }
  }
}

// Streams bring no pull-based iterator in every browser yet.
ReadableStream.prototype[Symbol.asyncIterator] ??= async function* () {
  const reader = this.getReader();
  try {
    for (;;) {
      const {done, value} = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    reader.cancel().catch(() => {});
  }
};

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// Yields the run's events until it ends. When the connection or the server goes, calls on_gap(true), comes back with
// Last-Event-ID and calls on_gap(false). A refusal by the server (4xx) is thrown.
async function* follow(response, stream_path, signal, on_gap) {
  let last_id = '-1';
  for (let failures = 0; !signal.aborted;) {
    try {
      if (!response) {
        response = await checked(await fetch(stream_path, {signal, headers: {'Last-Event-ID': last_id}}));
        on_gap(false);
      }
      for await (const event of parse_events(response.body)) {
        failures = 0;
        last_id = event.id ?? last_id;
        if (event.event === 'end') return;
        yield event;
        if (event.event === 'error') return;
      }
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof ApiError && error.status < 500) throw error;
    }
    response = undefined;
    on_gap(true);
    await pause(Math.min(400 * 2 ** failures++, 6000));
  }
}

export async function* start_run(thread_id, body, signal, on_gap) {
  const path = `/threads/${thread_id}/runs`;
  const response = await request('POST', `${path}/stream`, body, signal);
  yield* follow(response, `${response.headers.get('Content-Location')}/stream`, signal, on_gap);
}

export function join_run(thread_id, run_id, signal, on_gap) {
  return follow(undefined, `/threads/${thread_id}/runs/${run_id}/stream`, signal, on_gap);
}
