// What a facilitator needs: the questions to the chain, the verdict with their answers, what is to be sent, and what a receipt proves.
//
// It sends nothing and remembers nothing. A plan comes only out of a check that has passed, which every function makes anew; what was claimed, and
// what was sent, is the host's to keep.

import * as wasm from "#wasm";
import { asked } from "./asking.js";
import { answer, bytes, decimal, map, object, raw } from "./text.js";

export * from "./chain.js";

export const readRequest = (purpose, body) => answer(wasm.settle_request(bytes(purpose, "purpose"), raw(body, "body")));

/** What a node tells of a transaction in a block, as the module is given it: words of JSON-RPC, or those of a library. */
const told = ({ transactionHash, status, logs }) => {
  const known = { "0x1": "succeeded", success: "succeeded", "0x0": "reverted", reverted: "reverted" }[status];
  if (known === undefined) throw new TypeError("the receipt must have a status: of a transaction in no block nothing is known");
  const log = ({ address, topics, data }) => ({ address, topics, data });
  return object({ transaction: transactionHash, status: known, logs: logs.map(log) });
};

/** Verifies, and says what is to be sent; `judge` says what the receipt of it proves. */
export const planSettlement = (header, terms, { claimed, charge, ...options }) => {
  bytes(claimed, "claimed");
  const given = asked(header, terms, options, { claimed, charge: charge === undefined ? undefined : decimal(charge, "charge") });
  const judging = ({ steps }) => (receipt) =>
    // where nothing is to be sent there is no receipt
    map(answer(wasm.settle_judge(given, steps.length === 0 ? object({}) : told(receipt))), ({ outcome, response }) =>
      response === undefined ? { outcome } : { outcome, response: JSON.parse(response), text: response },
    );
  return map(answer(wasm.settle_plan(given)), (plan) => (plan.questions === undefined ? { ...plan, judge: judging(plan) } : plan));
};
