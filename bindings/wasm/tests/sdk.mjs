// The packed package beside the protocol's own: `node sdk.mjs <quittance> <modules with @x402 and viem>`, run where the tarball is installed.
//
// Our buyer pays the official server; the official client, with a key of viem's, pays our gate. Who judges and settles either way is the official
// facilitator, on the project's sandbox chain: no word of the package's own stands between a payment and the money that moves.

import { createRequire } from "node:module";
import { createServer } from "node:http";
import { join } from "node:path";
import process from "node:process";

import * as q from "quittance";

import { holding, sandbox } from "./devnet.mjs";
import { ADDRESS, OFFER, POLICY, SECRET, URL as PAGE, check, value } from "./samples.mjs";

const [program, modules] = process.argv.slice(2);
const require = createRequire(join(modules, "package.json"));
const express = require("express");
const { privateKeyToAccount } = require("viem/accounts");
const viem = require("viem");
const { paymentMiddleware, x402ResourceServer } = require("@x402/express");
const { HTTPFacilitatorClient, encodePaymentSignatureHeader, decodePaymentRequiredHeader, decodePaymentResponseHeader } =
  require("@x402/core/http");
const { x402Facilitator } = require("@x402/core/facilitator");
const { x402Client } = require("@x402/fetch");
const { toFacilitatorEvmSigner } = require("@x402/evm");
const { ExactEvmScheme: Client } = require("@x402/evm/exact/client");
const { ExactEvmScheme: Server } = require("@x402/evm/exact/server");
const { registerExactEvmScheme } = require("@x402/evm/exact/facilitator");

const NETWORK = OFFER.network;
const PRICE = BigInt(OFFER.amount);
const account = privateKeyToAccount(SECRET);

const listen = async (handler) => {
  const server = createServer(handler);
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
};

// the chain, which makes blocks whether or not there is something to put into them: who waits for a receipt waits for the next
const devnet = await sandbox(program, "--block-time", "50");
const over = { chain: devnet.chain, transport: viem.http(devnet.url, { timeout: 60_000 }), pollingInterval: 20 };
const node = viem.createPublicClient({ ...over, cacheTime: 0 });
const balance = holding(viem, node, OFFER.asset);

// the official facilitator, behind HTTP as its documentation has it, with an account that is nobody's in what follows
const [sender] = devnet.accounts.filter(({ address }) => address !== ADDRESS);
const wallet = viem.createWalletClient({ ...over, account: privateKeyToAccount(sender.key) }).extend(viem.publicActions);
const engine = new x402Facilitator();
registerExactEvmScheme(engine, { signer: toFacilitatorEvmSigner({ ...wallet, address: wallet.account.address }), networks: NETWORK });
const asked = { verify: [], settle: [] };
const desk = express();
desk.use(express.json());
desk.get("/supported", (_, response) => response.json(engine.getSupported()));
for (const path of ["verify", "settle"]) {
  desk.post(`/${path}`, async ({ body: { paymentPayload, paymentRequirements } }, response) => {
    try {
      const told = await engine[path](paymentPayload, paymentRequirements);
      asked[path].push(told);
      response.json(told);
    } catch (error) {
      response.status(500).json({ error: error.message });
    }
  });
}
const facilitator = await listen(desk);

/** That what was done moved the price, once, from our payer to the payee, in the transaction that a receipt names. */
const moves = async (name, act) => {
  const before = await Promise.all([ADDRESS, OFFER.payTo].map(balance));
  const settled = asked.settle.length;
  const { success, payer, transaction } = await act();
  check(success === true && payer === ADDRESS, `${name}: ${success}, ${payer}`);
  const after = await Promise.all([ADDRESS, OFFER.payTo].map(balance));
  check(before[0] - after[0] === PRICE && after[1] - before[1] === PRICE, `${name}: ${before} became ${after}`);
  check(asked.settle.length === settled + 1 && asked.settle[settled].transaction === transaction, `${name}: ${JSON.stringify(asked.settle)}`);
  check((await node.getTransactionReceipt({ hash: transaction })).status === "success", `${name}: ${transaction}`);
};

// the official server
const till = new x402ResourceServer(new HTTPFacilitatorClient({ url: facilitator.url })).register(NETWORK, new Server());
const app = express();
const route = { accepts: { scheme: "exact", network: NETWORK, payTo: OFFER.payTo, price: "$0.01", maxTimeoutSeconds: 60 }, description: "", mimeType: "" };
app.use(paymentMiddleware({ "GET /report": route }, till));
app.get("/report", (_, response) => response.send("the report"));
const shop = await listen(app);

