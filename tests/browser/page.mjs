// SPDX-License-Identifier: Apache-2.0
// The script of the pages, as a person meets it: page.mjs SERVER SCENARIO. What a
// site has to have is in tests/t/59still.t.
import { browser, complaints, is } from './browser.mjs';

const [server, scenario] = process.argv.slice(2);
const { run } = await import(`./page_${scenario}.mjs`);

try {
  await run(server);
} catch (error) {
  console.log(`not ok the scenario comes to its end\n# ${String(error.stack).replace(/\n/g, '\n# ')}`);
}
is(complaints.join('\n'), '', `${scenario}: no complaint of the browser, such as of the policy`);
await browser.close();
