// The server's /openapi.json, and what in an answer is not as it says.
import {Ajv2020} from 'ajv/dist/2020.js';
import add_formats from 'ajv-formats';

const kId = 'api';
const kEvents = 'x-event-schema';

export class ApiDocument {
  #ajv = add_formats.default(new Ajv2020({strict: false}));
  #validators = new Map();
  #patterns;

  constructor(document) {
    this.document = document;
    this.#ajv.addSchema({$id: kId, components: closed(document.components, document)});
    this.#patterns = Object.keys(document.paths)
      .map((path) => ({path, fits: new RegExp(`^${path.replaceAll(/\{[^}]+\}/g, '[^/]+')}$`)}))
      .sort((one, other) => placeholders(one.path) - placeholders(other.path));
  }

  operation(method, pathname) {
    const path = pathname.replace(/(?<=.)\/$/, '');
    const wanted = method === 'HEAD' ? 'get' : method.toLowerCase();
    const found = this.#patterns.find((one) => one.fits.test(path) && this.document.paths[one.path][wanted]);
    return found && this.document.paths[found.path][wanted];
  }

  // What is wrong with the status, type and body of an answer, in words; nothing when all is as documented.
  // selected: the client asked for a selection of members.
  wrong_answer(operation, {status, type, text, selected}) {
    const described = operation.responses[status];
    if (!described) return `status ${status} is not documented`;
    if (!described.content) return text && 'a body where none is documented';
    const media = type?.split(';')[0];
    const content = described.content[media];
    if (!content) return `content type ${type} instead of ${Object.keys(described.content).join(' or ')}`;
    if (media !== 'application/json') return undefined;
    try {
      return this.#wrong(selected ? selection(content.schema, this.document) : content.schema, JSON.parse(text));
    } catch (error) {
      return `no JSON: ${error.message}`;
    }
  }

  wrong_event(operation, event) {
    return this.#wrong(operation.responses[200].content['text/event-stream'][kEvents], event);
  }

  #wrong(schema, value) {
    const key = JSON.stringify(schema);
    if (!this.#validators.has(key)) this.#validators.set(key, this.#ajv.compile(closed(schema, this.document)));
    const validate = this.#validators.get(key);
    return validate(value) ? undefined : this.#ajv.errorsText(validate.errors);
  }
}

const placeholders = (path) => path.split('{').length;

const resolved = (schema, document) =>
  schema.$ref ? schema.$ref.slice(2).split('/').reduce((at, name) => at[name], document) : schema;

// Whatever an answer holds is written somewhere: objects have no other members than those named, unless they say that they
// are open.
function closed(schema, document) {
  if (Array.isArray(schema)) return schema.map((one) => closed(one, document));
  if (schema === null || typeof schema !== 'object') return schema;
  if (schema.$ref) return {$ref: kId + schema.$ref};
  const whole = schema.allOf ? merged(schema, document) : schema;
  const out = Object.fromEntries(Object.entries(whole).map(([name, part]) => [name, closed(part, document)]));
  const is_object = [whole.type].flat().includes('object') && whole.properties && !('additionalProperties' in whole);
  return is_object ? {...out, additionalProperties: false} : out;
}

// allOf as one object.
function merged({allOf, ...rest}, document) {
  const parts = allOf.map((one) => resolved(one, document)).map((one) => (one.allOf ? merged(one, document) : one));
  return {
    ...rest,
    type: 'object',
    required: parts.flatMap(({required = []}) => required),
    properties: Object.assign({}, ...parts.map(({properties}) => properties)),
  };
}

// The same with no member that must be there.
function selection(schema, document) {
  if (schema.type === 'array') return {...schema, items: selection(schema.items, document)};
  const {required: _, ...rest} = resolved(schema, document);
  return rest;
}
