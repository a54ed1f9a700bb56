// SPDX-License-Identifier: Apache-2.0
// Auth0's own client, as it is on npm, reads and changes a tenant's settings, and
// a user's sessions:
//   node sdk.mjs NODE_MODULES HOST:PORT TOKEN READER USER
// Prints a line for each step: its name and what came of it, as JSON.
import { createRequire } from 'node:module';

const [modules, domain, token, reader, user] = process.argv.slice(2);
const { ManagementClient } = createRequire(`${modules}/`)('auth0');
const client = new ManagementClient({ domain, token });
const weak = new ManagementClient({ domain, token: reader });
const stranger = new ManagementClient({ domain, token: 'npt_x', maxRetries: 0 });

async function step(name, run) {
  let said;
  try {
    said = await run();
  } catch (error) {
    said = { error: error.constructor.name, status: error.statusCode, code: error.body?.errorCode };
  }
  console.log(`${name} ${JSON.stringify(said)}`);
}

const { settings } = client.tenants;
await step('get', () => settings.get());
await step('update', () => settings.update({
  session_lifetime: 12, idle_session_lifetime_in_minutes: 15,
  session_cookie: { mode: 'persistent' },
}));
await step('again', () => settings.get());
await step('fields', () => settings.get({ fields: 'session_lifetime', include_fields: true }));
await step('null', () => settings.update({ session_cookie: null }));
await step('nothing', () => settings.update({}));
await step('fraction', () => settings.update({ session_lifetime: 1.5 }));
await step('query', () => settings.get({ fields: 'nonsense' }));
await step('scope', () => weak.tenants.settings.update({ session_lifetime: 1 }));
await step('stranger', () => stranger.tenants.settings.get());
const { sessions, users } = client;
const ids = [];
await step('list', async () => {
  const pages = [];
  let page = await users.sessions.list(user, { take: 2 });
  for (;;) {
    pages.push(page.data.length);
    ids.push(...page.data.map((one) => one.id));
    if (!page.hasNextPage()) return pages;
    page = await page.getNextPage();
  }
});
await step('session', () => sessions.get(ids[0]));
await step('describe', () => sessions.update(ids[0], { session_metadata: { desk: '7' } }));
await step('described', () => sessions.get(ids[0]));
await step('metadata', () => sessions.update(ids[0], { session_metadata: { desk: 7 } }));
await step('revoke', async () => (await sessions.revoke(ids[0]).withRawResponse()).rawResponse.status);
await step('delete', async () => (await sessions.delete(ids[1]).withRawResponse()).rawResponse.status);
await step('unknown', () => sessions.get(ids[0]));
await step('left', async () => (await users.sessions.list(user)).data.map((one) => one.id));
await step('weak', () => weak.users.sessions.list(user));
await step('all', async () => (await users.sessions.delete(user).withRawResponse()).rawResponse.status);
await step('none', async () => (await users.sessions.list(user)).data);
// more than the bucket holds: the client waits and tries again by itself
await step('many', async () => {
  let good = 0;
  for (let i = 0; i < 12; i++) {
    const all = await Promise.allSettled(Array.from({ length: 6 }, () => settings.get()));
    good += all.filter((one) => one.value?.session_lifetime === 12).length;
  }
  return good;
});
