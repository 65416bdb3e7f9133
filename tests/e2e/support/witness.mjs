// Sees every answer that a test gets by fetch, whether it or an SDK asked, and holds it against the server's own
// /openapi.json. A test with an answer that is not as documented fails.
import {afterAll, afterEach} from 'vitest';
import {ApiDocument} from './openapi.mjs';
import {Frames} from './sse.mjs';

const kPages = /^\/(docs|redoc|playground|assets)\b/; // for people, not of the API

class Witness {
  #fetch = globalThis.fetch;
  #document;
  #complaints = new Set();

  constructor() {
    globalThis.fetch = async (input, init) => this.#see(input, init);
    const tell = () => {
      const complaints = [...this.#complaints];
      this.#complaints.clear();
      if (complaints.length) throw new Error(`not as /openapi.json says:\n${complaints.join('\n')}`);
    };
    afterEach(tell);
    afterAll(tell);
  }

  // Each process has one binary before it, and thus one document.
  async learn(url) {
    this.#document ??= new ApiDocument(await (await this.#fetch(`${url}/openapi.json`)).json());
  }

  async #see(input, init) {
    const response = await this.#fetch(input, init);
    const url = new URL(input.url ?? input);
    const method = (init?.method ?? input.method ?? 'GET').toUpperCase();
    if (!this.#document || method === 'OPTIONS' || kPages.test(url.pathname)) return response;
    const what = `${method} ${url.pathname} -> ${response.status}`;
    const blame = (problem) => problem && this.#complaints.add(`${what}: ${problem}`);
    const operation = this.#document.operation(method, url.pathname);
    if (!operation) {
      if (![404, 405].includes(response.status)) blame('no such operation is documented');
      return response;
    }
    return observed(response, this.#reader(operation, response, selects(url, init?.body), blame));
  }

  // Who reads along: {piece(text), end()}.
  #reader(operation, response, selected, blame) {
    const type = response.headers.get('content-type');
    const {status} = response;
    if (status === 200 && type?.startsWith('text/event-stream')) {
      blame(this.#document.wrong_answer(operation, {status, type}));
      const frames = new Frames();
      const events = (text) => {
        for (const event of frames.read(text)) {
          const problem = this.#document.wrong_event(operation, event);
          blame(problem && `${problem} in ${JSON.stringify(event).slice(0, 500)}`);
        }
      };
      return {piece: events, end: () => {}};
    }
    let text = '';
    const end = () => {
      const problem = this.#document.wrong_answer(operation, {status, type, text, selected});
      blame(problem && `${problem} in ${text.slice(0, 500)}`);
    };
    return {piece: (more) => (text += more), end};
  }
}

function selects(url, body) {
  if (url.searchParams.has('select')) return true;
  return typeof body === 'string' && /"select":\s*\[/.test(body);
}

// The same response, whose body is read along. What its reader leaves unread nobody judges.
function observed(response, reader) {
  if (!response.body) {
    reader.end();
    return response;
  }
  const decoder = new TextDecoder();
  const body = response.body.pipeThrough(
    new TransformStream({
      transform(chunk, controller) {
        controller.enqueue(chunk);
        reader.piece(decoder.decode(chunk, {stream: true}));
      },
      flush: () => reader.end(),
    }),
  );
  const {status, statusText, headers, url} = response;
  return Object.defineProperty(new Response(body, {status, statusText, headers}), 'url', {value: url});
}

export const witness = new Witness();
