// The loop of every oracle: one JSON question per line on stdin, one JSON answer per line on stdout. An answer is {"ok": value} or
// {"error": text}, so that a refusal is an observation, not a crash.

import { createInterface } from "node:readline";

/** Answers each question by the function that `ask` names; `said` is what is told of an error. */
export const answering = async (answers, said = (error) => error.message) => {
  for await (const line of createInterface({ input: process.stdin })) {
    const question = JSON.parse(line);
    let answer;
    try {
      answer = { ok: (await answers[question.ask](question)) ?? null };
    } catch (error) {
      answer = { error: String(said(error)).split("\n")[0] };
    }
    process.stdout.write(JSON.stringify(answer) + "\n");
  }
};
