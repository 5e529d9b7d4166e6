/**
 * What a facilitator needs: the questions to a chain, the verdict with its answers, what has to be sent, and what a receipt proves.
 *
 * Nothing here reaches a chain, sends or remembers. What is to be sent comes only out of a check that has passed, and whether it was paid only out
 * of the logs: that a transaction did not revert says nothing.
 */

import type { Call, ChainOptions, Question402 } from "./index.js";
import type { Decimal, Json, PaymentRequirements, Result, SettleResponse, Verified } from "./verify.js";

export { answerOf, callFor, multicall, multicallOutcomes, verifyOnChain } from "./index.js";
export type { Call, ChainAnswer, ChainOptions, Question402 } from "./index.js";
export type * from "./verify.js";

/** What the body of a request to a facilitator asks, as texts for {@link planSettlement} and `verifyOnChain`. */
export interface FacilitatorRequest {
  name: "PAYMENT-SIGNATURE" | "X-PAYMENT";
  header: string;
  /** The seller's offer, in the words of version 2. To settle up to a ceiling, it asks for the ceiling. */
  terms: string;
  /** The price; or of what is settled up to a ceiling, what was used. */
  charge: string;
}

/** Reads the body of `POST /verify` or `POST /settle`, in either version. */
export function readRequest(purpose: "verify" | "settle", body: string | Uint8Array): Result<FacilitatorRequest>;

/** One thing to do, after the one before has succeeded. */
export type Step =
  | ({ kind: "call" } & Call)
  /** Only while there is no code at the wallet's address. */
  | ({ kind: "deploy"; wallet: string } & Call)
  /** The account has to have `needs`; it is given what it lacks, and nothing if that is more than `most`. */
  | { kind: "fund"; account: string; needs: string; most: string }
  /** A transaction that the payer has signed: `eth_sendRawTransaction`. */
  | { kind: "broadcast"; hash: string; transaction: string };

/** A log that a settlement must leave. */
export interface ExpectedLog {
  emitter: string;
  topics: string[];
  data: string;
}

/** What a node tells of a transaction in a block (`eth_getTransactionReceipt`); words of JSON-RPC, or of viem. */
export interface TransactionReceipt {
  transactionHash: string;
  status: "0x0" | "0x1" | "success" | "reverted";
  logs: readonly { address: string; topics: readonly string[]; data: string }[];
}

export interface Settlement {
  verified: Verified;
  charge: string;
  /** What is to be done, in order; nothing where there is nothing to settle. */
  steps: Step[];
  /** What has to stand in the receipt. */
  evidence: ExpectedLog[];
  /** Whether the calls are such that anybody can make, so that a contract may make them. */
  shareable: boolean;
  questions?: undefined;
  /**
   * What the receipt of a transaction that did this and nothing else proves, once its block stands. Of `paid` the `response` is for the buyer, and
   * `text` the exact text of it. Of neither of the other two it is known that the payment cannot be taken yet: only the state of the nonce says
   * that. Where there are no steps nothing is charged, nothing is sent, and it is paid without a receipt.
   */
  judge(
    receipt?: TransactionReceipt,
  ): Result<
    | { outcome: "paid"; response: SettleResponse; text: string }
    | { outcome: "otherwise" | "reverted"; response?: undefined; text?: undefined }
  >;
}

export interface SettlementOptions extends ChainOptions {
  /** The key that was claimed for this settlement, in a store that all instances share: `verified.key` of the check. It is spent once. */
  claimed: string;
  /** What is charged: the price, unless it is said; of a ceiling it has to be. */
  charge?: Decimal;
}

/**
 * Verifies, and says what is to be sent; or which questions are open. With the same arguments, of which `now` is one, it gives the same settlement
 * after a crash.
 */
export function planSettlement(
  header: string,
  terms: Json<PaymentRequirements>,
  options: SettlementOptions,
): Result<Settlement | { questions: Question402[]; steps?: undefined; judge?: undefined }>;
