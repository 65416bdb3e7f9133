// Stands in for every service outside: language models, web searches, feeds and paper indexes, each in its documented
// format, on loopback. Each can be told to misbehave, for good or once.
import http from 'node:http';
import {kEveryCall, text_of} from './calls.mjs';
import {answer_like} from './model.mjs';

export class OutsideWorld {
  #server = http.createServer((request, response) => this.#answer(request, response));
  #moods = new Map(); // source -> [mood, times left]
  requests = []; // {source, method, path, headers, body}

  static async start() {
    const world = new OutsideWorld();
    await new Promise((ready) => world.#server.listen(0, '127.0.0.1', ready));
    world.url = `http://127.0.0.1:${world.#server.address().port}`;
    return world;
  }

  stop() {
    this.#server.closeAllConnections();
    return new Promise((done) => this.#server.close(done));
  }

  // mood: ok | error | silence | nonsense | busy | empty
  set(source, mood, times = Infinity) {
    this.#moods.set(source, [mood, times]);
  }
  reset() {
    this.#moods.clear();
    this.requests.length = 0;
  }
  asked(source) {
    return this.requests.filter((request) => request.source === source);
  }

  #mood(source) {
    const entry = this.#moods.get(source);
    if (!entry || entry[1]-- <= 0) return 'ok';
    return entry[0];
  }

  async #answer(request, response) {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString();
    const url = new URL(request.url, this.url);
    const source = url.pathname.split('/')[1];
    this.requests.push({
      source,
      method: request.method,
      path: url.pathname + url.search,
      headers: request.headers,
      body,
    });
    const send = (status, type, text, headers = {}) =>
      response.writeHead(status, {'Content-Type': type, ...headers}).end(text);
    const mood = this.#mood(source);
    if (mood === 'error') return send(500, 'text/plain', 'out of order');
    if (mood === 'silence') return undefined; // the connection stays open and says nothing
    if (mood === 'nonsense') return send(200, 'application/json', '<<{[ this is no answer');
    if (mood === 'busy') return send(429, 'application/json', '{"error":"slow down"}', {'Retry-After': '0'});
    const speak = this.#voices[source];
    if (!speak) return send(404, 'text/plain', 'no such service');
    return speak(send, {url, body, empty: mood === 'empty'}, response);
  }

  #hits(empty) {
    return empty ? [] : kEveryCall.map((call) => ({title: call.title, url: call.url, text: text_of(call)}));
  }

  #voices = {
    gemini: (send, {url, body}) => {
      const asked = JSON.parse(body);
      const prompt = asked.contents.flatMap(({parts}) => parts.map(({text}) => text)).join('\n');
      const text = answer_like(asked.generationConfig?.responseSchema, prompt);
      const part = (piece, last) => ({
        candidates: [{content: {role: 'model', parts: [{text: piece}]}, ...(last && {finishReason: 'STOP'})}],
        usageMetadata: {promptTokenCount: 10, candidatesTokenCount: 5},
      });
      if (!url.pathname.includes(':stream')) return send(200, 'application/json', JSON.stringify(part(text, true)));
      const half = Math.ceil(text.length / 2);
      return send(
        200,
        'text/event-stream',
        [part(text.slice(0, half)), part(text.slice(half), true)]
          .map((one) => `data: ${JSON.stringify(one)}\r\n\r\n`)
          .join(''),
      );
    },

    openai: (send, {body}) => {
      const asked = JSON.parse(body);
      const text = answer_like(
        asked.response_format?.json_schema?.schema,
        asked.messages.map(({content}) => content).join('\n'),
      );
      if (!asked.stream)
        return send(
          200,
          'application/json',
          JSON.stringify({
            choices: [{index: 0, message: {role: 'assistant', content: text}, finish_reason: 'stop'}],
            usage: {prompt_tokens: 10, completion_tokens: 5},
          }),
        );
      const pieces = text
        .match(/[^]{1,40}/g)
        .map((content) => ({choices: [{index: 0, delta: {content}, finish_reason: null}]}));
      const lines = [...pieces, {choices: [{index: 0, delta: {}, finish_reason: 'stop'}]}].map(
        (one) => `data: ${JSON.stringify(one)}\n\n`,
      );
      return send(200, 'text/event-stream', `${lines.join('')}data: [DONE]\n\n`);
    },

    tavily: (send, {empty}) =>
      send(
        200,
        'application/json',
        JSON.stringify({
          query: '',
          answer: null,
          results: this.#hits(empty).map(({title, url, text}) => ({title, url, content: text, score: 0.9})),
        }),
      ),

    brave: (send, {empty}) =>
      send(
        200,
        'application/json',
        JSON.stringify({
          web: {results: this.#hits(empty).map(({title, url, text}) => ({title, url, description: text}))},
        }),
      ),

    minciencias: (send, {empty}) =>
      send(
        200,
        'application/rss+xml',
        `<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>MinCiencias</title>${this.#hits(empty)
          .map(
            ({title, url, text}) =>
              `<item><title>${title}</title><link>${url}</link><description>&lt;p&gt;${text}&lt;/p&gt;</description><pubDate>${new Date().toUTCString()}</pubDate></item>`,
          )
          .join('')}</channel></rss>`,
      ),

    arxiv: (send, {empty}) =>
      send(
        200,
        'application/atom+xml',
        `<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom" xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/"><opensearch:totalResults>1</opensearch:totalResults>${
          empty
            ? ''
            : `<entry><id>http://arxiv.org/abs/2401.00001v1</id><title>Solar microgrids
  for rural communities</title><summary>We study photovoltaic microgrids with battery storage.</summary><published>2024-01-02T00:00:00Z</published><updated>2024-01-02T00:00:00Z</updated><author><name>Ana Pérez</name></author><category term="eess.SY"/><link href="http://arxiv.org/abs/2401.00001v1" rel="alternate" type="text/html"/></entry>`
        }</feed>`,
      ),

    semantic_scholar: (send, {empty}) =>
      send(
        200,
        'application/json',
        JSON.stringify({
          total: 1,
          offset: 0,
          data: empty
            ? []
            : [
                {
                  paperId: 'p1',
                  title: 'Community energy and adoption',
                  abstract: 'Adoption of solar energy in rural communities.',
                  year: 2023,
                  authors: [{name: 'Luis Gómez'}],
                  citationCount: 7,
                  externalIds: {DOI: '10.1000/xyz1'},
                  openAccessPdf: null,
                },
              ],
        }),
      ),
  };
}
