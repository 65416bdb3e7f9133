// The conversation about the report: messages so far, tokens as they come, topics as one-click questions.
import {$, button, fill, h, markdown} from './dom.js';
import {current_language, t} from './words.js';

const text_of = (content) =>
  typeof content === 'string' ? content : (content ?? []).map((part) => part.text ?? '').join('');

function bubble(who, text) {
  return h('article', {className: `bubble ${who}`}, who === 'human' ? h('p', text) : markdown(text));
}

// What was said about the report; what the agent told before it, the page has shown in its own way.
function history(state) {
  const messages = state.values.messages ?? [];
  const report = messages.findLastIndex((message) => text_of(message.content) === state.values.improvement_report);
  const said = messages.slice(report + 1);
  const bubbles = said.map((message) => bubble(message.type === 'human' ? 'human' : 'ai', text_of(message.content)));
  if (!said.length && state.interrupt?.value?.message) bubbles.push(bubble('ai', state.interrupt.value.message));
  const question = text_of(said.findLast((message) => message.type === 'human')?.content);
  if (state.sent && question !== state.sent) bubbles.push(bubble('human', state.sent));
  return bubbles;
}

function composer(ready, send) {
  const input = h('textarea', {rows: 2, placeholder: t('ask'), ariaLabel: t('ask')});
  const submit = (event) => {
    event.preventDefault();
    if (input.value.trim()) send(input.value.trim());
  };
  input.onkeydown = (event) => {
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) submit(event);
  };
  const finish = button('.quiet', t('finish'), () => send('fin'));
  const form = h('form.composer', {onsubmit: submit}, input, h('button.primary', t('send')), finish);
  const topics = (ready.topics ?? []).map((topic) => button('.chip', String(topic), () => send(String(topic))));
  return [h('div.chips', topics), form];
}

export function show_chat(state, send, again) {
  const {busy, interrupt, live, next, sent, values} = state;
  const ready = interrupt?.value?.opportunities ? undefined : interrupt?.value;
  const over = !busy && next.length === 0 && Object.keys(values).length > 0;
  const writing = live.chat_responder;
  const talking = ready || over || sent || writing;
  const key = [current_language(), busy, interrupt?.id, over, sent, values.messages?.length, writing?.length];
  fill($('#chat'), talking ? key : undefined, () => [
    h('h2', t('chat')),
    h('div.bubbles', history(state), writing && bubble('ai', writing)),
    ...(ready && !busy ? composer(ready, send) : []),
    over && h('div.row', h('p', t('done')), button('.primary', t('again'), again)),
  ]);
}
