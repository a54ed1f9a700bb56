// SPDX-License-Identifier: Apache-2.0
// Pages made of pieces at random: with the script in them they are the same pages
// to a browser, and the script is in the head.
import { browser, is, ok } from './browser.mjs';

const ROUNDS = 400;
const pieces = ['<html>', '<head>', '</head>', '<body>', '</body>', '<title>', '</title>', '<style>', '</style>', '<script>', '</script>',
  '<script src=x>', '<!--', '-->', '--!>', '<!', '<?', '>', '<', '"', "'", '=', ' ', '\n', 'text', '<p>', '</p>', '<meta a="', '">',
  '<link>', '<template>', '</template>', '<template>', '<textarea>', '</textarea>', '<div', ' a=b', '/', '-', '&lt;', '<noframes>',
  '</noframes>', '<select>', '</select>', '<svg>', '</svg>', '<frameset>', '<table>', '</ head>', '<head', '<![CDATA[', ']]>', '</script', '<script', 'é'];
const starts = ['<!doctype html>', '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01//EN">\n', '<html>', '<head>', ' <!-- a --><html lang=en>',
  '<!doctype html><html><head><meta charset=utf-8>'];

// The same numbers in each run
let seed = 59;
function random(below) {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return Math.floor(seed / 2 ** 32 * below);
}

const anything = () => starts[random(starts.length)]
  + Array.from({ length: 1 + random(14) }, () => pieces[random(pieces.length)]).join('');

async function logIn(server) {
  const answer = await fetch(`${server}/basic/`, { headers: { Authorization: `Basic ${btoa('alice:secret')}` } });
  return answer.headers.getSetCookie().map((line) => line.split(';')[0]).join('; ');
}

const compare = ([before, after]) => {
  const read = (text) => new DOMParser().parseFromString(text, 'text/html');
  const page = read(after);
  const ours = page.querySelectorAll('script[data-np]');
  if (before === after) {
    return '';
  }
  const place = ours.length === 1 ? ours[0].parentElement.localName : `${ours.length} elements`;
  ours[0]?.remove();
  page.normalize();
  return place === 'head' && page.documentElement.outerHTML === read(before).documentElement.outerHTML ? '' : place;
};

export async function run(server) {
  const Cookie = await logIn(server);
  const page = await browser.newPage();
  const wrong = [];
  let changed = 0;
  for (let i = 0; i < ROUNDS; i++) {
    const before = anything();
    const answer = await fetch(`${server}/echo`, { method: 'POST', body: before, headers: { Cookie, 'Sec-Fetch-Dest': 'document' } });
    const after = await answer.text();
    changed += before !== after;
    const place = await page.evaluate(compare, [before, after]);
    if (place) {
      wrong.push(`${place}: ${before}`);
    }
  }
  ok(changed > ROUNDS / 4, 'many of them get the script', changed);
  is(wrong.join('\n'), '', 'all of them are the same with it, and it is in their heads');
}
