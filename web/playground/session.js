// One project on its way through the agent: what is known of its thread, and the verbs that move it on. The server
// owns the truth; after each run the state is read again. Everything else may be lost with the page.
import {call, join_run, start_run} from './api.js';
import {current_language} from './words.js';

const kGraph = 'agent';
const kRunOptions = {
  assistant_id: kGraph,
  stream_mode: ['values', 'updates', 'custom', 'messages-tuple'],
  stream_resumable: true,
  on_disconnect: 'continue',
  multitask_strategy: 'reject',
};

export const kSteps = [
  'ingest_info',
  'research_opportunities',
  'select_opportunities',
  'process_selection',
  'academic_research',
  'generate_report',
  'chat_responder',
];

const language_choice = () => ({config: {configurable: {language: current_language()}}});
const blank = (thread_id) => ({
  thread_id,
  run_id: undefined,
  busy: false,
  gap: false,
  error: undefined,
  values: {},
  interrupt: undefined,
  next: [],
  progress: new Map(),
  live: {},
  sent: undefined,
});

export class Session {
  constructor(on_change) {
    this.on_change = on_change;
    this.state = blank();
    this.stream = new AbortController();
    this.streaming = false;
  }

  // Forgets the thread on the page; the run goes on at the server.
  close() {
    this.#leave();
    this.#set(blank());
  }

  async open(thread_id) {
    this.#leave();
    this.#set(blank(thread_id));
    await this.#guarded(async () => {
      await this.#read_state();
      const runs = await call('GET', `/threads/${thread_id}/runs?limit=5`);
      const active = runs.find((run) => run.status === 'running') ?? runs.find((run) => run.status === 'pending');
      if (active) await this.#consume((signal, gap) => join_run(thread_id, active.run_id, signal, gap));
    });
  }

  async start(title, description) {
    this.#set({...blank(), busy: true});
    await this.#guarded(async () => {
      const thread = await call('POST', '/threads', {metadata: {graph_id: kGraph, title}});
      this.#set({thread_id: thread.thread_id});
      await this.#run({input: {project_title: title, project_description: description}});
    });
  }

  resume(value) {
    return this.#guarded(() => this.#run({command: {resume: value}}));
  }

  say(text) {
    this.#set({sent: text});
    return this.resume(text);
  }

  // Goes on from the last checkpoint after a failure or a stop.
  retry() {
    return this.#guarded(() => this.#run({input: null}));
  }

  stop() {
    const {thread_id, run_id} = this.state;
    return this.#guarded(() => call('POST', `/threads/${thread_id}/runs/${run_id}/cancel?wait=0&action=interrupt`));
  }

  #leave() {
    this.stream.abort();
    this.streaming = false;
  }

  #run(body) {
    const thread_id = this.state.thread_id;
    return this.#consume((signal, gap) =>
      start_run(thread_id, {...kRunOptions, ...language_choice(), ...body}, signal, gap),
    );
  }

  async #consume(open) {
    this.stream.abort();
    const {signal} = (this.stream = new AbortController());
    this.streaming = true;
    this.#set({busy: true, error: undefined});
    try {
      for await (const event of open(signal, (gap) => this.#set({gap}))) this.#apply(event);
      if (!signal.aborted) await this.#read_state();
    } finally {
      if (!signal.aborted) {
        this.streaming = false;
        this.#set({busy: false, gap: false});
      }
    }
  }

  #apply({event, data}) {
    const state = this.state;
    if (event === 'metadata') {
      this.#set({run_id: data.run_id, live: {}, progress: new Map(), interrupt: undefined});
    } else if (event === 'values') {
      const {__interrupt__, ...values} = data;
      this.#set({values: {...state.values, ...values}, ...(__interrupt__ && {interrupt: __interrupt__[0]})});
    } else if (event === 'updates') {
      const last = kSteps.indexOf(Object.keys(data)[0]);
      if (last >= 0) this.#set({next: [kSteps[Math.min(last + 1, kSteps.length - 1)]]});
    } else if (event === 'custom' && data?.stage) {
      state.progress.set(data.stage, data);
      this.#set({});
    } else if (event === 'messages') {
      const [chunk, {langgraph_node: node}] = data;
      this.#set({live: {...state.live, [node]: (state.live[node] ?? '') + (chunk.content ?? '')}});
    } else if (event === 'error') {
      this.#set({error: data.message ?? data.error});
    }
  }

  async #read_state() {
    const {thread_id} = this.state;
    const state = await call('GET', `/threads/${thread_id}/state`);
    if (this.state.thread_id !== thread_id) return;
    const task = state.tasks.at(-1);
    const failure = task?.error && readable(task.error);
    this.#set({
      values: state.values ?? {},
      next: state.next,
      interrupt: task?.interrupts[0],
      live: {},
      sent: undefined,
      ...(failure && {error: failure}),
    });
  }

  async #guarded(action) {
    try {
      await action();
    } catch (error) {
      if (error.name !== 'AbortError') this.#set({error: error.message, sent: undefined, busy: this.streaming});
    }
  }

  #set(changes) {
    Object.assign(this.state, changes);
    this.on_change(this.state);
  }
}

// A task's error is JSON text {"message","name"}; older servers send plain text.
function readable(error) {
  try {
    return JSON.parse(error).message ?? error;
  } catch {
    return error;
  }
}
