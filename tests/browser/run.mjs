// SPDX-License-Identifier: Apache-2.0
// Real browsers with windows: run.mjs SERVER LOGS. They are ended in all ways and
// started again (run_ends.mjs), and used in all ways that must log nobody out
// (run_stays.mjs). The site is in tests/browser/t/run.t.
import { Chromium } from './run_chromium.mjs';
import { Display } from './run_display.mjs';
import { leave, run } from './run_ends.mjs';
import { Firefox } from './run_firefox.mjs';
import { end, folder, remove, stood } from './run_process.mjs';
import { stays, steps, withoutScripts } from './run_stays.mjs';

const { NP_LONG: long = '0', NP_ONLY: only = '', NP_AT_ONCE: atOnce = '4', NP_FIREFOX: firefox = '' } = process.env;

// No more of them than this at a time: starting and ending is work
const queue = [];
let free = Number(atOnce);
async function busy(work) {
  if (free > 0) {
    free--;
  } else {
    await new Promise((go) => queue.push(go));
  }
  try {
    return await work();
  } finally {
    const next = queue.shift();
    next ? next() : free++;
  }
}

// One scenario with a screen and a profile of its own
let users = 0;
async function attempt({ name, Browser, options, act }) {
  const began = Date.now();
  const lines = [];
  const check = (good, said) => lines.push(`${good ? 'ok' : 'not ok'} ${name}: ${said}`);
  const figures = (said) => lines.push(`# ${name}: ${said}`);
  const user = `run${++users}`;
  const profile = folder('profile');
  const browsers = [];
  let display;
  try {
    display = await Display.start(`${profile}.display`);
    // the same one again, after its end
    const again = () => {
      browsers.push(new Browser(display, profile, options));
      return browsers.at(-1);
    };
    await act({ browser: again(), again, user, check, figures, busy });
  } catch (error) {
    check(false, `comes to its end\n# ${String(error.stack).replace(/\n/g, '\n# ')}`);
  }
  const [version] = browsers.map((browser) => browser.version).filter(Boolean);
  await Promise.all(browsers.map((browser) => browser.stop()));
  await display?.stop();
  remove(profile);
  figures(`${Browser.title} ${version}, ${((Date.now() - began) / 1000).toFixed(1)} s in all`);
  return { lines, still: stood(began) };
}

// Its lines stay together. Where the machine stood still, it gets a second chance.
async function scenario(what) {
  let { lines, still } = await attempt(what);
  if (still && lines.some((line) => line.startsWith('not ok'))) {
    const said = lines.filter((line) => line.startsWith('not ok')).map((line) => line.replace(/^not ok/gm, '#'));
    console.log([`# the machine stood still for ${still} ms, once more:`, ...said].join('\n'));
    ({ lines, still } = await attempt(what));
  }
  console.log(lines.join('\n'));
}

// Browser, how it ends, how it is started again, whether session cookies come back
// then, and whether it is in the short form
const CELLS = [
  [Chromium, 'SIGKILL', 'on', true, 1], [Chromium, 'SIGKILL', 'off', true, 1], [Chromium, 'SIGKILL', 'command line', true, 1],
  [Chromium, 'SIGTERM', 'on', true, 1], [Chromium, 'SIGTERM', 'off', false], [Chromium, 'SIGTERM', 'command line', true],
  [Firefox, 'SIGKILL', 'on', true], [Firefox, 'SIGKILL', 'off', true, 1],
  [Firefox, 'SIGTERM', 'on', true], [Firefox, 'SIGTERM', 'off', true],
  [Firefox, 'menu', 'on', true, 1], [Firefox, 'menu', 'off', false],
  [Firefox, 'window', 'on', true], [Firefox, 'window', 'off', false],
  [Chromium, 'menu', 'on', true, 1], [Chromium, 'menu', 'off', false, 1], [Chromium, 'menu', 'command line', false],
  [Chromium, 'quit', 'on', true], [Chromium, 'quit', 'off', false], [Chromium, 'quit', 'command line', true, 1],
  [Chromium, 'window', 'on', true, 1], [Chromium, 'window', 'off', false], [Chromium, 'window', 'command line', false],
  [Chromium, 'last tab', 'on', true, 1], [Chromium, 'last tab', 'off', false],
  [Chromium, 'last tab', 'command line', false],
];

// those first that wait for long
const scenarios = [];
function add(Browser, name, short, act, options = {}) {
  scenarios.push({ name: `${Browser.title}, ${name}`, Browser, short, options, act });
}

for (const Browser of [Chromium, Firefox]) {
  add(Browser, 'hidden for long', 0, (stage) => stays(stage, 'slow', [steps['hidden for long']]));
  add(Browser, 'hidden', Browser === Chromium, (stage) => stays(stage, 'hide', [steps.hidden]));
  add(Browser, 'scripting off', 1, withoutScripts, { script: false });
}
add(Chromium, 'discarded', 1, (stage) => stays(stage, 'brief', [steps.discarded]));
for (const kind of ['brief', 'login']) {
  const short = kind === 'brief';
  add(Firefox, `in use, ${kind}`, short, (stage) => stays(stage, kind, [steps.navigation, steps.suspended, steps.backForward]));
  add(Chromium, `in use, ${kind}`, short, (stage) => stays(stage, kind, [steps.navigation, steps.enticed, steps.suspended, steps.crashed]));
  add(Chromium, `left and come back to, ${kind}`, short, (stage) => stays(stage, kind, [steps.backForward]));
}
for (const [Browser, how, short] of [[Chromium, 'SIGKILL', 1], [Chromium, 'last tab', 1], [Chromium, 'window', 0],
  [Firefox, 'SIGKILL', 0], [Firefox, 'window', 0]]) {
  add(Browser, `${how}, nobody comes back`, short, (stage) => leave({ how }, stage));
}
for (const [Browser, how, restore, back, short] of CELLS) {
  add(Browser, `${how}, restore ${restore}`, short, (stage) => run({ how, restore, back }, stage), { restore: restore === 'on' });
}

const chosen = scenarios
  .filter(({ Browser }) => firefox || Browser !== Firefox)
  .filter(({ short }) => short || long !== '0')
  .filter(({ name }) => only.split(/[ ,]+/).every((word) => name.includes(word)));
const whole = long === '0' ? 900000 : 3600000;
setTimeout(() => {
  console.log(`not ok the trial comes to its end\n# not after ${whole / 60000} minutes`);
  process.exit(1);
}, whole).unref();
await Promise.all(chosen.map(scenario));
console.log('the end');
end();
process.exit(0);
