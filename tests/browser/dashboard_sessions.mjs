// SPDX-License-Identifier: Apache-2.0
// The sessions of a user: seeing them, also hostile ones, and ending them.
import { eventually, is, like, ok, picture } from './browser.mjs';
import { logIn, open, visitor } from './site.mjs';

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0';
const WICKED = '<img src=x onerror="alert(1)">';

async function search(page, user) {
  await page.locator('#user').fill(user);
  await page.getByRole('button', { name: 'Show sessions' }).click();
  await eventually(async () => (await heading(page)).endsWith(` of ${user}`)
    && await page.evaluate('document.activeElement.id') === 'sessions-heading');
}

const cards = (page) => page.locator('#sessions-list > li');
const heading = (page) => page.locator('#sessions-heading').textContent();

async function seeing(page) {
  await search(page, 'nobody');
  is(await heading(page), 'No live session of nobody', 'nobody is logged in');
  ok(await page.locator('#end-all').isHidden(), 'and nothing can be ended');
  await search(page, 'bob');
  is(await heading(page), '2 sessions of bob', 'a user with two sessions');
  is(await page.evaluate('document.activeElement.id'), 'sessions-heading', 'has the focus');
  is((await page.locator('#sessions-list h3').allTextContents()).sort().join(', '),
    'Chrome on Linux, Firefox on Linux', 'devices in words');
  is(await page.getByRole('heading', { name: 'Firefox on Linux' }).getAttribute('title'), FIREFOX,
    'and as they said');
  const card = cards(page).first();
  like(await card.textContent(), /127\.0\.0\.1.*Non-persistent|Non-persistent.*127\.0\.0\.1/s, 'address and mode');
  is(await card.locator('time').count(), 4, 'four times');
  like(await card.locator('time').first().getAttribute('title'), /^\d{4}-\d\d-\d\d [\d:.]+ UTC$/, 'each exact');
  await picture(page, 'sessions');
}

async function ending(page, other) {
  const card = page.locator('#sessions-list > li', { hasText: 'Chrome on Linux' });
  const button = card.getByRole('button', { name: /^End session of Chrome on Linux, 127\.0\.0\.1/ });
  await button.click();
  like(await page.locator('#confirm').textContent(), /End this session\?.*bob will be logged out of Chrome on Linux/s,
    'it asks first');
  await picture(page, 'sessions-confirm');
  await page.keyboard.press('Escape');
  is(await cards(page).count(), 2, 'no is no');
  ok(await button.evaluate((each) => each === document.activeElement), 'and the focus is where it was');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Enter');
  await page.waitForSelector('#sessions-result [class~=good]');
  is(await cards(page).count(), 1, 'it is ended, by the keyboard alone');
  like(await page.locator('#sessions-result').textContent(), /The session is over: Chrome on Linux/, 'which is told');
  is((await other.goto(other.url().replace('/wild/', '/state/'))).status(), 200, 'that browser');
  like(await other.textContent('body'), /"state":"(?:ended|none)"/, 'is logged out');
}

async function endingAll(page, server) {
  const cookies = [];
  for (let i = 0; i < 23; i++) {
    cookies.push(await logIn(server, 'bob', `curl/8.${i}`));
  }
  await search(page, 'bob');
  is(await heading(page), '20 sessions and more of bob', 'many sessions: a page of them');
  await page.getByRole('button', { name: 'Show more' }).click();
  await eventually(async () => await cards(page).count() === 24);
  is(await heading(page), '24 sessions of bob', 'and the rest');
  ok(await page.locator('#more').isHidden(), 'there are no more');
  is(await page.evaluate('[...document.querySelectorAll("#sessions-list h3")].indexOf(document.activeElement)'), 20,
    'the focus is on the first new one');
  await page.locator('#end-all').click();
  await page.locator('#confirm-yes').click();
  await page.waitForSelector('#sessions-result [class~=good]');
  is(await heading(page), 'No live session of bob', 'all are ended');
  const states = await Promise.all(cookies.map(async (cookie) =>
    (await (await fetch(`${server}/state/`, { headers: { Cookie: cookie } })).json()).state));
  is(states.filter((state) => state === 'live').length, 0, 'none of them lives');
}

async function hostile(page, server) {
  await logIn(server, WICKED, `${WICKED} Firefox/1 <script>alert(2)</script>`);
  await search(page, WICKED);
  is(await heading(page), `1 session of ${WICKED}`, 'a hostile name is text');
  is(await page.locator('main img, main script').count(), 0, 'and makes no elements');
  await page.locator('#sessions-list summary').click();
  like(await page.locator('#sessions-list dd').first().evaluate((each) => each.closest('li').textContent),
    /<script>alert\(2\)<\/script>/, 'nor does a hostile user agent');
  await page.getByRole('button', { name: /^End session/ }).click();
  like(await page.locator('#confirm').textContent(), /<img src=x/, 'nor in a question');
  await page.keyboard.press('Escape');
  await picture(page, 'sessions-hostile');
}

async function own(page) {
  await search(page, 'alice');
  is(await page.getByText('This is your session').count(), 1, 'one\'s own session is marked');
  is(await page.locator('#who-name').textContent(), 'alice', 'and who is logged in is told');
  await page.getByRole('button', { name: 'Log out' }).click();
  await page.getByRole('heading', { name: 'You are logged out' }).waitFor();
  ok(await page.locator('#who').isHidden(), 'logged out');
}

export async function run(server) {
  const other = await visitor(server, 'bob', {
    userAgent: 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/130.0 Safari/537.36',
  });
  await logIn(server, 'bob', FIREFOX);
  const page = await open(server, 'sessions');
  await page.getByRole('button', { name: 'Show sessions' }).click();
  like(await page.locator('#user-error').textContent(), /Write the name/, 'a name is needed');
  await seeing(page);
  await ending(page, other);
  await endingAll(page, server);
  await hostile(page, server);
  await own(page);
}
