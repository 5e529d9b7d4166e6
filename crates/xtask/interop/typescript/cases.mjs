// What is paid, and what is wrong with it; what the official facilitator says.
//
// A case makes a payment with the official client and may change it. It is then verified and settled directly, and another one like it
// buys at the shop. What a case expects of each ask is the whole answer: a verdict with its reason, a status where it is not 200, and
// how much money moved.

import assert from "node:assert/strict";

import { Buyer, sign } from "./buyer.mjs";
import { EXACT_PROXY, MULTICALL3, NETWORK, UPTO_PROXY, known, now } from "./chain.mjs";
import { NETWORK_V1, TERMS_V1 } from "./shop-v1.mjs";
import { CEILING, PRICE } from "./shop.mjs";
import { viem } from "./packages.mjs";
import { promised, safe, wallet } from "./wallets.mjs";

const stranger = known(7);
const paid = (amount) => ({ verify: "valid", settle: `settled, ${amount} moved`, shop: `200, ${amount} moved` });
const refused = (reason, status = 402) => ({ verify: `refused: ${reason}`, settle: `failed: ${reason}`, shop: `${status}: ${reason}` });

/**
 * One way to pay: `who` makes the buyer, `change` changes the payment, `signed` says that it is signed again afterwards, `ask` changes what a
 * seller asks for it, and `before` does something on the chain before it is shown.
 */
function payment(route, name, expect, { who = (chain) => key(chain, route), change, signed = true, ask, before, query = "" } = {}) {
  const run = async (counter) => {
    const { chain } = counter;
    const buyer = await who(chain);
    const url = `${route === "/v1" ? counter.shopV1Url : counter.shopUrl}${route}`;
    const make = async () => {
      const made = structuredClone(await buyer.payment(url));
      await change?.(made, buyer, chain);
      if (change && signed) await sign(made, buyer.account);
      await before?.(made, buyer, counter);
      return made;
    };
    const made = await make();
    const asked = (verifying) => {
      const own = structuredClone(made.accepted ?? TERMS_V1);
      return ask?.(own, verifying) ?? own;
    };
    const said = {};
    if ("verify" in expect) said.verify = await counter.verify(buyer, made, asked(true));
    if ("settle" in expect) said.settle = await counter.settle(buyer, made, asked(false));
    if ("shop" in expect) said.shop = await counter.shop(buyer, await make(), `${url}${query}`);
    return said;
  };
  return { name: `${route.slice(1)}: ${name}`, expect, run };
}

/** A buyer with a key and money, who has approved Permit2 where that is the way. */
async function key(chain, route, options = {}) {
  return new Buyer(chain, await chain.buyer({ approved: route === "/permit2" || route === "/upto", ...options }));
}

/** A buyer whose account is a contract. */
const contract = (make, options = {}) => async (chain) => {
  const account = await make(chain, options);
  if (options.approved) await account.approve();
  return new Buyer(chain, options.promised ? promised(account) : account);
};

const change = {
  time: (name, seconds) => ({ payload: { authorization, permit2Authorization: permit } }) => {
    const at = `${now() + seconds}`;
    if (authorization) authorization[name === "until" ? "validBefore" : "validAfter"] = at;
    else if (name === "until") permit.deadline = at;
    else permit.witness.validAfter = at;
  },
  value: (by) => ({ payload: { authorization, permit2Authorization: permit } }) => {
    if (authorization) authorization.value = `${BigInt(authorization.value) + by}`;
    else permit.permitted.amount = `${BigInt(permit.permitted.amount) + by}`;
  },
  recipient: ({ payload: { authorization, permit2Authorization: permit } }) => {
    (authorization ?? permit.witness).to = stranger.address;
  },
};
const forged = { change: (made) => sign(made, stranger), signed: false };
const signature = (rewrite) => ({ signed: false, change: (made) => void (made.payload.signature = rewrite(made.payload.signature)) });
const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

