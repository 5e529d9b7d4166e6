// Asks the official package of extensions.

import * as extensions from "@x402/extensions";
import { privateKeyToAccount } from "viem/accounts";

import { answering } from "./answering.mjs";

const ANSWERS = {
  hash: ({ kind, payload }) => (kind === "offer" ? extensions.hashOfferTypedData(payload) : extensions.hashReceiptTypedData(payload)),
  sign: ({ kind, payload, privateKey }) => {
    const sign = kind === "offer" ? extensions.signOfferEIP712 : extensions.signReceiptEIP712;
    return sign(payload, (typed) => privateKeyToAccount(privateKey).signTypedData(typed));
  },
  canonicalize: ({ payload }) => extensions.canonicalize(payload),
  check: ({ kind, text }) => check(kind, JSON.parse(text)),
  discovery: ({ text }) => extensions.validateDiscoveryExtension(JSON.parse(text)).valid,
  template: ({ template }) => extensions.isValidRouteTemplate(template),
  metadata: ({ text }) => extensions.sanitizeResourceServiceMetadata(JSON.parse(text)),
};

// Who signed, for the one format, and nothing for the other: its key is in what was signed.
async function check(kind, artifact) {
  const offer = kind === "offer";
  if (artifact.format === "eip712") {
    const { signer } = await (offer ? extensions.verifyOfferSignatureEIP712 : extensions.verifyReceiptSignatureEIP712)(artifact);
    return signer;
  }
  await (offer ? extensions.verifyOfferSignatureJWS : extensions.verifyReceiptSignatureJWS)(artifact);
  return null;
}

// nothing here may ask a network
globalThis.fetch = () => Promise.reject(new Error("no network"));

await answering(ANSWERS);
