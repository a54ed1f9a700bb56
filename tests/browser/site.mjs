// SPDX-License-Identifier: Apache-2.0
// The site of the tests: its users, its API, and the page.
import { context } from './browser.mjs';

const credentials = (username) => ({ username, password: 'secret' });

const basic = (user) => `Basic ${Buffer.from(`${user}:secret`).toString('base64')}`;

// The API as a program sees it, which is not through the page
export async function api(server, method, path, data) {
  const answer = await fetch(`${server}/session-np/api/v2/${path}`, {
    method, body: data && JSON.stringify(data),
    headers: { Authorization: basic('alice'), 'Content-Type': 'application/json', 'X-Requested-With': 'test' },
  });
  return { status: answer.status, data: await answer.json().catch(() => null) };
}

export const ours = async (server) => (await api(server, 'GET', 'tenants/settings')).data.session_np;

// A login by a program: its cookie
export async function logIn(server, user, agent) {
  const answer = await fetch(`${server}/wild/`, {
    headers: { Authorization: basic(user), 'User-Agent': agent },
  });
  await answer.text();
  const cookies = answer.headers.getSetCookie().map((line) => line.split(';')[0]);
  return cookies.join('; ');
}

// The page, as alice sees it
export async function open(server, view, options = {}) {
  const made = await context({ httpCredentials: credentials('alice'), ...options });
  const page = await made.newPage();
  await page.goto(`${server}/session-np/#${view}`);
  await page.waitForSelector('html[data-ready]');
  return page;
}

// Another browser, logged in as somebody else
export async function visitor(server, username, options = {}) {
  const made = await context({ httpCredentials: credentials(username), ...options });
  const page = await made.newPage();
  await page.goto(`${server}/wild/`);
  return page;
}

export const LONG = 'idle_session_lifetime';
export const IDLE = 'idle_ephemeral_session_lifetime';
export const LIFE = 'ephemeral_session_lifetime';
