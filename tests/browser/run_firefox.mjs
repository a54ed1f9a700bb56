// SPDX-License-Identifier: Apache-2.0
// Firefox with a window, spoken to by Marionette, which is in every Firefox.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { insist, lives, signalFamily, start, stop, until, wait } from './run_process.mjs';

const ANSWERED = 60000;

// Messages are LENGTH:[type, id, name, value]
class Marionette {
  static async connect(port) {
    const made = new Marionette();
    made.waiting = new Map();
    made.next = 1;
    made.socket = connect(port, '127.0.0.1');
    await new Promise((done, fail) => {
      made.socket.once('error', fail);
      made.socket.once('data', (greeting) => { made.data = greeting; done(); });
    });
    made.data = Buffer.alloc(0);
    made.socket.on('data', (data) => made.#read(Buffer.concat([made.data, data])));
    made.socket.on('error', () => {});
    made.socket.on('close', () => {
      made.closed = true;
      made.waiting.forEach(({ fail, name }) => fail(new Error(`${name}: the browser is gone`)));
      made.waiting.clear();
    });
    return made;
  }

  #read(data) {
    for (;;) {
      const colon = data.indexOf(':');
      const length = Number(data.subarray(0, Math.max(colon, 0)).toString());
      if (colon < 0 || data.length < colon + 1 + length) {
        break;
      }
      this.#hear(...JSON.parse(data.subarray(colon + 1, colon + 1 + length)).slice(1));
      data = data.subarray(colon + 1 + length);
    }
    this.data = data;
  }

  #hear(id, error, result) {
    const { done, fail, name } = this.waiting.get(id) || {};
    this.waiting.delete(id);
    if (error) {
      fail?.(new Error(`${name}: ${error.message}`));
    } else {
      done?.(result && 'value' in result ? result.value : result);
    }
  }

  send(name, parameters = {}) {
    return new Promise((done, fail) => {
      if (this.closed) {
        fail(new Error(`${name}: the browser is gone`));
        return;
      }
      const id = this.next++;
      this.waiting.set(id, { done, fail, name });
      setTimeout(() => this.#hear(id, { message: 'no answer' }), ANSWERED).unref();
      const message = JSON.stringify([0, id, name, parameters]);
      this.socket.write(`${Buffer.byteLength(message)}:${message}`);
    });
  }
}

// Marionette's own settings would switch session restore off
const PREFERENCES = {
  'remote.prefs.recommended': false, 'marionette.port': 0,
  'datareporting.policy.dataSubmissionEnabled': false, 'toolkit.telemetry.enabled': false,
  'browser.aboutwelcome.enabled': false, 'browser.shell.checkDefaultBrowser': false,
  'app.normandy.enabled': false, 'app.update.disabledForTesting': true, 'services.settings.server': 'data:,',
  'network.captive-portal-service.enabled': false, 'network.connectivity-service.enabled': false,
  'browser.safebrowsing.update.enabled': false, 'extensions.update.enabled': false,
  'browser.newtabpage.activity-stream.feeds.topsites': false, 'termsofuse.bypassNotification': true,
  'browser.warnOnQuitShortcut': false,
};

export class Firefox {
  static title = 'Firefox';
  static program = process.env.NP_FIREFOX || 'firefox-esr';
  static window = 'firefox';
  static keepsPages = false;

  constructor(display, profile, { restore = false, script = true } = {}) {
    Object.assign(this, { display, profile });
    mkdirSync(profile, { recursive: true });
    const settings = { ...PREFERENCES, ...restore ? { 'browser.startup.page': 3 } : {},
      ...script ? {} : { 'javascript.enabled': false } };
    writeFileSync(`${profile}/user.js`, Object.entries(settings)
      .map(([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`).join(''));
  }

  async start(...args) {
    const file = `${this.profile}/MarionetteActivePort`;
    rmSync(file, { force: true });
    this.child = start(Firefox.program, ['--marionette', '--remote-allow-system-access', '--no-remote', '--profile', this.profile, ...args],
      { env: { ...this.display.env, MOZ_CRASHREPORTER_DISABLE: '1', MOZ_DBUS_REMOTE: '0' }, log: `${this.profile}.log` });
    await until(() => existsSync(file) && readFileSync(file, 'utf8') || !lives(this.child), 120000);
    this.marionette = await Marionette.connect(Number(readFileSync(file, 'utf8')));
    const { capabilities } = await this.marionette.send('WebDriver:NewSession',
      { capabilities: { alwaysMatch: { pageLoadStrategy: 'none' } } });
    this.version = capabilities.browserVersion;
    await until(() => this.display.windows(Firefox.window).length);
    return this;
  }

  // In the browser's own window, with all that it may
  async chrome(script, ...args) {
    await this.marionette.send('Marionette:SetContext', { value: 'chrome' });
    try {
      return await this.marionette.send('WebDriver:ExecuteScript', { script, args });
    } finally {
      await this.marionette.send('Marionette:SetContext', { value: 'content' }).catch(() => {});
    }
  }

  // What is not shown by a restored session yet has no handle: so by the tabs
  tabs = () => this.chrome(`return [...Services.wm.getEnumerator('navigator:browser')].flatMap((window) =>
    window.gBrowser.tabs.map((tab) => ({ id: tab.linkedPanel, url: tab.linkedBrowser.currentURI.spec, title: tab.label })))`);

  // In a new tab, or in that one
  open = (url, id) => this.chrome(`const tab = gBrowser.tabs.find((each) => each.linkedPanel === arguments[1]);
    if (tab) {
      tab.linkedBrowser.fixupAndLoadURIString(arguments[0], { triggeringPrincipal: Services.scriptSecurityManager.getSystemPrincipal() });
      return tab.linkedPanel;
    }
    gBrowser.selectedTab = gBrowser.addTrustedTab(arguments[0]);
    return gBrowser.selectedTab.linkedPanel`, url, id);

  async #select(id) {
    const handle = await this.chrome(`const tab = gBrowser.tabs.find((each) => each.linkedPanel === arguments[0]);
      gBrowser.selectedTab = tab;
      return ChromeUtils.importESModule('chrome://remote/content/shared/NavigableManager.sys.mjs')
        .NavigableManager.getIdForBrowser(tab.linkedBrowser)`, id);
    await this.marionette.send('WebDriver:SwitchToWindow', { handle, focus: false });
  }

  show = (id) => this.chrome(`gBrowser.selectedTab = gBrowser.tabs.find((each) => each.linkedPanel === arguments[0])`, id);

  close = (id) => this.chrome(`gBrowser.removeTab(gBrowser.tabs.find((each) => each.linkedPanel === arguments[0]))`, id);

  async evaluate(id, expression) {
    await this.#select(id);
    return this.marionette.send('WebDriver:ExecuteScript', { script: `return (${expression})`, args: [] });
  }

  async type(id, ...words) {
    await this.#select(id);
    const element = await this.marionette.send('WebDriver:GetActiveElement');
    const keys = words.map((word) => ({ '\t': '\uE004', '\n': '\uE007' })[word] || word).join('');
    await this.marionette.send('WebDriver:ElementSendKeys', { id: Object.values(element)[0], text: keys });
  }

  cookies = () => this.chrome(`return Services.cookies.cookies.map(({ name, value, path }) => ({ name, value, path }))`);

  async end(how) {
    if (how === 'window') {
      return insist(this.child, () => this.display.press(Firefox.window, 'alt+F4'));
    }
    if (how === 'menu') {
      // what its entry "Quit" calls; no answer comes
      this.chrome('goQuitApplication({})').catch(() => {});
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
    }
  }
}
