// The packed package in Chromium: `node browser.mjs <spec-vectors> <README> <modules with esbuild> <modules with the browser>`, run where the
// tarball is installed.
//
// Three pages: one that loads the streaming build as it lies in the package, one with what a bundler makes of `import "quittance"`, and the one
// of the README, as it is written there.

import { createServer } from "node:http";
import { readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { extname, join, normalize } from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";

import * as q from "quittance";

import { check, pay } from "./samples.mjs";

const [root, readme, built, browsers] = process.argv.slice(2);
const resolved = (folder) => createRequire(join(folder, "package.json"));
const { build } = resolved(built)("esbuild");
const load = (name) => import(pathToFileURL(resolved(browsers).resolve(name)));
const { default: chromium } = await load("@sparticuz/chromium");
const puppeteer = await load("puppeteer-core");
const here = new URL("..", import.meta.url).pathname;

const files = readdirSync(root, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && entry.name !== "schemas")
  .flatMap(({ name }) => readdirSync(join(root, name)).map((file) => `${name}/${file}`))
  .sort()
  .map((path) => [path, JSON.parse(readFileSync(join(root, path), "utf8"))]);

const bundled = async (contents) => {
  const options = { stdin: { contents, resolveDir: here }, bundle: true, format: "iife", platform: "browser", write: false, logLevel: "error" };
  return (await build(options)).outputFiles[0].text;
};
const script = (body) => `<!doctype html><meta charset="utf-8"><title>a page</title>${body}`;
const test = (packages) => `
  const memories = [];
  WebAssembly.Instance = class extends WebAssembly.Instance {
    constructor(...given) {
      super(...given);
      memories.push(this.exports.memory);
    }
  };
  const without = (name, call) => {
    const known = Object.getOwnPropertyDescriptor(globalThis, name);
    Object.defineProperty(globalThis, name, { configurable: true, value: undefined });
    try {
      return call();
    } finally {
      Object.defineProperty(globalThis, name, known);
    }
  };
  window.result = (async () => {
    ${packages}
    const files = await (await fetch("/vectors")).json();
    return everything({ [way]: { whole, slice } }, files, { memories, without, inspected: String, inputs: 5000 });
  })();
`;
const made = {
  "/vectors": ["application/json", JSON.stringify(files)],
  "/": ["text/html", script(`<script type="module">${test(`
    const way = "web";
    const [whole, slice] = [await import("/node_modules/quittance/web/index.mjs"), await import("/node_modules/quittance/web/verify.mjs")];
    const { everything } = await import("/tests/everything.mjs");
  `)}</script>`)],
  "/bundled": ["text/html", script(`<script src="/bundle.js"></script>`)],
  "/bundle.js": ["text/javascript", await bundled(test(`
    const way = "a bundle";
    const [whole, slice] = [require("quittance"), require("quittance/verify")];
    const { everything } = require("./tests/everything.mjs");
  `))],
  "/readme": ["text/html", script(`<body>${readFileSync(readme, "utf8").match(/```html page\n([^]*?)```/)[1]}`)],
};

const TYPES = { ".mjs": "text/javascript", ".wasm": "application/wasm", ".json": "application/json" };
const server = createServer(({ url }, response) => {
  const path = normalize(new URL(url, "http://localhost").pathname);
  try {
    const [type, body] = made[path] ?? [TYPES[extname(path)] ?? "application/octet-stream", readFileSync(join(here, path))];
    response.writeHead(200, { "content-type": type }).end(body);
  } catch {
    response.writeHead(404).end();
  }
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const origin = `http://127.0.0.1:${server.address().port}`;

const args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-sync"];
const browser = await puppeteer.launch({ executablePath: await chromium.executablePath(), args, headless: "shell" });
try {
  console.log(await browser.version());
  const open = async (path) => {
    const page = await browser.newPage();
    page.on("pageerror", (error) => console.error(`${path}: ${error}`));
    page.on("request", (request) => check(request.url().startsWith(origin) || request.url().startsWith("data:"), `asked for ${request.url()}`));
    await page.goto(origin + path);
    return page;
  };
  for (const path of ["/", "/bundled"]) {
    const page = await open(path);
    const { lines, failures } = await page.evaluate("window.result");
    for (const line of lines) console.log(line);
    if (failures.length > 0) throw new Error(`${failures.length} failures\n${failures.slice(0, 60).join("\n")}`);
    await page.close();
  }
  const page = await open(`/readme#${pay(q).value}`);
  await page.waitForFunction("document.body.textContent.includes('payment')");
  const text = await page.evaluate("document.body.textContent");
  check(text.startsWith("payment_v2: "), text);
  console.log(`the page of the README says: ${text}`);
} finally {
  await browser.close();
  server.close();
}
