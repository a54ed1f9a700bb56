// SPDX-License-Identifier: Apache-2.0
// "Still there?" in several tabs, and while the server cannot be reached.
import { close, eventually, is, like, ok } from './browser.mjs';
import { asked, closed, opened, part } from './page_site.mjs';

export async function run(server) {
  const { made, page, said } = await asked(server, 'en.html');
  const second = await made.newPage();
  await second.goto(`${server}/de.html`);
  ok(await opened(second), 'the other tab asks, too');
  await part(second, '#stay').click();
  ok(await closed(second), 'who stays in one of them');
  ok(await closed(page), 'stays in all');

  said.left = 100;
  await page.goto(`${server}/en.html`);
  await opened(page);
  said.left = 1800;                     // another tab is busy
  await second.goto(`${server}/de.html`);
  ok(await closed(page), 'a page that is asked for in another tab is an answer');

  said.left = 2;
  await page.goto(`${server}/en.html`);
  await opened(page);
  said.failing = true;
  said.asked = [];
  ok(await eventually(() => said.asked.length >= 2), 'a server that does not answer is asked again');
  like(await part(page, '#text').textContent(), / 0 seconds/, 'though the time is over');
  is(new URL(page.url()).pathname, '/en.html', 'and nobody is logged out');
  said.failing = false;
  said.left = 1800;
  ok(await closed(page), 'once it answers, all is well');
  await closed(second);
  await close(made);
}
