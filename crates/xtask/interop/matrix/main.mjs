// Every client buys from every server through every facilitator, rightly and wrongly, each ours or the protocol's own:
//
//   node main.mjs <folder with node_modules> <url of a chain> <quittance> <our shop> <python> <node_modules of version 1> <x402-rs> <file>
//
// What the official parts say to each other is what cases.mjs expects; with a part of ours it has to be the same, but where differences.mjs
// says what else and why. The file is given a row for each combination, with a count for each way of paying; the last line counts them all.

import { writeFileSync } from "node:fs";

import { Chain, known } from "../typescript/chain.mjs";
import { line } from "../typescript/line.mjs";
import { generatePrivateKey, privateKeyToAccount } from "../typescript/packages.mjs";
import { quittance } from "../typescript/quittance.mjs";
import { reference } from "../typescript/reference.mjs";
import { CASES } from "./cases.mjs";
import * as clients from "./clients.mjs";
import { buying } from "./combinations.mjs";
import { Differences } from "./differences.mjs";
import { firstVersion } from "./first.mjs";
import { Lane } from "./lane.mjs";
import { Purses } from "./purses.mjs";
import * as servers from "./servers.mjs";

// the official server and client have much to say about payments that are refused on purpose
console.warn = console.error = () => {};

const [, , , chainUrl, program, shop, interpreter, first, peer, file] = process.argv;
const chain = await Chain.at(chainUrl);
const ours = await quittance(program, chainUrl);
const v1 = firstVersion(first);
const differences = new Differences();
const purses = new Purses(chain);
const wrong = [];

const buyers = [
  new clients.Quittance(program, [0, 1, 2, 3, 4, 5].map((index) => known(index).address)),
  new clients.TypeScript(chain),
  clients.python(interpreter, chainUrl),
  clients.rust(peer),
  v1.client,
];
const sellers = [
  ["quittance", servers.quittance(shop)],
  ["typescript", servers.typescript],
  ["python", servers.python(interpreter)],
  ["x402-rs", servers.rust(peer)],
  ["x402-express", v1.server],
];

/** One shop, and everybody who buys there. */
async function visit([server, start], facilitator, facilitatorUrl) {
  const payee = privateKeyToAccount(generatePrivateKey()).address;
  const to = await line(facilitatorUrl);
  const lane = new Lane(chain, to, await servers.wired(start, to.url, payee), payee, server);
  const rows = [];
  for (const { client, ways } of buying(buyers, server, facilitator)) {
    const combination = { client: client.name, server, facilitator };
    const row = { ...combination, lines: [], cells: {} };
    for (const way of ways) {
      const tried = [];
      const cases = CASES.filter(({ official, servers }) => official[way] && (servers?.includes(server) ?? true));
      for (const each of cases) tried.push(await judged(lane, client, combination, way, each));
      row.lines.push(...tried.map(({ line }) => line));
      row.cells[way] = { held: tried.filter(({ right }) => right).length, of: tried.length };
    }
    rows.push(row);
  }
  return rows;
}

async function judged(lane, client, combination, way, each) {
  const wanted = differences.apply(combination, way, each);
  let said;
  try {
    said = await lane.run(client, await purses.of(client.name, way, each.purse), way, each);
  } catch (error) {
    said = { answer: error.stack };
  }
  const right = said.answer === wanted.answer && said.end === wanted.end;
  const words = `${way}: ${each.name}: ${said.answer}; the client: ${said.end}`;
  if (!right) wrong.push(`${Object.values(combination).join(", ")}: ${words} (and not: ${wanted.answer}; the client: ${wanted.end})`);
  const mark = right ? (wanted.why ? "differs" : "ok") : "WRONG";
  return { right, line: `  ${mark.padEnd(7)} ${words}${wanted.why ? `  [${wanted.why}]` : ""}` };
}

const visits = sellers.flatMap((seller, number) => [
  // an account of its own for each: this facilitator sends one transaction at a time
  reference(chain, known([0, 2, 3, 4, 5][number])).then(({ url }) => visit(seller, "typescript", url)),
  visit(seller, "quittance", ours),
]);
const rows = (await Promise.all(visits)).flat();
for (const { client, server, facilitator, lines } of rows) console.log([`${client} buys from ${server} through ${facilitator}`, ...lines].join("\n"));
wrong.push(...(await purses.audit()), ...differences.unseen());
for (const each of wrong) process.stderr.write(`${each}\n`);
writeFileSync(file, JSON.stringify(rows.map(({ lines, ...row }) => row)));
const cells = rows.flatMap((row) => Object.values(row.cells));
const sum = (name) => cells.reduce((total, cell) => total + cell[name], 0);
console.log(`${rows.length} combinations, ${sum("held")} of ${sum("of")} answers as listed, ${differences.count} differences meant`);
process.exit(wrong.length === 0 ? 0 : 1);
