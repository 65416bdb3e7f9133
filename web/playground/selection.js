// The calls that were found, as cards to choose from; later, the ones that were chosen.
import {$, button, fill, h, link} from './dom.js';
import {current_language, t} from './words.js';

const kDay = /^\d{4}-\d\d-\d\d$/;

function days_until(date) {
  return Math.round((Date.parse(`${date}T00:00:00Z`) - new Date().setUTCHours(0, 0, 0, 0)) / 86_400_000);
}

function deadline(call) {
  const date = call.application_deadline;
  if (!kDay.test(date ?? '')) return h('span.muted', `${t('deadline')}: ${t('no_deadline')}`);
  const shown = new Date(`${date}T12:00:00Z`).toLocaleDateString(current_language(), {dateStyle: 'long'});
  const days = days_until(date);
  return h('span', {className: days < 21 ? 'soon' : ''}, `${t('deadline')}: ${shown} (${t('days')(days)})`);
}

function fit(call) {
  if (typeof call.fit?.score !== 'number') return undefined;
  const percent = Math.round(call.fit.score * 100);
  return h('span.fit', h('meter', {min: 0, max: 100, value: percent, ariaLabel: t('fit')}), `${t('fit')} ${percent} %`);
}

function list(title, items) {
  const texts = [items].flat().filter(Boolean);
  if (!texts.length) return [];
  const shown = texts.length === 1 ? texts : h('ul', ...texts.map((text) => h('li', text)));
  return [h('dt', t(title)), h('dd', shown)];
}

function quote({quote: words, url, field, retrieved_at}) {
  return h('span', `“${words}” `, link(url, field ?? '↗'), ` ${retrieved_at?.slice(0, 10) ?? ''}`);
}

function money(call) {
  if (!call.amount) return undefined;
  const amount = Number(call.amount) ? Number(call.amount).toLocaleString(current_language()) : call.amount;
  return h('span', `${amount} ${call.currency ?? ''}`);
}

function details(call) {
  const rows = [
    ...list('requirements', call.main_requirements),
    ...list('eligibility', call.eligibility),
    ...list('evidence', (call.evidence ?? []).filter((one) => one.quote).map(quote)),
  ];
  return rows.length ? h('details', h('summary', t('requirements')), h('dl', rows)) : undefined;
}

function card_body(call) {
  const status = call.status && h(`span.tag.${call.status}`, t(call.status));
  const origin = call.title && h('span', call.origin);
  const financing = call.financing_type && h('span', call.financing_type);
  const reasons = (call.fit?.reasons ?? []).map((reason) => h('li', reason));
  const checked = kDay.test(call.date_checked ?? '') && h('span', `${t('checked')} ${call.date_checked}`);
  return h(
    'div',
    h('h3', call.title || call.origin, status),
    h('p.facts', origin, financing, money(call), deadline(call)),
    fit(call),
    h('p', call.description ?? ''),
    reasons.length > 0 && h('ul.reasons', {ariaLabel: t('reasons')}, reasons),
    details(call),
    call.opportunity_url && h('p.facts', link(call.opportunity_url, `${t('open_page')} ↗`), checked),
  );
}

function picker(calls, send) {
  const boxes = calls.map((call) => h('input', {type: 'checkbox', value: call.index}));
  const chosen = () => boxes.filter((box) => box.checked).map((box) => Number(box.value));
  const go = h('button.primary');
  const refresh = () => {
    go.disabled = chosen().length === 0;
    go.textContent = t('go_on')(chosen().length);
  };
  const choose_all = () => {
    for (const box of boxes) box.checked = true;
    refresh();
  };
  const submit = (event) => {
    event.preventDefault();
    send(chosen());
  };
  refresh();
  const cards = calls.map((call, at) => h('label.card.pick', boxes[at], card_body(call)));
  const bar = h(
    'div.row.bar',
    go,
    button('', t('all'), choose_all),
    button('.quiet', t('none'), () => send('none')),
  );
  return [h('h2', `${t('pick')} (${calls.length})`), h('form', {onchange: refresh, onsubmit: submit}, cards, bar)];
}

export function show_selection(state, send) {
  const payload = state.interrupt?.value;
  const language = current_language();
  if (payload?.opportunities && !state.busy) {
    const known = state.values.investment_opportunities ?? [];
    const calls = payload.opportunities.map((call, at) => ({...known[call.index ?? at], index: at, ...call}));
    return fill($('#selection'), [language, state.interrupt.id], () => picker(calls, send));
  }
  const chosen = state.values.selected_opportunities ?? [];
  const title = `${t('chosen')} (${chosen.length})`;
  const cards = () => chosen.map((call) => h('article.card', card_body(call)));
  fill($('#selection'), chosen.length ? [language, chosen] : undefined, () =>
    h('details.folded', h('summary', h('h2', title)), cards()),
  );
}
