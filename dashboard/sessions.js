// SPDX-License-Identifier: Apache-2.0
// The sessions of a user: finding them, and ending them.

import { sessions as api } from './api.js';
import { byId, confirmed, el, moment, name, say } from './dom.js';
import { device } from './words.js';

const result = byId('sessions-result');
const failure = byId('sessions-error');
const list = byId('sessions-list');
const input = byId('user');

// Whose sessions are shown, where the next page begins, and which search is the
// newest: an answer that comes late is not shown.
let user = null;
let next = null;
let search = 0;

const plural = (count) => `${count} ${count === 1 ? 'session' : 'sessions'}`;

// --- one session ----------------------------------------------------------------

const METHODS = { pwd: 'password', federated: 'another service', mfa: 'second factor' };

function methods(session) {
  return (session.authentication?.methods || []).map((method) =>
    `${METHODS[method.name] || method.name}${method.type ? ` (${method.type})` : ''}`).join(', ');
}

function rows(pairs) {
  return el('dl', {}, ...pairs.filter(([, value]) => value).map(([term, value]) =>
    el('div', {}, el('dt', {}, term), el('dd', {}, value))));
}

// The newest that is known; '' if none is.
function agentOf({ device: seen = {} }) {
  return seen.last_user_agent || seen.initial_user_agent || '';
}

function badges(session) {
  const mode = session.cookie?.mode || 'non-persistent';
  return el('p', { class: 'badges' },
    session.id === sessions.own ? el('span', { class: 'badge set' }, 'This is your session') : null,
    el('span', { class: 'badge' }, mode === 'persistent' ? 'Persistent' : 'Non-persistent'));
}

function more(session) {
  const { device: seen = {} } = session;
  return el('details', {}, el('summary', {}, 'Details'), rows([
    ['User agent', agentOf(session) && el('bdi', {}, agentOf(session))],
    ['At login', seen.initial_user_agent && seen.initial_user_agent !== agentOf(session)
      && el('bdi', {}, seen.initial_user_agent)],
    ['Logged in from', seen.last_ip && seen.initial_ip !== seen.last_ip && seen.initial_ip],
    ['Logged in by', methods(session)],
    ['Session', session.id],
  ]));
}

function card(session) {
  const { device: seen = {} } = session;
  const agent = agentOf(session);
  const address = seen.last_ip || seen.initial_ip || 'not known';
  const title = el('h3', { tabindex: '-1', title: agent || null }, device(agent));
  const button = el('button', { type: 'button', class: 'danger' }, 'End session',
    el('span', { class: 'unseen' }, ` of ${device(agent)}, ${address}`));
  const element = el('li', { class: 'card' },
    el('div', { class: 'card-head' }, el('div', {}, title, badges(session)), button),
    rows([
      ['Address', address],
      ['Last interaction', moment(session.last_interacted_at)],
      ['Login', moment(session.created_at)],
      ['Ends without interaction', moment(session.idle_expires_at)],
      ['Ends at the latest', moment(session.expires_at)],
    ]), more(session));
  button.addEventListener('click', () => end(session, element));
  return element;
}

// --- finding them ---------------------------------------------------------------

function hush() {
  say(result, 'good');
  say(failure, 'bad');
}

function heading() {
  const count = list.childElementCount;
  byId('sessions-heading').replaceChildren(
    count ? `${plural(count)}${next ? ' and more' : ''} of ` : 'No live session of ', name(user));
  byId('end-all').hidden = !count;
  byId('more').hidden = !next;
  byId('sessions-found').hidden = false;
}

function show(page, append) {
  const cards = (page.sessions || []).map(card);
  if (append) {
    list.append(...cards);
  } else {
    list.replaceChildren(...cards);
  }
  next = page.next || null;
  heading();
  return cards;
}

// True if it could be done.
async function attempt(work) {
  const mine = search;
  list.setAttribute('aria-busy', 'true');
  try {
    await work(() => mine === search);
    return true;
  } catch (problem) {
    say(failure, 'bad', problem.message);
    return false;
  } finally {
    list.removeAttribute('aria-busy');
  }
}

function find(text) {
  search += 1;
  return attempt(async (isNewest) => {
    const page = await api.list(text);
    if (isNewest()) {
      user = text;
      show(page, false);
    }
  });
}

function demandUser() {
  const missing = !input.value;
  byId('user-error').hidden = !missing;
  byId('user-error').textContent = missing ? 'Write the name that the user logs in with.' : '';
  if (missing) {
    input.setAttribute('aria-invalid', 'true');
    input.focus();
  } else {
    input.removeAttribute('aria-invalid');
  }
  return !missing;
}

byId('search').addEventListener('submit', async (event) => {
  event.preventDefault();
  hush();
  if (demandUser() && await find(input.value)) {
    say(result, 'plain', byId('sessions-heading').textContent);
    byId('sessions-heading').focus();
  } else {
    byId('sessions-found').hidden = user === null || user !== input.value;
  }
});

byId('more').addEventListener('click', () => {
  hush();
  return attempt(async (isNewest) => {
    const page = await api.list(user, next);
    if (isNewest()) {
      const [first] = show(page, true);
      first?.querySelector('h3').focus();
    }
  });
});

// --- ending them ----------------------------------------------------------------

const isOwn = (session) => session.id === sessions.own;

async function end(session, element) {
  const agent = device(agentOf(session));
  const own = isOwn(session) ? ' This is your own session: you will be logged out.' : '';
  if (!await confirmed('End this session?',
    [name(user), ` will be logged out of ${agent} at once.${own}`], 'End session')) {
    return;
  }
  hush();
  await attempt(async () => {
    await api.end(session.id).catch((problem) => {
      if (problem.status !== 404) {        // it has ended meanwhile: as wanted
        throw problem;
      }
    });
    element.remove();
    heading();
    say(result, 'good', `The session is over: ${agent}.`);
    byId('sessions-heading').focus();
  });
}

byId('end-all').addEventListener('click', async () => {
  const own = [...list.children].length && sessions.ownIsShown() ? ' Your own is one of them.' : '';
  if (!await confirmed('End all sessions?',
    [name(user), ` will be logged out everywhere, at once.${own}`], 'End all sessions')) {
    return;
  }
  hush();
  await attempt(async () => {
    await api.endAll(user);
    list.replaceChildren();
    next = null;
    heading();
    say(result, 'good', 'All sessions of ', name(user), ' are over.');
    byId('sessions-heading').focus();
  });
});

export const sessions = {
  // The id of the session that this page itself is used with.
  own: null,
  ownIsShown: () => Boolean(list.querySelector('.badge.set')),
  enter: () => {},
};
