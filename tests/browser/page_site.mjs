// SPDX-License-Identifier: Apache-2.0
// The site of page_*.mjs, its visitors, and what its status endpoint says to them.
import { context, eventually } from './browser.mjs';

const httpCredentials = { username: 'alice', password: 'secret' };

async function answer(route, said) {
  const response = await route.fetch();
  const json = await response.json();
  await route.fulfill({ response, json: json.state === 'live' && said.left !== null ? { ...json, idle_seconds_left: said.left } : json });
}

// Somebody who is logged in. What the server says of his time is replaced by
// said.left, in seconds, unless that is null; said.asked has the methods.
export async function visitor(server, options = {}) {
  const made = await context({ httpCredentials, ...options });
  const said = { left: 1800, asked: [] };
  const page = await made.newPage();
  await page.goto(`${server}/basic/`);
  await made.route('**/.np/s', async (route) => {
    const method = route.request().method();
    said.asked.push(method);
    if (method === 'POST' && !said.failing) {
      said.left = 1800;
    }
    if (said.failing) {
      await route.abort('internetdisconnected');
      return;
    }
    await answer(route, said).catch((error) => {
      if (!/closed|disposed/.test(error.message)) {
        throw error;
      }
    });
  });
  return { made, page, said };
}

const dialogOf = (page) => page.locator('np-still-there dialog');

export const opened = (page) => eventually(async () => await dialogOf(page).count() === 1);

export const closed = (page) => eventually(async () => await dialogOf(page).count() === 0);

export const part = (page, selector) => page.locator(`np-still-there ${selector}`);

// What has the focus: an id of the page, or of the dialog
export const focused = (page) => page.evaluate(() => {
  const inside = document.activeElement?.shadowRoot?.activeElement;
  return inside ? `dialog ${inside.id}` : document.activeElement?.id || document.activeElement?.localName;
});

// A page on which the question is asked at once
export async function asked(server, path, options) {
  const who = await visitor(server, options);
  who.said.left = 100;
  await who.page.goto(`${server}/${path}`);
  await opened(who.page);
  return who;
}
