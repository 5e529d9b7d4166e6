// What a seller says beside the payment: signed offers and receipts, and how a resource is called.

import * as wasm from "#wasm";
import { open } from "./keys.js";
import { answer, bytes, document, map, object, optional, problem, seconds } from "./text.js";

/** What is signed, as the module is given it. */
const statement = (kind, payload, { format = "eip712", kid, by }) => {
  for (const [name, text] of Object.entries({ kind, format })) bytes(text, name);
  for (const [name, text] of Object.entries({ kid, by })) optional(text, name);
  return object({ kind, format, kid, by, payload: document(payload, "payload") });
};

const signed = (told) => map(told, ({ artifact, signer }) => ({ artifact: JSON.parse(artifact), text: artifact, signer }));

/** Signs for a seller with a key in the module's memory. Its bytes it gives to nobody. */
export class Issuer {
  #held;
  #names;

  constructor(held, names) {
    this.#held = held;
    this.#names = names;
  }

  static open(secret) {
    return open(wasm.Issuer, secret, (held, names) => new Issuer(held, names));
  }

  get address() {
    return this.#names.address;
  }

  get did() {
    return this.#names.did;
  }

  sign(kind, payload, { format, kid } = {}) {
    const given = statement(kind, payload, { format, kid });
    return this.#held === null ? problem("key_freed", "the key was freed") : signed(answer(this.#held.sign(given)));
  }

  /** Overwrites the key. Whatever is asked of it then is refused. */
  free() {
    this.#held?.free();
    this.#held = null;
  }

  toJSON() {
    return { ...this.#names };
  }
}

/** Says what has to be signed; `finish` takes the signature and gives the artifact. */
export const prepareStatement = (kind, payload, options) => {
  bytes(options?.by, "by");
  const given = statement(kind, payload, options);
  const finish = (signature) => signed(answer(wasm.statement_finish(given, bytes(signature, "signature"))));
  return map(answer(wasm.statement_prepare(given)), ({ typedData, ...told }) => ({
    ...told,
    ...(typedData === undefined ? {} : { typedData: JSON.parse(typedData) }),
    finish,
  }));
};

export const checkStatement = (kind, artifact, { offer, told } = {}) => {
  bytes(kind, "kind");
  const given = { kind, artifact: document(artifact, "artifact"), offer: offer === undefined ? undefined : document(offer, "offer"), told };
  return map(answer(wasm.statement_check(object(given))), ({ payload, ...rest }) => ({ payload: JSON.parse(payload), text: payload, ...rest }));
};

export const judgeReceipt = (artifact, { network, resource, payer, payee, told, transaction, since, now }) => {
  const texts = { network, resource, payer, payee, transaction };
  for (const [name, text] of Object.entries(texts)) bytes(text, name);
  const given = { artifact: document(artifact, "artifact"), ...texts, told, since: seconds(since), now: seconds(now) };
  return answer(wasm.statement_judge(object(given)));
};

/** An entry with what is said of it; the text beside it is exact. */
const written = (told) => map(told, ({ text }) => ({ entry: JSON.parse(text), text }));

export const readEntry = (id, entry) =>
  map(answer(wasm.entry_read(bytes(id, "id"), bytes(document(entry, "entry"), "entry"))), ({ text, info, routeTemplate }) => ({
    info: JSON.parse(info),
    text,
    ...(routeTemplate === undefined ? {} : { routeTemplate }),
  }));

export const statementsEntry = (info) => written(answer(wasm.entry_bundle(bytes(document(info, "info"), "info"))));

export const describeResource = (resource) => written(answer(wasm.entry_describe(bytes(document(resource, "resource"), "resource"))));
