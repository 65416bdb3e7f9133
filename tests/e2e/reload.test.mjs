// Plugins that come, change, break, go and come back while the server serves.
import {execFile} from 'node:child_process';
import {cp, mkdtemp, rename, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, it, vi} from 'vitest';
import {Api} from './support/api.mjs';
import {kBinary, kReload, Server} from './support/server.mjs';

const kPatience = {timeout: 20_000, interval: 50};
// What the counter plugin answers: the version that ran it.
const kCounter = {assistant_id: 'counter', input: {}};

let root;
let server;
let api;
let gone = 0;

// As a deployment does it: the new folder is made beside the old one, then two renames.
async function put(version) {
  await cp(join(kReload, version), join(root, 'incoming'), {recursive: true});
  await remove();
  await rename(join(root, 'incoming'), join(server.plugins, 'counter'));
}
async function remove() {
  await rename(join(server.plugins, 'counter'), join(root, `gone-${++gone}`)).catch(() => {});
}
async function reload() {
  const {plugins} = await api.ok('POST', '/admin/plugins/reload');
  expect(plugins).toHaveLength(1);
  return plugins[0];
}
const answer = async () => (await api.ok('POST', '/runs/wait', kCounter)).x;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'agenthost-reload-'));
  const plugins = await mkdtemp(join(root, 'plugins-'));
  // What the watcher does is asked for in its own test; everywhere else a reload is one request.
  const config = {log: {level: 'info'}, api: {admin: true}, plugins: {watch: false}};
  server = await Server.start({plugins, config});
  api = new Api(server);
});
afterAll(async () => {
  await server?.remove();
  await rm(root, {recursive: true, force: true});
});

describe('POST /admin/plugins/reload', () => {
  it('serves what was dropped in, with its system assistant', async () => {
    await put('one');
    expect(await reload()).toMatchObject({outcome: 'loaded', id: 'counter', version: '1.0.0', reason: null});
    expect(await answer()).toBe('1.0.0');
    const [assistant] = await api.ok('POST', '/assistants/search', {graph_id: 'counter'});
    expect(assistant.metadata.created_by).toBe('system');
    expect(await reload()).toMatchObject({outcome: 'unchanged'});
  });

  it('fails no run while a plugin is replaced ten times under load', async () => {
    let enough = false;
    const answers = [];
    const client = async () => {
      const thread_id = await api.thread();
      while (!enough) {
        answers.push(await answer());
        answers.push((await api.wait(thread_id, kCounter)).x);
      }
    };
    const clients = Promise.all([client(), client(), client(), client()]);
    for (let turn = 0; turn < 10; ++turn) {
      await put(turn % 2 === 0 ? 'two' : 'one');
      expect(await reload()).toMatchObject({outcome: 'replaced'});
      const seen = answers.length;
      await vi.waitFor(() => expect(answers.length).toBeGreaterThan(seen + 20), kPatience);
    }
    enough = true;
    await clients;
    expect(new Set(answers)).toEqual(new Set(['1.0.0', '2.0.0']));
    expect(await answer()).toBe('1.0.0');
  });

  it('lets a run that has begun finish on its version, and stops that version then', async () => {
    const thread_id = await api.thread();
    const {run_id} = await api.run(thread_id, {assistant_id: 'counter', input: {ms: 1500}});
    await put('two');
    expect(await reload()).toMatchObject({outcome: 'replaced', version: '2.0.0'});
    expect(await answer()).toBe('2.0.0');
    const before = server.output.split('stopped counter 1.0.0').length;
    expect(await api.ok('GET', `/threads/${thread_id}/runs/${run_id}/join`)).toMatchObject({x: '1.0.0'});
    await vi.waitFor(() => expect(server.output.split('stopped counter 1.0.0').length).toBe(before + 1), kPatience);
  });

  it('keeps the old version when its replacement is bad, and says both', async () => {
    await put('broken');
    const kept = {id: 'counter', version: '2.0.0', loaded: true};
    const outcome = await reload();
    expect(outcome).toMatchObject({outcome: 'kept', ...kept});
    expect(outcome.reason).toMatch(/^version 2\.0\.0 goes on; its replacement 9\.0\.0 is refused: .*it cannot be made$/);
    expect(await answer()).toBe('2.0.0');
    expect((await api.ok('GET', '/info')).plugins).toEqual([expect.objectContaining(kept)]);
    expect(await listed()).toMatch(/^refused {2}counter from \S+: counter\.so: graph counter could not be made: it cannot be made/);
    await put('two');
    expect(await reload()).toMatchObject({outcome: 'unchanged', reason: null});
  });

  it('refuses runs of what was removed in words, leaves its threads readable, and serves it when it is back', async () => {
    const thread_id = await api.thread();
    await api.wait(thread_id, kCounter);
    await remove();
    expect(await reload()).toMatchObject({outcome: 'removed', id: 'counter', loaded: false, reason: null});
    const kNotLoaded = "Graph 'counter' not found: its plugin is not loaded";
    expect(await api.refused(404, 'POST', '/runs/wait', kCounter)).toBe(kNotLoaded);
    expect(await api.refused(404, 'POST', `/threads/${thread_id}/runs`, kCounter)).toBe(kNotLoaded);
    expect(await api.refused(404, 'POST', `/threads/${thread_id}/state`, {values: {x: 1}})).toBe(kNotLoaded);
    expect((await api.state(thread_id)).values).toEqual({x: '2.0.0'});
    expect(await api.ok('POST', `/threads/${thread_id}/history`, {})).not.toHaveLength(0);
    await put('one');
    expect(await reload()).toMatchObject({outcome: 'loaded'});
    expect(await api.wait(thread_id, kCounter)).toEqual({x: '1.0.0'});
  });
});

