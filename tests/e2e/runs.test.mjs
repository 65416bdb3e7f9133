// Runs as no SDK shows them: statuses, headers, webhooks, streams over a restart. Through the SDKs: sdk-methods.test.mjs.
import {createHmac} from 'node:crypto';
import {createServer} from 'node:http';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {Api, kUnknownId, until} from './support/api.mjs';
import {kSdks} from './support/graphs.mjs';
import {Server} from './support/server.mjs';

const kSecret = 'a shared secret';

// Takes webhooks and answers what it is told to: 200 unless `answers` has something else.
class Hook {
  posts = [];
  answers = [];
  static async start() {
    const hook = new Hook();
    hook.server = createServer(async (request, response) => {
      let text = '';
      for await (const piece of request) text += piece;
      hook.posts.push({url: request.url, method: request.method, headers: request.headers, text, body: JSON.parse(text)});
      response.writeHead(hook.answers.shift() ?? 200).end();
    });
    await new Promise((done) => hook.server.listen(0, '127.0.0.1', done));
    hook.url = `http://127.0.0.1:${hook.server.address().port}`;
    return hook;
  }
  about(run_id) {
    return this.posts.filter(({body}) => body.run_id === run_id);
  }
  stop() {
    this.server.closeAllConnections();
    return new Promise((done) => this.server.close(done));
  }
}

const kConfig = {
  log: {level: 'error'},
  webhooks: {allow_private_addresses: true, backoff_ms: 20, attempts: 3, secret: kSecret},
};

let server;
let api;
let hook;
beforeAll(async () => {
  hook = await Hook.start();
  server = await Server.start({config: kConfig});
  api = new Api(server);
});
afterAll(async () => {
  await server?.remove();
  await hook?.stop();
});

const kHello = {messages: [{role: 'user', content: 'hola'}]};
const slow = (delay_ms) => ({...kHello, delay_ms});

it.each(kSdks)('a webhook of a run by SDK %s tells how the run ended', async (_, Client) => {
  const client = new Client({apiUrl: server.url, apiKey: null});
  const {thread_id} = await client.threads.create();
  const run = await client.runs.create(thread_id, 'echo', {
    input: kHello,
    webhook: `${hook.url}/hook?x=1`,
    metadata: {m: 1},
  });
  await until(() => hook.about(run.run_id).length > 0, 'the webhook');
  const [post] = hook.about(run.run_id);
  expect(post).toMatchObject({url: '/hook?x=1', method: 'POST'});
  expect(post.headers['content-type']).toBe('application/json');
  expect(post.body).toMatchObject({
    run_id: run.run_id,
    thread_id,
    status: 'success',
    error: null,
    metadata: {m: 1},
    values: {messages: [{type: 'human'}, {type: 'ai'}]},
    run_started_at: expect.any(String),
    run_ended_at: expect.any(String),
    webhook_sent_at: expect.any(String),
  });
  const [, time, sum] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(post.headers['x-agenthost-signature']);
  expect(createHmac('sha256', kSecret).update(`${time}.${post.text}`).digest('hex')).toBe(sum);
});

