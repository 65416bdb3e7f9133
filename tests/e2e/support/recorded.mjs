// Compares what was recorded of another server with what this one says: the same members, values and events, where ids
// and times are only what they are. In a recording "$1", "$2", ... stand for ids, also inside longer texts and as the
// names of members: the first sight of one says what it is, every other must agree. "$time" is any time, and "…" says
// that the recording has no more: any other members or items may follow.
const kToken = /\$\d+/g;
const kMore = '…';

export class Names {
  #ids = new Map(); // "$1" -> what this server calls it

  // The text with ids in the place of tokens.
  fill(text) {
    return text.replaceAll(kToken, (token) => {
      if (!this.#ids.has(token)) throw new Error(`${token} was not seen yet: ${text}`);
      return this.#ids.get(token);
    });
  }

  // Whether the actual text is the recorded one, ids aside.
  agree(recorded, actual) {
    if (recorded === '$time') return !Number.isNaN(Date.parse(actual));
    const fresh = [];
    const pattern = recorded.replaceAll(/\$\d+|[.*+?^${}()|[\]\\]/g, (part) => {
      if (!/^\$\d+$/.test(part)) return `\\${part}`;
      if (this.#ids.has(part)) return this.#ids.get(part);
      fresh.push(part);
      return '([\\w-]+)';
    });
    const found = new RegExp(`^${pattern}$`).exec(actual);
    fresh.forEach((token, index) => found && this.#ids.set(token, found[index + 1]));
    return Boolean(found);
  }
}

const is_object = (value) => value !== null && typeof value === 'object' && !Array.isArray(value);
const shown = (value) => (value === undefined ? 'nothing' : JSON.stringify(value));

// One line for each place where they differ: "values.foo: ["a"] instead of ["b"]", "metadata: missing", "error: added".
export function differences(recorded, actual, names, at = '') {
  if (typeof recorded === 'string' && typeof actual === 'string') {
    return names.agree(recorded, actual) ? [] : [`${at}: ${shown(actual)} instead of ${shown(recorded)}`];
  }
  if (is_object(recorded) && is_object(actual)) return of_objects(recorded, actual, names, at);
  if (Array.isArray(recorded) && Array.isArray(actual)) {
    const more = recorded.at(-1) === kMore;
    const items = more ? recorded.slice(0, -1) : recorded;
    if (more ? items.length <= actual.length : items.length === actual.length) {
      return items.flatMap((item, index) => differences(item, actual[index], names, `${at}[]`));
    }
  }
  return recorded === actual ? [] : [`${at}: ${shown(actual)} instead of ${shown(recorded)}`];
}

function of_objects(recorded, actual, names, at) {
  const below = (name) => (at ? `${at}.` : '') + name.replaceAll(kToken, '<id>');
  const left = new Map(Object.entries(actual));
  const found = [];
  for (const [name, value] of Object.entries(recorded)) {
    if (name === kMore) continue;
    const own = [...left.keys()].find((other) => names.agree(name, other));
    if (own === undefined) found.push(`${below(name)}: missing`);
    else found.push(...differences(value, left.get(own), names, below(name)));
    left.delete(own);
  }
  return kMore in recorded ? found : [...found, ...[...left.keys()].map((name) => `${below(name)}: added`)];
}
