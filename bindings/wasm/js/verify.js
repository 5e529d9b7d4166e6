// Payments are read and verified, and nothing else: what a worker in front of an API needs.

import * as wasm from "#wasm";
import { given, pairs } from "./request.js";
import { answer, bytes, document, documents, list, map, object, optional, raw, read, seconds } from "./text.js";

export { MemoryLog, createGate } from "./gate.js";

const form = ({ form = "eip3009" } = {}) => bytes(form, "form");

export const decodeHeader = (name, value) => read(wasm.decode(bytes(name, "name"), raw(value, "value")));

export const encodeHeader = (name, object) =>
  map(answer(wasm.encode(bytes(name, "name"), bytes(document(object, "object"), "object"))), (value) => value.header);

export const findPayment = (headers) => map(answer(wasm.find_payment(given(pairs(headers)))), (found) => (found.name ? found : null));

/** A request, as the module is given it. */
const requested = ({ method, url, bind }) => {
  for (const [name, text] of Object.entries({ method, url })) bytes(text, name);
  return object({ method, url, bind: bind === "ignored" ? undefined : bind });
};

export const verify = (headers, terms, { now, scheme = "", request } = {}) =>
  answer(
    wasm.verify(
      bytes(scheme, "scheme"),
      given(pairs(headers)),
      list(documents(terms, "terms")),
      bytes(seconds(now), "now"),
      request === undefined ? undefined : requested(request),
    ),
  );

export const judgeAnswer = (headers, said, { terms } = {}) =>
  answer(
    wasm.answer_to(
      given(pairs(headers)),
      bytes(document(said, "answer"), "answer"),
      terms === undefined ? undefined : bytes(document(terms, "terms"), "terms"),
    ),
  );

export const recover = (digest, signature, options) =>
  answer(wasm.recover(bytes(digest, "digest"), bytes(signature, "signature"), form(options)));

export const checkSignature = (digest, signature, signer, options) =>
  answer(
    wasm.check_signature(bytes(digest, "digest"), bytes(signature, "signature"), form(options), bytes(signer, "signer")),
  );

export const termsHash = (offer, { version = "2" } = {}) =>
  answer(wasm.terms_hash(bytes(version, "version"), bytes(document(offer, "offer"), "offer")));

export const canonicalResource = (url) => answer(wasm.resource(bytes(url, "url")));

export const boundNonce = ({ metadata, nonce, ...needed }) => {
  for (const name of ["termsHash", "method", "resource", "salt"]) bytes(needed[name], name);
  optional(nonce, "nonce");
  const told = metadata === undefined ? undefined : document(metadata, "metadata");
  return answer(wasm.bound_nonce(object({ ...needed, metadata: told, nonce: nonce ?? undefined })));
};

export const explainReason = (reason) => answer(wasm.reason(bytes(reason, "reason")));
