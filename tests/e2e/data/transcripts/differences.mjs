// Where this server means to answer otherwise than the recorded one did: [which differences, as "recording/what: where", and
// why]. An entry that fits nothing any more fails the test, as a difference without an entry does.
export const kIntended = [
  // ---- Members ----
  [/: (.*\.)?(state_updated_at|error): added$/, 'threads say when their state changed and why a run failed'],
  [/: (\[\]\.)?interrupts: added$/, 'states list what waits, threads always say it'],
  [/^state\/state of a fresh thread, no runs: metadata: added$/, 'clients spread it, so it is always an object'],
  [/^(runs|state)\/.*: values: added$/, 'a thread without a state has values null, and a copy those of its original'],
  [/: (debug\.payload|checkpoints(\|.*)?)\.[\w.[\]]+: added$/, 'a checkpoint is told whole'],
  [/^state\/update_state .*: (.*checkpoint_map|configurable|checkpoint_id): added$/, 'what the Python server adds'],
  [/: interrupts\.<id>: missing$/, 'only what waits is listed, by the task of the outermost graph'],
  [/^commands\/thread: interrupts\..*: added$/, 'only what waits is listed, by the task of the outermost graph'],
  [/^commands\/thread: values\.foo: /, 'the state of a thread is that of its outermost graph'],

  // ---- Refusals ----
  [/: status 422 instead of 400$/, 'a wrong field is 422, which the SDKs tell from a body that is no JSON'],
  [/^waiting\/run missing thread.*: status 404 instead of 422$/, 'clients look for 404 to make the thread'],
  [/^assistants\/POST \/assistants unknown graph: status 404 instead of 200$/, 'no run of it could ever succeed'],
  [/^assistants\/method not allowed: status 405 instead of 404$/, 'with the methods that are'],
  [/^state\/GET state unknown checkpoint: status 404 instead of 200$/, 'an empty state would be a lie'],
  [/^state\/update_state unknown node: status 422 instead of 500$/, 'the caller is wrong, not the server'],
  [/^store\/put langgraph ns: status 422 instead of 500$/, 'the caller is wrong, not the server'],
  [/^runs\/second run, reject: status 409 instead of 422$/, 'a conflict'],
  [/^runs\/join_stream unknown run: status 404 instead of 200$/, 'before a stream begins its failure is a status'],

  // ---- What the recorded server lacks or gets wrong ----
  [/^assistants\/GET (schemas|subgraphs.*): status 200 instead of [45]00$/, 'any graph has them'],
  [/^state\/history before=.* object: status 200 instead of 400$/, 'what the SDKs send'],
  [/^commands\/state\/checkpoint with the task checkpoint.*: status 200 instead of 400$/, 'the SDKs send a boolean'],
  [/^state\/PATCH state metadata: status 200 instead of 404$/, 'the SDKs have it'],
  [/^store\/store get no namespace: status 200 instead of 500$/, 'no namespace is the empty one: null'],
  [/^store\/(crons .*|openapi|root|docs|metrics): status 200 instead of [45]0[04]$/, 'served here'],
  [/^store\/mcp: status 400 instead of 404$/, 'served here, to a client that accepts both forms of answers'],
  [/^waiting\/(WAIT error|stateless wait err): __error__\./, 'the error itself, not an error around it'],
  [/^commands\/(null input on empty thread|recursion limit 1): __error__\./, 'the error itself, in words of our own'],
  [/^state\/(copy|copy thread): status: "interrupted"/, 'a copy waits as its original does'],
  [/^state\/create thread with supersteps: status: "interrupted"/, 'it stops before a node'],

  // ---- Runs ----
  [/^runs\/second run, default strategy: status 200 instead of 422$/, 'the default of the API is enqueue'],
  [/^runs\/list runs status=pending: \[\]\.run_id: /, 'so there is one more'],
  [/^runs\/cancel rollback wait=0: status 202 instead of 204$/, 'wait=0 does not wait'],
  [/^runs\/(run after rollback|delete run): status 404 instead of 20[04]$/, 'a run that was rolled back is gone'],
  [/^runs\/thread after rollback: (status|values): /, 'and so is what it did'],
  [/^runs\/state after rollback: /, 'and so is what it did'],
  [/^runs\/join_stream Last-Event-ID 2 after finish: events /, 'our ids begin at 1'],
  [/^runs\/join_stream non-resumable, mid-run: events /, 'whoever joins without an id gets what comes'],

  // ---- What a run says when it stops ----
  [/: (values(\|.*)?\.)?foo: added$/, 'what waits comes with the state'],
  [/^waiting\/WAIT interrupt_before: __interrupt__: missing$/, 'a breakpoint asks nothing'],
  [/^waiting\/STREAM continue input null: events /, 'a breakpoint asks nothing: it shows in updates only'],
  [/^questions\/STREAM hitl mode=\w+: events .* values instead of /, 'whatever a client asked for, it learns what waits'],
  [/^commands\/(parallel interrupts|command .*|parent w\/ .*): events /, 'what waits is shown once, when all tasks have ended'],
  [/^commands\/command goto: updates\./, 'and so behind what the others wrote'],
  [/^state\/time travel: run from checkpoint_id.*: events /, 'a checkpoint comes before its values'],
  [/^commands\/resume only the first: __interrupt__: added$/, 'the other question still waits'],
  [/^commands\/(resume on empty thread|input and command both): foo: missing$/, 'a thread that never ran has no channels'],

  // ---- Order and drawing ----
  [/^store\/search (.*prefix|filter|with query): items\[\]\./, 'last changed first, as the API says'],
  [/^assistants\/GET graph.*: nodes\[\]\.data\.\$schema: missing$/, 'a schema need not say its dialect'],
  [/^assistants\/GET graph: nodes\[\]\.data\.name: /, 'a node is drawn with its own name'],
  [/^assistants\/GET graph.*: edges\[\]\./, 'edges are drawn in the order of their nodes'],
];
