// Is /openapi.json the official API, and does whoever holds the answers of all suites against it notice what is wrong?
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {ApiDocument} from './support/openapi.mjs';
import {Server} from './support/server.mjs';

let server, document;
beforeAll(async () => {
  server = await Server.start();
  document = await (await fetch(`${server.url}/openapi.json`)).json();
});
afterAll(() => server?.remove());

const official = JSON.parse(readFileSync(join(import.meta.dirname, 'data/official-operations.json'), 'utf8'));

// How our document differs from the official one, and why. An entry that has become untrue fails too.
const kIntended = {
  'POST /assistants/{assistant_id}/latest: query version is optional': 'the SDKs send it in the body; both are read',
  'POST /threads/{thread_id}/state/checkpoint: member checkpoint is optional': 'without one the latest state is meant',
};

// The members of a body by name; those that must be there.
function members(schema = {}) {
  if (schema.$ref) return members(document.components.schemas[schema.$ref.split('/').at(-1)]);
  if (schema.type === 'array') return members(schema.items);
  const parts = [schema, ...(schema.allOf ?? []).map((part) => members(part))];
  return {
    properties: Object.assign({}, ...parts.map(({properties}) => properties)),
    required: parts.flatMap(({required = []}) => required),
  };
}

const fact = (text) => ({name: text.replace('*', ''), must: text.endsWith('*')});

// Whoever sends what the official document asks for, and no more than it knows, must be understood.
function differences_of(name, {parameters, body}) {
  const [method, path] = name.split(' ');
  const ours = document.paths[path]?.[method.toLowerCase()];
  if (!ours) return ['is missing'];
  const found = [];
  // OpenAPI gives parameters of the name Accept no meaning.
  for (const {name: parameter, must} of parameters.map(fact).filter((one) => one.name !== 'header Accept')) {
    const own = ours.parameters.find((one) => `${one.in} ${one.name}` === parameter);
    if (!own) found.push(`: ${parameter} is missing`);
    else if (own.required !== must) found.push(`: ${parameter} is ${own.required ? 'required' : 'optional'}`);
  }
  const own = members(ours.requestBody?.content['application/json'].schema);
  for (const {name: member, must} of body.map(fact)) {
    const required = own.required.includes(member);
    if (!(member in own.properties)) found.push(`: member ${member} is missing`);
    else if (required !== must) found.push(`: member ${member} is ${required ? 'required' : 'optional'}`);
  }
  return found;
}

describe('the document', () => {
  it('has every operation of the official one, with its parameters and the members of its bodies', () => {
    const found = Object.entries(official).flatMap(([name, facts]) =>
      differences_of(name, facts).map((what) => (what[0] === ':' ? name + what : `${name} ${what}`)),
    );
    expect(found.sort()).toEqual(Object.keys(kIntended).sort());
  });

  it('names each operation once, and every schema that it refers to exists', () => {
    const ids = Object.values(document.paths).flatMap((path) => Object.values(path).map((one) => one.operationId));
    expect(ids).toEqual([...new Set(ids)]);
    for (const [, name] of JSON.stringify(document).matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
      expect(document.components.schemas, name).toHaveProperty(name);
    }
  });

  it('says something about every member of every answer', () => {
    for (const [name, schema] of Object.entries(document.components.schemas)) {
      expect(Object.keys(schema).length, name).toBeGreaterThan(0);
      expect(schema, name).not.toEqual({type: 'object'});
    }
  });
});

describe('an answer that is not as documented', () => {
  const kThread = {
    thread_id: '00000000-0000-4000-8000-000000000000',
    created_at: '2030-01-31T08:00:00.000000+00:00',
    updated_at: '2030-01-31T08:00:00.000000+00:00',
    metadata: {},
    status: 'idle',
    values: null,
    interrupts: {},
  };
  let api, get_thread, stream_run;
  beforeAll(() => {
    api = new ApiDocument(document);
    get_thread = api.operation('GET', `/threads/${kThread.thread_id}`);
    stream_run = api.operation('POST', '/runs/stream');
  });
  const wrong = (body, more = {}) =>
    api.wrong_answer(get_thread, {status: 200, type: 'application/json', text: JSON.stringify(body), ...more});

  it('is found by its status, its type or its members', () => {
    expect(wrong(kThread)).toBeUndefined();
    expect(wrong(kThread, {status: 418})).toMatch('status 418');
    expect(wrong(kThread, {type: 'text/plain'})).toMatch('content type text/plain');
    expect(wrong({...kThread, status: 'asleep'})).toMatch('status');
    expect(wrong({...kThread, created_at: 'yesterday'})).toMatch('created_at');
    expect(wrong({...kThread, surprise: 1})).toMatch('additional');
    const {status: _, ...part} = kThread;
    expect(wrong(part)).toMatch("required property 'status'");
    expect(wrong(part, {selected: true})).toBeUndefined();
    expect(wrong({error: 'no'}, {status: 404})).toMatch("required property 'detail'");
  });

  it('is found among the events of a stream', () => {
    const event = (name, data) => api.wrong_event(stream_run, {event: name, data, id: '1'});
    expect(event('values|child:1', {foo: []})).toBeUndefined();
    expect(event('messages', [{type: 'ai', content: ''}])).toBeTruthy();
    expect(event('metadata', {run_id: kThread.thread_id})).toBeTruthy();
    expect(event('surprise', {})).toBeTruthy();
    expect(event('end', null)).toBeUndefined();
  });
});
