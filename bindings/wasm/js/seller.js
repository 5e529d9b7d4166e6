// A handler that is paid for: a request goes in, a response comes out, for Workers and whatever else speaks in these two.
//
// The work is done first, and money is taken only for work that succeeded; nobody gets the answer before it is taken. A payment for another
// request is refused, by what it says and by what its nonce is bound to. The facilitator is asked once, and its word is taken for what it says:
// an answer about another payer, network or amount is none.

import { decodeHeader, encodeHeader, explainReason, judgeAnswer } from "./headers.js";
import { canonicalResource, verify } from "./verify.js";

const BINDS = ["ignored", "preferred", "required"];
const BINDING = "quittance-binding";
const ROUTED = "routed";

/** How many bytes of an answer are read, and how many milliseconds it is waited for. */
const LONGEST = 65_536;
const PATIENCE = 60_000;

const textOf = async ({ body }) => {
  const [reader, decoder] = [body.getReader(), new TextDecoder()];
  let [text, length] = ["", 0];
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    length += value.length;
    if (length > LONGEST) {
      await reader.cancel();
      throw new Error("a facilitator says more than there is to say");
    }
    text += decoder.decode(value, { stream: true });
  }
};

/**
 * Asks a facilitator to settle, once. Whatever is no answer of its own leaves open what it did: a server that is breaking says many things, so
 * that only 200 is believed in everything, and 400 and 412 in a refusal.
 */
const asking = (facilitator, fetch) => async (_, body) => {
  const headers = { "content-type": "application/json" };
  const asked = { method: "POST", headers, body, redirect: "manual", signal: AbortSignal.timeout(PATIENCE) };
  const response = await fetch(`${facilitator.replace(/\/$/, "")}/settle`, asked);
  const said = JSON.parse(await textOf(response));
  const refuses = [400, 412].includes(response.status) && said?.success === false;
  if (response.status !== 200 && !refuses) throw new Error(`a facilitator answered ${response.status}`);
  return said;
};

