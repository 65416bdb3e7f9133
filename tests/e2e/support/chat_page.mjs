// A page around the hook under test, as small as a chat can be. `the-hook` is what the bundle was built with; options
// come in the query, the thread lives in the fragment, so that a reload finds it again.
import {createElement, useState} from 'react';
import {createRoot} from 'react-dom/client';
import {useStream} from 'the-hook';

const kOptions = JSON.parse(decodeURIComponent(location.search.slice(1)));

window.renders = []; // the messages of every render
window.created = []; // the runs the hook told of
window.custom = [];

// A text, or the blocks that protocol v2 streams.
const text_of = (content) => (typeof content === 'string' ? content : content.map(({text}) => text).join(''));

const shown_message = ({id, type, content}) => ({id, type, content: text_of(content)});

const shown_error = (error) => error && {name: error.name, message: error.message ?? String(error)};

function Chat() {
  const [threadId, set_thread] = useState(location.hash.slice(1) || null);
  const stream = useStream({
    ...kOptions,
    threadId,
    onThreadId: (id) => {
      history.replaceState(null, '', `#${id}`);
      set_thread(id);
    },
    onCreated: (run) => window.created.push(run),
    onCustomEvent: (event) => window.custom.push(event),
  });
  const messages = stream.messages.map(shown_message);
  window.stream = stream;
  window.renders.push(messages);
  window.seen = {
    threadId,
    messages,
    values: stream.values,
    interrupt: stream.interrupt,
    interrupts: stream.interrupts,
    isLoading: stream.isLoading,
    isThreadLoading: stream.isThreadLoading,
    error: shown_error(stream.error),
    history: kOptions.fetchStateHistory && stream.history.length,
  };
  return messages.map(({id, type, content}) => createElement('p', {key: id, className: type}, content));
}

createRoot(document.body.appendChild(document.createElement('main'))).render(createElement(Chat));
