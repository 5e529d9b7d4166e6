// Measures the npm package beside what JavaScript does the same with: `node package.mjs <where it is installed> <modules with viem> <modules with
// @x402/core> [--quick]`.
//
// In every round a batch of the package and one of the other run right after each other, in turns, and one round gives one ratio. What each answers
// is compared before anything is measured. Printed are, a line each: name, what is done, who else does it, the nanoseconds of both, and how many
// times as long the other takes: the median of the rounds, the smallest and the largest.

import { createHash } from "node:crypto";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { effortOf, runnerOver, spread } from "./timing.mjs";

const [user, peers, official, ...options] = process.argv.slice(2);
const effort = effortOf(options);

const from = (folder, name) => import(pathToFileURL(createRequire(join(folder, "package.json")).resolve(name)));
const q = await import(pathToFileURL(join(user, "node_modules/quittance/inline/index.mjs")));
const viem = await from(peers, "viem");
const { privateKeyToAccount } = await from(peers, "viem/accounts");
const x402 = await from(official, "@x402/core/http");

const SAMPLES = 64;
const NOW = "1740672100";
const OFFER = {
  scheme: "exact", network: "eip155:84532", amount: "10000", asset: "0x036CbD53842c5426634e7929541eC2318f3dCF7e",
  payTo: "0x209693Bc6afc0C5328bA36FaF03C514EF312287C", maxTimeoutSeconds: 60, extra: { name: "USDC", version: "2" },
};
const value = (answer) => {
  if (!answer.ok) throw new Error(JSON.stringify(answer.error));
  return answer.value;
};

const required = { header: value(q.encodeHeader("PAYMENT-REQUIRED", { x402Version: 2, resource: { url: "https://api.example.com/r" }, accepts: [OFFER] })) };
const policy = { perPayment: "$0.05", perTask: "$1", networks: ["base-sepolia"], origins: ["https://api.example.com"] };
const samples = Array.from({ length: SAMPLES }, (_, index) => {
  const secret = `0x${createHash("sha256").update(`buyer ${index}`).digest("hex")}`;
  const key = value(q.SigningKey.open(secret));
  const question = { policy, required, resource: "https://api.example.com/r", purchase: `p-${index}`, task: "t", now: NOW, from: key.address };
  const prepared = value(q.prepare(question));
  const { signature } = value(key.sign(prepared));
  const { value: header } = value(prepared.finish(signature));
  key.free();
  const typed = prepared.typedData;
  return { header, signature, address: privateKeyToAccount(secret).address, hash: prepared.digest, typed, text: JSON.stringify(typed) };
});

/** What a seller in TypeScript does with a header, as far as no chain is asked: decode it and recover who signed what is in it. */
const { types, domain, primaryType } = samples[0].typed;
const decodedAndRecovered = async ({ header }) => {
  const { payload } = x402.decodePaymentSignatureHeader(header);
  return viem.recoverTypedDataAddress({ types, domain, primaryType, message: payload.authorization, signature: payload.signature });
};
const headers = samples.map(({ header }) => header);

// name, what is done, by whom else, the package's, the other's; what both must say; how many payments a call is of
const ROWS = [
  ["decode", "read a header", "`@x402/core`", ({ header }) => value(q.decodeHeader("PAYMENT-SIGNATURE", header)).payload.signature,
    ({ header }) => x402.decodePaymentSignatureHeader(header).payload.signature, ({ signature }) => signature],
  ["typed-data", "hash typed data", "viem", ({ text }) => value(q.hashTypedData(text)).digest, ({ typed }) => viem.hashTypedData(typed), ({ hash }) => hash],
  ["recover", "recover who signed a digest", "viem", ({ hash, signature }) => value(q.recover(hash, signature)).signer,
    ({ hash, signature }) => viem.recoverAddress({ hash, signature }), ({ address }) => address],
  ["verify", "header to verified payment", "`@x402/core` and viem", ({ header }) => value(q.verify(header, OFFER, { now: NOW })).payer,
    decodedAndRecovered, ({ address }) => address],
  ["batch", `the same, ${SAMPLES} at once, each`, "`@x402/core` and viem", () => value(q.verifyMany(headers, OFFER, { now: NOW })).map(({ value }) => value.payer).join(),
    async () => (await Promise.all(samples.map(decodedAndRecovered))).join(), () => samples.map(({ address }) => address).join(), SAMPLES],
];

for (const [name, , , ours, other, right] of ROWS) {
  for (const sample of samples) {
    const said = [await ours(sample), await other(sample)];
    if (said.some((word) => word !== right(sample))) throw new Error(`${name}: ${said} is not ${right(sample)}`);
  }
}

const runner = runnerOver(samples, effort);

for (const [name, about, by, ours, other, , items = 1] of ROWS) {
  const [path, peer] = [await runner(ours, items), await runner(other, items)];
  const rounds = [];
  for (let round = 0; round < effort.rounds; round += 1) {
    const [first, last] = round % 2 === 0 ? [path, peer] : [peer, path];
    const times = [await first(), await last()];
    rounds.push(round % 2 === 0 ? times : times.reverse());
  }
  const [mine, theirs] = [0, 1].map((side) => spread(rounds.map((times) => times[side]))[0].toFixed(0));
  const times = spread(rounds.map(([mine, theirs]) => theirs / mine)).map((ratio) => ratio.toFixed(3));
  console.log([name, about, by, mine, theirs, ...times].join("\t"));
}
