// What JavaScript can do to a program that counts money: the rows of the catalogue about it, by number.
//
// `rows` gives `[name, test]` for two instances of the package; a test throws what is wrong. It knows no runtime: what it needs of one
// is passed in.

import { COSTLY, SILENT, calls, random, spoil } from "./calls.mjs";
import { ADDRESS, NOW, OFFER, POLICY, SAID, SECRET, check, pay, question, value } from "./samples.mjs";

const throws = (call, text) => {
  let thrown;
  try {
    call();
  } catch (error) {
    thrown = error;
  }
  check(thrown instanceof TypeError, `${text}: expected a TypeError, got ${thrown ?? "nothing"}`);
};
/** That an answer is a refusal; what it says is put into words only where it is not one, because this is asked millions of times. */
const refused = (answer, text, codes) => {
  const { code, detail, retry } = answer.error ?? {};
  if (answer.ok === false && typeof code === "string" && typeof detail === "string" && typeof retry === "string") {
    check(codes === undefined || codes.includes(code), `${text} was refused for ${code}`);
  } else {
    check(false, `${text} was not refused: ${JSON.stringify(answer)}`);
  }
};
const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
const unhex = (text) => Uint8Array.from(text.slice(2).match(/../g), (pair) => parseInt(pair, 16));

/** The export behind the name of a call. */
const exported = (name) => name.split(" ")[0];

/** That every function of the package is among the names of those that are called, and every method of its keys. */
const leavesOutNone = (q, names) => {
  const called = new Set([...names.map(exported), ...SILENT]);
  const wanted = Object.keys(q).flatMap((name) => {
    if (!["SigningKey", "Issuer"].includes(name)) return [name];
    // what a key is asked for without a text, it is asked for where its secret is looked for
    const methods = Object.getOwnPropertyNames(q[name].prototype).filter((method) => !["constructor", "address", "did", "free", "toJSON"].includes(method));
    return ["open", ...methods].map((method) => `${name}.${method}`);
  });
  const missing = wanted.filter((name) => !["default", "module.exports", "__esModule"].includes(name) && !called.has(name));
  check(missing.length === 0, `nothing malformed is given to ${missing.join(", ")}`);
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
  ["row_230_half_of_a_surrogate_pair", async () => {
    const half = "\ud800";
    await calls(q, pay(q).value, async (all) => {
      for (const [name, [texts, call]] of Object.entries(all)) {
        for (let i = 0; i < texts.length; i += 1) {
          const spoiled = texts.map((text, at) => (at === i ? text + half : text));
          refused(await call(...spoiled), `${name}, text ${i}`);
        }
      }
    });
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
  [`row_232_${inputs}_malformed_inputs_to_every_export`, async () => {
    check(memories.length > 0, "there is a memory to look at");
    const size = () => memories.reduce((sum, memory) => sum + memory.buffer.byteLength, 0);
    const next = random(232);
    await calls(q, pay(q).value, async (all) => {
      leavesOutNone(q, Object.keys(all));
      // what is called for many things shares what its export is given
      const shares = {};
      for (const name of Object.keys(all)) shares[exported(name)] = (shares[exported(name)] ?? 0) + 1;
      for (const [name, [texts, call]] of Object.entries(all)) {
        // what is good is taken: what is made of it is nearly right
        const good = await call(...texts);
        check(good.ok === true, `${name} refused ${JSON.stringify(texts)}: ${JSON.stringify(good)}`);
        const asked = async (given) => {
          let told;
          try {
            told = call(...given);
            if (typeof told.then === "function") told = await told;
          } catch (error) {
            throw new Error(`${name} threw ${error} for ${JSON.stringify(given)}`);
          }
          if (told.ok !== true) refused(told, name);
        };
        // the memory may grow to what the longest inputs take, and not from then on
        for (let at = 0; at < texts.length; at += 1) {
          for (const more of [texts[at], "[".repeat(300)]) await asked(texts.map((text, i) => (i === at ? text + more : text)));
        }
        let before = 0;
        const count = Math.ceil((COSTLY.includes(exported(name)) ? inputs / 10 : inputs) / shares[exported(name)]);
        for (let round = 0; round < count; round += 1) {
          if (round === Math.floor(count / 10)) before = size();
          const at = Math.floor(next() * texts.length);
          await asked(texts.map((text, i) => (i === at ? spoil(text, next) : text)));
        }
        check(size() === before, `${name}: the memory grew from ${before} to ${size()} bytes`);
      }
    });
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