describe('on the wire', () => {
  it('cancel answers 202 at once and 204 with wait, and says where to go', async () => {
    const thread_id = await api.thread();
    const run = await api.run(thread_id, {assistant_id: 'echo', input: slow(5_000)});
    const path = `/threads/${thread_id}/runs/${run.run_id}`;
    expect((await api.call('POST', `${path}/cancel?wait=0`)).status).toBe(202);
    const waited = await api.call('POST', `${path}/cancel?wait=1&action=interrupt`);
    expect(waited).toMatchObject({status: 204, text: ''});
    expect(waited.headers.get('location')).toBe(`${path}/join`);
    await api.refused(422, 'POST', `${path}/cancel?action=rollback&reason=taken`);
    await api.refused(422, 'POST', `${path}/cancel?reason=other`);
    await api.refused(422, 'POST', `${path}/cancel?action=stop`);
  });

  it('cancelling many refuses what says neither or both', async () => {
    await api.refused(422, 'POST', '/runs/cancel', {});
    await api.refused(422, 'POST', '/runs/cancel', {thread_id: kUnknownId});
    await api.refused(422, 'POST', '/runs/cancel', {thread_id: kUnknownId, run_ids: ['nope']});
    await api.refused(422, 'POST', '/runs/cancel', {status: 'success'});
    await api.refused(422, 'POST', '/runs/cancel', {status: 'all', thread_id: kUnknownId, run_ids: [kUnknownId]});
    await api.refused(404, 'POST', '/runs/cancel', {thread_id: kUnknownId, run_ids: [kUnknownId]});
    await api.refused(400, 'POST', '/runs/cancel', '{');
  });

  it('a batch is all or none', async () => {
    await api.refused(422, 'POST', '/runs/batch', []);
    await api.refused(422, 'POST', '/runs/batch', {assistant_id: 'echo'});
    expect(await api.refused(422, 'POST', '/runs/batch', [{assistant_id: 'echo'}, {assistant_id: 7}])).toMatch(/\[1\]/);
    await api.refused(404, 'POST', '/runs/batch', [{assistant_id: 'echo'}, {assistant_id: 'nobody'}]);
  });

  it('a webhook or a delay that cannot be is refused with the run', async () => {
    const thread_id = await api.thread();
    const runs = `/threads/${thread_id}/runs`;
    for (const webhook of ['', 'ftp://example.org/', '//evil.example/', 'file:///etc/passwd', 7])
      await api.refused(422, 'POST', runs, {assistant_id: 'echo', input: kHello, webhook});
    for (const after_seconds of [-1, 'soon', 1e300])
      await api.refused(422, 'POST', runs, {assistant_id: 'echo', input: kHello, after_seconds});
    expect(await api.ok('GET', runs)).toEqual([]);
  });

  it('a webhook is repeated while that may help, and never touches the run', async () => {
    const thread_id = await api.thread();
    hook.answers.push(503, 429);
    const {run_id} = await api.run(thread_id, {assistant_id: 'echo', input: kHello, webhook: `${hook.url}/again`});
    await until(() => hook.about(run_id).length === 3, 'three attempts');
    const posts = hook.about(run_id);
    expect(new Set(posts.map(({headers}) => headers['x-agenthost-webhook-id'])).size).toBe(1);
    expect((await api.ok('GET', `/threads/${thread_id}/runs/${run_id}`)).status).toBe('success');
  });

  it('a webhook that is only a path calls this server', async () => {
    const {thread_id, run_id} = await api.ok('POST', '/runs', {
      assistant_id: 'echo',
      input: kHello,
      webhook: '/threads',
      on_completion: 'keep',
    });
    // POST /threads with the run's body makes the thread of that id, which is there: nothing to see but the run.
    await until(async () => (await api.ok('GET', `/threads/${thread_id}/runs/${run_id}`)).status === 'success', 'the end');
  });

  it('headers on the list reach the run, credentials do not', async () => {
    const thread_id = await api.thread();
    const headers = {'X-Team': 'blue', 'X-Api-Key': 'k', 'X-Auth-Token': 't', Authorization: 'Bearer b'};
    const body = {assistant_id: 'echo', input: kHello, config: {configurable: {a: 1, __pregel_x: 1}}};
    const run = (await api.call('POST', `/threads/${thread_id}/runs`, body, headers)).json;
    const {configurable} = run.kwargs.config;
    expect(configurable).toEqual({a: 1, 'x-team': 'blue'});
    expect((await api.ok('GET', `/threads/${thread_id}`)).config).toEqual({configurable});
  });
});

describe('over a restart', () => {
  let own;
  let own_api;
  beforeAll(async () => {
    own = await Server.start({config: kConfig});
    own_api = new Api(own);
  });
  afterAll(() => own?.remove());

  // The events of a stream until `enough` says so: [{id, event}].
  async function read(path, last_id, enough = () => false) {
    const leave = new AbortController();
    const response = await fetch(own.url + path, {headers: {'Last-Event-ID': last_id}, signal: leave.signal});
    expect(response.status).toBe(200);
    const events = [];
    let text = '';
    for await (const piece of response.body.pipeThrough(new TextDecoderStream())) {
      text += piece;
      const blocks = text.split('\n\n');
      text = blocks.pop();
      for (const block of blocks) {
        const line = (name) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1];
        events.push({id: Number(line('id')), event: line('event')});
      }
      if (enough(events)) {
        leave.abort();
        break;
      }
    }
    return events;
  }

  it('a resumable stream goes on where the reader was, with no id lost or given twice', async () => {
    const thread_id = await own_api.thread();
    const run = await own_api.run(thread_id, {
      assistant_id: 'echo',
      input: slow(1_500),
      stream_mode: ['values', 'updates'],
      stream_resumable: true,
      webhook: `${hook.url}/restart`,
    });
    const path = `/threads/${thread_id}/runs/${run.run_id}/stream`;
    const before = await read(path, '-1', (events) => events.some(({event}) => event === 'values'));
    await own.restart('SIGKILL');
    const after = await read(path, String(before.at(-1).id));
    expect(after.at(-1).event).toBe('end');
    const ids = [...before, ...after].map(({id}) => id);
    expect(ids).toEqual([...new Set(ids)].sort((a, b) => a - b));
    await own.restart('SIGTERM');
    expect((await read(path, '-1')).map(({id}) => id)).toEqual(ids);
    await until(() => hook.about(run.run_id).length > 0, 'the webhook');
  });

  it('a delayed run keeps its moment', async () => {
    const thread_id = await own_api.thread();
    const run = await own_api.run(thread_id, {assistant_id: 'echo', input: kHello, after_seconds: 1.5});
    const path = `/threads/${thread_id}/runs/${run.run_id}`;
    await own.restart('SIGKILL');
    expect(await own_api.ok('GET', `${path}/join`)).toMatchObject({messages: expect.any(Array)});
    const ended = Date.parse((await own_api.ok('GET', path)).updated_at);
    expect(ended - Date.parse(run.created_at)).toBeGreaterThanOrEqual(1_500);
  });
});
