// Where an answer is another one than between official parts, on purpose. Whatever is not here has to be the same.

import { NAMES } from "../typescript/differences.mjs";

/** Why; in which case, of which parts; and what is answered then. */
const MEANT = [];

export class Differences {
  #seen = new Set();

  /** What has to be said in a case by a combination, and why if that is not what official parts say. */
  apply(combination, way, { name, official, pay = {} }) {
    const { client, server, facilitator } = combination;
    let answer = official[way];
    let why;
    const reason = /: (\S+)$/.exec(answer)?.[1];
    if ([server, facilitator].includes("quittance") && reason in NAMES) {
      answer = answer.replace(reason, NAMES[reason]);
      why = "the specification's name";
    }
    for (const [number, meant] of MEANT.entries()) {
      const { cases, ways = [way], ...parts } = meant.where;
      const here = cases.includes(name) && ways.includes(way) && Object.entries(parts).every(([part, who]) => combination[part] === who);
      if (!here) continue;
      this.#seen.add(number);
      answer = meant.answer;
      why = meant.why;
    }
    const end = client === "quittance" ? pay[way] ?? answer.slice(0, 3) : answer.slice(0, 3);
    return { answer, end, why };
  }

  get count() {
    return this.#seen.size;
  }

  /** What is listed and no case showed. */
  unseen() {
    return MEANT.filter((_, number) => !this.#seen.has(number)).map(({ why }) => `no case shows the difference: ${why}`);
  }
}
