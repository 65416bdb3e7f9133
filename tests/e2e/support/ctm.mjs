// The CTM agent's conversation, step by step, as the tests of it share it.
import {readFileSync} from 'node:fs';
import {resolve} from 'node:path';
import {expect} from 'vitest';
import {interrupt_of, named} from './api.mjs';

export const projects = JSON.parse(
  readFileSync(resolve(import.meta.dirname, '../../../web/playground/samples.json'), 'utf8'),
);

const kModes = ['values', 'updates', 'custom', 'messages-tuple'];
export const assistant = (body) => ({assistant_id: 'agent', stream_mode: kModes, ...body});
export const input_of = ({title, description}) => ({project_title: title, project_description: description});

// To the selection: {thread_id, events, interrupt}.
export async function to_selection(api, project) {
  const thread_id = await api.thread({graph_id: 'agent'});
  const {events} = await api.stream(thread_id, assistant({input: input_of(project)}));
  const interrupt = interrupt_of(events);
  expect(interrupt?.value, JSON.stringify(events.at(-2)).slice(0, 500)).toMatchObject({
    opportunities: expect.any(Array),
    instruction: expect.any(String),
  });
  return {thread_id, events, interrupt};
}

// From the selection to the conversation.
export async function to_chat(api, thread_id, body = {command: {resume: [0, 1]}}) {
  const {events} = await api.stream(thread_id, assistant(body));
  const interrupt = interrupt_of(events);
  expect(interrupt?.value, JSON.stringify(events.at(-2)).slice(0, 500)).toMatchObject({
    status: 'ready',
    topics: expect.any(Array),
  });
  return {events, interrupt, values: named(events, 'values').at(-1)};
}

export async function say(api, thread_id, text) {
  const {events} = await api.stream(thread_id, assistant({command: {resume: text}}));
  return {events, values: named(events, 'values').at(-1), interrupt: interrupt_of(events)};
}

export async function expect_finished(api, thread_id) {
  expect(await api.state(thread_id)).toMatchObject({next: [], tasks: []});
  expect(await api.ok('GET', `/threads/${thread_id}`)).toMatchObject({status: 'idle', interrupts: {}});
}
