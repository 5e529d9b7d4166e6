// What only a chain can say. The host asks it; here are the questions, the calls that ask them, and the reading of what came back.

import * as wasm from "#wasm";
import { asked } from "./asking.js";
import { answer, bytes, document, map, optional } from "./text.js";

const part = (question) => bytes(document(question, "question"), "question");

/** Verifies a payment with the answers so far: `{verified}`, or the `{questions}` that are open. */
export const verifyOnChain = (header, terms, options) => answer(wasm.chain_check(asked(header, terms, options)));

export const callFor = (question) => answer(wasm.chain_call(part(question)));

export const answerOf = (question, { returned, reverted }) =>
  answer(wasm.chain_answer(part(question), optional(returned, "returned"), optional(reverted, "reverted")));

export const multicall = (calls) => answer(wasm.multicall(bytes(JSON.stringify(calls), "calls")));

export const multicallOutcomes = (returned, count) => {
  if (!Number.isInteger(count) || count < 0 || count > 0xffff) throw new TypeError("count must be a number of calls");
  return map(answer(wasm.multicall_outcomes(bytes(returned, "returned"), count)), ({ outcomes }) => outcomes);
};
