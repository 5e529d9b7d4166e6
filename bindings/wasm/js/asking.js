// What a check with a chain is made of, as the module is given it.

import { bytes, document, object, seconds } from "./text.js";

export const asked = (header, terms, options = {}, more = {}) => {
  const { now, mode = "simulated", factories, sponsoring, answers = [], name = "PAYMENT-SIGNATURE" } = options;
  const value = typeof header === "string" ? header : bytes(header, "header");
  return object({ name, value, terms: document(terms, "terms"), now: seconds(now), mode, factories, sponsoring, answers, ...more });
};
