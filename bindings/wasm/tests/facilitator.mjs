// The facilitator of the README on a chain: `node facilitator.mjs <quittance> <modules with viem>`, run where the tarball is installed.
//
// The chain is the project's sandbox, with a real EIP-3009 token; the questions are asked over JSON-RPC, and what the plan says is sent by viem.

import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import process from "node:process";

import * as q from "quittance";
import { answerOf, callFor, planSettlement, readRequest, verifyOnChain } from "quittance/settle";

import { holding, sandbox } from "./devnet.mjs";
import { OFFER, check, pay, value } from "./samples.mjs";

const [program, modules] = process.argv.slice(2);
const require = createRequire(join(modules, "package.json"));
const viem = require("viem");
const { createPublicClient, createWalletClient, http } = viem;
const { privateKeyToAccount } = require("viem/accounts");

// the facilitator of the README, as it is written there
const readme = readFileSync(new URL("../node_modules/quittance/README.md", import.meta.url), "utf8");
writeFileSync(new URL("example-facilitator.mjs", import.meta.url), readme.match(/```js facilitator\n([^]*?)```/)[1]);
const { settle } = await import("./example-facilitator.mjs");

const devnet = await sandbox(program);
try {
  const { url, chain, accounts } = devnet;
  const [payer, payee, sender] = accounts;

  const rpc = async (method, ...params) => {
    const headers = { "content-type": "application/json" };
    const { result, error } = await (await fetch(url, { method: "POST", headers, body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }) })).json();
    if (error !== undefined && typeof error.data !== "string") throw new Error(`${method}: ${error.message}`);
    return error === undefined ? { returned: result } : { reverted: error.data };
  };
  const call = ({ target, data, sender }) => rpc("eth_call", { to: target, data, from: sender }, "latest");
  let asked = 0;
  const answered = async (question) => {
    asked += 1;
    switch (question.kind) {
      case "code":
        return { bytes: (await rpc("eth_getCode", question.address, "latest")).returned };
      case "simulate": {
        check(question.calls.length === 1, "one call settles");
        const { reverted } = await call(question.calls[0]);
        return reverted === undefined ? { flag: true } : { failed: reverted };
      }
      default:
        return value(answerOf(question, await call(value(callFor(question)))));
    }
  };
  const ask = (questions) => Promise.all(questions.map(async (question) => ({ question, answer: await answered(question) })));

  const [wallet, node] = [createWalletClient({ account: privateKeyToAccount(sender.key), chain, transport: http(url) }), createPublicClient({ chain, transport: http(url), pollingInterval: 20 })];
  const sent = [];
  const send = async (steps) => {
    let receipt;
    for (const step of steps) {
      check(step.kind === "call", `a key and a balance need no ${step.kind}`);
      receipt = await node.waitForTransactionReceipt({ hash: await wallet.sendTransaction({ to: step.target, data: step.data }) });
      sent.push(receipt);
    }
    return receipt;
  };
  const claims = new Set();
  const claim = (key) => !claims.has(key) && Boolean(claims.add(key));

  const balance = () => holding(viem, node, OFFER.asset)(payee.address);
  const offer = { ...OFFER, payTo: payee.address };
  const required = { header: value(q.encodeHeader("PAYMENT-REQUIRED", { x402Version: 2, resource: { url: "https://api.example.com/v1/report/42" }, accepts: [offer] })) };
  const paid = (purchase) => pay(q, { secret: payer.key, required, purchase, now: String(Math.floor(Date.now() / 1000)) }).value;
  const body = (header, asks = offer) =>
    JSON.stringify({ x402Version: 2, paymentPayload: value(q.decodeHeader("PAYMENT-SIGNATURE", header)), paymentRequirements: asks });

  const before = await balance();
  const first = body(paid("one"));
  const settled = value(await settle(first, { ask, claim, send }));
  check(settled.outcome === "paid" && settled.response.success && settled.response.transaction === sent[0].transactionHash, JSON.stringify(settled));
  check(settled.response.payer === payer.address && (await balance()) - before === 10000n, "the money moved");

  // again: it is claimed; and whoever forgot that is told by the chain
  check((await settle(first, { ask, claim, send })).ok === false, "the same payment");
  const again = await settle(first, { ask, claim: () => true, send });
  check(again.ok === false && again.error.retry !== undefined && sent.length === 1, `the nonce is used: ${JSON.stringify(again)}`);

  // the receipt of one payment proves nothing of another
  const { header, terms, charge } = value(readRequest("settle", body(paid("two"))));
  const options = { now: new Date(), answers: [] };
  let told = value(verifyOnChain(header, terms, options));
  while (told.questions) {
    options.answers.push(...(await ask(told.questions)));
    told = value(verifyOnChain(header, terms, options));
  }
  const plan = value(planSettlement(header, terms, { ...options, charge, claimed: told.verified.key }));
  check(value(plan.judge(sent[0])).outcome === "otherwise", "another's receipt");
  check(value(plan.judge(await send(plan.steps))).outcome === "paid", "its own");
  check((await settle(body(paid("three"), { ...offer, amount: "10001" }), { ask, claim, send })).ok === false && sent.length === 2, "less than is asked");
  check((await balance()) - before === 20000n, "each once");
  console.log(`the facilitator of the README settles on a chain: ${asked} questions, ${sent.length} transactions, each payment once`);
} finally {
  devnet.end();
}
