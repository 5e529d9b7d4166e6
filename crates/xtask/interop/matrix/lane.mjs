// One shop with everybody who buys there, one purchase after the other.

import assert from "node:assert/strict";

import { NETWORK } from "../typescript/chain.mjs";
import { decodePaymentRequiredHeader, decodePaymentResponseHeader } from "../typescript/packages.mjs";
import { PRICES } from "./cases.mjs";
import { PATHS } from "./combinations.mjs";

/** A reason without what some append to it for people, and what the server of x402-rs puts before it. */
const code = (reason, server) => (server === "x402-rs" ? `${reason}`.replace(/^(Verification|Precondition) failed: /, "") : `${reason}`).split(":")[0];

export class Lane {
  constructor(chain, line, wire, payee, server) {
    this.chain = chain;
    /** Who sells. */
    this.server = server;
    /** What lies between the shop and its facilitator. */
    this.line = line;
    this.wire = wire;
    this.payee = payee;
  }

  /** What came of a case: the answer as it passed the wire, and what the client made of it. */
  async run(client, purse, way, { change, divert, again, away, query = "", moves = PRICES[way] }) {
    const { wire } = this;
    // our layer sells by a meter on a route of its own, and says no charge: nobody knows it before the answer has ended
    const metered = this.server === "quittance" && query !== "";
    const url = `${wire.url}/${metered ? "metered" : PATHS[way]}${query}`;
    const had = await this.chain.balance(this.payee);
    wire.play({ change: change && ((header) => change(header, purse)), divert });
    const buy = () => client.buy(purse, url);
    const { end, body, transaction } = await (away ? this.line.away(buy) : buy());
    const sent = wire.passed;
    assert.ok(sent.length > 0, `nothing was sent: ${end}`);
    assert.equal(new Set(sent.map(({ made }) => made)).size, 1, "a purchase is one payment, however often it is sent");
    const first = await this.#answer(sent.at(-1), purse, way, { had, moves, metered });
    assert.equal(body === "word", first.receipt?.success === true, "the client has what was paid for, and only then");
    if (transaction) assert.equal(transaction, first.receipt.transaction);
    return { answer: again ? await this.#again(sent.at(-1), first, purse, way, url) : first.text, end };
  }

  /** The same payment once more, from somebody who has seen it. */
  async #again({ name, payment }, first, purse, way, url) {
    assert.equal(first.text, "200");
    const had = await this.chain.balance(this.payee);
    this.wire.play({});
    await fetch(url, { headers: { [name]: payment } });
    const { text, receipt } = await this.#answer(this.wire.passed.at(-1), purse, way, { had, before: first.receipt });
    return receipt?.success ? `${text} once more` : text;
  }

  /** An answer in a line. A receipt has to be true, nothing is handed over without one, and nothing else has moved. */
  async #answer({ status, headers, body }, purse, way, { had, moves, before, metered }) {
    const header = (name) => headers[name] ?? headers[`x-${name}`];
    if (metered && status === 200) {
      assert.deepEqual([header("payment-response"), body], [undefined, "word"]);
      await this.chain.earned(this.payee, had + moves);
      purse.spent += moves;
      return { text: `${status}`, receipt: { success: true } };
    }
    const receipt = header("payment-response") && decodePaymentResponseHeader(header("payment-response"));
    const moved = (await this.chain.balance(this.payee)) - had;
    assert.equal(status === 200, receipt?.success === true);
    assert.equal(body === "word", status === 200);
    if (before && receipt?.success) {
      assert.deepEqual(receipt, before);
      assert.equal(moved, 0n);
      return { text: `${status}`, receipt };
    }
    if (receipt?.success) {
      assert.equal(moved, moves);
      purse.spent += moved;
      assert.equal(receipt.network, way === "v1" ? "base-sepolia" : NETWORK);
      assert.equal(receipt.payer?.toLowerCase(), purse.account.address.toLowerCase());
      if (moved === 0n) assert.equal(receipt.transaction, "");
      else await this.chain.proves(receipt.transaction, purse.account.address, this.payee, moved);
      return { text: `${status}`, receipt };
    }
    assert.equal(moved, 0n);
    if (receipt) return { text: `${status}, not settled: ${code(receipt.errorReason, this.server)}` };
    const terms = headers["payment-required"];
    return { text: `${status}: ${code(terms ? decodePaymentRequiredHeader(terms).error : JSON.parse(body).error, this.server)}` };
  }
}
