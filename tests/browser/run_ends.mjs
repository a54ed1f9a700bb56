// SPDX-License-Identifier: Apache-2.0
// A browser's run ends, and another begins with the same profile. Nothing that is
// protected is served to it; without the directive it would be.
import { alive, bound, copied, ended, served, url } from './run_site.mjs';
import { sleep, until } from './run_process.mjs';

export const KINDS = (process.env.NP_KINDS || 'off script login').split(' ');

// The cookie store and the session files are written within so many milliseconds;
// and SessionNPBrowserRunTimer skew, with some more
const WRITTEN = 45000;
const SKEW = 6000;

const title = async (browser, id) => (await browser.tabs().catch(() => [])).find((tab) => tab.id === id)?.title;

export const shows = (browser, id, wanted) => until(async () => await title(browser, id) === wanted);

// By the keyboard. On a busy machine keys may come before the page has the focus.
export async function logIn(browser, kind, user) {
  const id = await browser.open(url(kind, user, 1));
  await browser.show(id);
  for (let attempt = 1; attempt <= 5; attempt++) {
    await shows(browser, id, 'log in');
    await until(() => browser.evaluate(id, "document.activeElement?.name === 'httpd_username'"), 10000);
    await browser.type(id, user, '\t', 'secret', '\n');
    if (await until(async () => await title(browser, id) === 'protected', attempt < 5 ? 10000 : 60000)) {
      return id;
    }
    await browser.open(url(kind, user, 1), id);
  }
  throw new Error(`no login at ${kind}: the page's title is ${await title(browser, id)}`);
}

async function begin({ browser, user, check }, kinds) {
  await browser.start('about:blank');
  const before = Date.now();
  for (const kind of kinds) {
    await logIn(browser, kind, user);
    if (kind !== 'off') {
      check(await bound(kind, user, before), `${kind}: is bound`);
    }
  }
  return browser.cookies();
}

const NO_KEY = /its cookie came without the key/;

// The new run restores what it restores; then somebody asks for each place. Which
// cookies are back, and how many tabs: what is refused at once loses its cookie
// before it can be looked for, and then the log tells.
async function look(browser, user, kinds, end) {
  const jar = (await browser.cookies()).map(({ name }) => name);
  await sleep(1000);
  const tabs = (await browser.tabs()).filter((tab) => tab.url.includes(`/${user}/`)).length;
  for (const kind of kinds) {
    const id = await browser.open(url(kind, user, 2));
    await until(async () => /^(?:protected|log in)$/.test(await title(browser, id)));
  }
  return { tabs, back: kinds.filter((kind) => jar.includes(kind) || NO_KEY.test(over(kind, user, end).why)) };
}

const over = (kind, user, end) => {
  const { at, why } = ended(kind, user) || {};
  return at >= end ? { at, why } : {};
};

// cell: how it ends, restore ('on', 'off', 'command line'), back: whether the cookies
// of this browser are known to come back then, and so the cell proves something
export async function run({ how, restore, back, kinds = KINDS }, stage) {
  const { browser, again, user, check, figures, busy } = stage;
  const bindings = kinds.filter((kind) => kind !== 'off');
  const cookies = await busy(() => begin(stage, kinds));
  await sleep(/^SIG/.test(how) ? WRITTEN : SKEW);
  await busy(async () => {
    for (const kind of kinds) {
      check(await alive(kind, user) === 1, `${kind}: lives until then`);
    }
    for (const kind of bindings) {
      const { value } = cookies.find(({ name }) => name === kind) || {};
      check(await copied(kind, user, value) === 401, `${kind}: a copy of the cookie is refused`);
    }
    const end = Date.now();
    check(await browser.end(how), 'the browser is gone');
    const next = await again().start(...restore === 'command line' ? ['--restore-last-session'] : []);
    const seen = await look(next, user, kinds, end);
    const got = Object.fromEntries(kinds.map((kind) => [kind, served(kind, user, end)]));
    check((got.off > 0) === back, `off: a new run is ${back ? 'served' : 'not served'}`);
    for (const kind of kinds) {
      check(seen.back.includes(kind) === back, `${kind}: the browser ${back ? 'brings the cookie back' : 'has forgotten the cookie'}`);
    }
    const lines = [];
    for (const kind of bindings) {
      const { at, why = 'nobody asked' } = over(kind, user, end);
      check(got[kind] === 0, `${kind}: no protected document for the new run`);
      check(!back || !await alive(kind, user), `${kind}: the session is over`);
      lines.push(`${kind}: ${got[kind]} served, ${at ? `over after ${at - end} ms` : 'still there'} (${why})`);
    }
    figures(`${seen.tabs} tabs and ${seen.back.length} of ${kinds.length} cookies are back; off: ${got.off} served; ${lines.join('; ')}`);
  });
}

// It ends, and no other run begins: when the server knows of it. (It says so when
// somebody comes with the cookie; a copy of it is refused before that, too.)
export async function leave({ how }, stage) {
  const { browser, user, check, figures, busy } = stage;
  const { value } = await busy(async () => {
    await browser.start('about:blank');
    const before = Date.now();
    await logIn(browser, 'brief', user);
    check(await bound('brief', user, before), 'is bound');
    return (await browser.cookies()).find(({ name }) => name === 'brief');
  });
  await sleep(SKEW);
  check(await alive('brief', user) === 1, 'lives until then');
  const end = Date.now();
  check(await browser.end(how), 'the browser is gone');
  const answers = new Set();
  const { at, why } = await until(async () => {
    answers.add(await copied('brief', user, value));
    return ended('brief', user);
  }, 120000, 500) || {};
  check([...answers].join() === '401', `a copy of the cookie is refused all the time, ${[...answers].join()}`);
  check(/the last of its pages/.test(why), `the server ends it by itself, ${why}`);
  check(!await alive('brief', user), 'the session is over');
  figures(`over after ${at - end} ms (${why})`);
}
