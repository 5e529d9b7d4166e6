// Everything of `quittance/gate`, and what a buyer needs: the policy pause, keys, signing in two steps, the audit log, the inspector.

import * as wasm from "#wasm";
import { fetchWith } from "./fetch.js";
import { NO_RANDOMNESS, fresh, open } from "./keys.js";
import { decodeHeader, judgeAnswer } from "./headers.js";
import { tables } from "./policy.js";
import { answer, bytes, document, map, object, ofBytes, optional, problem, raw, seconds } from "./text.js";

export * from "./gate.js";
export * from "./more.js";
export * from "./chain.js";
export { MemoryLedger, PaymentError } from "./fetch.js";

/** What a decision is made of, each member read once. */
const question = (it) => {
  const { policy, required = {}, resource, method = "GET", purchase, now, task, session, reason, approval, prices, pins } = it;
  const { header, body } = required;
  const members = { resource, method, purchase, task, session, reason, approval, required: header ?? undefined, body };
  for (const [name, value] of Object.entries(members)) if (value !== undefined) bytes(value, name);
  return { ...members, policy: tables(policy), now: seconds(now), prices, pins };
};

const told = (value) => {
  const { terms, typedData, ...rest } = value;
  if (terms !== undefined) rest.terms = JSON.parse(terms);
  if (typedData !== undefined) rest.typedData = JSON.parse(typedData);
  return rest;
};

export const decide = (input) => map(answer(wasm.decide(object(question(input)))), told);

/** Decides, and says what has to be signed; `finish` takes the signature and gives the header. */
export const prepare = (input) => {
  const salt = input.salt ?? fresh();
  if (salt === null) return NO_RANDOMNESS;
  const members = { ...question(input), from: input.from, salt, paymentId: input.paymentId ?? `pay_${salt.slice(2, 34)}` };
  bytes(members.from, "from");
  const given = object(members);
  const finish = (signature) => answer(wasm.finish(given, bytes(signature, "signature")));
  return map(answer(wasm.prepare(given)), (value) => ({ ...told(value), finish }));
};

/** What a request asks for, as one hash: method, canonical URL and body. */
export const fingerprint = ({ method = "GET", url, body = "" }) =>
  ofBytes(body, "body", (given) => map(answer(wasm.fingerprint(bytes(method, "method"), bytes(url, "url"), given)), ({ hash }) => hash));

export const wrapFetch = fetchWith({ prepare: (input) => prepare(input), decodeHeader, judgeAnswer, fingerprint });

/** A secret key in the module's memory. It shows its address and signs; its bytes it gives to nobody. */
export class SigningKey {
  #held;
  #address;

  constructor(held, address) {
    this.#held = held;
    this.#address = address;
  }

  static open(secret) {
    return open(wasm.Key, secret, (held, { address }) => new SigningKey(held, address));
  }

  get address() {
    return this.#address;
  }

  signDigest(digest) {
    return this.#use((held) => held.sign_digest(bytes(digest, "digest")));
  }

  signPersonal(message) {
    return ofBytes(message, "message", (given) => this.#use((held) => held.sign_personal(given)));
  }

  /** Signs what `prepare` gave. */
  sign({ digest }) {
    return this.signDigest(digest);
  }

  /** Overwrites the key. Whatever is asked of it then is refused. */
  free() {
    this.#held?.free();
    this.#held = null;
  }

  #use(use) {
    return this.#held === null ? problem("key_freed", "the key was freed") : answer(use(this.#held));
  }

  toJSON() {
    return { address: this.#address };
  }
}

export const auditVerify = (log, { anchor } = {}) => answer(wasm.audit_verify(raw(log, "log"), optional(anchor, "anchor")));

export const auditEntry = ({ log, after, event }) =>
  answer(wasm.audit_entry(bytes(log, "log"), optional(after, "after"), bytes(document(event, "event"), "event")));

export const auditHash = (salt, value) =>
  ofBytes(value, "value", (given) => map(answer(wasm.audit_hash(bytes(salt, "salt"), given)), ({ hash }) => hash));

export const auditEscaped = (text) => map(answer(wasm.audit_escaped(bytes(text, "text"))), ({ shown }) => shown);

export const inspect = (text, { now, terms } = {}) =>
  answer(wasm.inspect(bytes(text, "text"), bytes(seconds(now), "now"), terms === undefined ? undefined : bytes(document(terms, "terms"), "terms")));
