// Makes official-operations.json: node digest-operations.mjs <the official OpenAPI document> > official-operations.json
// Facts only: which operations there are, what parameters they take and where, what a body may and must hold.
import {readFileSync} from 'node:fs';

const document = JSON.parse(readFileSync(process.argv[2], 'utf8'));

const resolved = (part) =>
  part?.$ref ? resolved(part.$ref.slice(2).split('/').reduce((at, name) => at[name], document)) : part;

// The members of a body, "*" behind those that must be there. Of an array of bodies: of each.
function members(schema) {
  const body = resolved(schema) ?? {};
  if (body.type === 'array') return members(body.items);
  const whole = [body, ...(body.allOf ?? []).map(resolved)];
  const must = new Set(whole.flatMap(({required = []}) => required));
  const names = new Set([...whole.flatMap(({properties = {}}) => Object.keys(properties)), ...must]);
  return [...names].sort().map((name) => name + (must.has(name) ? '*' : ''));
}

const lines = Object.entries(document.paths).flatMap(([path, operations]) =>
  Object.entries(operations).map(([method, operation]) => {
    const parameters = (operation.parameters ?? []).map(resolved);
    const facts = parameters.map(({name, in: place, required}) => `${place} ${name}${required ? '*' : ''}`);
    const body = members(operation.requestBody?.content['application/json'].schema);
    const name = `${method.toUpperCase()} ${path.replace(/(?<=.)\/$/, '')}`;
    return `${JSON.stringify(name)}: ${JSON.stringify({parameters: facts.sort(), body})}`;
  }),
);
console.log(`{\n  ${lines.sort().join(',\n  ')}\n}`);
