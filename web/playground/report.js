// What the agent found and wrote: progress while it works, then literature, report and the files to take away.
import {$, button, fill, h, link, markdown} from './dom.js';
import {kSteps} from './session.js';
import {current_language, t} from './words.js';

export function show_steps(state) {
  const finished = !state.busy && state.next.length === 0 && Object.keys(state.values).length > 0;
  const at = finished ? kSteps.length : Math.max(kSteps.indexOf(state.next[0]), 0);
  fill($('#steps'), [current_language(), at, state.busy], () =>
    kSteps
      .filter((step) => step !== 'process_selection')
      .map((step) => {
        const position = kSteps.indexOf(step);
        const name = position < at ? 'past' : position === at ? (state.busy ? 'now working' : 'now') : '';
        return h('li', {className: name, ariaCurrent: position === at ? 'step' : null}, t(step));
      }),
  );
}

// status: ok | partial | empty | failed | off
function health({name, status, found, message}) {
  const note = status === 'off' ? t('off') : message || t('found')(found ?? 0);
  return h('li', {className: status}, h('b', name), h('span.muted', ` ${note}`));
}

export function show_sources(state) {
  const sources = state.values.sources ?? [];
  fill($('#sources'), sources.length ? [current_language(), sources] : undefined, () => [
    h('h2', t('sources')),
    h('ul', sources.map(health)),
  ]);
}

function stage_line({stage, message, done, total}) {
  const bar = total > 0 ? {max: total, value: done ?? 0} : {};
  return h('li', message ?? stage, h('progress', {...bar, ariaLabel: stage ?? t('working')}));
}

export function show_progress(state, stop) {
  const stages = [...state.progress.values()];
  if (!stages.length) stages.push({message: t('working')});
  fill($('#progress'), state.busy ? [current_language(), state.run_id, stages, state.gap] : undefined, () => [
    h('div.row', h('h2', t('progress')), state.run_id && button('.quiet', t('stop'), stop)),
    state.gap && h('p.soon', t('gap')),
    h('ul.stages', stages.map(stage_line)),
  ]);
}

function paper({title, url, authors, year, venue, source, citations, lesson}) {
  const names = (authors ?? []).slice(0, 3).join(', ');
  const facts = [names, year, venue, source, citations > 0 && t('cited')(citations)].filter(Boolean);
  const line = facts.map((fact) => h('span', String(fact)));
  return h('li', link(url, title), h('p.facts', line), lesson && h('p', lesson));
}

export function show_papers(state) {
  const papers = state.values.academic_papers ?? [];
  fill($('#papers'), papers.length ? [current_language(), papers] : undefined, () =>
    h('details.folded', h('summary', h('h2', `${t('papers')} (${papers.length})`)), h('ol.papers', papers.map(paper))),
  );
}

function copy_button(text) {
  const copy = async (event) => {
    await navigator.clipboard.writeText(text);
    event.target.textContent = t('copied');
  };
  return button('.quiet', t('copy'), copy);
}

function download({name, media_type, content}) {
  const save = () => {
    const url = URL.createObjectURL(new Blob([content], {type: media_type}));
    h('a', {href: url, download: name}).click();
    URL.revokeObjectURL(url);
  };
  return Object.assign(button('.quiet', `↓ ${name.split('.').at(-1).toUpperCase()}`, save), {title: name});
}

export function show_report(state) {
  const text = state.values.improvement_report;
  const live = state.live.generate_report;
  if (!text && live) {
    return fill($('#report'), [current_language(), live.length], () => [
      h('h2', t('writing')),
      h('div.paper.live', markdown(live)),
    ]);
  }
  const files = state.values.report_files ?? [];
  fill($('#report'), text ? [current_language(), text, files] : undefined, () => [
    h('div.row', h('h2', t('report')), copy_button(text), files.map(download)),
    h('div.paper', markdown(text)),
  ]);
}
