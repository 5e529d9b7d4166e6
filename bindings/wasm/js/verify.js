// Payments are verified, and nothing else.

import * as wasm from "#wasm";
import { given, pairs } from "./request.js";
import { answer, bytes, document, documents, list, map, object, optional, seconds } from "./text.js";

const form = ({ form = "eip3009" } = {}) => bytes(form, "form");

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

export const recover = (digest, signature, options) =>
  answer(wasm.recover(bytes(digest, "digest"), bytes(signature, "signature"), form(options)));

export const checkSignature = (digest, signature, signer, options) =>
  answer(
    wasm.check_signature(bytes(digest, "digest"), bytes(signature, "signature"), form(options), bytes(signer, "signer")),
  );

export const canonicalResource = (url) => answer(wasm.resource(bytes(url, "url")));