/** The twin of a signature, with s in the upper half: for mathematics as good as the signature. */
function twin(signature) {
  const [r, s, v] = [viem.slice(signature, 0, 32), BigInt(viem.slice(signature, 32, 64)), viem.hexToNumber(viem.slice(signature, 64))];
  return viem.concat([r, viem.numberToHex(ORDER - s, { size: 32 }), viem.numberToHex(v === 27 ? 28 : 27)]);
}

/** The same signature with 0 or 1 where contracts want 27 or 28. */
const parity = (signature) => viem.concat([viem.slice(signature, 0, 64), viem.numberToHex(viem.hexToNumber(viem.slice(signature, 64)) - 27, { size: 1 })]);

const delegated = async (chain, route) => {
  const buyer = await key(chain, route);
  await chain.delegate(buyer.account);
  return buyer;
};

/** Refused where a seller's own code asks, which may ask what no shop would. */
const direct = (reason) => ({ verify: `refused: ${reason}`, settle: `failed: ${reason}` });
/** The official engine has nobody to ask, and throws. */
const unserved = { verify: "error 500", settle: "error 500" };
const mismatched = (reason) => ({ ...direct(reason), shop: "402: No matching payment requirements" });
/** The seller asks something else than what the payment says it accepted. */
const asking = (fields) => ({ ask: (asked) => ({ ...asked, ...fields }) });
/** The payment says that it accepted something else than was asked. */
const claiming = (fields) => {
  const asked = (made) => Object.fromEntries(Object.keys(fields).map((name) => [name, made[name]]));
  let before;
  const change = (made) => {
    before = asked(made.accepted);
    Object.assign(made.accepted, fields);
  };
  return { signed: false, change, ask: (accepted) => ({ ...accepted, ...before }) };
};
/** Other terms, and a payment that is signed for them. */
const terms = (fields) => ({ change: (made) => void Object.assign(made.accepted, fields) });

