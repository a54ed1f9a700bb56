// SPDX-License-Identifier: Apache-2.0
// An OpenID provider: node op.mjs NODE_MODULES PORT REDIRECT_URI
// Anybody may log in, with any password. It prints a line for each request.
import { pathToFileURL } from 'node:url';

const [modules, port, redirect] = process.argv.slice(2);
const library = pathToFileURL(`${modules}/oidc-provider/lib/index.js`);
const { default: Provider } = await import(library);

const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [{
    client_id: 'httpd',
    client_secret: 'known to both',
    redirect_uris: [redirect],
    post_logout_redirect_uris: [new URL('/', redirect).href],
  }],
  pkce: { required: () => false },
  cookies: { keys: ['no secret'] },
});

provider.use(async (context, next) => {
  console.log(`${context.method} ${context.path}`);
  await next();
});
provider.listen(Number(port), '127.0.0.1');
