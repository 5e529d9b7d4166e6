// Answers questions about JSON and URLs with Node: one JSON request per line on stdin, one JSON answer per line on stdout.

import { createHash } from "node:crypto";
import { createInterface } from "node:readline";
import canonicalize from "canonicalize";

const ANSWERS = {
  canonicalize: (q) => canonicalize(JSON.parse(q.json)),
  sha256: (q) => createHash("sha256").update(q.text, "utf8").digest("hex"),
  url: (q) => new URL(q.url).href,
};

for await (const line of createInterface({ input: process.stdin })) {
  const question = JSON.parse(line);
  let answer;
  try {
    answer = { ok: ANSWERS[question.ask](question) };
  } catch (error) {
    answer = { error: String(error.message).split("\n")[0] };
  }
  process.stdout.write(JSON.stringify(answer) + "\n");
}
