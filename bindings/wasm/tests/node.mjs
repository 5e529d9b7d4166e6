// The packed package in Node, Deno and Bun: `node node.mjs <spec-vectors> [<how many malformed inputs to each export>]`, run where the tarball is
// installed.
//
// It prints what it has counted, a line each; whatever is wrong ends it.

import { createRequire } from "node:module";
import process from "node:process";
import { inspect } from "node:util";

import { everything } from "./everything.mjs";
import { files } from "./files.mjs";

const root = process.argv[2];
const inputs = Number(process.argv[3] ?? 100_000);

// the package keeps its memory to itself; the tests look at it
const memories = [];
WebAssembly.Instance = class extends WebAssembly.Instance {
  constructor(...given) {
    super(...given);
    memories.push(this.exports.memory);
  }
};

const require = createRequire(import.meta.url);
const packages = {
  import: {
    whole: await import("quittance"),
    verify: await import("quittance/verify"),
    gate: await import("quittance/gate"),
    settle: await import("quittance/settle"),
    statements: await import("quittance/statements"),
    toml: await import("quittance/toml"),
  },
  require: {
    whole: require("quittance"),
    verify: require("quittance/verify"),
    gate: require("quittance/gate"),
    settle: require("quittance/settle"),
    statements: require("quittance/statements"),
    toml: require("quittance/toml"),
  },
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
const inspected = (key) => inspect(key, { showHidden: true, depth: 9, getters: true });
const { lines, failures } = await everything(packages, files(root), { memories, without, inspected, inputs });
for (const line of lines) console.log(line);
if (failures.length > 0) {
  console.error(`${failures.length} failures\n${failures.slice(0, 60).join("\n")}`);
  process.exit(1);
}