describe('a restart', () => {
  it('ends the runs of a plugin that is no longer there with an error that says so', async () => {
    const thread_id = await api.thread();
    const {run_id} = await api.run(thread_id, {assistant_id: 'counter', input: {ms: 60_000}});
    await server.stop('SIGKILL');
    await remove();
    await server.launch();
    const run = await vi.waitFor(async () => {
      const seen = await api.ok('GET', `/threads/${thread_id}/runs/${run_id}`);
      expect(seen.status).toBe('error');
      return seen;
    }, kPatience);
    expect(run.error.message).toContain("Graph 'counter' not found: its plugin is not loaded");
    expect(await api.refused(404, 'POST', '/runs/wait', kCounter)).toContain('its plugin is not loaded');
    await put('one');
    await reload();
    expect(await api.wait(thread_id, {assistant_id: 'counter', input: {ms: 0}})).toMatchObject({x: '1.0.0'});
  });
});

describe('the watcher', () => {
  it('needs no request', async () => {
    await writeFile(join(server.folder, 'agenthost.yaml'), JSON.stringify({plugins: {settle_ms: 50}}));
    await server.restart();
    await put('two');
    await vi.waitFor(async () => expect(await answer()).toBe('2.0.0'), kPatience);
    await remove();
    await vi.waitFor(() => api.refused(404, 'POST', '/runs/wait', kCounter), kPatience);
    await put('one');
    await vi.waitFor(async () => expect(await answer()).toBe('1.0.0'), kPatience);
  });
});

describe('signatures', () => {
  it('let in what a trusted key has signed, and nothing else', async () => {
    const key = join(root, 'ops.key');
    const [, trusted] = /(ops: "\S+")/.exec(await agenthost('keys', 'new', key));
    const enforce = {AGENTHOST_PLUGINS__TRUST: 'enforce', AGENTHOST_PLUGINS__TRUSTED_KEYS: `{${trusted}}`};
    expect(await listed(enforce)).toMatch(/^refused {2}counter from .* is not signed/);
    expect(await agenthost('sign', join(server.plugins, 'counter'), '--key', key)).toMatch(/^signed counter 1\.0\.0 with /);
    expect(await listed(enforce)).toBe('loaded   counter 1.0.0: counter (signed by ops, isolation in_process)\n         needs timer\n');
  });
});

// What the command prints, whether or not it succeeds.
function command(words, environment) {
  return new Promise((done) => {
    const env = {PATH: process.env.PATH, ...environment};
    execFile(kBinary, words, {env}, (_, stdout, stderr) => done(stdout + stderr));
  });
}
const agenthost = (...words) => command(words, {});
// What a server would load now.
const listed = (environment) => command(['plugins', '--plugins', server.plugins], environment);
