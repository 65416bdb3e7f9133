// The first page: the form, samples to fill it with, and the way back to recent projects.
import {call} from './api.js';
import {$, button, h} from './dom.js';
import {current_language, t} from './words.js';

const form = $('#project-form');
const {title, description} = form.elements;

function take(sample) {
  title.value = sample.title;
  description.value = sample.description;
  title.setCustomValidity('');
  $('#project-form .primary').focus();
  scrollTo({top: 0, behavior: 'smooth'});
}

async function show_samples() {
  const samples = await (await fetch('/playground/samples.json')).json();
  const tile = (sample) => button('.tile', h('span', h('small', sample.category), sample.title), () => take(sample));
  $('#samples').replaceChildren(...samples.map(tile));
}

function recent_line({thread_id, metadata, updated_at}) {
  const when = new Date(updated_at).toLocaleString(current_language(), {dateStyle: 'medium', timeStyle: 'short'});
  return h('li', h('a', {href: `#${thread_id}`}, metadata.title || t('untitled')), h('small', when));
}

async function show_recent() {
  const query = {metadata: {graph_id: 'agent'}, limit: 6, select: ['thread_id', 'metadata', 'updated_at']};
  const threads = await call('POST', '/threads/search', query).catch(() => []);
  $('#recent-title').hidden = threads.length === 0;
  $('#recent').replaceChildren(...threads.map(recent_line));
}

export function show_start() {
  return Promise.all([show_samples(), show_recent()]);
}

// begin(title, description) is called once there is something to search for.
export function on_submit(begin) {
  form.oninput = () => title.setCustomValidity('');
  form.onsubmit = (event) => {
    event.preventDefault();
    const texts = [title.value.trim(), description.value.trim()];
    title.setCustomValidity(texts.some(Boolean) ? '' : t('no_text'));
    if (form.reportValidity()) begin(...texts);
  };
}
