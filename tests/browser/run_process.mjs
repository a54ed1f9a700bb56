// SPDX-License-Identifier: Apache-2.0
// The processes of the trial: each in a group of its own, and none of them left
// behind, however it ends.
import { spawn } from 'node:child_process';
import { mkdtempSync, openSync, closeSync, readFileSync, readdirSync, rmSync } from 'node:fs';

export const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

// Ask again and again until it is so; the last answer
export async function until(question, ms = 60000, every = 100) {
  const end = Date.now() + ms;
  for (;;) {
    const answer = await question();
    if (answer || Date.now() > end) {
      return answer;
    }
    await sleep(every);
  }
}

// When the machine stood still, or gave us no time: for browsers that is a sleep
const EVERY = 250;
const STALL = 3000;
const stalls = [];
let looked = Date.now();
setInterval(() => {
  const now = Date.now();
  if (now - looked > EVERY + STALL) {
    stalls.push({ from: looked, to: now });
  }
  looked = now;
}, EVERY).unref();

// Its length since then, in milliseconds
export const stood = (since) => stalls.filter(({ to }) => to > since).reduce((sum, { from, to }) => sum + to - from, 0);

const running = new Set();
const folders = new Set();

export function folder(name) {
  const path = mkdtempSync(`${process.env.NP_WORK || '/tmp'}/${name}.`);
  folders.add(path);
  return path;
}

export function remove(path) {
  folders.delete(path);
  // (a browser that was killed has children that still write)
  rmSync(path, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
}

// pipes: 'pipe' or 'ignore' for descriptors 3 and up. Its output goes to a file.
export function start(command, args, { env = {}, log = '/dev/null', pipes = [] } = {}) {
  const output = openSync(log, 'a');
  const child = spawn(command, args, {
    detached: true, env: { ...process.env, ...env }, stdio: ['ignore', output, output, ...pipes],
  });
  closeSync(output);
  child.gone = new Promise((done) => {
    child.on('error', (error) => { running.delete(child); done(error); });
    child.on('exit', (code, signal) => { running.delete(child); done(signal || code); });
  });
  for (const pipe of child.stdio) {
    pipe?.on('error', () => {});
  }
  running.add(child);
  return child;
}

export const lives = (child) => running.has(child);

// Whether it was gone in time
export const wait = (child, ms = 60000) => Promise.race([child.gone.then(() => true), sleep(ms).then(() => false)]);

// Keys that are pressed while a machine is busy may get lost: again, until it is gone
export async function insist(child, press) {
  for (let attempt = 0; attempt < 5 && lives(child); attempt++) {
    await press();
    await wait(child, 15000);
  }
  return !lives(child);
}

function send(pid, signal) {
  try {
    process.kill(pid, signal);
  } catch {
    // it is gone
  }
}

// Its descendants and itself
function family(pid) {
  const children = new Map();
  for (const entry of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const parent = Number(readFileSync(`/proc/${entry}/stat`, 'latin1').replace(/^.*\) /s, '').split(' ')[1]);
      children.set(parent, [...(children.get(parent) || []), Number(entry)]);
    } catch {
      // it is gone
    }
  }
  const found = [pid];
  for (const each of found) {
    found.push(...(children.get(each) || []));
  }
  return found;
}

export function signalFamily(child, signal) {
  const pids = family(child.pid);
  pids.forEach((pid) => send(pid, signal));
  return pids.length;
}

// Politely, and then not
export async function stop(child, ms = 10000) {
  if (!lives(child)) {
    return;
  }
  signalFamily(child, 'SIGCONT');
  send(child.pid, 'SIGTERM');
  if (!await wait(child, ms)) {
    signalFamily(child, 'SIGKILL');
    await wait(child);
  }
}

// Whatever there is, at once
export function end() {
  for (const child of running) {
    signalFamily(child, 'SIGKILL');
    send(-child.pid, 'SIGKILL');
  }
  for (const path of [...folders]) {
    remove(path);
  }
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => { end(); process.exit(1); });
}
process.on('exit', end);
