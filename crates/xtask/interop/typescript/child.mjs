// Programs that serve until this process ends, and end with it however it ends.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

import { atEnd } from "./ending.mjs";

/** Starts a program whose first line is `<what> at <url>`, and says where it listens. */
export async function serving(what, program, args, env = {}) {
  const { lines, child } = running(program, args, env);
  const line = await Promise.race([lines.next(), once(child, "exit").then(() => ({ value: undefined }))]);
  const url = new RegExp(`^${what} at (\\S+)$`).exec(line.value)?.[1];
  assert.ok(url, `${program} ${args.join(" ")}: ${line.value}`);
  return url;
}

/** Starts a program that reads lines and writes lines. */
export function running(program, args, env = {}) {
  // nothing of this process's environment is anybody's setting
  const child = spawn(program, args, { env: { PATH: process.env.PATH, ...env }, stdio: ["pipe", "pipe", "inherit"] });
  atEnd(() => child.kill("SIGKILL"));
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  return { child, lines };
}
