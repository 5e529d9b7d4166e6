// Who buys. Each client is told a key and a URL, and says what it makes of the answer: the status that it gives its caller, or for a program
// its own word.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { Buyer } from "../typescript/buyer.mjs";
import { running } from "../typescript/child.mjs";
import { scratch } from "../typescript/quittance.mjs";

/** `quittance pay`, as a script runs it. */
export class Quittance {
  name = "quittance";
  #folder = scratch();
  #purchases = 0;

  constructor(program, facilitators) {
    this.program = program;
    this.facilitators = facilitators;
  }

  async buy({ key, account }, url) {
    const { origin, port } = new URL(url);
    // one for each seller, because one purchase waits for the other where they share one
    const home = join(this.#folder, account.address, port);
    const policy = join(home, "policy.toml");
    mkdirSync(home, { recursive: true });
    writeFileSync(policy, this.#policy(origin));
    const purchase = `word-${(this.#purchases += 1)}`;
    const args = ["pay", url, "--json", "--home", home, "--policy", policy, "--purchase", purchase];
    const { code, said } = await ended(this.program, args, { EVM_PRIVATE_KEY: key });
    assert.equal(code, { paid: 0, unpaid: 1, open: 3 }[said.outcome], JSON.stringify(said));
    if (said.outcome !== "paid") return { end: `${said.outcome}: ${said.code}` };
    return { end: `${said.status}`, body: said.body, transaction: said.receipt?.transaction };
  }

  /** What there is to be bought is allowed, and nothing else. */
  #policy(origin) {
    return [
      'per_payment = "$0.10"',
      'networks = ["base-sepolia"]',
      'schemes = ["exact", "upto"]',
      'transfer_methods = ["eip3009", "permit2"]',
      `facilitators = ${JSON.stringify(this.facilitators)}`,
      `origins = ["${origin}"]`,
      "allow_http = true\n",
    ].join("\n");
  }
}

/** The official client around `fetch`. */
export class TypeScript {
  name = "typescript";

  constructor(chain) {
    this.chain = chain;
  }

  async buy({ account }, url) {
    const response = await new Buyer(this.chain, account).fetch(url);
    return { end: `${response.status}`, body: await response.text() };
  }
}

/** A client in a program of its own, which is given a line for each purchase and writes a line about it. */
export class Lines {
  constructor(name, program, args) {
    this.name = name;
    this.process = running(program, args);
  }

  async buy({ key }, url) {
    this.process.child.stdin.write(`${JSON.stringify({ key, url })}\n`);
    const { status, body } = JSON.parse((await this.process.lines.next()).value);
    return { end: `${status}`, body };
  }
}

/** The official client around `requests`. */
export const python = (interpreter, chainUrl) =>
  new Lines("python", interpreter, ["-B", fileURLToPath(new URL("../python/client.py", import.meta.url)), chainUrl]);

/** The client of x402-rs around `reqwest`. */
export const rust = (program) => new Lines("x402-rs", program, ["client"]);

/** Runs a program to its end, and reads the one document that it writes. */
function ended(program, args, env) {
  return new Promise((done, failed) => {
    execFile(program, args, { env }, (error, stdout, stderr) => {
      try {
        done({ code: error?.code ?? 0, said: JSON.parse(stdout) });
      } catch {
        failed(new Error(`${args.join(" ")}: ${error?.message ?? stdout}${stderr}`));
      }
    });
  });
}
