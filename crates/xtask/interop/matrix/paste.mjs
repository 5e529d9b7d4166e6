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

/** The parts, by what they are for. */
const parts = [];
let last = "";
while (parts.length < 5 || last !== "") {
  const { value: line, done } = await lines.next();
  assert.ok(!done, "the demo has ended");
  if (line.startsWith("# ")) parts.push({ what: line.slice(2), text: "" });
  else if (parts.length > 0) parts.at(-1).text += `${line}\n`;
  // the end of the last part is the end of a quotation
  last = parts.length === 5 && line.endsWith("'") ? "" : line;
}

/** What each has to say. */
const SAYS = [/a 402 of version 2/, /^\{.*"report":7/, /^200 \{.*"report":7/, /^200 \{.*"report":7/, /^1000000\.\d+ USDC$/m];
const run = promisify(execFile);
for (const [number, { what, text }] of parts.entries()) {
  const env = { PATH: `${dirname(python)}:${process.env.PATH}` };
  const { stdout } = await run("bash", ["-c", text], { cwd: modules, env });
  assert.match(stdout, SAYS[number], what);
  console.log(`ok  ${what}`);
}
console.log(`${parts.length} pastes do what they say`);
process.exit(0);
