// SPDX-License-Identifier: Apache-2.0
// The site as the server sees it: whom it served, and which sessions live. What it
// is made of is in tests/browser/t/run.t.
import { readFileSync } from 'node:fs';
import { sleep, until } from './run_process.mjs';

export const [server, logs] = process.argv.slice(2);

const manager = `Basic ${Buffer.from('manager:secret').toString('base64')}`;

export const url = (kind, user, n) => `${server}/${kind}/${user}/doc${n}.html`;

// A user's requests below a place, oldest first: by the path, or by the page that
// they came from
export const requests = (place, user, since = 0) => readFileSync(`${logs}/access_log`, 'utf8').split('\n').filter(Boolean)
  .map((line) => line.split(' '))
  .map(([at, status, method, path, from]) => ({ at: Number(at), status: Number(status), method, path, from }))
  .filter(({ at, path, from }) => at >= since && path.startsWith(place) && `${path} ${from}`.includes(`/${user}/`));

// Those for protected documents; and how many were served
export const documents = (kind, user, since) => requests(`/${kind}/${user}/doc`, user, since);

export const served = (kind, user, since) => documents(kind, user, since)
  .filter(({ status }) => status === 200 || status === 206 || status === 304).length;

export const events = (kind, user, since) => requests(`/${kind}/.np/e`, user, since);

// Live sessions. (Not many may ask at once.)
export async function alive(kind, user) {
  for (;;) {
    const answer = await fetch(`${server}/manage/${kind}/api/v2/users/${user}/sessions`, { headers: { Authorization: manager } });
    if (answer.status === 200) {
      return (await answer.json()).sessions.length;
    }
    if (answer.status !== 429) {
      throw new Error(`the API says ${answer.status} of ${kind} ${user}`);
    }
    await sleep(500);
  }
}

// When and why it ended, as the log says; undefined: it did not
export function ended(kind, user) {
  const line = readFileSync(`${logs}/error_log`, 'utf8').split('\n')
    .filter((each) => /: ended\b/.test(each) && each.includes(`user "${user}", tenant "${kind}"`)).pop();
  const [, month, time, year, why] = line?.match(/^\[\w+ (\w+ +\d+) (\S+) (\d+)\].*: ended:? (.*?): user "/) || [];
  return line && { at: Date.parse(`${month} ${year} ${time.slice(0, -3)}`), why };
}

// Another client with a copy of the cookie: its status
export async function copied(kind, user, cookie, headers = {}) {
  const answer = await fetch(url(kind, user, 1), { headers: { Cookie: `${kind}=${cookie}`, ...headers }, redirect: 'manual' });
  return answer.status;
}

// Whether the browser has got the key
export const bound = (kind, user, since) => until(() => (kind === 'login'
  ? requests(`/${kind}/.np-seed`, user, since).some(({ status }) => status === 302)
  : events(kind, user, since).some(({ path, status }) => /e=seeded/.test(path) && status < 300)));
