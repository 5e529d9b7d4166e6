// Asks a facilitator, directly and through a shop, and puts each answer into a line: what was said, and how much money moved meanwhile.

import assert from "node:assert/strict";

import { shopV1 } from "./shop-v1.mjs";
import { PAYEE, shop } from "./shop.mjs";
import { HTTPFacilitatorClient, decodePaymentRequiredHeader, decodePaymentResponseHeader } from "./packages.mjs";

/** A reason without what some append to it for people. */
const code = (reason) => `${reason}`.split(":")[0];

export class Counter {
  constructor(chain, line, facilitatorUrl, shopUrl, shopV1Url) {
    this.chain = chain;
    this.line = line;
    this.url = facilitatorUrl;
    this.shopUrl = shopUrl;
    this.shopV1Url = shopV1Url;
    this.facilitator = new HTTPFacilitatorClient({ url: facilitatorUrl });
  }

  /** What to ask about a facilitator, which reaches the chain over the line. */
  static async at(chain, line, facilitatorUrl) {
    const [modern, first] = await Promise.all([shop(facilitatorUrl), shopV1(facilitatorUrl)]);
    return new Counter(chain, line, facilitatorUrl, modern.url, first.url);
  }

  async verify(buyer, payment, requirements = payment.accepted) {
    return this.#measured(buyer, payment, async () => {
      try {
        const answer = await this.facilitator.verify(payment, requirements);
        if (!answer.isValid) return { text: `refused: ${code(answer.invalidReason)}` };
        assert.equal(answer.payer?.toLowerCase(), buyer.address.toLowerCase());
        return { text: "valid" };
      } catch (error) {
        return { text: thrown(error, "VerifyError", () => `refused: ${code(error.invalidReason)}`) };
      }
    });
  }

  async settle(buyer, payment, requirements = payment.accepted) {
    return this.#measured(buyer, payment, async () => {
      try {
        const answer = await this.facilitator.settle(payment, requirements);
        return answer.success ? { text: "settled", receipt: answer } : { text: `failed: ${code(answer.errorReason)}` };
      } catch (error) {
        return { text: thrown(error, "SettleError", () => `failed: ${code(error.errorReason)}`) };
      }
    });
  }

  /** Buys at the shop, with the official client's `fetch`. */
  async shop(buyer, payment, url) {
    return this.#measured(buyer, payment, async () => {
      const response = await buyer.buy(url, payment);
      const header = (name) => response.headers.get(name);
      const [body, settled] = [await response.text(), header("PAYMENT-RESPONSE") ?? header("X-PAYMENT-RESPONSE")];
      const receipt = settled && decodePaymentResponseHeader(settled);
      // the work is handed over when it is paid for, and only then
      assert.equal(response.status === 200, receipt?.success === true);
      assert.equal(body === "word", response.status === 200);
      const required = () => (header("PAYMENT-REQUIRED") ? decodePaymentRequiredHeader(header("PAYMENT-REQUIRED")) : JSON.parse(body));
      if (!receipt) return { text: `${response.status}: ${code(required().error)}` };
      return receipt.success ? { text: "200", receipt } : { text: `${response.status} after the work: ${code(receipt.errorReason)}` };
    });
  }

  /** Sends bytes that no client would send. */
  async raw(method, path, body, type = "application/json") {
    const response = await fetch(`${this.url}${path}`, { method, body, headers: body === undefined ? {} : { "content-type": type } });
    const answer = await response.text();
    if (response.ok) return `${response.status}`;
    const { invalidReason, errorReason, isValid, success } = JSON.parse(answer.startsWith("{") ? answer : "{}");
    // an error never looks like a good answer
    assert.ok(isValid !== true && success !== true);
    return [response.status, invalidReason ?? errorReason].filter(Boolean).join(": ");
  }

  /** What an ask says, and what it moved. A receipt has to be true. */
  async #measured(buyer, payment, ask) {
    const balances = () => Promise.all([this.chain.balance(buyer.address), this.chain.balance(PAYEE)]);
    const [held, had] = await balances();
    const { text, receipt } = await ask();
    const [holds, has] = await balances();
    assert.equal(held - holds, has - had, "what the payer lost, the payee got");
    if (receipt) await this.#proven(receipt, buyer, payment);
    return has === had ? text : `${text}, ${has - had} moved`;
  }

  async #proven(receipt, buyer, payment) {
    const { authorization, permit2Authorization } = payment.payload;
    assert.equal(receipt.network, payment.accepted?.network ?? payment.network);
    assert.equal(receipt.payer?.toLowerCase(), buyer.address.toLowerCase());
    const value = BigInt(receipt.amount ?? authorization?.value ?? permit2Authorization.permitted.amount);
    if (value === 0n) assert.equal(receipt.transaction, "");
    else await this.chain.proves(receipt.transaction, buyer.address, PAYEE, value);
  }
}

/** What an exception of the official client says: the status, and the answer if there was one. */
function thrown(error, kind, answer) {
  // each entry of the package brings a class of its own of this name
  if (error.name === kind) return `${error.statusCode} ${answer()}`;
  const status = /failed \((\d{3})\)/.exec(error.message)?.[1];
  if (!status) throw error;
  return `error ${status}`;
}
