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

const exact = (reason) => `402: invalid_exact_evm_${reason}`;
const permit2 = (reason, status = 402) => `${status}: ${reason}`;
/** The answers by the way of paying: of EIP-3009, of both that rest on Permit2, and of version 1 where that has words of its own. */
const each = (eip3009, ofPermit2, v1 = eip3009) => ({ eip3009, permit2: ofPermit2, upto: ofPermit2, v1 });
const SPENT = each(exact("nonce_already_used"), permit2("permit2_simulation_failed"));

/**
 * Each case: its name, the official answers, and what is done. `who` makes the purse, `change` and `divert` are the wire's, `again` says that
 * the payment is shown a second time, by somebody who has seen it pass.
 */
export const CASES = [
  ["a payment", each("200", "200"), {}],
  ["signed by somebody else", each(exact("signature"), permit2("invalid_permit2_signature")), resigned(undefined, stranger)],
  ["pays too little", each(exact("payload_authorization_value_mismatch"), permit2("permit2_amount_mismatch"), exact("authorization_value")), resigned(cheap)],
  ["pays somebody else", each(exact("recipient_mismatch"), permit2("invalid_permit2_recipient_mismatch")), resigned(elsewhere)],
  ["has expired", each(exact("payload_authorization_valid_before"), permit2("permit2_deadline_expired")), resigned(expired)],
  ["is not good yet", each(exact("payload_authorization_valid_after"), permit2("permit2_not_yet_valid")), resigned(early)],
  ["shown twice", SPENT, { again: true }],
  ["of more than the payer has", each(exact("insufficient_balance"), permit2("permit2_insufficient_balance")), { purse: "poor" }],
  ["Permit2 is not approved", each(undefined, permit2("permit2_allowance_required", 412)), { purse: "unapproved" }],
  ["no base64", each("402: Payment required", "402: Payment required"), { change: () => "{}" }],
  ["no JSON", each("402: Payment required", "402: Payment required"), { change: () => Buffer.from("pay me").toString("base64") }],
  ["arrives for something else", each("200", "200"), { divert: (path) => `${path}?of=another` }],
].map(([name, official, doing]) => ({ name, official, ...doing }));
