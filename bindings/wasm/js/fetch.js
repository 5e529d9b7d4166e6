// A fetch that pays, by a policy, out of a budget, with one signature for one purchase.
//
// The ledger is the host's and has to be given: what was reserved and what was signed outlives a page, a tab and an instance (catalogue rows
// 237 and 238). A payment is kept before it is sent. Whatever breaks then, the same purchase sends the same bytes, and signs nothing. A name
// that was given to one request is never another's: that would be answered with what somebody else asked for.

const STEPS = ["find", "reserve", "keep", "settle", "release"];

/** Why nothing was bought, or why nobody knows. */
export class PaymentError extends Error {
  constructor({ code, detail, retry, ...more }) {
    super(`${code}: ${detail}`);
    Object.assign(this, { name: "PaymentError", code, detail, retry, ...more });
  }
}

const value = (answer) => {
  if (!answer.ok) throw new PaymentError(answer.error);
  return answer.value;
};

export const fetchWith = ({ prepare, decodeHeader, judgeAnswer, fingerprint }) => (fetch, { policy, signer, ledger, task = "default", session, now }) => {
  for (const step of STEPS) {
    if (typeof ledger?.[step] !== "function") throw new TypeError(`ledger must have ${STEPS.join(", ")}: it remembers what was signed`);
  }
  if (typeof signer?.address !== "string") throw new TypeError("signer must have an address");

  const sign = async (prepared) => {
    const { typedData } = prepared;
    const signature = signer.signTypedData ? await signer.signTypedData(typedData) : value(await signer.sign(prepared)).signature;
    return value(prepared.finish(signature));
  };

  return async (input, init = {}) => {
    const { purchase = crypto.randomUUID(), reason, approval, ...rest } = init;
    const request = new Request(input, rest);
    // not every browser tells whether a request has a body, and none takes one for a GET, be it empty
    const bytes = /^(GET|HEAD)$/.test(request.method) ? new ArrayBuffer(0) : await request.clone().arrayBuffer();
    const body = bytes.byteLength > 0 ? bytes : undefined;
    // a fragment stays with who asks; what cannot be bought may still be had for nothing
    const [target] = request.url.split("#", 1);
    const print = fingerprint({ method: request.method, url: target, body: new Uint8Array(bytes) });
    const send = (url, payment) => {
      const headers = new Headers(request.headers);
      const { method, signal } = request;
      if (payment === undefined) return fetch(url, { method, headers, body, signal, redirect: request.redirect });
      headers.set(payment.name, payment.value);
      // a payment goes to whom it was made for, and nowhere else
      return fetch(url, { method, headers, body, signal, redirect: "manual" });
    };
    const pay = async (url, payment) => {
      const response = await send(url, payment);
      const header = response.headers.get("PAYMENT-RESPONSE") ?? response.headers.get("X-PAYMENT-RESPONSE");
      const receipt = header === null ? undefined : decodeHeader("PAYMENT-RESPONSE", header);
      // a receipt of something else says nothing of this purchase
      if (receipt?.ok && judgeAnswer([[payment.name, payment.value]], receipt.text).ok) await ledger.settle(purchase, receipt.value);
      return response;
    };
    const again = (known) => {
      if (known.fingerprint !== value(print) || known.task !== task) {
        throw new PaymentError({ code: "other_purchase", detail: "the name of this purchase was given to another request before", retry: "never" });
      }
      if (known.payment !== undefined) return pay(known.url, known.payment);
      throw new PaymentError({ code: "purchase_pending", detail: "this purchase is being made elsewhere", retry: "unknown_outcome" });
    };

    const known = await ledger.find(purchase);
    if (known !== undefined) return again(known);
    const asked = await send(target);
    if (asked.status !== 402) return asked;

    const url = asked.url || target;
    const required = { header: asked.headers.get("PAYMENT-REQUIRED"), body: await asked.clone().text() };
    const question = { policy, required, resource: url, method: request.method, purchase, task, session, reason, approval, now: now?.() };
    const prepared = value(prepare({ ...question, from: signer.address }));
    const { key, expires, amount, asset, limits, termsHash } = prepared;
    const reserved = await ledger.reserve({ purchase, task, session, url, fingerprint: value(print), key, expires, amount, asset, limits, termsHash });
    if (reserved.state === "known") return again(await ledger.find(purchase));
    if (reserved.state !== "fresh") throw new PaymentError({ code: "over_budget", retry: "never", detail: "a budget has no room", ...reserved });
    let payment;
    try {
      payment = await sign(prepared);
    } catch (error) {
      // nothing was signed, or what was signed is not the payment and is not kept
      await ledger.release(purchase);
      throw error;
    }
    await ledger.keep(purchase, payment);
    return pay(url, payment);
  };
};

/** A ledger in memory, for trying: it forgets with the page, and knows nothing of other tabs. */
export class MemoryLedger {
  #entries = new Map();
  #clock;

  constructor({ clock = () => Math.floor(Date.now() / 1000) } = {}) {
    this.#clock = clock;
  }

  async find(purchase) {
    return this.#entries.get(purchase);
  }

  async reserve(wanted) {
    if (this.#entries.has(wanted.purchase)) return { state: "known" };
    const at = this.#clock();
    const spent = (counts) =>
      [...this.#entries.values()].reduce((sum, it) => (it.asset === wanted.asset && counts(it) ? sum + BigInt(it.amount) : sum), 0n);
    const meters = {
      task: (it) => it.task === wanted.task,
      session: (it) => it.session === wanted.session,
      hour: (it) => it.at > at - 3600,
      day: (it) => it.at > at - 86400,
    };
    for (const { meter, max } of wanted.limits) {
      if (spent(meters[meter]) + BigInt(wanted.amount) > BigInt(max)) return { state: "refused", meter };
    }
    this.#entries.set(wanted.purchase, { ...wanted, at });
    return { state: "fresh" };
  }

  async keep(purchase, payment) {
    this.#entries.set(purchase, { ...this.#entries.get(purchase), payment });
  }

  async settle(purchase, receipt) {
    this.#entries.set(purchase, { ...this.#entries.get(purchase), receipt });
  }

  /** Takes back what was reserved and never signed. */
  async release(purchase) {
    if (this.#entries.get(purchase)?.payment === undefined) this.#entries.delete(purchase);
  }
}
