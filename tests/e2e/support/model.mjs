// What the stand-in language model says: text when asked for text, and for a JSON Schema the simplest instance of it that
// agrees with the facts in the prompt. It knows the schema's words, not the agent's prompts.
import {kEveryCall, text_of} from './calls.mjs';

const kDirect = /direct/i;

// The simplest value of a schema. `facts` are those of the call that the prompt is about; `at` counts list items.
function value_of(schema, name, facts, at) {
  if (schema.enum) return schema.enum.find((one) => kDirect.test(one)) ?? schema.enum[0];
  const type = [schema.type].flat().find((one) => one !== 'null') ?? (schema.properties ? 'object' : 'string');
  if (type === 'object') {
    return Object.fromEntries(
      Object.entries(schema.properties ?? {}).map(([key, inner]) => [key, value_of(inner, key, facts, at)]),
    );
  }
  if (type === 'array') {
    const count = Math.min(Math.max(schema.minItems ?? 1, facts ? 1 : 5), schema.maxItems ?? 5);
    return Array.from({length: count}, (_, item) => value_of(schema.items ?? {type: 'string'}, name, facts, item));
  }
  if (type === 'boolean') return true;
  if (type === 'number') return 0.8;
  if (type === 'integer') return at;
  return text_for(name, facts, at);
}

function text_for(name, facts, at) {
  if (/quote|evidence/.test(name)) return facts ? `Fecha de cierre: ${facts.closes}` : '';
  if (/amount|currency|code/.test(name)) return '';
  if (/deadline|date|closes/.test(name)) return facts?.closes ?? '';
  if (/url|link/.test(name)) return facts?.url ?? '';
  if (/title/.test(name)) return facts?.title ?? `Título ${at}`;
  if (/origin|funder|organi/.test(name)) return facts?.funder ?? 'Organización';
  if (/description/.test(name) && facts) return text_of(facts);
  if (/status/.test(name)) return 'open';
  if (/quer|international|national|search|idea/.test(name)) return `solar energy rural communities funding ${at}`;
  return `Texto sobre ${name.replaceAll('_', ' ')} ${at}`;
}

export function answer_like(schema, prompt) {
  if (!schema)
    return '## Recomendaciones del modelo\n\n1. Combine paneles y baterías [1].\n2. Mida el impacto [2].\n\n## Propuesta de concepto\n\nVisión: energía limpia para todas las familias.\n';
  return JSON.stringify(
    value_of(
      schema,
      '',
      kEveryCall.find(({title}) => prompt.includes(title)),
      0,
    ),
  );
}
