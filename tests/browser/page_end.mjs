// SPDX-License-Identifier: Apache-2.0
// The end of a session, by the button and by time.
import { close, eventually, is, ok } from './browser.mjs';
import { asked, opened, part, visitor } from './page_site.mjs';

const state = async (page, path) => (await page.evaluate((at) => fetch(at).then((answer) => answer.json()), path)).state;

export async function run(server) {
  const { made, page, said } = await asked(server, 'en.html');
  await part(page, '#end').click();
  ok(await eventually(() => page.evaluate(() => performance.getEntriesByType('navigation')[0].type === 'reload'
    && document.readyState === 'complete').catch(() => false)), 'the button to log out loads the page anew');
  said.left = null;
  is(await page.locator('script').count(), 0, 'as it is for anybody');
  is(await state(page, '/status'), 'ended', 'the session is over');
  await close(made);

  const late = await visitor(server);
  late.said.left = null;
  await late.page.goto(`${server}/quick/in/`);
  await late.page.goto(`${server}/quick/page.html`);
  ok(await opened(late.page), 'a short session: it is asked');
  await late.page.waitForURL('**/quick/login.html*');
  ok(late.page.url().includes('/quick/login.html'), 'nobody answers: the login page is there');
  is(await late.page.locator('h1').isVisible(), true, 'to be seen');
  await close(late.made);
}
