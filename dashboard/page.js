// SPDX-License-Identifier: Apache-2.0
// The page: which view is seen, and who is looking.

import { logOut, me } from './api.js';
import { byId, el, say } from './dom.js';
import { figures } from './figures.js';
import { sessions } from './sessions.js';
import { settings } from './settings.js';

const views = { settings, sessions, figures };
let current = null;

function wanted() {
  const name = location.hash.slice(1).split('/')[0];
  return Object.hasOwn(views, name) ? name : 'settings';
}

function show(moveFocus) {
  const name = wanted();
  if (name === current) {
    return;
  }
  byId('confirm').close();
  if (current) {
    views[current].leave?.();
  }
  current = name;
  for (const other of Object.keys(views)) {
    byId(`view-${other}`).hidden = other !== name;
    const link = document.querySelector(`nav a[href="#${other}"]`);
    if (other === name) {
      link.setAttribute('aria-current', 'page');
    } else {
      link.removeAttribute('aria-current');
    }
  }
  const title = byId(`${name}-title`);
  document.title = `${title.textContent} – Sessions`;
  views[name].enter();
  if (moveFocus) {
    title.focus();
    scrollTo(0, 0);
  }
}

function sayGoodbye() {
  views[current].leave?.();
  const main = byId('main');
  main.replaceChildren(el('h1', { tabindex: '-1' }, 'You are logged out'),
    el('p', {}, 'Close the browser if others use it. ',
      el('a', { href: './' }, 'Log in again')));
  byId('who').hidden = true;
  document.querySelector('.top nav').hidden = true;
  document.title = 'Logged out – Sessions';
  main.firstChild.focus();
}

async function lookWho() {
  const session = await me();
  byId('who').hidden = !session;
  if (session) {
    byId('who-name').textContent = session.user;
    sessions.own = session.id;
    figures.prefer(session.tenant);
    byId('tenant').replaceChildren(' of ', el('bdi', {}, session.tenant));
  }
}

byId('log-out').addEventListener('click', async () => {
  try {
    await logOut();
    sayGoodbye();
  } catch (problem) {
    say(byId(`${current}-error`), 'bad', problem.message);
  }
});

document.querySelector('.skip').addEventListener('click', (event) => {
  event.preventDefault();
  byId('main').focus();
});

addEventListener('hashchange', () => show(true));
addEventListener('beforeunload', (event) => {
  if (settings.unsaved()) {
    event.preventDefault();
  }
});

lookWho().finally(() => document.documentElement.setAttribute('data-ready', ''));
show(false);
