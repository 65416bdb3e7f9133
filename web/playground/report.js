// What the agent found and wrote: progress while it works, then literature, report and the files to take away.
import {$, fill, h, link, markdown} from './dom.js';
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
  const note = message || (status === 'off' ? t('off') : t('found')(found ?? 0));
  return h('li', {className: status}, h('b', {}, name), h('span', {className: 'muted'}, ` ${note}`));
}

export function show_sources(state) {
  const sources = state.values.sources ?? [];
  fill($('#sources'), sources.length ? [current_language(), sources] : undefined, () => [
    h('h2', {}, t('sources')),
    h('ul', {}, sources.map(health)),
  ]);
}

export function show_progress(state, stop) {
  const stages = [...state.progress.values()];
  fill($('#progress'), state.busy ? [current_language(), state.run_id, stages, state.gap] : undefined, () => [
    h(
      'div',
      {className: 'row'},
      h('h2', {}, t('progress')),
      state.run_id && h('button', {className: 'quiet', onclick: stop}, t('stop')),
    ),
    state.gap && h('p', {className: 'soon'}, t('gap')),
    h(
      'ul',
      {className: 'stages'},
      (stages.length ? stages : [{message: t('working')}]).map((stage) =>
        h(
          'li',
          {},
          stage.message ?? stage.stage,
          stage.total > 0
            ? h('progress', {max: stage.total, value: stage.done ?? 0, ariaLabel: stage.stage})
            : h('progress', {ariaLabel: t('working')}),
        ),
      ),
    ),
  ]);
}

function paper(one) {
  const facts = [
    [one.authors ?? []].flat().slice(0, 3).join(', '),
    one.year,
    one.venue,
    one.source,
    one.citations > 0 && t('cited')(one.citations),
  ];
  return h(
    'li',
    {},
    link(one.url, one.title),
    h(
      'p',
      {className: 'facts'},
      facts.filter(Boolean).map((fact) => h('span', {}, String(fact))),
    ),
    one.lesson && h('p', {}, one.lesson),
  );
}

export function show_papers(state) {
  const papers = state.values.academic_papers ?? [];
  fill($('#papers'), papers.length ? [current_language(), papers] : undefined, () =>
    h(
      'details',
      {className: 'folded'},
      h('summary', {}, h('h2', {}, `${t('papers')} (${papers.length})`)),
      h('ol', {className: 'papers'}, papers.map(paper)),
    ),
  );
}

function copy_button(text) {
  return h(
    'button',
    {
      type: 'button',
      className: 'quiet',
      async onclick(event) {
        await navigator.clipboard.writeText(text);
        event.target.textContent = t('copied');
      },
    },
    t('copy'),
  );
}

function download({name, media_type, content}) {
  const save = () => {
    const url = URL.createObjectURL(new Blob([content], {type: media_type}));
    h('a', {href: url, download: name}).click();
    URL.revokeObjectURL(url);
  };
  return h(
    'button',
    {type: 'button', className: 'quiet', title: name, onclick: save},
    `↓ ${name.split('.').at(-1).toUpperCase()}`,
  );
}

export function show_report(state) {
  const text = state.values.improvement_report;
  const live = state.live.generate_report;
  if (!text && live) {
    return fill($('#report'), [current_language(), live.length], () => [
      h('h2', {}, t('writing')),
      h('div', {className: 'paper live'}, markdown(live)),
    ]);
  }
  const files = state.values.report_files ?? [];
  fill($('#report'), text ? [current_language(), text, files] : undefined, () => [
    h('div', {className: 'row'}, h('h2', {}, t('report')), copy_button(text), files.map(download)),
    h('div', {className: 'paper'}, markdown(text)),
  ]);
}
