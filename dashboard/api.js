// SPDX-License-Identifier: Apache-2.0
// Asking the server: all that lies below this page, and nothing else. What goes
// wrong becomes a Problem, which says what to do.

export class Problem extends Error {
  constructor(message, details = {}) {
    super(message);
    Object.assign(this, { status: 0, property: null, reason: null, ...details });
  }
}

const DEADLINE = 20000;

// "Payload validation error: 'why' on property name (what it is)."
function blame(message) {
  const found = /^\w+ validation error: '(.*)'(?: on property ([\w.]+))?/.exec(message);
  return found ? { reason: found[1], property: found[2] || null } : {};
}

function later(answer) {
  const seconds = Number(answer.headers.get('Retry-After'));
  return seconds > 0 ? `Try again in ${seconds} ${seconds === 1 ? 'second' : 'seconds'}.`
    : 'Try again in a moment.';
}

function advice(answer, data) {
  const said = (data && typeof data.message === 'string' && data.message) || '';
  switch (answer.status) {
    case 400:
      return said || 'The server could not make sense of this.';
    case 401:
      return 'You are not logged in any more, or this address lets nobody in. '
        + 'Reload the page and log in.';
    case 403:
      return `You may not do this here.${said ? ` The server says: ${said}` : ''} `
        + 'Ask whoever set up this address, or log in as somebody else.';
    case 404:
      return said || 'The server does not know this. If the name has a slash in it, '
        + 'the server needs "AllowEncodedSlashes NoDecode".';
    case 429:
      return `Too many requests at once. ${later(answer)}`;
    case 503:
      return `${said || 'The session store does not answer.'} ${later(answer)}`;
    default:
      return `The server answered ${answer.status}.${said ? ` It says: ${said}` : ''} `
        + 'The error log of httpd says more.';
  }
}

async function body(answer) {
  const text = await answer.text();
  if (!/json/.test(answer.headers.get('Content-Type') || '')) {
    return null;
  }
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

// The header is what no form of another site can send.
async function ask(method, path, data) {
  const headers = { Accept: 'application/json', 'X-Requested-With': 'session-np-dashboard' };
  if (data !== undefined) {
    headers['Content-Type'] = 'application/json';
  }
  try {
    return await fetch(path, {
      method, headers, body: data === undefined ? undefined : JSON.stringify(data),
      cache: 'no-store', redirect: 'manual', signal: AbortSignal.timeout(DEADLINE),
    });
  } catch {
    throw new Problem('The server cannot be reached. Check your connection and try again; '
      + 'nothing on this page is lost.');
  }
}

async function request(method, path, data) {
  const answer = await ask(method, path, data);
  if (answer.type === 'opaqueredirect') {
    throw new Problem('You are not logged in any more. Reload the page and log in.', { status: 401 });
  }
  const said = await body(answer).catch(() => null);
  if (!answer.ok) {
    throw new Problem(advice(answer, said), {
      status: answer.status, ...blame((said && said.message) || ''),
    });
  }
  if (said === null && answer.status === 200) {
    throw new Problem('Something else than the management API answered here.');
  }
  return said;
}

const user = (text) => `api/v2/users/${encodeURIComponent(text)}/sessions`;

export const settings = {
  load: () => request('GET', 'api/v2/tenants/settings'),
  save: (changes) => request('PATCH', 'api/v2/tenants/settings', changes),
  reset: (member) => request('DELETE', `api/v2/tenants/settings?fields=${encodeURIComponent(member)}`),
};

export const sessions = {
  list: (text, from) => request('GET',
    `${user(text)}?take=20${from ? `&from=${encodeURIComponent(from)}` : ''}`),
  end: (id) => request('POST', `api/v2/sessions/${encodeURIComponent(id)}/revoke`),
  endAll: (text) => request('DELETE', user(text)),
};

export const figures = () => request('GET', 'figures?format=json');

// Who is logged in by a session of ours: null without one.
export async function me() {
  const said = await request('GET', 'session').catch(() => null);
  return said && said.state === 'live' ? said : null;
}

export async function logOut() {
  const answer = await ask('POST', 'logout');
  if (answer.type !== 'opaqueredirect' && !answer.ok) {
    throw new Problem(advice(answer, null), { status: answer.status });
  }
}