const EIP3009 = [
  ["a payment", paid(PRICE)],
  ["signed by somebody else", refused("invalid_exact_evm_signature"), forged],
  ["the twin of the signature", { ...refused("invalid_exact_evm_transaction_simulation_failed"), settle: "failed: invalid_exact_evm_signature" }, signature(twin)],
  ["a signature that ends in 0 or 1", { ...refused("invalid_exact_evm_transaction_simulation_failed"), settle: "failed: invalid_exact_evm_signature" }, signature(parity)],
  ["a signature cut short", refused("invalid_exact_evm_signature"), signature((whole) => viem.slice(whole, 0, 60))],
  ["expired", refused("invalid_exact_evm_payload_authorization_valid_before"), { change: change.time("until", -1) }],
  ["about to expire", refused("invalid_exact_evm_payload_authorization_valid_before"), { change: change.time("until", 4) }],
  ["not valid yet", refused("invalid_exact_evm_payload_authorization_valid_after"), { change: change.time("from", 60) }],
  ["pays somebody else", refused("invalid_exact_evm_recipient_mismatch"), { change: change.recipient }],
  ["pays too little", refused("invalid_exact_evm_payload_authorization_value_mismatch"), { change: change.value(-1n) }],
  ["pays too much", refused("invalid_exact_evm_payload_authorization_value_mismatch"), { change: change.value(1n) }],
  ["a payer with too little", refused("invalid_exact_evm_insufficient_balance"), { who: (chain) => key(chain, "", { funds: PRICE - 1n }) }],
  [
    "settled before, by the same facilitator",
    refused("invalid_exact_evm_nonce_already_used"),
    { before: async (made, buyer, counter) => assert.equal(await counter.settle(buyer, made, made.accepted), `settled, ${PRICE} moved`) },
  ],
  [
    "sent before, by somebody else",
    refused("invalid_exact_evm_nonce_already_used"),
    { before: (made, _buyer, { chain }) => chain.frontRun(made.payload) },
  ],
  [
    "cancelled",
    refused("invalid_exact_evm_nonce_already_used"),
    { before: (made, buyer, { chain }) => chain.cancel(buyer.account, made.payload.authorization.nonce) },
  ],
  ["a contract wallet", paid(PRICE), { who: contract(wallet) }],
  ["a contract wallet, signed by somebody else", refused("invalid_exact_evm_signature"), { who: contract(wallet), ...forged }],
  ["a Safe", paid(PRICE), { who: contract(safe) }],
  ["a Safe of two owners", paid(PRICE), { who: contract(safe, { owners: 2 }) }],
  ["a Safe, signed by somebody else", refused("invalid_exact_evm_signature"), { who: contract(safe), ...forged }],
  ["a wallet that was made since it signed", paid(PRICE), { who: contract(wallet, { promised: true }) }],
  ["a Safe that was made since it signed", paid(PRICE), { who: contract(safe, { promised: true }) }],
  ["a wallet that is yet to be made", paid(PRICE), { who: contract(wallet, { promised: true, deployed: false }) }],
  [
    "a wallet that is yet to be made, signed by somebody else",
    // the official engine makes the wallet and then finds out
    { verify: "refused: invalid_exact_evm_transaction_simulation_failed", settle: "failed: invalid_exact_evm_signature" },
    { who: contract(wallet, { promised: true, deployed: false }), change: (made, buyer) => sign(made, promised({ ...buyer.account, signTypedData: stranger.signTypedData })), signed: false },
  ],
  ["a wallet that is yet to be made, and does not say how", refused("invalid_exact_evm_signature"), { who: contract(wallet, { deployed: false }) }],
  // its factory is not on the facilitator's list
  ["a Safe that is yet to be made", refused("eip6492_factory_not_allowed"), { who: contract(safe, { promised: true, deployed: false }) }],
  ["a delegated account", paid(PRICE), { who: (chain) => delegated(chain, "/eip3009") }],
  // what a shop would not ask, but a seller's own code may
  ["terms without the token's name", direct("invalid_exact_evm_missing_eip712_domain"), { ...terms({ extra: {} }), signed: false }],
  ["terms without the token's name, and a payment with it", direct("invalid_exact_evm_missing_eip712_domain"), asking({ extra: {} })],
  ["terms with another name than was signed", direct("invalid_exact_evm_signature"), asking({ extra: { name: "USD Coin", version: "2" } })],
  [
    "terms with another name than the token's",
    { verify: "refused: invalid_exact_evm_token_name_mismatch", settle: "failed: invalid_exact_evm_signature" },
    terms({ extra: { name: "USD Coin", version: "2" } }),
  ],
  [
    "terms with another version than the token's",
    { verify: "refused: invalid_exact_evm_token_version_mismatch", settle: "failed: invalid_exact_evm_signature" },
    terms({ extra: { name: "USDC", version: "1" } }),
  ],
  ["terms in an asset that is no contract", direct("asset_not_deployed_contract"), terms({ asset: stranger.address })],
  [
    "terms in an asset that is no token",
    { verify: "refused: invalid_exact_evm_eip3009_not_supported", settle: "failed: invalid_exact_evm_transaction_failed" },
    terms({ asset: MULTICALL3 }),
  ],
  ["terms on another network than the payment", unserved, asking({ network: "eip155:8453" })],
  ["terms and payment on a network nobody serves", unserved, terms({ network: "eip155:1" })],
  ["terms of another scheme", direct("unsupported_payload_type"), asking({ scheme: "upto" })],
  ["terms of an unknown scheme", unserved, asking({ scheme: "deferred" })],
  ["a payment for another network than the terms", mismatched("invalid_exact_evm_network_mismatch"), claiming({ network: "eip155:8453" })],
  ["a payment for another scheme than the terms", mismatched("invalid_exact_evm_scheme"), claiming({ scheme: "upto" })],
  ["a payment for another amount than the terms", { ...paid(PRICE), shop: "402: No matching payment requirements" }, claiming({ amount: "1" })],
  ["a payment of an unknown version", unserved, { signed: false, change: (made) => void (made.x402Version = 3) }],
].map((row) => payment("/eip3009", ...row));

