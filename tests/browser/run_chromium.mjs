// SPDX-License-Identifier: Apache-2.0
// Chromium with a window, spoken to over its DevTools pipe. Nothing stays attached
// to a page: pages that are debugged are neither frozen nor throttled as others.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { insist, lives, signalFamily, sleep, start, stop, until, wait } from './run_process.mjs';

const ANSWERED = 60000;

class Pipe {
  constructor(child) {
    this.writer = child.stdio[3];
    this.waiting = new Map();
    this.next = 1;
    let text = '';
    child.stdio[4].setEncoding('utf8');
    child.stdio[4].on('data', (data) => {
      const messages = (text + data).split('\0');
      text = messages.pop();
      messages.forEach((message) => this.#hear(JSON.parse(message)));
    });
    child.gone.then(() => {
      this.closed = true;
      this.waiting.forEach(({ fail, method }) => fail(new Error(`${method}: the browser is gone`)));
      this.waiting.clear();
    });
  }

  #hear({ id, result, error }) {
    const { done, fail, method } = this.waiting.get(id) || {};
    this.waiting.delete(id);
    if (error) {
      fail?.(new Error(`${method}: ${error.message}`));
    } else {
      done?.(result);
    }
  }

  send(method, params = {}, sessionId = undefined) {
    return new Promise((done, fail) => {
      if (this.closed) {
        fail(new Error(`${method}: the browser is gone`));
        return;
      }
      const id = this.next++;
      this.waiting.set(id, { done, fail, method });
      setTimeout(() => this.#hear({ id, error: { message: 'no answer' } }), ANSWERED).unref();
      this.writer.write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    });
  }
}

const FLAGS = ['--remote-debugging-pipe', '--no-first-run', '--no-default-browser-check', '--password-store=basic',
  '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync',
  '--disable-search-engine-choice-screen', '--window-size=900,600', '--lang=en-GB'];

export class Chromium {
  static title = 'Chromium';
  static program = process.env.NP_CHROMIUM || 'chromium';
  static window = 'chromium';
  // for "back", also with no-store
  static keepsPages = true;

  constructor(display, profile, { restore = false, script = true } = {}) {
    Object.assign(this, { display, profile });
    // (what it wrote there itself tells it next time how it ended)
    const file = `${profile}/Default/Preferences`;
    if (!existsSync(file)) {
      mkdirSync(`${profile}/Default`, { recursive: true });
      // (for chrome://discards)
      writeFileSync(`${profile}/Local State`, JSON.stringify({ internal_only_uis_enabled: true }));
      writeFileSync(file, JSON.stringify({
        session: restore ? { restore_on_startup: 1 } : {},
        credentials_enable_service: false,
        profile: script ? {} : { default_content_setting_values: { javascript: 2 } },
      }));
    }
  }

  async start(...args) {
    this.child = start(Chromium.program, [`--user-data-dir=${this.profile}`, ...FLAGS,
      ...process.getuid() === 0 ? ['--no-sandbox'] : [], ...args],
    { env: this.display.env, log: `${this.profile}.log`, pipes: ['pipe', 'pipe'] });
    this.pipe = new Pipe(this.child);
    this.version = (await this.pipe.send('Browser.getVersion')).product.replace('Chrome/', '');
    await until(() => this.display.windows(Chromium.window).length);
    return this;
  }

  async tabs() {
    const { targetInfos } = await this.pipe.send('Target.getTargets');
    return targetInfos.filter(({ type }) => type === 'page').map(({ targetId: id, url, title }) => ({ id, url, title }));
  }

  // In a new tab, or in that one
  async open(url, id = undefined) {
    if (id) {
      await this.within(id, (send) => send('Page.navigate', { url }));
      return id;
    }
    return (await this.pipe.send('Target.createTarget', { url })).targetId;
  }

  show = (id) => this.pipe.send('Target.activateTarget', { targetId: id });

  close = (id) => this.pipe.send('Target.closeTarget', { targetId: id });

