// The CTM agent with nothing but what is bundled: every sample project to its end, both ways of going on, restarts.
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {Api, interrupt_of, named, settled} from './support/api.mjs';
import {assistant, expect_finished, input_of, projects, say, to_chat, to_selection} from './support/ctm.mjs';
import {Server} from './support/server.mjs';

let server;
let api;
beforeAll(async () => {
  server = await Server.start();
  api = new Api(server);
});
afterAll(() => server?.remove());

describe.each(projects)('$id $category', (project) => {
  it('runs from the description to the end of the conversation', async () => {
    const {thread_id, events, interrupt} = await to_selection(api, project);
    const {opportunities, total_opportunities} = interrupt.value;
    expect(named(events, 'custom').filter((progress) => progress.stage).length).toBeGreaterThan(1);
    expect(opportunities.length).toBeGreaterThanOrEqual(3);
    expect(total_opportunities).toBe(opportunities.length);
    opportunities.forEach(expect_honest);
    expect(new Set(opportunities.map((call) => call.opportunity_url)).size).toBe(opportunities.length);

    const chat = await to_chat(api, thread_id);
    const chosen = chat.values.selected_opportunities;
    expect(chosen.map((call) => call.opportunity_url)).toEqual(
      opportunities.slice(0, 2).map((call) => call.opportunity_url),
    );
    expect(chat.values.user_selection ?? null).toBeNull();
    expect(chat.values.academic_papers.length).toBeGreaterThan(0);
    for (const call of chosen) expect(chat.values.improvement_report).toContain(call.title);
    expect(chat.interrupt.value.topics.length).toBe(6);
    expect(
      named(chat.events, 'messages')
        .map(([chunk]) => chunk.content)
        .join('').length,
    ).toBeGreaterThan(200);

    const answer = await say(api, thread_id, '¿Qué requisitos tiene la primera convocatoria?');
    const [question, reply] = answer.values.messages.slice(-2);
    expect(question).toMatchObject({type: 'human', content: '¿Qué requisitos tiene la primera convocatoria?'});
    expect(reply.type).toBe('ai');
    expect(reply.content.length).toBeGreaterThan(20);
    expect(answer.interrupt.value.status).toBe('ready');

    await say(api, thread_id, 'fin');
    await expect_finished(api, thread_id);
  });
});

// Every fact has its place, and no deadline is made up or over.
function expect_honest(call) {
  expect(call).toMatchObject({
    origin: expect.any(String),
    description: expect.any(String),
    opportunity_url: expect.stringMatching(/^https?:\/\//),
  });
  expect(call.fit.score).toBeGreaterThanOrEqual(0);
  expect(call.fit.score).toBeLessThanOrEqual(1);
  expect(call.fit.reasons.length).toBeGreaterThan(0);
  if (call.application_deadline) expect(Date.parse(call.application_deadline)).toBeGreaterThan(Date.now() - 86_400_000);
  else expect(call.status).not.toBe('open');
}

describe('going on with a new run instead of a command', () => {
  it('takes a list of indices and a user message as answers', async () => {
    const {thread_id, interrupt} = await to_selection(api, projects[0]);
    const chat = await to_chat(api, thread_id, {input: [0, 1]});
    expect(chat.values.selected_opportunities.map((call) => call.opportunity_url)).toEqual(
      interrupt.value.opportunities.slice(0, 2).map((call) => call.opportunity_url),
    );
    const {events} = await api.stream(
      thread_id,
      assistant({input: {messages: [{role: 'user', content: '¿Cuál es el plazo?'}]}}),
    );
    expect(named(events, 'values').at(-1).messages.at(-2)).toMatchObject({
      type: 'human',
      content: '¿Cuál es el plazo?',
    });
    await api.stream(thread_id, assistant({input: {messages: [{role: 'user', content: 'Salir'}]}}));
    await expect_finished(api, thread_id);
  });
});

describe('the selection', () => {
  it.each([
    ['"all"', 'all', (count) => count],
    ['"0,2"', '0,2', () => 2],
    ['indices out of range', [0, 999], () => 1],
    ['"none"', 'none', () => 0],
  ])('accepts %s', async (_, answer, expected) => {
    const {thread_id, interrupt} = await to_selection(api, projects[3]);
    const {values} = await to_chat(api, thread_id, {command: {resume: answer}});
    expect(values.selected_opportunities.length).toBe(expected(interrupt.value.opportunities.length));
    if (answer === 'none') expect(values.academic_papers ?? []).toEqual([]);
    expect(values.improvement_report.length).toBeGreaterThan(200);
  });
});

it('says what is missing when title and description are empty', async () => {
  const thread_id = await api.thread();
  const {events} = await api.stream(thread_id, assistant({input: {project_title: ' ', project_description: ''}}));
  expect(named(events, 'error')[0].message).toMatch(/^Falta el proyecto.*project_title.*project_description/);
  expect((await api.ok('GET', `/threads/${thread_id}`)).status).toBe('error');
});

describe.each(['SIGTERM', 'SIGKILL'])('a restart by %s', (signal) => {
  it('keeps a waiting selection, a waiting conversation and a run that was under way', async () => {
    const selection = await to_selection(api, projects[1]);
    const chat = await to_selection(api, projects[2]);
    const ready = await to_chat(api, chat.thread_id);
    const moving = await api.thread();
    const {events} = await api.open_stream(
      'POST',
      `/threads/${moving}/runs/stream`,
      assistant({input: input_of(projects[4])}),
    );
    for await (const {event} of events) if (event === 'custom') break;

    await server.restart(signal);

    const state = await api.state(selection.thread_id);
    expect(state.tasks.at(-1).interrupts).toEqual([selection.interrupt]);
    expect((await api.state(chat.thread_id)).tasks.at(-1).interrupts).toEqual([ready.interrupt]);
    const after = await to_chat(api, selection.thread_id);
    expect(after.values.selected_opportunities.length).toBe(2);
    await say(api, chat.thread_id, 'finalizar');
    await expect_finished(api, chat.thread_id);
    expect((await settled(api, moving)).status).toBe('interrupted');
    expect((await api.state(moving)).tasks.at(-1).interrupts[0].value.opportunities.length).toBeGreaterThanOrEqual(3);
  });
});