/** The official engine simulates when it verifies and not when it settles; there the chain refuses, and it does not look why. */
const unsimulated = (reason, status) => ({ ...refused(reason, status), settle: "failed: invalid_exact_evm_transaction_failed" });
const PERMIT2 = [
  ["a payment", paid(PRICE)],
  ["signed by somebody else", refused("invalid_permit2_signature"), forged],
  ["a contract wallet", paid(PRICE), { who: contract(wallet, { approved: true }) }],
  ["a Safe", paid(PRICE), { who: contract(safe, { approved: true }) }],
  ["a Safe, signed by somebody else", refused("invalid_permit2_signature"), { who: contract(safe, { approved: true }), ...forged }],
  ["expired", refused("permit2_deadline_expired"), { change: change.time("until", -1) }],
  ["about to expire", refused("permit2_deadline_expired"), { change: change.time("until", 4) }],
  ["not valid yet", refused("permit2_not_yet_valid"), { change: change.time("from", 60) }],
  ["pays somebody else", refused("invalid_permit2_recipient_mismatch"), { change: change.recipient }],
  ["pays too little", refused("permit2_amount_mismatch"), { change: change.value(-1n) }],
  ["pays too much", refused("permit2_amount_mismatch"), { change: change.value(1n) }],
  ["pays in another token", refused("permit2_token_mismatch"), { change: (made) => void (made.payload.permit2Authorization.permitted.token = MULTICALL3) }],
  ["for another spender", refused("invalid_permit2_spender"), { change: (made) => void (made.payload.permit2Authorization.spender = UPTO_PROXY) }],
  ["Permit2 is not approved", unsimulated("permit2_allowance_required", 412), { who: (chain) => key(chain, "") }],
  ["a payer with too little", unsimulated("permit2_insufficient_balance"), { who: (chain) => key(chain, "/permit2", { funds: PRICE - 1n }) }],
  [
    "settled before, by the same facilitator",
    unsimulated("permit2_simulation_failed"),
    { before: async (made, buyer, counter) => assert.equal(await counter.settle(buyer, made, made.accepted), `settled, ${PRICE} moved`) },
  ],
  [
    "the nonce was invalidated",
    unsimulated("permit2_simulation_failed"),
    { before: (made, buyer, { chain }) => chain.invalidate(buyer.account, made.payload.permit2Authorization.nonce) },
  ],
].map((row) => payment("/permit2", ...row));

const SPONSORED = [
  ["Permit2 is not approved, a permit is sent along", paid(PRICE)],
  [
    "the permit is for another account",
    // and so it does not look at the permit either
    { ...refused("eip2612_from_mismatch"), settle: `settled, ${PRICE} moved` },
    { signed: false, change: (made) => void (made.extensions.eip2612GasSponsoring.info.from = stranger.address) },
  ],
  [
    "the permit is signed by somebody else",
    unsimulated("permit2_allowance_required", 412),
    { signed: false, change: (made) => void (made.extensions.eip2612GasSponsoring.info.signature = made.payload.signature) },
  ],
].map((row) => payment("/sponsored", ...row));

const APPROVING = [["Permit2 is not approved, an approval is sent along, and there is nothing to pay for it with", paid(PRICE)]].map((row) =>
  payment("/approving", ...row),
);

