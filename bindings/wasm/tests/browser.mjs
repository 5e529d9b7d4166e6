// The packed package in a browser: `node browser.mjs <spec-vectors> <README> <modules with esbuild> <modules with Chromium> [<folder for pictures>]`,
// run where the tarball is installed. With FIREFOX, which is a program, it is that browser. QUITTANCE is the command, which shows the inspector too.
//
// The pages: one that loads the streaming build as it lies in the package, one for each bundler with what it makes of `import "quittance"`, and
// the one of the README, as it is written there.

import { spawn } from "node:child_process";
import { createServer } from "node:http";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { extname, join, normalize } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

import * as q from "quittance";

import { files } from "./files.mjs";
import { ADDRESS, FIRST, NOW, OFFER, REQUIRED, URL as PAGE, check, pay } from "./samples.mjs";

const [root, readme, built, browsers, pictures] = process.argv.slice(2);
const resolved = (folder) => createRequire(join(folder, "package.json"));
const { build } = resolved(built)("esbuild");
const load = (name) => import(pathToFileURL(resolved(browsers).resolve(name)));
const puppeteer = await load("puppeteer-core");
const firefox = process.env.FIREFOX;
const here = new URL("..", import.meta.url).pathname;

/** What bundlers make of a program, each with nothing set but where it is and where the result goes. */
const BUNDLERS = {
  esbuild: async (contents) => {
    const options = { stdin: { contents, resolveDir: here }, bundle: true, format: "iife", platform: "browser", write: false, logLevel: "error" };
    return (await build(options)).outputFiles[0].text;
  },
  webpack: async (contents) => {
    const { default: webpack } = await load("webpack");
    const [entry, path] = [written("webpack", contents), join(here, "bundled/webpack")];
    const compiler = webpack({ mode: "production", performance: false, context: here, entry, output: { path, filename: "out.js" } });
    const stats = await new Promise((resolve, reject) => compiler.run((error, stats) => (error ? reject(error) : resolve(stats))));
    check(!stats.hasErrors() && !stats.hasWarnings(), stats.toString("errors-warnings"));
    return readFileSync(join(path, "out.js"), "utf8");
  },
  vite: async (contents) => {
    const { build } = await load("vite");
    const lib = { entry: written("vite", contents), formats: ["iife"], name: "page", fileName: () => "out.js" };
    await build({ root: here, configFile: false, logLevel: "error", build: { lib, outDir: "bundled/vite", emptyOutDir: false } });
    return readFileSync(join(here, "bundled/vite/out.js"), "utf8");
  },
};

/** A program as a file, which these bundlers want. */
function written(name, contents) {
  const folder = join(here, "bundled", name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "in.mjs"), contents);
  return join(folder, "in.mjs");
}
const script = (body) => `<!doctype html><meta charset="utf-8"><title>a page</title>${body}`;
/** A page that keeps the memory of each module, whatever loads it. */
const watched = (body) =>
  script(`<script>
    window.memories = [];
    WebAssembly.Instance = class extends WebAssembly.Instance {
      constructor(...given) {
        super(...given);
        window.memories.push(this.exports.memory);
      }
    };
  </script>${body}`);
