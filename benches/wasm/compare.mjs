// Measures our paths, compiled to WebAssembly, beside what JavaScript verifies with:
// `node compare.mjs <folder of .wasm files> <folder of node_modules> [--quick]`.
//
// The method is that of `src/bin/paired.rs`: in every round a batch of the path, one of tiny-secp256k1's recover and one of viem's
// `recoverAddress` run right after each other, and one round gives one ratio. The lines printed have the same fields.
//
// A call of a module's `main` handles 64 payments and traps when one of them comes out wrong. The others get 64 signatures by as many
// fixed keys, and each answer is compared once before anything is measured.

import { readFileSync } from "node:fs";
import { createHash } from "node:crypto";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { effortOf, runnerOver, spread } from "./timing.mjs";

const [folder, modules, ...options] = process.argv.slice(2);
const effort = effortOf(options);

// the packages lie where they were installed, not beside this file
const require = createRequire(pathToFileURL(join(modules, "package.json")));
const load = async (name) => import(pathToFileURL(require.resolve(name)));
const { secp256k1 } = await load("@noble/curves/secp256k1.js");
const tiny = await load("tiny-secp256k1");
const viem = await load("viem");

const SAMPLES = 64;
const hash = (text) => createHash("sha256").update(text).digest();
const hex = (bytes) => `0x${Buffer.from(bytes).toString("hex")}`;

const samples = Array.from({ length: SAMPLES }, (_, index) => {
  const secret = new Uint8Array(hash(`buyer ${index}`));
  const digest = new Uint8Array(hash(`payment ${index}`));
  const recovered = secp256k1.sign(digest, secret, { prehash: false, format: "recovered" });
  const [parity, compact] = [recovered[0], recovered.slice(1)];
  const key = secp256k1.getPublicKey(secret, false);
  const signature = hex([...compact, 27 + parity]);
  const address = viem.getAddress(`0x${viem.keccak256(hex(key.slice(1))).slice(26)}`);
  return { digest, recovered, compact, parity, key, hash: hex(digest), signature, address };
});

const same = (answer, key) => answer !== null && Buffer.compare(Buffer.from(answer), Buffer.from(key)) === 0;
const tinyRecover = ({ digest, compact, parity }) => tiny.recover(digest, compact, parity, false);
const tinyVerify = ({ digest, key, compact }) => tiny.verify(digest, key, compact, true);
const nobleRecover = ({ digest, recovered }) => secp256k1.recoverPublicKey(recovered, digest, { prehash: false });
const viemRecover = ({ hash, signature }) => viem.recoverAddress({ hash, signature });

for (const sample of samples) {
  const right =
    same(tinyRecover(sample), sample.key) &&
    tinyVerify(sample) &&
    same(secp256k1.Point.fromBytes(nobleRecover(sample)).toBytes(false), sample.key) &&
    (await viemRecover(sample)) === sample.address;
  if (!right) throw new Error(`a peer is wrong about ${sample.hash}`);
}

const runner = runnerOver(samples, effort);

const ours = (name) => {
  const instance = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(join(folder, `wasm-${name}.wasm`))), {});
  return () => instance.exports.main(0, 0);
};

const rows = [
  ["recover", "ours", "recover the key", ours("recover"), SAMPLES],
  ["verify", "ours", "verify with the key known", ours("verify"), SAMPLES],
  ["known-payer", "ours", "known payer: verify", ours("known-payer"), SAMPLES],
  ["header-to-verified", "ours", "header to verified payment", ours("header-to-verified"), SAMPLES],
  ["tiny-secp256k1-recover", "peer", "tiny-secp256k1 (C as WebAssembly): recover the key", tinyRecover, 1],
  ["tiny-secp256k1-verify", "peer", "tiny-secp256k1 (C as WebAssembly): verify with the key known", tinyVerify, 1],
  ["noble-recover", "peer", "@noble/curves: recover the key", nobleRecover, 1],
  ["viem-recover", "peer", "viem: recoverAddress", viemRecover, 1],
];

const digits = (numbers, count) => numbers.map((number) => number.toFixed(count));

const reference = await runner(tinyRecover, 1);
const other = await runner(viemRecover, 1);
for (const [name, side, about, once, items] of rows) {
  const path = await runner(once, items);
  const rounds = [];
  for (let round = 0; round < effort.rounds; round += 1) {
    const [first, last] = round % 2 === 0 ? [path, other] : [other, path];
    const times = [await first(), await reference(), await last()];
    rounds.push(round % 2 === 0 ? times : times.reverse());
  }
  const [time] = spread(rounds.map(([path]) => path));
  const ratio = spread(rounds.map(([path, reference]) => path / reference));
  const faster = spread(rounds.map(([path, , other]) => other / path));
  console.log([name, side, about, ...digits([time], 1), ...digits(ratio, 4), ...digits(faster, 4)].join("\t"));
}
