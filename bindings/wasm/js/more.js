// What is left of reading, hashing and verifying, for those who have room for it.

import * as wasm from "#wasm";
import { given, pairs } from "./request.js";
import { answer, bytes, decimal, document, documents, list, map, ofBytes, optional, raw, read, seconds } from "./text.js";

export const readObject = (type, json) => read(wasm.read(bytes(type, "type"), raw(json, "json")));

export const canonicalJson = (json, { bytes: most = 65536 } = {}) => {
  if (!Number.isInteger(most) || most < 0 || most > 0x7fffffff) throw new TypeError("bytes must be a number of bytes");
  return answer(wasm.json(raw(json, "json"), most));
};

export const toV2 = (offer) =>
  map(answer(wasm.to_v2(bytes(document(offer, "offer"), "offer"))), ({ requirements, resource }) => ({
    requirements: JSON.parse(requirements),
    resource: JSON.parse(resource),
    text: requirements,
  }));

export const parsePaymentRequired = ({ header, body = "" }) =>
  map(answer(wasm.ask(optional(header, "header"), raw(body, "body"))), (told) => ({
    ...told,
    offers: told.offers.map((offer) => JSON.parse(offer)),
    texts: told.offers,
    claims: told.claims.map((claim) => JSON.parse(claim)),
    extensions: JSON.parse(told.extensions),
  }));

export const verifyMany = (requests, terms, { now, scheme = "" } = {}) => {
  const each = list([...requests].map((headers) => JSON.stringify(pairs(headers))));
  const told = answer(
    wasm.verify_many(bytes(scheme, "scheme"), each, list(documents(terms, "terms")), bytes(seconds(now), "now")),
  );
  return map(told, ({ verdicts }) => verdicts);
};

export const matchOffer = (offers, accepted) =>
  map(
    answer(wasm.find_offer(list(documents(offers, "offers")), bytes(document(accepted, "accepted"), "accepted"))),
    ({ index }) => index,
  );

export const judgeWindow = ({ rule, validAfter, validBefore, now, margin }) => {
  const of = (value, name) => bytes(decimal(value, name), name);
  const left = margin === undefined ? "" : decimal(margin, "margin");
  const told = wasm.window(
    bytes(rule, "rule"),
    of(validAfter, "validAfter"),
    of(validBefore, "validBefore"),
    bytes(seconds(now), "now"),
    bytes(left, "margin"),
  );
  return map(answer(told), () => null);
};

export const hashTypedData = (data) => answer(wasm.typed_data(bytes(document(data, "data"), "data")));

export const hashPersonalMessage = (message) =>
  ofBytes(message, "message", (given) => map(answer(wasm.personal(given)), ({ digest }) => digest));

export const signatureShape = (signature) => answer(wasm.signature_shape(bytes(signature, "signature")));

export const parse = (kind, text) => answer(wasm.parse(bytes(kind, "kind"), bytes(decimal(text, "text"), "text")));

export const parsePrice = (text, decimals) => {
  if (!Number.isInteger(decimals) || decimals < 0 || decimals > 255) throw new TypeError("decimals must be a small number");
  return answer(wasm.price(bytes(text, "text"), decimals));
};
