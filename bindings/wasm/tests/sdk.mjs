// The packed package beside the protocol's own: `node sdk.mjs <modules with @x402 and viem>`, run where the tarball is installed.
//
// Our buyer pays the official server; the official client, with a key of viem's, pays our gate. Between server and chain stands a facilitator
// of a few lines, which verifies with the package and says that it has settled: what is tried here is what the two sides make of each
// other's bytes, and no chain is needed for that.

import { createRequire } from "node:module";
import { createServer } from "node:http";
import { join } from "node:path";
import process from "node:process";

import * as q from "quittance";

import { ADDRESS, OFFER, POLICY, SECRET, URL as PAGE, check, value } from "./samples.mjs";

const require = createRequire(join(process.argv[2], "package.json"));
const express = require("express");
const { privateKeyToAccount } = require("viem/accounts");
const { hashTypedData, recoverTypedDataAddress } = require("viem");
const { paymentMiddleware, x402ResourceServer } = require("@x402/express");
const { HTTPFacilitatorClient, encodePaymentSignatureHeader, decodePaymentRequiredHeader, decodePaymentResponseHeader } =
  require("@x402/core/http");
const { x402Client } = require("@x402/fetch");
const { ExactEvmScheme: Client } = require("@x402/evm/exact/client");
const { ExactEvmScheme: Server } = require("@x402/evm/exact/server");

const NETWORK = OFFER.network;
const account = privateKeyToAccount(SECRET);

const listen = async (handler) => {
  const server = createServer(handler);
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
};

// the facilitator
const asked = { verify: 0, settle: 0 };
const engine = express();
engine.use(express.json());
const judged = ({ paymentPayload, paymentRequirements }) =>
  q.verify(value(q.encodeHeader("PAYMENT-SIGNATURE", paymentPayload)), paymentRequirements);
engine.get("/supported", (_, response) =>
  response.json({ kinds: [{ x402Version: 2, scheme: "exact", network: NETWORK }], extensions: [], signers: { "eip155:*": [ADDRESS] } }),
);
engine.post("/verify", ({ body }, response) => {
  asked.verify += 1;
  const told = judged(body);
  response.json(told.ok ? { isValid: true, payer: told.value.payer } : { isValid: false, invalidReason: told.error.reason ?? told.error.code });
});
engine.post("/settle", ({ body }, response) => {
  asked.settle += 1;
  const told = judged(body);
  const receipt = { transaction: `0x${"ab".repeat(32)}`, network: NETWORK };
  response.json(told.ok ? { success: true, payer: told.value.payer, ...receipt } : { success: false, errorReason: told.error.code, ...receipt });
});
const facilitator = await listen(engine);

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
    const buy = q.wrapFetch(fetch, { policy, signer, ledger: new q.MemoryLedger(), task: "t" });
    const response = await buy(`${shop.url}/report`);
    check(response.status === 200 && (await response.text()) === "the report", `${name}: ${response.status}`);
    const receipt = decodePaymentResponseHeader(response.headers.get("PAYMENT-RESPONSE"));
    check(receipt.success === true && receipt.payer === ADDRESS, `${name}: ${JSON.stringify(receipt)}`);
  }
  check(asked.settle === 2, `settled ${asked.settle} times`);

  // what our package asks to have signed is what viem hashes, and what it signs viem recovers
  const required = await fetch(`${shop.url}/report`);
  const header = required.headers.get("PAYMENT-REQUIRED");
  const prepared = value(q.prepare({ policy, required: { header }, resource: `${shop.url}/report`, purchase: "a", task: "t", from: ADDRESS }));
  check(hashTypedData(prepared.typedData) === prepared.digest, "the digest");
  const { signature } = value(key.sign(prepared));
  check((await recoverTypedDataAddress({ ...prepared.typedData, signature })) === ADDRESS, "the signer");
  check(JSON.stringify(value(q.decodeHeader("PAYMENT-REQUIRED", header))) === JSON.stringify(decodePaymentRequiredHeader(header)), "a 402");

  // the official client at our gate
  const claims = new Set();
  const log = { claim: (key) => !claims.has(key) && Boolean(claims.add(key)), release: (key) => void claims.delete(key) };
  const settle = async ({ paymentRequirements }) => ({ success: true, transaction: `0x${"cd".repeat(32)}`, network: paymentRequirements.network, payer: ADDRESS });
  const gate = q.createGate({ terms: OFFER, log, settle, origin: new URL(PAGE).origin, serve: (_, { payer }) => new Response(payer) });
  const unpaid = await gate(new Request(PAGE));
  const payer = new x402Client().register(NETWORK, new Client(account));
  const payment = await payer.createPaymentPayload(decodePaymentRequiredHeader(unpaid.headers.get("PAYMENT-REQUIRED")));
  const paid = { headers: { "PAYMENT-SIGNATURE": encodePaymentSignatureHeader(payment) } };
  const served = await gate(new Request(PAGE, paid));
  check(served.status === 200 && (await served.text()) === ADDRESS, `the official client: ${served.status}`);
  check(decodePaymentResponseHeader(served.headers.get("PAYMENT-RESPONSE")).success === true, "the receipt");
  check((await gate(new Request(PAGE, paid))).status === 409, "the same bytes again");
  payment.payload.authorization.value = "9999";
  const less = await gate(new Request(PAGE, { headers: { "PAYMENT-SIGNATURE": encodePaymentSignatureHeader(payment) } }));
  check(less.status === 402, `less than was asked: ${less.status}`);
  key.free();
  console.log("our buyer pays the official server by our key and by viem's; the official client pays our gate, once, and not less");
} finally {
  shop.close();
  facilitator.close();
}
