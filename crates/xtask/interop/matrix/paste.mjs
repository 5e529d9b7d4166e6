// What `quittance demo --serve` says may be pasted, pasted: with the official packages, and as it is printed.
//
//   node paste.mjs <folder with node_modules> <quittance> <python>

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { dirname } from "node:path";
import { promisify } from "node:util";

import { running } from "../typescript/child.mjs";

const [, , modules, program, python] = process.argv;
const { lines } = running(program, ["demo", "--serve"]);
const run = promisify(execFile);

/** The parts, by what they are for. */
const parts = [];
for (let line = ""; line !== "Ctrl-C ends everything."; ) {
  const next = await lines.next();
  assert.ok(!next.done, "the demo has ended");
  line = next.value;
  if (line.startsWith("# ")) parts.push({ what: line.slice(2), lines: [] });
  else parts.at(-1)?.lines.push(line);
}

/** What each has to say. */
const SAYS = [/a 402 of version 2/, /^\{.*"report":7/, /^200 \{.*"report":7/, /^200 \{.*"report":7/, /^1000000\.\d+ USDC$/m];
assert.equal(parts.length, SAYS.length);
for (const [number, { what, lines }] of parts.entries()) {
  const env = { PATH: `${dirname(python)}:${process.env.PATH}` };
  const { stdout } = await run("bash", ["-c", lines.slice(0, -1).join("\n")], { cwd: modules, env });
  assert.match(stdout, SAYS[number], what);
  console.log(`ok  ${what}`);
}
console.log(`${parts.length} pastes do what they say`);
process.exit(0);
