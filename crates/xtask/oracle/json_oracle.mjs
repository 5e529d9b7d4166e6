// Answers questions about JSON and URLs with Node.

import { createHash } from "node:crypto";
import canonicalize from "canonicalize";

import { answering } from "./answering.mjs";

const ANSWERS = {
  canonicalize: (q) => canonicalize(JSON.parse(q.json)),
  sha256: (q) => createHash("sha256").update(q.text, "utf8").digest("hex"),
  url: (q) => new URL(q.url).href,
};

await answering(ANSWERS);
