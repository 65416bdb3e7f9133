// A React app in a real browser, from an origin of its own, that talks to the server through an official hook.
import http from 'node:http';
import {join} from 'node:path';
import {build} from 'esbuild';
import {chromium} from 'playwright-core';
import {expect} from 'vitest';

const kBrowser = process.env.CHROMIUM ?? '/usr/bin/chromium';
const kQuiet = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];

async function bundle(alias) {
  const {outputFiles} = await build({
    entryPoints: [join(import.meta.dirname, 'chat_page.mjs')],
    alias,
    bundle: true,
    write: false,
    format: 'esm',
    logLevel: 'error',
    minify: true,
    define: {'process.env.NODE_ENV': '"production"'},
  });
  return outputFiles[0].text;
}

export class Site {
  #server;
  #browser;

  // hooks: {name: what the bundler is to take for which package}
  static async start(hooks) {
    const site = new Site();
    const names = Object.keys(hooks);
    const scripts = await Promise.all(names.map((name) => bundle(hooks[name])));
    const pages = Object.fromEntries(
      names.flatMap((name, at) => [
        [`/${name}`, ['text/html', `<!doctype html><body><script type="module" src="/${name}.js"></script>`]],
        [`/${name}.js`, ['text/javascript', scripts[at]]],
      ]),
    );
    site.#server = http.createServer((request, response) => {
      const [type, text] = pages[new URL(request.url, 'http://site').pathname] ?? ['text/plain', ''];
      response.writeHead(200, {'Content-Type': `${type}; charset=utf-8`}).end(text);
    });
    await new Promise((ready) => site.#server.listen(0, '127.0.0.1', ready));
    site.url = `http://127.0.0.1:${site.#server.address().port}`;
    site.#browser = await chromium.launch({executablePath: kBrowser, args: kQuiet});
    return site;
  }

  async stop() {
    await this.#browser?.close();
    this.#server.closeAllConnections();
    await new Promise((done) => this.#server.close(done));
  }

  async open(hook, options, thread_id = '') {
    const page = await this.#browser.newPage();
    page.setDefaultTimeout(15_000);
    const chat = new Chat(page);
    await page.goto(`${this.url}/${hook}?${encodeURIComponent(JSON.stringify(options))}#${thread_id}`);
    await chat.until(() => true);
    return chat;
  }
}

export class Chat {
  constructor(page) {
    this.page = page;
    this.wrong = [];
    page.on('pageerror', ({message}) => this.wrong.push(message));
  }

  async close() {
    await this.page.close();
    expect(this.wrong).toEqual([]);
  }

  // What the user would see now.
  seen() {
    return this.page.evaluate(() => JSON.parse(JSON.stringify(window.seen)));
  }
  // probe is run in the page, on what is seen; without surroundings.
  async until(probe) {
    try {
      await this.page.waitForFunction(`window.seen !== undefined && (${probe})(window.seen)`, undefined, {polling: 10});
    } catch (error) {
      const last = await this.page.evaluate(() => JSON.stringify(window.seen));
      throw new Error(`never came true: ${probe}; last seen: ${last}`, {cause: error});
    }
    return this.seen();
  }
  // Runs in the page; `what` gets the hook's return value first.
  with_hook(what, ...given) {
    return this.page.evaluate(`(${what})(window.stream, ...${JSON.stringify(given)})`);
  }
  // Does not wait for the end of the run.
  submit(input, options) {
    return this.with_hook((stream, ...given) => void stream.submit(...given), input, options);
  }
  async reload() {
    await this.page.reload();
    await this.until(() => true);
  }

  // In no render was a message shown twice or without an id.
  async expect_no_doubles() {
    for (const messages of await this.page.evaluate(() => window.renders)) {
      const ids = messages.map(({id}) => id);
      expect(ids, JSON.stringify(messages)).toEqual([...new Set(ids)]);
      expect(ids.every(Boolean), JSON.stringify(messages)).toBe(true);
    }
  }
  // Everything the message at that place ever said, in order, each once.
  async said_at(place) {
    const renders = await this.page.evaluate(() => window.renders);
    return [...new Set(renders.flatMap((messages) => messages[place]?.content ?? []))];
  }
}
