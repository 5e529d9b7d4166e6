// Our facilitator, as whoever runs it runs it.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { known } from "./chain.mjs";
import { serving } from "./child.mjs";
import { atEnd } from "./ending.mjs";
import { viem } from "./packages.mjs";

const CONFIG = fileURLToPath(new URL("../facilitator.toml", import.meta.url));

/** Starts it on a node, and says where it listens. It ends with this process. */
export async function quittance(program, nodeUrl) {
  const folder = scratch();
  return serving("facilitator", program, ["facilitator", "--config", CONFIG, "--log", "error"], {
    NODE: nodeUrl,
    STORE: join(folder, "facilitator.db"),
    SEALING_KEY: "42".repeat(32),
    SIGNER_KEY: viem.bytesToHex(known(1).getHdKey().privateKey),
  });
}

/** A folder that is gone with this process. */
export function scratch() {
  const folder = mkdtempSync(join(tmpdir(), "quittance-interop-"));
  atEnd(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
