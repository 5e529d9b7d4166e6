// Every function of the package that takes texts, called with texts that are good, and the ways to make a text wrong.

import { ADDRESS, CALLED, FIRST, NOW, OFFER, REQUIRED, SAID, SECRET, URL as PAGE, body, question, settled, settlement, value } from "./samples.mjs";

/** Numbers that follow each other without any order to be seen, the same in every run. */
export const random = (seed) => () => {
  seed = (seed + 0x6d2b79f5) | 0;
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
};

/** What a promise of a call came to, as an answer: a gate refuses by a status of the client's, and a buyer by an error. */
const served = async (promise) => {
  const { status, ok } = await promise;
  // a gate that gives up has refused nothing
  if (status >= 500) throw new Error(`a status of ${status}`);
  return ok ? { ok } : { ok, error: { code: `${status}`, detail: "", retry: "never" } };
};
const bought = (promise) => promise.then(served, (error) => {
  if (error.name !== "PaymentError") throw error;
  const { code, detail, retry } = error;
  return { ok: false, error: { code, detail, retry } };
});

/** What is called with nothing of a stranger's: a type of error, and what a host remembers. */
export const SILENT = ["MemoryLedger", "MemoryLog", "PaymentError"];

/** What verifies, signs, decides or reports, and so takes ten times as long as the rest and is given a tenth as much. */
export const COSTLY = [
  "Issuer.open", "Issuer.sign", "SigningKey.open", "SigningKey.signPersonal", "boundNonce", "checkStatement", "createGate", "decide", "inspect", "judgeAnswer",
  "judgeReceipt", "matchOffer", "planSettlement", "prepare", "prepareStatement", "readEntry", "readRequest", "statementsEntry", "verify", "verifyMany", "verifyOnChain", "wrapFetch",
];

/** What may stand before the texts of a header, an object and a quantity, each with one that is good. */
const NAMED = (q, header) => {
  const second = value(q.decodeHeader("PAYMENT-SIGNATURE", header));
  const { authorization, signature } = second.payload;
  const first = { x402Version: 1, scheme: "exact", network: "base-sepolia", payload: { signature, authorization } };
  const settled = { success: true, transaction: SAID.receipt.transaction, network: OFFER.network, payer: ADDRESS };
  const proof = {
    domain: "api.example.com", address: ADDRESS, uri: PAGE, version: "1", chainId: "eip155:8453", type: "eip191", nonce: "a1b2c3d4e5f67890",
    issuedAt: "2025-02-27T16:00:00.000Z", signature,
  };
  const asked = { x402Version: 2, paymentPayload: second, paymentRequirements: OFFER };
  const item = { resource: PAGE, type: "http", x402Version: 2, accepts: [OFFER], lastUpdated: "2025-02-27T16:00:00Z" };
  const page = { limit: 10, offset: 0, total: 1 };
  return {
    headers: {
      "PAYMENT-REQUIRED": REQUIRED, "PAYMENT-SIGNATURE": second, "PAYMENT-RESPONSE": settled, "X-PAYMENT": first, "X-PAYMENT-RESPONSE": settled,
      "SIGN-IN-WITH-X": proof, "EXTENSION-RESPONSES": { bazaar: { status: "success" } },
    },
    objects: {
      PaymentRequired: REQUIRED, PaymentRequirements: OFFER, PaymentPayload: second, PaymentPayloadV1: first,
      PaymentRequiredV1: { x402Version: 1, error: "", accepts: [FIRST] }, PaymentRequirementsV1: FIRST, ResourceInfo: { url: PAGE },
      SettleResponse: settled, VerifyResponse: { isValid: true, payer: ADDRESS }, VerifyRequest: asked, SettleRequest: asked,
      SupportedResponse: { kinds: [{ x402Version: 2, scheme: "exact", network: OFFER.network }], extensions: [], signers: {} },
      DiscoveryResources: { x402Version: 2, items: [item], pagination: page }, DiscoverySearch: { x402Version: 2, resources: [item] },
    },
    quantities: {
      amount: "10000", address: ADDRESS, party: ADDRESS, network: "eip155:8453", "v1-network-name": "base-sepolia", nonce: `0x${"ab".repeat(32)}`,
      "permit2-nonce": "12345678901234567890", "payment-id": "pay_0123456789abcdef", time: NOW,
    },
  };
};

