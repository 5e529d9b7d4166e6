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
export const pay = (q, more = {}) => {
  const key = value(q.SigningKey.open(SECRET));
  const prepared = value(q.prepare(question(q, { from: key.address, ...more })));
  const payment = value(prepared.finish(value(key.sign(prepared)).signature));
  key.free();
  return payment;
};
