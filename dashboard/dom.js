// SPDX-License-Identifier: Apache-2.0
// Making elements. Names and user agents are whatever somebody sent: text only
// ever becomes a text node, and nothing here reads HTML.

const SVG = 'http://www.w3.org/2000/svg';

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) {
      element.setAttribute(name, '');
    } else if (value !== false && value !== undefined && value !== null) {
      element.setAttribute(name, value);
    }
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

export function el(name, attributes = {}, ...children) {
  return fill(document.createElement(name), attributes, children);
}

export function svg(name, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, name), attributes, children);
}

export function byId(id) {
  return document.getElementById(id);
}

// What somebody chose to be called: it cannot turn the text around it over.
export function name(text) {
  return el('bdi', { class: 'name' }, text);
}

export function moment(text, now = Date.now()) {
  const date = new Date(text);
  if (Number.isNaN(date.getTime())) {
    return el('span', {}, 'not known');
  }
  const exact = date.toISOString();
  return el('time', { datetime: exact, title: exact.replace('T', ' ').replace('Z', ' UTC') },
    date.toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' }),
    el('span', { class: 'quiet' }, ` (${distance(date.getTime() - now)})`));
}

const STEPS = [['day', 86400], ['hour', 3600], ['minute', 60], ['second', 1]];
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto' });

function distance(milliseconds) {
  const seconds = Math.round(milliseconds / 1000);
  const [unit, size] = STEPS.find(([, step]) => Math.abs(seconds) >= step) || STEPS[3];
  return relative.format(Math.trunc(seconds / size), unit);
}

// A message in one of the places that screen readers listen to; it says itself
// whether it is good or bad, not by its colour alone.
export function say(place, kind, ...children) {
  place.replaceChildren();
  if (children.length) {
    const word = { good: 'Done. ', bad: 'Failed. ', warn: 'Note. ' }[kind] || '';
    place.append(el('div', { class: `notice ${kind}` }, el('strong', {}, word), ...children));
  }
}

// Ask before something cannot be undone. The focus goes back where it was.
export function confirmed(title, text, yes) {
  const dialog = byId('confirm');
  byId('confirm-title').textContent = title;
  byId('confirm-text').replaceChildren(...text);
  byId('confirm-yes').textContent = yes;
  dialog.returnValue = 'no';
  dialog.showModal();
  byId('confirm-no').focus();
  return new Promise((done) => {
    dialog.addEventListener('close', () => done(dialog.returnValue === 'yes'), { once: true });
  });
}
