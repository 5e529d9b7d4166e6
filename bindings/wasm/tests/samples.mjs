// A seller's offer, a 402 for it and a key to pay with, for the tests that need a payment. The key is of a well-known list of test keys.

export const SECRET = "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d";
export const ADDRESS = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";
export const NOW = "1740672100";
export const URL = "https://api.example.com/v1/report/42";

export const OFFER = {
  scheme: "exact",
  network: "eip155:84532",
  amount: "10000",
  asset: "0x036CbD53842c5426634e7929541eC2318f3dCF7e",
  payTo: "0x209693Bc6afc0C5328bA36FaF03C514EF312287C",
  maxTimeoutSeconds: 60,
  extra: { name: "USDC", version: "2" },
};
export const REQUIRED = { x402Version: 2, resource: { url: URL }, accepts: [OFFER] };
/** The same offer in the words of version 1. */
export const FIRST = {
  scheme: "exact", network: "base-sepolia", maxAmountRequired: OFFER.amount, asset: OFFER.asset, payTo: OFFER.payTo,
  resource: URL, description: "", mimeType: "", maxTimeoutSeconds: OFFER.maxTimeoutSeconds, extra: OFFER.extra,
};
export const POLICY = { perPayment: "$0.05", perTask: "$0.50", networks: ["base-sepolia"], origins: ["https://api.example.com"] };

/** What has to hold, or else an error that says so. */
export const check = (holds, text) => {
  if (!holds) throw new Error(text);
};

/** The value of an answer that has to be one. */
export const value = (answer) => {
  check(answer.ok, `refused: ${JSON.stringify(answer.error)}`);
  return answer.value;
};

export const question = (q, more = {}) => ({
  policy: POLICY,
  required: { header: value(q.encodeHeader("PAYMENT-REQUIRED", REQUIRED)) },
  resource: URL,
  purchase: "report-42",
  task: "research",
  now: NOW,
  ...more,
});

/** A header that pays for the offer. */
export const pay = (q, { secret = SECRET, ...more } = {}) => {
  const key = value(q.SigningKey.open(secret));
  const prepared = value(q.prepare(question(q, { from: key.address, ...more })));
  const payment = value(prepared.finish(value(key.sign(prepared)).signature));
  key.free();
  return payment;
};

/** What a seller says of the offer, and of a purchase, and how its resource is called. */
export const SAID = {
  offer: {
    version: 1, resourceUrl: URL, scheme: OFFER.scheme, network: OFFER.network, asset: OFFER.asset, payTo: OFFER.payTo, amount: OFFER.amount,
    validUntil: 1740672160,
  },
  receipt: { version: 1, network: OFFER.network, resourceUrl: URL, payer: ADDRESS, issuedAt: 1740672110, transaction: `0x${"ab".repeat(32)}` },
};
export const CALLED = { method: "GET", params: { example: { city: "Oslo" } }, output: { type: "json", example: { report: "…" } }, routeTemplate: "/v1/report/:id" };

/** The body of a request to a facilitator. */
export const body = (q, header) =>
  JSON.stringify({ x402Version: 2, paymentPayload: value(q.decodeHeader("PAYMENT-SIGNATURE", header)), paymentRequirements: OFFER });

/** The settlement of a payment that its host has claimed, as far as it can be told without a chain. */
export const settlement = (q, header) => {
  const options = { now: NOW, mode: "offline" };
  const { key } = value(q.verifyOnChain(header, OFFER, options)).verified;
  return value(q.planSettlement(header, OFFER, { ...options, claimed: key }));
};

/** What a node tells of the transaction that made it. */
export const settled = ({ evidence }, more = {}) => ({
  transactionHash: `0x${"ab".repeat(32)}`,
  status: "0x1",
  logs: evidence.map(({ emitter, topics, data }) => ({ address: emitter, topics, data })),
  ...more,
});
