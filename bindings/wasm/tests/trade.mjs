// A shop and a buyer, both of the package, with a network between them that breaks.

import { ADDRESS, NOW, OFFER, POLICY, SECRET, URL, check, value } from "./samples.mjs";

const now = () => NOW;

/** A shop that settles by writing down what it was asked to. */
const shop = (q, { serve = () => new Response("the report"), settle } = {}) => {
  const [claims, settled] = [new Set(), []];
  const log = {
    claim: (key) => !claims.has(key) && claims.add(key) && true,
    release: (key) => void claims.delete(key),
  };
  const success = async (request, body) => {
    settled.push(body);
    return { success: true, transaction: `0x${"ab".repeat(32)}`, network: request.paymentRequirements.network, payer: ADDRESS };
  };
  return { gate: q.createGate({ terms: OFFER, serve, settle: settle ?? success, log, now }), claims, settled };
};

/** A buyer whose every request goes through `wire`, and who counts what it signs. */
const buyer = (q, wire, ledger = new q.MemoryLedger({ clock: () => Number(NOW) }), policy = POLICY) => {
  const counted = { signed: 0, sent: [] };
  const key = value(q.SigningKey.open(SECRET));
  const signer = { address: key.address, sign: (prepared) => ((counted.signed += 1), key.sign(prepared)) };
  const fetch = async (url, init) => {
    counted.sent.push(new Headers(init.headers).get("PAYMENT-SIGNATURE"));
    return wire(new Request(url, init));
  };
  return { counted, ledger, buy: q.wrapFetch(fetch, { policy, signer, ledger, task: "research", now }) };
};

const rejects = async (promise, code) => {
  const error = await promise.then(
    () => null,
    (error) => error,
  );
  check(error !== null && (code === undefined || error.code === code), `expected ${code ?? "an error"}, got ${error}`);
};

