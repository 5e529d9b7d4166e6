// A policy as people write it, for programs that find it in a file: the reader of TOML is nearly as large as everything else about policies.

import * as wasm from "#wasm";
import { worded } from "./policy.js";
import { bytes, read } from "./text.js";

/** The text has the keys of the file, which is how the module takes them; the value has those of a program. */
export const readPolicy = (text) => {
  const told = read(wasm.policy_json(bytes(text, "text")));
  return told.ok ? { ...told, value: worded(told.value) } : told;
};
