// The real binary as a child process, on a free port and a data folder of its own.
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {mkdtemp, readdir, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {dirname, join, resolve} from 'node:path';
import {witness} from './witness.mjs';

const here = import.meta.dirname;
export const kBinary = process.env.AGENTHOST_BIN ?? resolve(here, '../../../build/release/bin/agenthost');
const kPlugins = process.env.AGENTHOST_PLUGINS ?? resolve(here, '../../../build/release/plugins');
// The graphs for tests of clients, built beside the plugins everybody uses.
export const kConformance = process.env.AGENTHOST_CONFORMANCE ?? join(dirname(kPlugins), 'conformance');
// One plugin in several versions.
export const kReload = process.env.AGENTHOST_RELOAD ?? resolve(here, '../../../build/release/tests/reload-plugins');
// No process survives what they do.
export const kDangerous = join(dirname(kReload), 'bad-plugins/dangerous');
const kPages = resolve(here, '../../../web/dist');
const kStartMs = 20_000;
const kStopMs = 15_000;

// Without any network: nothing but the bundled catalogue and the offline model.
const kOffline = {log: {level: 'warn'}};
// Where plugins run when a suite does not say: every suite can be run against worker processes too.
const kIsolation = process.env.AGENTHOST_PLUGINS__ISOLATION;

function deadline(ms, what) {
  return new Promise((_, fail) => setTimeout(() => fail(new Error(what())), ms).unref());
}

export class Server {
  #child;
  #output = '';

  // config: what agenthost.yaml would say, as an object (JSON is YAML).
  static async start({config = kOffline, environment = {}, plugins = kPlugins} = {}) {
    const server = new Server();
    server.plugins = plugins;
    server.folder = await mkdtemp(join(tmpdir(), 'agenthost-e2e-'));
    server.environment = environment;
    const whole = {...config, server: {web_directory: kPages, ...config.server}};
    await writeFile(join(server.folder, 'agenthost.yaml'), JSON.stringify(whole));
    try {
      await server.launch();
    } catch (error) {
      await server.remove();
      throw error;
    }
    return server;
  }

  async launch() {
    this.#output = '';
    const places = [
      '--config',
      join(this.folder, 'agenthost.yaml'),
      '--data',
      join(this.folder, 'data'),
      '--plugins',
      this.plugins,
    ];
    this.#child = spawn(kBinary, ['serve', '--port', '0', ...places], {
      env: {
        PATH: process.env.PATH,
        ...(kIsolation && {AGENTHOST_PLUGINS__ISOLATION: kIsolation}),
        ...this.environment,
      },
    });
    this.#child.stdout.setEncoding('utf8').on('data', (text) => {
      this.#output += text;
    });
    this.#child.stderr.setEncoding('utf8').on('data', (text) => {
      this.#output += text;
    });
    this.exited = once(this.#child, 'exit');
    await Promise.race([
      this.#listening(),
      this.#died(),
      deadline(kStartMs, () => `not listening after ${kStartMs} ms:\n${this.#output}`),
    ]);
    await witness.learn(this.url);
  }

  async #listening() {
    for (;;) {
      const line = /^listening on (http:\/\/\S+)$/m.exec(this.#output);
      if (line) {
        this.url = line[1];
        return;
      }
      await once(this.#child.stdout, 'data');
    }
  }

  async #died() {
    const [code, signal] = await this.exited;
    if (!this.url || code !== null) throw new Error(`server ended early (${code ?? signal}):\n${this.#output}`);
  }

  get output() {
    return this.#output;
  }
  get pid() {
    return this.#child.pid;
  }
  // The worker processes of its plugins.
  async workers() {
    const lists = await Promise.all(
      (await readdir(`/proc/${this.pid}/task`)).map((thread) =>
        readFile(`/proc/${this.pid}/task/${thread}/children`, 'utf8').catch(() => ''),
      ),
    );
    return lists.join(' ').split(/\s+/).filter(Boolean).map(Number);
  }
  get alive() {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  // SIGTERM must end it, in order; SIGKILL cannot be refused. Returns [code, signal].
  async stop(signal = 'SIGTERM') {
    this.exited.catch(() => {});
    this.#child.kill(signal);
    try {
      return await Promise.race([
        this.exited,
        deadline(kStopMs, () => `still running ${kStopMs} ms after ${signal}:\n${this.#output}`),
      ]);
    } finally {
      this.#child.kill('SIGKILL');
    }
  }

  async restart(signal) {
    await this.stop(signal);
    this.url = undefined;
    await this.launch();
  }

  async remove() {
    if (this.url && this.alive) await this.stop('SIGKILL');
    await rm(this.folder, {recursive: true, force: true});
  }
}
