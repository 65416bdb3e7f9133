// Joins the pieces: the address (#thread) decides what is shown, the session says what is known, the views draw it.
import {show_chat} from './chat.js';
import {$, fill, h} from './dom.js';
import {show_papers, show_progress, show_report, show_sources, show_steps} from './report.js';
import {show_selection} from './selection.js';
import {Session} from './session.js';
import {on_submit, show_start} from './start.js';
import {current_language, switch_language, t, translate_page} from './words.js';

let drawing = false;
const session = new Session((state) => {
  if (state.thread_id && location.hash.slice(1) !== state.thread_id) history.pushState(null, '', `#${state.thread_id}`);
  if (drawing) return;
  drawing = true;
  requestAnimationFrame(draw);
});

const choose = (indices) => session.resume(indices);
const say = (text) => session.say(text);
const stop = () => session.stop();
const start_again = () => {
  history.pushState(null, '', location.pathname);
  follow_address();
};

function draw() {
  drawing = false;
  const state = session.state;
  const working = Boolean(state.thread_id || state.busy || state.error);
  $('#start').hidden = working;
  $('#work').hidden = !working;
  show_project(state);
  show_steps(state);
  show_sources(state);
  show_progress(state, stop);
  show_selection(state, choose);
  show_papers(state);
  show_report(state);
  show_chat(state, say, start_again);
  show_notice(state);
}

function show_project({values}) {
  const {project_title: title, project_description: description} = values;
  fill($('#project'), title || description ? [title, description] : undefined, () => [
    h('h1', title || t('untitled')),
    h('details', h('summary', t('description')), h('p', description ?? '')),
  ]);
}

// An error, or a run that was stopped half-way: both can go on from the last checkpoint.
function show_notice({error, busy, interrupt, next, thread_id, values}) {
  const stopped = !busy && !interrupt && next.length > 0;
  const lost = error && !Object.keys(values).length;
  fill($('#notice'), error || stopped ? [current_language(), error, stopped, lost] : undefined, () => [
    h('p', error ?? t('stopped')),
    h(
      'div.row',
      stopped && h('button.primary', {onclick: () => session.retry()}, t('retry')),
      (lost || !thread_id) && h('button', {onclick: start_again}, t('again')),
    ),
  ]);
}

function follow_address() {
  const thread_id = location.hash.slice(1);
  if (thread_id) return session.open(thread_id);
  session.close();
  return show_start();
}

function relabel() {
  translate_page();
  $('#language').textContent = current_language() === 'es' ? 'English' : 'Español';
}

$('#language').onclick = () => {
  switch_language();
  relabel();
  draw();
  show_start();
};
on_submit((title, description) => session.start(title, description));
addEventListener('hashchange', () => {
  if (location.hash.slice(1) !== (session.state.thread_id ?? '')) follow_address();
});
relabel();
follow_address();
