// SPDX-License-Identifier: Apache-2.0
// What people do with a browser that lives: nobody is logged out by it.
import { logIn, shows } from './run_ends.mjs';
import { alive, bound, documents, ended, events, served, url } from './run_site.mjs';
import { sleep, until } from './run_process.mjs';

// The timers of /brief in tests/browser/t/run.t, in milliseconds
const LEASE = 20000;
const GRACE = 3000;

// A person in a browser: one session, and whatever is done, it is still there
class Person {
  constructor(stage, kind) {
    Object.assign(this, stage, { kind });
  }

  async arrive() {
    this.since = Date.now();
    this.tab = await logIn(this.browser, this.kind, this.user);
    this.check(this.kind === 'off' || await bound(this.kind, this.user, this.since), 'is bound');
    return this;
  }

  count = () => served(this.kind, this.user, this.since);

  // Does it, and gets another document. (A key that comes while a page is made
  // goes with the page that was there before: then once more.)
  async loads(action, patience = 15000) {
    const before = this.count();
    const done = () => this.count() > before || this.refused().length;
    for (let attempt = 0; attempt < 4 && !done(); attempt++) {
      await action();
      await until(done, patience);
    }
    if (this.count() === before || !await shows(this.browser, this.tab, 'protected')) {
      const said = ended(this.kind, this.user)?.why || 'the session was not ended';
      throw new Error(`the document was not served: ${said}`);
    }
  }

  // (before the login it was)
  refused = () => documents(this.kind, this.user, this.since).filter(({ status }) => status === 401).slice(1);

  async stays(what) {
    const lives = await alive(this.kind, this.user);
    const said = ended(this.kind, this.user)?.why || `${lives} sessions`;
    this.check(lives === 1 && !this.refused().length, `${what}: still logged in${lives === 1 ? '' : `, but ${said}`}`);
  }

  beats = (since) => events(this.kind, this.user, since).filter(({ path }) => path.includes('e=beat'));

  follow = () => this.browser.evaluate(this.tab, "document.getElementById('next').click()");
}

async function navigation(person) {
  const { browser } = person;
  for (const key of ['F5', 'ctrl+shift+r', 'F5']) {
    await person.loads(() => browser.display.press(browser.constructor.window, key));
  }
  await person.stays('reload');
  for (let i = 0; i < 3; i++) {
    await person.loads(person.follow);
  }
  await person.stays('navigation');
  const second = await browser.open(url(person.kind, person.user, 3));
  await shows(browser, second, 'protected');
  await browser.close(person.tab);
  person.tab = second;
  await sleep(2 * GRACE);
  await person.loads(person.follow);
  await person.stays('two tabs, one of them closed');
}

// A page of somebody else with a link that names a user: for that the browser leaves
// the key out
async function enticed(person) {
  const { browser, check } = person;
  const link = url(person.kind, person.user, 2).replace('://', '://x@');
  const trap = await browser.open(`data:text/html,<title>trap</title><a id=next href="${link}">next</a>`);
  await shows(browser, trap, 'trap');
  await browser.evaluate(trap, "document.getElementById('next').click()");
  check(await until(() => person.refused().length), 'the link of another site is followed, and refused');
  await browser.close(trap);
  person.since = Date.now();
  await person.loads(person.follow);
  await person.stays('a link of another site that names a user');
}

// A page that is left and kept: what its window holds is still there. (The first
// one got the key, which is not stored, and so neither is the page.)
async function backForward(person) {
  const { browser, check, figures } = person;
  await person.loads(person.follow);
  await browser.evaluate(person.tab, 'window.kept = 1');
  await person.loads(person.follow);
  await sleep(1000);
  const before = person.count();
  await browser.evaluate(person.tab, 'void setTimeout(() => history.back())');
  const kept = await until(() => browser.evaluate(person.tab, 'window.kept').catch(() => 0), 5000);
  const reasons = kept ? '' : await browser.evaluate(person.tab,
    "(performance.getEntriesByType('navigation')[0].notRestoredReasons?.reasons || []).map(({ reason }) => reason).join(', ')");
  figures(`back/forward cache: ${kept ? 'kept' : `not kept (${reasons || 'no reason given'})`}, ${person.count() - before} served`);
  check(kept || !browser.constructor.keepsPages, 'the page is kept for "back"');
  await sleep(LEASE + 2 * GRACE);
  await person.stays('back, and longer than a lease');
}

async function suspended(person, ms) {
  const { browser, figures } = person;
  const processes = browser.freeze();
  await sleep(ms);
  browser.thaw();
  await sleep(1000);
  await person.loads(person.follow);
  figures(`slept ${ms / 1000} s: ${processes} processes stopped, lease ${LEASE / 1000} s`);
  await person.stays('sleep shorter than a lease');
}

async function discarded(person) {
  const { browser, check } = person;
  const other = await browser.open('about:blank');
  const from = Date.now();
  await until(() => person.beats(from).length, 30000);
  check(await browser.discard(`/${person.user}/`), 'the tab is discarded');
  await sleep(LEASE + 2 * GRACE);
  const tab = (await browser.tabs()).find((each) => each.url.includes(`/${person.user}/`));
  person.tab = tab.id;
  await person.loads(() => browser.show(tab.id));
  await browser.close(other);
  await person.stays('discarded, and looked at again');
}

async function crashed(person) {
  const { browser } = person;
  await browser.crash(person.tab);
  await sleep(GRACE);
  await person.loads(() => browser.display.press(browser.constructor.window, 'F5'), LEASE / 5);
  await person.stays('renderer crash, and reload');
}

// Behind another tab, where timers are slowed down
async function hidden(person, ms) {
  const { browser, figures } = person;
  const other = await browser.open('about:blank');
  const from = Date.now();
  await sleep(ms);
  const beats = person.beats(from).map(({ at }) => at);
  const gaps = beats.map((at, i) => at - (i ? beats[i - 1] : from));
  await person.stays(`hidden for ${ms / 1000} s`);
  await browser.show(person.tab);
  await browser.close(other);
  await person.loads(person.follow);
  figures(`hidden for ${ms / 1000} s: ${beats.length} beats, the longest gap ${(Math.max(0, ...gaps) / 1000).toFixed(1)} s`);
  await person.stays('and looked at again');
}

async function person(stage, kind) {
  return stage.busy(async () => {
    await stage.browser.start('about:blank');
    return new Person(stage, kind).arrive();
  });
}

export async function stays(stage, kind, steps) {
  const one = await person(stage, kind);
  for (const step of steps) {
    await step(one);
  }
}

export const steps = { navigation, enticed, backForward, discarded, crashed,
  suspended: (one) => suspended(one, 8000),
  hidden: (one) => hidden(one, 2 * LEASE),
  'hidden for long': (one) => hidden(one, 600000) };

// No script runs: then the key is all there is, and it comes by the login
export async function withoutScripts(stage) {
  const one = await person(stage, 'login');
  const press = (...keys) => stage.browser.display.press(stage.browser.constructor.window, ...keys);
  await one.loads(() => press('F5'));
  await one.loads(() => stage.browser.type(one.tab, '\t', '\n'));
  const second = await stage.browser.open(url('login', stage.user, 3));
  stage.check(await shows(stage.browser, second, 'protected'), 'another tab');
  await one.stays('without scripts');
  await sleep(LEASE + 2 * GRACE);
  await one.loads(() => press('F5'));
  await one.stays('without scripts, after a while');
}
