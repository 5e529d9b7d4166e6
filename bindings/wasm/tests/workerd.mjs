// The packed package in workerd: `node workerd.mjs <spec-vectors> <README> <modules with esbuild> <modules with miniflare>`, run where the
// tarball is installed. The bundler does what that of a deployment does: it takes the condition `workerd`, and leaves the module a file.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import process from "node:process";

import { files } from "./files.mjs";
import { ADDRESS, OFFER, check, pay, value } from "./samples.mjs";

const [root, readme, built, runtimes] = process.argv.slice(2);
const from = (folder, name) => createRequire(join(folder, "package.json"))(name);
const esbuild = from(built, "esbuild");
const { Miniflare } = from(runtimes, "miniflare");
const here = new URL(".", import.meta.url).pathname;

/** The modules of a worker whose source is this. */
const bundled = async (contents) => {
  const { outputFiles } = await esbuild.build({
    stdin: { contents, resolveDir: here, loader: "js" },
    bundle: true,
    format: "esm",
    write: false,
    outdir: join(here, "out"),
    conditions: ["workerd", "worker", "browser"],
    loader: { ".wasm": "copy" },
    external: ["cloudflare:*"],
    logLevel: "error",
  });
  return outputFiles.map(({ path, contents }) => ({
    type: path.endsWith(".wasm") ? "CompiledWasm" : "ESModule",
    path: path.slice(path.lastIndexOf("/") + 1),
    contents,
  })).sort((a) => (a.type === "ESModule" ? -1 : 1));
};
const started = async (contents, more = {}) =>
  new Miniflare({ modules: await bundled(contents), compatibilityDate: "2026-01-01", cf: false, ...more });

const worker = await started(`
  const memories = [];
  globalThis.WebAssembly.Instance = class extends WebAssembly.Instance {
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
      delete globalThis[name];
      if (known) Object.defineProperty(globalThis, name, known);
    }
  };
  export default {
    async fetch(request) {
      const [whole, verify] = [await import("quittance"), await import("quittance/verify")];
      const [settle, statements] = [await import("quittance/settle"), await import("quittance/statements")];
      const [gate, toml] = [await import("quittance/gate"), await import("quittance/toml")];
      const { everything } = await import("./everything.mjs");
      const files = await request.json();
      const world = { memories, without, inspected: String, inputs: 500 };
      return Response.json(await everything({ workerd: { whole, verify, gate, settle, statements, toml } }, files, world));
    },
  };
`);
try {
  const answer = await worker.dispatchFetch("http://localhost/", { method: "POST", body: JSON.stringify(files(root)) });
  const { lines, failures } = await answer.json();
  for (const line of lines) console.log(line);
  if (failures.length > 0) throw new Error(`${failures.length} failures\n${failures.slice(0, 60).join("\n")}`);
} finally {
  await worker.dispose();
}

// the workers of the two READMEs, as they are written there, and for all that they reach a facilitator that says yes
const [q, { readRequest }] = [await import("quittance"), await import("quittance/settle")];
const settled = [];
const facilitator = async (request) => {
  settled.push(value(readRequest("settle", await request.text())));
  return Response.json({ success: true, transaction: `0x${"ab".repeat(32)}`, network: OFFER.network, payer: ADDRESS });
};
const texts = [[readme, "js worker"], [join(root, "../README.md"), "js"]];
for (const [file, kind] of texts) {
  const [, example] = readFileSync(file, "utf8").match(new RegExp(`\`\`\`${kind}\n([^]*?)\`\`\``));
  check(example.split("\n").filter((line) => line !== "").length === 4, `a worker of few lines:\n${example}`);
  const bindings = { TERMS: JSON.stringify(OFFER), FACILITATOR: "https://facilitator.example" };
  const shop = await started(example, { bindings, outboundService: facilitator });
  try {
    const ask = (headers = {}) => shop.dispatchFetch("https://api.example.com/v1/report/42", { headers });
    const asked = await ask();
    check(asked.status === 402, `without a payment: ${asked.status}`);
    const required = asked.headers.get("PAYMENT-REQUIRED");
    const now = String(Math.floor(Date.now() / 1000));
    const paid = pay(q, { now, required: { header: required } });
    const count = settled.length;
    const spoiled = paid.value.slice(0, -8) + "AAAAAAA=";
    check((await ask({ [paid.name]: spoiled })).status === 400, "with a spoiled payment");
    const served = await ask({ [paid.name]: paid.value });
    check(served.status === 200 && (await served.text()) === "the report", `with a payment: ${served.status}`);
    check((await ask({ [paid.name]: paid.value })).status === 409, "with the same again");
    check(settled.length === count + 1, `${settled.length - count} settled`);
  } finally {
    await shop.dispose();
  }
}
console.log("the workers of the two READMEs ask, serve once and refuse");
