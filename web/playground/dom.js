// Elements from data. Text goes in as text, never as markup; the one place for markup is markdown().
import DOMPurify from '/assets/purify.js';
import {marked} from '/assets/marked.js';

export const $ = (selector) => document.querySelector(selector);

// h('p.facts', {title: 'x'}, child, ...): an element; the properties may be left out.
export function h(name, ...rest) {
  const [tag, ...classes] = name.split('.');
  const properties = rest[0]?.constructor === Object ? rest.shift() : {};
  const element = Object.assign(document.createElement(tag), properties);
  element.classList.add(...classes);
  element.append(...shown(rest));
  return element;
}

export const button = (classes, label, onclick) => h(`button${classes}`, {type: 'button', onclick}, label);

// Lets a view write `condition && element`.
const shown = (children) => children.flat().filter((child) => child !== undefined && child !== null && child !== false);

// Only web links; anything else (javascript:, data:) becomes plain text.
export function link(url, text) {
  return /^https?:\/\//i.test(url ?? '')
    ? h('a', {href: url, target: '_blank', rel: 'noopener noreferrer'}, text)
    : text;
}

// Markup inside Markdown is shown as the text it is; DOMPurify is the second lock on the same door.
marked.use({renderer: {html: ({text}) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}});
DOMPurify.addHook('afterSanitizeAttributes', (node) => {
  if (node.tagName === 'A') Object.assign(node, {target: '_blank', rel: 'noopener noreferrer'});
});

export function markdown(text) {
  const fragment = DOMPurify.sanitize(marked.parse(text ?? ''), {
    RETURN_DOM_FRAGMENT: true,
    USE_PROFILES: {html: true},
    FORBID_TAGS: ['style', 'img', 'form', 'input', 'button'],
    FORBID_ATTR: ['style'],
  });
  return h('div.prose', fragment);
}

// Fills `host` only when `key` changed, so that ticks, focus and half-written text survive a redraw.
export function fill(host, key, build) {
  host.hidden = key === undefined;
  const text = JSON.stringify(key) ?? '';
  if (host.dataset.key === text) return;
  host.dataset.key = text;
  host.replaceChildren(...(key === undefined ? [] : shown([build()])));
}
