// Every function of the package that takes texts, called with texts that are good, and the ways to make a text wrong.

import { ADDRESS, CALLED, NOW, OFFER, SAID, SECRET, URL as PAGE, body, question, settled, settlement, value } from "./samples.mjs";

/** Numbers that follow each other without any order to be seen, the same in every run. */
export const random = (seed) => () => {
  seed = (seed + 0x6d2b79f5) | 0;
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
};

/** Every function that takes texts, with texts that are good. */
export const calls = (q, header) => {
  const digest = `0x${"ab".repeat(32)}`;
  const offer = JSON.stringify(OFFER);
  const required = value(q.encodeHeader("PAYMENT-REQUIRED", { x402Version: 2, resource: { url: "https://a.example/" }, accepts: [OFFER] }));
  const typed = JSON.stringify({
    types: { Mail: [{ name: "contents", type: "string" }, { name: "to", type: "address[]" }] },
    primaryType: "Mail",
    domain: { name: "a", chainId: "1" },
    message: { contents: "hello", to: [ADDRESS] },
  });
  const signature = `0x${"11".repeat(64)}1b`;
  const policy = 'per_payment = "$0.05"\nper_task = "$0.50"\nnetworks = ["base-sepolia"]\norigins = ["https://api.example.com"]\n';
  const plan = settlement(q, header);
  const [log] = settled(plan).logs;
  const issuer = value(q.Issuer.open(SECRET));
  const [signedOffer, receipt] = ["offer", "receipt"].map((kind) => value(issuer.sign(kind, SAID[kind])).text);
  const token = value(issuer.sign("offer", SAID.offer, { format: "jws" })).text;
  const unsigned = value(q.prepareStatement("receipt", SAID.receipt, { by: issuer.address }));
  const sworn = value(issuer.sign("receipt", SAID.receipt)).artifact.signature;
  issuer.free();
  const bought = { network: OFFER.network, payer: ADDRESS, payee: OFFER.payTo, since: NOW, now: NOW };
  const answered = { success: true, transaction: SAID.receipt.transaction, network: OFFER.network };
  const asked = (policy, header, resource) => question(q, { policy, required: { header }, resource });
  return {
    decodeHeader: [[header], (text) => q.decodeHeader("PAYMENT-SIGNATURE", text)],
    encodeHeader: [[offer], (text) => q.encodeHeader("PAYMENT-REQUIRED", text)],
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
    canonicalResource: [["https://user@api.example.com:443/a/../b?c=%41#d"], (text) => q.canonicalResource(text)],
    boundNonce: [
      [`sha256:${"0".repeat(64)}`, "GET", "https://api.example.com/", digest],
      (termsHash, method, resource, salt) => q.boundNonce({ termsHash, method, resource, salt }),
    ],
    explainReason: [["invalid_exact_evm_payload_signature"], (text) => q.explainReason(text)],
    readObject: [[offer], (text) => q.readObject("PaymentRequirements", text)],
    canonicalJson: [[typed], (text) => q.canonicalJson(text)],
    toV2: [[offer], (text) => q.toV2(text)],
    parsePaymentRequired: [[required], (header) => q.parsePaymentRequired({ header })],
    parsePaymentRequiredOfVersion1: [['{"x402Version":1,"error":"","accepts":[]}'], (body) => q.parsePaymentRequired({ body })],
    matchOffer: [[offer], (text) => q.matchOffer([text], offer)],
    judgeWindow: [["0", "1740672190", NOW], (validAfter, validBefore, now) => q.judgeWindow({ rule: "eip3009", validAfter, validBefore, now })],
    hashTypedData: [[typed], (text) => q.hashTypedData(text)],
    hashPersonalMessage: [["hello"], (text) => q.hashPersonalMessage(text)],
    signatureShape: [[signature], (text) => q.signatureShape(text)],
    parseAmount: [["10000"], (text) => q.parse("amount", text)],
    parseAddress: [[ADDRESS], (text) => q.parse("address", text)],
    parseNetwork: [["eip155:8453"], (text) => q.parse("network", text)],
    parseNonce: [[digest], (text) => q.parse("nonce", text)],
    parseTime: [[NOW], (text) => q.parse("time", text)],
    parsePrice: [["$0.01"], (text) => q.parsePrice(text, 6)],
    decide: [[policy, required, "https://api.example.com/v1"], (policy, header, resource) => q.decide(asked(policy, header, resource))],
    prepare: [
      [policy, required, ADDRESS],
      (policy, header, from) => q.prepare({ ...asked(policy, header, "https://api.example.com/v1"), from, salt: digest }),
    ],
    verifyOnChain: [[header, offer], (header, terms) => q.verifyOnChain(header, terms, { now: NOW })],
    callFor: [[JSON.stringify({ kind: "balance", token: ADDRESS, owner: ADDRESS })], (text) => q.callFor(text)],
    answerOf: [
      [JSON.stringify({ kind: "balance", token: ADDRESS, owner: ADDRESS }), digest],
      (question, returned) => q.answerOf(question, { returned }),
    ],
    multicall: [[ADDRESS, "0x12"], (target, data) => q.multicall([{ target, data }])],
    multicallOutcomes: [[digest], (text) => q.multicallOutcomes(text, 1)],
    auditVerify: [['{"v":1}\n'], (text) => q.auditVerify(text)],
    auditEntry: [["0".repeat(32), '{"kind":"a"}'], (log, event) => q.auditEntry({ log, event })],
    auditHash: [[digest, "text"], (salt, text) => q.auditHash(salt, text)],
    signPersonal: [["hello"], (text) => {
      const key = value(q.SigningKey.open(SECRET));
      const told = key.signPersonal(text);
      key.free();
      return told;
    }],
    auditEscaped: [["a\nb"], (text) => q.auditEscaped(text)],
    inspect: [[header], (text) => q.inspect(text, { now: NOW })],
    planSettlement: [[header, offer, plan.verified.key, "10000"], (header, terms, claimed, charge) =>
      q.planSettlement(header, terms, { now: NOW, mode: "offline", claimed, charge })],
    judge: [[settled(plan).transactionHash, log.address, log.data], (transactionHash, address, data) =>
      plan.judge({ transactionHash, status: "0x1", logs: [{ ...log, address, data }] })],
    readRequest: [[body(q, header)], (text) => q.readRequest("settle", text)],
    checkStatement: [[signedOffer, offer], (artifact, offer) => q.checkStatement("offer", artifact, { offer })],
    checkToken: [[token], (artifact) => q.checkStatement("offer", artifact)],
    judgeReceipt: [[receipt, PAGE, SAID.receipt.transaction], (artifact, resource, transaction) =>
      q.judgeReceipt(artifact, { ...bought, resource, transaction })],
    prepareStatement: [[JSON.stringify(SAID.offer), ADDRESS], (payload, by) => q.prepareStatement("offer", payload, { by })],
    finishStatement: [[sworn], (signature) => unsigned.finish(signature)],
    statementsEntry: [[`{"offers":[${signedOffer}]}`], (text) => q.statementsEntry(text)],
    readEntry: [[value(q.describeResource(CALLED)).text], (text) => q.readEntry("bazaar", text)],
    describeResource: [[JSON.stringify(CALLED)], (text) => q.describeResource(text)],
    openIssuer: [[SECRET], (text) => {
      const opened = q.Issuer.open(text);
      if (opened.ok) opened.value.free();
      return opened;
    }],
    open: [[SECRET], (text) => {
      const opened = q.SigningKey.open(text);
      if (opened.ok) opened.value.free();
      return opened;
    }],
  };
};

/** A text made wrong: cut, doubled, a letter changed, something put in. */
export const spoil = (text, next) => {
  const at = Math.floor(next() * (text.length + 1));
  const odd = ["", "\0", "\ud800", "é", "\u{10ffff}", '"', "[", "{", "=", "-", "1e999", "0x", " ", ",", "null", "9".repeat(90), "[".repeat(300)];
  const put = odd[Math.floor(next() * odd.length)];
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
