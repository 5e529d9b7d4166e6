// Who sells: the same words at the same prices, reached over a wire.

import { fileURLToPath } from "node:url";

import { serving } from "../typescript/child.mjs";
import { shop } from "../typescript/shop.mjs";
import { Wire } from "./wire.mjs";

/** The layer of our server, in a program of its own. */
export const quittance = (program) => (facilitatorUrl, payee, origin) =>
  serving("shop", program, ["--facilitator", facilitatorUrl, "--pay-to", payee, "--origin", origin]);

/** The official server for express, which takes its address from the request. */
export const typescript = async (facilitatorUrl, payee) => (await shop(facilitatorUrl, payee)).url;

/** The official server for Flask. */
export const python = (interpreter) => (facilitatorUrl, payee) =>
  serving("shop", interpreter, ["-B", fileURLToPath(new URL("../python/server.py", import.meta.url)), facilitatorUrl, payee]);

/** The server of x402-rs for axum. */
export const rust = (program) => (facilitatorUrl, payee, origin) => serving("shop", program, ["server", facilitatorUrl, payee, origin]);

/** Starts a server, and lays a wire to it. */
export async function wired(start, facilitatorUrl, payee) {
  const wire = await Wire.lay();
  wire.shop = await start(facilitatorUrl, payee, wire.url);
  return wire;
}
