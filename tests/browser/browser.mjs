// SPDX-License-Identifier: Apache-2.0
// A real Chromium for the tests, and lines as of TAP for the Perl that called.
import { mkdirSync, readFileSync } from 'node:fs';

const { NP_NODE_MODULES: modules, NP_CHROMIUM: executablePath, NP_SCREENSHOTS: folder } = process.env;
const { chromium } = await import(`${modules}/playwright-core/index.mjs`);
const axeSource = readFileSync(`${modules}/axe-core/axe.min.js`, 'utf8');

export const PATIENCE = 30000;

// No scenario of this program takes as long, on any machine
const WHOLE = 300000;
let last = 'it began';

export function is(got, wanted, name) {
  const good = got === wanted;
  last = name;
  console.log(`${good ? 'ok' : 'not ok'} ${name}`);
  if (!good) {
    console.log(`# wanted ${JSON.stringify(wanted)}\n#    got ${JSON.stringify(got)}`);
  }
}

export function ok(good, name, said = '') {
  last = name;
  console.log(`${good ? 'ok' : 'not ok'} ${name}`);
  if (!good) {
    console.log(`# ${JSON.stringify(said)}`);
  }
}

export const like = (text, pattern, name) => ok(pattern.test(text), name, `${text} (not ${pattern})`);

const launch = (...args) => chromium.launch({ executablePath, headless: true, timeout: 60000, args });

// root has no sandbox, and some containers have none for anybody. It sees our own
// pages only.
async function start() {
  if (process.getuid() === 0) {
    return launch('--no-sandbox');
  }
  try {
    return await launch();
  } catch (error) {
    if (!/sandbox/i.test(error.message)) {
      throw error;
    }
    console.log('# Chromium has no sandbox here');
    return launch('--no-sandbox');
  }
}

export const browser = await start();

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

// Chromium now and then forgets to close a page that is just being loaded anew, and
// says nothing (https://github.com/microsoft/playwright/issues/42068). The end of
// the browser ends that, too.
export const close = (what) => Promise.race([what.close(), sleep(10000)]);

// The end of the program, which ends the browser, however that is
export async function leave() {
  await close(browser);
  process.exit(0);
}

setTimeout(() => {
  console.log(`not ok the scenario comes to its end\n# it stood still after: ${last}`);
  process.exit(1);
}, WHOLE).unref();

// All that a page complains of, but for answers that a test asked for. Chromium
// logs those by itself.
export const complaints = [];

export async function context(options = {}) {
  const made = await browser.newContext({ locale: 'en-GB', timezoneId: 'Europe/Berlin', ...options });
  made.setDefaultTimeout(PATIENCE);
  made.on('page', (page) => {
    page.on('console', (message) => {
      const text = message.text();
      if (['error', 'warning'].includes(message.type())
        && !/^Failed to load resource: (?:the server responded with a status of (?:400|401|403|404|503)|net::ERR_)/.test(text)) {
        complaints.push(text);
      }
    });
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('dialog', (dialog) => {
      complaints.push(`a dialog: ${dialog.message()}`);
      dialog.dismiss();
    });
  });
  return made;
}

// The names of what axe finds, with the elements
export async function barriers(page) {
  await page.evaluate(axeSource);
  const { violations } = await page.evaluate('axe.run(document, '
    + "{ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })");
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' | ')}`)
    .join('\n');
}

// How many pixels it is too wide
export const overflow = (page) => page.evaluate(
  'document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth');

// For people who want to see it
export async function picture(page, name) {
  if (folder) {
    mkdirSync(folder, { recursive: true });
    await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true });
  }
}

// Ask again and again until it is so. (page.waitForFunction() needs eval, which
// the page's policy forbids.)
export async function eventually(question) {
  const end = Date.now() + PATIENCE;
  for (;;) {
    const answer = await question();
    if (answer || Date.now() > end) {
      return answer;
    }
    await sleep(50);
  }
}
