// Asks the official TypeScript SDK.
//
// Header values travel as hexadecimal bytes and become the Latin-1 string that Node's HTTP parser would hand to a server.

import canonicalize from "canonicalize";
import { getAddress } from "viem";
import { HTTPFacilitatorClient, x402ResourceServer } from "@x402/core/server";
import { decodePaymentRequiredHeader, decodePaymentResponseHeader, decodePaymentSignatureHeader } from "@x402/core/http";
import { encodePaymentRequiredHeader, encodePaymentResponseHeader, encodePaymentSignatureHeader } from "@x402/core/http";
import * as schemas from "@x402/core/schemas";
import { convertToTokenAmount, parseMoney } from "@x402/core/utils";
import { EVM_NETWORK_CHAIN_ID_MAP } from "@x402/evm/v1";

import { answering } from "./answering.mjs";

const SCHEMAS = {
  paymentRequired: schemas.PaymentRequiredSchema,
  paymentPayload: schemas.PaymentPayloadSchema,
  requirements1: schemas.PaymentRequirementsV1Schema,
  requirements2: schemas.PaymentRequirementsV2Schema,
  resourceInfo: schemas.ResourceInfoSchema,
};

const DECODERS = {
  "PAYMENT-SIGNATURE": decodePaymentSignatureHeader,
  "X-PAYMENT": decodePaymentSignatureHeader,
  "PAYMENT-REQUIRED": decodePaymentRequiredHeader,
  "PAYMENT-RESPONSE": decodePaymentResponseHeader,
  "X-PAYMENT-RESPONSE": decodePaymentResponseHeader,
};

const ENCODERS = {
  "PAYMENT-SIGNATURE": encodePaymentSignatureHeader,
  "X-PAYMENT": encodePaymentSignatureHeader,
  "PAYMENT-REQUIRED": encodePaymentRequiredHeader,
  "PAYMENT-RESPONSE": encodePaymentResponseHeader,
  "X-PAYMENT-RESPONSE": encodePaymentResponseHeader,
};

const ANSWERS = {
  schema: (q) => SCHEMAS[q.schema].parse(JSON.parse(q.json)),
  header: (q) => JSON.stringify(DECODERS[q.name](Buffer.from(q.hex, "hex").toString("latin1"))),
  encode: (q) => ENCODERS[q.name](JSON.parse(q.json)),
  reply: (q) => reply(q),
  match: (q) => match(q),
  money: (q) => money(q),
  chainId: (q) => EVM_NETWORK_CHAIN_ID_MAP[q.network] ?? null,
  chainIds: () => EVM_NETWORK_CHAIN_ID_MAP,
  checksum: (q) => getAddress(q.address),
  bigint: (q) => BigInt(q.text).toString(),
  json: (q) => canonicalize(JSON.parse(Buffer.from(q.hex, "hex").toString("utf8"))),
};

// The reply schemas are not exported: the facilitator client applies them to what a facilitator answers.
async function reply({ endpoint, json }) {
  globalThis.fetch = async () => new Response(json, { status: 200, headers: { "content-type": "application/json" } });
  const client = new HTTPFacilitatorClient({ url: "http://facilitator.invalid" });
  const payment = { x402Version: 2, accepted: {}, payload: {} };
  const calls = {
    verify: () => client.verify(payment, {}),
    settle: () => client.settle(payment, {}),
    supported: () => client.getSupported(),
  };
  return calls[endpoint]();
}

// The resource server's own search among the offers; a scheme says which members of `extra` it keeps out of the comparison.
function match({ offers, payload, dynamic }) {
  const server = new x402ResourceServer();
  for (const { network, scheme, fields } of dynamic) {
    server.register(network, { scheme, dynamicExtraFields: fields });
  }
  const available = JSON.parse(offers);
  const found = server.findMatchingRequirements(available, JSON.parse(payload));
  return found === undefined ? null : available.indexOf(found);
}

function money({ text, decimals }) {
  const { amount, symbol } = parseMoney(text);
  return { amount: convertToTokenAmount(amount, decimals), symbol: symbol ?? null };
}

await answering(ANSWERS);
