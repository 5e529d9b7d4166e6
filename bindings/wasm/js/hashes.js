// Hashes that a verdict is made of, for whoever needs one by itself.

import * as wasm from "#wasm";
import { answer, bytes, document, object, optional } from "./text.js";

export const termsHash = (offer, { version = "2" } = {}) =>
  answer(wasm.terms_hash(bytes(version, "version"), bytes(document(offer, "offer"), "offer")));

export const boundNonce = ({ metadata, nonce, ...needed }) => {
  for (const name of ["termsHash", "method", "resource", "salt"]) bytes(needed[name], name);
  optional(nonce, "nonce");
  const told = metadata === undefined ? undefined : document(metadata, "metadata");
  return answer(wasm.bound_nonce(object({ ...needed, metadata: told, nonce: nonce ?? undefined })));
};
