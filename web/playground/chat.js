// The conversation about the report: messages so far, tokens as they come, topics as one-click questions.
import {$, fill, h, markdown} from './dom.js';
import {current_language, t} from './words.js';

const text_of = (content) =>
  typeof content === 'string' ? content : (content ?? []).map((part) => part.text ?? '').join('');

function bubble(who, text) {
  return h('article', {className: `bubble ${who}`}, who === 'human' ? h('p', {}, text) : markdown(text));
}

// What was said about the report; what the agent told before it, the page has shown in its own way.
function history(state) {
  const messages = state.values.messages ?? [];
  const report = messages.findLastIndex((message) => text_of(message.content) === state.values.improvement_report);
  const said = messages.slice(report + 1);
  const bubbles = said.map((message) => bubble(message.type === 'human' ? 'human' : 'ai', text_of(message.content)));
  if (!said.length && state.interrupt?.value?.message) bubbles.push(bubble('ai', state.interrupt.value.message));
  if (state.sent && text_of(said.findLast((message) => message.type === 'human')?.content) !== state.sent)
    bubbles.push(bubble('human', state.sent));
  return bubbles;
}

function composer(ready, send) {
  const input = h('textarea', {
    rows: 2,
    placeholder: t('ask'),
    ariaLabel: t('ask'),
    onkeydown(event) {
      if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        form.requestSubmit();
      }
    },
  });
  const form = h(
    'form',
    {
      className: 'composer',
      onsubmit(event) {
        event.preventDefault();
        if (input.value.trim()) send(input.value.trim());
      },
    },
    input,
    h('button', {className: 'primary'}, t('send')),
    h('button', {type: 'button', className: 'quiet', onclick: () => send('fin')}, t('finish')),
  );
  const topics = (ready.topics ?? []).map((topic) =>
    h('button', {type: 'button', className: 'chip', onclick: () => send(String(topic))}, String(topic)),
  );
  return [h('div', {className: 'chips'}, topics), form];
}

export function show_chat(state, send, again) {
  const ready = state.interrupt?.value?.opportunities ? undefined : state.interrupt?.value;
  const over = !state.busy && state.next.length === 0 && Object.keys(state.values).length > 0;
  const talking = ready || over || state.sent || state.live.chat_responder;
  const key = talking
    ? [
        current_language(),
        state.busy,
        state.interrupt?.id,
        over,
        state.sent,
        state.values.messages?.length,
        state.live.chat_responder?.length,
      ]
    : undefined;
  fill($('#chat'), key, () =>
    [
      h('h2', {}, t('chat')),
      h(
        'div',
        {className: 'bubbles'},
        history(state),
        state.live.chat_responder && bubble('ai', state.live.chat_responder),
      ),
      ready && !state.busy && composer(ready, send),
      over &&
        h(
          'div',
          {className: 'row'},
          h('p', {}, t('done')),
          h('button', {className: 'primary', onclick: again}, t('again')),
        ),
    ].flat(),
  );
}
