/* SPDX-License-Identifier: Apache-2.0
 * In the pages of applications (src/httpd/np_inject.c): says that the page is
 * there, has the browser keep the key of its run, and asks "still there?". Of the
 * page it changes nothing. What is over, the server says. docs/browsers.md */
(() => {
  'use strict';

  // A page may have an element of that name, which hides the property.
  const script = Object.getOwnPropertyDescriptor(Document.prototype, 'currentScript').get.call(document);
  // once in a window, also where an application brings in the head of its next page by itself
  const mark = Symbol.for('np');
  if (!script || !script.dataset.np || window.top !== window || !/^http/.test(location.origin) || window[mark]) {
    return;
  }
  Object.defineProperty(window, mark, { value: true });
  const json = Uint8Array.from(atob(script.dataset.np.replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0));
  const conf = JSON.parse(new TextDecoder().decode(json));
  const address = (path) => location.origin + conf.p + path;      // <base> is nothing to us
  // The page may have another fetch: what goes wrong in that is a failure as any.
  const ask = async (path, method = 'POST') => {
    try {
      const answer = await fetch(address(path), {
        method, headers: { 'X-NP': '1' }, cache: 'no-store', credentials: 'same-origin', redirect: 'manual',
        keepalive: method === 'POST',
      });
      return answer || { status: 0 };
    } catch {
      return { status: 0 };
    }
  };
  const isDone = ({ status }) => status >= 400 && status < 500 && status !== 429;
  const isHidden = () => document.visibilityState === 'hidden';
  let alive = false;    // the server has said so since the page was loaded
  let over = false;

  // Nobody may go on reading. But what a worker of the page's own gives out would
  // come back for ever: if a reload did not help, no other will. What answers a form
  // is asked for without the form, which must not be sent once more.
  function leave() {
    const [from] = performance.getEntriesByType('navigation');
    over = true;
    if (alive || !from || from.type !== 'reload') {
      document.documentElement.style.setProperty('display', 'none', 'important');
      if (conf.post) {
        location.replace(location.href.split('#')[0]);
      } else {
        location.reload();
      }
    }
  }

  // --- the page is there -------------------------------------------------------

  const run = {
    on: false,
    greeted: false,
    failures: 0,

    next(event, ms) {
      clearTimeout(run.timer);
      run.timer = setTimeout(run.say, ms, event);
    },

    async say(event) {
      const { id } = run;
      if (!run.on || over) {
        return;
      }
      run.next('beat', conf.beat);
      const answer = await ask(`.np/e?p=${id}&e=${event}`);
      if (id !== run.id || over) {
        return;
      }
      if (answer.ok) {
        run.failures = 0;
        if (event === 'hello') {
          run.welcome(answer.status === 200 ? await answer.json().catch(() => ({})) : {});
        }
      } else if (answer.status === 410) {
        leave();
      } else if (isDone(answer)) {
        run.on = false;                 // the server knows nothing of all this
      } else {
        run.failures = Math.min(run.failures + 1, 7);
        run.next(event, Math.min(500 * 2 ** run.failures, conf.beat));
      }
    },

    welcome({ k }) {
      run.greeted = alive = true;
      if (isHidden()) {
        run.say('hide');
      }
      if (k && conf.seed) {
        run.keep(run.id, k, 500);
      }
    },

    // By this the browser keeps the key: in memory, and nowhere else.
    keep(id, k, pause) {
      const request = new XMLHttpRequest();
      request.onloadend = () => {
        const { status } = request;
        if (id !== run.id || !run.on || over) {
          return;
        }
        if (status === 200 || status === 401 || status === 403) {
          run.say(status === 200 ? 'seeded' : 'noseed');
        } else {
          setTimeout(run.keep, pause, id, k, Math.min(2 * pause, conf.beat));
        }
      };
      request.open('GET', address('.np-seed'), true, 'np', k);
      request.send();
    },

    // A new id each time that the page is loaded, or comes out of a cache
    begin() {
      const octets = crypto.getRandomValues(new Uint8Array(16));
      run.id = btoa(String.fromCharCode(...octets)).replace(/\+/g, '-').replace(/\//g, '_').replace(/=/g, '');
      run.on = true;
      run.greeted = false;
      run.say('hello');
    },

    show() {
      if (run.greeted) {
        run.say(isHidden() ? 'hide' : 'show');
      }
    },

    // A last word, which nothing waits for
    farewell(event) {
      if (run.on && !over) {
        navigator.sendBeacon?.(address(`.np/e?p=${run.id}&e=${event}`));
      }
    },

    start() {
      run.begin();
      document.addEventListener('visibilitychange', run.show);
      document.addEventListener('freeze', () => run.farewell('freeze'));
      document.addEventListener('resume', run.show);
      addEventListener('pagehide', () => {
        run.farewell('bye');
        run.on = false;
      });
    },
  };

  // --- still there? ------------------------------------------------------------

  const english = {
    title: 'Are you still there?', text: 'You will be logged out in {time}.', stay: 'Stay logged in', end: 'Log out',
    ended: 'You have been logged out.', language: 'en',
  };

  // The texts in the document's language, else in one that the browser prefers
  function words() {
    const texts = { en: {}, ...conf.text };
    const names = Object.keys(texts).reverse();
    const short = (tag) => tag.split('-')[0].toLowerCase();
    for (const wish of [document.documentElement.lang, ...navigator.languages]) {
      const language = names.find((name) => name.toLowerCase() === wish.toLowerCase())
        || names.find((name) => short(name) === short(wish));
      if (language) {
        return { ...english, ...texts[language], language };
      }
    }
    return english;
  }

  // "2 minutes", in any language; never more than there are
  function duration(ms, language) {
    const [unit, size] = ms >= 120000 ? ['minute', 60000] : ['second', 1000];
    const count = Math.max(0, Math.floor(ms / size));
    try {
      return new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long' }).format(count);
    } catch {                           // no language that the browser knows
      return `${count} ${unit[0]}`;
    }
  }

  const style = `
    dialog { box-sizing: border-box; width: min(28rem, 100vw - 2rem); padding: 1.5rem; border: 1px solid #767676;
      border-radius: .5rem; color-scheme: light; background: #fff; color: #1b1b1b; font: 16px/1.5 system-ui, sans-serif; }
    dialog::backdrop { background: #0009; }
    h2 { margin: 0 0 .5rem; font-size: 1.25em; }
    p { margin: 0 0 1.5rem; }
    div { display: flex; flex-wrap: wrap; gap: .75rem; }
    button { font: inherit; padding: .5rem 1rem; border: 1px solid; border-radius: .25rem; background: #fff; color: #0b57a4; }
    #stay { background: #0b57a4; color: #fff; }
    button:focus-visible { outline: 3px solid #0b57a4; outline-offset: 2px; }
    #said { position: absolute; width: 1px; height: 1px; margin: 0; overflow: hidden; clip-path: inset(50%); }
    @media (prefers-color-scheme: dark) {
      dialog { color-scheme: dark; background: #1f2125; color: #f2f2f2; }
      button { background: #1f2125; color: #9ecbff; }
      #stay { background: #9ecbff; color: #10243a; }
      button:focus-visible { outline-color: #9ecbff; }
    }`;

  const still = {
    deadline: 0,
    tabs: null,

    // In steps: after a sleep the clock has gone on, and the timer has not.
    next(ms) {
      clearTimeout(still.timer);
      still.timer = setTimeout(still.look, Math.min(Math.max(ms, 1000), 60000));
    },

    look() {
      const wait = still.deadline - conf.still - Date.now();
      if (wait > 0) {
        still.next(wait);
      } else {
        still.ask('GET');
      }
    },

    // What the server says: other tabs may have been busy meanwhile.
    async ask(method) {
      const answer = await ask('.np/s', method);
      const status = answer.ok ? await answer.json().catch(() => ({})) : {};
      if (over || isDone(answer)) {
        return;
      }
      if (status.state === 'live') {
        const left = status.idle_seconds_left * 1000;
        alive = true;
        still.deadline = Date.now() + left;
        still.decide(left, status.idle_seconds_left < status.seconds_left, method === 'POST');
      } else if (!status.state || status.state === 'unavailable') {
        still.next(10000);
      } else {
        still.end();
      }
    },

    // At the absolute end there is nothing to be asked.
    decide(left, mayStay, stayed) {
      if (mayStay && !stayed && left <= conf.still) {
        still.open();
        still.next(Math.min(left + 1000, 20000));
      } else {
        still.close();
        still.next(Math.max(mayStay ? left - conf.still : left + 1000, 5000));
      }
    },

    async stay() {
      await still.ask('POST');
      still.tabs.postMessage('');
    },

    async finish() {
      await ask('.np/out');
      still.tabs.postMessage('');
      still.ask('GET');
    },

    end() {
      if (!still.dialog) {
        leave();
        return;
      }
      over = true;
      clearTimeout(still.clock);
      still.dialog.querySelector('div').remove();
      still.dialog.querySelector('#text').textContent = words().ended;
      still.dialog.querySelector('#said').textContent = words().ended;
      setTimeout(leave, 2000);
    },

    // In a tree of its own: neither has a say in the other's looks.
    open() {
      if (still.dialog) {
        return;
      }
      const { title, text, stay, end, language } = words();
      const host = document.createElement('np-still-there');
      const root = host.attachShadow({ mode: 'open' });
      const make = (parent, name, properties) => parent.appendChild(Object.assign(document.createElement(name), properties));
      const dialog = make(root, 'dialog', { lang: language, dir: 'auto' });
      make(dialog, 'h2', { id: 'title', textContent: title });
      const shown = make(dialog, 'p', { id: 'text' });
      const row = make(dialog, 'div', {});
      make(row, 'button', { id: 'stay', autofocus: true, textContent: stay, onclick: still.stay });
      make(row, 'button', { id: 'end', textContent: end, onclick: still.finish });
      const said = make(dialog, 'p', { id: 'said' });
      said.setAttribute('aria-live', 'polite');
      dialog.setAttribute('role', 'alertdialog');
      dialog.setAttribute('aria-labelledby', 'title');
      dialog.setAttribute('aria-describedby', 'text');
      // Escape
      dialog.onclose = () => {
        if (still.dialog === dialog) {
          still.close();
          still.stay();
        }
      };
      // keys that are pressed in it are no business of the page
      for (const type of ['keydown', 'keypress', 'keyup']) {
        host.addEventListener(type, (event) => event.stopPropagation());
      }
      host.style.setProperty('all', 'initial', 'important');
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(style);
      root.adoptedStyleSheets = [sheet];
      document.documentElement.append(host);
      // The time is written every second, and read out a few times only.
      const count = () => {
        const left = still.deadline - Date.now();
        shown.textContent = text.replace('{time}', duration(left, language));
        if ([60, 30, 10].includes(Math.round(left / 1000))) {
          said.textContent = shown.textContent;
        }
        still.clock = setTimeout(count, 1000);
      };
      still.dialog = dialog;
      count();
      dialog.showModal();
    },

    close() {
      const { dialog } = still;
      if (dialog) {
        clearTimeout(still.clock);
        still.dialog = null;
        dialog.close();                 // which gives the focus back
        dialog.getRootNode().host.remove();
      }
    },

    // A page that was asked for: somebody is there, and the other tabs hear it.
    start() {
      still.ask('GET');
      still.tabs = new BroadcastChannel(`np ${conf.p}`);
      still.tabs.onmessage = () => !over && still.ask('GET');
      still.tabs.postMessage('');
      document.addEventListener('visibilitychange', () => !isHidden() && !over && still.look());
    },
  };

  function start() {
    for (const part of [conf.run && run, conf.still && still]) {
      if (part) {
        part.start();
      }
    }
    addEventListener('pageshow', (event) => {
      if (event.persisted && !over) {
        alive = true;                   // a reload asks the server
        if (conf.run) {
          run.begin();
        }
        if (conf.still) {
          still.ask('GET');
        }
      }
    });
  }

  // A page that is only prepared is not there yet.
  if (document.prerendering) {
    document.addEventListener('prerenderingchange', start, { once: true });
  } else {
    start();
  }
})();
