// SPDX-License-Identifier: Apache-2.0
// A page of ours as a person meets it: scenario.mjs SERVER SCENARIO. What a site has
// to have is in tests/t/55dashboard.t for dashboard_*.mjs, in 59still.t for page_*.mjs.
import { complaints, is, leave } from './browser.mjs';

const [server, scenario] = process.argv.slice(2);
const { run } = await import(`./${scenario}.mjs`);

try {
  await run(server);
} catch (error) {
  console.log(`not ok the scenario comes to its end\n# ${String(error.stack).replace(/\n/g, '\n# ')}`);
}
is(complaints.join('\n'), '', `${scenario}: no complaint of the browser, such as of the policy`);
await leave();
