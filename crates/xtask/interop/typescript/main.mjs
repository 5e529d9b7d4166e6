// The protocol's own client and server pay through a facilitator, rightly and wrongly:
//
//   node main.mjs <folder with node_modules> <url of a chain> [<our program>]
//
// Every case of cases.mjs is asked of the protocol's own facilitator, and of ours if it is there. The first has to answer what the case
// says; ours has to answer the same, but where differences.mjs says what else and why. A difference that is listed and not seen fails
// as well. The last line counts.

import { CASES } from "./cases.mjs";
import { Chain } from "./chain.mjs";
import { Counter } from "./counter.mjs";
import { Differences } from "./differences.mjs";
import { line } from "./line.mjs";
import { quittance } from "./quittance.mjs";
import { reference } from "./reference.mjs";

// the official server and client have much to say about payments that are refused on purpose
console.warn = console.error = () => {};

const [, , , chainUrl, program] = process.argv;
const chain = await Chain.at(chainUrl);
const differences = new Differences();
const wrong = [];
let answers = 0;

const node = await line(chainUrl);
const subjects = [{ name: "official", url: (await reference(new Chain(node.url))).url }];
if (program) subjects.push({ name: "quittance", url: await quittance(program, node.url) });
for (const subject of subjects) subject.counter = await Counter.at(chain, node, subject.url);

for (const { name, expect, run } of CASES) {
  console.log(name);
  for (const subject of subjects) {
    let said;
    try {
      said = await run(subject.counter);
    } catch (error) {
      said = { exception: error.stack };
    }
    for (const ask of new Set([...Object.keys(expect), ...Object.keys(said)])) {
      const wanted = subject.name === "official" ? { text: expect[ask] } : differences.apply(name, ask, expect[ask]);
      const right = said[ask] === wanted.text;
      answers += 1;
      if (!right) wrong.push(`${name}, ${ask}, ${subject.name}: ${said[ask]} (and not: ${wanted.text})`);
      const mark = right ? (wanted.why ? "differs" : "ok") : "WRONG";
      console.log(`  ${mark.padEnd(7)} ${subject.name.padEnd(9)} ${ask.padEnd(8)} ${said[ask]}${wanted.why ? `  [${wanted.why}]` : ""}`);
    }
  }
}
if (program) wrong.push(...differences.unseen());
for (const line of wrong) process.stderr.write(`${line}\n`);
const against = program ? `, ${differences.count} differences meant` : "";
console.log(`${CASES.length} cases, ${answers - wrong.length} of ${answers} answers of ${subjects.map(({ name }) => name).join(" and ")} as listed${against}`);
process.exit(wrong.length === 0 ? 0 : 1);
