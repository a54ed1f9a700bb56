// SPDX-License-Identifier: Apache-2.0
// A screen of its own for each browser: Xvfb with openbox, and keys that are
// pressed on it.
import { spawnSync } from 'node:child_process';
import { start, stop } from './run_process.mjs';

export class Display {
  static async start(log) {
    const made = new Display();
    made.xvfb = start('Xvfb', ['-displayfd', '3', '-screen', '0', '1000x700x24', '-nolisten', 'tcp'],
      { log, pipes: ['pipe'] });
    const pipe = made.xvfb.stdio[3];
    const number = await Promise.race([
      new Promise((done) => { pipe.once('data', (data) => done(String(data).trim())); }),
      made.xvfb.gone,
    ]);
    if (!/^\d+$/.test(number)) {
      throw new Error(`Xvfb does not start: ${number}`);
    }
    made.env = { DISPLAY: `:${number}`, WAYLAND_DISPLAY: '', XAUTHORITY: '' };
    // it closes windows as people do: alt-F4
    made.openbox = start('openbox', ['--sm-disable'], { env: made.env, log });
    return made;
  }

  async stop() {
    await stop(this.openbox);
    await stop(this.xvfb);
  }

  xdotool(...args) {
    return spawnSync('xdotool', args,
      { env: { ...process.env, ...this.env }, encoding: 'utf8', timeout: 30000 }).stdout.trim();
  }

  // The windows of a program, the newest last
  windows(pattern) {
    return this.xdotool('search', '--onlyvisible', '--class', pattern).split('\n').filter(Boolean);
  }

  // To a window of that program; undefined: to what has the focus
  press(pattern, ...keys) {
    const window = pattern && this.windows(pattern).pop();
    if (window) {
      this.xdotool('windowactivate', '--sync', window);
    }
    this.xdotool('key', '--clearmodifiers', ...keys);
  }
}
