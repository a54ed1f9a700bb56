// SPDX-License-Identifier: Apache-2.0
// "Still there?": how it looks, sounds and takes the keys.
import { barriers, close, eventually, is, like, ok, overflow, picture } from './browser.mjs';
import { asked, closed, focused, opened, part, visitor } from './page_site.mjs';

const text = (page, selector) => part(page, selector).textContent();
const style = (page, selector, name) => part(page, selector).evaluate((element, property) => getComputedStyle(element)[property], name);

async function keys(server) {
  const { made, page, said } = await visitor(server);
  await page.goto(`${server}/en.html`);
  await page.evaluate(() => {
    window.pressed = '';
    addEventListener('keydown', (event) => { window.pressed += event.key; });
  });
  await page.focus('#name');
  is(await part(page, 'dialog').count(), 0, 'nothing is asked while there is time');
  said.left = 100;
  await page.evaluate(() => new BroadcastChannel('np /').postMessage(''));
  ok(await opened(page), 'it is asked when there is little left');
  is(await focused(page), 'dialog stay', 'the focus is on the button to stay');
  for (const [key, wanted] of [['Tab', 'dialog end'], ['Shift+Tab', 'dialog stay']]) {
    await page.keyboard.press(key);
    is(await focused(page), wanted, `${key} goes round in it`);
  }
  const seen = new Set();
  for (let i = 0; i < 6; i++) {
    await page.keyboard.press('Tab');
    seen.add(await focused(page));
  }
  ok(!seen.has('name') && !seen.has('a') && !seen.has('button'), 'and never gets into the page', [...seen]);
  await part(page, '#end').focus();
  await page.evaluate(() => { window.pressed = ''; });
  await page.keyboard.press('x');
  is(await page.evaluate(() => window.pressed), '', 'the page does not hear what is pressed');
  said.asked = [];
  await page.keyboard.press('Escape');
  ok(await closed(page), 'Escape closes it');
  is(await focused(page), 'name', 'and gives the focus back');
  ok(await eventually(() => said.asked.includes('POST')), 'which is to stay', said.asked);
  await page.keyboard.type('alice');
  is(await page.inputValue('#name'), 'alice', 'the page is as before');
  // without any key or click since it came
  said.left = 100;
  await page.evaluate(() => new BroadcastChannel('np /').postMessage(''));
  await opened(page);
  said.asked = [];
  await part(page, '#stay').click();
  ok(await closed(page), 'the button closes it');
  await eventually(() => said.asked.length);
  is(said.asked[0], 'POST', 'and is an interaction');
  is(await page.evaluate(() => document.querySelectorAll('np-still-there').length), 0, 'nothing of it is left');
  await close(made);
}

async function words(server) {
  const { made, page } = await asked(server, 'en.html', { locale: 'fr-FR' });
  is(await part(page, 'dialog').getAttribute('role'), 'alertdialog', 'an alertdialog');
  const box = page.getByRole('alertdialog', { name: 'Are you still there?' });
  is(await box.count(), 1, 'with a name');
  like(await text(page, '#text'), /^You will be logged out in \d+ seconds\.$/, 'and the time');
  is(await part(page, '#said').getAttribute('aria-live'), 'polite', 'of which a reader hears');
  is(await text(page, '#said'), '', 'not every second');
  is(await style(page, 'dialog', 'animationName'), 'none', 'nothing moves');
  is(await style(page, 'dialog', 'transitionDuration'), '0s', 'nothing fades');
  is(await barriers(page), '', 'no barriers');
  await picture(page, 'still-light');
  await page.emulateMedia({ colorScheme: 'dark' });
  is(await style(page, 'dialog', 'backgroundColor'), 'rgb(31, 33, 37)', 'dark where that is wanted');
  is(await barriers(page), '', 'no barriers there');
  await picture(page, 'still-dark');
  await page.emulateMedia({ colorScheme: 'light', forcedColors: 'active' });
  await picture(page, 'still-forced');
  await page.setViewportSize({ width: 320, height: 480 });
  is(await overflow(page), 0, 'it fits into a narrow window');
  await picture(page, 'still-narrow');
  await close(made);
  for (const [path, title, stay, direction] of [
    ['de.html', 'Sind Sie noch da?', 'Angemeldet bleiben', 'ltr'], ['ar.html', 'هل ما زلت هنا؟', 'Stay logged in', 'rtl'],
    ['xx.html', 'Sind Sie noch da?', 'Angemeldet bleiben', 'ltr'],
  ]) {
    const other = await asked(server, path, { locale: 'de-AT' });
    is(await text(other.page, '#title'), title, `${path}: its language`);
    is(await text(other.page, '#stay'), stay, 'English where nothing is said');
    is(await style(other.page, 'dialog', 'direction'), direction, 'written in its direction');
    await picture(other.page, `still-${path}`);
    await close(other.made);
  }
}

async function odd(server) {
  const strict = await asked(server, 'strict/en.html');
  is(await style(strict.page, '#stay', 'backgroundColor'), 'rgb(11, 87, 164)', 'it has its looks under a strict policy');
  await close(strict.made);
  const hostile = await asked(server, 'hostile.html');
  const look = await part(hostile.page, '#stay').evaluate((element) => {
    const { color, fontSize, visibility, opacity, transform } = getComputedStyle(element);
    return [color, fontSize, visibility, opacity, transform, element.checkVisibility()].join(' ');
  });
  is(look, 'rgb(255, 255, 255) 16px visible 1 none true', 'and in a page whose rules are for everything');
  await picture(hostile.page, 'still-hostile');
  await close(hostile.made);
  const frame = await asked(server, 'frame.html');
  is(await frame.page.frames()[1].evaluate('document.querySelectorAll("script, np-still-there").length'), 0, 'a frame has none');
  await close(frame.made);
}

export async function run(server) {
  await keys(server);
  await words(server);
  await odd(server);
}
