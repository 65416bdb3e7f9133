// Does this server answer as another implementation of the API was recorded to? The recordings, and how they were made,
// are in data/transcripts, and so is where ours is meant to answer otherwise.
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
  const body = typeof step.body === 'object' ? names.fill(JSON.stringify(step.body)) : step.body;
  const answer = await api.call(method, path, body, step.headers);
  if (!step.events || answer.status !== 200) return answer;
  return {...answer, events: new Frames().read(answer.text).filter(({event}) => event !== 'end')};
}

function differences_of(step, answer, names) {
  if (answer.status !== step.status) return [`status ${answer.status} instead of ${step.status}`];
  if (step.status >= 400) return typeof answer.json?.detail === 'string' ? [] : ['no detail'];
  const location = answer.headers.get('content-location');
  return [
    ...(step.location ? differences(step.location, location, names, 'location') : []),
    ...('json' in step ? differences(step.json, answer.json, names) : []),
    ...(step.events ? differences_of_events(step.events, answer.events, names) : []),
  ];
}

// Their order; and of each name, when there are as many of it, what they hold.
function differences_of_events(recorded, actual, names) {
  const found = [];
  const same = recorded.every(([name], at) => actual[at] && names.agree(name, actual[at].event));
  if (!same || recorded.length !== actual.length) {
    const own = actual.map(({event}) => event.replaceAll(/:[\w-]{36}/g, ':<id>'));
    found.push(`events ${own.join(' ')} instead of ${recorded.map(([name]) => name).join(' ')}`);
  }
  for (const name of new Set(recorded.map(([one]) => one))) {
    const theirs = recorded.filter(([one]) => one === name);
    const ours = actual.filter(({event}) => names.agree(name, event));
    if (theirs.length !== ours.length) continue;
    found.push(...theirs.flatMap(([, data], at) => differences(data, ours[at].data, names, name)));
  }
  return found;
}

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