  // action(send): what it does in a tab that is attached to for that long
  async within(id, action) {
    const { sessionId } = await this.pipe.send('Target.attachToTarget', { targetId: id, flatten: true });
    try {
      return await action((method, params) => this.pipe.send(method, params, sessionId));
    } finally {
      await this.pipe.send('Target.detachFromTarget', { sessionId }).catch(() => {});
    }
  }

  async evaluate(id, expression) {
    const { result, exceptionDetails } = await this.within(id, (send) => send('Runtime.evaluate',
      { expression, awaitPromise: true, returnByValue: true }));
    if (exceptionDetails) {
      throw new Error(exceptionDetails.exception?.description || exceptionDetails.text);
    }
    return result.value;
  }

  // As a person types; works without scripts too
  type = (id, ...words) => this.within(id, async (send) => {
    const key = async (name, text) => {
      const code = { Tab: 9, Enter: 13 }[name];
      await send('Input.dispatchKeyEvent', { type: 'keyDown', key: name, code: name, windowsVirtualKeyCode: code, text });
      await send('Input.dispatchKeyEvent', { type: 'keyUp', key: name, code: name, windowsVirtualKeyCode: code });
    };
    for (const word of words) {
      if (word === '\t') {
        await key('Tab');
      } else if (word === '\n') {
        await key('Enter', '\r');
      } else {
        await send('Input.insertText', { text: word });
      }
    }
  });

  // (there is no answer to it)
  crash = (id) => this.within(id, (send) => {
    send('Page.crash').catch(() => {});
    return sleep(500);
  });

  // The tab with that in its URL, as chrome://discards does it. Whether it has done it.
  async discard(part) {
    const page = await this.open('chrome://discards/');
    const script = `(async () => {
      const { DetailsProvider } = await import('chrome://discards/discards.mojom-webui.js');
      const { LifecycleUnitDiscardReason: reason, LifecycleUnitState: state } =
        await import('chrome://discards/lifecycle_unit_state.mojom-webui.js');
      const details = DetailsProvider.getRemote();
      const tab = (await details.getTabDiscardsInfo()).infos.find((each) => each.tabUrl.includes(${JSON.stringify(part)}));
      await details.discardById(tab.id, reason.URGENT);
      return (await details.getTabDiscardsInfo()).infos.find((each) => each.id === tab.id).state === state.DISCARDED;
    })()`;
    const done = await until(() => this.evaluate(page, script).catch(() => false), 30000, 500);
    await this.close(page);
    return done;
  }

  // Names of the cookies there are
  async cookies() {
    const { cookies } = await this.pipe.send('Storage.getCookies');
    return cookies.map(({ name, value, path }) => ({ name, value, path }));
  }

  // The menu with the three dots, and its last entry
  async #exit() {
    this.display.press(Chromium.window, 'Escape', 'alt+f');
    await sleep(1000);
    this.display.press(undefined, 'x');
  }

  async #closeTab() {
    const { length } = await this.tabs().catch(() => []);
    this.display.press(Chromium.window, 'ctrl+w');
    await until(async () => (await this.tabs().catch(() => [])).length < length, 10000);
  }

  // How people and machines end it. Whether it is gone.
  async end(how) {
    if (how === 'menu') {
      return insist(this.child, () => this.#exit());
    }
    if (how === 'window') {
      return insist(this.child, () => this.display.press(Chromium.window, 'alt+F4'));
    }
    if (how === 'last tab') {
      for (let { length } = await this.tabs(); length > 1; { length } = await this.tabs()) {
        await this.#closeTab();
      }
      return insist(this.child, () => this.#closeTab());
    }
    if (how === 'quit') {
      this.pipe.send('Browser.close').catch(() => {});
    } else {
      process.kill(this.child.pid, how);
    }
    return wait(this.child);
  }

  freeze = () => signalFamily(this.child, 'SIGSTOP');

  thaw = () => signalFamily(this.child, 'SIGCONT');

  async stop() {
    if (this.child && lives(this.child)) {
      await stop(this.child);
      await sleep(100);
    }
  }
}
