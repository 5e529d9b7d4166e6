// Who pays: for each client and each way of paying an account with money, and one or two that lack something.

import { generatePrivateKey, privateKeyToAccount } from "../typescript/packages.mjs";
import { PRICES } from "./cases.mjs";

const GIVEN = 100_000_000n;

export class Purses {
  #filled = new Map();
  /** One is filled at a time: all are filled by the same account. */
  #queue = Promise.resolve();

  constructor(chain) {
    this.chain = chain;
  }

  /** The purse of a client: `full`, `poor` for who has too little, `unapproved` for who has not approved Permit2. */
  of(client, way, kind = "full") {
    const name = `${client}, ${way}, ${kind}`;
    if (!this.#filled.has(name)) {
      this.#queue = this.#queue.then(() => this.#fill(way, kind));
      this.#filled.set(name, this.#queue);
    }
    return this.#filled.get(name);
  }

  async #fill(way, kind) {
    const key = generatePrivateKey();
    const funds = kind === "poor" ? PRICES[way] - 1n : GIVEN;
    await this.chain.buyer({ key, funds, approved: kind !== "unapproved" && (way === "permit2" || way === "upto") });
    return { key, account: privateKeyToAccount(key), funds, spent: 0n };
  }

  /** That nobody has lost anything but what was answered for. */
  async audit() {
    const wrong = [];
    for (const [name, filling] of this.#filled) {
      const { account, funds, spent } = await filling;
      const lost = funds - (await this.chain.balance(account.address));
      if (lost !== spent) wrong.push(`${name}: ${lost} are gone, and ${spent} were paid`);
    }
    return wrong;
  }
}
