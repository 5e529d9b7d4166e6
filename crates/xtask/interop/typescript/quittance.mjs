// Our facilitator, as whoever runs it runs it.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

import { known } from "./chain.mjs";
import { viem } from "./packages.mjs";

const CONFIG = fileURLToPath(new URL("../facilitator.toml", import.meta.url));

/** Starts it on a node, and says where it listens. It ends with this process. */
export async function quittance(program, nodeUrl) {
  const folder = mkdtempSync(join(tmpdir(), "quittance-interop-"));
  const env = {
    NODE: nodeUrl,
    STORE: join(folder, "facilitator.db"),
    SEALING_KEY: "42".repeat(32),
    SIGNER_KEY: viem.bytesToHex(known(1).getHdKey().privateKey),
  };
  const child = spawn(program, ["facilitator", "--config", CONFIG, "--log", "error"], { env, stdio: ["ignore", "pipe", "inherit"] });
  process.on("exit", () => {
    child.kill("SIGKILL");
    rmSync(folder, { recursive: true });
  });
  const [first] = await once(createInterface(child.stdout), "line");
  const url = /^facilitator at (\S+)$/.exec(first)?.[1];
  assert.ok(url, first);
  return url;
}
