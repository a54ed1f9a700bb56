// SPDX-License-Identifier: Apache-2.0
// The tenant's settings: changing them, mistakes, and giving them back.
import { eventually, is, like, ok, picture } from './browser.mjs';
import { api, IDLE, LIFE, LONG, open, ours } from './site.mjs';

const field = (page, member) => page.locator(`#${member}`);
const beside = (page, member, part) => page.locator(`#${member}-${part}`);
const badge = (page, member) => page.locator('.field', { has: field(page, member) }).locator('.badge');
const backButton = (page, member) => page.locator('.field', { has: field(page, member) })
  .getByRole('button', { name: /Use the file's value/ });

async function save(page) {
  await page.getByRole('button', { name: 'Save' }).click();
  await page.waitForSelector('#settings-result .notice, #settings-error .notice');
}

async function saving(page, server) {
  is(await page.locator('h1:visible').textContent(), 'Log In Session Management', 'the first view');
  is(await field(page, IDLE).inputValue(), '30', 'the value of the configuration file');
  is(await badge(page, IDLE).textContent(), 'From the configuration file', 'is said to be that');
  is(await beside(page, IDLE, 'hint').textContent(), 'Plan limit: 4,320 minutes (3 days).', 'beside the limit');
  await field(page, IDLE).fill('20');
  like(await beside(page, IDLE, 'effect').textContent(), /^Lower than now: applies at once/, 'a lower value');
  await field(page, LIFE).fill('1000');
  like(await beside(page, LIFE, 'effect').textContent(), /^Higher than now: from each user's next login/,
    'a higher one');
  is(await badge(page, IDLE).textContent(), 'Not saved yet', 'nothing is saved before somebody says so');
  await save(page);
  like(await page.locator('#settings-result').textContent(),
    /Saved: Inactivity timeout \(non-persistent\) is 20 minutes; Require log in after/, 'saved, and said so');
  const { effective, overridden } = await ours(server);
  is(`${effective[IDLE]} ${effective[LIFE]} ${overridden.length}`, '20 1000 2', 'the API says the same');
  is(await badge(page, IDLE).textContent(), 'Set here', 'and the page where it comes from');
}

async function modes(page, server) {
  await page.getByLabel('Persistent', { exact: true }).check();
  like(await page.locator('fieldset', { has: field(page, LONG) }).first().textContent(),
    /The mode chosen above/, 'another mode, other limits');
  await save(page);
  is((await ours(server)).effective.session_cookie.mode, 'persistent', 'is saved');
  await page.getByRole('button', { name: /Use the file's mode/ }).click();
  await eventually(async () => (await ours(server)).effective.session_cookie.mode === 'non-persistent');
  is((await ours(server)).effective.session_cookie.mode, 'non-persistent', 'and given back');
}

async function mistakes(page, server) {
  await field(page, LIFE).fill('1200');
  await field(page, IDLE).fill('600000');
  await save(page);
  is(await beside(page, IDLE, 'error').textContent(), 'Value 600000 is greater than maximum 525600.',
    'the error stands at its field');
  is(await field(page, IDLE).getAttribute('aria-invalid'), 'true', 'which is marked');
  is(await page.evaluate('document.activeElement.id'), IDLE, 'and has the focus');
  like(await page.locator('#settings-error [class~=bad]').textContent(), /Nothing was saved/, 'it is announced');
  is(await field(page, LIFE).inputValue(), '1200', 'what was typed stays');
  is((await ours(server)).effective[LIFE], 1000, 'and is not saved');
  await picture(page, 'settings-error');
  await field(page, IDLE).fill('half an hour');
  await save(page);
  like(await beside(page, IDLE, 'error').textContent(), /whole number of minutes/, 'no number');
  await page.getByRole('button', { name: 'Discard changes' }).click();
  is(await field(page, IDLE).inputValue(), '20', 'changes are discarded');
  ok(await beside(page, IDLE, 'error').isHidden(), 'with their errors');
}

async function limits(page, server) {
  await field(page, IDLE).fill('5000');
  like(await beside(page, IDLE, 'effect').textContent(),
    /^Superseded by the system limit of 4,320 minutes\. Higher than now/, 'above the plan\'s limit');
  await save(page);
  is(await field(page, IDLE).inputValue(), '5000', 'it is kept');
  is(await beside(page, IDLE, 'effect').textContent(),
    'Superseded by the system limit of 4,320 minutes. In force: 4,320 minutes (3 days).', 'and superseded');
  is((await ours(server)).effective[IDLE], 4320, 'as the API says');
  await picture(page, 'settings-superseded');
}

async function givingBack(page, server) {
  await field(page, LIFE).fill('1500');
  await backButton(page, IDLE).click();
  await page.waitForSelector('#settings-result .notice');
  is(await field(page, IDLE).inputValue(), '30', 'the file\'s value is back');
  is((await ours(server)).overridden.join(), LIFE, 'no other was touched');
  is(await field(page, LIFE).inputValue(), '1500', 'and what was typed elsewhere is still there');
}

async function somebodyElse(page, server) {
  await api(server, 'PATCH', 'tenants/settings', { [`${LIFE}_in_minutes`]: 900, [`${LONG}_in_minutes`]: 77 });
  await save(page);
  const said = await page.locator('#settings-result').textContent();
  like(said, /Saved: Require log in after \(non-persistent\) is 1,500 minutes/, 'the newest wins');
  like(said, /Somebody else had changed .*from 1,000 minutes .* to 900 minutes .*; your value replaces it/,
    'and is told what it replaces');
  is((await ours(server)).effective[LONG], 77, 'what nobody touched here stays as it was set');
  is(await field(page, LONG).inputValue(), '77', 'and is seen');
  await picture(page, 'settings-somebody-else');
}

async function tabTo(page, id) {
  for (let i = 0; i < 40; i++) {
    await page.keyboard.press('Tab');
    if (await page.evaluate('document.activeElement.id') === id) {
      return true;
    }
  }
  return false;
}

async function keyboard(page, server) {
  await page.reload();
  await page.waitForSelector(`#${IDLE}`);
  await page.keyboard.press('Tab');
  is(await page.evaluate('document.activeElement.textContent'), 'Skip to the content', 'the first Tab');
  await page.keyboard.press('Enter');
  is(await page.evaluate('document.activeElement.id'), 'main', 'skips');
  ok(await tabTo(page, IDLE), 'Tab comes to the field');
  const outline = await page.evaluate('getComputedStyle(document.activeElement).outlineStyle');
  is(outline, 'solid', 'where the focus is seen');
  await page.keyboard.press('Control+a');
  await page.keyboard.type('25');
  await page.keyboard.press('Enter');
  await page.waitForSelector('#settings-result .notice');
  is((await ours(server)).effective[IDLE], 25, 'Enter saves');
}

export async function run(server) {
  const page = await open(server, '');
  await page.waitForSelector(`#${IDLE}`);
  await saving(page, server);
  await modes(page, server);
  await mistakes(page, server);
  await limits(page, server);
  await givingBack(page, server);
  await somebodyElse(page, server);
  await keyboard(page, server);
  await api(server, 'DELETE', 'tenants/settings');
}
