// SPDX-License-Identifier: Apache-2.0
// The tenant's settings: what is in force, where it comes from, and changing it.

import { settings as api } from './api.js';
import { byId, el, say } from './dom.js';
import { MODES, MODE, buildForm, label, look } from './settings_form.js';
import { minutes } from './words.js';

const LIFETIMES = Object.values(MODES).flatMap((mode) => [mode.idle, mode.life]);
const ALL = [...LIFETIMES, MODE];

// What the server said last; what was in the fields then; the fields.
let state = null;
let before = {};
let form = null;
let busy = false;

const result = byId('settings-result');
const failure = byId('settings-error');

function hush() {
  say(result, 'good');
  say(failure, 'bad');
}

// --- what the server says -------------------------------------------------------

// In minutes: what was set here, also where a plan supersedes it, else the file's.
function valueOf(said, member) {
  const ours = said.session_np;
  if (member === MODE) {
    return ours.effective[MODE].mode;
  }
  return ours.overridden.includes(member) ? Math.round(said[member] * 60)
    : ours.file[member];
}

const text = (said, member) => (member === MODE ? valueOf(said, member)
  : String(Number(valueOf(said, member).toFixed(4))));

function describe(member, value) {
  return member === MODE ? `"${value}"` : minutes(Number(value));
}

// Take over what the server says. What somebody has typed stays, if `keep` says
// so.
function accept(said, keep = () => false) {
  for (const member of ALL) {
    const value = text(said, member);
    if (!(state && keep(member) && changed(member))) {
      form.write(member, value);
    }
    before[member] = value;
  }
  state = said;
  update();
}

const changed = (member) => form.read(member) !== before[member];

function update() {
  look(form, state, changed);
  const any = ALL.some(changed);
  byId('discard').disabled = !any || busy;
  byId('save').disabled = busy;
}

async function load() {
  form ||= buildForm(byId('settings-fields'), { update, reset });
  byId('settings-form').hidden = !state;
  try {
    const said = await api.load();
    const list = state ? news(said) : [];
    accept(said, () => true);
    if (list.length) {
      say(result, 'warn', ...tellNews(list));
    }
    byId('settings-form').hidden = false;
  } catch (problem) {
    const again = el('button', { type: 'button' }, 'Try again');
    again.addEventListener('click', () => {
      say(failure, 'bad');
      load();
    });
    byId('view-settings').append(failure);
    say(failure, 'bad', problem.message, ' ', again);
  }
  byId('settings-form').removeAttribute('aria-busy');
}

// --- changing it ----------------------------------------------------------------

// One thing at a time; a second click is not a second change.
async function alone(work) {
  if (busy) {
    return;
  }
  busy = true;
  hush();
  form.clearErrors();
  update();
  try {
    await work();
  } catch (problem) {
    blame(problem);
  } finally {
    busy = false;
    update();
  }
}

// To the field that it is about, if there is one; nothing that was typed is lost.
function blame(problem) {
  const member = (problem.property || '').replace(/_in_minutes$|\.mode$/, '');
  if (!ALL.includes(member)) {
    say(failure, 'bad', problem.message);
    return;
  }
  form.setError(member, `${problem.reason || problem.message}.`);
  say(failure, 'bad', `Nothing was saved: ${label(member)}: ${problem.reason}.`);
  form.focus(member);
}

function wrongFields() {
  const wrong = LIFETIMES.filter((member) => changed(member)
    && !/^[0-9]{1,9}$/.test(form.read(member)));
  for (const member of wrong) {
    form.setError(member, 'Write a whole number of minutes, such as 30.');
  }
  if (wrong.length) {
    say(failure, 'bad', `Nothing was saved: ${wrong.map(label).join('; ')}: `
      + 'a whole number of minutes is needed.');
    form.focus(wrong[0]);
  }
  return wrong.length > 0;
}

function wantedChanges() {
  const changes = {};
  for (const member of ALL.filter(changed)) {
    if (member === MODE) {
      changes[MODE] = { mode: form.read(MODE) };
    } else {
      changes[`${member}_in_minutes`] = Number(form.read(member));
    }
  }
  return changes;
}

// What somebody else has set since this page was loaded.
function news(now) {
  return ALL.filter((member) => text(now, member) !== before[member]).map((member) => {
    const was = describe(member, before[member]);
    const is = describe(member, text(now, member));
    const fate = changed(member) ? 'your value replaces it' : 'it stays so';
    return `${label(member)} from ${was} to ${is}; ${fate}`;
  });
}

function tellNews(list) {
  return list.length ? [' Somebody else had changed this meanwhile: ',
    el('ul', {}, ...list.map((line) => el('li', {}, line)))] : [];
}

function save() {
  return alone(async () => {
    const changes = wantedChanges();
    if (!Object.keys(changes).length) {
      say(result, 'warn', 'Nothing has been changed, so there is nothing to save.');
      return;
    }
    if (wrongFields()) {
      return;
    }
    const list = news(await api.load());
    const names = ALL.filter(changed);
    accept(await api.save(changes));
    say(result, 'good', `Saved: ${names.map((member) =>
      `${label(member)} is ${inForce(member)}`).join('; ')}.`, ...tellNews(list));
  });
}

function inForce(member) {
  const effective = state.session_np.effective[member];
  return member === MODE ? `"${effective.mode}"` : minutes(effective);
}

// Give back what the configuration file says.
function reset(member) {
  return alone(async () => {
    form.write(member, before[member]);
    accept(await api.reset(member), () => true);
    say(result, 'good', `The configuration file's value counts again: ${label(member)} is `
      + `${inForce(member)}.`);
    form.focus(member);
  });
}

byId('settings-form').addEventListener('submit', (event) => {
  event.preventDefault();
  save();
});

byId('discard').addEventListener('click', () => {
  hush();
  form.clearErrors();
  accept(state);
  say(result, 'good', 'Your changes were discarded.');
  byId('settings-title').focus();
});

export const settings = {
  enter: load,
  unsaved: () => Boolean(state) && ALL.some(changed),
};
