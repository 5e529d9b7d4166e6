// Where our facilitator answers otherwise than the official one, on purpose. Whatever is not here has to be the same.

/** Reasons for which the specification has another name than the official engine. */
const NAMES = {};

/** `case`, `ask`: what it says instead, and why. */
const ANSWERS = [];

export class Differences {
  #seen = new Set();

  /** What ours has to say where the official one says `text`. */
  apply(name, ask, text) {
    const own = ANSWERS.find((answer) => answer.case === name && answer.ask === ask);
    if (own) {
      this.#seen.add(own);
      return own.text === text ? { text: "(listed as different, and the same)" } : own;
    }
    const reason = /: (\S+)$/.exec(text ?? "")?.[1];
    const renamed = NAMES[reason];
    if (!renamed) return { text };
    this.#seen.add(renamed);
    return { text: text.replace(reason, renamed.text), why: renamed.why };
  }

  get count() {
    return this.#seen.size;
  }

  /** What is listed and no case showed. */
  unseen() {
    const names = Object.entries(NAMES).filter(([, renamed]) => !this.#seen.has(renamed));
    const answers = ANSWERS.filter((answer) => !this.#seen.has(answer));
    return [...names.map(([reason]) => `no case says ${reason}`), ...answers.map((answer) => `no case ${answer.case}, ${answer.ask}`)];
  }
}
