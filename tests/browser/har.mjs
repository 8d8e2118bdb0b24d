// Records a page by Playwright, for the comparison in tests/browser.rs.
//
//   node har.mjs MODULES BROWSER URL HTTP_PORT TLS_PORT OUTPUT.har
//
// MODULES holds node_modules/playwright-core. Every name leads to these ports of 127.0.0.1.
import { createRequire } from "node:module";
import { join } from "node:path";

const [modules, executablePath, url, http, tls, path] = process.argv.slice(2);
const { chromium } = createRequire(join(modules, "index.js"))("playwright-core");

const browser = await chromium.launch({
  executablePath,
  args: [
    `--host-resolver-rules=MAP *:80 127.0.0.1:${http},MAP *:443 127.0.0.1:${tls}`,
    "--disable-quic",
    // Every name leads to this machine, which a page may not ask without leave.
    "--disable-features=LocalNetworkAccessChecks,HttpsUpgrades",
  ],
});
const context = await browser.newContext({
  ignoreHTTPSErrors: true,
  recordHar: { path, mode: "full", content: "omit" },
  viewport: { width: 1280, height: 800 },
});
const page = await context.newPage();
let last = Date.now();
for (const event of ["request", "requestfinished", "requestfailed"]) context.on(event, () => (last = Date.now()));
await page.goto(url, { waitUntil: "load" });
while (Date.now() - last < 1000) await new Promise((done) => setTimeout(done, 100));
await context.close();
await browser.close();