export const trades = (q) => [
  ["a_page_is_bought", async () => {
    const { gate, settled } = shop(q);
    const { buy, counted } = buyer(q, gate);
    const response = await buy(URL, { purchase: "report-42" });
    check(response.status === 200 && (await response.text()) === "the report", `got ${response.status}`);
    const receipt = value(q.decodeHeader("PAYMENT-RESPONSE", response.headers.get("PAYMENT-RESPONSE")));
    check(receipt.success && receipt.payer === ADDRESS, JSON.stringify(receipt));
    check(settled.length === 1 && counted.signed === 1 && counted.sent.length === 2, JSON.stringify(counted));
    const asked = value(q.readObject("SettleRequest", settled[0]));
    check(asked.paymentRequirements.amount === OFFER.amount, "what is settled is what was asked");
  }],
  ["a_request_with_a_body_is_bought", async () => {
    const { gate } = shop(q);
    const bodies = [];
    const { buy } = buyer(q, async (request) => {
      bodies.push(`${request.method} ${await request.clone().text()}`);
      return gate(request);
    });
    for (const [method, body] of [["POST", "what is asked"], ["POST", undefined], ["DELETE", undefined]]) {
      const response = await buy(URL, { method, body, purchase: `${method}-${body?.length ?? 0}` });
      check(response.status === 200, `${method}: ${response.status}`);
    }
    check(JSON.stringify(bodies) === JSON.stringify(["POST what is asked", "POST what is asked", "POST ", "POST ", "DELETE ", "DELETE "]), bodies);
  }],
  ["row_238_an_answer_that_never_comes", async () => {
    const { gate, settled } = shop(q);
    let lost = 0;
    const wire = async (request) => {
      const response = await gate(request);
      if (request.headers.has("PAYMENT-SIGNATURE") && (lost += 1) === 1) throw new TypeError("the connection broke");
      return response;
    };
    const first = buyer(q, wire);
    await rejects(first.buy(URL, { purchase: "report-42" }));
    // the page is opened again: another buyer, the same ledger
    const second = buyer(q, wire, first.ledger);
    const response = await second.buy(URL, { purchase: "report-42" });
    check(response.status === 409, `a claimed payment is not served twice: ${response.status}`);
    check(first.counted.signed === 1 && second.counted.signed === 0 && settled.length === 1, "one signature, one settlement");
    check(second.counted.sent[0] === first.counted.sent[1], "the very same bytes");
  }],
  ["row_139_only_a_refusal_asks_for_another_payment", async () => {
    const answers = [["insufficient_funds", 402], ["settlement_pending", 503], ["unexpected_settle_error", 503], ["a word of its own", 503], ["", 503]];
    for (const [errorReason, status] of [...answers, [undefined, 503]]) {
      const reason = errorReason === undefined ? {} : { errorReason };
      const settle = async () => ({ success: false, ...reason, transaction: "", network: OFFER.network });
      const { gate, claims } = shop(q, { settle });
      const { buy } = buyer(q, gate);
      const response = await buy(URL, { purchase: "report-42" });
      check(response.status === status, `${errorReason}: ${response.status}`);
      check(response.headers.has("PAYMENT-REQUIRED") === (status === 402), `${errorReason}: terms ask for another payment`);
      check(claims.size === (status === 402 ? 0 : 1), `${errorReason}: what may be paid stays claimed`);
    }
  }],
  ["row_237_two_tabs_and_one_purchase", async () => {
    const { gate, settled } = shop(q);
    const one = buyer(q, gate);
    const two = buyer(q, gate, one.ledger);
    const both = await Promise.allSettled([one.buy(URL, { purchase: "same" }), two.buy(URL, { purchase: "same" })]);
    check(one.counted.signed + two.counted.signed === 1 && settled.length === 1, JSON.stringify(both));
    for (const missing of ["find", "reserve", "keep", "settle", "release"]) {
      const ledger = { find() {}, reserve() {}, keep() {}, settle() {}, release() {}, [missing]: undefined };
      let thrown;
      try {
        q.wrapFetch(fetch, { policy: POLICY, signer: { address: ADDRESS }, ledger });
      } catch (error) {
        thrown = error;
      }
      check(thrown instanceof TypeError, `a ledger without ${missing}`);
    }
  }],
  ["a_budget_ends", async () => {
    const { gate, settled } = shop(q);
    const { buy, counted } = buyer(q, gate, undefined, { ...POLICY, perTask: "$0.02" });
    await buy(URL, { purchase: "a" });
    await buy(URL, { purchase: "b" });
    await rejects(buy(URL, { purchase: "c" }), "over_budget");
    check(settled.length === 2 && counted.signed === 2, "two of three");
  }],
  ["a_policy_says_no_before_anything_is_signed", async () => {
    const { gate, claims } = shop(q);
    const { buy, counted } = buyer(q, gate, undefined, { ...POLICY, perPayment: "$0.001" });
    await rejects(buy(URL, {}), "above_per_payment");
    check(counted.signed === 0 && claims.size === 0, "nothing was signed");
  }],
  ["work_that_fails_is_not_charged", async () => {
    const { gate, claims, settled } = shop(q, { serve: () => new Response("sorry", { status: 500 }) });
    const { buy } = buyer(q, gate);
    check((await buy(URL, { purchase: "a" })).status === 500 && settled.length === 0 && claims.size === 0, "no settlement");
  }],
  ["a_settlement_of_unknown_outcome_keeps_its_claim", async () => {
    const settle = async () => {
      throw new Error("the facilitator does not answer");
    };
    const { gate, claims } = shop(q, { settle });
    const { buy } = buyer(q, gate);
    const response = await buy(URL, { purchase: "a" });
    check(response.status === 503 && !response.headers.has("PAYMENT-REQUIRED") && claims.size === 1, `${response.status}`);
  }],
  ["a_payment_for_something_else_is_refused", async () => {
    const { gate } = shop(q);
    for (const [header, status] of [["", 400], ["garbage", 400], [btoa("{}"), 400]]) {
      const response = await gate(new Request(URL, { headers: { "PAYMENT-SIGNATURE": header } }));
      check(response.status === status, `${header}: ${response.status}`);
    }
    const response = await gate(new Request(URL));
    check(response.status === 402 && value(q.decodeHeader("PAYMENT-REQUIRED", response.headers.get("PAYMENT-REQUIRED"))), "402");
  }],
];
