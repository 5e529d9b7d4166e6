// The wire between a client and a shop: everything is passed on and kept, and a payment may be changed on its way.

import http from "node:http";

import { listen } from "../typescript/loopback.mjs";

/** The headers that a payment goes in: the second version's, and the first one's. */
const NAMES = ["payment-signature", "x-payment"];

export class Wire {
  /** Where the shop really is. */
  shop = undefined;
  /** What becomes of payments: `change` makes another header of one, `divert` another path of its request. */
  #tricks = {};
  /** The requests with a payment that have passed, and what was answered. */
  passed = [];

  static async lay() {
    const wire = new Wire();
    const server = http.createServer((request, response) => wire.#pass(request, response).catch(() => response.destroy()));
    wire.url = (await listen(server)).url;
    return wire;
  }

  /** Begins anew, with these tricks. */
  play(tricks) {
    this.#tricks = tricks;
    this.passed = [];
  }

  async #pass(request, response) {
    const headers = { ...request.headers };
    const name = NAMES.find((name) => headers[name] !== undefined);
    const { change = (same) => same, divert = (same) => same } = name ? this.#tricks : {};
    const made = headers[name];
    if (name) headers[name] = await change(made);
    const answer = await this.#ask(request, divert(request.url), headers);
    const body = Buffer.concat(await answer.toArray());
    if (name) this.passed.push({ name, made, payment: headers[name], status: answer.statusCode, headers: answer.headers, body: `${body}` });
    response.writeHead(answer.statusCode, answer.headers);
    response.end(body);
  }

  #ask(request, path, headers) {
    return new Promise((answered, failed) => {
      const forward = http.request(`${this.shop}${path}`, { method: request.method, headers }, answered);
      forward.on("error", failed);
      request.pipe(forward);
    });
  }
}

/** What is in a header. */
export const decoded = (header) => JSON.parse(Buffer.from(header, "base64").toString("utf8"));
export const encoded = (value) => Buffer.from(JSON.stringify(value)).toString("base64");
