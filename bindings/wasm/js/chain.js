// What only a chain can say. The host asks it; here are the questions, the calls that ask them, and the reading of what came back.

import * as wasm from "#wasm";
import { answer, bytes, document, map, object, optional, seconds } from "./text.js";

const part = (question) => bytes(document(question, "question"), "question");

/** Verifies a payment with the answers so far: `{verified}`, or the `{questions}` that are open. */
export const verifyOnChain = (header, terms, { now, mode = "simulated", factories, sponsoring, answers = [], name = "PAYMENT-SIGNATURE" } = {}) =>
  answer(
    wasm.chain_check(
      object({
        name,
        value: typeof header === "string" ? header : bytes(header, "header"),
        terms: document(terms, "terms"),
        now: seconds(now),
        mode,
        factories,
        sponsoring,
        answers,
      }),
    ),
  );

export const callFor = (question) => answer(wasm.chain_call(part(question)));

export const answerOf = (question, { returned, reverted }) =>
  answer(wasm.chain_answer(part(question), optional(returned, "returned"), optional(reverted, "reverted")));

export const multicall = (calls) => answer(wasm.multicall(bytes(JSON.stringify(calls), "calls")));

export const multicallOutcomes = (returned, count) => {
  if (!Number.isInteger(count) || count < 0 || count > 0xffff) throw new TypeError("count must be a number of calls");
  return map(answer(wasm.multicall_outcomes(bytes(returned, "returned"), count)), ({ outcomes }) => outcomes);
};