/**
 * Every function that takes texts, with texts that are good, by its name; after a space, what it is called for. The methods of keys stand behind
 * the name of their class. `use` is given them while there is a key.
 */
export const calls = async (q, header, use) => {
  const [key, seller] = [value(q.SigningKey.open(SECRET)), value(q.Issuer.open(SECRET))];
  try {
    return await use(table(q, header, key, seller));
  } finally {
    key.free();
    seller.free();
  }
};

const table = (q, header, key, seller) => {
  const digest = `0x${"ab".repeat(32)}`;
  const offer = JSON.stringify(OFFER);
  const required = value(q.encodeHeader("PAYMENT-REQUIRED", REQUIRED));
  const typed = JSON.stringify({
    types: { Mail: [{ name: "contents", type: "string" }, { name: "to", type: "address[]" }] },
    primaryType: "Mail",
    domain: { name: "a", chainId: "1" },
    message: { contents: "hello", to: [ADDRESS] },
  });
  const { signature } = value(key.signDigest(digest));
  const file = 'per_payment = "$0.05"\nper_task = "$0.50"\nnetworks = ["base-sepolia"]\norigins = ["https://api.example.com"]\n';
  const { text: policy } = q.readPolicy(file);
  const plan = settlement(q, header);
  const [log] = settled(plan).logs;
  const [signedOffer, receipt] = ["offer", "receipt"].map((kind) => value(seller.sign(kind, SAID[kind])).text);
  const token = value(seller.sign("offer", SAID.offer, { format: "jws" })).text;
  const unsigned = value(q.prepareStatement("receipt", SAID.receipt, { by: seller.address }));
  const sworn = value(seller.sign("receipt", SAID.receipt)).artifact.signature;
  const purchase = { network: OFFER.network, payer: ADDRESS, payee: OFFER.payTo, since: NOW, now: NOW };
  const answered = { success: true, transaction: SAID.receipt.transaction, network: OFFER.network };
  const asked = (policy, header, resource) => question(q, { policy, required: { header }, resource });
  const { headers: all, objects, quantities } = NAMED(q, header);
  // a slice that only sells knows two headers less; that the whole has them, the vectors say
  const lacks = (name) => ["SIGN-IN-WITH-X", "EXTENSION-RESPONSES"].includes(name) && q.encodeHeader(name, "{}").error?.code === "unknown_name";
  const headers = Object.fromEntries(Object.entries(all).filter(([name]) => !lacks(name)));
  const each = (name, of, call) => Object.fromEntries(Object.entries(of).map(([what, good]) => [`${name} ${what}`, call(what, good)]));
  const event = JSON.stringify({ stage: "opened", generation: "1", time: { local: NOW } });
  const first = value(q.auditEntry({ log: "0".repeat(32), event }));
  const word = (number) => number.toString(16).padStart(64, "0");
  const outcomes = `0x${[32, 1, 32, 1, 64, 0].map(word).join("")}`;
  const prepared = value(q.prepare({ ...asked(policy, required, PAGE), from: ADDRESS, salt: digest }));
  const proven = value(key.sign(prepared)).signature;
  const claimed = { claim: () => true, release() {} };
  const gate = q.createGate({ terms: OFFER, log: claimed, settle: async () => answered, origin: "routed", now: () => NOW, serve: () => new Response("") });
  const request = (method, url, value) => ({ method, url, headers: { get: (name) => (name === "PAYMENT-SIGNATURE" ? value : null) } });
  const forgetful = { find() {}, reserve: () => ({ state: "fresh" }), keep() {}, settle() {}, release() {} };
  const shop = (header, receipt) => async (_, init) => {
    const paid = new Headers(init.headers).has("PAYMENT-SIGNATURE");
    const said = { "PAYMENT-REQUIRED": paid ? null : header, "PAYMENT-RESPONSE": paid ? receipt : null };
    return { status: paid ? 200 : 402, ok: paid, url: PAGE, headers: { get: (name) => said[name] ?? null }, clone: () => ({ text: async () => "" }) };
  };
  return {
    ...each("decodeHeader", headers, (name, good) => [[value(q.encodeHeader(name, good))], (text) => q.decodeHeader(name, text)]),
    ...each("encodeHeader", headers, (name, good) => [[JSON.stringify(good)], (text) => q.encodeHeader(name, text)]),
    ...each("readObject", objects, (name, good) => [[JSON.stringify(good)], (text) => q.readObject(name, text)]),
    ...each("parse", quantities, (kind, good) => [[good], (text) => q.parse(kind, text)]),
    createGate: [[header], (value) => served(gate(request("GET", PAGE, value)))],
    wrapFetch: [[required], (header) => {
      const buy = q.wrapFetch(shop(header, null), { policy, signer: key, ledger: forgetful, task: "research", now: () => NOW });
      return bought(buy(PAGE, { purchase: "report-42" }));
    }],
    findPayment: [[header], (text) => q.findPayment(text)],
    verify: [[header, offer, NOW], (header, offer, now) => q.verify(header, offer, { now })],
    verifyMany: [[header, offer, NOW], (header, offer, now) => {
      const told = q.verifyMany([header, null, header], offer, { now });
      return told.ok ? told.value[0] : told;
    }],
    judgeAnswer: [[header, JSON.stringify(answered), offer], (header, said, terms) => q.judgeAnswer(header, said, { terms })],
    recover: [[digest, signature], (digest, signature) => q.recover(digest, signature)],
    checkSignature: [[digest, signature, ADDRESS], (digest, signature, signer) => q.checkSignature(digest, signature, signer)],
    termsHash: [[offer], (text) => q.termsHash(text)],
    canonicalResource: [["https://API.example.com:443/a/%7eb?c=%41"], (text) => q.canonicalResource(text)],
    boundNonce: [
      [`sha256:${"0".repeat(64)}`, "GET", "https://api.example.com/", digest],
      (termsHash, method, resource, salt) => q.boundNonce({ termsHash, method, resource, salt }),
    ],
    explainReason: [["invalid_exact_evm_payload_signature"], (text) => q.explainReason(text)],
    canonicalJson: [[typed], (text) => q.canonicalJson(text)],
    toV2: [[JSON.stringify(FIRST)], (text) => q.toV2(text)],
    parsePaymentRequired: [[required], (header) => q.parsePaymentRequired({ header })],
    "parsePaymentRequired of version 1": [['{"x402Version":1,"error":"","accepts":[]}'], (body) => q.parsePaymentRequired({ body })],
    matchOffer: [[offer], (text) => q.matchOffer([text], offer)],
    judgeWindow: [["0", "1740672190", NOW], (validAfter, validBefore, now) => q.judgeWindow({ rule: "eip3009", validAfter, validBefore, now })],
    hashTypedData: [[typed], (text) => q.hashTypedData(text)],
    hashPersonalMessage: [["hello"], (text) => q.hashPersonalMessage(text)],
    signatureShape: [[signature], (text) => q.signatureShape(text)],
    parsePrice: [["$0.01"], (text) => q.parsePrice(text, 6)],
    readPolicy: [[file], (text) => q.readPolicy(text)],
    decide: [[policy, required, PAGE], (policy, header, resource) => q.decide(asked(policy, header, resource))],
    prepare: [
      [policy, required, ADDRESS],
      (policy, header, from) => q.prepare({ ...asked(policy, header, PAGE), from, salt: digest }),
    ],
    verifyOnChain: [[header, offer], (header, terms) => q.verifyOnChain(header, terms, { now: NOW })],
    callFor: [[JSON.stringify({ kind: "balance", token: ADDRESS, owner: ADDRESS })], (text) => q.callFor(text)],
    answerOf: [
      [JSON.stringify({ kind: "balance", token: ADDRESS, owner: ADDRESS }), digest],
      (question, returned) => q.answerOf(question, { returned }),
    ],
    multicall: [[ADDRESS, "0x12"], (target, data) => q.multicall([{ target, data }])],
    multicallOutcomes: [[outcomes], (text) => q.multicallOutcomes(text, 1)],
    auditVerify: [[`${first.line}\n`, first.anchor], (log, anchor) => q.auditVerify(log, { anchor })],
    auditEntry: [["0".repeat(32), event, first.anchor], (log, event, after) => q.auditEntry({ log, event, after })],
    auditHash: [[digest, "text"], (salt, text) => q.auditHash(salt, text)],
    "SigningKey.signPersonal": [["hello"], (text) => key.signPersonal(text)],
    "SigningKey.signDigest": [[digest], (text) => key.signDigest(text)],
    "SigningKey.sign": [[prepared.digest], (digest) => key.sign({ digest })],
    "prepare finish": [[proven], (signature) => prepared.finish(signature)],
    fingerprint: [["POST", PAGE, "what is asked"], (method, url, body) => q.fingerprint({ method, url, body })],
    "Issuer.sign": [[JSON.stringify(SAID.offer), "did:web:api.example.com#key-1"], (payload, kid) => seller.sign("offer", payload, { format: "jws", kid })],
    auditEscaped: [["a\nb"], (text) => q.auditEscaped(text)],
    inspect: [[header], (text) => q.inspect(text, { now: NOW })],
    planSettlement: [[header, offer, plan.verified.key, "10000"], (header, terms, claimed, charge) =>
      q.planSettlement(header, terms, { now: NOW, mode: "offline", claimed, charge })],
    "planSettlement judge": [[settled(plan).transactionHash, log.address, log.data], (transactionHash, address, data) =>
      plan.judge({ transactionHash, status: "0x1", logs: [{ ...log, address, data }] })],
    readRequest: [[body(q, header)], (text) => q.readRequest("settle", text)],
    checkStatement: [[signedOffer, offer], (artifact, offer) => q.checkStatement("offer", artifact, { offer })],
    "checkStatement of a token": [[token], (artifact) => q.checkStatement("offer", artifact)],
    judgeReceipt: [[receipt, PAGE, SAID.receipt.transaction], (artifact, resource, transaction) =>
      q.judgeReceipt(artifact, { ...purchase, resource, transaction })],
    prepareStatement: [[JSON.stringify(SAID.offer), ADDRESS], (payload, by) => q.prepareStatement("offer", payload, { by })],
    "prepareStatement finish": [[sworn], (signature) => unsigned.finish(signature)],
    statementsEntry: [[`{"offers":[${signedOffer}]}`], (text) => q.statementsEntry(text)],
    "readEntry bazaar": [[value(q.describeResource(CALLED)).text], (text) => q.readEntry("bazaar", text)],
    "readEntry offer-receipt": [[value(q.statementsEntry(`{"offers":[${signedOffer}]}`)).text], (text) => q.readEntry("offer-receipt", text)],
    describeResource: [[JSON.stringify(CALLED)], (text) => q.describeResource(text)],
    "Issuer.open": [[SECRET], (text) => {
      const opened = q.Issuer.open(text);
      if (opened.ok) opened.value.free();
      return opened;
    }],
    "SigningKey.open": [[SECRET], (text) => {
      const opened = q.SigningKey.open(text);
      if (opened.ok) opened.value.free();
      return opened;
    }],
  };
};

const ODD = ["", "\0", "\ud800", "é", "\u{10ffff}", '"', "[", "{", "=", "-", "1e999", "0x", " ", ",", "null", "9".repeat(90), "[".repeat(300)];

/** A text made wrong: cut, doubled, a letter changed, something put in. */
export const spoil = (text, next) => {
  const at = Math.floor(next() * (text.length + 1));
  const put = ODD[Math.floor(next() * ODD.length)];
  switch (Math.floor(next() * 5)) {
    case 0:
      return text.slice(0, at);
    case 1:
      return text.slice(0, at) + put + text.slice(at);
    case 2:
      return text.slice(0, at) + put + text.slice(at + 1);
    case 3:
      return text + text;
    default:
      return text.slice(0, at) + String.fromCharCode(Math.floor(next() * 128)) + text.slice(at + 1);
  }
};
