// Plugins in the server's process that do not return cost others nothing, and SIGTERM ends the server all the same, in
// order and soon; what was acknowledged is there after. As long as it lives nobody else serves its data folder.
import {execFile} from 'node:child_process';
import {cp, mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, expect, it} from 'vitest';
import {Api, until} from './support/api.mjs';
import {kBinary, kDangerous, Server} from './support/server.mjs';

// The libraries are opened in the server: nothing stands between them and it.
const kInProcess = {isolation: 'in_process', first_contact: 'none', watch: false};
const kShort = {server: {shutdown_grace_ms: 100}, runtime: {cancel_grace_ms: 50}};

let plugins;
let server;
let api;
beforeEach(async () => {
  plugins = await mkdtemp(join(tmpdir(), 'agenthost-stop-'));
});
afterEach(async () => {
  await server?.remove();
  await rm(plugins, {recursive: true, force: true});
});
const drop = (name) => cp(join(kDangerous, name), join(plugins, name), {recursive: true});
async function start(config) {
  server = await Server.start({plugins, config: {log: {level: 'info'}, api: {admin: true}, ...kShort, ...config}});
  api = new Api(server);
}

it('goes on with everybody else while a node does not return, and names the node', async () => {
  await drop('hangs');
  await drop('hangs_blocking');
  await start({plugins: kInProcess, runtime: {threads: 1}});
  const thread_id = await api.thread();
  await api.run(thread_id, {assistant_id: 'hangs', input: {x: 'hang'}});
  const others = Array.from({length: 20}, () => api.ok('POST', '/runs/wait', {assistant_id: 'hangs_blocking', input: {}}));
  expect(await Promise.all(others)).toEqual(others.map(() => ({x: 1})));
  expect(server.output).toMatch(/node \S+ of plugin hangs does not return; a thread was added/);
});

it.each(['hangs', 'hangs_blocking'])('stops although a node never returns: %s', async (name) => {
  await drop(name);
  await start({plugins: kInProcess});
  const thread_id = await api.thread({kept: true});
  const {run_id} = await api.run(thread_id, {assistant_id: name, input: {x: 'hang'}});
  await until(async () => (await api.ok('GET', `/threads/${thread_id}/runs/${run_id}`)).status === 'running', 'the run');
  expect(await server.stop()).toEqual([0, null]);
  expect(server.output).toContain(`${name} 1.0.0 still has work in flight`);
  expect(server.output).toContain('ends without waiting any longer for plugin code that does not return');
  await rm(join(plugins, name), {recursive: true});
  await server.launch();
  expect((await api.ok('GET', `/threads/${thread_id}`)).metadata.kept).toBe(true);
});

it.each([
  ['in the server', kInProcess],
  ['in a child that meets it first', {...kInProcess, first_contact: 'child'}],
  ['in worker processes', {...kInProcess, isolation: 'process'}],
])('stops although a plugin hangs while it is opened %s', async (_, settings) => {
  await drop('hangs_blocking');
  await start({plugins: settings});
  await drop('hangs_at_entry');
  const reload = api.call('POST', '/admin/plugins/reload').catch(() => 'gone');
  // A server that is being given a plugin still serves the others.
  for (let i = 0; i < 5; ++i) await api.ok('POST', '/runs/wait', {assistant_id: 'hangs_blocking', input: {}});
  expect(await server.stop()).toEqual([0, null]);
  await reload;
});

it('stops before another may have its data folder', async () => {
  await start();
  const data = join(server.folder, 'data');
  const another = await new Promise((done) => {
    const words = ['serve', '--port', '0', '--data', data, '--plugins', plugins];
    execFile(kBinary, words, {env: {PATH: process.env.PATH}}, ({code}, _, stderr) => done({code, stderr}));
  });
  expect(another).toEqual({
    code: 1,
    stderr: `${data}: another agenthost (process ${server.pid}) serves this data folder; stop it, or choose another with --data or storage.directory\n`,
  });
  await api.ok('GET', '/ok');
  await server.restart();
  await api.ok('GET', '/ok');
});
