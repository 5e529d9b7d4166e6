// Where our facilitator answers otherwise than the official one, on purpose. Whatever is not here has to be the same.

const refused = (reason, status = 402) => ({ verify: `refused: ${reason}`, settle: `failed: ${reason}`, shop: `${status}: ${reason}` });
const direct = (reason) => ({ verify: `refused: ${reason}`, settle: `failed: ${reason}` });
const settle = (text) => ({ settle: text });
const malformed = (reason) => ({ verify: `400: ${reason}`, settle: `400: ${reason}` });

/** Reasons that the specification, section 9, or where it has none the Python packages, call otherwise than the official engine. */
export const NAMES = {
  invalid_exact_evm_signature: "invalid_exact_evm_payload_signature",
  invalid_exact_evm_recipient_mismatch: "invalid_exact_evm_payload_recipient_mismatch",
  invalid_exact_evm_insufficient_balance: "insufficient_funds",
  invalid_exact_evm_network_mismatch: "network_mismatch",
  invalid_exact_evm_scheme: "unsupported_scheme",
  invalid_exact_evm_authorization_value: "invalid_exact_evm_payload_authorization_value_mismatch",
};

/** Why, and what each case is answered then. */
const MEANT = [
  {
    why: "a signature that the token will refuse is refused for what it is, before anything is simulated or sent",
    cases: {
      "eip3009: a wallet that is yet to be made, signed by somebody else": { verify: "refused: invalid_exact_evm_payload_signature" },
      "sponsored: the permit is signed by somebody else": refused("eip2612_from_mismatch"),
      "eip3009: the twin of the signature": refused("invalid_exact_evm_payload_signature"),
      "eip3009: a signature that ends in 0 or 1": refused("invalid_exact_evm_payload_signature"),
      "eip3009: a signature cut short": refused("invalid_exact_evm_payload_undeployed_smart_wallet"),
    },
  },
  {
    why: "a settlement asks the chain what a verification asks, so that nothing is sent to find out",
    cases: {
      "eip3009: terms with another name than the token's": settle("failed: invalid_exact_evm_token_name_mismatch"),
      "eip3009: terms with another version than the token's": settle("failed: invalid_exact_evm_token_version_mismatch"),
      "eip3009: terms in an asset that is no token": settle("failed: invalid_exact_evm_eip3009_not_supported"),
      "permit2: Permit2 is not approved": settle("failed: permit2_allowance_required"),
      "permit2: a payer with too little": settle("failed: permit2_insufficient_balance"),
      "sponsored: the permit is for another account": settle("failed: eip2612_from_mismatch"),
      "v1: a payer with too little": settle("failed: insufficient_funds"),
      "v1: sent before, by somebody else": settle("failed: invalid_exact_evm_nonce_already_used"),
    },
  },
  {
    why: "the same payment has the same receipt, however often it is settled",
    cases: {
      "eip3009: settled before, by the same facilitator": settle("settled"),
      "permit2: settled before, by the same facilitator": { ...refused("permit2_invalid_nonce"), settle: "settled" },
      "upto: settled before, by the same facilitator": { ...refused("permit2_invalid_nonce"), settle: "settled" },
      "eip3009: settled by four at once": { everybody: "has the receipt" },
      "permit2: settled by four at once": { everybody: "has the receipt" },
      "upto: settled by four at once": { everybody: "has the receipt" },
    },
  },
  {
    why: "Permit2 is asked about the nonce",
    cases: { "permit2: the nonce was invalidated": refused("permit2_invalid_nonce") },
  },
  {
    why: "the token's domain is known",
    cases: {
      "eip3009: terms without the token's name": { verify: "valid", settle: "settled, 10000 moved" },
      "v1: terms without the token's name": { verify: "valid", settle: "settled, 10000 moved" },
    },
  },
  {
    why: "a payment is good for the terms that it says it accepted, and for no others",
    cases: {
      "eip3009: terms without the token's name, and a payment with it": direct("No matching payment requirements"),
      "eip3009: terms with another name than was signed": direct("No matching payment requirements"),
      "eip3009: a payment for another amount than the terms": direct("No matching payment requirements"),
      "upto: a ceiling above what is asked": settle("failed: No matching payment requirements"),
    },
  },
  {
    why: "what is not served here is an answer and no outage",
    cases: {
      "eip3009: terms on another network than the payment": direct("invalid_network"),
      "eip3009: terms and payment on a network nobody serves": direct("invalid_network"),
      "eip3009: terms of another scheme": direct("invalid_upto_evm_scheme"),
      "eip3009: terms of an unknown scheme": direct("unsupported_scheme"),
      "eip3009: a payment of an unknown version": { verify: "400 refused: invalid_x402_version", settle: "400 failed: invalid_x402_version" },
      "v1: terms on a network nobody knows": direct("invalid_payment_requirements"),
    },
  },
  {
    why: "a charge that is none is an error, and nothing is charged",
    cases: {
      "upto: a charge that is no number": settle("failed: invalid_payment_requirements"),
      "upto: a charge with a fraction": settle("failed: invalid_payment_requirements"),
      "upto: a charge below zero": settle("failed: invalid_payment_requirements"),
    },
  },
  {
    // the official server makes a refusal of it after all
    why: "an outage says nothing about the payment",
    cases: Object.fromEntries(
      ["eip3009", "permit2", "upto"].map((route) => [
        `${route}: the facilitator's node is away`,
        { verify: "error 503", settle: "error 503", shop: "402: Facilitator verify failed (503)" },
      ]),
    ),
  },
  {
    why: "what is malformed gets 400 and the reason",
    cases: {
      "http: no JSON": malformed("invalid_payload"),
      "http: half of it": malformed("invalid_payload"),
      "http: an empty body": malformed("invalid_payload"),
      "http: an empty object": malformed("invalid_x402_version"),
      "http: a list": malformed("invalid_payload"),
      "http: terms without a payment": malformed("invalid_payload"),
      "http: a payment without terms": malformed("invalid_payload"),
      "http: what is there, and what is not": { verify: "405" },
    },
  },
];

export class Differences {
  #seen = new Set();

  /** What ours has to say in a case where the official one says `text`, and why if that is not the same. */
  apply(name, ask, text) {
    for (const { why, cases } of MEANT) {
      const own = cases[name]?.[ask];
      if (own === undefined) continue;
      this.#seen.add(`${name}, ${ask}`);
      return own === text ? { text: "something else, as is listed" } : { text: own, why };
    }
    const reason = /: (\S+)$/.exec(text ?? "")?.[1];
    if (!(reason in NAMES)) return { text };
    this.#seen.add(reason);
    return { text: text.replace(reason, NAMES[reason]), why: "the specification's name" };
  }

  get count() {
    return this.#seen.size;
  }

  /** What is listed and no case showed. */
  unseen() {
    const answers = MEANT.flatMap(({ cases }) => Object.entries(cases)).flatMap(([name, asks]) => Object.keys(asks).map((ask) => `${name}, ${ask}`));
    return [...Object.keys(NAMES), ...answers].filter((listed) => !this.#seen.has(listed)).map((listed) => `no case shows the difference: ${listed}`);
  }
}
