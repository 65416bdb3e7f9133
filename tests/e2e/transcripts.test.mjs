// Does this server answer as another implementation of the API was recorded to? The recordings, and how they were made,
// are in data/transcripts; where ours is meant to answer otherwise is written down below.
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {kIntended} from './data/transcripts/differences.mjs';
import {Api, until} from './support/api.mjs';
import {differences, Names} from './support/recorded.mjs';
import {kConformance, Server} from './support/server.mjs';
import {Frames} from './support/sse.mjs';

let server, api;
beforeAll(async () => {
  server = await Server.start({plugins: kConformance});
  api = new Api(server);
});
afterAll(() => server?.remove());

const steps_of = (name) => JSON.parse(readFileSync(join(import.meta.dirname, `data/transcripts/${name}.json`), 'utf8'));

// Asks as recorded: {status, headers, json, events}.
async function ask(step, names) {
  const [method, path] = names.fill(step.ask ?? step.given).split(' ');
  const body = step.body === undefined ? undefined : names.fill(JSON.stringify(step.body));
  const raw = typeof step.body === 'string' ? step.body : body;
  if (!step.events) return api.call(method, path, raw, step.headers);
  const answer = await api.call(method, path, raw, step.headers);
  if (answer.status !== 200) return answer;
  const events = new Frames().read(answer.text).map(({event, data}) => [event, data]);
  return {...answer, events: events.filter(([event]) => event !== 'end')};
}

function differences_of(step, answer, names) {
  if (answer.status !== step.status) return [`status ${answer.status} instead of ${step.status}`];
  if (step.status >= 400) return typeof answer.json?.detail === 'string' ? [] : ['no detail'];
  const found = step.location ? differences(step.location, answer.headers.get('content-location'), names, 'location') : [];
  if ('json' in step) found.push(...differences(step.json, answer.json, names));
  if (!step.events) return found;
  const same = step.events.every(([name], at) => answer.events[at] && names.agree(name, answer.events[at][0]));
  if (!same || step.events.length !== answer.events.length)
    return [...found, `events ${listed(answer.events)} instead of ${listed(step.events)}`];
  return [...found, ...step.events.flatMap(([name, data], at) => differences(data, answer.events[at][1], names, name))];
}

const listed = (events) => events.map(([name]) => name.replaceAll(/:(\$\d+|[\w-]{36})/g, ':<id>')).join(' ');

// What the recording only needs: made, waited for, and its ids learnt.
async function give(step, names) {
  const wanted = ({json}) => !step.until || differences({...step.until, '…': true}, json, names).length === 0;
  const answer = await until(async () => {
    const one = await ask(step, names);
    return wanted(one) && one;
  }, JSON.stringify(step));
  expect(answer.status, JSON.stringify(step)).toBeLessThan(300);
  differences(step.json ?? null, answer.json, names);
}

const kRecordings = ['assistants', 'questions', 'waiting', 'state', 'runs', 'commands', 'store'];
const fitting = new Set();

describe.each(kRecordings)('%s', (name) => {
  it('answers as recorded, but where it is meant to differ', {timeout: 60_000}, async () => {
    const names = new Names();
    const unexplained = [];
    for (const step of steps_of(name)) {
      if (step.given) {
        await give(step, names);
        continue;
      }
      for (const difference of new Set(differences_of(step, await ask(step, names), names))) {
        const line = `${name}/${step.what}: ${difference}`;
        const known = kIntended.filter(([where]) => where.test(line));
        known.forEach((entry) => fitting.add(entry));
        if (!known.length) unexplained.push(line);
      }
    }
    expect(unexplained).toEqual([]);
  });
});

it('differs nowhere by a reason that has gone', () => {
  expect(kIntended.filter((entry) => !fitting.has(entry)).map(([where]) => String(where))).toEqual([]);
});
