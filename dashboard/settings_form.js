// SPDX-License-Identifier: Apache-2.0
// The fields of the tenant's settings, and what is said beside them.

import { el } from './dom.js';
import { minutes, number, spell } from './words.js';

export const MODE = 'session_cookie';

export const MODES = {
  'non-persistent': {
    title: 'Non-persistent sessions',
    choice: 'Non-persistent',
    what: 'The browser drops the cookies when it closes.',
    idle: 'idle_ephemeral_session_lifetime',
    life: 'ephemeral_session_lifetime',
  },
  persistent: {
    title: 'Persistent sessions',
    choice: 'Persistent',
    what: 'The browser keeps the cookies, and the user stays logged in.',
    idle: 'idle_session_lifetime',
    life: 'session_lifetime',
  },
};

const IDLE = 'Inactivity timeout';
const LIFE = 'Require log in after';

export function label(member) {
  if (member === MODE) {
    return 'Session mode';
  }
  const [name, mode] = Object.entries(MODES).find(([, m]) => [m.idle, m.life].includes(member));
  return `${mode.idle === member ? IDLE : LIFE} (${name})`;
}

// --- building it ----------------------------------------------------------------

// A place for an error, and one for where the value comes from.
function surroundings(member, reset) {
  const button = el('button', { type: 'button', class: 'link', hidden: true });
  button.addEventListener('click', () => reset(member));
  return {
    error: el('p', { class: 'field-error', id: `${member}-error`, hidden: true }),
    source: el('span', { class: 'badge' }),
    button,
    effect: el('p', { class: 'effect', id: `${member}-effect` }),
  };
}

function lifetime(member, title, what, { update, reset }) {
  const parts = surroundings(member, reset);
  const input = el('input', {
    id: member, type: 'text', inputmode: 'numeric', autocomplete: 'off', maxlength: 9,
    'aria-describedby': `${member}-unit ${member}-error ${member}-effect ${member}-hint`,
  });
  input.addEventListener('input', update);
  const hint = el('p', { class: 'hint', id: `${member}-hint` });
  const element = el('div', { class: 'field' },
    el('label', { for: member }, title),
    el('p', { class: 'what' }, what),
    el('div', { class: 'row' }, input,
      el('span', { class: 'unit', id: `${member}-unit` }, 'minutes'), parts.source),
    parts.error, parts.effect, hint, parts.button);
  return { ...parts, element, hint, input, target: input };
}

function modeChoice({ update, reset }) {
  const parts = surroundings(MODE, reset);
  const radios = Object.entries(MODES).map(([value, mode]) => {
    const input = el('input', {
      type: 'radio', name: 'mode', value, id: `mode-${value}`, 'aria-describedby': `mode-${value}-what`,
    });
    input.addEventListener('change', update);
    const element = el('div', { class: 'choice' }, input,
      el('div', {}, el('label', { for: input.id }, mode.choice),
        el('p', { class: 'what', id: `mode-${value}-what` }, mode.what)));
    return { input, element };
  });
  const element = el('fieldset', { class: 'panel', 'aria-describedby': `${MODE}-effect ${MODE}-error` },
    el('legend', {}, 'Session mode'), ...radios.map((radio) => radio.element),
    el('p', { class: 'row' }, parts.source), parts.error, parts.effect, parts.button,
    el('details', {}, el('summary', {}, 'What non-persistent cannot do'),
      el('p', {}, 'A browser that restores its last session brings the cookies back, and a '
        + 'closed tab is not a closed browser. The two limits below end the session then.')));
  return { ...parts, element, radios, target: radios[0].input };
}

function modePanel(name, mode, actions) {
  const use = el('p', { class: 'use' });
  const fields = {
    [mode.idle]: lifetime(mode.idle, IDLE,
      'Logged out after so long without a request.', actions),
    [mode.life]: lifetime(mode.life, LIFE,
      'Logged out so long after the login, however busy.', actions),
  };
  const element = el('fieldset', { class: 'panel' }, el('legend', {}, mode.title), use,
    el('div', { class: 'pair' }, ...Object.values(fields).map((field) => field.element)));
  return { element, use, fields };
}

export function buildForm(place, actions) {
  const choice = modeChoice(actions);
  const panels = Object.fromEntries(Object.entries(MODES).map(([name, mode]) =>
    [name, modePanel(name, mode, actions)]));
  const fields = { [MODE]: choice };
  for (const panel of Object.values(panels)) {
    Object.assign(fields, panel.fields);
  }
  place.replaceChildren(choice.element, ...Object.values(panels).map((panel) => panel.element));
  return { choice, panels, fields, ...access(choice, fields) };
}