const test = (packages) => `
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
    return everything({ [way]: { whole, verify, gate, settle, statements, toml } }, files, { memories: window.memories, without, inspected: String, inputs: 500 });
  })();
`;
const made = {
  "/vectors": ["application/json", JSON.stringify(files(root))],
  "/": ["text/html", watched(`<script type="module">${test(`
    const way = "web";
    const slices = ["index", "verify", "gate", "settle", "statements", "toml"].map((name) => import(\`/node_modules/quittance/web/\${name}.mjs\`));
    const [whole, verify, gate, settle, statements, toml] = await Promise.all(slices);
    const { everything } = await import("/tests/everything.mjs");
  `)}</script>`)],
  "/readme": ["text/html", script(`<body>${readFileSync(readme, "utf8").match(/```html page\n([^]*?)```/)[1]}`)],
};

for (const [name, bundle] of Object.entries(BUNDLERS)) {
  const imports = `
    import * as whole from "quittance";
    import * as verify from "quittance/verify";
    import * as gate from "quittance/gate";
    import * as settle from "quittance/settle";
    import * as statements from "quittance/statements";
    import * as toml from "quittance/toml";
    import { everything } from "${name === "esbuild" ? "./tests" : "../../tests"}/everything.mjs";
  `;
  made[`/${name}`] = ["text/html", watched(`<script src="/${name}.js"></script>`)];
  made[`/${name}.js`] = ["text/javascript", await bundle(`${imports}${test(`const way = "${name}";`)}`)];
}

const TYPES = { ".html": "text/html", ".css": "text/css", ".mjs": "text/javascript", ".wasm": "application/wasm", ".json": "application/json" };
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

const launch = async () => {
  if (firefox) return { browser: "firefox", executablePath: firefox, headless: true };
  const { default: chromium } = await load("@sparticuz/chromium");
  const args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-sync"];
  return { executablePath: await chromium.executablePath(), args, headless: "shell" };
};
const browser = await puppeteer.launch(await launch());
try {
  console.log(await browser.version());
  const open = async (path, from = origin) => {
    const page = await browser.newPage();
    page.on("pageerror", (error) => console.error(`${path}: ${error}`));
    page.on("request", (request) => check(request.url().startsWith(from) || request.url().startsWith("data:"), `asked for ${request.url()}`));
    await page.goto(from + path);
    return page;
  };
  for (const path of ["/", ...Object.keys(BUNDLERS).map((name) => `/${name}`)]) {
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

  await inspector(await open("/node_modules/quittance/inspector/index.html"));

  // the same page, shown by the command
  const command = spawn(process.env.QUITTANCE, ["inspect", "--web", join(here, "node_modules/quittance")], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise((resolve) => command.on("exit", resolve));
  try {
    const line = await new Promise((resolve) => createInterface({ input: command.stdout }).once("line", resolve));
    const [, from] = line.match(/^inspector at (http:\/\/127\.0\.0\.1:\d+)\/$/);
    await inspector(await open("/", from));
    command.kill("SIGINT");
    check((await ended) === 0, "Ctrl-C ends it");
  } finally {
    command.kill("SIGKILL");
  }
} finally {
  await browser.close();
  server.close();
}

/** The inspector, driven as a person would. */
async function inspector(page) {
  const reported = (what) => page.waitForFunction((what) => document.getElementById("report").textContent.includes(what), { timeout: 10_000 }, what);
  const fill = (id, text) =>
    page.evaluate((id, text) => {
      const field = document.getElementById(id);
      field.value = text;
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }, id, text);
  const required = q.encodeHeader("PAYMENT-REQUIRED", REQUIRED).value;
  const payment = pay(q).value;

  await fill("now", NOW);
  await fill("text", payment);
  await reported("terms and signature are right");
  for (const words of ["payload.authorization.value", "signed by the payer", ADDRESS, "good from", "judged at 2025-02-27"]) {
    const there = await page.evaluate((words) => document.getElementById("report").outerHTML.includes(words), words);
    check(there, `the report of a payment does not say ${words}`);
  }
  const signature = JSON.parse(atob(payment)).payload.signature;
  check(!(await page.evaluate((text) => document.getElementById("report").textContent.includes(text), signature)), "the signature is shown");
  await fill("terms", JSON.stringify({ ...OFFER, amount: "10001" }));
  await reported("fails");
  await fill("terms", "");

  // the policy is asked about a 402 however it comes, at the URL that was asked or else the one that the 402 names
  const first = JSON.stringify({ x402Version: 1, error: "pay", accepts: [FIRST] });
  const transcript = (status, ...lines) => [`> GET /v1/report/42 HTTP/1.1`, ">", `< HTTP/1.1 ${status}`, ...lines].join("\r\n");
  const ways = {
    "a bare header": required,
    "a line of a header": `PAYMENT-REQUIRED: ${required}`,
    "a body": JSON.stringify(REQUIRED, null, 2),
    "a body of version 1": first,
    "a transcript": transcript(402, "< content-type: application/json", `< payment-required: ${required}`, "<", "{}"),
    "a transcript in version 1": transcript(402, "< content-type: application/json", "<", first),
    "a transcript with both": transcript(402, `< payment-required: ${required}`, "<", first),
  };
  for (const url of [PAGE, ""]) {
    await fill("resource", url);
    for (const [way, given] of Object.entries(ways)) {
      for (const [most, word] of [["0.001", "deny"], ["0.05", "allow"]]) {
        await fill("policy", `per_payment = "$${most}"\nper_task = "$1"\nnetworks = ["base-sepolia"]\norigins = ["https://api.example.com"]\n`);
        await fill("text", given);
        await reported(`What the policy says${word}: `).catch(async () => {
          throw new Error(`${way}: ${await page.evaluate("document.getElementById('report').textContent")}`);
        });
        const rests = await page.evaluate("document.getElementById('report').textContent.includes('this rests on the URL that the 402 itself names')");
        check(rests === (url === ""), `${way}, asked at "${url}": whose URL the verdict rests on`);
      }
    }
  }
  await fill("policy", JSON.stringify({ per_payment: "$0.001", networks: ["base-sepolia"], origins: ["https://api.example.com"] }));
  await reported("What the policy saysdeny: ");
  await fill("policy", "per_paymnt = 1");
  await reported("no answer: policy_unknown_key: 1:1: unknown key `per_paymnt`; did you mean `per_payment`?");
  await fill("policy", 'per_payment = "$0.05"\nper_task = "$1"\nnetworks = ["base-sepolia"]\norigins = ["https://api.example.com"]\n');
  const two = transcript(402, `< payment-required: ${required}`, "<", JSON.stringify({ x402Version: 1, error: "", accepts: [{ ...FIRST, maxAmountRequired: "9999" }] }));
  await fill("text", two);
  await reported("no answer: member_ambiguous");

  // a file that is dropped is as good as a text that is pasted
  await page.evaluate((text) => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([text], "transcript.txt", { type: "text/plain" }));
    document.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
  }, ways["a transcript"]);
  await reported("allow: ");
  check((await page.evaluate("document.getElementById('text').value")).includes("< payment-required: "), "what was dropped is there to be read");

  // what is hostile is text
  await fill("text", JSON.stringify({ ...REQUIRED, error: "<img src=x onerror=alert(1)><script>alert(1)</script>" }));
  await reported("<script>alert(1)</script>");
  check((await page.$$("#report img, #report script")).length === 0, "a stranger's text became a part of the page");
  await fill("text", "garbage");
  await reported("base64_padding");

  // a link brings everything back
  await fill("text", payment);
  await page.focus("#share");
  await page.keyboard.press("Enter");
  await page.waitForFunction("location.hash.includes('text=')");
  const link = await page.evaluate("location.href");
  const again = await browser.newPage();
  await again.goto(link);
  await again.waitForFunction("document.getElementById('report').textContent.includes('terms and signature are right')");
  await again.close();

  // every control has a name, and nothing is wider than the screen
  const nameless = await page.evaluate(() =>
    [...document.querySelectorAll("textarea, input, button")].filter((it) => !it.labels?.length && it.textContent.trim() === "").map((it) => it.id),
  );
  check(nameless.length === 0, `without a name: ${nameless}`);
  for (const [width, scheme] of [[360, "light"], [768, "dark"], [1280, "light"]]) {
    // Firefox is not told by way of WebDriver
    if (!firefox) await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
    await page.setViewport({ width, height: 900 });
    const wide = await page.evaluate("document.documentElement.scrollWidth");
    check(wide <= width, `${wide} pixels wide on a screen of ${width}`);
    if (pictures) await page.screenshot({ path: join(pictures, `inspector-${firefox ? "firefox" : "chromium"}-${width}.png`), fullPage: true });
  }
  console.log("the inspector reports, decides, shares and fits three screens");
}
