// The calls that were found, as cards to choose from; later, the ones that were chosen.
import {$, fill, h, link} from './dom.js';
import {current_language, t} from './words.js';

const present = (text) => (text ? text : undefined);

function days_until(date) {
  return Math.round((Date.parse(`${date}T00:00:00Z`) - new Date().setUTCHours(0, 0, 0, 0)) / 86_400_000);
}

function deadline(call) {
  const date = call.application_deadline;
  if (!/^\d{4}-\d\d-\d\d$/.test(date ?? ''))
    return h('span', {className: 'muted'}, `${t('deadline')}: ${t('no_deadline')}`);
  const shown = new Date(`${date}T12:00:00Z`).toLocaleDateString(current_language(), {
    day: 'numeric',
    month: 'long',
    year: 'numeric',
  });
  const days = days_until(date);
  return h('span', {className: days < 21 ? 'soon' : ''}, `${t('deadline')}: ${shown} (${t('days')(days)})`);
}

function fit(call) {
  if (typeof call.fit?.score !== 'number') return undefined;
  const percent = Math.round(call.fit.score * 100);
  return h(
    'span',
    {className: 'fit'},
    h('meter', {min: 0, max: 100, value: percent, ariaLabel: t('fit')}),
    `${t('fit')} ${percent} %`,
  );
}

function list(title, items) {
  const texts = [items].flat().filter(Boolean);
  return texts.length
    ? [
        h('dt', {}, t(title)),
        h(
          'dd',
          {},
          texts.length === 1
            ? texts[0]
            : h(
                'ul',
                {},
                texts.map((text) => h('li', {}, text)),
              ),
        ),
      ]
    : [];
}

function quote(evidence) {
  return h(
    'span',
    {},
    `“${evidence.quote}” `,
    link(evidence.url, evidence.field ?? '↗'),
    ` ${evidence.retrieved_at?.slice(0, 10) ?? ''}`,
  );
}

function money(call) {
  if (!call.amount) return undefined;
  const amount = Number(call.amount) ? Number(call.amount).toLocaleString(current_language()) : call.amount;
  return h('span', {}, `${amount} ${call.currency ?? ''}`);
}

function details(call) {
  const rows = [
    ...list('requirements', call.main_requirements),
    ...list('eligibility', call.eligibility),
    ...list('evidence', (call.evidence ?? []).filter((one) => one.quote).map(quote)),
  ];
  return rows.length ? h('details', {}, h('summary', {}, t('requirements')), h('dl', {}, rows)) : undefined;
}

function card_body(call) {
  return h(
    'div',
    {},
    h('h3', {}, call.title || call.origin, call.status && h('span', {className: `tag ${call.status}`}, t(call.status))),
    h(
      'p',
      {className: 'facts'},
      call.title && h('span', {}, call.origin),
      present(call.financing_type) && h('span', {}, call.financing_type),
      money(call),
      deadline(call),
    ),
    fit(call),
    h('p', {}, call.description ?? ''),
    call.fit?.reasons?.length &&
      h(
        'ul',
        {className: 'reasons', ariaLabel: t('reasons')},
        call.fit.reasons.map((reason) => h('li', {}, reason)),
      ),
    details(call),
    call.opportunity_url &&
      h(
        'p',
        {className: 'facts'},
        link(call.opportunity_url, `${t('open_page')} ↗`),
        call.date_checked && h('span', {}, `${t('checked')} ${call.date_checked}`),
      ),
  );
}

function picker(calls, instruction, send) {
  const boxes = calls.map((call) => h('input', {type: 'checkbox', value: call.index}));
  const chosen = () => boxes.filter((box) => box.checked).map((box) => Number(box.value));
  const go = h('button', {className: 'primary'});
  const refresh = () => {
    go.disabled = chosen().length === 0;
    go.textContent = t('go_on')(chosen().length);
  };
  const all = h(
    'button',
    {
      type: 'button',
      onclick: () => {
        boxes.forEach((box) => {
          box.checked = true;
        });
        refresh();
      },
    },
    t('all'),
  );
  const none = h('button', {type: 'button', className: 'quiet', onclick: () => send('none')}, t('none'));
  refresh();
  return [
    h('h2', {}, `${t('pick')} (${calls.length})`),
    instruction && h('p', {className: 'muted'}, instruction),
    h(
      'form',
      {
        onchange: refresh,
        onsubmit: (event) => {
          event.preventDefault();
          send(chosen());
        },
      },
      calls.map((call, at) => h('label', {className: 'card pick'}, boxes[at], card_body(call))),
      h('div', {className: 'row bar'}, go, all, none),
    ),
  ];
}

export function show_selection(state, send) {
  const payload = state.interrupt?.value;
  const language = current_language();
  if (payload?.opportunities && !state.busy) {
    const known = state.values.investment_opportunities ?? [];
    const calls = payload.opportunities.map((call, at) => ({...known[call.index ?? at], index: at, ...call}));
    return fill($('#selection'), [language, state.interrupt.id], () => picker(calls, payload.instruction, send));
  }
  const chosen = state.values.selected_opportunities ?? [];
  fill($('#selection'), chosen.length ? [language, chosen] : undefined, () =>
    h(
      'details',
      {className: 'folded', open: false},
      h('summary', {}, h('h2', {}, `${t('chosen')} (${chosen.length})`)),
      chosen.map((call) => h('article', {className: 'card'}, card_body(call))),
    ),
  );
}
