// Server-sent events from text as it arrives. Strict on purpose: clients in the field break on an event that spans data
// lines or carries no data.
export class Frames {
  #rest = '';
  #fields = {};

  // The events that this piece of text completes.
  read(piece) {
    const lines = (this.#rest + piece).split('\n');
    this.#rest = lines.pop();
    return lines.flatMap((line) => this.#line(line));
  }

  #line(line) {
    if (line.startsWith(':')) return [];
    if (line === '') {
      const fields = this.#fields;
      this.#fields = {};
      return Object.keys(fields).length ? [{...fields, data: JSON.parse(fields.data)}] : [];
    }
    const [, field, value] = /^(\w+): (.*)$/s.exec(line) ?? [];
    if (!field || field in this.#fields) throw new Error(`bad stream line: ${line.slice(0, 200)}`);
    this.#fields[field] = value;
    return [];
  }
}

export async function* events_of(body) {
  const frames = new Frames();
  for await (const piece of body.pipeThrough(new TextDecoderStream())) yield* frames.read(piece);
}
