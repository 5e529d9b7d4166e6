// The protocol's own client, server and facilitator, each in a process of its own, for a measurement:
//
//   node paid.mjs <folder with node_modules> <url of a chain>
//
// The first line is who is paid. Each line that comes in is a number; so many things are bought one after the other, and how many
// milliseconds each took is the line that goes out.

import { fileURLToPath } from "node:url";
import { createInterface } from "node:readline";

import { Buyer } from "./buyer.mjs";
import { Chain } from "./chain.mjs";
import { running } from "./child.mjs";
import { reference } from "./reference.mjs";
import { PAYEE, shop } from "./shop.mjs";

const [, , modules, chainUrl, role, facilitatorUrl] = process.argv;
// as often as ours looks for a receipt
const INTERVAL = 5;

/** Another process of this program. */
async function other(...args) {
  const { lines } = running(process.execPath, [fileURLToPath(import.meta.url), modules, chainUrl, ...args]);
  return (await lines.next()).value;
}

if (role === "facilitator") {
  console.log((await reference(new Chain(chainUrl, INTERVAL))).url);
} else if (role === "shop") {
  console.log((await shop(facilitatorUrl)).url);
} else {
  const chain = await Chain.at(chainUrl);
  const url = await other("shop", await other("facilitator"));
  const buyer = new Buyer(chain, await chain.buyer({ funds: 1_000_000_000n }));
  console.log(PAYEE);
  for await (const count of createInterface(process.stdin)) {
    const each = [];
    for (let done = 0; done < Number(count); done += 1) {
      const start = performance.now();
      const answer = await buyer.fetch(`${url}/eip3009`);
      const word = await answer.text();
      each.push(performance.now() - start);
      if (answer.status !== 200 || word !== "word" || !answer.headers.get("payment-response")) throw new Error(`${answer.status} ${word}`);
    }
    console.log(JSON.stringify(each));
  }
  process.exit(0);
}
