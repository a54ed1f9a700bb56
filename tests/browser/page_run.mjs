// SPDX-License-Identifier: Apache-2.0
// What a page says to the server: its key is taken, it beats, and what goes wrong
// on the way hurts nobody.
import { browser, close, context, eventually, is, like, ok } from './browser.mjs';

// The events of a page, as "hello 200"
async function listen(made) {
  const heard = [];
  made.on('response', (response) => {
    const found = response.url().match(/\.np(?:-seed|\/e\?p=([\w-]+)&e=(\w+))/);
    if (found) {
      heard.push({ id: found[1], event: found[2] || 'seed', status: response.status(), request: response.request() });
    }
  });
  return heard;
}

const first = (heard, event, id) => eventually(() => heard.find((one) => one.event === event && (!id || one.id !== id)));

async function claims(server, path) {
  const made = await context();
  const heard = await listen(made);
  const page = await made.newPage();
  await page.goto(`${server}/run/in?${path}`);
  ok(await first(heard, 'seeded'), `${path}: the browser has its key`);
  is(heard.filter(({ event }) => event !== 'beat').map(({ event, status }) => `${event} ${status}`).join(', '),
    'hello 200, seed 200, seeded 204', 'in three steps');
  const beat = await first(heard, 'beat');
  is(beat.status, 204, 'then the page beats');
  like(beat.id, /^[\w-]{22}$/, 'under a name of its own');
  return { made, page, heard, id: beat.id };
}

async function goesOn(server) {
  const { made, page, heard, id } = await claims(server, 'page.html');
  await page.reload();
  const hello = await first(heard, 'hello', id);
  is(await hello.request.response().then((answer) => answer.json()).then(JSON.stringify), '{}', 'a reload has a new name, and the key is there');
  await made.setOffline(true);
  await page.waitForTimeout(3000);
  is(new URL(page.url()).pathname, '/run/page.html', 'a server that is away ends nothing');
  await made.setOffline(false);
  const seen = heard.length;
  ok(await eventually(() => heard.slice(seen).some(({ event, status }) => event === 'beat' && status === 204)), 'when it is back the page beats');
  await page.goto(`${server}/run/frame.html`);
  await eventually(() => heard.at(-1).event === 'beat');
  is(await page.frames()[1].locator('script').count(), 0, 'what is in a frame says nothing');
  await close(made);
}

// The key does not come over at once
async function late(server) {
  const made = await context();
  const heard = await listen(made);
  const page = await made.newPage();
  await made.route(/\.np-seed/, (route) => route.abort(), { times: 1 });
  await made.route(/\.np-seed/, (route) => route.fulfill({ status: 503 }), { times: 1 });
  await page.goto(`${server}/run/in?page.html`);
  ok(await first(heard, 'seeded'), 'a key that does not come over is asked for again');
  is(heard.filter(({ event }) => event === 'noseed').length, 0, 'which is not the end of the session');
  await close(made);
}

// The server says that all is over
async function over(server) {
  const made = await browser.newContext();
  const heard = await listen(made);
  const page = await made.newPage();
  let loads = 0;
  page.on('load', () => loads++);
  await page.goto(`${server}/run/in?page.html`);
  await first(heard, 'seeded');
  is(loads, 1, 'a page');
  await made.route(/e=(?:hello|beat)/, (route) => route.fulfill({ status: 410 }));
  ok(await eventually(() => loads === 2), 'is loaded anew when the session is over');
  await page.waitForTimeout(3000);
  is(loads, 2, 'but once, though the page that came says so again');
  is(await page.locator('h1').isVisible(), true, 'and is there to be seen');
  await close(made);
}

// The script in a page that has made it for another purpose, or by nobody
async function alone(server) {
  const made = await context();
  const page = await made.newPage();
  const heard = await listen(made);
  await page.goto(`${server}/run/in?page.html`);
  const address = await page.evaluate('document.querySelector("script[data-np]").src');
  const { id } = await first(heard, 'seeded');
  await page.goto('about:blank');
  await made.clearCookies();
  await page.goto(`${server}/run/open/clobbered.html`);
  heard.length = 0;
  await page.evaluate((src) => new Promise((done) => {
    document.head.append(Object.assign(document.createElement('script'), { src, onload: done }));
  }), address);
  await page.waitForTimeout(500);
  is(heard.filter((one) => one.id !== id).length, 0, 'without anything to know it does nothing');
  await close(made);
}

const hellos = (heard) => heard.filter(({ event }) => event === 'hello').length;

// An application that brings the head of its next page in by itself
async function twice(server) {
  const { made, page, heard } = await claims(server, 'page.html');
  await page.evaluate(() => new Promise((done) => {
    const { src, dataset } = document.querySelector('script[data-np]');
    const script = Object.assign(document.createElement('script'), { src, onload: done });
    script.dataset.np = dataset.np;
    document.head.append(script);
  }));
  const seen = heard.length;
  await eventually(() => heard.slice(seen).filter(({ event }) => event === 'beat').length >= 2);
  is(hellos(heard), 1, 'however often the script is in a page, it speaks once');
  await close(made);
}

// What would send a form once more
async function form(server) {
  const made = await browser.newContext();
  const heard = await listen(made);
  const page = await made.newPage();
  await page.goto(`${server}/run/in?page.html`);
  const { id } = await first(heard, 'seeded');
  const asked = [];
  page.on('request', (request) => request.isNavigationRequest() && asked.push(request.method()));
  await page.evaluate(() => {
    const sent = Object.assign(document.createElement('form'), { method: 'post', action: 'page.html?a#b' });
    document.body.append(sent);
    sent.submit();
  });
  await first(heard, 'hello', id);
  await made.route(/e=(?:hello|beat)/, (route) => route.fulfill({ status: 410 }));
  ok(await eventually(() => asked.length > 1), 'a page that answers a form is loaded anew, too');
  is(asked.slice(0, 2).join(', '), 'POST, GET', 'without the form');
  await close(made);
}

// Pages whose scripts have changed what others rely on
async function odd(server) {
  const changed = await claims(server, 'changed.html');
  await close(changed.made);
  const made = await context();
  const heard = await listen(made);
  const page = await made.newPage();
  await page.goto(`${server}/run/in?mute.html`);
  await page.waitForTimeout(1500);
  ok(await page.evaluate('window.loaded'), 'mute.html: the script is there');
  await page.goto(`${server}/free/`);
  is(heard.length, 0, 'it says nothing');
  await close(made);
}

export async function run(server) {
  await goesOn(server);
  await twice(server);
  await form(server);
  await late(server);
  await odd(server);
  const strict = await claims(server, 'strict.html');
  await close(strict.made);
  const clobbered = await claims(server, 'clobbered.html');
  await close(clobbered.made);
  await over(server);
  await alone(server);
}