function access(choice, fields) {
  const chosen = () => choice.radios.find((radio) => radio.input.checked);
  return {
    read: (member) => (member === MODE ? (chosen()?.input.value || '')
      : fields[member].input.value.trim()),
    write(member, value) {
      if (member !== MODE) {
        fields[member].input.value = value;
        return;
      }
      for (const radio of choice.radios) {
        radio.input.checked = radio.input.value === value;
      }
    },
    focus: (member) => (member === MODE ? chosen()?.input : fields[member].input)?.focus(),
    setError(member, message) {
      const field = fields[member];
      field.error.textContent = message;
      field.error.hidden = false;
      field.target.setAttribute('aria-invalid', 'true');
    },
    clearErrors() {
      for (const field of Object.values(fields)) {
        field.error.hidden = true;
        field.error.textContent = '';
        field.target.removeAttribute('aria-invalid');
      }
    },
  };
}

// --- what is said beside them ---------------------------------------------------

// No lifetime may be longer.
const YEAR = 525600;

const sized = (limit) => Number.isFinite(limit) && limit > 0;

function hintText(limit) {
  return sized(limit) ? `Plan limit: ${minutes(limit)}.` : 'The plan has no limit.';
}

// What becomes of the number in the field, before it is saved.
function preview(typed, ours, member) {
  const now = ours.effective[member];
  const limit = ours.limits[member];
  if (!/^[0-9]{1,9}$/.test(typed) || Number(typed) < 1 || Number(typed) > YEAR) {
    return '';
  }
  const wanted = sized(limit) ? Math.min(Number(typed), limit) : Number(typed);
  const superseded = wanted < Number(typed)
    ? `Superseded by the system limit of ${number(limit)} minutes. ` : '';
  if (wanted < now) {
    return `${superseded}Lower than now: applies at once, also to those who are logged in.`;
  }
  return wanted > now ? `${superseded}Higher than now: from each user's next login.`
    : `${superseded}Same as now.`;
}

function current(ours, member, value) {
  const effective = ours.effective[member];
  if (sized(ours.limits[member]) && value > ours.limits[member]) {
    return `Superseded by the system limit of ${number(ours.limits[member])} minutes. In force: `
      + `${minutes(effective)}.`;
  }
  return effective >= 60 ? `In force: ${spell(effective)}.` : `In force: ${minutes(effective)}.`;
}

// Who only hears the button hears for what it is, too.
function offer(field, member, text) {
  field.button.replaceChildren(text, el('span', { class: 'unseen' }, ` for ${label(member)}`));
}

function lookLifetime(field, member, ours, said, isChanged) {
  const set = ours.overridden.includes(member);
  field.hint.textContent = hintText(ours.limits[member]);
  field.effect.textContent = isChanged ? preview(field.input.value.trim(), ours, member)
    : current(ours, member, set ? said[member] * 60 : ours.file[member]);
  offer(field, member, `Use the file's value: ${minutes(ours.file[member])}`);
}

function lookMode(field, ours, isChanged) {
  field.effect.textContent = isChanged
    ? 'New logins follow it at once; the cookie of a session that goes on is sent once more.' : '';
  offer(field, MODE, `Use the file's mode: ${ours.file[MODE].mode}`);
}

function lookSource(field, set, isChanged) {
  field.source.textContent = isChanged ? 'Not saved yet'
    : set ? 'Set here' : 'From the configuration file';
  field.source.className = `badge ${isChanged ? 'open' : set ? 'set' : ''}`;
  field.button.hidden = !set;
}

export function look(form, said, changed) {
  const ours = said.session_np;
  for (const [member, field] of Object.entries(form.fields)) {
    lookSource(field, ours.overridden.includes(member), changed(member));
    if (member === MODE) {
      lookMode(field, ours, changed(MODE));
    } else {
      lookLifetime(field, member, ours, said, changed(member));
    }
  }
  const chosen = form.read(MODE);
  for (const [name, panel] of Object.entries(form.panels)) {
    panel.use.textContent = name === chosen ? 'The mode chosen above: these limits hold for new logins.'
      : 'Not chosen above. These limits hold for logins that ask for this mode themselves.';
    panel.element.classList.toggle('chosen', name === chosen);
  }
}
