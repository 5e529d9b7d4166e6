// A shop and a buyer, both of the package, with a network between them that breaks.

import { ADDRESS, CALLED, NOW, OFFER, POLICY, REQUIRED, SAID, SECRET, URL, body, check, pay, question, settled, settlement, value } from "./samples.mjs";

const now = () => NOW;

/** A shop that settles by writing down what it was asked to. */
const shop = (q, { serve = () => new Response("the report"), settle, ...more } = {}) => {
  const [claims, settled] = [new Set(), []];
  const log = {
    claim: (key) => !claims.has(key) && claims.add(key) && true,
    release: (key) => void claims.delete(key),
  };
  const success = async (request, body) => {
    settled.push(body);
    return { success: true, transaction: `0x${"ab".repeat(32)}`, network: request.paymentRequirements.network, payer: ADDRESS };
  };
  const asking = more.facilitator === undefined ? { settle: settle ?? success } : {};
  return { gate: q.createGate({ terms: OFFER, serve, ...asking, log, now, origin: "https://api.example.com", ...more }), claims, settled };
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
    // what a browser keeps to itself changes nothing
    check((await buy(`${URL}#summary`, { purchase: "report-42-again" })).status === 200, "with a fragment");
  }],
  ["what_is_free_needs_no_name_that_is_one", async () => {
    const { buy, counted } = buyer(q, () => new Response("for nothing"));
    for (const url of [`${URL}?discount=100%`, `${URL}#s`, "http://api.example.com/v1"]) {
      check((await (await buy(url)).text()) === "for nothing", url);
    }
    check(counted.signed === 0, "nothing is signed");
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
  ["a_policy_is_the_same_as_an_object_as_text_and_from_a_file", () => {
    const file = `
      per_payment = "$0.05"
      per_task = "$0.50"
      networks = ["base-sepolia"]
      [text]
      query = "allow"
      [[resource]]
      url = "https://api.example.com/v1/*/42"
      methods = ["GET"]
      price = "$0.01"
    `;
    const object = {
      perPayment: "$0.05", perTask: "$0.50", networks: ["base-sepolia"], perDay: undefined, text: { query: "allow" },
      resource: [{ url: "https://api.example.com/v1/*/42", methods: ["GET"], price: "$0.01" }],
    };
    const read = q.readPolicy(file);
    const decided = (policy, more = {}) => JSON.stringify(q.decide(question(q, { policy, ...more })));
    for (const more of [{}, { resource: `${URL}?b` }, { method: "POST" }]) {
      const all = [object, read.value, read.text, JSON.parse(read.text)].map((policy) => decided(policy, more));
      check(all.every((one) => one === all[0]), all.join("\n"));
    }
    check(decided(object).includes('"decision":"allow"') && decided(object, { method: "POST" }).includes('"decision":"deny"'), decided(object));
    // what is wrong in a file is told with its place, and an object never lets a limit get lost
    const { code, detail } = q.readPolicy(`${file}pirce = "$1"`).error;
    check(code === "policy_unknown_key" && /^11:5: unknown key `pirce` in \[\[resource\]\]; did you mean `price`\?$/.test(detail), detail);
    check(q.decide(question(q, { policy: file })).error.code === "policy_syntax", "a file as it stands");
    check(q.decide(question(q, { policy: "{}" })).error.code === "policy_empty", "nothing");
    check(q.decide(question(q, { policy: JSON.stringify(object) })).error.code === "policy_unknown_key", "a text has the keys of a file");
    // what was read is put together with what a program says, whose word is the last
    const nested = value(q.readPolicy(`${file}max_window = "60s"`));
    check(nested.perPayment === "$0.05" && nested.resource[0].maxWindow === "60s" && !JSON.stringify(nested).includes("_"), JSON.stringify(nested));
    check(decided({ ...read.value, perPayment: "$0.001" }).includes('"code":"above_per_payment"'), "a limit that is put in its place");
    // two spellings are one key, and neither limit gets lost
    for (const twice of [{ perDay: "$1", per_day: "$9" }, { per_day: "$9", perDay: "$1" }, { resource: [{ ...object.resource[0], askAbove: "$1", ask_above: "$9" }] }]) {
      let thrown;
      try {
        q.decide(question(q, { policy: { ...object, ...twice } }));
      } catch (error) {
        thrown = error;
      }
      check(thrown instanceof TypeError && /(per_day|ask_above) .*(perDay|askAbove)/.test(thrown.message), `${JSON.stringify(twice)}: ${thrown}`);
    }
    check(decided({ ...object, per_payment: undefined }) === decided(object), "what is not there is no second");
    check(q.decide(question(q, { policy: { ...object, perPaymnet: "$0.01" } })).error.code === "policy_unknown_key", "a slip");
    for (const wrong of [0.05, null, () => "$1", Symbol("$1"), 5n]) {
      for (const policy of [{ ...object, perPayment: wrong }, { ...object, networks: [wrong] }, { ...object, resource: [{ url: wrong }] }]) {
        let thrown;
        try {
          q.decide(question(q, { policy }));
        } catch (error) {
          thrown = error;
        }
        check(thrown instanceof TypeError, String(wrong));
      }
    }
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
  ["rows_110_to_112_the_name_of_a_purchase_stands_for_one_request", async () => {
    const { gate, settled } = shop(q);
    const { buy, counted, ledger } = buyer(q, gate);
    const bought = { method: "POST", body: "a", purchase: "one" };
    check((await buy(URL, bought)).status === 200, "it is bought");
    for (const [url, init] of [
      [URL, { ...bought, body: "b" }],
      [URL, { ...bought, body: undefined }],
      [URL, { ...bought, method: "PUT" }],
      [`${URL}?format=pdf`, bought],
    ]) {
      await rejects(buy(url, init), "other_purchase");
    }
    const sent = counted.sent.length;
    check(settled.length === 1 && counted.signed === 1 && sent === 2, "nothing was sent under a name of something else");
    // another spelling of the same URL is the same request
    check((await buy(URL.replace("api.", "API."), bought)).status === 409, "the same bytes, which are claimed");
    // and the same name in another task is another purchase
    const [, init] = [0, bought];
    const key = value(q.SigningKey.open(SECRET));
    const other = q.wrapFetch(async () => check(false, "it is sent"), { policy: POLICY, signer: key, ledger, task: "another", now });
    await rejects(other(URL, init), "other_purchase");
    // two at once under one name, and the ledger knows which was first
    const twin = buyer(q, gate);
    const both = await Promise.allSettled([twin.buy(URL, { purchase: "two" }), twin.buy(`${URL}?b`, { purchase: "two" })]);
    const refused = both.filter(({ reason }) => reason?.code === "other_purchase");
    check(refused.length === 1 && twin.counted.signed === 1, JSON.stringify(both));
  }],
  ["a_log_in_memory_claims_once_until_the_payment_is_worth_nothing", async () => {
    let time = 1000;
    const log = new q.MemoryLog({ capacity: 2, clock: () => time });
    check(log.claim("a", "1010") && !log.claim("a", "1010") && log.claim("b", "1020"), "each once");
    const full = () => {
      try {
        return log.claim("c", "1030");
      } catch (error) {
        return error.message;
      }
    };
    check(full() === "the log is full" && !log.claim("a", "1010") && !log.claim("b", "1020"), "nothing is forgotten that is still good");
    time = 1010;
    check(full() === true && !log.claim("b", "1020") && !log.claim("c", "1030"), "what is worth nothing makes room");
    log.release("b");
    check(log.claim("b", "1020"), "what was given back");
    const { gate } = shop(q, { log: new q.MemoryLog() });
    const payment = pay(q);
    const asked = () => gate(new Request(URL, { headers: { [payment.name]: payment.value } }));
    check((await asked()).status === 200 && (await asked()).status === 409, "a gate with it");
  }],
  ["a_log_that_fails_serves_nothing_and_settles_nothing", async () => {
    const broken = () => {
      throw new Error("the store is gone");
    };
    const full = new q.MemoryLog({ capacity: 1, clock: () => Number(NOW) });
    full.claim("another", `${BigInt(NOW) + 60n}`);
    for (const log of [{ claim: broken, release() {} }, { claim: async () => broken(), release() {} }, full]) {
      let served = 0;
      const { gate, settled } = shop(q, { log, serve: () => new Response(`${(served += 1)}`) });
      const { buy, counted } = buyer(q, gate);
      const response = await buy(URL, { purchase: "a" });
      check(response.status === 503 && !response.headers.has("PAYMENT-REQUIRED"), `${response.status}`);
      check((await response.json()).error === "store_unavailable" && served === 0 && settled.length === 0, "what nobody remembers is not sold");
      if (log !== full) continue;
      full.release("another");
      check((await buy(URL, { purchase: "a" })).status === 200 && counted.signed === 1, "the same bytes, later");
    }
  }],
  ["rows_70_and_71_a_payment_that_names_another_resource", async () => {
    const { gate, settled, claims } = shop(q);
    const there = pay(q, { resource: `${URL}?b`, required: { header: value(q.encodeHeader("PAYMENT-REQUIRED", { ...REQUIRED, resource: { url: `${URL}?b` } })) } });
    const shown = await gate(new Request(URL, { headers: { [there.name]: there.value } }));
    check(shown.status === 402 && settled.length === 0 && claims.size === 0, `${shown.status}`);
    const here = await gate(new Request(`${URL}?b`, { headers: { [there.name]: there.value } }));
    check(here.status === 200, `where it was made for: ${here.status}`);
    // behind a front end the resource is not where the request arrives
    const behind = shop(q, { origin: "https://api.example.com" }).gate;
    const payment = pay(q);
    const arrived = new Request(URL.replace("https://api.example.com", "http://10.0.0.7:8080"), { headers: { [payment.name]: payment.value } });
    check((await behind(arrived)).status === 200, "the seller names the resource");
  }],
  ["rows_107_to_109_a_bound_payment_buys_what_it_is_bound_to", async () => {
    const taken = async (bind, edit = (it) => it, method = "GET") => {
      const { gate } = shop(q, { bind });
      const asked = await gate(new Request(URL, { method }));
      const required = { header: asked.headers.get("PAYMENT-REQUIRED") };
      const payment = edit(pay(q, { required, method }));
      return gate(new Request(URL, { method: "GET", headers: { [payment.name]: payment.value } }));
    };
    const without = (payment) => {
      const it = value(q.decodeHeader("PAYMENT-SIGNATURE", payment.value));
      return { ...payment, value: value(q.encodeHeader("PAYMENT-SIGNATURE", { ...it, extensions: undefined })) };
    };
    for (const bind of ["required", "preferred", "ignored"]) check((await taken(bind)).status === 200, `bound, ${bind}`);
    check((await taken("required", without)).status === 400, "a seller that insists");
    check((await taken("preferred", without)).status === 200, "a seller that does not");
    // bound to another method, it is refused wherever anybody looks
    for (const [bind, status] of [["required", 402], ["preferred", 402], ["ignored", 200]]) {
      const { status: found } = await taken(bind, undefined, "POST");
      check(found === status, `bound to POST, ${bind}: ${found}`);
    }
    const { header } = { header: pay(q).value };
    const seen = { method: "GET", url: URL, bind: "preferred" };
    check(value(q.verify(header, OFFER, { now: NOW, request: seen })).bound === false, "it says so");
    for (const strange of [{ ...seen, bind: "maybe" }, { ...seen, url: "nothing" }, { ...seen, bind: "" }]) {
      check(!q.verify(header, OFFER, { now: NOW, request: strange }).ok, JSON.stringify(strange));
    }
  }],
  ["row_203_a_receipt_of_something_else_is_none", async () => {
    const right = { success: true, transaction: `0x${"ab".repeat(32)}`, network: OFFER.network, payer: ADDRESS };
    const kept = async (said) => {
      const [{ gate }, receipt] = [shop(q), value(q.encodeHeader("PAYMENT-RESPONSE", said))];
      const wire = async (request) => {
        const response = await gate(request);
        if (response.ok) response.headers.set("PAYMENT-RESPONSE", receipt);
        return response;
      };
      const { buy, ledger } = buyer(q, wire);
      check((await buy(URL, { purchase: "a" })).status === 200, "it is served");
      return (await ledger.find("a")).receipt;
    };
    for (const said of [right, { ...right, network: "base-sepolia" }, { ...right, amount: OFFER.amount }]) {
      check((await kept(said))?.transaction === right.transaction, JSON.stringify(said));
    }
    for (const more of [{ payer: OFFER.payTo }, { network: "eip155:8453" }, { amount: "1" }, { transaction: "" }, { success: false }]) {
      check((await kept({ ...right, ...more })) === undefined, JSON.stringify(more));
    }
  }],
  ["rows_133_to_136_an_answer_that_cannot_be_read_is_nothing_against_the_payment", () => {
    const header = pay(q).value;
    for (const said of ["{", "[]", '{"success":"true"}', '{"success":true,"success":true}']) {
      const { ok, error } = q.judgeAnswer(header, said, { terms: OFFER });
      check(!ok && error.retry === "unknown_outcome" && error.status === undefined, `${said}: ${JSON.stringify(error)}`);
    }
    const own = q.judgeAnswer(header, "{}", { terms: { ...OFFER, amount: "a cent" } });
    check(own.error?.code === "own_offer" && own.error.status === undefined, JSON.stringify(own));
  }],
  ["rows_133_to_136_what_a_facilitator_says_of_something_else", async () => {
    const right = { success: true, transaction: `0x${"ab".repeat(32)}`, network: OFFER.network, payer: ADDRESS };
    const asked = [];
    const by = async (said) => {
      const fetch = async (url, init) => {
        asked.push([url, init.method, JSON.parse(init.body).x402Version]);
        if (said.status !== undefined) return Response.json(said.body, { status: said.status });
        return typeof said === "string" ? new Response(said, { status: 502 }) : Response.json(said);
      };
      const { gate, claims } = shop(q, { facilitator: "https://facilitator.example/", fetch });
      const { buy } = buyer(q, gate);
      const { status } = await buy(URL, { purchase: "a" });
      return [status, claims.size];
    };
    check((await by(right)).join() === "200,1", "it is settled");
    check(asked.join() === "https://facilitator.example/settle,POST,2", `${asked}`);
    const { payer, ...less } = right;
    check((await by({ ...less, amount: OFFER.amount, payer: payer.toLowerCase() })).join() === "200,1", "in other words");
    check((await by({ ...right, network: "base-sepolia" })).join() === "200,1", "the network as version 1 calls it");
    check((await by({ ...right, amount: "" })).join() === "200,1", "an amount that is not said");
    // a refusal comes with these; a server that is breaking is not believed, whatever it says
    const refused = { success: false, errorReason: "insufficient_funds", transaction: "", network: OFFER.network };
    for (const status of [200, 400, 412]) check((await by({ status, body: refused })).join() === "402,0", `refused with ${status}`);
    for (const status of [401, 404, 429, 500, 503]) check((await by({ status, body: refused })).join() === "503,1", `no refusal with ${status}`);
    for (const status of [201, 400, 412, 500]) check((await by({ status, body: right })).join() === "503,1", `nothing settled with ${status}`);
    check((await by({ status: 200, body: { ...right, more: "x".repeat(70_000) } })).join() === "503,1", "more than there is to say");
    for (const [wrong, status] of [
      [{ ...right, payer: OFFER.payTo }, 502],
      [{ ...right, network: "eip155:8453" }, 502],
      [{ ...right, amount: "1" }, 502],
      [{ ...right, transaction: "" }, 502],
      [{ ...right, success: "true" }, 502],
      ["bad gateway", 503],
      ["7", 503],
      [{ status: 200, body: 7 }, 502],
      [{ status: 200, body: null }, 502],
    ]) {
      const count = asked.length;
      check((await by(wrong)).join() === `${status},1`, `${JSON.stringify(wrong)} leaves open what happened`);
      check(asked.length === count + 1, "it is asked once");
    }
    const origins = ["api.example.com", "https://api.example.com/", "https://API.example.com", "ftp://a.example", "", undefined];
    const more = origins.map((origin) => ({ settle() {}, origin }));
    for (const wrong of [{}, { facilitator: "https://a.example", settle() {} }, { settle() {}, bind: "always" }, ...more]) {
      let thrown;
      try {
        q.createGate({ terms: OFFER, serve() {}, log: { claim() {}, release() {} }, origin: "routed", ...wrong });
      } catch (error) {
        thrown = error;
      }
      check(thrown instanceof TypeError, JSON.stringify(wrong));
    }
  }],
  ["rows_145_and_146_a_receipt_proves_what_its_logs_say", () => {
    const header = pay(q).value;
    const plan = settlement(q, header);
    check(plan.steps.length === 1 && plan.steps[0].target === OFFER.asset && plan.charge === OFFER.amount && plan.shareable, "one call of the token");
    const judged = (more) => value(plan.judge(settled(plan, more))).outcome;
    const { logs } = settled(plan);
    const less = logs.map((log) => (log.data.endsWith("2710") ? { ...log, data: log.data.replace("2710", "270f") } : log));
    const elsewhere = logs.map((log) => ({ ...log, address: OFFER.payTo }));
    check(judged({}) === "paid" && judged({ logs: [...logs].reverse() }) === "paid" && judged({ status: "success" }) === "paid", "what was paid");
    check(judged({ logs: less }) === "otherwise", "a fee on the transfer");
    check(judged({ logs: elsewhere }) === "otherwise", "the logs of another contract");
    check(judged({ logs: [] }) === "otherwise" && judged({ logs: logs.slice(1) }) === "otherwise", "a token that does nothing");
    check(judged({ status: "0x0" }) === "reverted", "a transaction that failed");
    const { response, text } = value(plan.judge(settled(plan)));
    check(response.success && response.payer === ADDRESS && response.network === OFFER.network && JSON.parse(text).success, text);
    for (const status of [undefined, null, "pending", true]) {
      let thrown;
      try {
        plan.judge(settled(plan, { status }));
      } catch (error) {
        thrown = error;
      }
      check(thrown instanceof TypeError, `a status of ${status}`);
    }
  }],
  ["a_plan_is_made_of_nothing_that_was_not_checked", () => {
    const header = pay(q).value;
    const asked = value(q.readRequest("settle", body(q, header)));
    check(asked.header === header && asked.name === "PAYMENT-SIGNATURE" && asked.charge === OFFER.amount, JSON.stringify(asked));
    const { key } = value(q.verifyOnChain(header, asked.terms, { now: NOW, mode: "offline" })).verified;
    const options = { now: NOW, mode: "offline", claimed: key };
    const code = (answer) => answer.error?.code;
    check(q.planSettlement(header, asked.terms, options).ok, "what was claimed");
    check(code(q.planSettlement(header, asked.terms, { ...options, claimed: "" })) === "not_claimed", "what was not");
    check(code(q.planSettlement(header, { ...OFFER, amount: "9999" }, options)) !== undefined, "another price");
    check(code(q.planSettlement(header, asked.terms, { ...options, charge: "9999" })) !== undefined, "another charge");
    check(code(q.planSettlement(header, asked.terms, { ...options, now: "1840672100" })) !== undefined, "another time");
    const spoiled = value(q.decodeHeader("PAYMENT-SIGNATURE", header));
    spoiled.payload.signature = spoiled.payload.signature.replace(/^0x..../, "0x1234");
    // a contract might answer for the payer, so that this is a question
    const other = q.planSettlement(value(q.encodeHeader("PAYMENT-SIGNATURE", spoiled)), asked.terms, options);
    check(other.value?.steps === undefined && other.value?.judge === undefined, "another signature");
    // with a chain to ask, there is no plan before it has answered
    const open = value(q.planSettlement(header, asked.terms, { ...options, mode: "simulated" }));
    check(open.questions.length > 0 && open.steps === undefined && open.judge === undefined, JSON.stringify(open));
    let told = open.questions.map((question) => ({ question, answer: { flag: question.kind === "nonceState" } }));
    check(!q.planSettlement(header, asked.terms, { ...options, mode: "simulated", answers: told }).value?.steps, "a nonce that is used");
  }],
  ["statements_of_a_seller_hold_for_its_buyer", () => {
    const issuer = value(q.Issuer.open(SECRET));
    const own = { ...OFFER, payTo: ADDRESS };
    for (const format of ["eip712", "jws"]) {
      const { text, signer, artifact } = value(issuer.sign("offer", { ...SAID.offer, payTo: ADDRESS }, { format }));
      check(signer === (format === "jws" ? issuer.did : issuer.address) && JSON.stringify(artifact) === text, text);
      const found = value(q.checkStatement("offer", text, { offer: own }));
      check(found.speaks && found.isOfOffer && found.signer === signer, JSON.stringify(found));
      check(!value(q.checkStatement("offer", text, { offer: { ...own, amount: "1" } })).isOfOffer, "another price");
      const stranger = value(q.checkStatement("offer", text, { offer: OFFER }));
      check(!stranger.speaks && !stranger.isOfOffer, "the key is not the payee's");
      check(value(q.checkStatement("offer", text, { offer: OFFER, told: [signer] })).speaks, "a buyer that was told");
    }
    const named = value(issuer.sign("receipt", SAID.receipt, { format: "jws", kid: "did:web:api.example.com#key-1" }));
    const open = q.checkStatement("receipt", named.text);
    check(open.error?.code === "statement_key_unresolved" && open.error.open === true, JSON.stringify(open));

    const bought = { network: OFFER.network, resource: URL, payer: ADDRESS, payee: ADDRESS, transaction: SAID.receipt.transaction, since: NOW, now: NOW };
    const { text } = value(issuer.sign("receipt", SAID.receipt));
    const verdict = (more, receipt = text) => value(q.judgeReceipt(receipt, { ...bought, ...more })).verdict;
    check(verdict({}) === "holds" && verdict({ payee: OFFER.payTo }) === "stranger", "whose it is");
    check(verdict({ payee: OFFER.payTo, told: [issuer.did] }) === "holds" && verdict({}, named.text) === "unchecked", "who may speak");
    check(verdict({ resource: `${URL}?b` }) === "other_resource" && verdict({ since: "1840672100", now: "1840672100" }) === "other_time", "of something else");

    // in two steps, with a key of somebody else
    const key = value(q.SigningKey.open(SECRET));
    for (const [format, by] of [["eip712", issuer.address], ["jws", issuer.did]]) {
      const prepared = value(q.prepareStatement("offer", SAID.offer, { format, by }));
      const made = value(prepared.finish(value(key.signDigest(prepared.digest)).signature));
      check(made.text === value(issuer.sign("offer", SAID.offer, { format })).text, `${format} in two steps`);
      const another = prepared.finish(value(key.signDigest(`0x${"ab".repeat(32)}`)).signature);
      check(another.error?.code === "statement_not_signed", JSON.stringify(another));
      check((format === "eip712") === (value(q.hashTypedData(prepared.typedData ?? { types: { A: [] }, primaryType: "A", domain: {}, message: {} })).digest === prepared.digest), "what a wallet shows");
    }
    check(q.prepareStatement("offer", SAID.offer, { format: "jws", by: ADDRESS }).error?.code === "statement_algorithm", "an account signs no token");
    key.free();

    const { entry, text: whole } = value(q.statementsEntry({ offers: [value(issuer.sign("offer", SAID.offer)).artifact] }));
    check(entry.schema !== undefined && value(q.readEntry("offer-receipt", whole)).info.offers.length === 1, whole);
    const described = value(q.describeResource(CALLED));
    const read = value(q.readEntry("bazaar", described.text));
    check(read.routeTemplate === CALLED.routeTemplate && read.info.input.method === "GET" && described.entry.schema !== undefined, described.text);
    for (const wrong of [
      { method: "GET", body: { example: {} } },
      { method: "POST" },
      { method: "GET", params: { example: {}, schema: { $ref: "https://a.example/" } } },
      { method: "GET", routeTemplate: "/../" },
      { tool: "" , inputSchema: {} },
      { tool: "find" },
      { method: "GET", tool: "find", inputSchema: {} },
      {},
    ]) {
      check(!q.describeResource(wrong).ok, JSON.stringify(wrong));
    }
    issuer.free();
  }],
];
