// What JavaScript can do to a program that counts money: the rows of the catalogue about it, by number.
//
// `rows` gives `[name, test]` for two instances of the package; a test throws what is wrong. It knows no runtime: what it needs of one
// is passed in.

import { ADDRESS, CALLED, NOW, OFFER, POLICY, SAID, SECRET, URL as PAGE, body, check, pay, question, settled, settlement, value } from "./samples.mjs";

const throws = (call, text) => {
  let thrown;
  try {
    call();
  } catch (error) {
    thrown = error;
  }
  check(thrown instanceof TypeError, `${text}: expected a TypeError, got ${thrown ?? "nothing"}`);
};
const refused = (answer, text, codes) => {
  check(answer.ok === false, `${text} was accepted: ${JSON.stringify(answer)}`);
  const { code, detail, retry } = answer.error;
  check(typeof code === "string" && typeof detail === "string" && typeof retry === "string", `${text}: ${JSON.stringify(answer)}`);
  check(codes === undefined || codes.includes(code), `${text} was refused for ${code}`);
};
const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
const unhex = (text) => Uint8Array.from(text.slice(2).match(/../g), (pair) => parseInt(pair, 16));

/** Numbers that follow each other without any order to be seen, the same in every run. */
const random = (seed) => () => {
  seed = (seed + 0x6d2b79f5) | 0;
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
};