/** A seller's charge, which it names when it settles. */
const charge = (amount) => ({ query: `?charge=${amount}`, ask: (asked, verifying) => (verifying ? asked : { ...asked, amount: `${amount}` }) });
const UPTO = [
  ["a third of the ceiling", paid(30_000n), charge(30_000)],
  ["the ceiling", paid(CEILING)],
  ["nothing", { verify: "valid", settle: "settled", shop: "200" }, charge(0)],
  [
    "more than the ceiling",
    {
      verify: "valid",
      settle: "failed: invalid_upto_evm_payload_settlement_exceeds_amount",
      shop: "402 after the work: invalid_upto_evm_payload_settlement_exceeds_amount",
    },
    charge(100_001),
  ],
  ["a charge that is no number", { verify: "valid", settle: "error 500" }, charge("a third")],
  ["a charge with a fraction", { verify: "valid", settle: "error 500" }, charge("1.5")],
  ["a charge below zero", { verify: "valid", settle: "failed: invalid_exact_evm_transaction_failed" }, charge(-1)],
  ["signed by somebody else", refused("invalid_permit2_signature"), forged],
  ["expired", refused("permit2_deadline_expired"), { change: change.time("until", -1) }],
  ["not valid yet", refused("permit2_not_yet_valid"), { change: change.time("from", 60) }],
  ["pays somebody else", refused("invalid_permit2_recipient_mismatch"), { change: change.recipient }],
  // whoever settles says what is charged and no longer what the ceiling was, so a ceiling is only too low for a charge
  [
    "a ceiling below what is asked",
    { ...refused("permit2_amount_mismatch"), settle: "failed: invalid_upto_evm_payload_settlement_exceeds_amount" },
    { change: change.value(-1n) },
  ],
  ["a ceiling above what is asked", { ...refused("permit2_amount_mismatch"), settle: `settled, ${CEILING} moved` }, { change: change.value(1n) }],
  ["for another spender", refused("invalid_permit2_spender"), { change: (made) => void (made.payload.permit2Authorization.spender = EXACT_PROXY) }],
  [
    "for another facilitator",
    refused("upto_facilitator_mismatch"),
    { change: (made) => void (made.payload.permit2Authorization.witness.facilitator = stranger.address) },
  ],
  ["Permit2 is not approved", refused("permit2_allowance_required", 412), { who: (chain) => key(chain, "") }],
  ["a payer with too little", refused("permit2_insufficient_balance"), { who: (chain) => key(chain, "/upto", { funds: CEILING - 1n }) }],
  [
    "settled before, by the same facilitator",
    refused("permit2_simulation_failed"),
    { before: async (made, buyer, counter) => assert.equal(await counter.settle(buyer, made, made.accepted), `settled, ${CEILING} moved`) },
  ],
].map((row) => payment("/upto", ...row));

/** The node is away while the facilitator is asked, and comes back: that says nothing about the payment. */
const OUTAGES = ["/eip3009", "/permit2", "/upto"].map((route) => ({
  name: `${route.slice(1)}: the facilitator's node is away`,
  // the official engine takes an outage for a forgery
  expect: {
    ...refused(route === "/eip3009" ? "invalid_exact_evm_signature" : "invalid_permit2_signature"),
    "verify, then": "valid",
    "settle, then": `settled, ${route === "/upto" ? CEILING : PRICE} moved`,
  },
  run: async (counter) => {
    const buyer = await key(counter.chain, route);
    const url = `${counter.shopUrl}${route}`;
    const made = await buyer.payment(url);
    const said = await counter.line.away(async () => ({
      verify: await counter.verify(buyer, made, made.accepted),
      settle: await counter.settle(buyer, made, made.accepted),
      shop: await counter.shop(buyer, made, url),
    }));
    said["verify, then"] = await counter.verify(buyer, made, made.accepted);
    said["settle, then"] = await counter.settle(buyer, made, made.accepted);
    return said;
  },
}));

const V1 = [
  ["a payment", paid(PRICE)],
  ["signed by somebody else", refused("invalid_exact_evm_signature"), forged],
  ["expired", refused("invalid_exact_evm_payload_authorization_valid_before"), { change: change.time("until", -1) }],
  ["not valid yet", refused("invalid_exact_evm_payload_authorization_valid_after"), { change: change.time("from", 60) }],
  ["pays somebody else", refused("invalid_exact_evm_recipient_mismatch"), { change: change.recipient }],
  ["pays too little", refused("invalid_exact_evm_authorization_value"), { change: change.value(-1n) }],
  ["pays too much", refused("invalid_exact_evm_authorization_value"), { change: change.value(1n) }],
  [
    "a payer with too little",
    { ...refused("invalid_exact_evm_insufficient_balance"), settle: "failed: The contract function \"transferWithAuthorization\" reverted with the following reason" },
    { who: (chain) => key(chain, "", { funds: PRICE - 1n }) },
  ],
  [
    "sent before, by somebody else",
    { ...refused("invalid_exact_evm_nonce_already_used"), settle: "failed: The contract function \"transferWithAuthorization\" reverted with the following reason" },
    { before: (made, _buyer, { chain }) => chain.frontRun(made.payload) },
  ],
  ["terms without the token's name", direct("invalid_exact_evm_missing_eip712_domain"), asking({ extra: undefined })],
  ["a payment for another network than the terms", direct("invalid_exact_evm_network_mismatch"), { signed: false, change: (made) => void (made.network = "base") }],
  ["terms on a network nobody knows", unserved, asking({ network: "nowhere" })],
].map((row) => payment("/v1", ...row));

