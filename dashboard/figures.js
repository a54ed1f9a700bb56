// SPDX-License-Identifier: Apache-2.0
// The figures, again every few seconds while somebody looks.

import { figures as ask } from './api.js';
import { byId, el, moment, say, svg } from './dom.js';
import { number } from './words.js';

const EVERY = 5000;

const CAUSES = {
  logout: 'Logout', idle: 'Inactivity timeout', expired: 'Require log in after',
  replaced: 'Another login in the same browser', limit: 'Too many sessions of the user',
  revoked: 'Ended by somebody else', other_run: 'Cookie in another run of the browser',
  closed: 'Last page was closed', unclaimed: 'No browser took its key',
};
const STATES = {
  live: 'With a live session', none: 'Without a session', idle: 'Session was inactive too long',
  expired: 'Login was required again', ended: 'Session had ended',
  unavailable: 'Store did not answer',
};
const LOGINS = { failed: 'Failed', locked: 'Not tried: locked', refused: 'Refused: too many sessions' };

let timer = null;
let seen = false;
let paused = false;
let tenant = 0;
let preferred = null;
let last = null;
let panels = null;

const isLooking = () => seen && !paused && document.visibilityState === 'visible';

// --- parts ----------------------------------------------------------------------

function tile(title, value, kind = '') {
  return el('div', { class: `tile ${kind}` }, el('dt', {}, title), el('dd', {}, value));
}

// A table that is its own chart: each row has a bar, which says nothing more to
// those who hear the number.
function bars(caption, what, words, values) {
  const most = Math.max(1, ...Object.values(values));
  const rows = Object.entries(words).filter(([key]) => key in values).map(([key, text]) => {
    const width = values[key] ? Math.max(1, 100 * values[key] / most) : 0;
    return el('tr', {}, el('th', { scope: 'row' }, text),
      el('td', { class: 'number' }, number(values[key])),
      el('td', { class: 'chart', 'aria-hidden': 'true' },
        svg('svg', { viewBox: '0 0 100 10', preserveAspectRatio: 'none', focusable: 'false' },
          svg('rect', { class: 'track', width: 100, height: 10 }),
          svg('rect', { class: `fill ${key}`, width, height: 10 }))));
  });
  return el('table', { class: 'bars' }, el('caption', {}, caption),
    el('thead', {}, el('tr', {}, el('th', { scope: 'col' }, what),
      el('th', { scope: 'col', class: 'number' }, 'Number'),
      el('td', { class: 'chart', 'aria-hidden': 'true' }))),
    el('tbody', {}, ...rows));
}

const milliseconds = (value) => (value === null ? '–' : `${number(value)} ms`);

function bound(list, index) {
  const { up_to_ms: limit } = list[index];
  return limit === null ? `over ${number(list[index - 1].up_to_ms)} ms` : `up to ${number(limit)} ms`;
}

function columns(store) {
  const list = store.durations;
  const most = Math.max(1, ...list.map((each) => each.count));
  const drawn = list.map(({ count, up_to_ms: limit }) => {
    const height = count ? Math.max(1, 100 * count / most) : 0;
    return el('div', {},
      svg('svg', { viewBox: '0 0 10 100', preserveAspectRatio: 'none', focusable: 'false' },
        svg('rect', { class: 'track', width: 10, height: 100 }),
        svg('rect', { class: 'fill', y: 100 - height, width: 10, height })),
      el('span', {}, limit === null ? 'more' : String(limit)));
  });
  return el('div', {
    class: 'columns', role: 'img',
    'aria-label': `How long the store took: half of ${number(store.total)} operations took up to `
      + `${milliseconds(store.p50_ms)}, 99 of 100 up to ${milliseconds(store.p99_ms)}. `
      + 'The table below has all numbers.',
  }, ...drawn);
}

function durationTable(store) {
  return el('table', {}, el('caption', {}, 'Operations by the time they took'),
    el('thead', {}, el('tr', {}, el('th', { scope: 'col' }, 'Time'),
      el('th', { scope: 'col', class: 'number' }, 'Operations'))),
    el('tbody', {}, ...store.durations.map((each, i) => el('tr', {},
      el('th', { scope: 'row' }, bound(store.durations, i)),
      el('td', { class: 'number' }, number(each.count))))));
}

// --- panels ---------------------------------------------------------------------

