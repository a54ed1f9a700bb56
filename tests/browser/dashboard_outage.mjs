// SPDX-License-Identifier: Apache-2.0
// The store is away.
import { context, like } from './browser.mjs';

export async function run(server) {
  const page = await (await context({ httpCredentials: { username: 'alice', password: 'secret' } })).newPage();
  await page.goto(`${server}/plain/#sessions`);
  await page.locator('#user').fill('bob');
  await page.keyboard.press('Enter');
  await page.waitForSelector('#sessions-error .notice');
  like(await page.locator('#sessions-error').textContent(), /store does not answer.*Try again in \d+ second/,
    '503 is shown, and when to try again');
}
