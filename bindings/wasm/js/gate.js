// A handler that is paid for: a request goes in, a response comes out, for Workers and whatever else speaks in these two.
//
// The work is done first, and money is taken only for work that succeeded; nobody gets the answer before it is taken. What is settled twice,
// or not at all, is for the host's log and the facilitator to know: both have to be given.

import { decodeHeader, encodeHeader, explainReason, verify } from "./verify.js";

const FUNCTIONS = { serve: "the handler", settle: "the facilitator" };

export const createGate = ({ terms, serve, settle, log, now }) => {
  for (const [name, what] of Object.entries(FUNCTIONS)) {
    if (typeof { serve, settle }[name] !== "function") throw new TypeError(`${name} must be a function: ${what}`);
  }
  if (typeof log?.claim !== "function" || typeof log?.release !== "function") {
    throw new TypeError("log must have claim(key, expires) and release(key): without it one payment is served twice");
  }
  const offers = (Array.isArray(terms) ? terms : [terms]).map((offer) => (typeof offer === "string" ? offer : JSON.stringify(offer)));
  const accepts = offers.map((offer) => JSON.parse(offer));
  // what cannot be offered is known before the first request
  const probe = encodeHeader("PAYMENT-REQUIRED", { x402Version: 2, resource: { url: "https://a.example/" }, accepts });
  if (!probe.ok) throw new TypeError(`terms: ${probe.error.code}: ${probe.error.detail}`);

  const answer = (status, error, headers = {}) =>
    new Response(JSON.stringify({ error }), { status, headers: { "content-type": "application/json", ...headers } });
  const ask = (request, error) => {
    const required = { x402Version: 2, error, resource: { url: request.url }, accepts };
    const header = encodeHeader("PAYMENT-REQUIRED", required);
    return header.ok ? answer(402, error, { "PAYMENT-REQUIRED": header.value }) : answer(414, header.error.code);
  };

  return async (request, ...rest) => {
    const value = request.headers.get("PAYMENT-SIGNATURE");
    const verified = verify(value, offers, { now: now?.() });
    if (!verified.ok) {
      const { status, reason, code } = verified.error;
      if (status === 402) return ask(request, reason);
      return answer(status ?? 500, status === undefined ? "internal_error" : (reason ?? code));
    }
    const { key, expires, offer } = verified.value;
    if (!(await log.claim(key, expires))) return answer(409, "duplicate_settlement");
    let served;
    try {
      served = await serve(request, verified.value, ...rest);
    } catch (error) {
      await log.release(key);
      throw error;
    }
    if (!served.ok) {
      await log.release(key);
      return served;
    }
    const { text, value: paymentPayload } = decodeHeader("PAYMENT-SIGNATURE", value);
    const body = `{"x402Version":2,"paymentPayload":${text},"paymentRequirements":${offers[offer]}}`;
    let settled;
    try {
      settled = await settle({ x402Version: 2, paymentPayload, paymentRequirements: accepts[offer] }, body);
    } catch {
      // nobody knows whether money has moved, so the claim stays
      return answer(503, "settlement_unknown", { "retry-after": "5" });
    }
    const receipt = encodeHeader("PAYMENT-RESPONSE", settled);
    if (!receipt.ok) return answer(502, "settlement_unknown");
    if (settled.success !== true) {
      // only a refusal that is known to have moved nothing asks for another payment: an outage, a settlement that is under way and a reason that
      // nobody knows leave open whether this one is paid
      const reason = explainReason(String(settled.errorReason ?? ""));
      const refused = reason.ok && reason.value.kind === "rejection" && reason.value.retry !== "unknown_outcome";
      if (!refused) return answer(503, "settlement_unknown", { "retry-after": "5" });
      await log.release(key);
      return ask(request, settled.errorReason);
    }
    const paid = new Response(served.body, served);
    paid.headers.set("PAYMENT-RESPONSE", receipt.value);
    return paid;
  };
};