export const createGate = ({ terms, serve, settle, facilitator, log, origin, bind = "preferred", now, fetch = globalThis.fetch }) => {
  if (typeof serve !== "function") throw new TypeError("serve must be a function: the handler");
  if ((typeof settle === "function") === (typeof facilitator === "string")) {
    throw new TypeError("facilitator must be a URL, or settle must be a function: what moves the money");
  }
  if (typeof log?.claim !== "function" || typeof log?.release !== "function") {
    throw new TypeError("log must have claim(key, expires) and release(key): without it one payment is served twice");
  }
  if (!BINDS.includes(bind)) throw new TypeError(`bind must be one of ${BINDS}`);
  // the host in the URL of a request is the client's, unless somebody has routed by it
  if (origin !== ROUTED && (typeof origin !== "string" || canonicalResource(origin).value?.origin !== origin)) {
    throw new TypeError(`origin must be scheme and host (https://api.example.com), or "${ROUTED}" where the runtime routes by host`);
  }
  const ask = settle ?? asking(facilitator, (...given) => fetch(...given));
  const offers = (Array.isArray(terms) ? terms : [terms]).map((offer) => (typeof offer === "string" ? offer : JSON.stringify(offer)));
  const accepts = offers.map((offer) => JSON.parse(offer));
  const extensions = bind === "ignored" ? undefined : { [BINDING]: { info: { version: "1", mode: bind } } };
  const required = (url, error) => encodeHeader("PAYMENT-REQUIRED", { x402Version: 2, error, resource: { url }, accepts, extensions });
  // what cannot be offered is known before the first request
  const probe = required("https://a.example/");
  if (!probe.ok) throw new TypeError(`terms: ${probe.error.code}: ${probe.error.detail}`);

  const answer = (status, error, headers = {}) =>
    new Response(JSON.stringify({ error }), { status, headers: { "content-type": "application/json", ...headers } });
  const unknown = () => answer(503, "settlement_unknown");
  const offered = (url, error) => {
    const header = required(url, error);
    return header.ok ? answer(402, error, { "PAYMENT-REQUIRED": header.value }) : answer(414, header.error.code);
  };

  // a log that cannot give a payment back keeps it until its time is over, which changes nothing in what is answered
  const release = async (key) => {
    try {
      await log.release(key);
    } catch {}
  };

  return async (request, ...rest) => {
    // the resource is the seller's to name: what a client says of it is compared
    const { pathname, search } = new URL(request.url);
    const resource = canonicalResource(origin === ROUTED ? request.url : `${origin}${pathname}${search}`);
    if (!resource.ok) return answer(400, "invalid_target");
    const url = resource.value.canonical;
    const value = request.headers.get("PAYMENT-SIGNATURE");
    const verified = verify(value, offers, { now: now?.(), request: { method: request.method, url, bind } });
    if (!verified.ok) {
      const { status, reason, code } = verified.error;
      if (status === 402) return offered(url, reason);
      return answer(status ?? 500, status === undefined ? "internal_error" : (reason ?? code));
    }
    const { key, expires, offer } = verified.value;
    let fresh;
    try {
      fresh = await log.claim(key, expires);
    } catch {
      // nobody knows whether this payment was taken before, so nothing is served for it; the same bytes may come again
      return answer(503, "store_unavailable");
    }
    if (!fresh) return answer(409, "duplicate_settlement");
    let served;
    try {
      served = await serve(request, verified.value, ...rest);
    } catch (error) {
      await release(key);
      throw error;
    }
    if (!served.ok) {
      await release(key);
      return served;
    }
    const { text, value: paymentPayload } = decodeHeader("PAYMENT-SIGNATURE", value);
    const body = `{"x402Version":2,"paymentPayload":${text},"paymentRequirements":${offers[offer]}}`;
    let settled;
    try {
      settled = await ask({ x402Version: 2, paymentPayload, paymentRequirements: accepts[offer] }, body);
    } catch {
      // nobody knows whether money has moved, so the claim stays
      return unknown();
    }
    const receipt = encodeHeader("PAYMENT-RESPONSE", typeof settled === "object" && settled !== null ? settled : "");
    if (!receipt.ok) return answer(502, "settlement_unknown");
    if (settled.success !== true) {
      // only a refusal that is known to have moved nothing asks for another payment: an outage, a settlement that is under way and a reason that
      // nobody knows leave open whether this one is paid
      const reason = explainReason(String(settled.errorReason ?? ""));
      const refused = reason.ok && reason.value.kind === "rejection" && reason.value.retry !== "unknown_outcome";
      if (!refused) return unknown();
      await release(key);
      return offered(url, settled.errorReason);
    }
    if (!judgeAnswer(value, settled, { terms: offers[offer] }).ok) return answer(502, "settlement_unknown");
    const paid = new Response(served.body, served);
    paid.headers.set("PAYMENT-RESPONSE", receipt.value);
    return paid;
  };
};

/** A log in memory, for trying: it forgets with the process, and knows nothing of other instances. */
export class MemoryLog {
  #claims = new Map();
  #clock;
  #capacity;

  constructor({ capacity = 100_000, clock = () => Math.floor(Date.now() / 1000) } = {}) {
    this.#capacity = capacity;
    this.#clock = clock;
  }

  claim(key, expires) {
    if (this.#claims.has(key)) return false;
    if (this.#claims.size >= this.#capacity) this.#forget();
    this.#claims.set(key, BigInt(expires));
    return true;
  }

  release(key) {
    this.#claims.delete(key);
  }

  /** Whose time is over is refused for that. Where all others fill the log nothing is sold: to forget one would be to serve it twice. */
  #forget() {
    const now = BigInt(this.#clock());
    for (const [key, expires] of this.#claims) if (expires <= now) this.#claims.delete(key);
    if (this.#claims.size >= this.#capacity) throw new Error("the log is full");
  }
}
