// The pages in a real browser: the playground from a sample to the end, and the API reference, with nothing from outside.
import {chromium} from 'playwright-core';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {Proxy} from './support/proxy.mjs';
import {Server} from './support/server.mjs';

const kBrowser = process.env.CHROMIUM ?? '/usr/bin/chromium';
const kQuiet = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];

let server;
let browser;
let proxy;
beforeAll(async () => {
  server = await Server.start();
  proxy = await Proxy.before(server);
  browser = await chromium.launch({executablePath: kBrowser, args: kQuiet});
});
afterAll(async () => {
  await browser?.close();
  proxy?.stop();
  await server?.remove();
});

// A page, and everything it did that it should not: complaints, and requests to anywhere else.
async function open(path, options = {}) {
  const page = await browser.newPage(options);
  const wrong = [];
  page.on('console', (message) => message.type() === 'error' && wrong.push(message.text()));
  page.on('pageerror', (error) => wrong.push(error.message));
  page.on(
    'request',
    (request) =>
      /^(https?|wss?):/.test(request.url()) && !request.url().startsWith(proxy.url) && wrong.push(request.url()),
  );
  page.setDefaultTimeout(20_000);
  await page.goto(proxy.url + path);
  return {page, wrong};
}

async function start_sample(page, at) {
  await page.locator('#samples .tile').nth(at).click();
  await page.click('#project-form button.primary');
}

describe('the playground', () => {
  it('takes a sample through search, selection, report and conversation, over a reload', async () => {
    const {page, wrong} = await open('/playground');
    await start_sample(page, 0);
    await page.locator('.card.pick').nth(2).waitFor();
    const titles = await page
      .locator('.card.pick h3')
      .evaluateAll((all) => all.slice(0, 2).map((title) => title.firstChild.textContent));
    await page.locator('.card.pick input').nth(0).check();
    await page.locator('.card.pick input').nth(1).check();

    await page.reload(); // the address alone brings the thread back
    await page.locator('.card.pick input').nth(0).check();
    await page.locator('.card.pick input').nth(1).press('Space');
    await page.click('#selection button.primary');
    await page.locator('.composer').waitFor();
    const report = await page.locator('#report .prose').innerText();
    for (const title of titles) expect(report).toContain(title);
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.locator('#report button[title]').first().click(),
    ]);
    expect(file.suggestedFilename()).toMatch(/^informe-.*\.md$/);
    expect(await page.locator('#sources li').count()).toBeGreaterThan(0);

    await page.locator('.chip').first().click();
    await page.locator('.bubble.human').waitFor();
    await page.locator('.composer').waitFor();
    expect((await page.locator('.bubble.ai').last().innerText()).length).toBeGreaterThan(20);
    await page.fill('.composer textarea', 'fin');
    await page.keyboard.press('Enter');
    await page.locator('#chat .row button.primary').waitFor();
    expect(wrong).toEqual([]);
    await page.close();
  });

  it('shows what the agent refuses, in words', async () => {
    const {page} = await open(`/playground#00000000-0000-4000-8000-000000000000`);
    await page.getByRole('alert').filter({hasText: 'not found'}).waitFor();
    await page.close();
  });

  it('works at the width of a phone, in the dark, in English', async () => {
    const {page, wrong} = await open('/playground', {viewport: {width: 360, height: 740}, colorScheme: 'dark'});
    await page.click('#language');
    await page.getByRole('heading', {name: 'Which project needs funding?'}).waitFor();
    await start_sample(page, 5);
    await page.locator('.card.pick').first().waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
    expect(wrong).toEqual([]);
    await page.close();
  });

  it('goes on by itself when the server is killed under it', async () => {
    const {page} = await open('/playground');
    await start_sample(page, 2);
    await page.locator('#progress button, .card.pick').first().waitFor(); // the server has the run
    await server.restart('SIGKILL');
    await page.locator('.card.pick').first().waitFor();
    await page.click('#selection .bar button >> nth=1');
    await page.click('#selection button.primary');
    await page.locator('.composer').waitFor();
    await page.close();
  });
});

describe('the API reference', () => {
  it.each([
    ['/docs', '.opblock'],
    ['/redoc', '[data-section-id]'],
  ])('%s shows the specification', async (path, operation) => {
    const {page, wrong} = await open(path);
    await page.locator(operation).nth(23).waitFor();
    expect(wrong).toEqual([]);
    await page.close();
  });
});
