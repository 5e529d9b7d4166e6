// The packed package in workerd: `node workerd.mjs <spec-vectors> <README> <modules with esbuild> <modules with miniflare>`, run where the
// tarball is installed. The bundler does what that of a deployment does: it takes the condition `workerd`, and leaves the module a file.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import process from "node:process";

import { files } from "./files.mjs";
import { OFFER, check, pay } from "./samples.mjs";

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
    logLevel: "error",
  });
  return outputFiles.map(({ path, contents }) => ({
    type: path.endsWith(".wasm") ? "CompiledWasm" : "ESModule",
    path: path.slice(path.lastIndexOf("/") + 1),
    contents,
  })).sort((a) => (a.type === "ESModule" ? -1 : 1));
};
const started = async (contents, bindings = {}) =>
  new Miniflare({ modules: await bundled(contents), compatibilityDate: "2026-01-01", bindings, cf: false });

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
      const { everything } = await import("./everything.mjs");
      const files = await request.json();
      const world = { memories, without, inspected: String, inputs: 500 };
      return Response.json(await everything({ workerd: { whole, verify, settle, statements } }, files, world));
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

// the worker of the README, as it is written there
const example = readFileSync(readme, "utf8").match(/```js worker\n([^]*?)```/)[1];
const shop = await started(example, { TERMS: JSON.stringify(OFFER) });
try {
  const q = await import("quittance");
  const asked = await shop.dispatchFetch("https://api.example.com/v1/report/42");
  check(asked.status === 402, `without a payment: ${asked.status}`);
  const required = asked.headers.get("PAYMENT-REQUIRED");
  const now = String(Math.floor(Date.now() / 1000));
  const paid = pay(q, { now, required: { header: required } });
  const served = await shop.dispatchFetch("https://api.example.com/v1/report/42", { headers: { [paid.name]: paid.value } });
  check(served.status === 200 && (await served.text()) === "the report", `with a payment: ${served.status}`);
  const spoiled = paid.value.slice(0, -8) + "AAAAAAA=";
  const refused = await shop.dispatchFetch("https://api.example.com/v1/report/42", { headers: { [paid.name]: spoiled } });
  check(refused.status === 402, `with a spoiled payment: ${refused.status}`);
  console.log("the worker of the README asks, serves and refuses");
} finally {
  await shop.dispose();
}
