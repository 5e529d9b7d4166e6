// What is paid, what is wrong with it, and what the official server answers where the official facilitator decides.
//
// Wrong payments are honest ones that were changed on their way, by somebody who has the payer's key where a signature has to fit. So every
// client makes each payment, and hears each refusal.

import { sign } from "../typescript/buyer.mjs";
import { known, now } from "../typescript/chain.mjs";
import { CEILING, PRICE } from "../typescript/shop.mjs";
import { decoded, encoded } from "./wire.mjs";

export const PRICES = { eip3009: PRICE, permit2: PRICE, upto: CEILING, v1: PRICE };

const stranger = known(7);

/** A payment that is changed where it is signed, and signed again: by the payer, or by somebody else. */
const resigned = (change, signer) => ({
  change: async (header, { account }) => {
    const payment = decoded(header);
    change?.(payment.payload.authorization ?? payment.payload.permit2Authorization);
    await sign(payment, signer ?? account);
    return encoded(payment);
  },
});

const number = (holder, name, by) => void (holder[name] = `${BigInt(holder[name]) + by}`);
const cheap = (inner) => (inner.permitted ? number(inner.permitted, "amount", -1n) : number(inner, "value", -1n));
const elsewhere = (inner) => void ((inner.witness ?? inner).to = stranger.address);
const expired = (inner) => void (inner["deadline" in inner ? "deadline" : "validBefore"] = `${now() - 1}`);
const early = (inner) => void ((inner.witness ?? inner).validAfter = `${now() + 60}`);

/** What there is by the way of paying: by EIP-3009, by both that rest on Permit2, and by version 1 where that has words of its own. */
const each = (eip3009, permit2, v1 = eip3009) => ({ eip3009, permit2, upto: permit2, v1 });
const all = (word) => each(word, word);
const exact = (reason) => `402: invalid_exact_evm_${reason}`;
const asked = "402: Payment required";

const charged = (amount) => ({ servers: ["quittance", "typescript", "python"], query: `?charge=${amount}`, moves: amount });

/**
 * Each case: its name; the official answers; the code that `quittance pay` gives the refusal, where there is one for it; and what is done.
 * `purse` says who pays, `change` and `divert` are the wire's, `again` says that the payment is shown a second time by somebody who has seen it
 * pass, which the client never hears of, and `away` that nobody reaches the facilitator; `moves` is what is charged where that is not the price.
 */
export const CASES = [
  ["a payment", all("200"), {}, {}],
  [
    "signed by somebody else",
    each(exact("signature"), "402: invalid_permit2_signature"),
    each("eip3009_signature", "permit2_signature"),
    resigned(undefined, stranger),
  ],
  [
    "pays too little",
    each(exact("payload_authorization_value_mismatch"), "402: permit2_amount_mismatch", exact("authorization_value")),
    each("eip3009_value", "permit2_amount"),
    resigned(cheap),
  ],
  [
    "pays somebody else",
    each(exact("recipient_mismatch"), "402: invalid_permit2_recipient_mismatch"),
    each("eip3009_recipient", "permit2_recipient"),
    resigned(elsewhere),
  ],
  [
    "has expired",
    each(exact("payload_authorization_valid_before"), "402: permit2_deadline_expired"),
    each("eip3009_valid_before", "permit2_deadline"),
    resigned(expired),
  ],
  [
    "is not good yet",
    each(exact("payload_authorization_valid_after"), "402: permit2_not_yet_valid"),
    each("eip3009_valid_after", "permit2_valid_after"),
    resigned(early),
  ],
  ["shown twice", each(exact("nonce_already_used"), "402: permit2_simulation_failed"), {}, { again: true }],
  [
    "of more than the payer has",
    each(exact("insufficient_balance"), "402: permit2_insufficient_balance"),
    each("insufficient_funds", "permit2_balance"),
    { purse: "poor" },
  ],
  ["Permit2 is not approved", { permit2: "412: permit2_allowance_required", upto: "412: permit2_allowance_required" }, all("permit2_allowance"), { purse: "unapproved" }],
  ["no base64", each(asked, asked, "402: Invalid character"), each("settle_failed", "settle_failed", "refused"), { change: () => "{}" }],
  [
    "no JSON",
    each(asked, asked, '402: Unexpected token \'p\', "pay me" is not valid JSON'),
    each("settle_failed", "settle_failed", "refused"),
    { change: () => Buffer.from("pay me").toString("base64") },
  ],
  ["arrives for something else", all("200"), {}, { divert: (path) => `${path}?of=another` }],
  ["while the facilitator is away", all("402: fetch failed"), all("refused"), { away: true }],
  // what was used, which a buyer of these shops chooses
  ["a third of the ceiling is charged", { upto: "200" }, {}, charged(30_000n)],
  ["nothing is charged", { upto: "200" }, {}, charged(0n)],
  [
    "more than the ceiling is charged",
    { upto: "402, not settled: invalid_upto_evm_payload_settlement_exceeds_amount" },
    { upto: "upto_exceeds" },
    charged(CEILING + 1n),
  ],
].map(([name, official, pay, doing]) => ({ name, official, pay, ...doing }));
