// Where a payment is looked for: a value, the headers of a request in whatever shape a runtime has them, or nothing.

import { bytes } from "./text.js";

const PAYMENT_HEADERS = ["payment-signature", "x-payment"];

/** The payment headers of a request, as pairs of texts. */
export const pairs = (headers) => {
  if (headers === null || headers === undefined) return [];
  if (typeof headers === "string") return [["PAYMENT-SIGNATURE", headers]];
  const entries = typeof headers[Symbol.iterator] === "function" ? [...headers] : Object.entries(headers);
  const of = ([name, value]) => (Array.isArray(value) ? value : [value]).map((each) => [name, each]);
  const found = entries.flatMap(of).filter(([name, value]) => value !== undefined && PAYMENT_HEADERS.includes(String(name).toLowerCase()));
  return found.map(([name, value]) => [String(name), typeof value === "string" ? value : bytes(value, name)]);
};

/** Pairs of texts for the module. */
export const given = (pairs) => bytes(JSON.stringify(pairs), "headers");
