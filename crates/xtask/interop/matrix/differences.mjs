// Where an answer is another one than between official parts, on purpose. Whatever is not here has to be the same.

import { NAMES } from "../typescript/differences.mjs";

const MALFORMED = ["no base64", "no JSON"];
const PERMIT2 = ["permit2", "upto"];
const OFFICIAL = ["typescript", "python", "x402-rs", "x402-express"];

/** Why; in which cases, by which ways and between which parts; what is answered then, and what `quittance pay` calls it. */
const MEANT = [
  {
    why: "what is malformed gets 400, as the specification says",
    where: { case: MALFORMED, server: ["quittance"] },
    answer: "400: invalid_payload",
    pay: "refused",
  },
  {
    why: "a payment buys what it was made for, and nothing else",
    where: { case: ["arrives for something else"], way: ["eip3009", ...PERMIT2], server: ["quittance"] },
    answer: "402: No matching payment requirements",
    pay: "no_matching_offer",
  },
  {
    why: "a payment that is bound to no request is good once, and the seller need not ask anybody",
    where: { case: ["shown twice"], server: ["quittance"], client: ["typescript", "python", "x402-rs", "x402-fetch"] },
    answer: "409: spent",
  },
  {
    why: "whoever shows the secret of a bound payment is its buyer, and has the same answer again",
    where: { case: ["shown twice"], server: ["quittance"], client: ["quittance"] },
    answer: "200 once more",
  },
  {
    why: "Permit2 is asked about the nonce",
    where: { case: ["shown twice"], way: PERMIT2, server: OFFICIAL, facilitator: ["quittance"] },
    answer: "402: permit2_invalid_nonce",
  },
  {
    why: "an outage says nothing about the payment",
    where: { case: ["while the facilitator is away"], server: ["quittance"] },
    answer: "503: connection_lost",
    pay: "settle_failed",
  },
  {
    why: "a seller that asks for more than its buyer has signed for is wrong itself, and nobody is asked to pay it",
    where: { case: ["more than the ceiling is charged"], server: ["quittance"] },
    answer: "500: more_than_authorized",
    pay: "settle_failed",
  },
  {
    why: "the server of Python says it in words of its own",
    where: { case: ["while the facilitator is away"], server: ["python"] },
    answer: "402: Server disconnected without sending a response.",
  },
  {
    why: "the server of x402-rs says it in words of its own",
    where: { case: MALFORMED, server: ["x402-rs"] },
    answer: "402: Invalid or malformed payment header",
    pay: "refused",
  },
  {
    why: "the server of x402-rs says it in words of its own",
    where: { case: ["while the facilitator is away"], server: ["x402-rs"] },
    answer: "402: HTTP error",
  },
  {
    why: "the server of Python knows no 412",
    where: { case: ["Permit2 is not approved"], server: ["python"] },
    answer: "402: permit2_allowance_required",
  },
];

export class Differences {
  #seen = new Set();

  /** What has to be said in a case by a combination, and why if that is not what official parts say. */
  apply(combination, way, { name, official, pay, again }) {
    const { client, server, facilitator } = combination;
    let [answer, code, why] = [official[way], pay[way]];
    const reason = /: (\S+)$/.exec(answer)?.[1];
    if ([server, facilitator].includes("quittance") && reason in NAMES) {
      answer = answer.replace(reason, NAMES[reason]);
      why = "the specification's name";
    }
    for (const meant of MEANT) {
      const here = { ...combination, case: name, way };
      if (!Object.entries(meant.where).every(([what, names]) => names.includes(here[what]))) continue;
      this.#seen.add(meant);
      ({ answer, why } = meant);
      code = meant.pay ?? code;
    }
    const status = again ? "200" : answer.slice(0, 3);
    return { answer, end: client === "quittance" && status !== "200" ? `open: ${code}` : status, why };
  }

  get count() {
    return this.#seen.size;
  }

  /** What is listed and no case showed. */
  unseen() {
    return MEANT.filter((meant) => !this.#seen.has(meant)).map(({ why }) => `no case shows the difference: ${why}`);
  }
}
