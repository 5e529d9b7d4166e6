// Keys go into the module's memory, and fresh bytes come from the runtime; without a source of them nothing is signed.

import { NO_TEXT, answer, bytes, problem } from "./text.js";

/** Thirty-two fresh bytes; nothing where the runtime has no source of them. */
export const fresh = () => {
  if (typeof globalThis.crypto?.getRandomValues !== "function") return null;
  const bytes = globalThis.crypto.getRandomValues(new Uint8Array(32));
  return `0x${Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
};
export const NO_RANDOMNESS = problem("no_randomness", "this runtime has no crypto.getRandomValues, and no payment is made without fresh bytes");

/** Takes `0x` and 64 digits, or 32 bytes, which are overwritten. */
export const open = (Key, secret, make) => {
  if (fresh() === null) return NO_RANDOMNESS;
  const given = secret instanceof Uint8Array ? secret : bytes(secret, "secret");
  const held = Key.hold(given);
  // what the caller gave, or what was made of a text, unless it was none
  if (given !== NO_TEXT) given.fill(0);
  const told = answer(held.address());
  if (told.ok) return { ok: true, value: make(held, told.value) };
  held.free();
  return told;
};