function drawTenant(figures) {
  panels.tenant.replaceChildren(el('h2', {}, 'Sessions'),
    el('dl', { class: 'tiles' },
      tile('Sessions begun', number(figures.begun)),
      tile('Sessions ended', number(Object.values(figures.ended).reduce((a, b) => a + b, 0))),
      tile('New devices', number(figures.new_devices)),
      tile('Second factors', number(figures.step_ups))));
  panels.ended.replaceChildren(bars('Sessions ended, by cause', 'Cause', CAUSES, figures.ended));
  panels.requests.replaceChildren(
    bars('Requests, by the session they came with', 'State', STATES, figures.requests));
  panels.logins.replaceChildren(
    bars('Logins without success', 'Result', LOGINS, figures.logins));
}

// The tables stay open, and the focus where it is, when new numbers come.
function drawStore(panel, store) {
  panel.head.replaceChildren(el('h2', {}, 'Store ', el('bdi', {}, store.store)),
    el('dl', { class: 'tiles' },
      tile('Operations', number(store.total)),
      tile('Failures', number(store.failures), store.failures ? 'bad' : ''),
      tile('Half within', milliseconds(store.p50_ms)),
      tile('99 of 100 within', milliseconds(store.p99_ms)),
      tile('Times it went away', number(store.downs), store.downs ? 'bad' : '')));
  panel.chart.replaceChildren(el('p', { class: 'caption' }, 'Operations by milliseconds'),
    columns(store));
  panel.table.replaceChildren(durationTable(store));
}

function storePanel() {
  const parts = { head: el('div'), chart: el('div'), table: el('div', { class: 'scroll' }) };
  parts.element = el('section', { class: 'panel wide' }, parts.head, parts.chart,
    el('details', {}, el('summary', {}, 'As a table'), parts.table));
  return parts;
}

function build(said) {
  const section = (kind) => el('section', { class: `panel ${kind}` });
  panels = {
    tenant: section('wide'), ended: section(''), requests: section(''), logins: section('wide'),
    stores: said.stores.map(storePanel),
  };
  byId('figures-body').replaceChildren(panels.tenant, panels.ended, panels.requests,
    panels.logins, ...panels.stores.map((store) => store.element));
  const title = (each) => (each.host ? `${each.tenant} at ${each.host}` : each.tenant);
  byId('figures-tenant').replaceChildren(...said.tenants.map((each, i) =>
    el('option', { value: i }, title(each))));
  byId('figures-tenant-choice').hidden = said.tenants.length < 2;
  choose(said);
}

// That of this place, if it is known: of several hosts, the one that was asked.
function choose(said) {
  const named = said.tenants.map((each, i) => [each, i])
    .filter(([each]) => each.tenant === preferred);
  const [, found] = named.find(([each]) => each.host === location.hostname) || named[0] || [null, 0];
  tenant = found;
  byId('figures-tenant').value = String(tenant);
}

function draw(said) {
  if (!panels || panels.stores.length !== said.stores.length
    || byId('figures-tenant').length !== said.tenants.length) {
    build(said);
  }
  if (said.tenants[tenant]) {
    drawTenant(said.tenants[tenant]);
  }
  said.stores.forEach((store, i) => drawStore(panels.stores[i], store));
  byId('figures-since').replaceChildren('Counted since ', moment(said.since), '.');
  byId('figures-updated').replaceChildren('Updated at ',
    el('time', { datetime: said.now, title: said.now },
      new Date(said.now).toLocaleTimeString()), '.');
}

// --- again and again ------------------------------------------------------------

async function refresh() {
  clearTimeout(timer);
  if (!isLooking()) {
    return;
  }
  try {
    last = await ask();
    say(byId('figures-error'), 'bad');
    draw(last);
  } catch (problem) {
    if (!byId('figures-error').textContent) {        // said once
      say(byId('figures-error'), 'bad', problem.message);
    }
    if ([401, 403].includes(problem.status)) {
      pause(true);
    }
  }
  clearTimeout(timer);
  timer = setTimeout(refresh, EVERY);
}

function pause(whether) {
  paused = whether;
  byId('pause').setAttribute('aria-pressed', String(paused));
  refresh();
}

byId('pause').addEventListener('click', () => pause(!paused));
byId('figures-tenant').addEventListener('change', (event) => {
  tenant = Number(event.target.value);
  draw(last);
});
document.addEventListener('visibilitychange', refresh);

export const figures = {
  // The name of the tenant to show first.
  prefer(name) {
    preferred = name;
    if (last) {
      choose(last);
      draw(last);
    }
  },
  enter() {
    seen = true;
    refresh();
  },
  leave() {
    seen = false;
    clearTimeout(timer);
  },
};
