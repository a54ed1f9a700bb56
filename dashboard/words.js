// SPDX-License-Identifier: Apache-2.0
// Durations and user agents in words.

const PARTS = [['day', 1440], ['hour', 60], ['minute', 1]];

export function number(value) {
  return value.toLocaleString(undefined, { maximumFractionDigits: 2 });
}

const count = (value, unit) => `${number(value)} ${unit}${value === 1 ? '' : 's'}`;

// "4,320 minutes (3 days)"
export function minutes(value) {
  const text = count(value, 'minute');
  const longer = spell(value);
  return longer && value >= 60 ? `${text} (${longer})` : text;
}

// "1 day 2 hours"
export function spell(value) {
  let rest = Math.floor(value);
  const words = [];
  for (const [unit, size] of PARTS) {
    const whole = Math.floor(rest / size);
    rest -= whole * size;
    if (whole) {
      words.push(count(whole, unit));
    }
  }
  return words.join(' ');
}

// The first that fits: the names of others are in nearly all of them.
const BROWSERS = [
  [/\b(?:Edg|EdgA|EdgiOS|Edge)\//, 'Edge'],
  [/\b(?:OPR|Opera)\b/, 'Opera'],
  [/\bSamsungBrowser\//, 'Samsung Internet'],
  [/\bVivaldi\//, 'Vivaldi'],
  [/\b(?:Firefox|FxiOS)\//, 'Firefox'],
  [/\b(?:HeadlessChrome|Chrome|CriOS|Chromium)\//, 'Chrome'],
  [/\bSafari\//, 'Safari'],
  [/\b(?:MSIE |Trident\/)/, 'Internet Explorer'],
  [/^curl\//, 'curl'],
  [/^Wget\//, 'Wget'],
  [/\bpython/i, 'Python program'],
  [/\bJava\//, 'Java program'],
  [/^node\b/, 'Node.js program'],
];

const SYSTEMS = [
  [/\biPhone\b/, 'iPhone'],
  [/\biPad\b/, 'iPad'],
  [/\bAndroid\b/, 'Android'],
  [/\bWindows\b/, 'Windows'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\b(?:Mac OS X|Macintosh)\b/, 'macOS'],
  [/\bLinux\b/, 'Linux'],
  [/\b(?:Free|Open|Net)BSD\b/, 'BSD'],
];

function find(list, text) {
  const found = list.find(([pattern]) => pattern.test(text));
  return found ? found[1] : null;
}

// Made of our own words only, whatever the text says.
export function device(agent) {
  if (!agent) {
    return 'Unknown device';
  }
  const browser = find(BROWSERS, agent);
  const system = find(SYSTEMS, agent);
  if (browser && system) {
    return `${browser} on ${system}`;
  }
  return browser || (system ? `Unknown browser on ${system}` : 'Unknown device');
}