/** Every function that takes texts, with texts that are good. */
const calls = (q, header) => {
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
const spoil = (text, next) => {
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

/** The rows. `other` is a second instance of the package; `memories` are those of both; `without` runs a function in a world that lacks a global. */
export const rows = (q, other, { memories, without, inspected, inputs }) => [
  ["row_227_an_amount_is_no_number", () => {
    for (const number of [2 ** 53 + 1, 1e21, NaN, 10000, 0]) {
      throws(() => q.parse("amount", number), `the amount ${number}`);
      refused(q.verify(pay(q).value, { ...OFFER, amount: number }, { now: NOW }), `an offer of ${number}`, ["own_offer"]);
      refused(q.readObject("PaymentRequirements", JSON.stringify({ ...OFFER, amount: number })), `a body of ${number}`, ["member_type", "json_number"]);
    }
    check(value(q.parse("amount", "9007199254740993")).decimal === "9007199254740993", "2^53 + 1 as text");
  }],
  ["row_228_a_bigint_is_never_taken_modulo", () => {
    refused(q.parse("amount", -1n), "-1", ["amount_digit"]);
    refused(q.parse("amount", 2n ** 256n), "2^256", ["amount_overflow", "amount_too_large"]);
    refused(q.verify(pay(q).value, OFFER, { now: -1n }), "the time -1");
    refused(q.verify(pay(q).value, OFFER, { now: 2n ** 64n }), "the time 2^64");
    for (const number of [2n ** 64n, 2n ** 256n - 1n]) {
      check(value(q.parse("amount", number)).decimal === number.toString(), `${number} is what it is`);
    }
  }],
  ["row_229_a_clock_that_shows_no_time", () => {
    const header = pay(q).value;
    for (const now of [NaN, Infinity, -1, 1.5, 1740672100, null, {}, new Date(NaN), new Date(-1)]) {
      throws(() => q.verify(header, OFFER, { now }), `the clock ${now}`);
      throws(() => q.decide(question(q, { now })), `the clock ${now}`);
      throws(() => q.inspect(header, { now }), `the clock ${now}`);
    }
    for (const now of ["NaN", "Infinity", "-1", "1.5", "1e9", "", "0x10"]) refused(q.verify(header, OFFER, { now }), `the clock ${now}`);
    check(q.verify(header, OFFER, { now: new Date(Number(NOW) * 1000 + 999) }).ok, "a date is a second");
  }],
  ["row_230_half_of_a_surrogate_pair", () => {
    const half = "\ud800";
    for (const [name, [texts, call]] of Object.entries(calls(q, pay(q).value))) {
      for (let i = 0; i < texts.length; i += 1) {
        const spoiled = texts.map((text, at) => (at === i ? text + half : text));
        refused(call(...spoiled), `${name}, text ${i}`);
      }
    }
    refused(q.encodeHeader("PAYMENT-REQUIRED", { x402Version: 2, resource: { url: half }, accepts: [OFFER] }), "in an object", ["json_surrogate"]);
    // a key that is none is overwritten, and not what such texts have in common
    refused(q.SigningKey.open(half), "as a key");
    refused(q.canonicalResource(half), "afterwards", ["utf8"]);
  }],
  ["row_231_an_object_that_says_something_else_the_second_time", () => {
    const header = pay(q).value;
    const looks = {};
    const shifty = new Proxy(OFFER, {
      get: (target, name) => {
        if (typeof name === "symbol" || name === "toJSON") return undefined;
        looks[name] = (looks[name] ?? 0) + 1;
        return name === "amount" && looks.amount > 1 ? "1" : target[name];
      },
    });
    check(q.verify(header, shifty, { now: NOW }).ok, "the first word counts");
    check(Object.values(looks).every((count) => count === 1), `looked more than once: ${JSON.stringify(looks)}`);
    let asked = 0;
    const turning = { ...POLICY, get perPayment() { return (asked += 1) === 1 ? "$0.001" : "$100"; } };
    const decided = value(q.decide(question(q, { policy: turning })));
    check(decided.decision === "deny" && asked === 1, `a policy that changes: ${JSON.stringify(decided)}`);
  }],
  [`row_232_${inputs}_malformed_inputs`, () => {
    check(memories.length > 0, "there is a memory to look at");
    const next = random(232);
    const all = Object.entries(calls(q, pay(q).value));
    const size = () => memories.reduce((sum, memory) => sum + memory.buffer.byteLength, 0);
    let before = 0;
    for (let round = 0; round < inputs; round += 1) {
      const [name, [texts, call]] = all[round % all.length];
      const at = Math.floor(next() * texts.length);
      const given = texts.map((text, i) => (i === at ? spoil(text, next) : text));
      let told;
      try {
        told = call(...given);
      } catch (error) {
        throw new Error(`${name} threw ${error} for ${JSON.stringify(given)}`);
      }
      check(typeof told.ok === "boolean", `${name} said ${JSON.stringify(told)}`);
      if (told.ok === false) refused(told, name);
      // the first tenth may grow to what the longest input takes
      if (round === Math.floor(inputs / 10)) before = size();
    }
    check(size() === before, `the memory grew from ${before} to ${size()} bytes`);
    check(q.verify(pay(q).value, OFFER, { now: NOW }).ok, "the instance still works");
  }],
  ["row_233_deep_json", () => {
    for (const [open, close] of [["[", "]"], ['{"a":', "}"]]) {
      for (const depth of [33, 129, 10_000]) {
        const text = open.repeat(depth) + (open === "[" ? "" : "1") + close.repeat(depth);
        refused(q.canonicalJson(text), `${depth} levels`, ["json_depth", "too_large"]);
        refused(q.readObject("PaymentRequirements", text), `${depth} levels`, ["json_depth", "too_large"]);
        refused(q.decodeHeader("PAYMENT-SIGNATURE", btoa(text)), `${depth} levels`, ["json_depth", "too_large"]);
        refused(q.hashTypedData(text), `${depth} levels`, ["json_depth", "too_large"]);
      }
    }
    check(value(q.canonicalJson("[".repeat(32) + "]".repeat(32))).text.length === 64, "32 levels are read");
  }],
  ["row_235_no_random_source", () =>
    without("crypto", () => {
      refused(q.SigningKey.open(SECRET), "a key", ["no_randomness"]);
      refused(q.Issuer.open(SECRET), "a key", ["no_randomness"]);
      refused(q.prepare(question(q, { from: ADDRESS })), "a payment", ["no_randomness"]);
      check(value(q.decide(question(q))).decision === "allow", "a decision needs none");
    })],
  ["row_236_a_key_is_nowhere_to_be_seen", () => {
    const bytes = unhex(SECRET);
    const secret = hex(bytes);
    const given = bytes.slice();
    const key = value(q.SigningKey.open(given));
    check(given.every((byte) => byte === 0), "what was given is overwritten");
    check(key.address === ADDRESS, "the address");
    const { signature } = value(key.signDigest(`0x${"ab".repeat(32)}`));
    check(value(q.recover(`0x${"ab".repeat(32)}`, signature)).signer === ADDRESS, "it signs");
    const shown = [JSON.stringify(key), String(key), inspected(key), JSON.stringify(structuredClone(key)), Object.keys(key).join()];
    refused(key.signDigest("0x12"), "a short digest");
    const signer = value(q.Issuer.open(bytes.slice()));
    value(signer.sign("offer", SAID.offer));
    shown.push(JSON.stringify(signer), String(signer), inspected(signer), JSON.stringify(structuredClone(signer)));
    for (const text of shown) check(!text.toLowerCase().includes(secret.slice(0, 16)), `the key shows in ${text}`);
    signer.free();
    refused(signer.sign("offer", SAID.offer), "after free", ["key_freed"]);
    key.free();
    key.free();
    refused(key.signDigest(`0x${"ab".repeat(32)}`), "after free", ["key_freed"]);
    refused(key.signPersonal("a"), "after free", ["key_freed"]);
    for (const memory of memories) {
      const held = new Uint8Array(memory.buffer);
      for (const sought of [bytes, bytes.slice().reverse()]) {
        for (let at = held.indexOf(sought[0]); at >= 0; at = held.indexOf(sought[0], at + 1)) {
          check(!sought.every((byte, i) => held[at + i] === byte), `the key is still in memory at ${at}`);
        }
      }
    }
    for (const wrong of ["0x12", "", `0x${"00".repeat(32)}`, `0x${"ff".repeat(32)}`, new Uint8Array(31)]) {
      const told = q.SigningKey.open(wrong);
      refused(told, "a wrong key");
      check(!JSON.stringify(told).includes("ffff"), "an error says nothing of the key");
    }
  }],
  ["row_237_two_instances_remember_nothing", () => {
    const salt = `0x${"07".repeat(32)}`;
    const prepared = [q, other].map((each) => value(each.prepare(question(each, { from: ADDRESS, salt }))));
    const [one, two] = prepared.map(({ finish, ...rest }) => JSON.stringify(rest));
    check(one === two, "two instances prepare the same payment, under the same key of a ledger");
    check(JSON.parse(one).key.startsWith("eip3009/eip155:84532/"), "the key that the host keeps");
    // the limit of the task is named, and no instance counts towards it by itself
    check(prepared.every(({ limits }) => limits.some(({ meter, max }) => meter === "task" && max === "500000")), one);
  }],
];