/** What is no payment at all. */
const raw = (name, expect, ...request) => ({
  name: `http: ${name}`,
  expect: Object.fromEntries(["verify", "settle"].map((ask) => [ask, expect])),
  run: async (counter) => ({
    verify: await counter.raw("POST", "/verify", ...request),
    settle: await counter.raw("POST", "/settle", ...request),
  }),
});
const HTTP = [
  raw("no JSON", "400", "pay me"),
  raw("half of it", "400", '{"x402Version":2,'),
  raw("an empty body", "400", ""),
  raw("an empty object", "400", "{}"),
  raw("a list", "400", "[]"),
  raw("terms without a payment", "400", JSON.stringify({ x402Version: 2, paymentRequirements: {} })),
  raw("a payment without terms", "400", JSON.stringify({ x402Version: 2, paymentPayload: { x402Version: 2, payload: {} } })),
  {
    name: "http: what is there, and what is not",
    expect: { supported: "200", verify: "404", nothing: "404" },
    run: async (counter) => ({
      supported: await counter.raw("GET", "/supported"),
      verify: await counter.raw("GET", "/verify"),
      nothing: await counter.raw("GET", "/nothing"),
    }),
  },
  {
    name: "http: what is supported",
    expect: {
      kinds: "v1 exact base-sepolia, v2 exact eip155:84532, v2 upto eip155:84532",
      upto: "the facilitator of the kind is one of its signers",
      extensions: "eip2612GasSponsoring, erc20ApprovalGasSponsoring",
    },
    run: async ({ facilitator }) => {
      const { kinds, extensions, signers } = await facilitator.getSupported();
      const here = kinds.filter(({ network }) => network === NETWORK || network === NETWORK_V1);
      const upto = kinds.find(({ scheme }) => scheme === "upto").extra.facilitatorAddress.toLowerCase();
      const named = Object.values(signers).flat().some((signer) => signer.toLowerCase() === upto);
      return {
        kinds: here.map(({ x402Version, scheme, network }) => `v${x402Version} ${scheme} ${network}`).sort().join(", "),
        upto: named ? "the facilitator of the kind is one of its signers" : `${upto} is no signer`,
        extensions: extensions.filter((name) => name.endsWith("GasSponsoring")).sort().join(", "),
      };
    },
  },
];

/** The same payment, settled by several at once. */
const REPEATS = ["/eip3009", "/permit2", "/upto"].map((route) => ({
  name: `${route.slice(1)}: settled by four at once`,
  expect: { moved: `${route === "/upto" ? CEILING : PRICE}`, transactions: "1", everybody: "no: one has the receipt" },
  run: async (counter) => {
    const { chain, facilitator } = counter;
    const buyer = await key(chain, route);
    const made = await buyer.payment(`${counter.shopUrl}${route}`);
    const held = await chain.balance(buyer.address);
    const answers = await Promise.all([1, 2, 3, 4].map(() => facilitator.settle(made, made.accepted)));
    const moved = held - (await chain.balance(buyer.address));
    const receipts = answers.filter(({ success }) => success);
    return {
      moved: `${moved}`,
      transactions: `${new Set(receipts.map(({ transaction }) => transaction)).size}`,
      everybody: receipts.length === answers.length ? "has the receipt" : "no: one has the receipt",
    };
  },
}));

export const CASES = [...EIP3009, ...PERMIT2, ...SPONSORED, ...APPROVING, ...UPTO, ...REPEATS, ...OUTAGES, ...V1, ...HTTP];
