// The page that a person sees at a paid route, in Chromium: `node paywall.mjs <quittance> <modules with the browser> [folder for pictures]`.
//
// A gate sells routes whose descriptions are markup, and is asked for URLs and with payments that are (catalogue row 171). Nothing of it may become
// an element, run, or be fetched. That this would be noticed is shown first, on a page that does not escape.

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const [quittance, browsers, pictures] = process.argv.slice(2);
const load = (name) => import(pathToFileURL(createRequire(join(browsers, "package.json")).resolve(name)));
const { default: chromium } = await load("@sparticuz/chromium");
const puppeteer = await load("puppeteer-core");

const HOSTILE = [
  "<script>window.hit = 1</script>",
  '"><img src="/fetched" onerror="window.hit = 1">',
  "<svg onload='window.hit = 1'></svg>",
  "</p></title></style><iframe srcdoc='<script>parent.hit = 1</script>'></iframe>",
  "&lt;b&gt; &amp; <b onmouseover=window.hit=1>bold</b>",
  "<meta http-equiv=refresh content='0;url=/fetched'><base href=//evil.example/>",
];
const PATHS = ["/42", "/'onload='window.hit=1", "/42?q='%22%3E%3Cscript%3Ewindow.hit=1%3C/script%3E", "/42?%3Cimg%20src=/fetched%20onerror=window.hit=1%3E"];

const check = (holds, words) => {
  if (!holds) throw new Error(words);
};

const upstream = createServer((_, response) => response.end("the goods"));
await new Promise((resolve) => upstream.listen(0, "127.0.0.1", resolve));
const routes = ["A report", ...HOSTILE].map((text, at) => `[[route]]\npath = "/d${at}/*"\ndescription = ${JSON.stringify(text)}\n`);
const folder = mkdtempSync(join(tmpdir(), "quittance-paywall-"));
writeFileSync(
  join(folder, "gate.toml"),
  `upstream = "http://127.0.0.1:${upstream.address().port}"
listen = "127.0.0.1:0"
origin = "https://api.example.com"
store = "sqlite:gate.db"
sealing_key = "\${QUITTANCE_SEALING_KEY}"
pay_to = "0x209693Bc6afc0C5328bA36FaF03C514EF312287C"
network = "base-sepolia"
price = "$0.01"
[facilitator]
url = "http://127.0.0.1:9"
${routes.join("\n")}`,
);

/** What a page is made of, and what happened on it. */
const look = async (browser, show) => {
  const page = await browser.newPage();
  const seen = { dialogs: 0, requests: [] };
  page.on("dialog", (dialog) => {
    seen.dialogs += 1;
    dialog.dismiss();
  });
  page.on("request", (request) => seen.requests.push(request.url()));
  const response = await show(page);
  // whatever a page does by itself it has done when nothing moves any more
  await page.waitForNetworkIdle({ idleTime: 100 });
  const inside = await page.evaluate(() => ({
    hit: window.hit,
    elements: [...document.querySelectorAll("*")].map((element) => element.localName),
    attributes: [...document.querySelectorAll("body *")].flatMap((element) => [...element.attributes].map(({ name }) => name)),
    text: document.body.textContent,
  }));
  await page.close();
  return { ...seen, ...inside, status: response?.status(), type: response?.headers()["content-type"] };
};
const isQuiet = ({ hit, dialogs }) => hit === undefined && dialogs === 0;

const env = { ...process.env, QUITTANCE_SEALING_KEY: "ab".repeat(32) };
const gate = spawn(quittance, ["gate", "--config", join(folder, "gate.toml")], { env, stdio: ["ignore", "pipe", "inherit"] });
const args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-sync"];
let browser;
try {
  let origin;
  for await (const line of createInterface({ input: gate.stdout })) {
    origin = line.match(/http:\/\/127\.0\.0\.1:\d+/)?.[0];
    if (origin) break;
  }
  check(origin, "the gate did not begin");
  browser = await puppeteer.launch({ executablePath: await chromium.executablePath(), args, headless: "shell" });

  for (const text of HOSTILE.slice(0, 3)) {
    const noticed = await look(browser, (page) => page.setContent(`<!doctype html><title>x</title><p>${text}</p>`));
    check(!isQuiet(noticed), `a page that does not escape ${text} looks like one that does`);
  }

  const visit = (path) => look(browser, (page) => page.goto(origin + path));
  const plain = await visit("/d0/42");
  check(plain.status === 402 && plain.text.includes("0.01 USDC on Base Sepolia"), `the page is ${plain.status}: ${plain.text}`);
  let pages = 0;
  for (const [at, text] of ["A report", ...HOSTILE].entries()) {
    for (const path of PATHS) {
      const found = await visit(`/d${at}${path}`);
      const where = `${text} at ${path}`;
      check(found.status === 402 && found.type === "text/html; charset=utf-8", `${where}: ${found.status} ${found.type}`);
      check(isQuiet(found), `${where}: something ran`);
      check(`${found.elements}` === `${plain.elements}`, `${where}: ${found.elements}`);
      check(`${found.attributes}` === `${plain.attributes}`, `${where}: ${found.attributes}`);
      check(found.requests.length === 1, `${where}: fetched ${found.requests}`);
      check(found.text.includes(text), `${where}: the text is not there as it was written: ${found.text}`);
      pages += 1;
    }
  }
  // an error says nothing that the client wrote
  for (const payment of ["<script>window.hit=1</script>", "PHNjcmlwdD53aW5kb3cuaGl0PTE8L3NjcmlwdD4="]) {
    const found = await look(browser, async (page) => {
      await page.setExtraHTTPHeaders({ "payment-signature": payment });
      return page.goto(`${origin}/d1/42`);
    });
    check(found.status === 400 && isQuiet(found), `an error is ${found.status}, ${found.hit}`);
    check(!found.text.includes("window.hit"), `an error repeats what was sent: ${found.text}`);
    pages += 1;
  }
  for (const [width, scheme] of [[320, "light"], [768, "dark"], [1280, "light"]]) {
    const page = await browser.newPage();
    await page.setViewport({ width, height: 700 });
    await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
    await page.goto(`${origin}/d2/'onload='x`);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    check(wide <= width, `the page is ${wide} wide on a screen of ${width}`);
    if (pictures) await page.screenshot({ path: join(pictures, `paywall-${width}-${scheme}.png`) });
    await page.close();
  }
  console.log(`${pages} pages, in ${await browser.version()}: nothing ran, nothing was fetched`);
} finally {
  await browser?.close();
  gate.kill();
  upstream.close();
  rmSync(folder, { recursive: true, force: true });
}
