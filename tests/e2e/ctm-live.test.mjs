// The CTM agent in live mode against stand-ins that speak each service's documented format: the whole way, and each
// source failing in each way, which may cost that source and nothing else.
import {afterAll, beforeAll, beforeEach, describe, expect, it} from 'vitest';
import {Api, named} from './support/api.mjs';
import {kOpenCalls, kOverCall} from './support/calls.mjs';
import {expect_finished, projects, say, to_chat, to_selection} from './support/ctm.mjs';
import {OutsideWorld} from './support/outside_world.mjs';
import {Server} from './support/server.mjs';

const kKey = 'a-key-that-must-not-leak';
const kServices = ['tavily', 'brave', 'minciencias', 'arxiv', 'semantic_scholar'];

let world;
beforeAll(async () => {
  world = await OutsideWorld.start();
});
afterAll(() => world.stop());
beforeEach(() => world.reset());

function live(provider) {
  const manners = {timeout_ms: 700, retries: 1, backoff_ms: 10};
  const service = (name) => [
    name,
    {base_url: `${world.url}/${name}`, headers: {authorization: `Bearer ${kKey}`}, ...manners},
  ];
  return {
    log: {level: 'info'},
    llm: {
      models: {
        default: {
          provider,
          model: 'stand-in',
          base_url: `${world.url}/${provider}`,
          api_key: kKey,
          timeout_ms: 1500,
          retries: 1,
        },
      },
    },
    services: Object.fromEntries(kServices.map(service)),
    http: {max_connections_per_host: 64}, // a silent source must not hold the places of the others
    plugins: {
      config: {
        ctm: {min_live_opportunities: 3, feeds: [{name: 'MinCiencias', service: 'minciencias', url: '/rss.xml'}]},
      },
    },
  };
}

const source = (values, name) => values.sources.find((one) => one.name.toLowerCase().replaceAll(' ', '_') === name);
const titles = (calls) => calls.map((call) => call.title);
const values_at_end = (events) => named(events, 'values').at(-1);

describe.each(['gemini', 'openai'])('with %s', (provider) => {
  let server;
  let api;
  beforeAll(async () => {
    server = await Server.start({config: live(provider)});
    api = new Api(server);
  });
  afterAll(() => server?.remove());

  it('finds, ranks, reads, writes and answers from what the services say', async () => {
    const {thread_id, events, interrupt} = await to_selection(api, projects[0]);
    const found = titles(interrupt.value.opportunities);
    expect(found).toEqual(expect.arrayContaining(titles(kOpenCalls)));
    expect(found).not.toContain(kOverCall.title);
    expect(new Set(found).size).toBe(found.length);
    const wanted = kOpenCalls.map(({title}) => found.indexOf(title));
    for (const call of wanted.map((at) => interrupt.value.opportunities[at])) {
      const truth = kOpenCalls.find(({title}) => title === call.title);
      expect(call).toMatchObject({application_deadline: truth.closes, opportunity_url: truth.url});
    }
    expect(world.asked('tavily').length).toBeGreaterThanOrEqual(5);
    expect(world.asked('tavily')[0]).toMatchObject({method: 'POST', headers: {authorization: `Bearer ${kKey}`}});

    const chat = await to_chat(api, thread_id, {command: {resume: wanted.slice(0, 2)}});
    expect(titles(chat.values.academic_papers)).toEqual(
      expect.arrayContaining(['Solar microgrids for rural communities', 'Community energy and adoption']),
    );
    for (const {title} of kOpenCalls.slice(0, 2)) expect(chat.values.improvement_report).toContain(title);
    for (const name of kServices) expect(source(chat.values, name), name).toMatchObject({status: 'ok'});

    const answer = await say(api, thread_id, '¿Qué plazo tengo?');
    expect(answer.values.messages.at(-1)).toMatchObject({type: 'ai'});
    await say(api, thread_id, 'end');
    await expect_finished(api, thread_id);
    expect(JSON.stringify([events, chat, answer]) + server.output).not.toContain(kKey);
  });

  it('goes on when the language model is out of order', async () => {
    world.set(provider, 'error');
    const {thread_id, interrupt} = await to_selection(api, projects[0]);
    expect(interrupt.value.opportunities.length).toBeGreaterThan(0);
    const {values} = await to_chat(api, thread_id);
    expect(values.improvement_report.length).toBeGreaterThan(200);
    expect(values.sources.some(({kind, status}) => kind === 'llm' && ['failed', 'partial'].includes(status))).toBe(
      true,
    );
  });
});

describe('a source that', () => {
  let server;
  let api;
  beforeAll(async () => {
    server = await Server.start({config: live('gemini')});
    api = new Api(server);
  });
  afterAll(() => server?.remove());

  const kMoods = [
    ['answers 500', 'error', Infinity, 'failed'],
    ['never answers', 'silence', Infinity, 'failed'],
    ['answers nonsense', 'nonsense', Infinity, 'failed'],
    ['asks to slow down once', 'busy', 1, 'ok'],
    ['knows nothing', 'empty', Infinity, 'empty'],
  ];

  describe.each(kMoods)('%s', (_, mood, times, status) => {
    it.each(kServices)('costs only itself: %s', async (name) => {
      world.set(name, mood, times);
      const {thread_id, events, interrupt} = await to_selection(api, projects[0]);
      expect(titles(interrupt.value.opportunities)).toEqual(expect.arrayContaining(titles(kOpenCalls)));
      let values = values_at_end(events);
      if (!source(values, name)) ({values} = await to_chat(api, thread_id));
      expect(source(values, name)).toMatchObject({
        status,
        message: status === 'failed' ? expect.stringMatching(/\S/) : expect.any(String),
      });
      for (const other of kServices.filter((one) => one !== name))
        expect(source(values, other)?.status ?? 'ok', other).toBe('ok');
    });
  });
});
