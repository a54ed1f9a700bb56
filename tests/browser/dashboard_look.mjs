// SPDX-License-Identifier: Apache-2.0
// Who can see it: figures, barriers in light and dark, small screens, no
// JavaScript, and what is said when something is not as it should be.
import { barriers, close, context, eventually, is, like, ok, overflow, picture } from './browser.mjs';
import { IDLE, logIn, open } from './site.mjs';

const READY = { settings: `#${IDLE}`, sessions: '#user', figures: '#figures-body table' };

async function view(page, server, name) {
  await page.goto(`${server}/session-np/#${name}`);
  await page.waitForSelector(READY[name]);
  if (name === 'sessions') {
    await page.locator('#user').fill('bob');
    await page.keyboard.press('Enter');
    await page.waitForSelector('#sessions-list > li');
  }
}

async function figures(page, server) {
  await view(page, server, 'figures');
  const begun = () => page.locator('.tile', { hasText: 'Sessions begun' }).locator('dd').textContent();
  const before = Number(await begun());
  ok(before > 0, 'sessions that began are counted');
  await logIn(server, 'bob', 'Firefox/1 Windows');
  ok(await eventually(async () => Number(await begun()) > before), 'and again after a while');
  is(await page.locator('caption').first().textContent(), 'Sessions ended, by cause', 'a chart is a table');
  like(await page.locator('.columns').first().getAttribute('aria-label'), /^How long the store took: half of/,
    'or says what it shows');
  await page.getByRole('button', { name: 'Pause' }).click();
  is(await page.locator('#pause').getAttribute('aria-pressed'), 'true', 'it can be halted');
}

async function everyView(server, scheme) {
  const page = await open(server, 'settings', { colorScheme: scheme, viewport: { width: 1280, height: 900 } });
  for (const name of Object.keys(READY)) {
    await view(page, server, name);
    is(await barriers(page), '', `${name}, ${scheme}: no barriers`);
    await picture(page, `${name}-${scheme}`);
  }
  await view(page, server, 'sessions');
  await page.locator('#end-all').click();
  is(await barriers(page), '', `a question, ${scheme}: no barriers`);
  await picture(page, `question-${scheme}`);
  await view(page, server, 'settings');
  await page.locator(`#${IDLE}`).fill('x');
  await page.keyboard.press('Enter');
  await page.waitForSelector('#settings-error .notice');
  is(await barriers(page), '', `an error, ${scheme}: no barriers`);
  await close(page.context());
}

// 640 is 1280 at 200 %
async function narrow(server, width) {
  const page = await open(server, 'settings', { viewport: { width, height: 740 } });
  for (const name of Object.keys(READY)) {
    await view(page, server, name);
    is(await overflow(page), 0, `${name}: nothing is cut off at ${width} pixels`);
    await picture(page, `${name}-${width}`);
  }
  await close(page.context());
}

async function others(server) {
  const made = await context();
  const page = await made.newPage();
  await page.goto(`${server}/open/`);
  await page.waitForSelector('#settings-error .notice');
  like(await page.locator('#settings-error').textContent(), /You are not logged in.*Reload the page/, '401 is shown');
  await picture(page, 'settings-401');
  const plain = await (await context({ javaScriptEnabled: false })).newPage();
  await plain.goto(`${server}/open/`);
  like(await plain.textContent('main'), /needs JavaScript/, 'without JavaScript it says so');
}

async function offline(server) {
  const page = await open(server, 'settings');
  await page.waitForSelector(`#${IDLE}`);
  await page.locator(`#${IDLE}`).fill('21');
  await page.context().setOffline(true);
  await page.getByRole('button', { name: 'Save' }).click();
  await page.waitForSelector('#settings-error .notice');
  like(await page.locator('#settings-error').textContent(), /cannot be reached/, 'no connection');
  is(await page.locator(`#${IDLE}`).inputValue(), '21', 'costs nothing that was typed');
  await page.context().setOffline(false);
}

export async function run(server) {
  await logIn(server, 'bob', 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0');
  const page = await open(server, 'figures');
  await figures(page, server);
  await everyView(server, 'light');
  await everyView(server, 'dark');
  await narrow(server, 360);
  await narrow(server, 640);
  await others(server);
  await offline(server);
}