try {
  const policy = { ...POLICY, origins: [shop.url], allowHttp: true };

  // our buyer, with a key of ours and with an account of viem's
  const key = value(q.SigningKey.open(SECRET));
  for (const [name, signer] of [["our key", key], ["viem's account", account]]) {
    await moves(name, async () => {
      const buy = q.wrapFetch(fetch, { policy, signer, ledger: new q.MemoryLedger(), task: "t" });
      const response = await buy(`${shop.url}/report`);
      check(response.status === 200 && (await response.text()) === "the report", `${name}: ${response.status}`);
      return decodePaymentResponseHeader(response.headers.get("PAYMENT-RESPONSE"));
    });
  }
  check(asked.verify.length === 2 && asked.verify.every(({ isValid, payer }) => isValid && payer === ADDRESS), JSON.stringify(asked.verify));

  // what our package asks to have signed is what viem hashes, and what it signs viem recovers
  const required = await fetch(`${shop.url}/report`);
  const header = required.headers.get("PAYMENT-REQUIRED");
  const prepared = value(q.prepare({ policy, required: { header }, resource: `${shop.url}/report`, purchase: "a", task: "t", from: ADDRESS }));
  check(viem.hashTypedData(prepared.typedData) === prepared.digest, "the digest");
  const { signature } = value(key.sign(prepared));
  check((await viem.recoverTypedDataAddress({ ...prepared.typedData, signature })) === ADDRESS, "the signer");
  check(JSON.stringify(value(q.decodeHeader("PAYMENT-REQUIRED", header))) === JSON.stringify(decodePaymentRequiredHeader(header)), "a 402");

  // it judges: of the same payment with one thing changed it says no, and what it has settled it settles for nobody again
  const made = value(q.decodeHeader("PAYMENT-SIGNATURE", value(prepared.finish(signature)).value));
  const told = async (change, more = {}) => {
    const payment = structuredClone(made);
    change(payment.payload);
    const { isValid, invalidReason } = await engine.verify(payment, { ...payment.accepted, ...more });
    return isValid ? "valid" : invalidReason;
  };
  const nothing = () => {};
  check((await told(nothing)) === "valid", "the payment as it was made");
  const wrong = [
    await told((payload) => void (payload.signature = `0x${"11".repeat(64)}1b`)),
    await told(({ authorization }) => void (authorization.nonce = `0x${"22".repeat(32)}`)),
    await told(({ authorization }) => void (authorization.validBefore = "1")),
    await told(nothing, { amount: "10001" }),
    await told(nothing, { payTo: sender.address }),
  ];
  check(!wrong.includes("valid"), `${wrong}`);
  await moves("prepared and signed in two steps", () => engine.settle(made, made.accepted).then((it) => (asked.settle.push(it), it)));
  const again = await engine.settle(made, made.accepted);
  check(again.success === false, JSON.stringify(again));

  // the official client at our gate, which has the official facilitator settle
  const claims = new Set();
  const log = { claim: (key) => !claims.has(key) && Boolean(claims.add(key)), release: (key) => void claims.delete(key) };
  const gate = q.createGate({ terms: OFFER, log, facilitator: facilitator.url, origin: new URL(PAGE).origin, serve: (_, { payer }) => new Response(payer) });
  const unpaid = await gate(new Request(PAGE));
  const payer = new x402Client().register(NETWORK, new Client(account));
  const payment = await payer.createPaymentPayload(decodePaymentRequiredHeader(unpaid.headers.get("PAYMENT-REQUIRED")));
  const paid = { headers: { "PAYMENT-SIGNATURE": encodePaymentSignatureHeader(payment) } };
  await moves("the official client", async () => {
    const served = await gate(new Request(PAGE, paid));
    check(served.status === 200 && (await served.text()) === ADDRESS, `the official client: ${served.status}`);
    return decodePaymentResponseHeader(served.headers.get("PAYMENT-RESPONSE"));
  });
  check((await gate(new Request(PAGE, paid))).status === 409, "the same bytes again");
  payment.payload.authorization.value = "9999";
  const less = await gate(new Request(PAGE, { headers: { "PAYMENT-SIGNATURE": encodePaymentSignatureHeader(payment) } }));
  check(less.status === 402, `less than was asked: ${less.status}`);
  key.free();
  console.log(
    "our buyer pays the official server by our key and by viem's, the official client pays our gate, once, and not less; " +
      `the official facilitator judged and settled all ${asked.settle.length}, and refused for ${[...new Set(wrong)].join(", ")}`,
  );
} finally {
  shop.close();
  facilitator.close();
  devnet.end();
}
